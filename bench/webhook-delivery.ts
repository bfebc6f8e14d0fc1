/**
 * DESIGN §10, webhooks: from the commit of an event to the 2xx of its endpoint, at 1 000 and 2 500 events a second, with
 * a dead endpoint that takes half of the traffic, behind a backlog of 300 000 rows, and memory over a soak.
 *
 *   npx tsx bench/webhook-delivery.ts [--seconds 6] [--rounds 5] [--backlog 300000]
 *   npx tsx bench/webhook-delivery.ts --minutes 10      only the soak
 *
 * The product's own worker (the bundle, ROLES=worker) on embedded PostgreSQL with the product's durable settings. Load
 * and receivers are this process. With `taskset` the worker has the first core and this process the last; PostgreSQL
 * goes where it likes. Ten customers with an endpoint each; events are committed ten milliseconds apart, as many as
 * the rate asks for in each transaction. The dead endpoint takes connections and never answers.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDatabase } from '../packages/server/src/database/database.ts'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { migrate } from '../packages/server/src/database/migrate.ts'
import { createSealer } from '../packages/server/src/encryption.ts'
import { newId } from '../packages/server/src/ids.ts'
import { sealHeaders, sealSecret } from '../packages/server/src/webhooks/endpoint-secrets.ts'
import { EVENT_TYPES } from '../packages/server/src/webhooks/event-types.ts'
import { insertEndpoint, insertSecret } from '../packages/server/src/webhooks/queries.ts'
import { newWebhookSecret } from '../packages/server/src/webhooks/sign.ts'
import { build } from '../scripts/build.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    backlog: { type: 'string', default: '300000' },
    minutes: { type: 'string', default: '0' },
  },
})
const SECONDS = Number(values.seconds)
const ROUNDS = Number(values.rounds)
const BACKLOG = Number(values.backlog)
const MINUTES = Number(values.minutes)
const TICK_MS = 10
const CUSTOMERS = 10
const DRAIN_LIMIT_MS = 60_000
const SAMPLE_MS = 10_000
const BURST = 15_000
const root = fileURLToPath(new URL('../', import.meta.url))

const DATA = JSON.stringify(EVENT_TYPES['transaction.completed'].example)

type Sent = { sentAt: number; committedAt: number; arrivedAt: number }
const events = new Map<string, Sent>()
let arrived = 0
const say = (line = '') => process.stdout.write(`${line}\n`)

await build()
const dataDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
const postgres = await startEmbeddedPostgres({ dataDir })
await migrate(postgres.url)
const database = openDatabase(postgres.url, { connectionsMax: 8 })
const masterKey = randomBytes(32)
const sealer = createSealer([masterKey])
const servers: Server[] = []
let worker: ChildProcess | undefined
try {
  pin(process.pid, cpus().length - 1)
  const healthy = await Promise.all(Array.from({ length: CUSTOMERS }, () => openCustomer(true)))
  const dead = await openCustomer(false)
  worker = await startProductWorker()
  const pid = worker.pid!
  say('# webhook-delivery\n')
  say(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, embedded PostgreSQL 18 (durable), ${new Date().toISOString().slice(0, 10)}; load average at the start ${loadavg()[0]?.toFixed(1)}.\n`,
  )
  await run(healthy, 500, 2)
  if (MINUTES > 0) await soak(healthy, pid)
  else await measureAll(healthy, dead, pid)
} finally {
  if (worker && worker.exitCode === null) {
    const ended = once(worker, 'close')
    worker.kill('SIGTERM')
    await ended
  }
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
  await database.close()
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}

async function measureAll(healthy: string[], dead: string, pid: number): Promise<void> {
  const scenarios: [string, () => Promise<Result>][] = [
    ['1 000/s', () => run(healthy, 1_000, SECONDS)],
    ['2 500/s', () => run(healthy, 2_500, SECONDS)],
    ['1 000/s, and 1 000/s to a dead endpoint', () => run(healthy, 1_000, SECONDS, dead)],
    [`${BURST.toLocaleString('en')} at once`, () => burst(healthy)],
  ]
  const results = new Map<string, Result[]>()
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, measure] of scenarios) {
      const result = await measure()
      results.set(name, [...(results.get(name) ?? []), result])
      process.stderr.write(`${round + 1} ${name}: ${JSON.stringify(result)}\n`)
    }
  await fillBacklog(dead)
  const name = `1 000/s, ${BACKLOG.toLocaleString('en')} due rows of the dead endpoint beside`
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await run(healthy, 1_000, SECONDS)
    results.set(name, [...(results.get(name) ?? []), result])
    process.stderr.write(`${round + 1} ${name}: ${JSON.stringify(result)}\n`)
  }
  say(
    '| events | p50 ms | p99 ms | p50, from the statement | p99, from the statement | delivered/s | not delivered |',
  )
  say('| --- | --- | --- | --- | --- | --- | --- |')
  for (const [what, runs] of results) {
    const of = (field: keyof Result) => median(runs.map((one) => one[field]))
    const shown = (value: number) => (Number.isNaN(value) ? '' : value.toFixed(1))
    say(
      `| ${what} | ${shown(of('p50'))} | ${shown(of('p99'))} | ${shown(of('p50Sent'))} | ${shown(of('p99Sent'))} | ${Math.round(of('perSecond'))} | ${runs.reduce((sum, one) => sum + one.missing, 0)} |`,
    )
  }
  say(
    `\nMedians of ${ROUNDS} runs of ${SECONDS} s, interleaved. Milliseconds from the acknowledged commit (and from the`,
  )
  say(
    'sending of the statement that commits) to the receiver’s 2xx. Worker, resident, at the end: ' +
      `${rssOf(pid)} MiB.`,
  )
}

async function soak(healthy: string[], pid: number): Promise<void> {
  say(`| minute | resident MiB | p99 ms | not delivered |\n| --- | --- | --- | --- |`)
  const end = performance.now() + MINUTES * 60_000
  const start = performance.now()
  while (performance.now() < end) {
    const result = await run(healthy, 1_000, SAMPLE_MS / 1_000)
    const minute = ((performance.now() - start) / 60_000).toFixed(1)
    say(`| ${minute} | ${rssOf(pid)} | ${result.p99.toFixed(1)} | ${result.missing} |`)
  }
}

type Result = {
  p50: number
  p99: number
  p50Sent: number
  p99Sent: number
  perSecond: number
  missing: number
}

/** Publishes at a steady rate and waits until every healthy event has arrived. */
async function run(healthy: string[], rate: number, seconds: number, dead?: string): Promise<Result> {
  events.clear()
  arrived = 0
  const perTick = Math.round((rate * TICK_MS) / 1_000)
  const started = performance.now()
  const publishing: Promise<void>[] = []
  for (let tick = 0; tick < (seconds * 1_000) / TICK_MS; tick += 1) {
    const wait = started + tick * TICK_MS - performance.now()
    if (wait > 0) await delay(wait)
    publishing.push(
      publish(Array.from({ length: perTick }, (_, index) => healthy[(tick + index) % healthy.length]!)),
    )
    if (dead)
      publishing.push(
        publish(
          Array.from({ length: perTick }, () => dead),
          false,
        ),
      )
  }
  await Promise.all(publishing)
  const arrivedMeanwhile = arrived
  const lasted = (performance.now() - started) / 1_000
  await allArrived()
  return describe(arrivedMeanwhile / lasted)
}

/** Commits many at once: how many a second go out when nothing has to be waited for. */
async function burst(healthy: string[]): Promise<Result> {
  events.clear()
  arrived = 0
  const chunk = 500
  for (let index = 0; index < BURST; index += chunk)
    await publish(Array.from({ length: chunk }, (_, at) => healthy[(index + at) % healthy.length]!))
  const before = arrived
  const started = performance.now()
  await allArrived()
  const perSecond = (BURST - before) / ((performance.now() - started) / 1_000)
  return { p50: NaN, p99: NaN, p50Sent: NaN, p99Sent: NaN, perSecond, missing: events.size - arrived }
}

async function allArrived(): Promise<void> {
  const limit = performance.now() + DRAIN_LIMIT_MS
  while (arrived < events.size && performance.now() < limit) await delay(5)
}

function describe(perSecond: number): Result {
  const seen = [...events.values()].filter((event) => event.arrivedAt > 0)
  const committed = seen.map((event) => event.arrivedAt - event.committedAt).toSorted((a, b) => a - b)
  const sent = seen.map((event) => event.arrivedAt - event.sentAt).toSorted((a, b) => a - b)
  return {
    p50: quantile(committed, 0.5),
    p99: quantile(committed, 0.99),
    p50Sent: quantile(sent, 0.5),
    p99Sent: quantile(sent, 0.99),
    perSecond,
    missing: events.size - seen.length,
  }
}

/** One transaction with an event for each workspace named, published as the ledger publishes a batch. */
async function publish(workspaces: string[], isMeasured = true): Promise<void> {
  const ids = workspaces.map(() => newId('evt'))
  const sentAt = performance.now()
  if (isMeasured) for (const id of ids) events.set(id, { sentAt, committedAt: sentAt, arrivedAt: 0 })
  await database.pool.query({
    name: 'publish',
    text: `select publish_events(array_agg((e.id, e.workspace_id, 'test', 'fiat', 'transaction.completed', e.object_id,
        null, $4)::event_request), now())
      from unnest($1::text[], $2::text[], $3::text[]) as e (id, workspace_id, object_id)`,
    values: [ids, workspaces, ids.map(() => newId('txn')), DATA],
  })
  const committedAt = performance.now()
  for (const id of ids) {
    const event = events.get(id)
    if (event) event.committedAt = committedAt
  }
}

/** A workspace with one endpoint on a server of its own. @returns the workspace's id */
async function openCustomer(answers: boolean): Promise<string> {
  const server = createServer((request, response) => {
    if (!answers) return
    request.resume().once('end', () => {
      response.writeHead(204).end()
      const event = events.get(String(request.headers['webhook-id']))
      if (!event || event.arrivedAt > 0) return
      event.arrivedAt = performance.now()
      arrived += 1
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const workspaceId = newId('wks')
  const owner = { endpointId: newId('ep'), mode: 'test' } as const
  const now = new Date()
  await database.transaction(async (client) => {
    const endpoint = {
      id: owner.endpointId,
      workspaceId,
      mode: owner.mode,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      description: null,
      eventTypes: ['*'],
      currencyType: null,
      sealedHeaders: sealHeaders(sealer, owner, {}),
      signatureSchemes: ['v1' as const],
      payload: 'full' as const,
      ordering: 'none' as const,
      enabled: true,
      now,
    }
    await insertEndpoint(client, endpoint, 1)
    const sealed = sealSecret(sealer, owner, 1, newWebhookSecret())
    await insertSecret(client, {
      endpointId: owner.endpointId,
      version: 1,
      sealed,
      now,
      previousExpireAt: now,
    })
  })
  return workspaceId
}

/** Due rows of one endpoint, as they lie there after a day of outage. */
async function fillBacklog(workspaceId: string): Promise<void> {
  await database.pool.query(
    `with event as (
       insert into events (id, workspace_id, mode, currency_type, type, object_id, sequence, body, created_at)
       select 'evt_' || lpad(n::text, 26, '0'), $1, 'test', 'fiat', 'transaction.completed', 'txn_' || n, 1, $3, now()
       from generate_series(1, $2::int) n returning id)
     insert into pending_deliveries (endpoint_id, event_id, currency_type, next_at, created_at)
     select e.id, event.id, 'fiat', now(), now() from event, webhook_endpoints e where e.workspace_id = $1`,
    [workspaceId, BACKLOG, `{"data":${DATA}}`],
  )
}

/** The bundle with ROLES=worker, ready. */
async function startProductWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(root, 'packages/server/dist/main.js')], {
    env: {
      PATH: process.env['PATH'],
      HOME: dataDir,
      DATA_DIR: join(dataDir, 'worker'),
      DATABASE_URL: postgres.url,
      MASTER_KEY: masterKey.toString('base64'),
      PUBLIC_URL: 'http://127.0.0.1:1',
      ROLES: 'worker',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the worker did not start')))
    child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve())
  })
  pin(child.pid!, 0)
  return child
}

function pin(pid: number, core: number): void {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
  } catch {
    process.stderr.write('taskset is missing: nothing is pinned\n')
  }
}

function rssOf(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1_024)
}

function quantile(sorted: number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN
}

function median(list: number[]): number {
  return quantile(
    list.toSorted((a, b) => a - b),
    0.5,
  )
}
