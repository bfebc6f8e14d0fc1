import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from '../test-production.ts'
import { expireHolds, expireHoldsLoop } from './expire-holds.ts'
import { claimDueTransactions } from './queries.ts'
import { useTestLedger } from './test-ledger.ts'

const DAY_MS = 86_400_000

describe('a hold that nobody decides about', () => {
  const ledger = useTestLedger({ PAYOUT_HOLD_DAYS: '30' })
  const { call, create, get, pass, balance, eventsOf } = ledger
  async function held(): Promise<string> {
    await create()
    await pass()
    return create({ type: 'payout', amount: '4.00', reference: 'simulate:pending' })
  }
  const moveOn = (ms: number) => {
    ledger.app.clock.advance(ms)
    return expireHolds(ledger.app)
  }
  const stepsOf = async (id: string) => {
    const { rows } = await ledger.app.database.pool.query<{ step: string }>(
      'select distinct step from entries where transaction_id = $1 order by step',
      [id],
    )
    return rows.map(({ step }) => step)
  }

  it('expires at its time and no sooner: its money is free, endpoints are told, the audit log has it', async () => {
    const id = await held()
    const { created_at: createdAt, expires_at: expiresAt } = await get(id)
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * DAY_MS)
    expect(await moveOn(30 * DAY_MS - 1)).toBe(0)
    expect(await balance()).toMatchObject({ available: '6.00', pending_out: '4.00' })
    expect(await moveOn(1)).toBe(1)
    expect(await get(id)).toMatchObject({ status: 'expired', failure: null })
    expect(await balance()).toMatchObject({ available: '10.00', pending_out: '0.00' })
    expect(await stepsOf(id)).toEqual(['hold', 'release'])
    expect(await eventsOf(id)).toEqual(['transaction.expired', 'transaction.created'])
    const { rows } = await ledger.app.database.pool.query(
      `select actor_kind, before, after, mode from audit_log where action = 'transaction.expired' and target_id = $1`,
      [id],
    )
    expect(rows).toEqual([
      { actor_kind: 'system', before: { status: 'pending' }, after: { status: 'expired' }, mode: 'test' },
    ])
    expect(await moveOn(DAY_MS)).toBe(0)
  })

  it('of a refund gives the deposit back what it had taken of it', async () => {
    const deposit = await create()
    await pass()
    const refund = await call('POST', `/v1/transactions/${deposit}/refund`, { reference: 'simulate:pending' })
    expect(await get(deposit)).toMatchObject({ refunded: '10.00' })
    await moveOn(30 * DAY_MS)
    expect(await get(refund.body['id'])).toMatchObject({ status: 'expired' })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
  })

  it('that was posted or voided before is left alone, and a deposit or what a rail is asked about has no end', async () => {
    const [posted, voided] = [await held(), await held()]
    await call('POST', `/v1/test/transactions/${posted}/settle`)
    await call('POST', `/v1/transactions/${voided}/cancel`)
    const deposit = await create({ reference: 'simulate:pending' })
    const asked = await create({ type: 'payout', amount: '1.00' })
    for (const id of [deposit, asked]) expect(await get(id)).toMatchObject({ expires_at: null })
    expect(await moveOn(60 * DAY_MS)).toBe(0)
    const statuses = await Promise.all([posted, voided, deposit].map(async (id) => (await get(id)).status))
    expect(statuses).toEqual(['completed', 'canceled', 'pending'])
  })

  it('expires once, however many workers look at the same moment and whoever decides meanwhile', async () => {
    await create({ amount: '1000.00' })
    await pass()
    const ids = await Promise.all(
      Array.from({ length: 30 }, () =>
        create({ type: 'payout', amount: '1.00', reference: 'simulate:pending' }),
      ),
    )
    ledger.app.clock.advance(30 * DAY_MS)
    const { run } = expireHoldsLoop(ledger.app)
    const canceling = ids.slice(0, 10).map((id) => call('POST', `/v1/transactions/${id}/cancel`))
    await Promise.all([run(), run(), run(), ...canceling])
    await run()
    for (const [index, id] of ids.entries()) {
      const { status } = await get(id)
      expect(index < 10 ? ['canceled', 'expired'] : ['expired']).toContain(status)
      expect(await eventsOf(id)).toEqual([`transaction.${status}`, 'transaction.created'])
    }
    expect(await balance()).toMatchObject({ available: '1000.00', pending_out: '0.00' })
  })

  it('of a worker that is killed in the middle expires when its lease has run out', async () => {
    const id = await held()
    ledger.app.clock.advance(30 * DAY_MS)
    const now = ledger.app.clock.now()
    const lease = {
      leaseId: 'lease_dead',
      now: new Date(now),
      leaseUntil: new Date(now + 30_000),
      limit: 100,
    }
    const claimed = await claimDueTransactions(ledger.app.database.pool, { rail: 'hold', ...lease })
    expect(claimed.map((one) => one.id)).toEqual([id])
    expect(await moveOn(29_000)).toBe(0)
    expect(await moveOn(1_000)).toBe(1)
    expect(await get(id)).toMatchObject({ status: 'expired' })
  })

  it('follows the test clock: advanced, it happens before the answer; stopped, it waits', async () => {
    const move = (body: unknown) => call('POST', '/v1/test/clock', body)
    const id = await held()
    expect((await move({ advance_seconds: 30 * 86_400 - 1 })).body).toMatchObject({ looked_at: 0 })
    const { now } = (await call('GET', '/v1/test/clock')).body
    expect((await move({ frozen_at: now })).status).toBe(200)
    await moveOn(DAY_MS)
    expect(await get(id)).toMatchObject({ status: 'pending' })
    expect((await move({ advance_seconds: 1 })).body).toMatchObject({ looked_at: 1 })
    expect(await get(id)).toMatchObject({ status: 'expired' })
  })
})

describe('PAYOUT_HOLD_DAYS=0', () => {
  const { create, get, pass } = useTestLedger({ PAYOUT_HOLD_DAYS: '0' })

  it('lets holds wait for good', async () => {
    await create()
    await pass()
    const id = await create({ type: 'payout', amount: '4.00', reference: 'simulate:pending' })
    expect(await get(id)).toMatchObject({ expires_at: null })
  })
})

describe('in Production Mode', () => {
  let app: TestApp
  let operator: TestPerson
  let key: TestKey

  beforeAll(async () => {
    app = await createTestApp({ PAYOUT_HOLD_DAYS: '1' })
    await app.app.listen({ host: '127.0.0.1', port: 0 })
    operator = await setUpOperator(app)
    const person = await signUpPerson(app, 'customer@example.com')
    await openProduction(app, { operator, person })
    key = await app.createKey(person, { mode: 'production' })
  })
  afterAll(() => app.stop())

  const signed = (method: string, path: string, body?: unknown) =>
    signedOverSocket(app, key, method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { 'idempotency-key': newId('req') },
    })

  it('a payout that an operator has begun to settle does not expire; one that nobody touched does', async () => {
    const create = async (type: string, amount: string) => {
      const body = { type, amount, currency: 'EUR', ...(type === 'payout' ? { destination: 'NL00' } : {}) }
      const { status, text, body: made } = await signed('POST', '/v1/transactions', body)
      expect([status, text]).toEqual([201, expect.any(String)])
      return String(made['id'])
    }
    const settle = (id: string, reference: string) =>
      operator.request('POST', `/v1/operator/settlements/${id}/settle`, { body: { reference } })
    expect((await settle(await create('deposit', '10.00'), 'bank-1')).status).toBe(200)
    const [begun, untouched] = [await create('payout', '3.00'), await create('payout', '4.00')]
    expect((await settle(begun, 'bank-2')).status).toBe(200)
    app.clock.advance(DAY_MS)
    expect(await expireHolds(app)).toBe(2)
    const statusOf = async (id: string) => (await signed('GET', `/v1/transactions/${id}`)).body['status']
    expect([await statusOf(begun), await statusOf(untouched)]).toEqual(['pending', 'expired'])
    const { body } = await signed('GET', '/v1/balances?currency=EUR')
    expect(body['data']).toMatchObject([{ available: '7.00', pending_out: '3.00' }])
    expect((await settle(untouched, 'bank-3')).status).toBe(409)
    app.clock.advance(DAY_MS - 1)
    expect(await expireHolds(app)).toBe(0)
    // What was begun is taken back: a day after it would have expired, it does.
    const withdrawn = await operator.request('POST', `/v1/operator/settlements/${begun}/withdraw`)
    expect([withdrawn.status, withdrawn.text]).toEqual([200, expect.any(String)])
    app.clock.advance(1)
    expect(await expireHolds(app)).toBe(1)
    expect(await statusOf(begun)).toBe('expired')
  })
})
