/**
 * What a key's logs tell of the limits it needs (docs/decisions/0030): suggestions and dry runs of a key with millions of
 * logged requests, through the product's own functions, on an embedded Postgres with its own settings. Target: p95 ≤ 1 s.
 *
 *   npx tsx bench/key-use.ts
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { systemClock } from '../packages/server/src/clock.ts'
import type { Database } from '../packages/server/src/database/database.ts'
import { dryRun } from '../packages/server/src/key-use/dry-run.ts'
import { createNeeds } from '../packages/server/src/key-use/route-needs.ts'
import { suggestLimits } from '../packages/server/src/key-use/suggest-limits.ts'
import type { KeyRow } from '../packages/server/src/keys/queries.ts'
import { ALL_SCOPES } from '../packages/server/src/keys/scopes.ts'
import { createLog } from '../packages/server/src/log.ts'
import { createRequestLog } from '../packages/server/src/transaction-logs/record-request.ts'
import { interleave, machine, median, quantile, withCluster } from './harness.ts'
import { fill, multiply } from './transaction-log-fill.ts'
import { BIG_WORKSPACE, requestRecord } from './transaction-log-records.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2200000' },
    // Each row that the writer wrote stands for so many.
    multiply: { type: 'string', default: '24' },
    samples: { type: 'string', default: '40' },
  },
})
const DAY_MS = 86_400_000
const DAYS = 30
const NOW = Date.now()
const FIRST = NOW - (DAYS - 1) * DAY_MS
const TARGET_MS = 1_000
/** Of a key that calls as many routes as are read of one. */
const ODD_ROUTES = 1_900

const keyOf = (id: string): KeyRow =>
  ({
    id,
    workspace_id: BIG_WORKSPACE,
    mode: 'test',
    scopes: ALL_SCOPES,
    ip_allowlist: [],
  }) as unknown as KeyRow
const BUSY = keyOf('key_busy')
const ODD = keyOf('key_odd')

const routes = [
  ['POST', '/v1/transactions', 'transactions:write'],
  ['GET', '/v1/transactions', 'transactions:read'],
  ['GET', '/v1/transactions/:id', 'transactions:read'],
  ['POST', '/v1/transactions/:id/cancel', 'transactions:write'],
  ['GET', '/v1/balances', 'balances:read'],
  ['GET', '/v1/accounts', 'accounts:read'],
  ['GET', '/v1/accounts/:id/entries', 'accounts:read'],
  ['GET', '/v1/webhook-logs', 'webhook-logs:read'],
  ['GET', '/v1/events', 'events:read'],
  ['GET', '/v1/events/:id', 'events:read'],
].map(([method = '', url = '', scope = '']) => {
  const [resource, action] = scope.split(':')
  return { method, url, access: { resource, action, doors: ['key'] } }
}) as unknown as Parameters<typeof createNeeds>[0]

await withCluster(async ({ database }) => {
  const began = performance.now()
  await fillBoth(database)
  const { rows } = await database.pool.query<{ key: string; rows: number; series: number }>(
    `select s.api_key_id as key, count(*)::integer as rows, count(distinct s.id)::integer as series
       from transaction_logs l join transaction_log_series s on s.id = l.series_id group by 1`,
  )
  const filled = rows.map(
    ({ key, rows: count, series }) => `\`${key}\` ${count.toLocaleString('en')} rows of ${series} kinds`,
  )
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  const head = `${filled.sort().join(', ')}, over ${DAYS} days; filled in ${seconds} s.`
  console.log(head)
  const table = await measure(database)
  const text = [
    '# What a key needs',
    `${machine()}. Embedded PostgreSQL, its own settings.`,
    head,
    table,
  ].join('\n\n')
  await writeFile(new URL('results/key-use.md', import.meta.url), `${text}\n`)
})

/** Most rows of one busy key; and of one that calls almost 2 000 routes, a few hundred on the newest day of each. */
async function fillBoth(database: Database): Promise<void> {
  const requestLog = createRequestLog({ database, clock: systemClock, log: createLog('error') })
  const times = Number(values.multiply)
  const busy = Math.round(Number(values.rows) / (times + 1))
  await fill(requestLog, busy, (row) => ({
    ...requestRecord(FIRST + ((NOW - FIRST) * row) / busy),
    workspaceId: BIG_WORKSPACE,
    apiKeyId: BUSY.id,
  }))
  const odd = ODD_ROUTES * 6
  await fill(requestLog, odd, (row) => ({
    ...requestRecord(NOW - 3_600_000 + row),
    workspaceId: BIG_WORKSPACE,
    apiKeyId: ODD.id,
    method: 'GET',
    path: `/v1/thing-${row % ODD_ROUTES}`,
    status: 404,
    code: 'not-found',
  }))
  await requestLog.close()
  await multiply(database, { times, firstMs: FIRST, lastMs: NOW })
  await database.pool.query('analyze transaction_log_series')
}

async function measure(database: Database): Promise<string> {
  const deps = {
    executor: database.pool,
    clock: systemClock,
    needsOf: createNeeds(routes, { isForwarding: false }),
  }
  const reads: Record<string, { rows: number; isComplete: boolean }> = {}
  const timed = (
    name: string,
    ask: () => Promise<{ read: { request_count: number; is_complete: boolean } }>,
  ) => {
    return async () => {
      const startedAt = performance.now()
      const { read } = await ask()
      reads[name] = { rows: read.request_count, isComplete: read.is_complete }
      return performance.now() - startedAt
    }
  }
  const narrower = ALL_SCOPES.filter((scope) => scope !== 'events:read')
  const QUESTIONS: Record<string, () => ReturnType<typeof dryRun> | ReturnType<typeof suggestLimits>> = {
    suggestions: () => suggestLimits(deps, BUSY, { days: DAYS }),
    'suggestions, 90 days': () => suggestLimits(deps, BUSY, { days: 90 }),
    'suggestions, 1,900 routes': () => suggestLimits(deps, ODD, { days: DAYS }),
    'dry run, a scope less': () => dryRun(deps, BUSY, { scopes: narrower }),
    'dry run, an allowlist': () => dryRun(deps, BUSY, { ip_allowlist: ['203.0.113.0/25'] }),
    'dry run, disabled': () => dryRun(deps, BUSY, { enabled: false }),
    'dry run, disabled, the last day': () =>
      dryRun(deps, BUSY, { enabled: false, created_after: new Date(NOW - DAY_MS) }),
    'dry run, disabled, 1,900 routes': () => dryRun(deps, ODD, { enabled: false }),
  }
  const cases = Object.fromEntries(Object.entries(QUESTIONS).map(([name, ask]) => [name, timed(name, ask)]))
  await interleave(1, cases) // the first reads come from the disk
  const results = await interleave(Number(values.samples), cases)
  const lines = Object.entries(results).map(([name, ms]) => {
    const p95 = quantile(ms, 0.95)
    const read = reads[name]
    const cells = [median(ms).toFixed(0), `${p95.toFixed(0)}${p95 > TARGET_MS ? ' (over)' : ''}`]
    return `| ${[name, ...cells, Math.max(...ms).toFixed(0), read?.rows.toLocaleString('en'), read?.isComplete ? 'all' : 'the newest'].join(' | ')} |`
  })
  const table = [
    `Each question ${values.samples} times, by turns. Target: p95 ≤ ${TARGET_MS} ms.`,
    '',
    '| question | p50 ms | p95 ms | max ms | requests read | of them |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
  console.log(table)
  return table
}
