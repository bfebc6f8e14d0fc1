/**
 * The promise of DESIGN §9 and §10 for Transaction Logs: 20 000 rows a second in, every filter within 50 ms
 * at the 95th percentile over 10 million rows. Through the real writer and the real list, on an embedded
 * Postgres with the product's own settings, made for this run and removed after it.
 *
 *   npx tsx bench/transaction-logs.ts --rows 10000000
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../packages/server/src/clock.ts'
import { openDatabase, type Database } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { migrate } from '../packages/server/src/database/migrate.ts'
import { createLog } from '../packages/server/src/log.ts'
import { countLogs } from '../packages/server/src/transaction-logs/count-logs.ts'
import { listLogs, type LogFilter } from '../packages/server/src/transaction-logs/queries.ts'
import { createRequestLog, type RequestLog } from '../packages/server/src/transaction-logs/record-request.ts'
import { machine, median, quantile } from './harness.ts'
import { fill, multiply, room } from './transaction-log-fill.ts'
import { BIG_WORKSPACE, RECENT_IDS, requestRecord } from './transaction-log-records.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '30' },
    runs: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '7' },
    // Keeps the filled cluster in this folder; the next run measures it again without filling it.
    keep: { type: 'string' },
    // Each row that was filled in stands for so many more, made by the database: millions in a minute.
    multiply: { type: 'string', default: '0' },
    // One table of them: filters or histogram.
    only: { type: 'string' },
  },
})
const ROWS = Number(values.rows)
const DAY_MS = 86_400_000
const NOW = Date.now()
const FIRST = NOW - (Number(values.days) - 1) * DAY_MS
const ROUND_ROWS = 40_000
const PAGE = { limit: 21, nowMs: NOW + 60_000 }

const dataDir = values.keep ?? (await mkdtemp(join(tmpdir(), 'countersign-log-bench-')))
const isFilled = existsSync(join(dataDir, 'postgres'))
const postgres = await startEmbeddedPostgres({ dataDir })
let database: Database | undefined
try {
  await migrate(postgres.url)
  database = openDatabase(postgres.url)
  await main(database)
} finally {
  await database?.close()
  await postgres.stop()
  if (values.keep === undefined) await rm(dataDir, { recursive: true, force: true })
}

async function main(opened: Database): Promise<void> {
  console.log(`${machine()}; ${ROWS} rows over ${values.days} days`)
  const requestLog = createRequestLog({ database: opened, clock: systemClock, log: createLog('error') })
  if (!isFilled) await fillAll(requestLog)
  if (!isFilled && Number(values.multiply) > 0)
    await multiply(opened, { times: Number(values.multiply), firstMs: FIRST, lastMs: NOW })
  if (!values.only) await ingestRounds(requestLog)
  await requestLog.close()
  await opened.pool.query('analyze transaction_log_series')
  await sizes(opened)
  if (!values.only || values.only === 'filters') await filterTable(opened)
  if (!values.only || values.only === 'histogram') await histogramTable(opened)
}

async function fillAll(requestLog: RequestLog): Promise<void> {
  const rows = ROWS - Number(values.rounds) * 2 * ROUND_ROWS
  const filled = await fill(requestLog, rows, (row) => requestRecord(FIRST + ((NOW - FIRST) * row) / rows))
  console.log(
    `\nFilled at ${Math.round(filled)} rows/s (with making the records), ${requestLog.dropped} dropped`,
  )
}

/** Rounds of batched reads and of durable changes by turns; the records are made before the clock starts. */
async function ingestRounds(requestLog: RequestLog): Promise<void> {
  const results: Record<string, number[]> = { read: [], change: [], cpu: [] }
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const reads = Array.from({ length: ROUND_ROWS }, () => requestRecord(Date.now()))
    const cpu = process.cpuUsage()
    let startedAt = performance.now()
    for (const [index, record] of reads.entries()) {
      requestLog.record(record)
      if (index % 1_000 === 0) await room(requestLog)
    }
    await requestLog.flush()
    results.read?.push(ROUND_ROWS / ((performance.now() - startedAt) / 1000))
    const used = process.cpuUsage(cpu)
    results.cpu?.push((used.user + used.system) / ROUND_ROWS)

    const changes = Array.from({ length: ROUND_ROWS / 4 }, () => requestRecord(Date.now()))
    startedAt = performance.now()
    // 64 callers, each waiting for its row to be committed before it sends the next.
    const callers = Array.from({ length: 64 }, async () => {
      for (let record = changes.pop(); record; record = changes.pop()) await requestLog.recordDurably(record)
    })
    await Promise.all(callers)
    results.change?.push(ROUND_ROWS / 4 / ((performance.now() - startedAt) / 1000))
  }
  const show = (name: string, list: number[] = []) =>
    console.log(
      `| ${name} | ${median(list).toFixed(0)} | ${list.map((value) => value.toFixed(0)).join(', ')} |`,
    )
  console.log(`\n| in | median | every round |\n| --- | --- | --- |`)
  show('batched rows/s', results.read)
  show('µs of the server’s process per batched row', results.cpu)
  show('durable rows/s, 64 callers', results.change)
}

async function sizes(opened: Database): Promise<void> {
  const { rows } = await opened.pool.query<{ parent: string; mb: number }>(
    `select inhparent::regclass::text as parent, round(sum(pg_total_relation_size(inhrelid)) / 1e6)::int as mb
       from pg_inherits where inhparent::regclass::text like 'transaction_log%' and inhrelid::regclass::text !~ 'idx|pkey'
      group by 1 order by 1`,
  )
  const series = await opened.pool.query<{ count: string }>('select count(*) from transaction_log_series')
  console.log(
    `\n${rows.map(({ parent, mb }) => `${parent}: ${mb} MB`).join(', ')}; ${series.rows[0]?.count} series`,
  )
}

async function filterTable(opened: Database): Promise<void> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
  const daysAgo = (days: number) => new Date(NOW - days * DAY_MS)
  const { rows: samples } = await opened.pool.query<{ path: string }>(
    'select path from transaction_logs tablesample system (0.02) where path is not null limit 500',
  )
  const path = () => pick(samples).path
  const id = () => path().split('/')[3] as string
  const FILTERS: Record<string, () => Partial<LogFilter>> = {
    none: () => ({}),
    key: () => ({ apiKeyId: `key_${Math.floor(Math.random() * 38)}` }),
    'key, rare': () => ({ apiKeyId: 'key_rare' }),
    'key, unknown': () => ({ apiKeyId: 'key_unknown' }),
    method: () => ({ method: pick(['GET', 'POST']) }),
    'method, rare': () => ({ method: 'DELETE' }),
    'status class': () => ({ statusClass: pick([2, 4, 5]) }),
    'status, one row in the log': () => ({ status: 503 }),
    code: () => ({ code: pick(['invalid-input', 'not-found', 'signature-invalid']) }),
    'code, rare': () => ({ code: 'idempotency-key-in-use' }),
    'code, none': () => ({ code: 'key-expired' }),
    path: () => ({ path: pick(['/v1/me', '/v1/balances', '/v1/transactions']) }),
    'path of one object': () => ({ path: path() }),
    'path, none': () => ({ path: '/v1/nothing-here' }),
    'text in the pattern': () => ({ pathContains: pick(['balances', 'transactions', '/cancel', 'txn_']) }),
    'text, a whole id': () => ({ pathContains: id() }),
    'text, end of an id': () => ({ pathContains: id().slice(-8) }),
    'text, inside an id': () => ({ pathContains: id().slice(12, 18) }),
    'text, begin of an id': () => ({ pathContains: id().slice(0, 12) }),
    'text across segments': () => ({ pathContains: `transactions/${id().slice(0, 20)}` }),
    'text, three characters': () => ({ pathContains: id().slice(-3) }),
    'text, none': () => ({ pathContains: 'nothing-here' }),
    'time range': () => ({ createdAfter: daysAgo(12), createdBefore: daysAgo(11.5) }),
    'time range and rare': () => ({ createdBefore: daysAgo(12), statusClass: 5, apiKeyId: 'key_30' }),
    'request id': () => ({ id: pick(RECENT_IDS) }),
    'key and method, never together': () => ({ apiKeyId: 'key_0', method: 'DELETE' }),
    'key, method and class, rare': () => ({ apiKeyId: 'key_0', method: 'POST', statusClass: 5 }),
    'common text and rare class': () => ({ pathContains: 'txn_01', method: 'POST', statusClass: 5 }),
    'rare text and rare status': () => ({ pathContains: id().slice(-4), status: 503 }),
    'path of one object and class': () => ({ path: path(), statusClass: 5 }),
    'small workspace': () => ({ workspaceId: 'wks_3' }),
    'small workspace, rare': () => ({ workspaceId: 'wks_3', status: 500 }),
  }
  const client = await opened.pool.connect()
  const {
    rows: [backend],
  } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const results = new Map(Object.keys(FILTERS).map((name) => [name, { ms: [] as number[], cpu: 0, rows: 0 }]))
  const runs = Number(values.runs)
  // Interleaved: one run of every filter, then the next; what disturbs the machine disturbs all alike.
  for (let run = -2; run < runs; run += 1)
    for (const [name, make] of Object.entries(FILTERS)) {
      const filter: LogFilter = { workspaceId: BIG_WORKSPACE, mode: 'test', ...make() }
      const cpu = backendCpuMs(backend?.pid)
      const startedAt = performance.now()
      const rows = await listLogs(client, filter, PAGE)
      const result = results.get(name)
      if (run < 0 || !result) continue
      result.ms.push(performance.now() - startedAt)
      result.cpu += backendCpuMs(backend?.pid) - cpu
      result.rows += rows.length
    }
  client.release()
  console.log(
    `\nload of the machine meanwhile: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}`,
  )
  console.log(`\n| filter | p50 ms | p95 ms | Postgres CPU ms | rows |\n| --- | --- | --- | --- | --- |`)
  for (const [name, { ms, cpu, rows }] of results)
    console.log(
      `| ${name} | ${quantile(ms, 0.5).toFixed(1)} | ${quantile(ms, 0.95).toFixed(1)} | ${(cpu / runs).toFixed(1)} | ${(rows / runs).toFixed(1)} |`,
    )
  const worst = Math.max(...[...results.values()].map(({ ms }) => quantile(ms, 0.95)))
  console.log(`\nWorst p95: ${worst.toFixed(1)} ms (promised: 50 ms)`)
}

/** Counts over time, as the page of Transaction Logs asks for them; those of a sample beside what is really there. */
async function histogramTable(opened: Database): Promise<void> {
  const hoursAgo = (hours: number) => new Date(NOW - hours * 3_600_000)
  const { rows: samples } = await opened.pool.query<{ path: string }>(
    'select path from transaction_logs tablesample system (0.02) where path is not null limit 500',
  )
  const id = () =>
    (samples[Math.floor(Math.random() * samples.length)] as { path: string }).path.split('/')[3] as string
  const QUESTIONS: Record<string, () => Partial<LogFilter>> = {
    'nothing filtered': () => ({}),
    'nothing filtered, 24 hours': () => ({ createdAfter: hoursAgo(24) }),
    'nothing filtered, 1 hour': () => ({ createdAfter: hoursAgo(1) }),
    '4xx': () => ({ statusClass: 4 }),
    '4xx, 7 days': () => ({ statusClass: 4, createdAfter: hoursAgo(168) }),
    '5xx': () => ({ statusClass: 5 }),
    'a busy key': () => ({ apiKeyId: 'key_0' }),
    'a rare key': () => ({ apiKeyId: 'key_rare' }),
    'a code, 1 %': () => ({ code: 'signature-invalid' }),
    'method and path': () => ({ method: 'POST', path: '/v1/transactions' }),
    'text in the pattern': () => ({ pathContains: 'balances' }),
    'text, a whole id': () => ({ pathContains: id() }),
    'text, end of an id': () => ({ pathContains: id().slice(-8) }),
    'text, nowhere': () => ({ pathContains: 'nothing-here' }),
    'a small workspace': () => ({ workspaceId: 'wks_3' }),
  }
  const runs = Number(values.runs)
  const results = new Map<string, { ms: number[]; rows: number; isExact: boolean }>()
  for (let run = -1; run < runs; run += 1)
    for (const [name, make] of Object.entries(QUESTIONS)) {
      const filter: LogFilter = { workspaceId: BIG_WORKSPACE, mode: 'test', ...make() }
      const startedAt = performance.now()
      const { counts, isExact } = await countLogs(opened, filter, { bucketsMax: 80, nowMs: NOW })
      const ms = performance.now() - startedAt
      const result = results.get(name) ?? { ms: [], rows: 0, isExact }
      if (run >= 0) result.ms.push(ms)
      results.set(name, { ...result, isExact, rows: counts.reduce((sum, count) => sum + count.rows, 0) })
    }
  console.log(`\n| histogram of | p50 ms | p95 ms | rows | |\n| --- | --- | --- | --- | --- |`)
  for (const [name, { ms, rows, isExact }] of results)
    console.log(
      `| ${name} | ${quantile(ms, 0.5).toFixed(0)} | ${quantile(ms, 0.95).toFixed(0)} | ${rows} | ${isExact ? 'exact' : 'estimated'} |`,
    )
  const { rows: all } = await opened.pool.query<{ rows: number }>(
    `select count(*)::integer as rows from transaction_logs l join transaction_log_series s on s.id = l.series_id
      where s.workspace_id = $1 and s.mode = 'test'`,
    [BIG_WORKSPACE],
  )
  console.log(`\nThe workspace really has ${all[0]?.rows} rows.`)
}

/** What a filter costs on a machine that does nothing else; in ticks of 10 ms, so only sums mean something. */
function backendCpuMs(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
