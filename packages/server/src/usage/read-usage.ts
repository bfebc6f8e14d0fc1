import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { CurrencyType, Principal } from '../sessions/principal.ts'
import { noLatencies, percentiles, readLatency } from './latency.ts'
import { findUsage, type FoundUsage } from './queries.ts'
import {
  INTERVALS,
  type KeyUsageQuery,
  type KeyUsageView,
  type UsageFigures,
  type UsageQuery,
  type UsageView,
} from './schema.ts'
import { usageRange, type UsageRange } from './usage-range.ts'
import { ALL_REQUESTS, ALL_WEBHOOKS, noCounts, type StatusCounts } from './usage.ts'

export type UsageDeps = { database: Database; clock: Clock; config: Pick<Config, 'logRetentionDays'> }

const BUCKETS_MAX = 1_000
/** Of each key, of which there may be a hundred. */
const KEY_BUCKETS_MAX = 200
const WEBHOOK_SCOPE = 'webhook-logs:read'

/** Everything over time, or what one key signed, or what one endpoint was sent. */
export async function readUsage(
  deps: UsageDeps,
  principal: Principal,
  query: UsageQuery,
): Promise<UsageView> {
  const range = rangeOf(deps, query, BUCKETS_MAX)
  const subjects = subjectsOf(principal, query)
  const found = await findUsage(
    deps.database.pool,
    {
      ...boundsOf(range),
      workspaceId: principal.workspaceId,
      modes: [principal.mode],
      currencyTypes: currencyTypesOf(principal, query.currency_type),
      subjectIds: [subjects.requests, subjects.webhooks].filter((subject) => subject !== null),
    },
    { withLatency: true },
  )
  const view = (sums: ReadonlyMap<string, Sum>) => ({
    requests: subjects.requests === null ? null : requestsView(sums.get(subjects.requests) ?? nothing()),
    webhook_attempts:
      subjects.webhooks === null ? null : attemptsView(sums.get(subjects.webhooks) ?? nothing()),
  })
  const buckets = byBucket(found, range).map(sumsOf)
  return {
    ...rangeView(range),
    mode: principal.mode,
    totals: view(totalsOf(buckets)),
    data: buckets.map((sums, index) => ({
      start: new Date(range.fromMs + index * range.widthMs).toISOString(),
      ...view(sums),
    })),
  }
}

/** Requests of some keys over time. Keys belong to the workspace: a member sees them in both modes. */
export async function readKeyUsage(
  deps: UsageDeps,
  principal: Principal,
  query: KeyUsageQuery,
): Promise<KeyUsageView> {
  const range = rangeOf(deps, query, KEY_BUCKETS_MAX)
  const found = await findUsage(
    deps.database.pool,
    {
      ...boundsOf(range),
      workspaceId: principal.workspaceId,
      modes: principal.kind === 'key' ? [principal.mode] : ['test', 'production'],
      currencyTypes: currencyTypesOf(principal, undefined),
      subjectIds: query.api_key_id,
    },
    { withLatency: false },
  )
  const sums = byBucket(found, range).map(sumsOf)
  return {
    ...rangeView(range),
    data: query.api_key_id.map((id) => {
      const counts = sums.map((inBucket) => (inBucket.get(id) ?? nothing()).counts)
      const requests = counts.map(totalOf)
      return {
        api_key_id: id,
        total: requests.reduce((sum, one) => sum + one, 0),
        requests,
        refused: counts.map((one) => one[4]),
        failed: counts.map((one) => one[5]),
      }
    }),
  }
}

function rangeOf(deps: UsageDeps, query: Parameters<typeof usageRange>[0], bucketsMax: number): UsageRange {
  return usageRange(query, {
    nowMs: deps.clock.now(),
    retentionDays: deps.config.logRetentionDays,
    bucketsMax,
  })
}

/** Whose requests and whose attempts are asked for; null where none are, or the caller may not see them. */
function subjectsOf(
  principal: Principal,
  { api_key_id: keyId, endpoint_id: endpointId }: UsageQuery,
): { requests: string | null; webhooks: string | null } {
  const seesWebhooks = principal.kind === 'member' || principal.scopes.has(WEBHOOK_SCOPE)
  const webhooks = endpointId ?? (keyId === undefined ? ALL_WEBHOOKS : null)
  return {
    requests: keyId ?? (endpointId === undefined ? ALL_REQUESTS : null),
    webhooks: seesWebhooks ? webhooks : null,
  }
}

/** With what concerns neither currency type, unless a member asks for one of them. */
function currencyTypesOf(principal: Principal, asked: CurrencyType | undefined): (CurrencyType | '')[] {
  if (principal.kind === 'key') return ['', principal.currencyType]
  return asked === undefined ? ['', 'fiat', 'crypto'] : [asked]
}

function boundsOf({ fromMs, toMs, interval }: UsageRange) {
  return { from: new Date(fromMs), to: new Date(toMs), resolution: INTERVALS[interval].resolution }
}

function rangeView({ fromMs, toMs, interval }: UsageRange) {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), interval }
}

function byBucket(found: readonly FoundUsage[], { fromMs, widthMs, buckets }: UsageRange): FoundUsage[][] {
  const inBuckets: FoundUsage[][] = Array.from({ length: buckets }, () => [])
  for (const usage of found) inBuckets[Math.floor((usage.atMs - fromMs) / widthMs)]?.push(usage)
  return inBuckets
}

type Sum = { counts: StatusCounts; latency: Float64Array }

const nothing = (): Sum => ({ counts: noCounts(), latency: noLatencies() })

/** By subject. */
function sumsOf(found: readonly FoundUsage[]): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const { subjectId, counts, latency } of found) {
    const sum = sumAt(sums, subjectId)
    for (const [index, count] of counts.entries()) sum.counts[index]! += count
    readLatency(latency, (slot, count) => (sum.latency[slot]! += count))
  }
  return sums
}

function totalsOf(buckets: readonly ReadonlyMap<string, Sum>[]): Map<string, Sum> {
  const totals = new Map<string, Sum>()
  for (const bucket of buckets)
    for (const [subjectId, { counts, latency }] of bucket) {
      const total = sumAt(totals, subjectId)
      for (const [index, count] of counts.entries()) total.counts[index]! += count
      for (const [slot, count] of latency.entries()) total.latency[slot]! += count
    }
  return totals
}

function sumAt(sums: Map<string, Sum>, subjectId: string): Sum {
  let sum = sums.get(subjectId)
  if (!sum) sums.set(subjectId, (sum = nothing()))
  return sum
}

function totalOf(counts: Sum['counts']): number {
  return counts.reduce((sum, one) => sum + one, 0)
}

function requestsView({ counts, latency }: Sum): NonNullable<UsageFigures['requests']> {
  const [forwarded, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx] = counts
  return {
    total: totalOf(counts),
    status_1xx,
    status_2xx,
    status_3xx,
    status_4xx,
    status_5xx,
    forwarded,
    latency_ms: latencyView(latency),
  }
}

function attemptsView({ counts, latency }: Sum): NonNullable<UsageFigures['webhook_attempts']> {
  const total = totalOf(counts)
  const delivered = counts[2]
  return { total, delivered, failed: total - delivered, latency_ms: latencyView(latency) }
}

function latencyView(latency: Sum['latency']): { p50: number; p95: number; p99: number } | null {
  const found = percentiles(latency, [0.5, 0.95, 0.99])
  if (!found) return null
  const [p50, p95, p99] = found as [number, number, number]
  return { p50, p95, p99 }
}
