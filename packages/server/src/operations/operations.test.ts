import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { newId } from '../ids.ts'
import { createLog } from '../log.ts'
import { observe } from '../observe.ts'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import { setUpOperator, signUpPerson, type TestPerson } from '../test-production.ts'
import { exposition } from './exposition.ts'
import { startMetrics, type MetricsServer } from './metrics-server.ts'
import type { RequestMetrics } from './request-metrics.ts'
import { attentionOf } from './system-health.ts'
import type { SystemHealth } from './schema.ts'

// The parser of Prometheus' own client, where Python has it.
const HAS_PROMETHEUS_CLIENT = spawnSync('python3', ['-c', 'import prometheus_client']).status === 0
const READ_WITH_PROMETHEUS_CLIENT = `
import sys
from prometheus_client.parser import text_string_to_metric_families
print(sum(len(family.samples) for family in text_string_to_metric_families(sys.stdin.read())))
`
let t: TestApp
let olga: TestPerson
let ada: TestPerson
let key: TestKey
let metrics: RequestMetrics
const stops: (() => Promise<unknown>)[] = []
const secret = randomBytes(16).toString('hex')

beforeAll(async () => {
  t = await createTestApp({ METRICS_PORT: '0' })
  metrics = t.requestMetrics
  olga = await setUpOperator(t)
  ada = await signUpPerson(t, `ada-${secret}@acme.example`)
  key = await t.createKey(ada)
  await observe(
    { ...t, databaseUrl: null },
    {
      api: { services: t, requestMetrics: metrics },
      worker: {
        loops: () => [
          {
            name: 'settle',
            last_run_at: new Date(t.clock.now()).toISOString(),
            failures: 0,
            failing_since: null,
          },
        ],
        attempts: () => ({ succeeded: 5, failed: 2 }),
      },
    },
    { add: ({ run }) => void stops.unshift(run) },
  )
})
afterAll(async () => {
  for (const stop of stops) await stop()
  await t.stop()
})

type Parsed = { types: Map<string, string>; values: Map<string, number>; labels: Set<string> }
const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LINE = new RegExp(
  `^(${NAME})(?:\\{((?:${NAME}="(?:[^"\\\\\\n]|\\\\[\\\\"n])*",?)*)\\})? (\\+Inf|-?[0-9.e+-]+)$`,
)

/** By the grammar of the text format 0.0.4: every line, each family once and together, histograms that add up. */
function parse(text: string): Parsed {
  const types = new Map<string, string>()
  const values = new Map<string, number>()
  const labels = new Set<string>()
  let family = ''
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      expect(types.has(name), `${name} twice`).toBe(false)
      family = name
    } else if (kind === 'TYPE') types.set(name, rest)
    else {
      const [, sample = '', pairs = '', value = ''] = LINE.exec(line) ?? []
      expect(sample, line).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?$`))
      const id = `${sample}{${pairs}}`
      expect(values.has(id), `${id} twice`).toBe(false)
      values.set(id, value === '+Inf' ? Infinity : Number(value))
      for (const [, label] of pairs.matchAll(/([a-z_]+)="/g)) labels.add(label!)
    }
  }
  for (const [id, count] of values)
    if (id.includes('_count{'))
      expect(values.get(id.replace('_count{', '_bucket{').replace('}', ',le="+Inf"}')), id).toBe(count)
  return { types, values, labels }
}

let port: number
const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
const withMetrics = async (
  work: (server: MetricsServer) => Promise<void>,
  sources = [{ name: 'requests', read: () => metrics.read() }],
) => {
  const server = await startMetrics({ host: '127.0.0.1', port: 0 }, sources, createLog('silent'))
  port = server.port
  try {
    await work(server)
  } finally {
    await server.close()
  }
}

describe('/metrics', () => {
  it('tells requests, latencies and refusals by patterns and codes that no caller chooses', async () => {
    for (let index = 0; index < 3; index += 1) await t.signed(key, 'GET', `/v1/transactions/${newId('txn')}`)
    await t.signed({ ...key, secretKey: `${key.secretKey.slice(0, -1)}x` }, 'GET', '/v1/me')
    await t.signed(key, 'GET', `/v1/${secret}`)
    await t.app.inject({ method: 'GET', url: `/${secret}`, headers: { host: 'localhost:4747' } })
    await withMetrics(async () => {
      const text = await scrape()
      const { values, types, labels } = parse(text)
      expect(
        values.get('countersign_requests_total{method="GET",route="/v1/transactions/:id",status="4xx"}'),
      ).toBe(3)
      expect(
        values.get('countersign_request_duration_seconds_count{method="GET",route="/v1/transactions/:id"}'),
      ).toBe(3)
      expect(values.get('countersign_refusals_total{code="signature-invalid"}')).toBe(1)
      expect(
        values.get('countersign_requests_total{method="ANY",route="none",status="4xx"}'),
      ).toBeGreaterThanOrEqual(1)
      expect(types.get('countersign_request_duration_seconds')).toBe('histogram')
      expect([...labels].sort()).toEqual(['code', 'le', 'method', 'route', 'source', 'status'])
      for (const value of [secret, key.publicKey, key.secretKey, ada.email, ada.workspaceId])
        expect(text).not.toContain(value)
    })
  })

  it('tells everything that an operator sets an alert on, with what stands in the database', async () => {
    const { apiMetrics, processMetrics, sharedMetrics, workerMetrics } = await import('./system-metrics.ts')
    await t.signed(key, 'GET', '/v1/me')
    await withMetrics(async () => {
      const text = await scrape()
      const { values, types } = parse(text)
      for (const name of [
        'countersign_key_cache_finds_total{result="hit"}',
        'countersign_nonce_store_bytes{}',
        'countersign_database_connections{state="busy"}',
        'process_resident_memory_bytes{}',
        'countersign_ledger_entries_total{}',
        'countersign_database_size_bytes{}',
      ])
        expect([name, values.has(name)]).toEqual([name, true])
      expect(values.get('countersign_key_cache_keys{}')).toBeGreaterThan(0)
      expect(values.get('countersign_nonce_store_bytes{}')).toBeGreaterThan(0)
      expect(values.get('countersign_webhook_attempts_total{result="failed"}')).toBe(2)
      expect(values.get('countersign_ledger_discrepancies{}')).toBe(0)
      expect(values.get('countersign_scrape_failed{source="database"}')).toBe(0)
      // Nothing has been proved yet: an age that is not there rather than one that is wrong.
      expect(types.has('countersign_full_reconciliation_age_seconds')).toBe(false)
      const python = spawnSync('python3', ['-c', READ_WITH_PROMETHEUS_CLIENT], {
        input: text,
        encoding: 'utf8',
      })
      if (HAS_PROMETHEUS_CLIENT) expect([python.stderr, Number(python.stdout)]).toEqual(['', values.size])
    }, [
      { name: 'process', read: processMetrics(t.database) },
      { name: 'api', read: () => apiMetrics(t) },
      {
        name: 'worker',
        read: () => workerMetrics({ loops: () => [], attempts: () => ({ succeeded: 1, failed: 2 }) }),
      },
      { name: 'database', read: () => sharedMetrics(t) as never },
    ])
  })

  it('answers what it can when the database is away, and says what is missing', async () => {
    const broken = { name: 'database', read: () => Promise.reject(new Error('away')) as never }
    await withMetrics(async () => {
      const { values } = parse(await scrape())
      expect(values.get('countersign_scrape_failed{source="database"}')).toBe(1)
      expect(values.get('countersign_scrape_failed{source="requests"}')).toBe(0)
      expect([...values.keys()].some((id) => id.startsWith('countersign_requests_total'))).toBe(true)
    }, [broken, { name: 'requests', read: () => metrics.read() }])
  })

  it('is at its own address only, and nothing else is there', async () => {
    expect(readConfig({}).metrics).toBeNull()
    expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 })
    expect(() => readConfig({ METRICS_HOST: '0.0.0.0' })).toThrow(/METRICS_PORT/)
    expect(() => readConfig({ METRICS_PORT: 'many' })).toThrow(/METRICS_PORT/)
    expect(
      (await t.app.inject({ method: 'GET', url: '/metrics', headers: { host: 'localhost:4747' } }))
        .statusCode,
    ).toBe(404)
    await withMetrics(async () => {
      const at = (path: string, method = 'GET') =>
        fetch(`http://127.0.0.1:${port}${path}`, { method }).then(({ status }) => status)
      expect([
        await at('/'),
        await at('/v1/me'),
        await at('/metrics', 'POST'),
        await at('/metrics', 'HEAD'),
      ]).toEqual([404, 404, 405, 200])
    })
  })

  it('escapes what stands in labels and help', () => {
    const text = exposition([
      {
        name: 'x',
        help: 'a\\b\nc',
        type: 'gauge',
        samples: [
          { value: 1.5, labels: { a: 'q"\\\n' } },
          { value: Infinity, labels: { a: '' } },
        ],
      },
    ])
    expect(text).toBe('# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{a="q\\"\\\\\\n"} 1.5\nx{a=""} +Inf\n')
  })
})

describe('/v1/operator/health', () => {
  const read = async (): Promise<SystemHealth> => {
    const answer = await olga.request('GET', '/v1/operator/health')
    expect(answer.status, answer.text).toBe(200)
    return answer.body as SystemHealth
  }

  it('shows every server, queue and connection, to operators', async () => {
    const found = await read()
    expect(found).toMatchObject({ status: 'good', attention: [] })
    expect(found.servers).toMatchObject([
      {
        pid: process.pid,
        roles: ['api', 'worker'],
        alive: true,
        redis: null,
        verifying: true,
        loops: [{ name: 'settle' }],
      },
    ])
    expect(found.servers[0]!.memory_bytes).toBeGreaterThan(10_000_000)
    expect(found.database.latency_ms).toBeGreaterThan(0)
    expect(found.rails.map(({ currency_type }) => currency_type)).toEqual(['fiat', 'crypto'])
    expect((await ada.request('GET', '/v1/operator/health')).status).toBe(403)
  })

  it('points at a server that is gone, a late queue and a failed mail', async () => {
    const { pool } = t.database
    await pool.query(
      `insert into server_heartbeats (id, host, pid, roles, facts, started_at, seen_at)
       select 'dead', 'old-host', 7, '{worker}', facts, started_at, $1 from server_heartbeats limit 1`,
      [new Date(t.clock.now() - 60_000)],
    )
    await pool.query(
      "insert into rail_tasks (transaction_id, rail, due_at) values ('txn_x', 'simulator', $1)",
      [new Date(t.clock.now() - 300_000)],
    )
    const { status, attention, servers } = await read()
    expect(status).toBe('attention')
    expect(servers.find(({ id }) => id === 'dead')).toMatchObject({ alive: false, host: 'old-host' })
    expect(attention.join('\n')).toMatch(/old-host \(process 7\) has not been heard of/)
    expect(attention.join('\n')).toMatch(/asked about 300 s late/)
    await pool.query(
      "delete from rail_tasks where transaction_id = 'txn_x'; delete from server_heartbeats where id = 'dead'",
    )
  })

  it('puts into words whatever is wrong', async () => {
    const good = await read()
    const server = good.servers[0]!
    const now = t.clock.now()
    const cases: [Partial<SystemHealth>, RegExp][] = [
      [{ ledger: { ...good.ledger, open_discrepancies: 2 } }, /does not add up: 2/],
      [{ servers: [] }, /No worker is alive/],
      [{ servers: [{ ...server, redis: false }] }, /cannot reach Redis/],
      [{ servers: [{ ...server, verifying: false }] }, /cannot accept signed requests/],
      [{ servers: [{ ...server, log_rows: { waiting: 0, lost: 4 } }] }, /lost 4 rows/],
      [
        { servers: [{ ...server, disk: { free_bytes: 1, total_bytes: 100 } }] },
        /less than a tenth of the disk/,
      ],
      [{ servers: [{ ...server, event_loop_lag_ms: 900 }] }, /lags 900 ms/],
      [{ servers: [{ ...server, database_pool: { total: 20, idle: 0, waiting: 9 } }] }, /9 requests wait/],
      [
        {
          servers: [
            { ...server, loops: [{ name: 'prune', last_run_at: null, failures: 3, failing_since: 'noon' }] },
          ],
        },
        /loop prune has failed 3 times/,
      ],
      [{ queues: { ...good.queues, webhooks_late_seconds: 61 } }, /Webhooks are 61 s late/],
      [{ queues: { ...good.queues, mail_failed: 1 } }, /1 mails could not be sent/],
      [{ database: { ...good.database, connections: 99, connections_max: 100 } }, /99 of 100/],
      [
        {
          rails: [
            {
              name: 'manual',
              currency_type: 'fiat',
              enabled: true,
              healthy: false,
              detail: 'no instructions',
            },
          ],
        },
        /no instructions/,
      ],
      [
        { ledger: { ...good.ledger, last_full_at: new Date(now - 3 * 86_400_000).toISOString() } },
        /last proved/,
      ],
    ]
    for (const [change, words] of cases)
      expect(attentionOf({ ...good, ...change }, now).join('\n')).toMatch(words)
    expect(attentionOf(good, now)).toEqual([])
  })

  it('forgets a server that ended in order', async () => {
    expect((await read()).servers).toHaveLength(1)
    for (const stop of stops.splice(0)) await stop()
    expect((await read()).servers).toEqual([])
  })
})
