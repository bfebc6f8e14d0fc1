import { Link } from '@tanstack/react-router'
import { Chip } from './chip.tsx'

/** What an event is about, as a link to its page where it has one. */
export function ObjectLink({ id }: { id: string }) {
  const text = <code>{id}</code>
  if (id.startsWith('txn_'))
    return (
      <Link to="/transactions/$transactionId" params={{ transactionId: id }} className="link">
        {text}
      </Link>
    )
  if (id.startsWith('acc_'))
    return (
      <Link to="/balances/$accountId" params={{ accountId: id }} className="link">
        {text}
      </Link>
    )
  if (id.startsWith('key_'))
    return (
      <Link to="/api-keys/$keyId" params={{ keyId: id }} className="link">
        {text}
      </Link>
    )
  if (id.startsWith('ep_'))
    return (
      <Link to="/webhooks/$endpointId" params={{ endpointId: id }} className="link">
        {text}
      </Link>
    )
  return <Chip value={id} what="object id" />
}
