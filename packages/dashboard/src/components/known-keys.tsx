import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ApiKey } from '../api-types.ts'
import { knownKeysQuery } from '../keys.ts'
import { API_KEY_DEEDS } from './api-key-deeds.tsx'
import { KeyStatusBadge, ModeBadge } from './badges.tsx'
import { useKeyDialog } from './key-dialog.tsx'
import { Failed, LoadingRows, Note } from './states.tsx'
import { Time } from './time.tsx'

const NAMED_MAX = 5

type KnownKeysProps = { userId: string; name: string }

/** Before a member goes: of which keys they were shown a secret that still works. */
export function KeysKnownTo({ userId, name }: KnownKeysProps) {
  const known = useQuery(knownKeysQuery(userId))
  if (known.isPending) return <LoadingRows rows={2} />
  if (known.isError)
    return <Failed what="The keys that they know" error={known.error} onRetry={() => void known.refetch()} />
  const { data: keys, next_cursor: more } = known.data
  if (keys.length === 0) return <Note tone="good">{name} was shown no secret that still works.</Note>
  const left = keys.length - NAMED_MAX
  return (
    <Note tone="soon">
      <strong>
        {name} may know the secret of {keyCount(keys, more)}:
      </strong>
      <ul className="breaks">
        {keys.slice(0, NAMED_MAX).map((key) => (
          <li key={key.id}>
            {key.name} <span className="quiet">{key.mode === 'test' ? 'Test Mode' : 'Production Mode'}</span>
          </li>
        ))}
        {left > 0 && <li>and {more ? `more than ${left}` : left} more</li>}
      </ul>
      They go on working. The next step offers to rotate or delete each.
    </Note>
  )
}

/** After a member went: the same keys, each with what can be done about it. A key leaves the list when it is done. */
export function RenewKnownKeys({ userId, name }: KnownKeysProps) {
  const known = useQuery(knownKeysQuery(userId))
  if (known.isPending) return <LoadingRows rows={2} />
  if (known.isError)
    return <Failed what="The keys that they know" error={known.error} onRetry={() => void known.refetch()} />
  const { data: keys, next_cursor: more } = known.data
  if (keys.length === 0) return <Note tone="good">{name} knows no secret that still works.</Note>
  return (
    <>
      <p>
        {name} was shown the secret of {keyCount(keys, more)}. Rotate those that are in use, delete the
        others. A rotated key stays here until its old secret has ended.
      </p>
      <div className="table-frame scroll-frame">
        <table className="table" aria-label={`Keys that ${name} may know`}>
          <thead>
            <tr>
              <th>Key</th>
              <th>Last used</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <KnownKey key={key.id} apiKey={key} />
            ))}
          </tbody>
        </table>
      </div>
      {keys.some(({ scopes }) => scopes.includes('api-keys:write')) && (
        <p className="small quiet">
          A key with the scope <code>api-keys:write</code> may have made others: the audit log shows them.
        </p>
      )}
      <Link to="/api-keys" search={{ known_to: userId }} className="link">
        Show them among the API Keys
      </Link>
    </>
  )
}

function KnownKey({ apiKey }: { apiKey: ApiKey }) {
  const { choose, dialog } = useKeyDialog(apiKey, API_KEY_DEEDS)
  const oldEnds = apiKey.previous_secret_expires_at
  return (
    <tr>
      <td>
        <div className="stack-tight">
          <span className="lead">{apiKey.name}</span>
          <span className="row">
            <ModeBadge mode={apiKey.mode} />
            {apiKey.status !== 'active' && <KeyStatusBadge status={apiKey.status} />}
          </span>
          {oldEnds && (
            <span className="small quiet">
              Rotated; the old secret works until <Time at={oldEnds} />
            </span>
          )}
        </div>
      </td>
      <td data-label="Last used">
        {apiKey.last_used_at ? <Time at={apiKey.last_used_at} /> : <span className="quiet">Never</span>}
      </td>
      <td>
        <span className="row nowrap-row">
          <Button
            size="xs"
            variant="default"
            aria-label={`Rotate ${apiKey.name}`}
            onClick={() => choose('rotate')}
          >
            Rotate
          </Button>
          <Button
            size="xs"
            variant="default"
            c="var(--bad)"
            aria-label={`Delete ${apiKey.name}`}
            onClick={() => choose('delete')}
          >
            Delete
          </Button>
        </span>
        {dialog}
      </td>
    </tr>
  )
}

function keyCount(keys: readonly unknown[], more: string | null): string {
  if (more !== null) return `more than ${keys.length} keys`
  return keys.length === 1 ? '1 key' : `${keys.length} keys`
}
