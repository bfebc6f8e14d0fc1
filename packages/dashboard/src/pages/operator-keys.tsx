import { PlusIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import type { OperatorKey } from '../api-types.ts'
import { KeyStatusBadge } from '../components/badges.tsx'
import { Chip, shortened } from '../components/chip.tsx'
import { KeyMenu } from '../components/key-menu.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { Day, Time } from '../components/time.tsx'
import { OPERATOR_KEY_DEEDS, OPERATOR_KEYS } from '../operator-keys.ts'
import { useList } from '../use-list.ts'

/** The platform's own keys, for services that ask Countersign who signed a request. */
export function OperatorKeysPage() {
  return (
    <OperatorOnly>
      <Keys />
    </OperatorOnly>
  )
}

function Keys() {
  const state = useList<OperatorKey>({ path: OPERATOR_KEYS })
  const create = (
    <LinkButton to="/operator/keys/new" leftSection={<PlusIcon />}>
      Create operator key
    </LinkButton>
  )
  return (
    <>
      <PageHead
        title="Operator keys"
        lead="Your own services sign with these to ask who signed a request that they received."
        action={create}
      />
      <PagedList
        state={state}
        what="The list of operator keys"
        inUrl
        empty={
          <Empty title="No operator keys yet" action={create}>
            A service of yours needs one when it takes signed requests itself and asks Countersign to verify
            them. A proxy that asks for it needs none.
          </Empty>
        }
      >
        {(keys) => <KeyTable keys={keys} />}
      </PagedList>
    </>
  )
}

function KeyTable({ keys }: { keys: OperatorKey[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Public Key</th>
            <th>Scopes</th>
            <th>Status</th>
            <th>Last used</th>
            <th>Expires</th>
            <th>Created by</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} operatorKey={key} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function KeyRow({ operatorKey: key }: { operatorKey: OperatorKey }) {
  const never = <span className="quiet">Never</span>
  return (
    <tr data-off={key.status === 'revoked' || undefined}>
      <td>
        <Link to="/operator/keys/$keyId" params={{ keyId: key.id }} className="lead">
          {key.name}
        </Link>
      </td>
      <td data-label="Public Key">
        <Chip value={key.public_key} display={shortened(key.public_key, 13)} what="Public Key" />
      </td>
      <td data-label="Scopes">
        {key.scopes.length === 0 ? (
          <span className="quiet">None</span>
        ) : (
          <span className="stack-tight">
            {key.scopes.map((scope) => (
              <code key={scope}>{scope}</code>
            ))}
          </span>
        )}
      </td>
      <td data-label="Status">
        <KeyStatusBadge status={key.status} />
      </td>
      <td data-label="Last used">{key.last_used_at ? <Time at={key.last_used_at} /> : never}</td>
      <td data-label="Expires" className="nowrap">
        {key.expires_at ? <Day at={key.expires_at} /> : never}
      </td>
      <td data-label="Created by">
        <span>{key.created_by.name}</span>
      </td>
      <td className="menu">
        {key.status !== 'revoked' && <KeyMenu apiKey={key} deeds={OPERATOR_KEY_DEEDS} />}
      </td>
    </tr>
  )
}
