import { createHash, createPublicKey, verify } from 'node:crypto'
import { component, verifySignature, type FieldOccurrence, type SignatureComponent } from 'http-message-sig'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newSecretKey } from './keys/credentials.ts'
import { createTestApp, signHeaders, type SignOptions, type TestApp, type TestKey } from './test-app.ts'
import { setUpOperator, signUpPerson, type TestPerson } from './test-production.ts'

const ACCEPT = 'receipt=("@status" "content-digest");created;alg="ed25519";tag="countersign-receipt"'
let t: TestApp
let operator: TestPerson
let ada: TestPerson
let key: TestKey

beforeAll(async () => {
  t = await createTestApp()
  operator = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  key = await t.createKey(ada, { scopes: ['transactions:read', 'transactions:write', 'api-keys:write'] })
})
afterAll(() => t.stop())
beforeEach(() => t.clock.advance(61_000))

type Exchange = {
  method: string
  path: string
  sent: Record<string, string>
  status: number
  headers: Record<string, string>
  body: Buffer
}

async function exchange(
  method: string,
  path: string,
  {
    accept = ACCEPT,
    as = key,
    change = {},
    ...options
  }: SignOptions & {
    accept?: string
    as?: Pick<TestKey, 'publicKey' | 'secretKey'>
    change?: Record<string, string>
  } = {},
): Promise<Exchange> {
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body)
  const signed = signHeaders(as, { method, path, payload, nowMs: t.clock.now(), ...options })
  const sent = {
    host: 'localhost:4747',
    ...signed,
    ...(accept ? { 'accept-signature': accept } : {}),
    ...change,
  }
  const answer = await t.app.inject({
    method: method as 'GET',
    url: path,
    headers: sent,
    ...(payload === undefined ? {} : { payload }),
  })
  return {
    method,
    path,
    sent,
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: answer.rawPayload,
  }
}

type Directory = { keys: { kid: string; x: string; kty: string; crv: string }[] }
async function directory(): Promise<Directory> {
  const answer = await t.app.inject({
    url: '/.well-known/http-message-signatures-directory',
    headers: { host: 'localhost:4747' },
  })
  expect(answer.headers['content-type']).toBe('application/http-message-signatures-directory+json')
  return answer.json()
}

/** Verifies with an independent library, which lays out the base by itself from what went over the wire. */
async function expectVerified(one: Exchange, label = 'receipt') {
  const { keys } = await directory()
  const fields = (headers: Record<string, unknown>): FieldOccurrence[] =>
    Object.entries(headers).map(([name, value]) => ({ name, value: String(value) }))
  const required: SignatureComponent[] = [
    '@status',
    'content-digest',
    ...['@method', '@authority', '@path', '@query'].map((name) => component(name, { req: true })),
    ...['content-digest', 'content-type', 'idempotency-key']
      .filter((name) => one.sent[name] !== undefined)
      .map((name) => component(name, { req: true })),
    component('signature', { req: true, key: 'sig1' }),
  ]
  const verified = await verifySignature(
    {
      kind: 'response',
      status: one.status,
      fields: fields(one.headers),
      request: {
        kind: 'request',
        method: one.method,
        targetUri: `http://${one.sent['host']}${one.path}`,
        fields: fields(one.sent),
      },
    },
    {
      label,
      policy: {
        algorithms: ['ed25519'],
        requiredComponents: required,
        requiredParameters: ['created', 'keyid', 'alg', 'tag'],
        now: Math.floor(t.clock.now() / 1000),
        maxAge: 5,
        clockSkew: 5,
      },
      resolveVerifier: ({ parameters }) => {
        const jwk = keys.find(({ kid }) => kid === parameters.keyid)
        if (!jwk) throw new Error('the key is not in the directory')
        const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
        return { algorithm: 'ed25519', verify: (data, signature) => verify(null, data, publicKey, signature) }
      },
    },
  )
  const digest = createHash('sha256')
    .update(one.method === 'HEAD' ? '' : one.body)
    .digest('base64')
  expect(one.headers['content-digest']).toBe(`sha-256=:${digest}:`)
  return verified
}

const deposit = { type: 'deposit', amount: '10.00', currency: 'USD' }
const unsigned = (one: Exchange) => expect(one.headers['signature-input']).toBeUndefined()

describe('a receipt that an independent library verifies', () => {
  it('comes with a GET, with a query, under the label that was asked for', async () => {
    const one = await exchange('GET', '/v1/transactions?limit=5', {
      accept: 'mine=();created;nonce="n-1 \\"x\\""',
    })
    expect(one.status).toBe(200)
    const { parameters } = await expectVerified(one, 'mine')
    expect(parameters).toMatchObject({ tag: 'countersign-receipt', nonce: 'n-1 "x"', alg: 'ed25519' })
  })

  it('comes with a POST, and anew with its idempotent replay', async () => {
    const headers = { 'idempotency-key': 'receipt-1' }
    const first = await exchange('POST', '/v1/transactions', { body: deposit, headers })
    expect(first.status).toBe(201)
    await expectVerified(first)
    const again = await exchange('POST', '/v1/transactions', { body: deposit, headers })
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.body).toEqual(first.body)
    await expectVerified(again)
    expect(again.headers['signature']).not.toBe(first.headers['signature'])
    // A receipt for one request is none for another.
    await expect(expectVerified({ ...again, sent: first.sent })).rejects.toThrow()
    await expect(expectVerified({ ...first, status: 200 })).rejects.toThrow()
  })

  it('comes with a 204 and a HEAD, over no bytes', async () => {
    const victim = await t.createKey(ada)
    const gone = await exchange('DELETE', `/v1/api-keys/${victim.id}`)
    expect(gone.status).toBe(204)
    await expectVerified(gone)
    const head = await exchange('HEAD', '/v1/transactions')
    expect(head.status).toBe(200)
    await expectVerified(head)
  })

  it('comes with refusals after the signature held: route, input, scope, replay, limits', async () => {
    const refusals = [
      await exchange('GET', '/v1/nothing-here'),
      await exchange('POST', '/v1/transactions', {
        body: { type: 'deposit' },
        headers: { 'idempotency-key': 'bad' },
      }),
      await exchange('GET', '/v1/balances'),
      await exchange('GET', '/v1/transactions', { headers: { 'countersign-mode': 'production' } }),
    ]
    const nonce = 'n'.repeat(24)
    await exchange('GET', '/v1/transactions', { nonce })
    refusals.push(await exchange('GET', '/v1/transactions', { nonce }))
    expect(refusals.map((one) => one.status)).toEqual([404, 422, 403, 403, 401])
    for (const one of refusals) await expectVerified(one)
  })
})

describe('no receipt', () => {
  it('without being asked, with a stream, and before a signature holds', async () => {
    unsigned(await exchange('GET', '/v1/transactions', { accept: '' }))
    const reader = await t.createKey(ada, { scopes: ['transaction-logs:read'] })
    const stream = await exchange('GET', '/v1/transaction-logs/export?format=ndjson', { as: reader })
    expect(stream.status).toBe(200)
    unsigned(stream)
    const stranger = { ...key, secretKey: newSecretKey('test') }
    const refused = await exchange('GET', '/v1/transactions', { as: stranger })
    expect(refused.status).toBe(401)
    unsigned(refused)
    const member = await ada.request('GET', '/v1/me', { headers: { 'accept-signature': ACCEPT } })
    expect(member.headers['signature-input']).toBeUndefined()
  })

  it.each([
    ['what cannot be read', 'receipt=("@status"'],
    ['an unknown component', 'receipt=("@status" "server")'],
    ['a request component that the request does not cover', 'receipt=("content-digest";req)'],
    ["another label's signature", 'receipt=("signature";req;key="sig2")'],
    ['another algorithm', 'receipt=("@status");alg="rsa-pss-sha512"'],
    ['another key', 'receipt=("@status");keyid="mine"'],
    ['another tag', 'receipt=("@status");tag="else"'],
    ['an expiry', 'receipt=("@status");expires'],
    ['a nonce that is no text', 'receipt=("@status");nonce=1'],
    ['a nonce that is too long', `receipt=("@status");nonce="${'n'.repeat(129)}"`],
    ['no list', 'receipt'],
    ['too much', `receipt=("@status");nonce="n",${' '.repeat(2100)}b=()`],
  ])('and no refusal either, where Accept-Signature asks for %s', async (_what, accept) => {
    const one = await exchange('GET', '/v1/transactions', { accept })
    expect(one.status).toBe(200)
    unsigned(one)
  })

  it('takes the first of several wishes that it can meet', async () => {
    const one = await exchange('GET', '/v1/transactions', {
      accept: `a=("date"), b=("@status");created, c=()`,
    })
    await expectVerified(one, 'b')
  })
})

describe("the platform's signing keys", () => {
  const list = async (person = operator) =>
    (await person.request('GET', '/v1/operator/signing-keys')).body['data']
  const rotate = (purpose: string, person = operator) =>
    person.request('POST', '/v1/operator/signing-keys/rotate', { body: { purpose } })
  const retire = (id: string, person = operator) =>
    person.request('POST', `/v1/operator/signing-keys/${id}/retire`)

  it('are named by their RFC 7638 thumbprint, and the private half is stored sealed only', async () => {
    const { keys } = await directory()
    for (const { kid, x } of keys)
      expect(
        createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url'),
      ).toBe(kid)
    const { rows } = await t.database.pool.query('select sealed from signing_keys where ended_at is null')
    expect(rows).toHaveLength(2)
    for (const { sealed } of rows) expect(sealed).toMatch(/^v1\./)
  })

  it('rotate: the new one signs at once, receipts of the old one verify until it is retired', async () => {
    const before = await exchange('GET', '/v1/transactions')
    const rotated = await rotate('receipts')
    expect(rotated.status).toBe(200)
    expect(rotated.body).toMatchObject({ purpose: 'receipts', status: 'signing' })
    const after = await exchange('GET', '/v1/transactions')
    expect(after.headers['signature-input']).toContain(rotated.body['id'])
    await expectVerified(before)
    await expectVerified(after)
    const old = (await list()).find((one: { status: string }) => one.status === 'published')
    const { rows } = await t.database.pool.query('select sealed from signing_keys where id = $1', [old.id])
    expect(rows[0].sealed).toBeNull()

    expect((await retire(rotated.body['id'])).body['code']).toBe('conflict')
    expect((await retire(old.id)).body['status']).toBe('retired')
    expect((await retire(old.id)).body['status']).toBe('retired')
    await expect(expectVerified(before)).rejects.toThrow('resolution failed')
    await expectVerified(after)
    expect((await retire('x'.repeat(43))).status).toBe(404)
    const { rows: audit } = await t.database.pool.query(
      `select action from audit_log where action like 'signing_key.%' order by id`,
    )
    expect(audit.map(({ action }) => action)).toEqual(['signing_key.rotated', 'signing_key.retired'])
  })

  it('are shared by two processes, of which one makes the first and the other hears of a rotation', async () => {
    const { createSigningKeys } = await import('./signing-keys/signing-keys.ts')
    const other = createSigningKeys(t)
    const kid = async () => (await other.signer('webhooks')).kid
    const first = await kid()
    expect((await list()).filter((one: { purpose: string }) => one.purpose === 'webhooks')[0].id).toBe(first)
    const rotated = await rotate('webhooks')
    t.clock.advance(5_001)
    expect(await kid()).toBe(rotated.body['id'])
  })

  it('refuse a purpose that does not exist, an eleventh published key, and whoever is no operator', async () => {
    expect((await rotate('money')).status).toBe(422)
    expect((await rotate('receipts', ada)).body['code']).toBe('operator-required')
    expect((await retire('x', ada)).body['code']).toBe('operator-required')
    for (let count = (await directory()).keys.length; count < 10; count += 1)
      expect((await rotate('receipts')).status).toBe(200)
    expect((await rotate('receipts')).body['code']).toBe('limit-reached')
  })
})
