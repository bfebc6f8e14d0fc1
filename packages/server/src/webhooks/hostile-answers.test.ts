// What endpoints may do to the worker that sends to them: the worker names it, cuts it off, and goes on.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { LASTING_ANSWERS, listenBare, QUICK_ANSWERS, type HostileAnswer } from './hostile-answers.ts'
import { createSender, type SendResult } from './send-request.ts'
import type { TlsReport } from './test-bad-tls.ts'
import { createWebhookWorld, loopbackGuard, type WebhookWorld } from './test-webhooks.ts'

const run = promisify(execFile)
/** 10 GiB are offered; what fits into the buffers of both kernels and ours is written before the cut. */
const WRITTEN_BYTES_MAX = 32 * 1024 * 1024
const BUSY_LIMIT_MS = 60_000

let world: WebhookWorld
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  world = await createWebhookWorld()
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
  await world.reset()
})
afterAll(() => world.close())

async function bare(answer: (socket: Socket) => void) {
  const listener = await listenBare(answer)
  closing.push(listener.close)
  return listener
}

async function sendOnce(url: string, timeoutMs = 5_000): Promise<SendResult> {
  const sender = createSender({ guard: loopbackGuard, timeoutMs })
  try {
    return await sender.send({ url, mode: 'test', headers: [['x-test', 'yes']], body: '{"a":1}' })
  } finally {
    await sender.close()
  }
}

function expected({ error, status, truncated, bodyBytes }: HostileAnswer) {
  return {
    error,
    ...(status === undefined ? {} : { status_code: status }),
    ...(bodyBytes === undefined ? {} : { body_bytes: bodyBytes }),
    response_truncated: truncated ?? false,
  }
}

type Bare = Awaited<ReturnType<typeof listenBare>>
type Endpoint = { hostile: HostileAnswer; listener: Bare; id: string }

async function endpointsThat(answers: readonly HostileAnswer[]): Promise<Endpoint[]> {
  const endpoints: Endpoint[] = []
  for (const hostile of answers) {
    const listener = await bare(hostile.answer)
    const { id } = await world.endpoint(listener.url, { eventTypes: ['transaction.created'] })
    endpoints.push({ hostile, listener, id })
  }
  return endpoints
}

/** What is on record of each attempt is what its endpoint did. */
async function assertNamed(eventId: string, endpoints: readonly Endpoint[]): Promise<void> {
  const attempts = await recorded(eventId)
  for (const { hostile, id, listener } of endpoints) {
    expect({ what: hostile.what, ...attempts.get(id) }).toMatchObject({
      what: hostile.what,
      ...expected(hostile),
    })
    expect(listener.bytesWrittenMax, hostile.what).toBeLessThan(WRITTEN_BYTES_MAX)
  }
}

test(
  'every hostile endpoint is named for what it did and let go of, while the others get all of their webhooks',
  { timeout: BUSY_LIMIT_MS },
  async () => {
    const lasting = await endpointsThat(LASTING_ANSWERS)
    const quick = await endpointsThat(QUICK_ANSWERS)
    const healthy = await world.listen()
    await world.endpoint(healthy.url)
    // No clock decides here, however busy the machine: what ends, ends by what the endpoint did.
    await world.deliver({ attemptTimeoutMs: BUSY_LIMIT_MS, retrySchedule: [0] })
    const eventId = await world.publish({ type: 'transaction.created' })
    const patience = { timeout: BUSY_LIMIT_MS / 2, interval: 20 }
    await vi.waitFor(
      () => expect(lasting.filter(({ listener }) => listener.requests === 1)).toEqual(lasting),
      patience,
    )
    for (let index = 0; index < 20; index += 1) await world.publish({ type: 'balance.updated' })
    await vi.waitFor(() => expect(healthy.received.length).toBe(21), patience)
    await vi.waitFor(async () => expect((await recorded(eventId)).size).toBe(quick.length + 1), patience)
    await assertNamed(eventId, quick)
    // Of those that ended, only sound answers leave a connection to use again; the others are waited for still.
    await vi.waitFor(() => {
      const open = quick.filter(({ listener }) => listener.sockets.size > 0)
      expect(open.filter(({ hostile }) => !['status', 'redirect', null].includes(hostile.error))).toEqual([])
      expect(open.filter(({ hostile }) => hostile.truncated)).toEqual([])
    })
    expect(lasting.filter(({ listener }) => listener.sockets.size === 0)).toEqual([])
  },
)

test('an endpoint that never ends its answer is cut off at the limit of the attempt', async () => {
  const lasting = await endpointsThat(LASTING_ANSWERS)
  await world.deliver({ attemptTimeoutMs: 1_500, retrySchedule: [0] })
  const eventId = await world.publish({ type: 'transaction.created' })
  await vi.waitFor(async () => expect((await recorded(eventId)).size).toBe(lasting.length))
  await assertNamed(eventId, lasting)
  await vi.waitFor(() => expect(lasting.filter(({ listener }) => listener.sockets.size > 0)).toEqual([]))
})

test('an answer that was sent before it was asked for does not count for the next webhook', async () => {
  const answer = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  let requests = 0
  const listener = await bare((socket) => {
    requests += 1
    if (requests === 1) socket.write(answer('first') + answer('planted'))
    else socket.write('HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\nreal')
  })
  const sender = createSender({ guard: loopbackGuard, timeoutMs: 5_000 })
  const send = () => sender.send({ url: listener.url, mode: 'test', headers: [], body: '{}' })
  expect((await send()).responseBody?.toString()).toBe('first')
  const second = await send()
  expect([second.error, second.responseBody?.toString()]).toEqual(['status', 'real'])
  await sender.close()
})

test('noise in every form ends as a named failure, and the process lives', async () => {
  // The same in every run: a linear congruential generator.
  let seed = 42
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const sound = [
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nt: u\r\n\r\n',
    'HTTP/1.1 103 Early\r\nlink: <a>\r\n\r\nHTTP/1.1 204 None\r\nconnection: close\r\n\r\n',
    'HTTP/1.0 301 Moved\r\nlocation: /\r\n\r\nbody',
  ]
  const mutated = () => {
    const text = Buffer.from(sound[random(sound.length)]!)
    for (let changes = 1 + random(4); changes > 0; changes -= 1)
      text[random(text.length)] = random(3) === 0 ? [0, 10, 13, 32, 58, 255][random(6)]! : random(256)
    return text.subarray(0, random(4) === 0 ? random(text.length) : text.length)
  }
  const listener = await bare((socket) => {
    const text = mutated()
    const cut = random(text.length)
    // In two pieces, so that the parser is stopped anywhere.
    socket.write(text.subarray(0, cut), () => socket.end(text.subarray(cut)))
  })
  const kinds = new Map<string, number>()
  for (let round = 0; round < 40; round += 1)
    for (const { error } of await Promise.all(Array.from({ length: 10 }, () => sendOnce(listener.url))))
      kinds.set(error ?? 'none', (kinds.get(error ?? 'none') ?? 0) + 1)
  expect([...kinds.keys()].filter((kind) => !KINDS.has(kind))).toEqual([])
  expect(kinds.get('invalid_response')).toBeGreaterThan(20)
  expect(kinds.get('none')).toBeGreaterThan(5)
})
const KINDS = new Set(['none', 'invalid_response', 'reset', 'status', 'redirect'])

test('a connection that is never accepted ends at the limit of the attempt', async () => {
  const code = `const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const waiting: Socket[] = []
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(line.toString())
    // It accepts no more: once its queue is full, the kernel leaves new connections without an answer.
    child.kill('SIGSTOP')
    for (let index = 0; index < 8; index += 1) waiting.push(connect(port, '127.0.0.1').on('error', () => {}))
    const result = await sendOnce(`http://127.0.0.1:${port}/`, 500)
    expect(result).toMatchObject({ error: 'timeout', connectMs: null, statusCode: null })
  } finally {
    waiting.forEach((socket) => socket.destroy())
    child.kill('SIGKILL')
  }
})

test('a closed port is named', async () => {
  const listener = await listenBare(() => {})
  await listener.close()
  expect(await sendOnce(listener.url)).toMatchObject({ error: 'refused', connectMs: null })
})

test('bad TLS of every kind is refused, also where the environment asks to be careless', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-tls-'))
  try {
    await certificates(dir)
    const script = fileURLToPath(new URL('test-bad-tls.ts', import.meta.url))
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script, dir], {
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        NODE_OPTIONS: '--tls-min-v1.0',
      },
    })
    const report = JSON.parse(stdout) as TlsReport
    const outcome = Object.fromEntries(
      Object.entries(report).map(([what, { error, code }]) => [what, [error, code]]),
    )
    expect(outcome).toEqual({
      sound: [null, null],
      'self-signed': ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      expired: ['tls', 'CERT_HAS_EXPIRED'],
      'wrong host': ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      'an address that the certificate does not name': ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      'an unknown authority': ['tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      'plain HTTP': ['tls', expect.stringMatching(/^(ERR_SSL|EPROTO)/)],
      'TLS 1.0 only': ['tls', expect.stringMatching(/^(ERR_SSL|EPROTO)/)],
      'TLS 1.1 only': ['tls', expect.stringMatching(/^(ERR_SSL|EPROTO)/)],
      'silence in the handshake': ['timeout', 'TIMEOUT'],
      'a close in the handshake': ['reset', 'ECONNRESET'],
      'an endless answer': ['invalid_response', 'INVALID_RESPONSE'],
    })
    // Not one byte of a webhook was said to any of them.
    for (const [what, { requests }] of Object.entries(report))
      expect([what, requests]).toEqual([what, what === 'sound' || what === 'an endless answer' ? 1 : 0])
  } finally {
    await rm(dir, { recursive: true })
  }
}, 30_000)

/** An authority, and certificates by it: sound and expired; by nobody; by an authority that nobody knows. */
async function certificates(dir: string): Promise<void> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const openssl = (args: string[]) => run('openssl', args, { cwd: dir })
  const name = ['-subj', '/CN=good.example', '-addext', 'subjectAltName=DNS:good.example']
  for (const authority of ['ca', 'stranger'])
    await openssl([
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.pem`,
      '-days',
      '2',
      '-subj',
      `/CN=${authority}`,
    ])
  await openssl(['req', '-x509', ...key, '-keyout', 'self.key', '-out', 'self.pem', '-days', '2', ...name])
  await openssl(['req', ...key, '-keyout', 'leaf.key', '-out', 'leaf.csr', ...name])
  for (const [out, authority, days] of [
    ['sound', 'ca', '2'],
    ['expired', 'ca', '-1'],
    ['unknown', 'stranger', '2'],
  ] as const)
    await openssl(
      `x509 -req -in leaf.csr -CA ${authority}.pem -CAkey ${authority}.key -CAcreateserial -days ${days} -copy_extensions copy -out ${out}.pem`.split(
        ' ',
      ),
    )
}

type Recorded = {
  error: string | null
  status_code: number | null
  body_bytes: number | null
  response_truncated: boolean
}

async function recorded(eventId: string): Promise<Map<string, Recorded>> {
  const { rows } = await world.database.pool.query<Recorded & { endpoint_id: string }>(
    `select endpoint_id, error, status_code, length(response_body) as body_bytes, response_truncated
     from delivery_attempts where event_id = $1`,
    [eventId],
  )
  return new Map(rows.map(({ endpoint_id: id, ...row }) => [id, row]))
}
