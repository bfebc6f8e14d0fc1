import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ApiKeyCallers, ApiKeyDryRun } from '../api-types.ts'
import type { EndingKey } from '../key-deeds.ts'
import { DAY_MS, lastDayQuery, routesOf } from '../key-use.ts'
import { apiKeyCallersQuery } from '../keys.ts'
import { describeCaller } from './key-callers.tsx'
import { Failed, Note } from './states.tsx'
import { relativeTime, Time, useNow } from './time.tsx'

type Caller = ApiKeyCallers['data'][number]

const CALLERS_SHOWN = 5
const ROUTES_SHOWN = 6

/** Who and what stops when a key is deleted, disabled, or its present secret ends: from the last day's requests. */
export function WhatBreaks({ apiKey, ends }: { apiKey: EndingKey; ends: 'key' | 'secret' }) {
  const now = useNow()
  const callers = useQuery(apiKeyCallersQuery(apiKey.id))
  const lastDay = useQuery(lastDayQuery(apiKey.id))
  const failed = [callers, lastDay].find(({ isError, data }) => isError && !data)
  if (failed)
    return <Failed what="Who uses this key" error={failed.error} onRetry={() => void failed.refetch()} />
  if (!callers.data || !lastDay.data)
    return (
      <div className="stack-tight" aria-busy="true">
        {[60, 90, 75].map((width) => (
          <Skeleton key={width} height={16} width={`${width}%`} />
        ))}
      </div>
    )
  const { secret_version: version } = apiKey
  const all = callers.data.data.filter(({ secret_version: one }) => ends === 'key' || one === version)
  const recent = all.filter(({ last_used_at: at }) => now - Date.parse(at) < DAY_MS)
  return (
    <>
      {ends === 'secret' && <SecretBefore apiKey={apiKey} callers={callers.data} />}
      {recent.length === 0 ? (
        <Quiet last={all[0]} what={whatEnds(apiKey, ends)} />
      ) : (
        <Busy apiKey={apiKey} recent={recent} lastDay={lastDay.data} what={whatEnds(apiKey, ends)} />
      )}
    </>
  )
}

const whatEnds = ({ algorithm }: EndingKey, ends: 'key' | 'secret') =>
  ends === 'key' ? 'key' : algorithm === 'ed25519' ? 'private key' : 'secret'

function Quiet({ last, what }: { last: Caller | undefined; what: string }) {
  return (
    <Note tone="good">
      Nobody signed with this {what} in the last 24 hours.{' '}
      {last ? (
        <>
          The last to do so was {describeCaller(last)}, <Time at={last.last_used_at} />.
        </>
      ) : (
        'It was not used in the last 90 days.'
      )}
    </Note>
  )
}

type BusyProps = { apiKey: EndingKey; recent: Caller[]; lastDay: ApiKeyDryRun; what: string }

function Busy({ apiKey, recent, lastDay, what }: BusyProps) {
  const now = useNow()
  const routes = routesOf(lastDay)
  const who = recent.length === 1 ? '1 caller' : `${recent.length} callers`
  const last = relativeTime(Date.parse(recent[0]!.last_used_at), now)
  const isAtLeast = !lastDay.is_exact || lastDay.refused_left_off > 0
  return (
    <Note tone="soon">
      <div className="stack-tight">
        <strong>
          {who} used this {what} in the last 24 hours, the last {last}:
        </strong>
        <ul className="breaks">
          {recent.slice(0, CALLERS_SHOWN).map((caller) => (
            <li key={`${caller.secret_version} ${caller.ip} ${caller.user_agent}`}>
              {caller.ip ? <code>{caller.ip}</code> : 'Callers beyond the 50 that are told apart'}
              {caller.user_agent && <> {caller.user_agent}</>}, <Time at={caller.last_used_at} />
            </li>
          ))}
          {recent.length > CALLERS_SHOWN && <li>and {recent.length - CALLERS_SHOWN} more</li>}
        </ul>
        {routes.length > 0 && (
          <>
            <span>The key called{isAtLeast && ', among others'}:</span>
            <ul className="breaks">
              {routes.slice(0, ROUTES_SHOWN).map(({ route, count }) => (
                <li key={route}>
                  <code>{route}</code> {timesOf(count)}
                </li>
              ))}
              {routes.length > ROUTES_SHOWN && <li>and {routes.length - ROUTES_SHOWN} more routes</li>}
            </ul>
          </>
        )}
        <Link
          to="/transaction-logs"
          search={{ ...(apiKey.mode && { mode: apiKey.mode }), api_key_id: apiKey.id }}
          className="link"
          target="_blank"
        >
          Show its requests
        </Link>
      </div>
    </Note>
  )
}

const timesOf = (count: number) => (count === 1 ? 'once' : `${count.toLocaleString('en')} times`)

/** Two secrets verify at most: a rotation during an overlap ends the one before the present one at once. */
function SecretBefore({ apiKey, callers }: { apiKey: EndingKey; callers: ApiKeyCallers }) {
  const now = useNow()
  const end = apiKey.previous_secret_expires_at
  if (!end || Date.parse(end) <= now) return null
  const last = callers.data.find(({ secret_version: version }) => version === apiKey.secret_version - 1)
  return (
    <Note tone="soon">
      The {whatEnds(apiKey, 'secret')} before it still works until <Time at={end} />, and ends at once when
      you rotate again.{' '}
      {last ? (
        <>
          It was last used <Time at={last.last_used_at} /> by {describeCaller(last)}.
        </>
      ) : (
        'Nobody has used it in the last 90 days.'
      )}
    </Note>
  )
}
