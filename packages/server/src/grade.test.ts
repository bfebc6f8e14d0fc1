import { randomBytes } from 'node:crypto'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newPublicKey, newSecretKey } from './keys/credentials.ts'
import { GRADED_PATH } from './signatures/grade-routes.ts'
import { createTestApp, signHeaders, type TestAnswer, type TestApp, type TestKey } from './test-app.ts'
import { openProduction, setUpOperator, signUpPerson, type TestPerson } from './test-production.ts'

let t: TestApp
let ada: TestPerson
let key: TestKey
let productionKey: TestKey

beforeAll(async () => {
  t = await createTestApp({ FAILURES_PER_MINUTE: '5' })
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  const olga = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  await openProduction(t, { operator: olga, person: ada })
  key = await t.createKey(ada)
  productionKey = await t.createKey(ada, { mode: 'production' })
})
afterAll(() => t.stop())
// Failures and grades are counted by the minute; every test begins a new one.
beforeEach(() => t.clock.advance(61_000))

const failedStep = ({ body }: TestAnswer) =>
  (body['steps'] as { name: string; status: string }[]).find(({ status }) => status === 'failed')?.name
const strip = ({ status, body }: TestAnswer) => ({
  status,
  ...body,
  server_time: null,
  skew_seconds: null,
  signature: null,
  components: null,
  signature_base: null,
})

/** Sends the target byte by byte as it is given: clients of HTTP would mend it. */
function sendTo(
  target: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; text: string }> {
  const all = { host: 'localhost:4747', connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect((t.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket
      .on('data', (bytes) => (answer += bytes.toString()))
      .on('error', reject)
      .on('close', () => resolve({ status: Number(answer.split(' ')[1]), text: answer }))
    socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  })
}

describe('a request that is graded', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('%s is told every step passed', async (method) => {
    const body = method === 'GET' ? undefined : { any: 'thing' }
    const answer = await t.signed(key, method, `${GRADED_PATH}?a=1&b=%20`, { body })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ verifies: true, code: null, remedy: null, secret_version: 1 })
    expect(answer.body['signature'].parameters.keyid).toBe(key.publicKey)
    expect(answer.body['components']).toContainEqual({ name: '@query', value: '?a=1&b=%20' })
    expect(answer.body['skew_seconds']).toBe(0)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers).not.toHaveProperty('ratelimit')
  })

  it('names the step, the cause and the remedy of what is wrong', async () => {
    const wrong = await t.signed({ ...key, secretKey: `${key.secretKey}\n` }, 'GET', GRADED_PATH)
    expect(failedStep(wrong)).toBe('signature')
    expect(wrong.body).toMatchObject({
      verifies: false,
      code: 'signature-invalid',
      likely_cause_code: 'secret-newline',
      remedy: 'Trim the secret where you read it.',
      secret_version: null,
    })
    const late = await t.signed(key, 'GET', GRADED_PATH, { created: Math.floor(t.clock.now() / 1000) - 400 })
    expect(late.body).toMatchObject({ likely_cause_code: 'clock-behind', skew_seconds: -400 })
    const unsigned = await sendTo(GRADED_PATH, {})
    expect(unsigned.status).toBe(200)
    expect(unsigned.text).toContain('"code":"signature-missing"')
  })

  it('uses up no nonce: the same one still opens another route, once', async () => {
    const nonce = randomBytes(16).toString('hex')
    for (let times = 0; times < 2; times += 1)
      expect((await t.signed(key, 'GET', GRADED_PATH, { nonce })).body['verifies']).toBe(true)
    expect((await t.signed(key, 'GET', '/v1/me', { nonce })).status).toBe(200)
    expect((await t.signed(key, 'GET', '/v1/me', { nonce })).body['code']).toBe('signature-replayed')
  })

  it('keeps no Idempotency-Key and makes no receipt', async () => {
    const headers = { 'idempotency-key': 'grade-1', 'accept-signature': 'receipt=("@status")' }
    const one = await t.signed(key, 'POST', GRADED_PATH, { body: { a: 1 }, headers })
    const other = await t.signed(key, 'POST', GRADED_PATH, { body: { a: 2 }, headers })
    for (const { body, headers: answered } of [one, other]) {
      expect(body['verifies']).toBe(true)
      expect(answered).not.toHaveProperty('signature')
      expect(answered).not.toHaveProperty('idempotency-replayed')
    }
  })

  it('takes nothing from the limit of its key, nor moves its last use, nor is in the Transaction Logs', async () => {
    const scarce = await t.createKey(ada, { rate_limit_per_minute: 1 })
    for (let times = 0; times < 3; times += 1)
      expect((await t.signed(scarce, 'GET', GRADED_PATH)).body['verifies']).toBe(true)
    await t.lastUse.flush()
    expect((await ada.request('GET', `/v1/api-keys/${scarce.id}`)).body['last_used_at']).toBeNull()
    expect((await t.signed(scarce, 'GET', '/v1/me')).status).toBe(200)
    const logged = await ada.request('GET', `/v1/transaction-logs?api_key_id=${scarce.id}`)
    expect(logged.body['data'].map((row: { path: string }) => row.path)).not.toContain(GRADED_PATH)
  })

  it('has a limit of its own for each address, and at most 1 MiB of body', async () => {
    const { status } = await t.signed(key, 'POST', GRADED_PATH, { body: 'x'.repeat(1024 * 1024) })
    expect(status).toBe(413)
    for (let times = 1; times < 120; times += 1)
      expect((await t.signed(key, 'GET', GRADED_PATH)).status).toBe(200)
    expect((await t.signed(key, 'GET', GRADED_PATH)).body['code']).toBe('rate-limited')
    t.clock.advance(61_000)
    expect((await t.signed(key, 'GET', GRADED_PATH)).status).toBe(200)
  })
})

describe('a stranger', () => {
  it('hears of a production key what is heard of one that does not exist, with the right secret or another', async () => {
    const unknown = { publicKey: newPublicKey('production'), secretKey: newSecretKey('production') }
    const told = strip(await t.signed(unknown, 'GET', GRADED_PATH))
    expect(told).toMatchObject({ status: 200, verifies: false, code: 'key-unknown', secret_version: null })
    expect(strip(await t.signed(productionKey, 'GET', GRADED_PATH))).toEqual(told)
    const guessed = { ...productionKey, secretKey: newSecretKey('production') }
    expect(strip(await t.signed(guessed, 'GET', GRADED_PATH))).toEqual(told)
  })

  it('is not told how much of a secret agrees', async () => {
    const near = {
      ...key,
      secretKey: `${key.secretKey.slice(0, -1)}${key.secretKey.endsWith('A') ? 'B' : 'A'}`,
    }
    const far = { ...key, secretKey: newSecretKey('test') }
    expect(strip(await t.signed(near, 'GET', GRADED_PATH))).toEqual(
      strip(await t.signed(far, 'GET', GRADED_PATH)),
    )
  })

  it('is turned away by refused grades as by refused requests, here and elsewhere', async () => {
    const wrong = { ...key, secretKey: newSecretKey('test') }
    for (let times = 0; times < 5; times += 1)
      expect((await t.signed(wrong, 'GET', GRADED_PATH)).status).toBe(200)
    expect((await t.signed(key, 'GET', GRADED_PATH)).body['code']).toBe('too-many-failures')
    expect((await t.signed(key, 'GET', '/v1/me')).body['code']).toBe('too-many-failures')
  })
})

describe('what is not signed', () => {
  it('is no failure of its address: a page elsewhere could make a browser send it', async () => {
    for (let times = 0; times < 8; times += 1) expect((await sendTo(GRADED_PATH, {})).status).toBe(200)
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })
})

describe('only the one target is graded', () => {
  it.each([
    '/v1/test/signature/',
    '/v1/test//signature',
    '/v1/test/./signature',
    '/v1/test/../test/signature',
    '/v1/test/%73ignature',
    '/v1/test%2fsignature',
    '/v1/test/signature;a',
    '/v1/test/signature#',
    '/v1/test/signature?a#b',
    '/v1/test/Signature',
    '/V1/test/signature',
    '/v1/test/signature/x',
    '/v1/test/signaturex',
    '/v1/me?/v1/test/signature',
    '/v1/me?x=/../test/signature',
    '/v1/unclean-target',
  ])('%s is not', async (target) => {
    const headers = signHeaders(
      { ...key, secretKey: newSecretKey('test') },
      { method: 'GET', path: target, payload: undefined, nowMs: t.clock.now() },
    )
    for (const one of [headers, {}]) {
      const { status, text } = await sendTo(target, one)
      expect([400, 401, 404]).toContain(status)
      expect(text).not.toContain('"verifies"')
    }
  })

  it('a HEAD or another method goes through the doors', async () => {
    for (const method of ['HEAD', 'OPTIONS'])
      expect([401, 404, 405]).toContain((await sendTo(GRADED_PATH, {}, method)).status)
  })

  it('a graded request is no signed request elsewhere', async () => {
    const headers = signHeaders(key, {
      method: 'GET',
      path: GRADED_PATH,
      payload: undefined,
      nowMs: t.clock.now(),
    })
    expect((await sendTo('/v1/me', headers)).status).toBe(401)
  })
})
