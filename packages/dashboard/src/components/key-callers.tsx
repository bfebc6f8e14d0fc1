import { useQuery } from '@tanstack/react-query'
import type { ApiKey, ApiKeyCallers } from '../api-types.ts'
import { apiKeyCallersQuery } from '../keys.ts'
import { Loaded } from './loaded.tsx'
import { Note } from './states.tsx'
import { ExactTime, relativeTime, Time, useNow } from './time.tsx'

type Secret = ApiKeyCallers['secrets'][number]
type Caller = ApiKeyCallers['data'][number]

// A job that runs once a day calls within this time; what was silent for longer is most likely done.
const QUIET_MS = 25 * 3_600_000

/** Who signs with which version of the secret: after a rotation it tells when the old one is quiet. */
export function KeyCallers({ apiKey }: { apiKey: ApiKey }) {
  const callers = useQuery(apiKeyCallersQuery(apiKey.id))
  return (
    <section className="stack" aria-labelledby="callers">
      <h2 id="callers">Who signs with this key</h2>
      <Loaded query={callers} what="The callers" rows={3}>
        {(data) => (
          <>
            <OldSecret apiKey={apiKey} callers={data} />
            {data.data.length === 0 ? (
              <p className="quiet">
                Nobody yet. Callers of the last 90 days show here a few seconds after they call.
              </p>
            ) : (
              <CallerTable apiKey={apiKey} callers={data} />
            )}
          </>
        )}
      </Loaded>
    </section>
  )
}

/** The one sentence that somebody who has just rotated waits for. */
export function OldSecret({ apiKey, callers }: { apiKey: ApiKey; callers: ApiKeyCallers }) {
  const now = useNow()
  const what = secretName(apiKey)
  const old = callers.secrets.find(({ version }) => version === apiKey.secret_version - 1)
  if (!old) return null
  const end = old.verifies_until && Date.parse(old.verifies_until) > now && (
    <>
      {' '}
      The old one works until <ExactTime at={old.verifies_until} />.
    </>
  )
  if (old.last_used_at === null) {
    return (
      <Note tone="good">
        Nobody has signed with the old {what} in the last 90 days.{end}
      </Note>
    )
  }
  const last = callers.data.find(({ secret_version }) => secret_version === old.version)
  const by = last && describeCaller(last)
  const ago = relativeTime(Date.parse(old.last_used_at), now)
  if (old.status !== 'overlap' || now - Date.parse(old.last_used_at) > QUIET_MS) {
    return (
      <Note tone="good">
        The old {what} is quiet since <Time at={old.last_used_at} />; the last to sign with it was {by}.{end}
      </Note>
    )
  }
  return (
    <Note tone="soon">
      The old {what} was last used {ago} by {by}. Give that caller the new one.{end}
    </Note>
  )
}

function CallerTable({ apiKey, callers }: { apiKey: ApiKey; callers: ApiKeyCallers }) {
  const secrets = new Map(callers.secrets.map((secret) => [secret.version, secret]))
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Address</th>
            <th>User agent</th>
            <th>{apiKey.algorithm === 'ed25519' ? 'Pair' : 'Secret'}</th>
            <th>Last request</th>
            <th className="number">Requests</th>
          </tr>
        </thead>
        <tbody>
          {callers.data.map((caller) => (
            <tr key={`${caller.secret_version} ${caller.ip} ${caller.user_agent}`}>
              <td>
                {caller.ip ? (
                  <code className="lead">{caller.ip}</code>
                ) : (
                  <span className="lead">All others</span>
                )}
              </td>
              <td data-label="User agent" style={{ overflowWrap: 'anywhere' }}>
                <span>{caller.user_agent ?? <span className="quiet">None</span>}</span>
              </td>
              <td data-label="Secret">
                <span>{versionName(secrets.get(caller.secret_version), caller.secret_version)}</span>
              </td>
              <td data-label="Last request">
                <Time at={caller.last_used_at} />
              </td>
              <td data-label="Requests" className="number">
                <span>{caller.request_count.toLocaleString('en')}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const STATUS_WORDS: Record<Secret['status'], string> = {
  current: 'current',
  overlap: 'old, still works',
  retired: 'retired',
}

function versionName(secret: Secret | undefined, version: number): string {
  return `Version ${version}, ${secret ? STATUS_WORDS[secret.status] : 'retired'}`
}

export function describeCaller({ ip, user_agent }: Caller): string {
  return [ip ?? 'one of many callers', user_agent].filter(Boolean).join(', ')
}

function secretName(apiKey: ApiKey): string {
  return apiKey.algorithm === 'ed25519' ? 'private key' : 'secret'
}
