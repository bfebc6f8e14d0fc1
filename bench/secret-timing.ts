/**
 * Two questions about refusals (issue 4). Does the time that a refusal takes tell how much of a wrong MAC, or of a
 * wrong secret, agrees with the right one? And what does the costliest refusal, whose every cause is tried, cost?
 *
 * The verifier runs in this process, with no socket and no network between it and the clock: what cannot be told
 * here cannot be told from outside.
 *
 *   taskset -c 0 npx tsx bench/secret-timing.ts --samples 20000 --save
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseArgs } from 'node:util'
import { systemClock } from '../packages/server/src/clock.ts'
import { hmacKey, hmacSha256, verifyHmac } from '../packages/server/src/message-authentication.ts'
import { testVerification, verificationKey } from '../packages/server/src/signatures/test-verifier.ts'
import { machine, median, quantile, report, table } from './harness.ts'

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '20000' }, save: { type: 'boolean', default: false } },
})
const SAMPLES = Number(values.samples)
const WARM_UP = 2_000
const COSTLY_RUNS = 1_000
const CALLS_PER_SAMPLE = 200
const CALL_SAMPLES = 2_000
const AGREEING = [0, 1, 16, 31]
const OWN = new Set(['localhost:4747', '127.0.0.1:4747', '[::1]:4747'])
const AUTHORITY = 'localhost:4747'
const publicKey = 'pk_test_0123456789abcdefghijAB000000'
const newSecret = () => `sk_test_${randomBytes(25).toString('hex').slice(0, 49)}`
const secret = newSecret()

const single = verifier([{ secret }])
const macRows = timings(
  AGREEING.map((bytes): [string, () => IncomingMessage] => [
    `${bytes} of 32 bytes`,
    () => request({ mac: (right) => agreeingIn(right, bytes) }),
  ]),
)
const secretRows = timings(
  [0, 1, 16, 31, secret.length - 1].map((count): [string, () => IncomingMessage] => [
    `${count} of ${secret.length} characters`,
    () => request({ secret: agreeingSecret(count) }),
  ]),
)
const callRows = callTimings()
const paragraphs = [
  '# secret-timing',
  `\`npx tsx bench/secret-timing.ts\`, ${machine()}. ${SAMPLES} refusals of each kind, in random order, each timed alone, in µs.`,
  '## A wrong MAC that agrees in its first bytes',
  table(['agrees in', 'median', 'p25', 'p75', 'median − all'], macRows),
  '## A wrong secret that agrees in its first characters',
  table(['agrees in', 'median', 'p25', 'p75', 'median − all'], secretRows),
  'The last column is the distance to the median of all rows: what leaks would grow with the first column and reach beyond the spread between the quartiles.',
  '## The comparison alone',
  table(['agrees in', 'median in ns', 'p25', 'p75', 'median − all'], callRows),
  `\`verifyHmac\` without the rest, ${CALL_SAMPLES} samples of ${CALLS_PER_SAMPLE} calls each.`,
  '## What a refusal costs the server',
  table(['refusal', 'CPU in µs, median of 5 rounds', 'least', 'most'], costRows()),
  `Each round refuses ${COSTLY_RUNS} requests; user and system time of the whole process. Without HTTP and the log.`,
]
if (values.save) await report('secret-timing', paragraphs)
else console.log(paragraphs.join('\n\n'))

/** Interleaved in random order, so that whatever disturbs the machine disturbs all kinds alike. */
function timings(kinds: readonly [string, () => IncomingMessage][]): string[][] {
  const taken = kinds.map((): number[] => [])
  for (let index = 0; index < WARM_UP; index += 1) refuse(single, kinds[index % kinds.length]![1]())
  for (let index = 0; index < SAMPLES * kinds.length; index += 1) {
    const kind = Math.floor(Math.random() * kinds.length)
    const message = kinds[kind]![1]()
    const startedAt = process.hrtime.bigint()
    refuse(single, message)
    taken[kind]!.push(Number(process.hrtime.bigint() - startedAt) / 1000)
  }
  return spread(
    kinds.map(([name]) => name),
    taken,
  )
}

function callTimings(): string[][] {
  const key = hmacKey(Buffer.from(secret))
  const text = 'x'.repeat(300)
  const macs = AGREEING.map((bytes) =>
    agreeingIn(Buffer.from(hmacSha256(key, text), 'base64'), bytes).toString('base64'),
  )
  const taken = macs.map((): number[] => [])
  for (let index = 0; index < CALL_SAMPLES * macs.length; index += 1) {
    const kind = Math.floor(Math.random() * macs.length)
    const startedAt = process.hrtime.bigint()
    for (let call = 0; call < CALLS_PER_SAMPLE; call += 1) verifyHmac(key, text, macs[kind]!)
    taken[kind]!.push(Number(process.hrtime.bigint() - startedAt) / CALLS_PER_SAMPLE)
  }
  return spread(
    AGREEING.map((bytes) => `${bytes} of 32 bytes`),
    taken,
  )
}

function spread(names: readonly string[], taken: readonly number[][]): string[][] {
  const all = median(taken.flat())
  return names.map((name, kind) => {
    const own = taken[kind]!
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(own, share)) as [
      number,
      number,
      number,
    ]
    return [name, middle.toFixed(2), low.toFixed(2), high.toFixed(2), (middle - all).toFixed(2)]
  })
}

function costRows(): string[][] {
  const hour = 3_600_000
  const retired = Array.from({ length: 8 }, () => ({ secret: newSecret(), expiresAt: Date.now() - hour }))
  const live = [{ secret }, { secret: newSecret(), expiresAt: Date.now() + hour }]
  const full = verifier([...live, ...retired])
  const query = Array.from({ length: 60 }, (_, index) => `name${index}=va+l%20ue%2f${index}`).join('&')
  const wrong = (message: { target?: string; host?: string; alg?: string }) =>
    request({ ...message, mac: () => randomBytes(32) })
  const kinds: [string, ReturnType<typeof verifier>, () => IncomingMessage][] = [
    ['unknown cause, GET /v1/me, one secret', single, () => wrong({})],
    [
      'every cause tried: 2 live and 8 retired secrets, base of 2 000 characters',
      full,
      () => wrong({ target: `/v1/accounts?${query}` }),
    ],
    [
      'base past the limit: not explained',
      full,
      () => wrong({ target: `/v1/accounts?${query}&${'x'.repeat(4_000)}` }),
    ],
    ['another Host, 3 own names tried', full, () => wrong({ host: 'elsewhere.example' })],
    ['no cause sought (created is old)', single, () => request({ ageSeconds: 4_000 })],
  ]
  return kinds.map(([name, verify, make]) => {
    const rounds = Array.from({ length: 5 }, () => cpuOf(verify, make))
    return [name, ...[0.5, 0, 1].map((share) => quantile(rounds, share).toFixed(1))]
  })
}

function cpuOf(verify: ReturnType<typeof verifier>, make: () => IncomingMessage): number {
  const messages = Array.from({ length: COSTLY_RUNS }, make)
  const before = process.cpuUsage()
  for (const message of messages) refuse(verify, message)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / COSTLY_RUNS
}

function refuse(verify: ReturnType<typeof verifier>, message: IncomingMessage): void {
  try {
    void verify(message, Buffer.alloc(0))
  } catch {
    return
  }
  throw new Error('a request that should be refused was accepted')
}

function verifier(secrets: readonly { secret: string; expiresAt?: number }[]) {
  return testVerification({
    clock: systemClock,
    keys: [verificationKey({ publicKey, secrets })],
    authorities: OWN,
  })
}

type Wrong = {
  target?: string
  host?: string
  secret?: string
  ageSeconds?: number
  mac?: (right: Buffer) => Buffer
}

/** What Node's parser would hand over. */
function request({ target = '/v1/me', host = AUTHORITY, ageSeconds = 0, ...wrong }: Wrong): IncomingMessage {
  const [path = '', query = ''] = target.split('?')
  const created = Math.floor(Date.now() / 1000) - ageSeconds
  const nonce = randomBytes(16).toString('hex')
  const params = `("@method" "@authority" "@path" "@query");created=${created};nonce="${nonce}";keyid="${publicKey}";alg="hmac-sha256"`
  const base = `"@method": GET\n"@authority": ${host}\n"@path": ${path}\n"@query": ?${query}\n"@signature-params": ${params}`
  const right = createHmac('sha256', wrong.secret ?? secret)
    .update(base)
    .digest()
  const mac = (wrong.mac ?? ((bytes) => bytes))(right)
  const rawHeaders = ['Host', host, 'Signature-Input', `sig1=${params}`]
  rawHeaders.push('Signature', `sig1=:${mac.toString('base64')}:`)
  const headers: Record<string, string> = {}
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers[rawHeaders[index]!.toLowerCase()] = rawHeaders[index + 1]!
  return {
    method: 'GET',
    url: target,
    httpVersion: '1.1',
    headers,
    rawHeaders,
    socket: { remoteAddress: '203.0.113.7', localAddress: '10.0.0.1', encrypted: true },
  } as unknown as IncomingMessage
}

/** Random, but its first bytes are right and the next one is not. */
function agreeingIn(right: Buffer, count: number): Buffer {
  const mac = randomBytes(right.length)
  right.copy(mac, 0, 0, count)
  mac[count] = right[count]! ^ 0x01
  return mac
}

function agreeingSecret(count: number): string {
  const rest = newSecret().slice(8) + 'x'.repeat(16)
  const next = secret[count] === '0' ? '1' : '0'
  return secret.slice(0, count) + next + rest.slice(0, secret.length - count - 1)
}
