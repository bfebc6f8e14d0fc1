import { randomBytes } from 'node:crypto'
import { Agent, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestApp, signHeaders, type TestApp, type TestKey } from './test-app.ts'

const ROUNDS = 250
const WARM_UP = 30
// What a comparison that stops at the first difference would leak is far below what a shared machine jitters; this
// bound finds a refusal that takes another way. bench/secret-timing.ts looks closer, without a network.
const TOLERATED = 0.25

let t: TestApp
let key: TestKey
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  t = await createTestApp({ FAILURES_PER_MINUTE: '1000000' })
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  key = await t.createKey(await t.signUp(), { rate_limit_per_minute: 1_000_000 })
})
afterAll(async () => {
  agent.destroy()
  await t.stop()
})

/** What a refusal looks like to whoever guesses, without what differs between any two requests. */
type Refusal = { status: number; text: string; microseconds: number }

function refuse(headers: Record<string, string>): Promise<Refusal> {
  const { port } = t.app.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const startedAt = process.hrtime.bigint()
    const sent = httpRequest(
      { host: '127.0.0.1', port, path: '/v1/me', headers: { host: 'localhost:4747', ...headers }, agent },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.once('end', () =>
          resolve({
            status: answer.statusCode!,
            text: text.replace(/"request_id":"\w+"|nonce=\\"\w+\\"/g, ''),
            microseconds: Number(process.hrtime.bigint() - startedAt) / 1000,
          }),
        )
      },
    )
    sent.once('error', reject).end()
  })
}

/** A right signature whose MAC agrees in so many of its first bytes, and no further. */
function agreeing(bytes: number): Record<string, string> {
  const headers = signHeaders(key, {
    method: 'GET',
    path: '/v1/me',
    payload: undefined,
    nowMs: t.clock.now(),
  })
  const mac = Buffer.from(headers['signature']!.slice('sig1=:'.length, -1), 'base64')
  const wrong = Buffer.from(mac.map((byte, index) => (index < bytes ? byte : byte ^ 0xff)))
  return { ...headers, signature: `sig1=:${wrong.toString('base64')}:` }
}

/** Signed with a secret that agrees in so many of its first characters. */
function bySecret(characters: number): Record<string, string> {
  const { secretKey } = key
  const rest = randomBytes(secretKey.length)
    .toString('hex')
    .slice(0, secretKey.length - characters)
  const last = secretKey.at(-1) === 'x' ? 'y' : 'x'
  const near = `${secretKey.slice(0, characters)}${rest.slice(0, -1)}${last}`
  return signHeaders(
    { ...key, secretKey: near },
    { method: 'GET', path: '/v1/me', payload: undefined, nowMs: t.clock.now() },
  )
}

it(
  'how much of a MAC or of a secret agrees is told by neither status nor body nor gross time',
  { retry: 1 },
  async () => {
    const kinds: Record<string, () => Record<string, string>> = {
      'no byte': () => agreeing(0),
      '31 of 32 bytes': () => agreeing(31),
      'a secret that agrees nowhere': () => bySecret(8),
      'a secret that differs in its last character': () => bySecret(key.secretKey.length - 1),
    }
    const names = Object.keys(kinds)
    const taken = new Map(names.map((name) => [name, [] as number[]]))
    const seen = new Map(names.map((name) => [name, new Set<string>()]))
    // In turn, beginning with another each round, so that whatever disturbs the machine disturbs all alike.
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1)
      for (let step = 0; step < names.length; step += 1) {
        const name = names[(round + step) % names.length]!
        const { status, text, microseconds } = await refuse(kinds[name]!())
        seen.get(name)!.add(`${status} ${text}`)
        if (round >= WARM_UP) taken.get(name)!.push(microseconds)
      }
    const answers = names.map((name) => [...seen.get(name)!])
    expect(answers[0]).toHaveLength(1)
    expect(answers[0]![0]).toMatch(/^401 .*"signature-invalid"/)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const medians = names.map((name) => taken.get(name)!.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!)
    const [least, most] = [Math.min(...medians), Math.max(...medians)]
    expect(
      most / least,
      JSON.stringify(Object.fromEntries(names.map((name, at) => [name, medians[at]]))),
    ).toBeLessThan(1 + TOLERATED)
  },
)
