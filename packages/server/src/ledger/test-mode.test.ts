import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { TEST_CASES } from '../rails/test-cases.ts'
import type { Deliverer } from '../webhooks/deliver.ts'
import { deliverFor, listen, type Listener } from '../webhooks/test-webhooks.ts'
import { useTestLedger } from './test-ledger.ts'

const ledger = useTestLedger()
const { call, create, get, pass, eventsOf } = ledger

const available = async () => (await call('GET', '/v1/balances')).body['data'][0].available
const linkedTo = async (id: string) =>
  (await call('GET', '/v1/transactions?limit=100')).body['data'].filter(
    (one: { linked_transaction_id: string | null }) => one.linked_transaction_id === id,
  )

describe('a test case', () => {
  it('ends as the table says, by its amount and by its reference, for deposits and payouts', async () => {
    await create({ amount: '5000000.00' })
    await pass(1_000)
    const { body } = await call('GET', '/v1/test/cases')
    expect(body['data'].map(({ amount, reference }: Record<string, string>) => [amount, reference])).toEqual(
      TEST_CASES.map(({ amount, reference }) => [amount, reference]),
    )
    const created = []
    for (const one of body['data'])
      for (const type of ['deposit', 'payout'])
        for (const magic of [{ amount: one.amount }, { reference: one.reference }])
          created.push({ one, id: await create({ type, ...magic }) })
    await pass(600_000)
    for (const { one, id } of created) {
      const { status, failure } = await get(id)
      expect([one.name, status]).toEqual([one.name, one.statuses.at(-1)])
      expect(failure?.code ?? null).toBe(one.failure_code)
    }
  })

  it('with a delay happens no sooner', async () => {
    const delayed = body(await call('GET', '/v1/test/cases')).filter(
      ({ after_seconds: after, statuses }) => after !== null && statuses.length === 2,
    )
    for (const { reference, after_seconds: after, outcome } of delayed) {
      if (after === 0 || outcome === 'return' || outcome === 'webhook_twice') continue
      const id = await create({ reference })
      const untilMs = outcome === 'webhooks_out_of_order' ? 1_000 : Number(after) * 1_000
      await pass(untilMs - 1)
      expect([reference, (await get(id)).status]).toEqual([reference, 'pending'])
      await pass(1)
      expect([reference, (await get(id)).status]).not.toEqual([reference, 'pending'])
    }
  })

  it('that comes back makes one linked transaction, which moves the money the other way', async () => {
    const deposit = await create({ reference: 'simulate:return' })
    await pass(1_000)
    expect([(await get(deposit)).status, await available()]).toEqual(['completed', '10.00'])
    await pass(4_999)
    expect(await linkedTo(deposit)).toEqual([])
    await pass(1)
    const [returned, ...more] = await linkedTo(deposit)
    expect(more).toEqual([])
    expect(returned).toMatchObject({ type: 'return', status: 'completed', amount: '10.00' })
    expect(returned.description).toContain('account_closed')
    expect(await available()).toBe('0.00')
    expect((await get(deposit)).status).toBe('completed')
    expect(await eventsOf(returned.id)).toEqual(['transaction.completed', 'transaction.created'])
    await pass(3_600_000)
    expect(await linkedTo(deposit)).toHaveLength(1)
  })

  it('a payout that comes back is there to be spent again', async () => {
    await create()
    await pass(1_000)
    const payout = await create({ type: 'payout', amount: '7.00', reference: 'simulate:return' })
    await pass(1_000)
    expect(await available()).toBe('3.00')
    await pass(5_000)
    expect(await linkedTo(payout)).toHaveLength(1)
    expect(await available()).toBe('10.00')
  })

  it('a deposit that was spent comes back when the money is there again, and never below zero', async () => {
    const deposit = await create({ reference: 'simulate:return' })
    await pass(1_000)
    await create({ type: 'payout', amount: '4.00' })
    await pass(60_000)
    expect([await linkedTo(deposit), await available()]).toEqual([[], '6.00'])
    await create({ amount: '5.00' })
    await pass(60_000)
    await pass(60_000)
    expect(await linkedTo(deposit)).toHaveLength(1)
    expect(await available()).toBe('1.00')
  })
})

describe('POST /v1/test/transactions/:id/return', () => {
  it('lets a completed transaction come back once, for the reason given', async () => {
    const id = await create()
    const early = await call('POST', `/v1/test/transactions/${id}/return`, {})
    expect([early.status, early.body['code']]).toEqual([409, 'transaction-not-returnable'])
    await pass(1_000)
    const body = { code: 'compliance_refused', message: 'Sent back by the bank.' }
    const returned = await call('POST', `/v1/test/transactions/${id}/return`, body)
    expect(returned.status).toBe(201)
    expect(returned.body).toMatchObject({
      type: 'return',
      linked_transaction_id: id,
      description: 'Returned, compliance_refused: Sent back by the bank.',
      request_id: returned.headers['request-id'],
    })
    const again = await call('POST', `/v1/test/transactions/${id}/return`, {})
    expect([again.status, again.body['detail']]).toEqual([
      409,
      `It came back before, as ${returned.body['id']}.`,
    ])
    const ofReturn = await call('POST', `/v1/test/transactions/${returned.body['id']}/return`, {})
    expect([ofReturn.status, ofReturn.body['code']]).toEqual([409, 'transaction-not-returnable'])
  })

  it('twenty at once make one return', async () => {
    const id = await create()
    await pass(1_000)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call('POST', `/v1/test/transactions/${id}/return`, {})),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(await linkedTo(id)).toHaveLength(1)
    expect(await available()).toBe('0.00')
  })

  it('is refused while the money is spent, and for a code that is not in the list', async () => {
    const id = await create()
    await pass(1_000)
    await create({ type: 'payout', amount: '1.00' })
    const refused = await call('POST', `/v1/test/transactions/${id}/return`, {})
    expect([refused.status, refused.body['code'], refused.body['available']]).toEqual([
      422,
      'insufficient-funds',
      '9.00',
    ])
    const unknown = await call('POST', `/v1/test/transactions/${id}/return`, { code: 'because' })
    expect([unknown.status, unknown.body['errors'][0].pointer]).toEqual([422, '/code'])
    const failing = await create({ reference: 'simulate:pending' })
    const failed = await call('POST', `/v1/test/transactions/${failing}/fail`, { code: 'because' })
    expect([failed.status, failed.body['errors'][0].pointer]).toEqual([422, '/code'])
  })

  it('the same Idempotency-Key is answered with the same return', async () => {
    const id = await create()
    await pass(1_000)
    const path = `/v1/test/transactions/${id}/return`
    const send = () =>
      ledger.app.signed(ledger.key, 'POST', path, { body: {}, headers: { 'idempotency-key': 'return-1' } })
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text])
    expect(second.headers['idempotency-replayed']).toBe('true')
  })
})

describe('odd webhooks', () => {
  let listener: Listener
  let deliverer: Deliverer
  const received = (id: string) =>
    listener.received
      .map((one) => ({ ...(JSON.parse(one.body) as { type: string; data: { id: string } }), one }))
      .filter(({ type, data }) => type.startsWith('transaction.') && data.id === id)
  const wait = { timeout: 15_000, interval: 20 }

  beforeAll(async () => {
    listener = await listen()
    deliverer = await deliverFor(ledger.app, { retrySchedule: [0], clock: ledger.app.clock })
  })
  beforeEach(async () => {
    const body = { url: listener.url, event_types: ['transaction.created', 'transaction.completed'] }
    await ledger.person.request('POST', '/v1/webhook-endpoints', { body })
  })
  afterAll(async () => {
    await deliverer.stop()
    await listener.close()
  })

  it('twice: the same event arrives two times with the same webhook-id, and is one event', async () => {
    const id = await create({ reference: 'simulate:webhook_twice' })
    await pass(1_000)
    const types = () => received(id).map(({ type }) => type)
    await vi.waitFor(() => expect(types()).toContain('transaction.completed'), wait)
    await vi.waitFor(async () => {
      await pass(2_000)
      expect(types().filter((type) => type === 'transaction.completed')).toHaveLength(2)
    }, wait)
    // On record as well: a clock that is set forward in the middle of an attempt takes it for abandoned.
    await vi.waitFor(async () => {
      const { rows } = await ledger.app.database.pool.query('select 1 from pending_deliveries')
      expect(rows).toEqual([])
    }, wait)
    await pass(600_000)
    const completed = received(id).filter(({ type }) => type === 'transaction.completed')
    expect(completed).toHaveLength(2)
    expect(new Set(completed.map(({ one }) => one.headers['webhook-id'])).size).toBe(1)
    expect(new Set(completed.map(({ one }) => one.body)).size).toBe(1)
    expect(await eventsOf(id)).toEqual(['transaction.completed', 'transaction.created'])
  })

  it('out of order: completed arrives before created, whose sequence tells the order', async () => {
    const id = await create({ amount: '90041' })
    await pass(1_000)
    await vi.waitFor(() => expect(received(id)).toHaveLength(1), wait)
    ledger.app.clock.advance(4_000)
    await vi.waitFor(() => expect(received(id)).toHaveLength(2), wait)
    const arrived = received(id).map(({ type, one }) => [type, JSON.parse(one.body).sequence])
    expect(arrived).toEqual([
      ['transaction.completed', 2],
      ['transaction.created', 1],
    ])
  })

  it('an odd one is created once for its Idempotency-Key, like any other', async () => {
    const body = { type: 'deposit', amount: '90041', currency: 'USD' }
    const headers = { 'idempotency-key': 'odd-1' }
    const send = () => ledger.app.signed(ledger.key, 'POST', '/v1/transactions', { body, headers })
    const answers = await Promise.all([send(), send(), send()])
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map((answer) => answer.body['id'])).size).toBe(1)
    for (const { status } of answers) expect([201, 409]).toContain(status)
    expect((await call('GET', '/v1/transactions')).body['data']).toHaveLength(1)
  })
})

function body(answer: { body: Record<string, any> }) {
  return answer.body['data'] as {
    reference: string
    outcome: string
    statuses: string[]
    after_seconds: number | null
  }[]
}
