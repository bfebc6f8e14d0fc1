import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulator } from '../rails/simulator.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { reconcile } from './reconcile.ts'
import { settleDue } from './settle-loop.ts'

let app: TestApp
let member: TestMember
let stranger: TestMember
let fiat: TestKey
let crypto: TestKey
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  member = await app.signUp()
  stranger = await app.signUp('Eve')
  fiat = await app.createKey(member)
  crypto = await app.createKey(member, { currency_type: 'crypto' })
})
afterAll(() => app.stop())

const newKey = () => `test-${(count += 1)}`
const deposit = { type: 'deposit', amount: '10.00', currency: 'USD' }
const post = (body: unknown, { key = fiat, idempotencyKey = newKey() } = {}) =>
  app.signed(key, 'POST', '/v1/transactions', { body, headers: { 'idempotency-key': idempotencyKey } })
const get = async (id: string, key = fiat) => app.signed(key, 'GET', `/v1/transactions/${id}`)
async function balance(currency: string, key = fiat) {
  const { body } = await app.signed(key, 'GET', '/v1/balances')
  return body.data.find((entry: { currency: string }) => entry.currency === currency)
}
async function settle(ms = 1_000) {
  app.clock.advance(ms)
  await settleDue(app, simulator)
}
/** The members of a workspace of its own, so that its numbers are its own. */
async function freshKey(input: Record<string, unknown> = {}) {
  const person = await app.signUp('New')
  return { person, key: await app.createKey(person, input) }
}

describe('POST /v1/transactions', () => {
  it('a deposit is announced at once, and is there a second later', async () => {
    const { key } = await freshKey()
    const created = await post({ ...deposit, reference: 'order-1', metadata: { cart: 7 } }, { key })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      type: 'deposit',
      status: 'pending',
      amount: '10.00',
      currency: 'USD',
      currency_type: 'fiat',
      mode: 'test',
      sequence: 1,
      request_id: created.headers['request-id'],
      reference: 'order-1',
      metadata: { cart: 7 },
      failure: null,
      completed_at: null,
    })
    expect(await balance('USD', key)).toMatchObject({
      posted: '0.00',
      pending_in: '10.00',
      available: '0.00',
    })

    await settle()
    const settled = await get(created.body.id, key)
    expect(settled.body).toMatchObject({ id: created.body.id, status: 'completed', failure: null })
    expect(settled.body.completed_at).not.toBeNull()
    expect(await balance('USD', key)).toMatchObject({
      posted: '10.00',
      pending_in: '0.00',
      available: '10.00',
    })
  })

  it('a payout holds its amount, then takes it; one that fails gives it back', async () => {
    const { key } = await freshKey()
    await post({ ...deposit, amount: '100.00' }, { key })
    await settle()
    const paid = await post(
      { type: 'payout', amount: '30.00', currency: 'USD', destination: 'somebody' },
      { key },
    )
    const failed = await post(
      { type: 'payout', amount: '20.00', currency: 'USD', reference: 'simulate:account_closed' },
      { key },
    )
    expect([paid.status, failed.status]).toEqual([201, 201])
    expect(await balance('USD', key)).toMatchObject({
      posted: '100.00',
      pending_out: '50.00',
      available: '50.00',
    })
    await settle()
    expect((await get(paid.body.id, key)).body).toMatchObject({
      status: 'completed',
      destination: 'somebody',
    })
    expect((await get(failed.body.id, key)).body).toMatchObject({
      status: 'failed',
      failure: { code: 'account_closed', message: 'The account on the other side is closed.' },
    })
    expect(await balance('USD', key)).toMatchObject({
      posted: '70.00',
      pending_out: '0.00',
      available: '70.00',
    })
  })

  it('nobody pays out more than is available, and the refusal says how much is', async () => {
    const { key } = await freshKey()
    await post({ ...deposit, amount: '5.00' }, { key })
    await settle()
    const first = await post({ type: 'payout', amount: '4.00', currency: 'USD' }, { key })
    const second = await post({ type: 'payout', amount: '1.01', currency: 'USD' }, { key })
    expect(first.status).toBe(201)
    expect(second.status).toBe(422)
    expect(second.body).toMatchObject({ code: 'insufficient-funds', available: '1.00', currency: 'USD' })
  })

  it('a transfer moves money between own accounts at once', async () => {
    const { key } = await freshKey()
    await post({ ...deposit, amount: '8.00' }, { key })
    await settle()
    const savings = await app.signed(key, 'POST', '/v1/accounts', {
      body: { currency: 'USD', name: 'Savings' },
    })
    expect(savings.status).toBe(201)
    const moved = await post(
      { type: 'transfer', amount: '3.00', currency: 'USD', destination_account_id: savings.body.id },
      { key },
    )
    expect(moved.body).toMatchObject({ status: 'completed', destination_account_id: savings.body.id })
    const account = await app.signed(key, 'GET', `/v1/accounts/${savings.body.id}`)
    expect(account.body).toMatchObject({ posted: '3.00', available: '3.00', version: 1, is_main: false })
    expect(await balance('USD', key)).toMatchObject({ posted: '8.00' })
    const back = await post(
      {
        type: 'transfer',
        amount: '3.01',
        currency: 'USD',
        account_id: savings.body.id,
        destination_account_id: moved.body.account_id,
      },
      { key },
    )
    expect(back.body.code).toBe('insufficient-funds')
  })

  it('nobody transfers from an account to itself, whether or not the request names it', async () => {
    const { key } = await freshKey()
    const { account_id: main } = (await post(deposit, { key })).body
    await settle()
    const transfer = { type: 'transfer', amount: '1.00', currency: 'USD', destination_account_id: main }
    for (const body of [transfer, { ...transfer, account_id: main }]) {
      const refused = await post(body, { key })
      expect(refused.body).toMatchObject({
        status: 422,
        code: 'invalid-input',
        errors: [{ pointer: '/destination_account_id' }],
      })
    }
    expect(await balance('USD', key)).toMatchObject({ posted: '10.00', available: '10.00' })
  })

  it('amounts are exact to the last unit for 0, 2, 3, 6, 8 and 18 decimals', async () => {
    const cases = [
      [fiat, 'JPY', '123456789012345678901234567890'],
      [fiat, 'EUR', '9007199254740993.07'],
      [fiat, 'KWD', '0.001'],
      [crypto, 'USDC', '1000000000000.000001'],
      [crypto, 'BTC', '20999999.97690001'],
      [crypto, 'ETH', '123456789012345678901234567890.000000000000000001'],
    ] as const
    for (const [key, currency, amount] of cases) {
      const { body } = await post({ type: 'deposit', amount, currency }, { key })
      expect(body.amount).toBe(amount)
    }
    await settle()
    for (const [key, currency, amount] of cases)
      expect(await balance(currency, key)).toMatchObject({ posted: amount, available: amount })
  })

  it('bad input is refused with the place of every fault', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ ...deposit, amount: '10.001' }, '/amount'],
      [{ ...deposit, amount: 10 }, '/amount'],
      [{ ...deposit, amount: '-1' }, '/amount'],
      [{ ...deposit, type: 'gift' }, '/type'],
      [{ ...deposit, metadata: { nested: { a: 1 } } }, '/metadata/nested'],
      [{ ...deposit, reference: 'a\0b' }, '/reference'],
      [{ ...deposit, description: '\ud800' }, '/description'],
      [{ ...deposit, destination: 'x' }, '/destination'],
      [{ type: 'transfer', amount: '1.00', currency: 'USD' }, '/destination_account_id'],
    ]
    for (const [body, pointer] of cases) {
      const answer = await post(body)
      expect([answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]).toEqual([
        422,
        'invalid-input',
        pointer,
      ])
    }
    expect((await post({ ...deposit, currency: 'XYZ' })).body.code).toBe('currency-unknown')
  })

  it('without a credential nothing is created', async () => {
    const answer = await app.app.inject({
      method: 'POST',
      url: '/v1/transactions',
      headers: { host: 'localhost:4747', 'content-type': 'application/json' },
      payload: JSON.stringify(deposit),
    })
    expect(answer.statusCode).toBe(401)
  })

  it('a key without the scope cannot create', async () => {
    const reader = await app.createKey(member, { scopes: ['transactions:read'] })
    expect((await post(deposit, { key: reader })).body.code).toBe('scope-missing')
  })

  it('a fiat key moves no crypto, a crypto key no fiat', async () => {
    const wrong = await post({ type: 'deposit', amount: '1.0', currency: 'BTC' })
    expect([wrong.status, wrong.body.code]).toEqual([403, 'currency-type-mismatch'])
    expect((await post(deposit, { key: crypto })).body.code).toBe('currency-type-mismatch')
  })

  it("another workspace's account is not found, whoever knows its id", async () => {
    const theirs = await app.createKey(stranger)
    const { body } = await app.signed(theirs, 'POST', '/v1/accounts', { body: { currency: 'USD' } })
    const answer = await post({ ...deposit, account_id: body.id })
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
    const target = await post({
      type: 'transfer',
      amount: '1.00',
      currency: 'USD',
      destination_account_id: body.id,
    })
    expect([target.status, target.body.errors[0].pointer]).toEqual([404, '/destination_account_id'])
  })

  it('an account of another currency is refused', async () => {
    const { body } = await app.signed(fiat, 'POST', '/v1/accounts', { body: { currency: 'EUR' } })
    const answer = await post({ ...deposit, account_id: body.id })
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/account_id'])
  })

  it('members create in Test Mode only, and nobody reaches Production without a rail', async () => {
    const create = (body: object, mode?: string) =>
      member.request('POST', '/v1/transactions', { body, headers: { 'idempotency-key': newKey() }, mode })
    expect((await create(deposit)).status).toBe(201)
    expect((await create(deposit, 'production')).body.code).toBe('key-required')
    expect((await create({ ...deposit, mode: 'production' })).body.code).toBe('key-required')
    expect((await post({ ...deposit, mode: 'production' })).body.code).toBe('mode-mismatch')
  })
})

describe('GET /v1/transactions', () => {
  it('lists newest first, page by page, without shifting under inserts', async () => {
    const { key } = await freshKey()
    for (let index = 1; index <= 5; index += 1) await post({ ...deposit, amount: `${index}.00` }, { key })
    const first = await app.signed(key, 'GET', '/v1/transactions?limit=2')
    expect(first.body.data.map((item: { amount: string }) => item.amount)).toEqual(['5.00', '4.00'])
    await post({ ...deposit, amount: '6.00' }, { key })
    const second = await app.signed(key, 'GET', `/v1/transactions?limit=2&cursor=${first.body.next_cursor}`)
    expect(second.body.data.map((item: { amount: string }) => item.amount)).toEqual(['3.00', '2.00'])
    const last = await app.signed(key, 'GET', `/v1/transactions?limit=2&cursor=${second.body.next_cursor}`)
    expect(last.body.data.map((item: { amount: string }) => item.amount)).toEqual(['1.00'])
    expect(last.body.next_cursor).toBeNull()
  })

  it('filters by type, status, currency, account, reference, request and time', async () => {
    const { key } = await freshKey()
    const usd = (await post({ ...deposit, reference: 'r-1' }, { key })).body
    const before = new Date(app.clock.now() + 1).toISOString()
    await settle()
    const eur = (await post({ ...deposit, currency: 'EUR' }, { key })).body
    const payout = (await post({ type: 'payout', amount: '1.00', currency: 'USD' }, { key })).body
    const ids = async (query: string) =>
      (await app.signed(key, 'GET', `/v1/transactions?${query}`)).body.data.map(
        (item: { id: string }) => item.id,
      )
    expect(await ids('type=payout')).toEqual([payout.id])
    expect(await ids('status=completed')).toEqual([usd.id])
    expect(await ids('status=pending')).toEqual([payout.id, eur.id])
    expect(await ids('currency=EUR')).toEqual([eur.id])
    expect(await ids(`account_id=${usd.account_id}`)).toEqual([payout.id, usd.id])
    expect(await ids('reference=r-1')).toEqual([usd.id])
    expect(await ids(`request_id=${eur.request_id}`)).toEqual([eur.id])
    expect(await ids(`created_before=${encodeURIComponent(before)}`)).toEqual([usd.id])
    expect(await ids(`created_after=${encodeURIComponent(before)}`)).toEqual([payout.id, eur.id])
    expect(await ids('unknown=1')).toHaveLength(3)
    expect((await app.signed(key, 'GET', '/v1/transactions?status=done')).status).toBe(422)
    expect((await app.signed(key, 'GET', '/v1/transactions?cursor=zzz')).status).toBe(422)
  })

  it('a key sees its own currency type only, in lists and by id; a member sees both', async () => {
    const coin = (await post({ type: 'deposit', amount: '1.00000000', currency: 'BTC' }, { key: crypto }))
      .body
    const listed = await app.signed(fiat, 'GET', '/v1/transactions?limit=100')
    expect(listed.body.data.every((item: { currency_type: string }) => item.currency_type === 'fiat')).toBe(
      true,
    )
    expect((await get(coin.id)).body.code).toBe('currency-type-mismatch')
    expect((await get(coin.id, crypto)).status).toBe(200)
    expect((await member.request('GET', `/v1/transactions/${coin.id}`)).status).toBe(200)
    const balances = await app.signed(fiat, 'GET', '/v1/balances')
    expect(balances.body.data.some((item: { currency: string }) => item.currency === 'BTC')).toBe(false)
  })

  it("another workspace's id, an unknown id and a malformed id answer alike", async () => {
    const { id } = (await post(deposit)).body
    const answers = [
      await stranger.request('GET', `/v1/transactions/${id}`),
      await stranger.request('GET', '/v1/transactions/txn_00000000000000000000000000'),
      await stranger.request('GET', '/v1/transactions/nonsense'),
      await stranger.request('POST', `/v1/transactions/${id}/cancel`),
      await stranger.request('POST', `/v1/test/transactions/${id}/settle`),
    ]
    for (const answer of answers) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
      expect(answer.body.detail).toBe('There is no transaction with this id.')
    }
  })

  it("another mode's id is not found, and only the own workspace hears of the mode", async () => {
    const { id, account_id: accountId } = (await post(deposit)).body
    const own = await member.request('GET', `/v1/transactions/${id}`, { mode: 'production' })
    expect([own.status, own.body.code]).toEqual([404, 'not-found'])
    expect(own.body.detail).toContain('Test Mode')
    const account = await member.request('GET', `/v1/accounts/${accountId}`, { mode: 'production' })
    expect(account.status).toBe(404)
    const foreign = await stranger.request('GET', `/v1/transactions/${id}`, { mode: 'production' })
    expect(foreign.body.detail).not.toContain('Mode')
    const list = await member.request('GET', '/v1/transactions', { mode: 'production' })
    expect(list.body.data).toEqual([])
  })
})

describe('cancel, settle, fail, reset', () => {
  it('a pending transaction is canceled once and frees its hold; later there is nothing to cancel', async () => {
    const { key } = await freshKey()
    await post(deposit, { key })
    await settle()
    const { id } = (
      await post({ type: 'payout', amount: '10.00', currency: 'USD', reference: 'simulate:pending' }, { key })
    ).body
    expect(await balance('USD', key)).toMatchObject({ available: '0.00' })
    const canceled = await app.signed(key, 'POST', `/v1/transactions/${id}/cancel`)
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled'])
    expect(await balance('USD', key)).toMatchObject({ available: '10.00', pending_out: '0.00' })
    const again = await app.signed(key, 'POST', `/v1/transactions/${id}/cancel`)
    expect([again.status, again.body.code]).toEqual([409, 'transaction-not-cancelable'])
  })

  it('a transaction that is processing cannot be canceled but can be settled by hand', async () => {
    const { key } = await freshKey()
    const { id } = (await post({ ...deposit, amount: '90021' }, { key })).body
    await settle()
    expect((await get(id, key)).body.status).toBe('processing')
    expect((await app.signed(key, 'POST', `/v1/transactions/${id}/cancel`)).body.code).toBe(
      'transaction-not-cancelable',
    )
    expect((await app.signed(key, 'POST', `/v1/test/transactions/${id}/settle`)).body.status).toBe(
      'completed',
    )
    const failed = await app.signed(key, 'POST', `/v1/test/transactions/${id}/fail`)
    expect([failed.status, failed.body.code]).toEqual([409, 'transaction-ended'])
  })

  it('a transaction is failed by hand with a reason', async () => {
    const { id } = (await post({ ...deposit, reference: 'simulate:pending' })).body
    const body = { code: 'wrong_details', message: 'The bank sent it back.' }
    const failed = await app.signed(fiat, 'POST', `/v1/test/transactions/${id}/fail`, { body })
    expect(failed.body).toMatchObject({ status: 'failed', failure: body })
  })

  it("a reset empties the workspace's test data and nobody else's", async () => {
    const { person, key } = await freshKey()
    await post(deposit, { key })
    const others = await app.signed(fiat, 'GET', '/v1/transactions')
    const reset = await person.request('POST', '/v1/test/reset')
    expect(reset.body).toMatchObject({ status: 'completed', deleted_transactions: 1 })
    expect((await app.signed(key, 'GET', '/v1/transactions')).body.data).toEqual([])
    expect((await app.signed(key, 'GET', '/v1/accounts')).body.data).toEqual([])
    expect((await app.signed(fiat, 'GET', '/v1/transactions')).body.data).toEqual(others.body.data)
    expect((await post(deposit, { key })).status).toBe(201)
  })
})

describe('/v1/accounts', () => {
  it('entries tell each step and the balance after it', async () => {
    const { key } = await freshKey()
    const { account_id: accountId, id } = (await post(deposit, { key })).body
    await settle()
    const { body } = await app.signed(key, 'GET', `/v1/accounts/${accountId}/entries`)
    expect(body.data).toMatchObject([
      {
        version: 2,
        step: 'post',
        transaction_id: id,
        posted: '10.00',
        pending_in: '-10.00',
        balance: { posted: '10.00', available: '10.00' },
      },
      {
        version: 1,
        step: 'hold',
        transaction_id: id,
        posted: '0.00',
        pending_in: '10.00',
        balance: { posted: '0.00', pending_in: '10.00' },
      },
    ])
    const page = await app.signed(key, 'GET', `/v1/accounts/${accountId}/entries?limit=1`)
    const rest = await app.signed(
      key,
      'GET',
      `/v1/accounts/${accountId}/entries?limit=1&cursor=${page.body.next_cursor}`,
    )
    expect(rest.body.data.map((entry: { version: number }) => entry.version)).toEqual([1])
    expect((await app.signed(fiat, 'GET', `/v1/accounts/${accountId}/entries`)).status).toBe(404)
  })

  it('the main account is made on first use and listed; the accounts of the system are not', async () => {
    const { key } = await freshKey()
    await post(deposit, { key })
    const { body } = await app.signed(key, 'GET', '/v1/accounts')
    expect(body.data).toHaveLength(1)
    expect(body.data[0]).toMatchObject({
      is_main: true,
      currency: 'USD',
      name: 'USD main account',
      pending_in: '10.00',
    })
    const { rows } = await app.database.pool.query(
      `select id from accounts where kind = 'system' and workspace_id = (select workspace_id from accounts where id = $1)`,
      [body.data[0].id],
    )
    expect((await app.signed(key, 'GET', `/v1/accounts/${rows[0].id}`)).status).toBe(404)
    expect((await post({ ...deposit, account_id: rows[0].id }, { key })).status).toBe(404)
  })

  it('an account of the other currency type is refused', async () => {
    expect((await app.signed(fiat, 'POST', '/v1/accounts', { body: { currency: 'BTC' } })).body.code).toBe(
      'currency-type-mismatch',
    )
    expect((await app.signed(fiat, 'POST', '/v1/accounts', { body: { currency: 'NOPE' } })).body.code).toBe(
      'currency-unknown',
    )
    expect((await app.signed(fiat, 'POST', '/v1/accounts', { body: {} })).body.code).toBe('invalid-input')
  })
})

describe('GET /v1/currencies', () => {
  it('lists what the key can use, with decimals', async () => {
    const { body } = await app.signed(crypto, 'GET', '/v1/currencies')
    expect(body.data.map((item: { code: string }) => item.code)).toEqual([
      'BTC',
      'ETH',
      'SOL',
      'TRX',
      'USDC',
      'USDT',
    ])
    const all = await member.request('GET', '/v1/currencies')
    expect(all.body.data.find((item: { code: string }) => item.code === 'IDR')).toEqual({
      code: 'IDR',
      name: 'Rupiah',
      type: 'fiat',
      decimals: 2,
      numeric_code: '360',
    })
    expect((await member.request('GET', '/v1/currencies?type=crypto')).body.data).toHaveLength(6)
  })
})

describe('after all of the above', () => {
  it('the ledger adds up', async () => {
    expect(await reconcile(app.database.pool)).toMatchObject({ consistent: true, discrepancies: [] })
  })
})
