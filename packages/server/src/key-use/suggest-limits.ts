import { isIP } from 'node:net'
import { network } from '../http/client-address.ts'
import { idTime } from '../ids.ts'
import { findCallers } from '../keys/caller-queries.ts'
import { allowlistOf, isAllowed } from '../keys/ip-allowlist.ts'
import type { KeyRow } from '../keys/queries.ts'
import type { Scope } from '../keys/scopes.ts'
import { ANY_PATH } from '../transaction-logs/path-pattern.ts'
import { judge, keyOf, ROWS_READ_MAX, type KeyUseDeps } from './dry-run.ts'
import { findKeySeries, readUse, SERIES_MAX, type KeySeries, type Range, type UseGroup } from './queries.ts'
import { isRefusedAnyway } from './refused-anyway.ts'
import type { NeedsOf } from './route-needs.ts'
import type { Reason, Suggestions } from './schema.ts'

const DAY_MS = 86_400_000
/** With less than this nobody knows yet what a key is for. */
export const REQUESTS_MIN = 100
export const AGE_MIN_MS = 7 * DAY_MS
/** More addresses than this are no list that a person keeps. */
export const ADDRESSES_MAX = 10

type Suggested<Value> = { suggested: Value; reason: null } | { suggested: null; reason: Reason }
const nothing = (reason: Reason) => ({ suggested: null, reason }) as const

/**
 * Narrower limits that the requests of a key would have passed. Which routes were called is known of every logged
 * request, and which addresses called of every request of the last 90 days; only the counts are read from the rows,
 * within a limit. What is suggested is held against those rows once more before it is told.
 */
export async function suggestLimits(
  deps: KeyUseDeps,
  key: KeyRow,
  { days }: { days: number },
): Promise<Suggestions> {
  const { executor, needsOf } = deps
  const nowMs = deps.clock.now()
  const range = { sinceMs: nowMs - days * DAY_MS, untilMs: nowMs + 1 }
  const found = await findKeySeries(executor, keyOf(key), range)
  const isCut = found.length > SERIES_MAX
  const series = found.slice(0, SERIES_MAX).filter((one) => !isRefusedAnyway(one))
  const use = await readUse(executor, { series, range, rowsMax: ROWS_READ_MAX })
  const isComplete = use.isComplete && !isCut
  const callers = (await findCallers(executor, key.id)).filter(
    ({ last_used_at: at }) => at.getTime() >= range.sinceMs,
  )
  const requestCount = use.groups.reduce((sum, group) => sum + group.requestCount, 0)
  const firstMs = Math.min(...series.map(({ firstDay }) => firstDay), nowMs)
  const isKnown = requestCount >= REQUESTS_MIN && nowMs - firstMs >= AGE_MIN_MS

  const used = usedScopes(needsOf, { series, groups: use.groups, isComplete })
  const addresses = usedAddresses(key, callers, use.groups)
  const candidate = {
    scopes: isKnown ? suggestScopes(key, used) : nothing('too-few-requests'),
    addresses: isKnown ? suggestAddresses(key, addresses) : nothing('too-few-requests'),
  }
  const checked = await holdAgainstLogs(deps, key, { ...candidate, series, range, isCut })
  return {
    read: {
      since: new Date(range.sinceMs).toISOString(),
      until: new Date(range.untilMs).toISOString(),
      request_count: requestCount,
      is_complete: isComplete,
    },
    scopes: { held: key.scopes as Scope[], used: used.scopes, ...checked.scopes },
    ip_allowlist: { held: key.ip_allowlist, used: addresses.known, ...checked.addresses },
  }
}

type UsedScopes = { scopes: Suggestions['scopes']['used']; isUnknown: boolean; isGranting: boolean }

function usedScopes(
  needsOf: NeedsOf,
  {
    series,
    groups,
    isComplete,
  }: { series: readonly KeySeries[]; groups: readonly UseGroup[]; isComplete: boolean },
): UsedScopes {
  const byId = new Map(series.map((one) => [one.id, one]))
  const scopes = new Map<string, { count: number; lastId: string | null }>()
  let isUnknown = false
  let isGranting = false
  const note = (method: string, path: string, group: UseGroup | null) => {
    const needs = needsOf(method, path)
    if (!needs.known) {
      isUnknown = true
      return
    }
    isGranting ||= needs.grants
    for (const scope of needs.scopes) {
      const one = scopes.get(scope) ?? { count: 0, lastId: null }
      one.count += group?.requestCount ?? 0
      if (group && (one.lastId === null || group.lastRequestId > one.lastId)) one.lastId = group.lastRequestId
      scopes.set(scope, one)
    }
  }
  for (const { method, pathPattern } of series)
    if (pathPattern !== ANY_PATH) note(method, pathPattern, null)
    // Only the rows tell their paths, so all of them must have been read.
    else if (!isComplete) isUnknown = true
  for (const group of groups) {
    const { method, pathPattern } = byId.get(group.seriesId) as KeySeries
    note(method, group.path ?? pathPattern, group)
  }
  const rows = [...scopes].map(([scope, { count, lastId }]) => ({
    scope,
    request_count: count,
    last_used_at: lastId === null ? null : new Date(idTime(lastId)).toISOString(),
  }))
  return { scopes: rows.sort((a, b) => b.request_count - a.request_count), isUnknown, isGranting }
}

function suggestScopes(key: KeyRow, used: UsedScopes): Suggested<Scope[]> {
  if (used.isUnknown) return nothing('needs-unknown')
  if (used.isGranting) return nothing('grants-scopes')
  const names = new Set(used.scopes.map(({ scope }) => scope))
  const kept = key.scopes.filter((scope) => names.has(scope)) as Scope[]
  return kept.length === key.scopes.length ? nothing('nothing-to-tighten') : { suggested: kept, reason: null }
}

type UsedAddresses = { known: Suggestions['ip_allowlist']['used']; isBounded: boolean }

/** From where the key was used, by what is remembered of its callers; the counts from the rows. */
function usedAddresses(
  key: KeyRow,
  callers: Awaited<ReturnType<typeof findCallers>>,
  groups: readonly UseGroup[],
): UsedAddresses {
  const allowlist = allowlistOf(key.ip_allowlist)
  const counts = new Map<string, number>()
  for (const { ip, requestCount } of groups) if (ip) counts.set(ip, (counts.get(ip) ?? 0) + requestCount)
  const latest = new Map<string, Date>()
  for (const { ip, last_used_at: at } of callers)
    if (ip !== '' && isAllowed(allowlist, ip) && at > (latest.get(ip) ?? 0)) latest.set(ip, at)
  const known = [...latest].map(([ip, at]) => ({
    ip,
    request_count: counts.get(ip) ?? 0,
    last_used_at: at.toISOString(),
  }))
  return {
    known: known.sort((a, b) => b.request_count - a.request_count),
    isBounded: callers.every(({ ip }) => ip !== ''),
  }
}

function suggestAddresses(key: KeyRow, { known, isBounded }: UsedAddresses): Suggested<string[]> {
  if (!isBounded) return nothing('many-addresses')
  if (key.ip_allowlist.length > 0) {
    // Somebody chose these ranges; which of them nobody uses is all that the logs can add.
    const kept = key.ip_allowlist.filter((range) => {
      const list = allowlistOf([range])
      return known.some(({ ip }) => isAllowed(list, ip))
    })
    return kept.length === 0 || kept.length === key.ip_allowlist.length
      ? nothing('nothing-to-tighten')
      : { suggested: kept, reason: null }
  }
  const ranges = [...new Set(known.map(({ ip }) => rangeOf(ip)))]
  if (ranges.length === 0) return nothing('too-few-requests')
  return ranges.length > ADDRESSES_MAX ? nothing('many-addresses') : { suggested: ranges, reason: null }
}

function rangeOf(ip: string): string {
  return isIP(ip) === 4 ? `${ip}/32` : `${network(ip)}::/64`
}

type Candidate = { scopes: Suggested<Scope[]>; addresses: Suggested<string[]> }

/** Takes back what would have refused a request that is on record. */
async function holdAgainstLogs(
  deps: KeyUseDeps,
  key: KeyRow,
  { scopes, addresses, ...logs }: Candidate & { series: readonly KeySeries[]; range: Range; isCut: boolean },
): Promise<Candidate> {
  if (scopes.suggested === null && addresses.suggested === null) return { scopes, addresses }
  const limits = {
    scopes: scopes.suggested ?? undefined,
    ip_allowlist: addresses.suggested ?? undefined,
  }
  const { refused } = await judge(deps, key, { ...logs, limits })
  const refuses = (code: string) => refused.some((one) => one.code === code)
  return {
    scopes: scopes.suggested !== null && refuses('scope-missing') ? nothing('needs-unknown') : scopes,
    addresses:
      addresses.suggested !== null && refuses('ip-not-allowed') ? nothing('many-addresses') : addresses,
  }
}
