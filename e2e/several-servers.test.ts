import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, launchUntilExit, makeFolder, type LaunchedServer } from './harness.ts'
import { REDIS_SERVER, startRedis } from './redis.ts'
import { launchTwoServers, type Pair, type TwoServers } from './two-servers.ts'

const FELT_WITHIN_MS = 250

let t: TwoServers
let ada: Person
let database: pg.Client
const inTime = { timeout: 20_000, interval: 20 }

async function createKey(settings: Record<string, unknown> = {}): Promise<Pair & { id: string }> {
  const made = await ada.createKey(settings)
  return { id: made.id, publicKey: made.public_key, secretKey: made.secret_key }
}
const use = async (server: LaunchedServer, pair: Pair, path?: string) =>
  t.send(server, await t.sign(pair, path), path)
const statusOf = async (server: LaunchedServer, pair: Pair) => (await use(server, pair)).status
const codeOf = async (server: LaunchedServer, pair: Pair) => (await use(server, pair)).body['code']
const cutListeners = () =>
  database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign key changes'`,
  )
const passesAgain = (pair: Pair) =>
  vi.waitFor(
    async () => expect([await statusOf(t.first, pair), await statusOf(t.second, pair)]).toEqual([200, 200]),
    inTime,
  )

describe.skipIf(REDIS_SERVER === null)('two API servers on one database and one Redis', () => {
  beforeAll(async () => {
    t = await launchTwoServers()
    ada = await signUpPerson(t.first.url)
    database = new pg.Client({ connectionString: t.postgres.url })
    await database.connect()
  })
  afterAll(async () => {
    await database?.end()
    await cleanUp()
    await t?.redis.remove()
  })

  it('a request that one has accepted is refused by the other, also when both get it at the same moment', async () => {
    const key = await createKey()
    const headers = await t.sign(key)
    expect((await t.send(t.first, headers)).status).toBe(200)
    expect((await t.send(t.second, headers)).body).toMatchObject({ code: 'signature-replayed' })
    for (let round = 0; round < 20; round += 1) {
      const copy = await t.sign(key)
      const answers = await Promise.all([
        t.send(t.first, copy),
        t.send(t.second, copy),
        t.send(t.second, copy),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    }
  })

  it('what a key may do in a minute is counted by both, and both say what is left', async () => {
    const key = await createKey()
    await ada.call('PATCH', `/v1/api-keys/${key.id}`, { rate_limit_per_minute: 4 })
    await delay(FELT_WITHIN_MS)
    const left: unknown[] = []
    for (const server of [t.first, t.second, t.first, t.second])
      left.push((await use(server, key)).headers['ratelimit'])
    expect(left.map((field) => /^"key";r=(\d);t=\d+$/.exec(String(field))?.[1])).toEqual(['3', '2', '1', '0'])
    for (const server of [t.first, t.second]) {
      const refused = await use(server, key)
      expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
      expect(refused.headers).toMatchObject({ 'ratelimit-policy': '"key";q=4;w=60' })
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  it.each([
    ['deleted', 'key-revoked', (id: string) => ada.call('DELETE', `/v1/api-keys/${id}`)],
    ['disabled', 'key-disabled', (id: string) => ada.call('PATCH', `/v1/api-keys/${id}`, { enabled: false })],
    [
      'rotated without overlap',
      'signature-invalid',
      (id: string) => ada.call('POST', `/v1/api-keys/${id}/rotate`, { overlap_seconds: 0 }),
    ],
  ])('a key that was %s on one is refused on the other within 250 ms', async (_name, code, change) => {
    const key = await createKey()
    expect(await statusOf(t.second, key)).toBe(200)
    await change(key.id)
    expect(await codeOf(t.first, key)).toBe(code)
    await delay(FELT_WITHIN_MS)
    expect(await codeOf(t.second, key)).toBe(code)
  })

  it('the keys of a workspace that is suspended are refused on both within 250 ms, and pass again once it goes on', async () => {
    const keys = [await createKey(), await createKey()]
    for (const key of keys) await passesAgain(key)
    await database.query(
      `insert into workspace_suspensions (workspace_id, reason, suspended_at, suspended_by)
       select workspace_id, 'x', now(), 'usr_x' from api_keys where id = $1`,
      [keys[0]!.id],
    )
    await delay(FELT_WITHIN_MS)
    for (const server of [t.first, t.second])
      for (const key of keys) expect(await codeOf(server, key)).toBe('workspace-suspended')
    await database.query('delete from workspace_suspensions')
    for (const key of keys) await passesAgain(key)
  })

  it('a change by a bare SQL statement is felt on both', async () => {
    const key = await createKey()
    for (const server of [t.first, t.second]) expect(await statusOf(server, key)).toBe(200)
    await database.query('update api_keys set enabled = false where id = $1', [key.id])
    await delay(FELT_WITHIN_MS)
    for (const server of [t.first, t.second]) expect(await codeOf(server, key)).toBe('key-disabled')
  })

  it('a server whose LISTEN connection is cut, once or again and again, lets no revoked key in', async () => {
    const bystander = await createKey()
    const keys = await Promise.all(Array.from({ length: 8 }, () => createKey()))
    let cutting = true
    const cutter = (async () => {
      for (; cutting; await delay(10)) await cutListeners()
    })()
    for (const key of keys) {
      expect(await statusOf(t.second, key)).toBe(200)
      await ada.call('DELETE', `/v1/api-keys/${key.id}`)
      await delay(FELT_WITHIN_MS)
      expect(await codeOf(t.second, key)).toBe('key-revoked')
      expect(await statusOf(t.second, bystander)).toBe(200)
    }
    cutting = false
    await cutter
    await delay(500)
    for (const key of keys) expect(await codeOf(t.second, key)).toBe('key-revoked')
  })

  it('a live view on one server shows what the other answered, and ends when its key is deleted there', async () => {
    const key = await createKey()
    const watcher = await createKey()
    const path = '/v1/transaction-logs/stream'
    let text = ''
    const ended = openStream(t.second, await t.sign(watcher, path), path, (chunk) => (text += chunk))
    await vi.waitFor(() => expect(text).toContain(': connected'), inTime)
    // Within a second every server has learned that somebody watches; each try leaves its row time to arrive.
    await vi.waitFor(
      async () => {
        await use(t.first, key)
        expect(text).toContain(`"api_key_id":"${key.id}"`)
      },
      { timeout: 20_000, interval: 150 },
    )
    await ada.call('DELETE', `/v1/api-keys/${watcher.id}`)
    await ended
  })

  it('an event that one server publishes is live on the other, and so is what becomes of it', async () => {
    const watcher = await createKey()
    let text = ''
    const streams = ['/v1/events/stream', '/v1/webhook-logs/stream'].map(async (path) =>
      openStream(t.second, await t.sign(watcher, path), path, (chunk) => (text += chunk)),
    )
    await vi.waitFor(() => expect(text.match(/: connected/g)).toHaveLength(2))
    const { id } = await createKey()
    await vi.waitFor(() => expect(text.match(new RegExp(`"object_id":"${id}"`, 'g'))).toHaveLength(2), {
      timeout: 5_000,
    })
    expect(text).toContain('"reason":"no_endpoint"')
    await ada.call('DELETE', `/v1/api-keys/${watcher.id}`)
    await Promise.all(streams)
  })

  it('while Redis is away signed requests get 503 and pages go on; when it is back, all goes on by itself', async () => {
    const key = await createKey()
    await t.redis.kill()
    const refused = await use(t.first, key)
    expect([refused.status, refused.body['code']]).toEqual([503, 'service-unavailable'])
    expect(refused.headers['retry-after']).toBeDefined()
    expect((await fetch(`${t.first.url}/readyz`)).status).toBe(503)
    expect(await ada.call('GET', '/v1/api-keys')).toHaveProperty('data')
    await t.redis.start()
    await passesAgain(key)
    expect((await fetch(`${t.first.url}/readyz`)).status).toBe(200)
  })

  it('a Redis that takes commands and answers none costs a request two seconds at most', async () => {
    const key = await createKey()
    t.redis.signal('SIGSTOP')
    const startedAt = performance.now()
    expect((await use(t.second, key)).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(2_500)
    t.redis.signal('SIGCONT')
    await passesAgain(key)
  })

  it.each([
    ['killed and started empty', async () => {}],
    ['killed and started from an older snapshot', () => t.redis.command('SAVE')],
    ['emptied while it runs', null],
  ])('no request passes a second time after Redis was %s', async (_name, prepare) => {
    const key = await createKey()
    await prepare?.()
    const captured = await Promise.all(Array.from({ length: 5 }, () => t.sign(key)))
    for (const headers of captured) expect((await t.send(t.first, headers)).status).toBe(200)
    const seen = new Set<number>()
    let replaying = true
    const replayer = (async () => {
      for (; replaying; await delay(20))
        for (const headers of captured)
          for (const server of [t.first, t.second]) seen.add((await t.send(server, headers)).status)
    })()
    if (prepare) {
      await t.redis.kill()
      await delay(100)
      await t.redis.start()
    } else await t.redis.command('FLUSHALL')
    await passesAgain(key)
    await delay(300)
    replaying = false
    await replayer
    expect([...seen].filter((status) => status !== 401 && status !== 503)).toEqual([])
    expect((await t.send(t.second, captured[0]!)).body['code']).toMatch(/^signature-(expired|replayed)$/)
  })

  it('a clock that runs ahead is remembered over a loss of Redis', async () => {
    const key = await createKey()
    const { signRequest } = await import('../packages/sdk/src/index.ts')
    const url = new URL('/v1/me', t.env['PUBLIC_URL'])
    const created = Math.floor(Date.now() / 1000) + 25
    const headers = { ...(await signRequest({ method: 'GET', url, ...key, created })) }
    expect((await t.send(t.first, headers)).status).toBe(200)
    await t.redis.command('FLUSHALL')
    await passesAgain(key)
    expect((await t.send(t.second, headers)).body['code']).toBe('signature-replayed')
  })

  it('a server with another Redis makes nobody accept a request twice', async () => {
    const other = await startRedis()
    const stray = await launchServer({
      dataDir: await makeFolder(),
      env: { ...t.env, REDIS_URL: other.url },
    })
    const key = await createKey()
    for (let round = 0; round < 100; round += 1) {
      const copy = await t.sign(key)
      const answers = await Promise.all([t.first, t.second, stray].map((server) => t.send(server, copy)))
      const accepted = answers.filter(({ status }) => status === 200).length
      expect(accepted).toBeLessThanOrEqual(1)
      if (round % 5 === 0) await delay(50)
      const again = await Promise.all([t.first, t.second, stray].map((server) => t.send(server, copy)))
      if (accepted === 1) expect(again.filter(({ status }) => status === 200)).toEqual([])
    }
    await stray.stop()
    await other.remove()
    await passesAgain(key)
  })

  it('what an address fails at one server counts at the other, which then turns it away unasked', async () => {
    const env = { ...t.env, FAILURES_PER_MINUTE: '20', TRUST_PROXY: '127.0.0.1/32' }
    const [one, two] = await Promise.all(
      [0, 1].map(async () => launchServer({ dataDir: await makeFolder(), env })),
    )
    const key = await createKey()
    const wrong = { ...key, secretKey: (await createKey()).secretKey }
    const from = async (server: LaunchedServer, pair: Pair, address: string) => {
      const { status, body } = await t.send(server, {
        ...(await t.sign(pair)),
        'x-forwarded-for': address,
        'x-forwarded-proto': 'https',
      })
      return [status, body['code']]
    }
    for (let count = 0; count < 20; count += 1)
      expect(await from(one!, wrong, '198.51.100.77')).toEqual([401, 'signature-invalid'])
    // The first that fails here is told how many failed there.
    expect(await from(two!, wrong, '198.51.100.77')).toEqual([401, 'signature-invalid'])
    await vi.waitFor(async () =>
      expect(await from(two!, key, '198.51.100.77')).toEqual([429, 'too-many-failures']),
    )
    expect((await from(two!, key, '198.51.100.78'))[0]).toBe(200)
    await Promise.all([one!.stop(), two!.stop()])
  })

  it('a server without REDIS_URL, or whose Redis evicts, or that cannot reach it, says so in a line and ends', async () => {
    const { REDIS_URL: _shared, ...alone } = t.env
    const start = async (env: Record<string, string>) => {
      const { code, output } = await launchUntilExit({ dataDir: await makeFolder(), env })
      return `${String(code)} ${output}`
    }
    expect(await start(alone)).toMatch(
      /^1 Another Countersign server \(process \d+\) already runs on this database\. Several servers need REDIS_URL, the same for each\.\n$/,
    )
    const evicting = await startRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru')
    expect(await start({ ...t.env, REDIS_URL: evicting.url })).toMatch(
      /^1 REDIS_URL evicts .*Set maxmemory-policy to noeviction\.\n$/,
    )
    await evicting.remove()
    expect(await start({ ...t.env, REDIS_URL: 'redis://:hunter2@127.0.0.1:1' })).toMatch(
      /^1 Cannot use REDIS_URL \(redis:\/\/127\.0\.0\.1:1\): .*ECONNREFUSED.*\n$/,
    )
  })

  it('beside one that keeps nonces in its memory, a server with REDIS_URL refuses to start', async () => {
    expect(await Promise.all([t.first.stop(), t.second.stop()])).toEqual([0, 0])
    const { REDIS_URL: _shared, ...alone } = t.env
    const key = await launchServer({ dataDir: await makeFolder(), env: alone })
    const { code, output } = await launchUntilExit({ dataDir: await makeFolder(), env: t.env })
    expect([code, output]).toEqual([
      1,
      `Another Countersign server (process ${key.pid}) already runs on this database without REDIS_URL. Several servers need REDIS_URL, the same for each.\n`,
    ])
  })
})

/** Reads a stream until it ends. */
function openStream(
  server: LaunchedServer,
  headers: Record<string, string>,
  path: string,
  onText: (chunk: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const host = new URL(t.env['PUBLIC_URL'] as string).host
    request({ host: '127.0.0.1', port: server.port, path, headers: { ...headers, host } }, (answer) => {
      answer.setEncoding('utf8').on('data', onText).once('end', resolve).once('error', reject)
    })
      .once('error', reject)
      .end()
  })
}
