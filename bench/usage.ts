/**
 * Issue 7, Home: what happened in 30 days, of a workspace that made 10 million requests, within 100 ms at the 95th
 * percentile; and what counting costs where requests are written.
 *
 *   npx tsx bench/usage.ts [requests=10000000]
 */
import type { Database } from '../packages/server/src/database/database.ts'
import { newId } from '../packages/server/src/ids.ts'
import { listedRow } from '../packages/server/src/transaction-logs/record.ts'
import { usageOf } from '../packages/server/src/transaction-logs/usage-counts.ts'
import { foldUsage } from '../packages/server/src/usage/fold-usage.ts'
import { readKeyUsage, readUsage } from '../packages/server/src/usage/read-usage.ts'
import { RESOLUTION_MS } from '../packages/server/src/usage/usage.ts'
import { interleave, machine, median, quantile, report, table, withCluster } from './harness.ts'
import { BIG_WORKSPACE, requestRecord } from './transaction-log-records.ts'

const REQUESTS = Number(process.argv[2] ?? 10_000_000)
const DAYS = 30
const KEYS = Array.from({ length: 10 }, () => newId('key'))
const ROUNDS = 40
const BATCH_ROWS = 1_000
const NOW = Date.UTC(2026, 10, 26)
const START = NOW - DAYS * RESOLUTION_MS.day
/** What waits to be added up while the questions are asked: five seconds of a busy server. */
const PENDING_ROWS = 1_000

await withCluster(async ({ database }) => {
  const began = performance.now()
  await fill(database)
  const { rows } = await database.pool.query<{ rows: number; requests: number; megabytes: number }>(
    `select count(*)::float8 as rows, (sum(status_2xx + status_4xx + status_5xx) filter
       (where subject_id = 'requests' and resolution = 'day'))::float8 as requests,
       (pg_total_relation_size('usage_counts') / 1048576)::float8 as megabytes from usage_counts`,
  )
  const { rows: written, requests, megabytes } = rows[0]!
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  const filled = `${requests.toLocaleString('en')} requests and as many webhook attempts over ${DAYS} days, with ${KEYS.length} keys and endpoints, in both currency types: ${written.toLocaleString('en')} rows, ${megabytes} MB with indexes, made up in ${seconds} s. ${PENDING_ROWS} rows wait to be added up.`
  process.stdout.write(`${filled}\n`)
  await report('usage', [
    '# Usage',
    `${machine()}. Embedded PostgreSQL, its own settings.`,
    filled,
    `Each question ${ROUNDS} times, interleaved, until the answer is JSON. Target: p95 ≤ 100 ms over 30 days.`,
    await measureQuestions(database),
    'Where requests are written, and where what they left is added up:',
    await measureCounting(database),
  ])
})

/** Figures as the fold would have left them; those of an hour are about, not exactly, those of its minutes. */
async function fill({ pool }: Database): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    const perMinute = REQUESTS / DAYS / 1_440
    const endpoints = KEYS.map((key) => key.replace('key_', 'ep_'))
    // A key is of one currency type; endpoints take both here.
    for (const [subjects, currencyTypes, share] of [
      [KEYS, ['fiat'], 1 / KEYS.length],
      [endpoints, ['fiat', 'crypto'], 1 / KEYS.length / 2],
      [['requests', 'webhooks'], ['fiat', 'crypto'], 1 / 2],
    ] as const)
      for (const [resolution, widthMs] of Object.entries(RESOLUTION_MS)) {
        const each = Math.max(1, Math.round(perMinute * share * (widthMs / RESOLUTION_MS.minute)))
        const slots = Math.min(60, Math.max(1, Math.round(Math.sqrt(each) * 3)))
        await client.query(
          `insert into usage_counts select $1, 'test', subject, $2, at, currency_type, 0, 0, $5 - $5 / 50 - $5 / 200, 0,
             $5 / 50, $5 / 200, pairs
           from unnest($3::text[]) as s (subject), unnest($9::text[]) as c (currency_type),
             generate_series($6::timestamptz, $7::timestamptz - interval '1 minute', $4::float8 * interval '1 millisecond') as t (at),
             (select string_agg((60 + n) || ':' || greatest(1, $5::integer / $8::integer), ' ') as pairs
              from generate_series(1, $8::integer) n) as latency`,
          [
            BIG_WORKSPACE,
            resolution,
            subjects,
            widthMs,
            each,
            new Date(START),
            new Date(NOW),
            slots,
            currencyTypes,
          ],
        )
      }
    await client.query(
      `insert into usage_pending select $1, 'test', 'fiat', ($2::text[])[n % 10 + 1], $3, 0, 0, 10, 0, 1, 0, '60:5 70:5 80:1'
       from generate_series(1, $4) n`,
      [BIG_WORKSPACE, KEYS, new Date(NOW - RESOLUTION_MS.minute), PENDING_ROWS],
    )
    await client.query('analyze usage_counts, usage_pending')
  } finally {
    client.release()
  }
}

async function measureQuestions(database: Database): Promise<string> {
  const deps = { database, clock: { now: () => NOW }, config: { logRetentionDays: DAYS } }
  const member = { kind: 'member', workspaceId: BIG_WORKSPACE, mode: 'test' } as Parameters<
    typeof readUsage
  >[1]
  const ago = (hours: number) => new Date(NOW - hours * RESOLUTION_MS.hour)
  const ask = (query: Parameters<typeof readUsage>[2]) => async () => {
    const began = performance.now()
    const text = JSON.stringify(await readUsage(deps, member, query))
    return { ms: performance.now() - began, bytes: text.length }
  }
  const askKeys = async () => {
    const began = performance.now()
    const query = { from: ago(720), interval: '6h', api_key_id: KEYS } as const
    const text = JSON.stringify(await readKeyUsage(deps, member, { ...query, api_key_id: [...KEYS] }))
    return { ms: performance.now() - began, bytes: text.length }
  }
  const cases = {
    'an hour by the minute': ask({ from: ago(1) }),
    '24 hours by ten minutes': ask({}),
    '7 days by the hour': ask({ from: ago(168) }),
    '30 days by six hours': ask({ from: ago(719.5) }),
    '30 days by the hour': ask({ from: ago(719.5), interval: '1h' }),
    '30 days by the day': ask({ from: ago(719.5), interval: '1d' }),
    '30 days of one key, by six hours': ask({ from: ago(719.5), api_key_id: KEYS[3] }),
    '16 hours by the minute, as many buckets as there may be': ask({ from: ago(16.6), interval: '1m' }),
    '30 days of 10 keys, requests alone, by six hours': askKeys,
  }
  const results = await interleave(ROUNDS, cases)
  return table(
    ['question', 'p50 ms', 'p95 ms', 'max ms', 'kB'],
    Object.entries(results).map(([name, samples]) => {
      const times = samples.map(({ ms }) => ms)
      const shown = [0.5, 0.95, 1].map((share) => quantile(times, share).toFixed(1))
      return [name, ...shown, (median(samples.map(({ bytes }) => bytes)) / 1_000).toFixed(0)]
    }),
  )
}

async function measureCounting(database: Database): Promise<string> {
  const batches = Array.from({ length: ROUNDS }, () =>
    Array.from({ length: BATCH_ROWS }, () => listedRow(requestRecord(NOW), 1)),
  )
  const counting = batches.map((batch) => {
    const began = performance.now()
    usageOf(batch)
    return ((performance.now() - began) * 1_000) / BATCH_ROWS
  })
  const folds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    const taken = await foldUsage(database, PENDING_ROWS / ROUNDS)
    if (taken > 0) folds.push(performance.now() - began)
  }
  return table(
    ['what', 'median', 'p95'],
    [
      ['counting a row of a batch of 1 000 that is being written, µs', ...both(counting)],
      [`adding up ${PENDING_ROWS / ROUNDS} pending rows, ms`, ...both(folds)],
    ],
  )
}

function both(values: readonly number[]): [string, string] {
  return [median(values).toFixed(2), quantile(values, 0.95).toFixed(2)]
}
