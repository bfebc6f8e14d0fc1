import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSettlementWorld, expectConsistent } from './test-settlements.ts'

type World = Awaited<ReturnType<typeof createSettlementWorld>>
type Customer = Awaited<ReturnType<World['customer']>>
let w: World
let ada: Customer
let count = 0
const reference = () => `REF-${(count += 1)}`

beforeAll(async () => {
  w = await createSettlementWorld()
  ada = await w.customer()
})
afterAll(() => w.app.stop())

/** A payout that has completed. */
async function paidOut(customer: Customer, amount: string): Promise<string> {
  await w.settle(await customer.announce({ type: 'deposit', amount }), reference())
  const id = await customer.announce({ type: 'payout', amount, destination: 'NL01 BANK 0001' })
  const name = reference()
  await w.settle(id, name)
  expect((await w.as(w.second).settle(id, name)).body['state']).toBe('completed')
  return id
}

describe('a deposit of another amount than was announced', () => {
  it.each([
    ['less', '60.00'],
    ['more', '140.50'],
  ])('books %s, says what was announced, and tells it in the event', async (_, came) => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '100.00' })
    const name = reference()
    const settled = await w.settle(id, name, came)
    expect(settled.body).toMatchObject({
      state: 'completed',
      reference: name,
      transaction: { status: 'completed', amount: came, announced_amount: '100.00' },
    })
    expect(await customer.transaction(id)).toMatchObject({ amount: came, announced_amount: '100.00' })
    expect(await customer.balance()).toMatchObject({ posted: came, pending_in: '0.00', available: came })
    const [created, completed] = await customer.events(id)
    expect(created).toMatchObject({
      type: 'transaction.created',
      data: { amount: '100.00', announced_amount: null },
    })
    expect(completed).toMatchObject({
      type: 'transaction.completed',
      data: { amount: came, announced_amount: '100.00' },
    })
    const entries = await customer.signed(
      'GET',
      `/v1/accounts/${settled.body['transaction'].account_id}/entries`,
    )
    expect(entries.body['data'].map((one: any) => one.step)).toEqual(['post', 'hold', 'release', 'hold'])
    const log = await customer.person.request('GET', '/v1/audit-log?action=settlement.completed')
    expect(log.body['data'][0].after).toMatchObject({
      amount: came,
      announced_amount: '100.00',
      reference: name,
    })
    // Said again, nothing changes; said otherwise, it is refused.
    expect((await w.as(w.second).settle(id, name, came)).body).toEqual(settled.body)
    expect((await w.settle(id, name)).body).toEqual(settled.body)
    expect((await w.settle(id, name, '99.00')).body['code']).toBe('conflict')
    await expectConsistent(w.app)
  })

  it('of two who say different amounts at once, one is booked', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '100.00' })
    const name = reference()
    const answers = await Promise.all(
      ['70.00', '80.00', '70.00'].map((amount, index) =>
        w.as(index === 1 ? w.second : w.olga).settle(id, name, amount),
      ),
    )
    const booked = (await customer.transaction(id))['amount'] as string
    expect(['70.00', '80.00']).toContain(booked)
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(
      booked === '70.00' ? 2 : 1,
    )
    expect((await customer.balance()).posted).toBe(booked)
    await expectConsistent(w.app)
  })

  it('is refused for money that leaves, and where it is no amount', async () => {
    await w.settle(await ada.announce({ type: 'deposit', amount: '50.00' }), reference())
    const id = await ada.announce({ type: 'payout', amount: '20.00', destination: 'NL01' })
    expect((await w.settle(id, reference(), '19.00')).status).toBe(422)
    const deposit = await ada.announce({ type: 'deposit', amount: '5.00' })
    for (const amount of ['0.00', '-1.00', '1.001', '1e3', 'five', ''])
      expect([amount, (await w.settle(deposit, reference(), amount)).status]).toEqual([amount, 422])
    expect((await w.queue('type=deposit')).map((one) => one.transaction.id)).toContain(deposit)
    await w.post(`settlements/${id}/fail`, { reason: 'Not meant.' })
    await w.settle(deposit, reference())
  })

  it('costs the fee of what came, and never more than came', async () => {
    const customer = await w.customer()
    const rule = { fixed: '1.00', basis_points: 200, minimum: '0.00' }
    expect(
      (await w.olga.request('PUT', '/v1/operator/fees/deposit/CHF', { body: rule })).status,
    ).toBeLessThan(300)
    const announce = () => customer.announce({ type: 'deposit', amount: '100.00', currency: 'CHF' })
    const id = await announce()
    expect(await customer.transaction(id)).toMatchObject({ amount: '100.00', fee: '3.00' })
    await w.settle(id, reference(), '60.00')
    expect(await customer.transaction(id)).toMatchObject({ amount: '60.00', fee: '2.20' })
    expect((await customer.balance('CHF')).posted).toBe('57.80')
    const tiny = await announce()
    await w.settle(tiny, reference(), '0.50')
    expect(await customer.transaction(tiny)).toMatchObject({ amount: '0.50', fee: '0.50' })
    expect((await customer.balance('CHF')).posted).toBe('57.80')
    // Money that nobody announced is not taken in for less than its fee; it stays where it is.
    const came = { currency: 'CHF', amount: '0.50', reference: reference() }
    const { body: unmatched } = await w.post('unmatched-deposits', came)
    const path = `unmatched-deposits/${unmatched['id']}`
    const toCustomer = { workspace_id: customer.person.workspaceId }
    expect((await w.post(`${path}/match`, toCustomer)).body['code']).toBe('fee-exceeds-amount')
    expect((await w.olga.request('GET', `/v1/operator/${path}`)).body).toMatchObject({ state: 'open' })
    // The platform's own books cost nothing.
    expect(
      await w.app.database.pool.query(
        `select 1 from transactions where workspace_id = 'platform' and fee > 0`,
      ),
    ).toMatchObject({ rowCount: 0 })
    await expectConsistent(w.app)
  })

  it('is the only change of an amount that the database lets through', async () => {
    const id = await ada.announce({ type: 'deposit', amount: '5.00' })
    const run = (set: string) =>
      w.app.database.pool.query(`update transactions set ${set} where id = $1`, [id])
    await expect(run('amount = 700')).rejects.toMatchObject({ code: 'CS001' })
    await expect(run('announced_amount = 700')).rejects.toMatchObject({ code: 'CS001' })
    await expect(run('amount = 700, announced_amount = 600')).rejects.toMatchObject({ code: 'CS001' })
    await w.settle(id, reference(), '4.00')
    await expect(run('amount = 700, announced_amount = 400')).rejects.toMatchObject({ code: 'CS001' })
  })
})

describe('money that nobody can be given yet', () => {
  const body = (over: Record<string, unknown> = {}) => ({
    currency: 'EUR',
    amount: '250.00',
    reference: reference(),
    sender: 'J. Doe',
    text: 'invoice 1001',
    ...over,
  })
  const lies = async (currency = 'EUR') =>
    ((await w.unmatched())['balances'] as any[]).find((one) => one.currency === currency)?.posted ?? '0.00'
  const cents = (text: string) => Math.round(Number(text) * 100)

  it('is in the ledger from the moment it is recorded, once, however often and by how many', async () => {
    const before = cents(await lies())
    const asked = body()
    const answers = await Promise.all(
      [w.olga, w.second, w.olga, w.second].map((who) => w.as(who).post('unmatched-deposits', asked)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
    expect(new Set(answers.map((one) => one.body['id'])).size).toBe(1)
    expect(answers[0]!.body).toMatchObject({
      state: 'open',
      amount: '250.00',
      reference: asked.reference,
      sender: 'J. Doe',
      text: 'invoice 1001',
      matched: null,
      return_transaction_id: null,
    })
    expect(cents(await lies()) - before).toBe(25_000)
    expect((await w.post('unmatched-deposits', { ...asked, amount: '251.00' })).body['code']).toBe('conflict')
    // The reference is that of one movement of the bank: no deposit is settled with it as well.
    const deposit = await ada.announce({ type: 'deposit', amount: '250.00' })
    expect((await w.settle(deposit, asked.reference)).body['code']).toBe('conflict')
    const other = reference()
    await w.settle(deposit, other)
    expect((await w.post('unmatched-deposits', body({ reference: other }))).body['code']).toBe('conflict')
    await expectConsistent(w.app)
  })

  it('completes a deposit that was announced, with what came', async () => {
    const customer = await w.customer()
    const before = cents(await lies())
    const announced = await customer.announce({ type: 'deposit', amount: '300.00' })
    const { body: made } = await w.post('unmatched-deposits', body())
    const path = `unmatched-deposits/${made['id']}/match`
    const answers = await Promise.all(
      [w.olga, w.second, w.olga].map((who) => w.as(who).post(path, { transaction_id: announced })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers[1]!.body).toMatchObject({
      state: 'matched',
      matched: { transaction_id: announced, workspace: { id: customer.person.workspaceId } },
    })
    expect(await customer.balance()).toMatchObject({ posted: '250.00', pending_in: '0.00' })
    expect(await customer.transaction(announced)).toMatchObject({
      status: 'completed',
      amount: '250.00',
      announced_amount: '300.00',
    })
    expect(cents(await lies())).toBe(before)
    const closed = await w.queue(`state=closed&workspace_id=${customer.person.workspaceId}`)
    expect(closed[0]).toMatchObject({
      received_as: { transaction_id: made['id'], reference: made['reference'] },
    })
    const log = await customer.person.request('GET', '/v1/audit-log?action=unmatched_deposit.matched')
    expect(log.body['data']).toHaveLength(1)
    await expectConsistent(w.app)
  })

  it('becomes a deposit of a workspace that announced none', async () => {
    const customer = await w.customer()
    const { body: made } = await w.post('unmatched-deposits', body({ received_at: '2025-11-20T10:00:00Z' }))
    const path = `unmatched-deposits/${made['id']}/match`
    const matched = await w.post(path, { workspace_id: customer.person.workspaceId })
    expect(matched.body['state']).toBe('matched')
    expect((await w.post(path, { workspace_id: customer.person.workspaceId })).body).toEqual(matched.body)
    expect(await customer.balance()).toMatchObject({ posted: '250.00', available: '250.00' })
    const id = matched.body['matched'].transaction_id as string
    expect(await customer.transaction(id)).toMatchObject({
      type: 'deposit',
      status: 'completed',
      amount: '250.00',
      effective_at: '2025-11-20T10:00:00.000Z',
    })
    expect((await customer.events(id)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
    ])
    await expectConsistent(w.app)
  })

  it('of two who give it to different workspaces at once, one gives it', async () => {
    const [one, other] = [await w.customer(), await w.customer()]
    const { body: made } = await w.post('unmatched-deposits', body())
    const path = `unmatched-deposits/${made['id']}/match`
    const announced = await other.announce({ type: 'deposit', amount: '250.00' })
    const answers = await Promise.all([
      w.post(path, { workspace_id: one.person.workspaceId }),
      w.as(w.second).post(path, { transaction_id: announced }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const sums = [await one.balance(), await other.balance()].map((balance) => cents(balance?.posted ?? '0'))
    expect(sums.sort((a, b) => a - b)).toEqual([0, 25_000])
    await expectConsistent(w.app)
  })

  it('goes back to its sender as a payout that takes two people; one that fails or comes back leaves it', async () => {
    const before = cents(await lies())
    const { body: made } = await w.post('unmatched-deposits', body())
    const path = `unmatched-deposits/${made['id']}`
    const back = { destination: 'NL00 BANK 0123', reason: 'Nobody knows the sender.' }
    const answers = await Promise.all([w.olga, w.second].map((who) => w.as(who).post(`${path}/return`, back)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const payout = answers[0]!.body['return_transaction_id'] as string
    expect(answers[1]!.body).toMatchObject({ state: 'returning', return_transaction_id: payout })
    expect((await w.post(`${path}/return`, { ...back, destination: 'elsewhere' })).body['code']).toBe(
      'conflict',
    )
    const toAda = { workspace_id: ada.person.workspaceId }
    expect((await w.post(`${path}/match`, toAda)).body['code']).toBe('conflict')

    const [waiting] = await w.queue('workspace_id=platform')
    expect(waiting).toMatchObject({
      transaction: { id: payout, destination: back.destination },
      workspace: { id: 'platform', name: 'The platform' },
      approvals_required: 2,
    })
    await w.post(`settlements/${payout}/fail`, { reason: 'The account is wrong.' })
    expect((await w.olga.request('GET', `/v1/operator/${path}`)).body['state']).toBe('open')

    const again = (await w.post(`${path}/return`, back)).body['return_transaction_id'] as string
    const out = reference()
    expect((await w.settle(again, out)).body['state']).toBe('approving')
    expect((await w.as(w.second).settle(again, out)).body['state']).toBe('completed')
    expect((await w.olga.request('GET', `/v1/operator/${path}`)).body['state']).toBe('returned')
    expect(cents(await lies())).toBe(before)

    const bounced = { reference: reference(), reason: 'Closed.' }
    expect((await w.post(`settlements/${again}/return`, { ...bounced, amount: '200.00' })).status).toBe(422)
    expect((await w.post(`settlements/${again}/return`, bounced)).body['state']).toBe('completed')
    expect((await w.olga.request('GET', `/v1/operator/${path}`)).body['state']).toBe('open')
    expect((await w.post(`${path}/match`, toAda)).body['state']).toBe('matched')
    expect(cents(await lies())).toBe(before)
    await expectConsistent(w.app)
  })

  it('is listed by state, page by page, and refuses what makes no sense', async () => {
    const customer = await w.customer()
    const { body: made } = await w.post('unmatched-deposits', body({ currency: 'USD', amount: '7.00' }))
    const list = await w.unmatched('currency=USD')
    expect(list['data'].map((one: any) => one.id)).toEqual([made['id']])
    expect((await w.unmatched('state=matched&currency=USD'))['data']).toEqual([])
    const first = await w.olga.request('GET', '/v1/operator/unmatched-deposits?state=all&limit=2')
    const next = await w.olga.request(
      'GET',
      `/v1/operator/unmatched-deposits?state=all&limit=2&cursor=${first.body['next_cursor']}`,
    )
    const ids = [...first.body['data'], ...next.body['data']].map((one: any) => one.id as string)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())

    const path = `unmatched-deposits/${made['id']}`
    const euros = await customer.announce({ type: 'deposit', amount: '7.00' })
    for (const wrong of [
      {},
      { transaction_id: euros },
      { transaction_id: made['id'] },
      { transaction_id: euros, workspace_id: customer.person.workspaceId },
      { workspace_id: 'wks_01kasqf0000000000000000001' },
      { workspace_id: 'platform' },
      { workspace_id: customer.person.workspaceId, account_id: 'acc_01kasqf0000000000000000001' },
    ])
      expect([wrong, (await w.post(`${path}/match`, wrong)).status]).toEqual([wrong, 422])
    const unknown = 'unmatched-deposits/txn_01kasqf0000000000000000001'
    expect((await w.post(`${unknown}/match`, { workspace_id: customer.person.workspaceId })).status).toBe(404)
    expect((await w.olga.request('GET', `/v1/operator/${unknown}`)).status).toBe(404)
    expect((await w.olga.request('GET', '/v1/operator/unmatched-deposits/nonsense')).status).toBe(404)
    for (const wrong of [
      { reference: '' },
      { amount: '0' },
      { amount: 5 },
      { currency: 'XXY' },
      { sender: 'x'.repeat(201) },
      { received_at: 'yesterday' },
    ])
      expect([wrong, (await w.post('unmatched-deposits', body(wrong))).status]).toEqual([wrong, 422])
    expect((await w.post(`${path}/return`, { destination: '', reason: 'x' })).status).toBe(422)
    for (const path of ['unmatched-deposits', 'settlements/export', 'settlements'])
      expect((await customer.person.request('GET', `/v1/operator/${path}`)).body['code']).toBe(
        'operator-required',
      )
    await w.settle(euros, reference())
    await expectConsistent(w.app)
  })
})

describe('a correction', () => {
  it('takes back what was booked too much, once two people say so, and holds it until then', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '1000.00' })
    await w.settle(id, reference())
    const body = {
      direction: 'debit',
      amount: '900.00',
      reason: 'Booked 1000 in place of 100.',
      reference: reference(),
    }
    const answers = await Promise.all([1, 2, 3].map(() => w.post(`settlements/${id}/correct`, body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const proposed = answers[0]!.body
    const correction = proposed['transaction'].id as string
    expect(proposed).toMatchObject({
      state: 'approving',
      approvals_required: 2,
      approvals: [{ by: { id: w.olga.userId } }],
      transaction: { type: 'correction', status: 'pending', linked_transaction_id: id, amount: '900.00' },
    })
    expect(new Set(answers.map((one) => one.body['transaction'].id)).size).toBe(1)
    expect(await customer.balance()).toMatchObject({ posted: '1000.00', available: '100.00' })
    // Not the customer's to call off, nor to be proposed twice.
    expect((await customer.signed('POST', `/v1/transactions/${correction}/cancel`)).body['code']).toBe(
      'transaction-not-cancelable',
    )
    const other = await w.as(w.second).post(`settlements/${id}/correct`, { ...body, reference: reference() })
    expect(other.body).toMatchObject({ code: 'conflict', transaction_id: correction })
    // The same person is one person.
    expect((await w.settle(correction, body.reference)).body['state']).toBe('approving')

    const booked = await w.as(w.second).settle(correction, body.reference)
    expect(booked.body).toMatchObject({ state: 'completed', transaction: { status: 'completed' } })
    expect(await customer.balance()).toMatchObject({ posted: '100.00', available: '100.00' })
    expect(await customer.transaction(correction)).toMatchObject({
      description: 'Correction (debit): Booked 1000 in place of 100.',
    })
    expect((await customer.events(correction)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
    ])
    const log = await customer.person.request('GET', '/v1/audit-log?action=settlement.correction_proposed')
    expect(log.body['data']).toMatchObject([{ after: { corrects: id, reason: body.reason } }])
    // Proposed anew with the same evidence, it is the one that was booked.
    expect((await w.post(`settlements/${id}/correct`, body)).body['transaction'].id).toBe(correction)
    expect((await customer.balance()).posted).toBe('100.00')
    await expectConsistent(w.app)
  })

  it('gives what was booked too little; withdrawn or refused, it changes nothing', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '10.00' })
    await w.settle(id, reference())
    const propose = async () => {
      const body = {
        direction: 'credit',
        amount: '90.00',
        reason: 'Booked 10 in place of 100.',
        reference: reference(),
      }
      const { body: made } = await w.post(`settlements/${id}/correct`, body)
      return { correction: made['transaction'].id as string, reference: body.reference }
    }
    const first = await propose()
    expect(await customer.balance()).toMatchObject({ posted: '10.00', pending_in: '90.00' })
    expect((await w.post(`settlements/${first.correction}/withdraw`)).body).toMatchObject({ state: 'failed' })
    expect(await customer.transaction(first.correction)).toMatchObject({ failure: { code: 'withdrawn' } })
    const refused = await propose()
    const no = await w
      .as(w.second)
      .post(`settlements/${refused.correction}/fail`, { reason: 'It was right.' })
    expect(no.body['state']).toBe('failed')
    expect(await customer.balance()).toMatchObject({ posted: '10.00', pending_in: '0.00' })
    const last = await propose()
    await w.as(w.second).settle(last.correction, last.reference)
    expect((await customer.balance()).posted).toBe('100.00')
    await expectConsistent(w.app)
  })

  it('takes no more than is there, and corrects only what has completed', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '10.00' })
    const body = { direction: 'debit', amount: '10.01', reason: 'x', reference: reference() }
    expect((await w.post(`settlements/${id}/correct`, body)).body['code']).toBe('conflict')
    await w.settle(id, reference())
    const refused = await w.post(`settlements/${id}/correct`, body)
    expect(refused.body).toMatchObject({ code: 'insufficient-funds', available: '10.00' })
    for (const wrong of [{ direction: 'sideways' }, { amount: '1.001' }, { reason: '' }, { reference: '' }])
      expect((await w.post(`settlements/${id}/correct`, { ...body, ...wrong })).status).toBe(422)
    const { body: unmatched } = await w.post('unmatched-deposits', {
      currency: 'EUR',
      amount: '1.00',
      reference: reference(),
    })
    expect((await w.post(`settlements/${unmatched['id']}/correct`, body)).body['code']).toBe('conflict')
    await expectConsistent(w.app)
  })
})

describe('a payout that came back after it had completed', () => {
  it('gives the money back as a linked transaction, once, also when two people say so at once', async () => {
    const customer = await w.customer()
    const id = await paidOut(customer, '40.00')
    expect((await customer.balance()).posted).toBe('0.00')
    const body = { reference: reference(), reason: 'The account is closed.' }
    const answers = await Promise.all(
      [w.olga, w.second, w.olga].map((who) => w.as(who).post(`settlements/${id}/return`, body)),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers[2]!.body).toMatchObject({
      state: 'completed',
      reference: body.reference,
      transaction: { type: 'return', status: 'completed', amount: '40.00', linked_transaction_id: id },
    })
    expect(await customer.balance()).toMatchObject({ posted: '40.00', available: '40.00' })
    expect(await customer.transaction(id)).toMatchObject({ status: 'completed', refunded: '40.00' })
    const back = answers[0]!.body['transaction'].id as string
    expect((await customer.events(back)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
    ])
    expect(
      (await w.post(`settlements/${id}/return`, { ...body, reference: reference() })).body,
    ).toMatchObject({
      code: 'conflict',
      transaction_id: back,
    })
    const log = await customer.person.request('GET', '/v1/audit-log?action=settlement.returned')
    expect(log.body['data']).toHaveLength(1)
    await expectConsistent(w.app)
  })

  it('gives back what the bank left of it, and never more than had left', async () => {
    const customer = await w.customer()
    const id = await paidOut(customer, '40.00')
    const body = { reference: reference(), reason: 'Closed.' }
    expect((await w.post(`settlements/${id}/return`, { ...body, amount: '40.01' })).status).toBe(422)
    const back = await w.post(`settlements/${id}/return`, { ...body, amount: '37.50' })
    expect(back.body['transaction']).toMatchObject({ amount: '37.50' })
    expect((await customer.balance()).posted).toBe('37.50')
    await expectConsistent(w.app)
  })

  it('keeps a reference of its own, and is nothing that a deposit or an open payout does', async () => {
    const customer = await w.customer()
    const used = reference()
    const deposit = await customer.announce({ type: 'deposit', amount: '10.00' })
    await w.settle(deposit, used)
    const back = (id: string) => w.post(`settlements/${id}/return`, { reference: used, reason: 'x' })
    expect((await back(deposit)).body['code']).toBe('transaction-not-returnable')
    const open = await customer.announce({ type: 'payout', amount: '10.00', destination: 'NL01' })
    expect((await back(open)).body['code']).toBe('transaction-not-returnable')
    const name = reference()
    await w.settle(open, name)
    await w.as(w.second).settle(open, name)
    expect((await back(open)).body['code']).toBe('conflict')
    expect((await customer.balance()).posted).toBe('0.00')
    await expectConsistent(w.app)
  })
})

it('a hash on a chain is one reference, however its letters are written', async () => {
  const hash = `0x${'aB'.repeat(32)}`
  const [one, other] = [
    await ada.announce({ type: 'deposit', amount: '1.00' }),
    await ada.announce({ type: 'deposit', amount: '1.00' }),
  ]
  expect((await w.settle(one, hash)).body['reference']).toBe(hash.toLowerCase())
  expect((await w.settle(other, hash.replace('aB', 'Ab'))).body['code']).toBe('conflict')
  await w.settle(other, reference())
  // The chains that write no 0x as well.
  const third = await ada.announce({ type: 'deposit', amount: '1.00' })
  expect((await w.settle(third, 'AB'.repeat(32))).body['reference']).toBe('ab'.repeat(32))
})

it('many operators at once, on everything at once, leave a ledger that adds up', async () => {
  const customers = [await w.customer(), await w.customer()]
  const deeds: Promise<unknown>[] = []
  for (let round = 0; round < 6; round += 1) {
    const customer = customers[round % 2]!
    const announced = await customer.announce({ type: 'deposit', amount: '20.00' })
    const { body: came } = await w.post('unmatched-deposits', {
      currency: 'EUR',
      amount: '15.00',
      reference: reference(),
    })
    const path = `unmatched-deposits/${came['id']}`
    const name = reference()
    deeds.push(
      w.post(`${path}/match`, { transaction_id: announced }),
      w.as(w.second).post(`${path}/match`, { workspace_id: customers[0]!.person.workspaceId }),
      w.post(`${path}/return`, { destination: 'NL00', reason: 'x' }),
      w.as(w.second).settle(announced, name, '18.00'),
      w.settle(announced, name),
      customer.signed('POST', '/v1/transactions', { type: 'deposit', amount: '1.00', currency: 'EUR' }),
    )
  }
  const answers = (await Promise.all(deeds)) as { status: number }[]
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  await expectConsistent(w.app)
})
