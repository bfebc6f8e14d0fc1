/**
 * DESIGN §10, logs: every filter of Webhook Logs answers within 50 ms at the 95th percentile over 10 million
 * deliveries, and what the real path writes a second. On embedded Postgres with the product's settings.
 *
 *   npx tsx bench/webhook-logs.ts [rows=10000000] [data folder]
 *
 * With a data folder the filled cluster stays there and the next run measures it again.
 */
import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '../packages/server/src/database/create-database.ts'
import { openDatabase, type Database } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { migrate } from '../packages/server/src/database/migrate.ts'
import { idFloor, newId } from '../packages/server/src/ids.ts'
import {
  claimDeliveries,
  completeDeliveries,
  DELIVERY_CONNECTION_OPTIONS,
  type AttemptOutcome,
  type ClaimedDelivery,
} from '../packages/server/src/webhooks/delivery-queries.ts'
import { deliverySource } from '../packages/server/src/webhooks/live-rows.ts'
import { listEvents } from '../packages/server/src/webhooks/event-queries.ts'
import { countDeliveries, countEvents } from '../packages/server/src/webhooks/count-rows.ts'
import { listDeliveries, type LogFilter } from '../packages/server/src/webhooks/log-queries.ts'
import { splitComingDays } from '../packages/server/src/webhooks/partitions.ts'
import { publishEvent } from '../packages/server/src/webhooks/publish-event.ts'
import type { Scope } from '../packages/server/src/webhooks/queries.ts'
import { machine, quantile } from './harness.ts'

const ROWS = Number(process.argv[2] ?? 10_000_000)
const DAYS = 30
const DAY_MS = 86_400_000
const BACKLOG = Math.min(300_000, ROWS / 20)
const TARGET_MS = 50
const SAMPLES = 200
/** Counts have a bound on their work, and no promise of DESIGN §10. */
const COUNTS = { samples: 20, targetMs: Infinity }
// One customer has half of everything, nine have a twentieth each, the rest share what is left.
const WORKSPACES = 200
const TYPES = [
  'transaction.created',
  'transaction.completed',
  'balance.updated',
  'transaction.failed',
  'api_key.rotated',
]
// A fixed day, so that a kept cluster is measured with the bounds it was filled with.
const END = Date.UTC(2026, 0, 31)
const START = END - DAYS * DAY_MS

const kept = process.argv[3]
const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'countersign-bench-')))
const isFilled = existsSync(join(dataDir, 'filled'))
const postgres = await startEmbeddedPostgres({ dataDir, durable: true })
const url = postgres.databaseUrl('bench')
if (!isFilled) await createDatabase(postgres.url, 'bench')
await migrate(url)
const database = openDatabase({ connectionString: url, statement_timeout: 0 }, { connectionsMax: 8 })
const lines: string[] = []
const say = (line: string) => {
  lines.push(line)
  process.stdout.write(`${line}\n`)
}

try {
  if (!isFilled) {
    await fill(database)
    await writeFile(join(dataDir, 'filled'), '')
  }
  const sizes = await database.pool.query<{ rows: string; size: string }>(
    `select (select count(*) from finished_deliveries) + (select count(*) from pending_deliveries)
       + (select count(*) from events where skip_reason is not null) as rows,
       pg_size_pretty(pg_database_size('bench')) as size`,
  )
  say(`# Webhook Logs at scale\n`)
  say(`${machine()}. Embedded PostgreSQL.`)
  say(
    `${Number(sizes.rows[0]?.rows).toLocaleString('en')} deliveries over ${DAYS} days, ${BACKLOG.toLocaleString('en')} of them waiting for one endpoint; ${sizes.rows[0]?.size}.`,
  )
  say(
    `Each filter: ${SAMPLES} queries, half for the customer with half of all rows, half for random others. Target: p95 ≤ ${TARGET_MS} ms.`,
  )
  const [load = 0] = loadavg()
  say(`Load average when the measuring began: ${load.toFixed(1)}.\n`)
  await measureFilters(database)
  await measureCounts(database)
  await measureClaim(database)
  await measureWrites(database)
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/webhook-logs.md', import.meta.url), `${lines.join('\n')}\n`)
} finally {
  await database.close()
  await postgres.stop()
  if (!kept) await rm(dataDir, { recursive: true, force: true })
}

/** Rows as the product writes them, but in bulk: indexes are taken off first and built afterwards. */
async function fill({ pool }: Database): Promise<void> {
  for (let day = START; day <= END; day += DAY_MS)
    await splitComingDays(database, { nowMs: day, retentionDays: DAYS })
  await pool.query(`
    create function bench_time(ms bigint) returns text language sql immutable as $$
      select string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', ((ms >> (45 - 5 * i)) & 31)::int + 1, 1), '' order by i)
      from generate_series(0, 9) i $$;
    create function bench_workspace(n bigint) returns int language sql immutable as $$
      select case when n % 100 < 50 then 0 when n % 100 < 95 then 1 + (n % 9)::int
        else 10 + ((n / 100) % ${WORKSPACES - 10})::int end $$`)
  await pool.query(`
    insert into webhook_endpoints (id, workspace_id, mode, number, url, event_types, created_at, updated_at)
    select 'ep_' || lpad(w::text, 24, '0') || lpad(e::text, 2, '0'), 'wks_' || lpad(w::text, 26, '0'), 'test', e,
      'http://127.0.0.1:1/', '{*}', case e when 1 then to_timestamp(${END / 1000}) else to_timestamp(${START / 1000}) end, now()
    from generate_series(0, ${WORKSPACES - 1}) w, generate_series(1, 2) e;
    insert into webhook_endpoint_health (endpoint_id) select id from webhook_endpoints`)
  const indexes = await pool.query<{ table: string; name: string; sql: string }>(`
    select t.relname as table, i.relname as name, pg_get_indexdef(x.indexrelid) as sql
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    where t.relname in ('events', 'finished_deliveries')`)
  for (const { name } of indexes.rows) await pool.query(`drop index ${name}`)

  const step = Math.ceil(ROWS / DAYS)
  for (let day = 0; day < DAYS; day += 1) {
    const from = day * step
    const started = performance.now()
    // Nine of ten deliveries have an endpoint; one of ten events found none. 1 % failed, 2 % are skipped.
    await pool.query(`
      with row as materialized (
        select n, 'evt_' || bench_time(${START + day * DAY_MS} + (n - ${from}) * ${DAY_MS} / ${step}) || lpad(to_hex(n), 16, '0') as id,
          bench_workspace(n) as w, to_timestamp((${START + day * DAY_MS} + (n - ${from}) * ${DAY_MS} / ${step}) / 1000.0) as at,
          (array['${TYPES.join("','")}'])[case when n % 1000 < 450 then 1 when n % 1000 < 800 then 2 when n % 1000 < 989 then 3
            when n % 1000 < 999 then 4 else 5 end] as type,
          case when n % 3 = 0 then 'crypto' else 'fiat' end as currency_type
        from generate_series(${from}::bigint, ${Math.min(from + step, ROWS) - 1}::bigint) n
      ), event as (
        insert into events (id, workspace_id, mode, currency_type, type, object_id, sequence, request_id, body, skip_reason, created_at)
        select id, 'wks_' || lpad(w::text, 26, '0'), 'test', currency_type, type, 'txn_' || lpad((n / 3)::text, 26, '0'), n % 3 + 1,
          case when n % 2 = 0 then 'req_' || lpad((n / 4)::text, 26, '0') end,
          '{"id":"' || id || '","type":"' || type || '","timestamp":"2026-01-01T00:00:00.000Z","mode":"test","sequence":1,"data":{"amount":"10.00","currency":"USD","description":"' || repeat('x', 120) || '"}}',
          case when n % 10 = 7 then 'no_endpoint' end, at
        from row
      )
      insert into finished_deliveries (event_id, endpoint_id, workspace_id, mode, currency_type, event_type, status, reason,
        attempt_count, last_status_code, created_at, finished_at)
      select id, 'ep_' || lpad(w::text, 24, '0') || '02', 'wks_' || lpad(w::text, 26, '0'), 'test',
        currency_type, type, case when n % 103 = 0 then 'failed' when n % 51 = 0 then 'skipped' else 'delivered' end,
        case when n % 103 = 0 then 'attempts_exhausted' when n % 51 = 0 then 'endpoint_disabled' end, 1, 200, at, at
      from row where n % 10 <> 7`)
    process.stdout.write(`day ${day + 1}: ${Math.round(performance.now() - started)} ms\n`)
  }
  const client = await pool.connect()
  try {
    await client.query("set maintenance_work_mem = '512MB'")
    for (const { name, sql } of indexes.rows) {
      const started = performance.now()
      await client.query(sql.replace(' ON ONLY ', ' ON '))
      process.stdout.write(`${name}: ${Math.round(performance.now() - started)} ms\n`)
    }
  } finally {
    client.release()
  }
  await pool.query(`insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
    select 'ep_' || lpad('0', 24, '0') || '01', id, currency_type, created_at, created_at from events
    where workspace_id = 'wks_' || lpad('0', 26, '0') and skip_reason is not null limit ${BACKLOG}`)
  await pool.query(`update events e set skip_reason = null from pending_deliveries p where e.id = p.event_id`)
  await pool.query('vacuum analyze events')
  await pool.query('vacuum analyze finished_deliveries')
  await pool.query('analyze webhook_endpoints')
}

async function measureFilters({ pool }: Database): Promise<void> {
  const moment = () => START + randomInt(DAYS * DAY_MS)
  const known = await pool.query<{ id: string; workspace_id: string; object_id: string; request_id: string }>(
    `select id, workspace_id, object_id, request_id from events where request_id is not null and id >= $1 limit 2000`,
    [idFloor('evt', moment())],
  )
  const filters: [string, (workspace: number) => Partial<LogFilter>][] = [
    ['none', () => ({})],
    ['none, a page in the middle', () => ({ cursor: cursorAt(moment()) })],
    ['time', () => ({ createdAfter: new Date(moment()), createdBefore: new Date(END) })],
    ['endpoint', (w) => ({ endpointId: endpoint(w) })],
    ['endpoint, a page in the middle', (w) => ({ endpointId: endpoint(w), cursor: cursorAt(moment()) })],
    ['type, common', () => ({ type: 'transaction.created' })],
    ['type, rare (1 in 1 000)', () => ({ type: 'api_key.rotated' })],
    ['type that never happened', () => ({ type: 'transaction.expired' })],
    ['status delivered', () => ({ status: 'delivered' })],
    ['status failed', () => ({ status: 'failed' })],
    ['status skipped', () => ({ status: 'skipped' })],
    ['status pending', () => ({ status: 'pending' })],
    ['status failed and time', () => ({ status: 'failed', createdBefore: new Date(moment()) })],
    ['endpoint and status failed', (w) => ({ endpointId: endpoint(w), status: 'failed' })],
    ['endpoint and type, common', (w) => ({ endpointId: endpoint(w), type: 'transaction.completed' })],
    ['type and status failed', () => ({ type: 'transaction.failed', status: 'failed' })],
    ['type and status delivered', () => ({ type: 'api_key.rotated', status: 'delivered' })],
  ]
  say('| filter | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- |')
  for (const [name, filterOf] of filters) {
    await report(name, (sample) => {
      const workspace = sample % 2 === 0 ? 0 : 1 + randomInt(WORKSPACES - 1)
      return listDeliveries(pool, scope(workspace), { limit: 20, ...filterOf(workspace) })
    })
  }
  const pick = () => known.rows[randomInt(known.rows.length)]!
  for (const [name, filterOf] of [
    ['event id', (row: (typeof known.rows)[number]) => ({ eventId: row.id })],
    ['object id', (row: (typeof known.rows)[number]) => ({ objectId: row.object_id })],
    ['request id', (row: (typeof known.rows)[number]) => ({ requestId: row.request_id })],
  ] as const)
    await report(name, () => {
      const row = pick()
      const named = {
        workspaceId: row.workspace_id,
        mode: 'test' as const,
        currencyTypes: ['', 'fiat', 'crypto'],
      }
      return listDeliveries(pool, named, { limit: 20, ...filterOf(row) })
    })
  await report('a fiat key, none', (sample) =>
    listDeliveries(pool, { ...scope(sample % 2), currencyTypes: ['', 'fiat'] }, { limit: 20 }),
  )
  await report('/v1/events, none', (sample) =>
    listEvents(pool, scope(sample % 2 === 0 ? 0 : 1 + randomInt(WORKSPACES - 1)), { limit: 20 }),
  )
  await report('/v1/events, type', () =>
    listEvents(pool, scope(randomInt(WORKSPACES)), { limit: 20, type: 'api_key.rotated' }),
  )
}

/** What stands above the list, and one look of a live view while nothing happens. */
async function measureCounts(main: Database): Promise<void> {
  const options = { bucketsMax: 80, nowMs: END }
  const counts: [string, (workspace: number) => Partial<LogFilter>][] = [
    ['none', () => ({})],
    ['the last day', () => ({ createdAfter: new Date(END - DAY_MS) })],
    ['endpoint', (w) => ({ endpointId: endpoint(w) })],
    ['status failed', () => ({ status: 'failed' })],
    ['type, common', () => ({ type: 'transaction.created' })],
    ['type, rare (1 in 1 000)', () => ({ type: 'api_key.rotated' })],
  ]
  say('\n| counted over time, 80 buckets | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- |')
  for (const [name, filterOf] of counts)
    for (const [who, workspace] of [
      ['half of all rows', 0],
      ['a twentieth', 1],
    ] as const)
      await report(
        `${name}, a customer with ${who}`,
        () => countDeliveries(main, scope(workspace), filterOf(workspace), options),
        COUNTS,
      )
  await report('/v1/events, half of all rows', () => countEvents(main, scope(0), {}, options), COUNTS)
  const place = { workspaceId: scope(0).workspaceId, mode: 'test' as const }
  await report('one look of a live view', () =>
    deliverySource.changes(main.pool, place, { eventMs: END - 10_000, recordedMs: Date.now(), limit: 5_000 }),
  )
}

async function report(
  name: string,
  query: (sample: number) => Promise<unknown>,
  { samples = SAMPLES, targetMs = TARGET_MS } = {},
): Promise<void> {
  const times: number[] = []
  for (let sample = 0; sample < samples; sample += 1) {
    const started = performance.now()
    await query(sample)
    times.push(performance.now() - started)
  }
  const at = (share: number) => quantile(times, share)
  const mark = at(0.95) > targetMs ? ' (over)' : ''
  say(`| ${name} | ${at(0.5).toFixed(1)} | ${at(0.95).toFixed(1)}${mark} | ${at(1).toFixed(1)} |`)
}

/** A claim must not feel the backlog of somebody else. */
async function measureClaim(main: Database): Promise<void> {
  const delivery = openDatabase(
    { connectionString: url, options: DELIVERY_CONNECTION_OPTIONS },
    { connectionsMax: 2 },
  )
  say(
    `\n| claim of 16 rows beside a backlog of ${BACKLOG.toLocaleString('en')} | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- |`,
  )
  let lease = 1
  await report('claim and release', async () => {
    const client = await delivery.pool.connect()
    try {
      await client.query('begin')
      lease += 1
      await claimDeliveries(client, claimInput(lease, 16))
      await client.query('rollback')
    } finally {
      client.release()
    }
  })
  await delivery.close()
  void main
}

/** Publishes, claims and completes without HTTP between: rows of events, deliveries and attempts a second. */
async function measureWrites({ pool }: Database): Promise<void> {
  await pool.query('truncate pending_deliveries')
  const delivery = openDatabase(
    { connectionString: url, options: DELIVERY_CONNECTION_OPTIONS },
    { connectionsMax: 4 },
  )
  const events = 10_000
  const started = performance.now()
  const work = Array.from({ length: 4 }, async (_, worker) => {
    for (let index = worker; index < events; index += 4)
      await publishEvent(pool, {
        workspaceId: scope(11).workspaceId,
        mode: 'test',
        currencyType: 'fiat',
        type: 'transaction.created',
        objectId: newId('txn'),
        requestId: newId('req'),
        data: { amount: '10.00', currency: 'USD', description: 'x'.repeat(120) },
        now: Date.now(),
      })
  })
  await Promise.all(work)
  const published = performance.now()
  let completed = 0
  await Promise.all(
    [1, 2].map(async (worker) => {
      for (let round = 0; ; round += 1) {
        const rows = await claimDeliveries(delivery.pool, claimInput(worker * 1_000_000 + round, 128))
        if (rows.length === 0) return
        await completeDeliveries(delivery.pool, rows.map(outcome), new Date())
        completed += rows.length
      }
    }),
  )
  const ended = performance.now()
  await delivery.close()
  const rate = (count: number, ms: number) => Math.round((count / ms) * 1000).toLocaleString('en')
  say(`\n| write path, durable, client in the same two cores | a second |\n| --- | --- |`)
  say(
    `| publish_event, one transaction each, 3 deliveries each | ${rate(events, published - started)} events, ${rate(events * 4, published - started)} rows |`,
  )
  say(
    `| claim and complete with full attempts | ${rate(completed, ended - published)} deliveries, ${rate(completed * 2, ended - published)} log rows |`,
  )
}

function claimInput(lease: number, rowsMax: number) {
  const now = new Date()
  return {
    now,
    leasedUntil: new Date(now.getTime() + 60_000),
    leaseId: String(lease),
    rowsMax,
    roomDefault: rowsMax,
    rooms: new Map(),
  }
}

function outcome(delivery: ClaimedDelivery): AttemptOutcome {
  return {
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    lease_id: delivery.leaseId,
    workspace_id: delivery.workspaceId,
    mode: delivery.mode,
    event_type: delivery.eventType,
    ping: false,
    probe: false,
    outcome: 'delivered',
    reason: null,
    next_at: null,
    at: new Date().toISOString(),
    duration_ms: 3.2,
    url: delivery.url,
    remote_address: '203.0.113.7',
    request_headers: [
      ['host', 'example.com'],
      ['content-type', 'application/json'],
      ['webhook-id', delivery.eventId],
      ['webhook-signature', `v1,${'a'.repeat(44)}`],
    ],
    status_code: 200,
    response_headers: [
      ['content-type', 'text/plain'],
      ['date', 'Mon, 23 Nov 2026 12:00:00 GMT'],
    ],
    response_body: Buffer.from('ok').toString('base64'),
    response_truncated: false,
    dns_ms: 1,
    connect_ms: 1,
    tls_ms: 1,
    first_byte_ms: 2,
    error: null,
    error_detail: null,
  }
}

function scope(workspace: number): Scope {
  return {
    workspaceId: `wks_${String(workspace).padStart(26, '0')}`,
    mode: 'test',
    currencyTypes: ['', 'fiat', 'crypto'],
  }
}

function endpoint(workspace: number): string {
  return `ep_${String(workspace).padStart(24, '0')}02`
}

function cursorAt(ms: number): string {
  return Buffer.from(JSON.stringify([idFloor('evt', ms), ''])).toString('base64url')
}
