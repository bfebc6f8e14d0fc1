import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { simulator } from '../rails/simulator.ts'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import { setUpOperator, signUpPerson, type TestPerson } from '../test-production.ts'
import { reconcile } from './reconcile.ts'
import { settleDue } from './settle-loop.ts'

let t: TestApp
let olga: TestPerson
let ada: TestPerson
let key: TestKey
let people = 0

beforeAll(async () => {
  t = await createTestApp()
  olga = await setUpOperator(t)
})
// A workspace and no rule for each test.
beforeEach(async () => {
  t.clock.advance(61_000)
  await t.database.pool.query('delete from fee_rules')
  ada = await signUpPerson(t, `ada${(people += 1)}@acme.example`)
  key = await t.createKey(ada)
})
afterAll(async () => {
  expect(await reconcile(t.database.pool)).toMatchObject({ consistent: true, discrepancies: [] })
  await t.stop()
})

const call = (method: string, path: string, body?: unknown, by = key) =>
  t.signed(by, method, path, {
    ...(body === undefined ? {} : { body }),
    headers: method === 'POST' ? { 'idempotency-key': newId('req') } : {},
  })
const post = (fields: Record<string, unknown>) =>
  call('POST', '/v1/transactions', { type: 'deposit', amount: '100.00', currency: 'USD', ...fields })
async function create(fields: Record<string, unknown>) {
  const { status, body, text } = await post(fields)
  expect([status, text]).toEqual([201, expect.any(String)])
  return body
}
const get = async (id: string) => (await call('GET', `/v1/transactions/${id}`)).body
async function pass() {
  t.clock.advance(1_000)
  while ((await settleDue(t, simulator)) > 0);
}
const setRule = async (path: string, body: Record<string, unknown>) => {
  const answer = await olga.request('PUT', `/v1/operator/fees/${path}`, { body })
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
  return answer.body
}
const balance = async () => (await call('GET', '/v1/balances?currency=USD')).body['data'][0]
/** What the platform has been paid by the workspace of this test, and what it is still to get. */
async function collected() {
  const { rows } = await t.database.pool.query<{ posted: string; pending: string }>(
    `select posted, pending_in as pending from accounts
     where role = 'fees' and currency = 'USD' and workspace_id = (select workspace_id from api_keys where public_key = $1)`,
    [key.publicKey],
  )
  return rows[0] ? [rows[0].posted, rows[0].pending] : null
}

describe('the rules of fees', () => {
  it('are set by operators, in one currency or for all of a type, and shown to those they concern', async () => {
    expect((await call('GET', '/v1/fees')).body).toEqual({ data: [], next_cursor: null })
    await setRule('payout/USD', { fixed: '0.30', basis_points: 150, minimum: '0.50' })
    await setRule('payout/crypto', { basis_points: 10 })
    const usd = { type: 'payout', currency_type: 'fiat', currency: 'USD', fixed: '0.30' }
    const crypto = { type: 'payout', currency_type: 'crypto', currency: null, fixed: '0', basis_points: 10 }
    expect((await olga.request('GET', '/v1/operator/fees')).body['data']).toMatchObject([usd, crypto])
    expect((await call('GET', '/v1/fees')).body['data']).toMatchObject([usd])
    expect((await ada.request('GET', '/v1/fees')).body['data']).toMatchObject([usd, crypto])

    const again = await olga.request('DELETE', '/v1/operator/fees/payout/crypto')
    expect(again.status).toBe(204)
    expect((await olga.request('DELETE', '/v1/operator/fees/payout/crypto')).status).toBe(404)
    const log = await olga.request('GET', '/v1/operator/audit-log?limit=3')
    expect(log.body['data']).toMatchObject([
      { action: 'fee.removed', target: { kind: 'fee', id: 'payout:crypto' }, before: { basis_points: 10 } },
      { action: 'fee.set', target: { id: 'payout:crypto' }, after: { basis_points: 10 } },
      { action: 'fee.set', target: { id: 'payout:USD' }, after: { fixed: '0.30', minimum: '0.50' } },
    ])
  })

  it('of an amount that the currency cannot have, or of no currency, are refused', async () => {
    const refused = async (path: string, body: unknown) => {
      const answer = await olga.request('PUT', `/v1/operator/fees/${path}`, { body })
      return [answer.status, answer.body['code']]
    }
    const INVALID = [422, 'invalid-input']
    expect(await refused('payout/USD', { fixed: '0.001' })).toEqual(INVALID)
    expect(await refused('payout/USD', { fixed: '-1.00' })).toEqual(INVALID)
    expect(await refused('payout/USD', { basis_points: 10_001 })).toEqual(INVALID)
    expect(await refused('payout/fiat', { fixed: '0.30' })).toEqual(INVALID)
    expect(await refused('payout/crypto', { minimum: '1' })).toEqual(INVALID)
    expect(await refused('return/USD', { fixed: '0.30' })).toEqual(INVALID)
    expect(await refused('payout/XXX1', {})).toEqual([422, 'currency-unknown'])
    expect((await ada.request('PUT', '/v1/operator/fees/payout/USD', { body: {} })).status).toBe(403)
  })

  it('of the currency come before those of its type, also where they say nothing is charged', async () => {
    await setRule('deposit/fiat', { basis_points: 100 })
    await setRule('deposit/EUR', {})
    expect(await create({})).toMatchObject({ fee: '1.00' })
    expect(await create({ currency: 'EUR' })).toMatchObject({ fee: '0.00' })
    expect(await create({ currency: 'JPY', amount: '149' })).toMatchObject({ fee: '1' })
  })
})

describe('a fee', () => {
  it('of a deposit is taken out of it when it arrives, as an entry of its own', async () => {
    await setRule('deposit/USD', { fixed: '0.30', basis_points: 290 })
    const deposit = await create({})
    expect(deposit).toMatchObject({ amount: '100.00', fee: '3.20' })
    expect(await balance()).toMatchObject({ pending_in: '100.00', pending_out: '0.00' })
    await pass()
    expect(await get(deposit['id'])).toMatchObject({ status: 'completed', fee: '3.20' })
    expect(await balance()).toMatchObject({ posted: '96.80', available: '96.80', pending_in: '0.00' })
    expect(await collected()).toEqual(['320', '0'])
    const entries = await call('GET', `/v1/accounts/${deposit['account_id']}/entries`)
    expect(entries.body['data']).toMatchObject([
      { version: 3, part: 'fee', step: 'direct', posted: '-3.20', balance: { posted: '96.80' } },
      { version: 2, part: 'amount', step: 'post', posted: '100.00', balance: { posted: '100.00' } },
      { version: 1, part: 'amount', step: 'hold', pending_in: '100.00' },
    ])
    const events = await call('GET', `/v1/events?object_id=${deposit['account_id']}`)
    expect(events.body['data']).toHaveLength(1)
    expect(events.body['data'][0]).toMatchObject({ type: 'balance.updated', data: { posted: '96.80' } })
  })

  it('of a payout is held, paid and released together with its amount, and comes on top of it', async () => {
    await create({})
    await pass()
    await setRule('payout/USD', { fixed: '1.00' })
    const failing = await create({ type: 'payout', amount: '40.00', reference: 'simulate:declined' })
    expect(await balance()).toMatchObject({ available: '59.00', pending_out: '41.00' })
    expect(await collected()).toEqual(['0', '100'])
    await pass()
    expect(await get(failing['id'])).toMatchObject({ status: 'failed', fee: '1.00' })
    expect(await balance()).toMatchObject({ available: '100.00', posted: '100.00' })
    expect(await collected()).toEqual(['0', '0'])
    await create({ type: 'payout', amount: '40.00' })
    await pass()
    expect(await balance()).toMatchObject({ available: '59.00', posted: '59.00', pending_out: '0.00' })
    expect(await collected()).toEqual(['100', '0'])
  })

  it('counts with the amount at the limit: what has the amount and not the fee is refused', async () => {
    await create({})
    await pass()
    await setRule('payout/USD', { fixed: '0.01' })
    const refused = await post({ type: 'payout', amount: '100.00' })
    expect(refused.body).toMatchObject({ code: 'insufficient-funds', available: '100.00', fee: '0.01' })
    expect(await create({ type: 'payout', amount: '99.99' })).toMatchObject({ fee: '0.01' })
    expect(await balance()).toMatchObject({ available: '0.00' })
    const twenty = Array.from({ length: 20 }, () => post({ type: 'payout', amount: '1.00' }))
    expect(new Set((await Promise.all(twenty)).map(({ status }) => status))).toEqual(new Set([422]))
  })

  it('of a transfer is paid by who sends it', async () => {
    await create({})
    await pass()
    await setRule('transfer/USD', { basis_points: 50, minimum: '0.25' })
    const savings = (await call('POST', '/v1/accounts', { currency: 'USD', name: 'Savings' })).body
    const transfer = { type: 'transfer', destination_account_id: savings['id'] }
    expect(await create({ ...transfer, amount: '10.00' })).toMatchObject({ status: 'completed', fee: '0.25' })
    expect(await create({ ...transfer, amount: '80.00' })).toMatchObject({ fee: '0.40' })
    expect((await call('GET', `/v1/accounts/${savings['id']}`)).body).toMatchObject({ posted: '90.00' })
    expect(await balance()).toMatchObject({ posted: '99.35', available: '99.35' })
    expect(await collected()).toEqual(['65', '0'])
  })

  it('that is more than the deposit refuses the deposit, and says how much it is', async () => {
    await setRule('deposit/USD', { minimum: '1.00' })
    const { status, body } = await post({ amount: '0.99' })
    expect([status, body['code'], body['fee']]).toEqual([422, 'fee-exceeds-amount', '1.00'])
    expect(await create({ amount: '1.00' })).toMatchObject({ fee: '1.00' })
    await pass()
    expect(await balance()).toMatchObject({ posted: '0.00' })
  })

  it('stays what it was when the transaction was made, whatever the rules say later', async () => {
    await setRule('deposit/USD', { fixed: '2.00' })
    const deposit = await create({})
    await setRule('deposit/USD', { fixed: '50.00' })
    await pass()
    expect(await get(deposit['id'])).toMatchObject({ status: 'completed', fee: '2.00' })
    expect(await collected()).toEqual(['200', '0'])
    await expect(
      t.database.pool.query('update transactions set fee = 1 where id = $1', [deposit['id']]),
    ).rejects.toMatchObject({ code: 'CS001' })
  })

  it('is not given back by a refund, which has one of its own where a rule says so, nor by a return', async () => {
    await setRule('deposit/USD', { fixed: '3.00' })
    const deposit = await create({})
    await create({})
    await pass()
    await setRule('refund/USD', { fixed: '0.20' })
    const refund = await call('POST', `/v1/transactions/${deposit['id']}/refund`, {})
    expect(refund.body).toMatchObject({ amount: '100.00', fee: '0.20' })
    await pass()
    expect(await balance()).toMatchObject({ posted: '93.80' })
    expect(await collected()).toEqual(['620', '0'])
    const payout = await create({ type: 'payout', amount: '10.00' })
    await pass()
    await call('POST', `/v1/test/transactions/${payout['id']}/return`, {})
    expect(await balance()).toMatchObject({ posted: '93.80' })
  })

  it('has its line in statements, its column in files and its sum in summaries', async () => {
    await setRule('deposit/USD', { fixed: '3.00' })
    const { account_id: account } = await create({})
    await create({ reference: 'simulate:declined' })
    await pass()
    const statement = (await call('GET', `/v1/accounts/${account}/statement`)).body
    expect(statement).toMatchObject({
      total_in: { count: 1, sum: '100.00' },
      total_out: { count: 1, sum: '3.00' },
      fees: { count: 1, sum: '3.00' },
      closing: { posted: '97.00' },
      data: [
        { type: 'deposit', amount: '100.00', balance: '100.00' },
        { type: 'fee', amount: '-3.00', balance: '97.00' },
      ],
    })
    const lines = (await call('GET', `/v1/accounts/${account}/statement/export?format=csv`)).text.split(
      '\r\n',
    )
    expect(lines[3]).toContain(',fee,')
    const summary = (await call('GET', '/v1/reports/summary?group_by=type')).body
    expect(summary['data']).toMatchObject([{ type: 'deposit', count: 2, sum: '200.00', fees: '3.00' }])
    const [head, ...rows] = (await call('GET', '/v1/transactions/export?format=csv')).text.split('\r\n')
    const column = head!.split(',').indexOf('fee')
    expect(rows.slice(0, 2).map((row) => row.split(',')[column])).toEqual(['3.00', '3.00'])
  })

  it('goes with the test data that a reset deletes', async () => {
    await setRule('deposit/USD', { fixed: '3.00' })
    await create({})
    await pass()
    expect((await ada.request('POST', '/v1/test/reset', { body: {} })).status).toBeLessThan(300)
    expect(await collected()).toBeNull()
  })
})
