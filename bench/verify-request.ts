/**
 * DESIGN §10: `verifyRequest` alone, HMAC: ≥ 100 000 a second and ≥ 10 × the generic library on the same requests.
 * Both halves of the verifier: parse, shape, time, key, status, signature, then digest, nonce, rate limit, addresses,
 * https. The library (`http-message-sig`) parses, checks coverage and age, and verifies; it keeps no nonces.
 *
 *   taskset -c 0 npx tsx bench/verify-request.ts --rounds 7 --requests 50000 --save
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { parseArgs } from 'node:util'
import { verifySignature } from 'http-message-sig'
import { systemClock } from '../packages/server/src/clock.ts'
import { testVerification, verificationKey } from '../packages/server/src/signatures/test-verifier.ts'
import { interleave, machine, median, report, table } from './harness.ts'
import { signedHeaders, signingKey } from './load/signed-requests.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '50000' },
    save: { type: 'boolean', default: false },
  },
})
const REQUESTS = Number(values.requests)
const AUTHORITY = 'api.example.com'
const publicKey = 'pk_test_0123456789abcdefghijAB000000'
const secretKey = `sk_test_${randomBytes(24).toString('hex')}x`
const body = JSON.stringify({ text: 'x'.repeat(1013) })

type Kind = { name: string; requests: IncomingMessage[]; body: Buffer }
const kinds: Kind[] = [
  { name: 'GET /v1/me', requests: messages({ method: 'GET', path: '/v1/me' }), body: Buffer.alloc(0) },
  {
    name: 'POST of 1 KiB',
    requests: messages({ method: 'POST', path: '/v1/accounts', body }),
    body: Buffer.from(body),
  },
]

const cases: Record<string, () => Promise<number>> = {}
for (const kind of kinds) {
  cases[`${kind.name}, verifyRequest`] = () => measure(kind.requests.length, () => ours(kind))
  // A tenth of the requests: it is slower, and its rate does not depend on their number.
  cases[`${kind.name}, http-message-sig`] = () => measure(kind.requests.length / 10, () => theirs(kind))
}
for (const run of Object.values(cases)) await run()
const rates = await interleave(Number(values.rounds), cases)
const rows = kinds.map(({ name }) => {
  const [own = 0, generic = 0] = ['verifyRequest', 'http-message-sig'].map((who) =>
    median(rates[`${name}, ${who}`] ?? []),
  )
  return [name, own.toFixed(0), (1e6 / own).toFixed(2), generic.toFixed(0), (own / generic).toFixed(1)]
})
const paragraphs = [
  '# verify-request',
  `\`npx tsx bench/verify-request.ts\`, ${machine()}. ${REQUESTS} requests a round, each with a nonce of its own.`,
  table(['request', 'verifyRequest/s', 'µs each', 'http-message-sig/s', 'ratio'], rows),
  'Promised: ≥ 100 000/s and ≥ 10 ×.',
]
if (values.save) await report('verify-request', paragraphs)
else console.log(paragraphs.join('\n\n'))

async function measure(count: number, work: () => void | Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return count / ((performance.now() - startedAt) / 1000)
}

/** A fresh verifier, and so fresh nonces, for each round. */
function ours({ requests, body: bytes }: Kind): void {
  const verify = testVerification({
    clock: systemClock,
    keys: [
      verificationKey({ publicKey, secrets: [{ secret: secretKey }], rateLimitPerMinute: 1_000_000_000 }),
    ],
    authorities: new Set([AUTHORITY]),
  })
  // With nonces in memory and keys in a map nothing is left to wait for.
  for (const request of requests) void verify(request, bytes)
}

async function theirs({ requests }: Kind): Promise<void> {
  for (const request of requests.slice(0, REQUESTS / 10)) {
    const fields = []
    for (let index = 0; index < request.rawHeaders.length; index += 2)
      fields.push({ name: request.rawHeaders[index]!, value: request.rawHeaders[index + 1]! })
    await verifySignature(
      { kind: 'request', method: request.method!, targetUri: `http://${AUTHORITY}${request.url}`, fields },
      {
        policy: {
          algorithms: ['hmac-sha256'],
          requiredComponents: ['@method', '@authority', '@path', '@query'],
          requiredParameters: ['created', 'nonce', 'keyid'],
          maxAge: 300,
          clockSkew: 30,
        },
        resolveVerifier: () => ({
          algorithm: 'hmac-sha256',
          verify: (data, signature) => {
            const mac = createHmac('sha256', secretKey).update(data).digest()
            return mac.length === signature.length && timingSafeEqual(mac, signature)
          },
        }),
      },
    )
  }
}

/** What Node's parser would hand over. */
function messages(request: { method: string; path: string; body?: string }): IncomingMessage[] {
  const key = signingKey({ publicKey, secretKey })
  return Array.from({ length: REQUESTS }, () => {
    const pairs = signedHeaders(key, request, AUTHORITY)
    return {
      method: request.method,
      url: request.path,
      httpVersion: '1.1',
      headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
      rawHeaders: pairs.flat(),
      socket: { remoteAddress: '203.0.113.7', localAddress: '10.0.0.1', encrypted: true },
    } as unknown as IncomingMessage
  })
}
