// Every hostile target is saved through the API, delivered by the real deliverer, and dialled where every
// address of the world is this machine, so that a connection to any of them would be heard.
import { execFile, spawnSync } from 'node:child_process'
import { BlockList, createServer, type AddressInfo, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createTestApp, type TestMember } from '../test-app.ts'
import { hostileHosts, HOSTILE_NAMES, HOSTILE_URLS, LOCAL_NAMES, REBINDING_NAME } from './hostile-targets.ts'
import { createLookup } from './resolve-name.ts'
import { createTargetGuard } from './target-guard.ts'
import type { EveryAddressReport } from './test-every-address.ts'
import { startNameServer } from './test-name-server.ts'
import { createWebhookWorld, type WebhookWorld } from './test-webhooks.ts'

const run = promisify(execFile)
const PROXY = 'http://9.9.9.9:3128'
const EVERY_ADDRESS_IS_OURS =
  'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo'
const inNamespace = (command: string) => ['-rn', 'sh', '-c', `${EVERY_ADDRESS_IS_OURS} && ${command}`]
const hasNamespaces = spawnSync('unshare', inNamespace('true')).status === 0
/** Kernels refuse to connect to multicast, broadcast and link-local addresses without a device. */
const UNREACHABLE_BY_KERNEL = /^(22[4-9]|23\d|255)\.|^\[(ff|fe[89ab])/

let world: WebhookWorld
let names: Awaited<ReturnType<typeof startNameServer>>
const listeners: Server[] = []
let heard = 0
let port = 0
beforeAll(async () => {
  world = await createWebhookWorld()
  names = await startNameServer()
  for (const [name, answers] of Object.entries(HOSTILE_NAMES)) names.answers.set(name, answers)
  const server = createServer((socket) => {
    heard += 1
    socket.destroy()
  })
  // Dual stack: 127.0.0.1 and ::1.
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  port = (server.address() as AddressInfo).port
  listeners.push(server)
})
afterEach(() => world.reset())
afterAll(async () => {
  listeners.forEach((server) => server.close())
  await names.close()
  await world.close()
})

const strict = createTargetGuard({ allowedNetworks: new BlockList(), loopbackInTestMode: false })
const urls = (scheme: string) => [
  ...hostileHosts().map((host) => `${scheme}://${host}/`),
  ...LOCAL_NAMES.map((host) => `${scheme}://${host}/`),
]

test('the table holds at least 80 targets, each once', () => {
  const all = [
    ...hostileHosts(),
    ...LOCAL_NAMES,
    ...HOSTILE_URLS.map(([url]) => url),
    ...Object.keys(HOSTILE_NAMES),
  ]
  expect(new Set(all).size).toBe(all.length)
  expect(hostileHosts().length).toBeGreaterThanOrEqual(80)
})

test.skipIf(!hasNamespaces)(
  'where every address would answer, none of the hostile ones hears a connection',
  async () => {
    const script = fileURLToPath(new URL('test-every-address.ts', import.meta.url))
    const env = {
      ...process.env,
      HTTP_PROXY: PROXY,
      HTTPS_PROXY: PROXY,
      ALL_PROXY: PROXY,
      NODE_USE_ENV_PROXY: '1',
    }
    const { stdout } = await run(
      'unshare',
      inNamespace(`exec "${process.execPath}" --import tsx "${script}"`),
      {
        env: { ...env, http_proxy: PROXY, https_proxy: PROXY },
        maxBuffer: 16 * 1024 * 1024,
      },
    )
    const report = JSON.parse(stdout) as EveryAddressReport

    expect(report.hosts.length).toBe(2 * hostileHosts().length)
    for (const { host, scheme, control, heard: connections, errors } of report.hosts) {
      // A sender without the guard is heard: the silence below is the guard's doing.
      if (!UNREACHABLE_BY_KERNEL.test(host)) expect(control.length, `${scheme} ${host}`).toBe(1)
      expect(connections, host).toEqual([])
      expect(errors, host).toEqual(['target_refused', 'target_refused', 'target_refused'])
    }
    for (const { name, heard: connections, error } of report.names)
      expect([name, connections, error]).toEqual([name, [], 'target_refused'])
    for (const { address, heard: connections } of report.public)
      expect(connections).toEqual([{ at: address.replace('::ffff:', ''), port: 80 }])
    // The second look-up answered with a private address; the first connection went to the judged public one.
    expect(report.rebinding).toEqual({
      heard: [{ at: '93.184.215.14', port: 80 }],
      errors: ['reset', 'target_refused'],
      lookups: 2,
    })
    expect(report.redirect).toEqual({ heard: [{ at: '8.8.4.4', port: 80 }], error: 'redirect' })
    expect(report.opened.map(({ address, heard: connections }) => [address, connections.length])).toEqual([
      ['10.1.2.3', 1],
      ['127.0.0.1', 1],
      ['::1', 1],
      ['fd00::1', 1],
      ['169.254.169.254', 0],
      ['100.100.100.200', 0],
      ['fd00:ec2::254', 0],
    ])
    expect(report.ports.map(({ port: tried, heard: connections }) => [tried, connections.length])).toEqual([
      [25, 0],
      [6379, 0],
      [8080, 1],
    ])
    expect(report.proxy).toEqual([])
  },
  60_000,
)

test('no endpoint is saved for a hostile target, made new or changed, in either mode', async () => {
  const app = await createTestApp({ TRUST_PROXY: '192.0.2.1/32' })
  try {
    const ada = await app.signUp()
    const made = await ada.request('POST', '/v1/webhook-endpoints', {
      body: endpoint('https://example.com/'),
    })
    expect(made.status).toBe(201)
    const path = `/v1/webhook-endpoints/${made.body.id}`
    const all = [...urls('https'), ...HOSTILE_URLS.map(([url]) => url).filter((url) => url.length <= 2048)]
    for (const url of all) {
      const answers = [
        await ada.request('POST', '/v1/webhook-endpoints', { body: endpoint(url) }),
        await ada.request('POST', '/v1/webhook-endpoints', { body: endpoint(url), mode: 'production' }),
        await ada.request('PATCH', path, { body: { url } }),
      ]
      for (const { status, body } of answers)
        expect([url, status, body.code, body.errors?.[0].pointer]).toEqual([
          url,
          422,
          'webhook-target-refused',
          '/url',
        ])
    }
    expect((await ada.request('GET', path)).body.url).toBe('https://example.com/')
    expect((await ada.request('GET', '/v1/webhook-endpoints')).body.data.length).toBe(1)
  } finally {
    await app.stop()
  }
}, 120_000)

test('loopback is saved in test mode of a server on loopback, and nowhere else', async () => {
  const loopback = [
    'http://127.0.0.1:3000/',
    'http://localhost:3000/',
    'http://[::1]:3000/',
    'http://127.1:3000/',
  ]
  const saved = async (member: TestMember, mode: string, scheme: string) => {
    const statuses = []
    for (const url of loopback) {
      const body = endpoint(url.replace('http', scheme))
      statuses.push((await member.request('POST', '/v1/webhook-endpoints', { body, mode })).status)
    }
    return new Set(statuses)
  }
  for (const [env, mode, scheme, status] of [
    [{}, 'test', 'http', 201],
    [{}, 'production', 'https', 422],
    [{ TRUST_PROXY: '192.0.2.1/32' }, 'test', 'http', 422],
    [{ TRUST_PROXY: '192.0.2.1/32', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8,::1' }, 'test', 'http', 201],
    [{ WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8,::1' }, 'production', 'https', 201],
    [{ WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0/8' }, 'production', 'https', 422],
  ] as const) {
    const app = await createTestApp(env as Record<string, string>)
    try {
      expect([env, mode, await saved(await app.signUp(), mode, scheme)]).toEqual([
        env,
        mode,
        new Set([status]),
      ])
    } finally {
      await app.stop()
    }
  }
}, 60_000)

test.each(['test', 'production'] as const)(
  'an endpoint that was stored all the same is refused at delivery in %s mode, and its attempt says so',
  async (mode) => {
    const scheme = mode === 'test' ? 'http' : 'https'
    const targets = [...hostileHosts(), ...LOCAL_NAMES, ...Object.keys(HOSTILE_NAMES)].map(
      (host) => `${scheme}://${host}:${port}/`,
    )
    targets.push(...HOSTILE_URLS.map(([url]) => url).filter((url) => !url.includes('\u0000')))
    const lookup = createLookup([names.address])
    heard = 0
    // A workspace takes 100 endpoints.
    for (let start = 0; start < targets.length; start += 100) {
      const some = targets.slice(start, start + 100)
      for (const target of some) await world.endpoint(target, { mode })
      const eventId = await world.publish({ mode })
      await world.deliver({ guard: strict, lookup, retrySchedule: [0] })
      await vi.waitFor(async () => expect((await attempts(eventId)).length).toBe(some.length), {
        timeout: 15_000,
        interval: 50,
      })
      for (const attempt of await attempts(eventId))
        expect(attempt).toEqual({
          url: attempt.url,
          error: 'target_refused',
          connect_ms: null,
          status_code: null,
        })
      await world.reset()
    }
    expect(heard).toBe(0)
  },
  60_000,
)

test('a name that turns private after its first delivery is refused at the next, and the log tells both', async () => {
  const opened = new BlockList()
  opened.addAddress('127.0.0.1', 'ipv4')
  const guard = createTargetGuard({ allowedNetworks: opened, loopbackInTestMode: false })
  names.answers.set(REBINDING_NAME, [['127.0.0.1'], ['127.0.0.2']])
  await world.endpoint(`http://${REBINDING_NAME}:${port}/`)
  heard = 0
  await world.deliver({ guard, lookup: createLookup([names.address]), retrySchedule: [0, 0] })
  const eventId = await world.publish()
  await vi.waitFor(async () => expect((await attempts(eventId)).length).toBe(2), {
    timeout: 8_000,
    interval: 20,
  })
  expect((await attempts(eventId)).map((attempt) => attempt.error)).toEqual(['reset', 'target_refused'])
  expect(heard).toBe(1)
})

type Attempt = { url: string; error: string | null; connect_ms: number | null; status_code: number | null }

async function attempts(eventId: string): Promise<Attempt[]> {
  const { rows } = await world.database.pool.query<Attempt>(
    'select url, error, connect_ms, status_code from delivery_attempts where event_id = $1 order by number',
    [eventId],
  )
  return rows
}

function endpoint(url: string) {
  return { url, event_types: ['*'] }
}
