import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../app.ts'
import type { App } from '../http/app-type.ts'
import { createRequestMetrics } from '../operations/request-metrics.ts'
import type { Observation, Rail } from '../rails/rail.ts'
import { simulator } from '../rails/simulator.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { reconcile } from './reconcile.ts'

const SECRET = 'of the bank'
let t: TestApp
let app: App
let ada: TestMember
let key: TestKey
let count = 0

/** A bank that calls when something happened, signs its calls, and takes no refunds. */
const bank: Rail = {
  ...simulator,
  name: 'bank',
  capabilities: () => ({ currencyTypes: new Set(['fiat']), types: new Set(['deposit', 'payout']) }),
  firstLookAt: () => null,
  createDepositTarget: ({ referenceCode }) =>
    Promise.resolve({
      instructions: 'Pay to the account that is yours alone.',
      details: { iban: `NL00 BANK ${referenceCode.slice(4)}` },
      needsReference: false,
    }),
  parseInbound({ headers, body }) {
    const mac = createHmac('sha256', SECRET).update(body).digest('hex')
    if (headers['bank-signature'] !== mac) return Promise.reject(new Error('the MAC of the bank differs'))
    const told = JSON.parse(body.toString(), (name, value) =>
      name === 'amountMinor' ? BigInt(value as string) : (value as unknown),
    )
    return Promise.resolve(told as Observation[])
  },
}

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp()
  key = await t.createKey(ada)
  app = await buildApp({
    ...t,
    rails: [simulator, bank],
    railOf: () => Promise.resolve(bank),
    requestMetrics: createRequestMetrics(),
    dashboardDir: null,
    validateResponses: true,
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await t.stop()
})

async function signed(method: 'GET' | 'POST', path: string, body?: unknown) {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const extra = { 'idempotency-key': `rail-calls-${(count += 1)}` }
  const headers = signHeaders(key, {
    method,
    path,
    payload,
    nowMs: t.clock.now(),
    authority: 'localhost:4747',
    headers: extra,
  })
  const answer = await app.inject({
    method,
    url: path,
    headers: { host: 'localhost:4747', ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, any> }
}
const create = async (body: Record<string, unknown>) => {
  const answer = await signed('POST', '/v1/transactions', { currency: 'EUR', ...body })
  expect([answer.status, answer.body]).toEqual([201, answer.body])
  return answer.body['id'] as string
}
const statusOf = async (id: string) =>
  (await signed('GET', `/v1/transactions/${id}`)).body['status'] as string
function call(
  observations: unknown,
  { rail = 'bank', signature }: { rail?: string; signature?: string } = {},
) {
  const payload = JSON.stringify(observations)
  const mac = signature ?? createHmac('sha256', SECRET).update(payload).digest('hex')
  return app.inject({
    method: 'POST',
    url: `/rails/${rail}`,
    headers: { host: 'localhost:4747', 'bank-signature': mac, 'content-type': 'application/json' },
    payload,
  })
}

it('what a rail tells by itself moves its transactions on, once, however often it is told', async () => {
  const deposit = await create({ type: 'deposit', amount: '10.00' })
  const told = [{ transactionId: deposit, kind: 'completed', railReference: 'BANK-1' }]
  const answers = await Promise.all([call(told), call(told), call(told)])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204])
  expect(await statusOf(deposit)).toBe('completed')
  const payout = await create({ type: 'payout', amount: '4.00', destination: 'NL01' })
  await call([{ transactionId: payout, kind: 'accepted', lookAgainAtMs: null }])
  expect(await statusOf(payout)).toBe('processing')
  await call([{ transactionId: payout, kind: 'failed', code: 'account_closed', message: 'Closed.' }])
  expect(await statusOf(payout)).toBe('failed')
  // An end stays an end.
  await call([{ transactionId: payout, kind: 'completed' }])
  expect(await statusOf(payout)).toBe('failed')
  await call([{ transactionId: deposit, kind: 'returned', code: 'recalled', message: 'Recalled.' }])
  const { body } = await signed('GET', `/v1/transactions?linked_transaction_id=${deposit}`)
  expect(body['data']).toMatchObject([{ type: 'return', amount: '10.00', status: 'completed' }])
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true })
})

// Apart from what others have on their account.
const usd = { currency: 'USD' }
it('books what of a deposit came, as people do, whatever was announced', async () => {
  const deposits = await Promise.all(
    ['10.00', '10.00', '10.00'].map((amount) => create({ ...usd, type: 'deposit', amount })),
  )
  const told = ['700', '1000', '1234'].map((amountMinor, index) => ({
    transactionId: deposits[index],
    kind: 'completed',
    amountMinor,
  }))
  const answers = await Promise.all([call(told), call(told), call([...told].reverse())])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204])
  const booked = await Promise.all(
    deposits.map(async (id) => (await signed('GET', `/v1/transactions/${id}`)).body),
  )
  expect(booked).toMatchObject([
    { status: 'completed', amount: '7.00', announced_amount: '10.00' },
    { status: 'completed', amount: '10.00', announced_amount: null },
    { status: 'completed', amount: '12.34', announced_amount: '10.00' },
  ])
  // Told otherwise afterwards, it stays what it is.
  expect((await call([{ ...told[0], amountMinor: '1' }])).statusCode).toBe(204)
  expect((await signed('GET', `/v1/transactions/${deposits[0]}`)).body['amount']).toBe('7.00')
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true })
})

it('is not believed that a part of a payout left, nor that nothing or too much came; the others of the call are booked', async () => {
  const [payout, deposit, usual] = [
    await create({ ...usd, type: 'payout', amount: '4.00', destination: 'NL01' }),
    await create({ ...usd, type: 'deposit', amount: '2.00' }),
    await create({ ...usd, type: 'deposit', amount: '3.00' }),
  ]
  for (const [transactionId, amountMinor] of [
    [payout, '399'],
    [deposit, '0'],
    [deposit, `1${'0'.repeat(61)}`],
  ]) {
    const told = [
      { transactionId, kind: 'completed', amountMinor },
      { transactionId: usual, kind: 'completed', amountMinor: '300' },
    ]
    expect((await call(told)).statusCode).toBe(500)
  }
  expect([await statusOf(payout), await statusOf(deposit), await statusOf(usual)]).toEqual([
    'pending',
    'pending',
    'completed',
  ])
  await call([
    { transactionId: payout, kind: 'completed', amountMinor: '400' },
    { transactionId: deposit, kind: 'completed' },
  ])
  expect([await statusOf(payout), await statusOf(deposit)]).toEqual(['completed', 'completed'])
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true })
})

it('one call may tell that a payout completed and that it came back', async () => {
  await call([
    { transactionId: await create({ ...usd, type: 'deposit', amount: '6.00' }), kind: 'completed' },
  ])
  const payout = await create({ ...usd, type: 'payout', amount: '6.00', destination: 'NL01' })
  await call([
    { transactionId: payout, kind: 'returned', code: 'account_closed', message: 'Closed.' },
    { transactionId: payout, kind: 'completed' },
  ])
  expect((await signed('GET', `/v1/transactions/${payout}`)).body).toMatchObject({
    status: 'completed',
    refunded: '6.00',
  })
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true })
})

it('money that is to come back and is spent makes the rail call again', async () => {
  const deposit = await create({ type: 'deposit', amount: '3.00' })
  await call([{ transactionId: deposit, kind: 'completed' }])
  const payout = await create({ type: 'payout', amount: '3.00', destination: 'NL01' })
  const back = [{ transactionId: deposit, kind: 'returned', code: 'recalled', message: 'Recalled.' }]
  const early = await call(back)
  expect([early.statusCode, early.headers['retry-after']]).toEqual([503, '3600'])
  await call([{ transactionId: payout, kind: 'failed', code: 'declined', message: 'No.' }])
  expect((await call(back)).statusCode).toBe(204)
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true })
})

it('a call that is not genuine moves nothing and counts against its address', async () => {
  const deposit = await create({ type: 'deposit', amount: '1.00' })
  const told = [{ transactionId: deposit, kind: 'completed' }]
  const forged = await call(told, { signature: 'wrong' })
  expect([forged.statusCode, JSON.parse(forged.body).code]).toEqual([403, 'rail-call-refused'])
  expect(forged.body).not.toContain('MAC')
  expect(await statusOf(deposit)).toBe('pending')
  let last = 403
  for (let attempt = 0; attempt < 700 && last === 403; attempt += 1)
    last = (await call(told, { signature: 'wrong' })).statusCode
  expect(last).toBe(429)
  t.clock.advance(61_000)
})

it('a rail tells of its own transactions alone, and one that reads no calls has no address', async () => {
  const { body } = await t.signed(key, 'POST', '/v1/transactions', {
    body: { type: 'deposit', amount: '2.00', currency: 'EUR', reference: 'simulate:stay_pending' },
    headers: { 'idempotency-key': 'of the simulator' },
  })
  expect((await call([{ transactionId: body['id'], kind: 'completed' }])).statusCode).toBe(204)
  expect(await statusOf(body['id'])).toBe('pending')
  for (const rail of ['simulator', 'manual', 'nobody'])
    expect([rail, (await call([], { rail })).statusCode]).toEqual([rail, 404])
  expect((await app.inject({ method: 'GET', url: '/rails/bank' })).statusCode).toBe(404)
})

it('a type that the payment connection never takes is refused as such, before anything is held', async () => {
  const deposit = await create({ type: 'deposit', amount: '5.00' })
  await call([{ transactionId: deposit, kind: 'completed' }])
  const refused = await signed('POST', `/v1/transactions/${deposit}/refund`, {})
  expect([refused.status, refused.body['code']]).toEqual([422, 'type-not-offered'])
  expect((await signed('GET', `/v1/transactions/${deposit}`)).body['refunded']).toBe('0.00')
})

it('where a deposit goes is what the rail says, and a rail that fails at it is not available', async () => {
  const told = await signed('GET', '/v1/deposit-instructions?currency=EUR')
  expect(told.body).toMatchObject({
    instructions: 'Pay to the account that is yours alone.',
    details: { iban: expect.stringMatching(/^NL00 BANK \d{12}$/) },
  })
  const { createDepositTarget } = bank
  bank.createDepositTarget = () => Promise.reject(new Error('the bank is closed'))
  const failed = await signed('GET', '/v1/deposit-instructions?currency=EUR')
  expect([failed.status, failed.body['code']]).toEqual([503, 'rail-unavailable'])
  bank.createDepositTarget = createDepositTarget
})
