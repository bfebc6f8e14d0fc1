import { Chip } from './chip.tsx'
import { IdLink } from './id-link.tsx'

/** What an event is about, as a link to its page where it has one. */
export function ObjectLink({ id }: { id: string }) {
  const its = { value: id, what: 'object id' }
  if (id.startsWith('txn_'))
    return <IdLink to="/transactions/$transactionId" params={{ transactionId: id }} {...its} />
  if (id.startsWith('acc_')) return <IdLink to="/balances/$accountId" params={{ accountId: id }} {...its} />
  if (id.startsWith('key_')) return <IdLink to="/api-keys/$keyId" params={{ keyId: id }} {...its} />
  if (id.startsWith('ep_')) return <IdLink to="/webhooks/$endpointId" params={{ endpointId: id }} {...its} />
  return <Chip {...its} />
}
