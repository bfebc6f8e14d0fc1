import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestApp, TEST_ORIGIN, type TestApp, type TestKey } from './test-app.ts'
import { setUpOperator, signUpPerson, type TestPerson } from './test-production.ts'

// By address: the SDK's types are a browser's, which this package does not know.
const { Countersign, ProblemError, receiptOf, verifyReceipt } = (await import(
  new URL('../../sdk/src/index.ts', import.meta.url).href
)) as any
type Receipt = any

let t: TestApp
let operator: TestPerson
let key: TestKey
/** The paths that the clients asked for. */
let asked: string[] = []

beforeAll(async () => {
  t = await createTestApp()
  operator = await setUpOperator(t)
  const ada = await signUpPerson(t, 'ada@acme.example')
  key = await t.createKey(ada, {
    scopes: ['transactions:read', 'transactions:write', 'transaction-logs:read', 'webhook-endpoints:write'],
  })
})
afterAll(() => t.stop())

type Tamper = (answer: { status: number; headers: Headers; body: Buffer }, path: string) => void

/** The SDK as it is, in front of the whole server; `tamper` is what stands in between. */
function connect(options: Record<string, unknown> = {}, tamper: Tamper = () => {}): any {
  const through: typeof fetch = async (input, init) => {
    const url = new URL(input as string)
    asked.push(url.pathname)
    const answer = await t.app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: url.pathname + url.search,
      headers: { host: url.host, ...Object.fromEntries(new Headers(init?.headers)) },
      ...(init?.body ? { payload: init.body as string } : {}),
    })
    const changed = {
      status: answer.statusCode,
      headers: new Headers(answer.headers as Record<string, string>),
      body: answer.rawPayload,
    }
    tamper(changed, url.pathname)
    const body = changed.status === 204 ? null : new Uint8Array(changed.body)
    return new Response(body, { status: changed.status, headers: changed.headers })
  }
  asked = []
  const { publicKey, secretKey } = key
  return new Countersign({
    baseUrl: TEST_ORIGIN,
    publicKey,
    secretKey,
    fetch: through,
    retriesMax: 0,
    ...options,
  })
}

const deposit = { type: 'deposit', amount: '10.00', currency: 'USD' } as const
const keyIds = async () => {
  const { body } = await operator.request('GET', '/v1/operator/signing-keys')
  return body['data'].filter((one: any) => one.purpose === 'receipts').map((one: any) => one.id) as string[]
}

it('a client checks every answer by itself, reads the directory once, and hands out what can be kept', async () => {
  const kept: Receipt[] = []
  const client = connect({ receipts: { onReceipt: (receipt: Receipt) => kept.push(receipt) } })
  const made = await client.transactions.create(deposit, { idempotencyKey: 'order-1' })
  const again = await client.transactions.create(deposit, { idempotencyKey: 'order-1' })
  const problem: unknown = await client.transactions.get('txn_unknown').catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(ProblemError)
  expect(asked.filter((path) => path.startsWith('/.well-known/'))).toHaveLength(1)
  expect(kept).toEqual([receiptOf(made), receiptOf(again), receiptOf(problem)])

  const stored = JSON.parse(JSON.stringify(receiptOf(made)))
  expect(JSON.parse(stored.request.body)).toEqual(deposit)
  expect(JSON.parse(stored.response.body)).toEqual(made)
  expect(stored.response.status).toBe(201)
  await expect(verifyReceipt(stored, { keys: await keyIds() })).resolves.toBeDefined()
  stored.response.body = stored.response.body.replace('10.00', '99.00')
  await expect(verifyReceipt(stored, { keys: await keyIds() })).rejects.toMatchObject({
    reason: 'digest-mismatch',
  })
})

it('an answer without content has a receipt too', async () => {
  const kept: Receipt[] = []
  const client = connect({ receipts: { onReceipt: (receipt: Receipt) => kept.push(receipt) } })
  const { id } = await client.webhookEndpoints.create({ url: 'https://example.com/hook', event_types: ['*'] })
  expect(await client.request('DELETE', `/v1/webhook-endpoints/${id}`)).toBeUndefined()
  expect(kept.at(-1).response).toMatchObject({ status: 204, body: '' })
})

it('a client follows a rotation of the platform by itself', async () => {
  const client = connect()
  await client.me()
  await operator.request('POST', '/v1/operator/signing-keys/rotate', { body: { purpose: 'receipts' } })
  const me = await client.me()
  expect(receiptOf(me).public_key.kid).toBe((await keyIds())[0])
  expect(asked.filter((path) => path.startsWith('/.well-known/'))).toHaveLength(2)
})

it.each<[reason: string, Tamper]>([
  ['digest-mismatch', (answer) => (answer.body = Buffer.from('{"mode":"production"}'))],
  ['signature-mismatch', (answer) => (answer.status = 201)],
  ['malformed', (answer) => answer.headers.set('signature-input', 'receipt=(')],
  ['malformed', (answer) => answer.headers.delete('signature')],
  [
    'not-covered',
    (answer) =>
      answer.headers.set(
        'signature-input',
        answer.headers.get('signature-input')!.replace('"@path";req ', ''),
      ),
  ],
  [
    'key-unknown',
    (answer) =>
      answer.headers.set(
        'signature-input',
        answer.headers.get('signature-input')!.replace(/keyid="[^"]*"/, 'keyid="mine"'),
      ),
  ],
])('a changed answer is thrown as ReceiptError %s', async (reason, change) => {
  const client = connect({}, (answer, path) => {
    if (path === '/v1/me') change(answer, path)
  })
  await expect(client.me()).rejects.toMatchObject({ name: 'ReceiptError', reason })
})

it("one request's receipt does not fit another", async () => {
  let first: Headers | undefined
  const client = connect({}, (answer, path) => {
    if (path !== '/v1/me') return
    if (first) answer.headers = first
    first = answer.headers
  })
  await client.me()
  await expect(client.me()).rejects.toMatchObject({ name: 'ReceiptError' })
})

it('an answer that lost its receipt is refused from a server known for receipts, and always with pinned keys', async () => {
  let isStripped = false
  const strip: Tamper = (answer) => {
    if (isStripped)
      for (const name of ['signature', 'signature-input', 'content-digest']) answer.headers.delete(name)
  }
  const client = connect({}, strip)
  await client.me()
  isStripped = true
  await expect(client.me()).rejects.toMatchObject({ reason: 'missing' })
  await expect(connect({ receipts: { keys: await keyIds() } }, strip).me()).rejects.toMatchObject({
    reason: 'missing',
  })
  // Of a server that never gave one, none is expected; and a refusal without one is only a refusal.
  expect(receiptOf(await connect({}, strip).me())).toBeUndefined()
  await expect(client.transactions.get('txn_unknown')).rejects.toBeInstanceOf(ProblemError)
})

it('whoever hides the directory makes no client forget that the server gives receipts', async () => {
  let step: 'honest' | 'unknown key' | 'stripped' = 'honest'
  const client = connect({}, (answer, path) => {
    if (step === 'honest') return
    if (path.startsWith('/.well-known/')) answer.status = 404
    else if (step === 'unknown key')
      answer.headers.set(
        'signature-input',
        answer.headers.get('signature-input')!.replace(/keyid="[^"]*"/, 'keyid="mine"'),
      )
    else for (const name of ['signature', 'signature-input', 'content-digest']) answer.headers.delete(name)
  })
  await client.me()
  step = 'unknown key'
  await expect(client.me()).rejects.toMatchObject({ name: 'ReceiptError' })
  step = 'stripped'
  await expect(client.me()).rejects.toMatchObject({ reason: 'missing' })
})

it('pinned keys need no directory when they are whole, and refuse every other', async () => {
  const { body } = await operator.request('GET', '/.well-known/http-message-signatures-directory')
  const directory =
    body['keys'] ??
    JSON.parse(
      (
        await t.app.inject({
          url: '/.well-known/http-message-signatures-directory',
          headers: { host: 'localhost:4747' },
        })
      ).body,
    ).keys
  await connect({ receipts: { keys: directory } }).me()
  expect(asked).toEqual(['/v1/me'])
  await expect(connect({ receipts: { keys: ['x'.repeat(43)] } }).me()).rejects.toMatchObject({
    reason: 'key-unknown',
  })
})

it('receipts: false asks for none; streams come without', async () => {
  const client = connect({ receipts: false })
  expect(receiptOf(await client.me())).toBeUndefined()
  expect(asked).toEqual(['/v1/me'])
  const asking = connect()
  await asking.me()
  await t.requestLog.flush()
  expect(
    await asking.request('GET', '/v1/transaction-logs/export', { query: { format: 'ndjson' } }),
  ).toContain('/v1/me')
})

it('a directory that does not answer is told apart from one that is not there', async () => {
  const client = connect({}, (answer, path) => {
    if (path.startsWith('/.well-known/')) answer.status = 503
  })
  await expect(client.me()).rejects.toMatchObject({ name: 'ReceiptError', reason: 'keys-unavailable' })
})

it('answers that name unknown keys make a client ask for the directory six times a minute at most', async () => {
  const client = connect({}, (answer, path) => {
    if (path === '/v1/me')
      answer.headers.set(
        'signature-input',
        answer.headers.get('signature-input')!.replace(/keyid="[^"]*"/, 'keyid="mine"'),
      )
  })
  for (let count = 0; count < 12; count += 1)
    await expect(client.me()).rejects.toMatchObject({ reason: 'key-unknown' })
  expect(asked.filter((path) => path.startsWith('/.well-known/')).length).toBeLessThanOrEqual(6)
})
