import type { Clock } from '../clock.ts'
import type { Executor } from '../database/database.ts'
import { idTime } from '../ids.ts'
import { allowlistOf, isAllowed } from '../keys/ip-allowlist.ts'
import type { KeyRow } from '../keys/queries.ts'
import { problem } from '../problems.ts'
import { ANY_PATH } from '../transaction-logs/path-pattern.ts'
import { findKeySeries, readUse, SERIES_MAX, type KeySeries, type Range, type UseGroup } from './queries.ts'
import { isRefusedAnyway } from './refused-anyway.ts'
import type { Needs, NeedsOf } from './route-needs.ts'
import { SUGGESTION_DAYS_DEFAULT, SUGGESTION_DAYS_MAX, type DryRun, type DryRunInput } from './schema.ts'

export type KeyUseDeps = { executor: Executor; clock: Clock; needsOf: NeedsOf }
export type Limits = Pick<DryRunInput, 'scopes' | 'ip_allowlist' | 'enabled'>
type Refusal = Pick<DryRun['refused'][number], 'code' | 'scopes'>
type Verdict = Refusal | 'accepted' | 'undecided'

const DAY_MS = 86_400_000
export const ROWS_READ_MAX = 20_000
const GROUPS_SHOWN_MAX = 50

/**
 * What narrower limits would have refused of the requests that a key made and the logs still hold. Changes nothing.
 * Routes that a lost scope concerns are read before all others, so that none of them stays unseen behind busy ones.
 * @throws Problem `invalid-input` for a time that lies too far back or ahead
 */
export async function dryRun(deps: KeyUseDeps, key: KeyRow, input: DryRunInput): Promise<DryRun> {
  const range = rangeOf(deps.clock.now(), input.created_after)
  const all = await findKeySeries(deps.executor, keyOf(key), range)
  return judge(deps, key, {
    series: all.slice(0, SERIES_MAX),
    limits: input,
    range,
    isCut: all.length > SERIES_MAX,
  })
}

/** The same for series that were found before. */
export async function judge(
  deps: KeyUseDeps,
  key: KeyRow,
  {
    series,
    limits,
    range,
    isCut,
  }: { series: readonly KeySeries[]; limits: Limits; range: Range; isCut: boolean },
): Promise<DryRun> {
  const verdictOf = judgeBy(limits, key)
  const accepted = series.filter((one) => !isRefusedAnyway(one))
  const needs = (one: KeySeries, path: string | null) => deps.needsOf(one.method, path ?? one.pathPattern)
  const isSuspect = (one: KeySeries) =>
    one.pathPattern === ANY_PATH || verdictOf(needs(one, null), ANYWHERE) !== 'accepted'
  const [suspects, others] = [accepted.filter(isSuspect), accepted.filter((one) => !isSuspect(one))]
  const reads = [
    await readUse(deps.executor, { series: suspects, range, rowsMax: ROWS_READ_MAX }),
    await readUse(deps.executor, { series: others, range, rowsMax: ROWS_READ_MAX }),
  ] as const
  const seriesOf = new Map(accepted.map((one) => [one.id, one]))
  const refused: { refusal: Refusal; series: KeySeries; group: UseGroup }[] = []
  let undecidedCount = 0
  for (const group of reads.flatMap(({ groups }) => groups)) {
    const one = seriesOf.get(group.seriesId) as KeySeries
    const verdict = verdictOf(needs(one, group.path), group.ip)
    if (verdict === 'undecided') undecidedCount += group.requestCount
    else if (verdict !== 'accepted') refused.push({ refusal: verdict, series: one, group })
  }
  const isComplete = !isCut && reads.every((read) => read.isComplete)
  // Where any address may come, nothing but the suspects can be refused.
  const allIsSeen = !isCut && reads[0].isComplete && (limits.ip_allowlist ?? key.ip_allowlist).length === 0
  return {
    read: {
      since: new Date(range.sinceMs).toISOString(),
      until: new Date(range.untilMs).toISOString(),
      request_count: reads[0].rowsRead + reads[1].rowsRead,
      is_complete: isComplete,
    },
    refused_count: refused.reduce((sum, { group }) => sum + group.requestCount, 0),
    is_exact: isComplete || allIsSeen,
    undecided_count: undecidedCount,
    ...listed(refused),
  }
}

/** No address is left out by it: asked of a series, whose rows have several. */
const ANYWHERE = Symbol('anywhere')

/** The checks in the order in which a request meets them. */
function judgeBy(
  limits: Limits,
  key: KeyRow,
): (needs: Needs, ip: string | null | typeof ANYWHERE) => Verdict {
  const scopes = new Set<string>(limits.scopes ?? key.scopes)
  const losesScopes = key.scopes.some((scope) => !scopes.has(scope))
  const allowlist = allowlistOf(limits.ip_allowlist ?? key.ip_allowlist)
  return (needs, ip) => {
    if (limits.enabled === false) return { code: 'key-disabled', scopes: [] }
    if (ip === null && allowlist !== null) return 'undecided'
    if (typeof ip === 'string' && !isAllowed(allowlist, ip)) return { code: 'ip-not-allowed', scopes: [] }
    if (!needs.known) return losesScopes ? 'undecided' : 'accepted'
    const missing = needs.scopes.filter((scope) => !scopes.has(scope))
    if (missing.length > 0) return { code: 'scope-missing', scopes: missing }
    return needs.grants && losesScopes ? 'undecided' : 'accepted'
  }
}

/** Series that differ in their status alone are one route to whoever reads this. */
function listed(
  refused: readonly { refusal: Refusal; series: KeySeries; group: UseGroup }[],
): Pick<DryRun, 'refused' | 'refused_left_off'> {
  const rows = new Map<string, DryRun['refused'][number]>()
  for (const { refusal, series, group } of refused) {
    const path = group.path ?? series.pathPattern
    const name = `${refusal.code} ${series.method} ${path} ${group.ip}`
    const row = rows.get(name)
    const lastAt = new Date(idTime(group.lastRequestId)).toISOString()
    if (!row) {
      rows.set(name, {
        ...refusal,
        method: series.method,
        path_pattern: path,
        ip: group.ip,
        request_count: group.requestCount,
        last_request_id: group.lastRequestId,
        last_at: lastAt,
      })
      continue
    }
    row.request_count += group.requestCount
    if (group.lastRequestId > row.last_request_id)
      Object.assign(row, { last_request_id: group.lastRequestId, last_at: lastAt })
  }
  const all = [...rows.values()].sort((a, b) => (a.last_request_id < b.last_request_id ? 1 : -1))
  return {
    refused: all.slice(0, GROUPS_SHOWN_MAX),
    refused_left_off: Math.max(0, all.length - GROUPS_SHOWN_MAX),
  }
}

export const keyOf = (key: KeyRow) => ({ id: key.id, workspaceId: key.workspace_id, mode: key.mode })

function rangeOf(nowMs: number, createdAfter: Date | undefined): Range {
  const sinceMs = createdAfter?.getTime() ?? nowMs - SUGGESTION_DAYS_DEFAULT * DAY_MS
  if (sinceMs >= nowMs || sinceMs < nowMs - SUGGESTION_DAYS_MAX * DAY_MS)
    throw problem('invalid-input', {
      errors: [
        { pointer: '/created_after', message: `must lie within the last ${SUGGESTION_DAYS_MAX} days` },
      ],
    })
  return { sinceMs, untilMs: nowMs + 1 }
}
