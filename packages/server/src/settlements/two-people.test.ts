import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { createSettlementWorld, expectConsistent } from './test-settlements.ts'

type World = Awaited<ReturnType<typeof createSettlementWorld>>
let w: World
let second: ReturnType<World['as']>
let count = 0
const reference = () => `TWO-${(count += 1)}`

beforeAll(async () => {
  w = await createSettlementWorld({ DEPOSIT_APPROVERS: '2' })
  second = w.as(w.second)
})
afterAll(() => w.app.stop())

/** A deposit that both have settled. */
async function settled(customer: Awaited<ReturnType<World['customer']>>, amount: string): Promise<string> {
  const id = await customer.announce({ type: 'deposit', amount })
  const name = reference()
  await w.settle(id, name)
  expect((await second.settle(id, name)).body['state']).toBe('completed')
  return id
}

it('one person says that money came unless DEPOSIT_APPROVERS wants more, whatever payouts take', () => {
  const of = (env: Record<string, string>) => readConfig(env).depositApprovers
  expect([of({}), of({ PAYOUT_APPROVERS: '3' })]).toEqual([1, 1])
  expect([of({ DEPOSIT_APPROVERS: '1' }), of({ PAYOUT_APPROVERS: '1', DEPOSIT_APPROVERS: '2' })]).toEqual([
    1, 2,
  ])
  for (const wrong of ['0', '6', '1.5', 'two']) expect(() => of({ DEPOSIT_APPROVERS: wrong })).toThrow()
})

describe('a deposit', () => {
  it('is on the account once two different people have said so, and not before', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '50.00' })
    const name = reference()
    const first = await w.settle(id, name)
    expect(first.body).toMatchObject({
      state: 'approving',
      approvals_required: 2,
      deposit_approvers: 2,
      transaction: { status: 'pending' },
    })
    // The same person is one person, and the customer can no longer call it off.
    expect((await w.settle(id, name)).body['approvals']).toHaveLength(1)
    expect(await customer.balance()).toMatchObject({ posted: '0.00', pending_in: '50.00' })
    expect((await customer.signed('POST', `/v1/transactions/${id}/cancel`)).body['code']).toBe(
      'transaction-not-cancelable',
    )
    const last = await second.settle(id, name)
    expect(last.body).toMatchObject({ state: 'completed', approvals: [{}, {}] })
    expect(await customer.balance()).toMatchObject({ posted: '50.00', pending_in: '0.00' })
    expect((await customer.events(id)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
    ])
    await expectConsistent(w.app)
  })

  it('of another amount than was announced is booked only where both say the same', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '100.00' })
    const name = reference()
    expect((await w.settle(id, name, '60.00')).body).toMatchObject({
      state: 'approving',
      received_amount: '60.00',
      transaction: { amount: '100.00', announced_amount: null },
    })
    const entry = (await customer.person.request('GET', '/v1/audit-log?action=settlement.approved')).body
    expect(entry['data'][0].after).toMatchObject({ amount: '100.00', received_amount: '60.00', approvals: 1 })
    for (const amount of [undefined, '100.00', '60.01']) {
      const refused = await second.settle(id, name, amount)
      expect([refused.status, refused.body['code'], refused.body['amount']]).toEqual([
        409,
        'conflict',
        '60.00',
      ])
    }
    // Nor does whoever said it first say it otherwise later, but by withdrawing it.
    expect((await w.settle(id, name, '61.00')).body['code']).toBe('conflict')
    await w.post(`settlements/${id}/withdraw`)
    expect((await w.settle(id, name, '61.00')).body['received_amount']).toBe('61.00')
    await expect(
      w.app.database.pool.query('update settlements set amount = 999900 where transaction_id = $1', [id]),
    ).rejects.toMatchObject({ code: 'CS006' })
    const many = (amount: string | undefined, total: string) =>
      second.post('settlements/settle-many', {
        items: [{ transaction_id: id, reference: name, ...(amount ? { amount } : {}) }],
        totals: [{ currency: 'EUR', amount: total }],
      })
    expect((await many(undefined, '100.00')).body['data'][0].problem.code).toBe('conflict')
    expect((await many('61.00', '61.00')).body['data'][0].settlement).toMatchObject({
      state: 'completed',
      transaction: { amount: '61.00', announced_amount: '100.00' },
    })
    expect((await customer.balance()).posted).toBe('61.00')
    await expectConsistent(w.app)
  })

  it('is not completed past them, whoever writes', async () => {
    const customer = await w.customer()
    const id = await customer.announce({ type: 'deposit', amount: '5.00' })
    await w.settle(id, reference())
    const run = (sql: string) => w.app.database.pool.query(sql, [id])
    const refused = { code: 'CS006' }
    const now = `completed_at = now(), status = 'completed'`
    await expect(run(`update transactions set ${now} where id = $1`)).rejects.toMatchObject(refused)
    await expect(
      run(
        `update settlements set outcome = 'completed', decided_at = now(), decided_by = 'me' where transaction_id = $1`,
      ),
    ).rejects.toMatchObject(refused)
    const columns = `workspace_id, mode, currency_type, currency, decimals, type, amount, account_id, debit_account_id,
      credit_account_id, created_by, rail, effective_at, created_at, updated_at`
    await expect(
      run(`insert into transactions (id, sequence, status, completed_at, ${columns})
        select id || 'x', 999999, 'completed', now(), ${columns} from transactions where id = $1`),
    ).rejects.toMatchObject(refused)
  })
})

describe('a payout that came back', () => {
  it('is on the account once two different people have said so; withdrawn or refused, it may come back anew', async () => {
    const customer = await w.customer()
    await settled(customer, '40.00')
    const payout = await customer.announce({ type: 'payout', amount: '40.00', destination: 'NL01' })
    const out = reference()
    await w.settle(payout, out)
    await second.settle(payout, out)
    const say = (who = w.as(w.olga)) =>
      who.post(`settlements/${payout}/return`, { reference: `back-${out}`, reason: 'Closed.' })

    const proposed = (await say()).body
    expect(proposed).toMatchObject({
      state: 'approving',
      approvals_required: 2,
      approvals: [{ by: { id: w.olga.userId } }],
      transaction: { type: 'return', status: 'pending', amount: '40.00', linked_transaction_id: payout },
    })
    expect(await customer.balance()).toMatchObject({ posted: '0.00', pending_in: '40.00', available: '0.00' })
    const withdrawn = await w.post(`settlements/${proposed['transaction'].id}/withdraw`)
    expect(withdrawn.body).toMatchObject({ state: 'failed' })
    expect(await customer.transaction(payout)).toMatchObject({ refunded: '0.00' })

    const refused = (await say()).body['transaction'].id as string
    expect(refused).not.toBe(proposed['transaction'].id)
    await second.post(`settlements/${refused}/fail`, { reason: 'It did not.' })
    expect(await customer.balance()).toMatchObject({ posted: '0.00', pending_in: '0.00' })

    const answers = await Promise.all([say(), say(second), say()])
    expect(new Set(answers.map(({ body }) => body['transaction'].id)).size).toBe(1)
    const { transaction, approvals } = answers[0]!.body as { transaction: { id: string }; approvals: any[] }
    expect(approvals).toHaveLength(1)
    const first = approvals[0].by.id as string
    const other = first === w.olga.userId ? second : w.as(w.olga)
    expect((await other.settle(transaction.id, `back-${out}`)).body).toMatchObject({
      state: 'completed',
      transaction: { status: 'completed' },
    })
    expect(await customer.balance()).toMatchObject({
      posted: '40.00',
      pending_in: '0.00',
      available: '40.00',
    })
    expect(await customer.transaction(payout)).toMatchObject({ status: 'completed', refunded: '40.00' })
    expect((await customer.events(transaction.id)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
    ])
    await expectConsistent(w.app)
  })

  it('is not given back twice, by its return and by a correction', async () => {
    const customer = await w.customer()
    await settled(customer, '100.00')
    const pay = async () => {
      const id = await customer.announce({ type: 'payout', amount: '50.00', destination: 'NL01' })
      const out = reference()
      await w.settle(id, out)
      await second.settle(id, out)
      return id
    }
    const correct = (id: string, amount: string, direction = 'credit') =>
      w.post(`settlements/${id}/correct`, { direction, amount, reason: 'Wrong.', reference: reference() })
    const giveBack = (id: string, amount: string) =>
      w.post(`settlements/${id}/return`, { reference: reference(), reason: 'Closed.', amount })
    const approve = async ({ body }: { body: Record<string, any> }) =>
      expect((await second.settle(body['transaction'].id, body['reference'])).body['state']).toBe('completed')

    const one = await pay()
    expect((await correct(one, '50.01')).status).toBe(422)
    await approve(await correct(one, '20.00'))
    const refused = await giveBack(one, '50.00')
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('must be at most 30.00')])
    await approve(await giveBack(one, '30.00'))
    expect((await correct(one, '0.01')).status).toBe(422)

    const other = await pay()
    await approve(await giveBack(other, '50.00'))
    expect((await correct(other, '0.01')).status).toBe(422)
    // What is taken once more may be given once more.
    await approve(await correct(other, '10.00', 'debit'))
    await approve(await correct(other, '10.00'))
    expect((await customer.balance()).posted).toBe('100.00')
    await expectConsistent(w.app)
  })
})

describe('unmatched money', () => {
  const record = async (over: Record<string, unknown> = {}) => {
    const body = { currency: 'EUR', amount: '250.00', reference: reference(), ...over }
    return (await w.post('unmatched-deposits', body)).body['id'] as string
  }
  const get = async (id: string) =>
    (await w.olga.request('GET', `/v1/operator/unmatched-deposits/${id}`)).body as Record<string, any>

  it('is given to a workspace once two different people have named the same one', async () => {
    const [customer, wrong] = [await w.customer(), await w.customer()]
    const id = await record()
    const path = `unmatched-deposits/${id}`
    const to = { workspace_id: customer.person.workspaceId }
    const proposed = await w.post(`${path}/match`, to)
    expect(proposed.body).toMatchObject({
      state: 'open',
      matched: null,
      proposed_match: {
        ...to,
        transaction_id: null,
        approvals: [{ by: { id: w.olga.userId } }],
        approvals_required: 2,
      },
    })
    expect((await w.post(`${path}/match`, to)).body).toEqual(proposed.body)
    expect(await customer.balance()).toBeUndefined()
    for (const other of [{ workspace_id: wrong.person.workspaceId }, { ...to, account_id: 'acc_x' }])
      expect((await second.post(`${path}/match`, other)).body['code']).toBe('conflict')
    const back = { destination: 'NL02', reason: 'Not for us.' }
    expect((await second.post(`${path}/return`, back)).body['code']).toBe('conflict')

    const answers = await Promise.all([second.post(`${path}/match`, to), second.post(`${path}/match`, to)])
    expect(answers.map(({ body }) => body['state'])).toEqual(['matched', 'matched'])
    expect(await customer.balance()).toMatchObject({ posted: '250.00' })
    const [closed] = await w.queue(`state=closed&workspace_id=${customer.person.workspaceId}`)
    expect(closed).toMatchObject({ state: 'completed', approvals_required: 2 })
    expect(closed.approvals.map((one: any) => one.by.id).sort()).toEqual(
      [w.olga.userId, w.second.userId].sort(),
    )
    expect((await get(id))['proposed_match']).toBeNull()
    await expectConsistent(w.app)
  })

  it('completes an announced deposit with what came, and none that has ended meanwhile', async () => {
    const customer = await w.customer()
    const announce = () => customer.announce({ type: 'deposit', amount: '300.00' })
    const [announced, canceled] = [await announce(), await announce()]
    const [id, late] = [await record(), await record()]
    expect((await w.post(`unmatched-deposits/${id}/match`, { transaction_id: announced })).status).toBe(200)
    await w.post(`unmatched-deposits/${late}/match`, { transaction_id: canceled })
    await customer.signed('POST', `/v1/transactions/${canceled}/cancel`)
    const refused = await second.post(`unmatched-deposits/${late}/match`, { transaction_id: canceled })
    expect(refused.body['code']).toBe('transaction-ended')
    const matched = await second.post(`unmatched-deposits/${id}/match`, { transaction_id: announced })
    expect(matched.body).toMatchObject({ state: 'matched' })
    expect(await customer.transaction(announced)).toMatchObject({
      status: 'completed',
      amount: '250.00',
      announced_amount: '300.00',
    })
    expect((await customer.balance()).posted).toBe('250.00')
    await expectConsistent(w.app)
  })

  it('is free again once the match is withdrawn, and goes back only when it is', async () => {
    const customer = await w.customer()
    const id = await record()
    const path = `unmatched-deposits/${id}`
    expect((await second.post(`${path}/withdraw`)).body['code']).toBe('conflict')
    await w.post(`${path}/match`, { workspace_id: customer.person.workspaceId })
    const withdrawn = await second.post(`${path}/withdraw`)
    expect(withdrawn.body).toMatchObject({ state: 'open', proposed_match: null })
    const back = { destination: 'NL02', reason: 'Not for us.' }
    expect((await w.post(`${path}/return`, back)).body['state']).toBe('returning')
    expect((await w.post(`${path}/match`, { workspace_id: customer.person.workspaceId })).body['code']).toBe(
      'conflict',
    )
    expect((await w.post('unmatched-deposits/txn_01kasqf0000000000000000001/withdraw')).status).toBe(404)
    expect((await customer.person.request('POST', `/v1/operator/${path}/withdraw`)).body['code']).toBe(
      'operator-required',
    )
    const { rows } = await w.app.database.pool.query<{ action: string }>(
      `select action from audit_log where target_id = $1 and action like 'unmatched%' order by id`,
      [id],
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'unmatched_deposit.recorded',
      'unmatched_deposit.match_approved',
      'unmatched_deposit.match_withdrawn',
      'unmatched_deposit.return_requested',
    ])
    await expectConsistent(w.app)
  })

  it('that comes back from its sender is free when two people say so, and not when the first does', async () => {
    const customer = await w.customer()
    const id = await record({ currency: 'CHF', amount: '8.00' })
    const path = `unmatched-deposits/${id}`
    const payout = (await w.post(`${path}/return`, { destination: 'NL02', reason: 'x' })).body[
      'return_transaction_id'
    ] as string
    const out = reference()
    await w.settle(payout, out)
    await second.settle(payout, out)
    const bounced = { reference: reference(), reason: 'Closed.' }
    const { transaction } = (await w.post(`settlements/${payout}/return`, bounced)).body
    expect((await get(id))['state']).toBe('returned')
    const to = { workspace_id: customer.person.workspaceId }
    expect((await second.post(`${path}/match`, to)).body['code']).toBe('conflict')
    await second.settle(transaction.id, bounced.reference)
    expect((await get(id))['state']).toBe('open')
    await w.post(`${path}/match`, to)
    expect((await second.post(`${path}/match`, to)).body['state']).toBe('matched')
    expect((await customer.balance('CHF')).posted).toBe('8.00')
    await expectConsistent(w.app)
  })
})

it('what another operator says has moved is not failed past them, alone or among many, until they withdraw that', async () => {
  const customer = await w.customer()
  await settled(customer, '30.00')
  const make = () => customer.announce({ type: 'payout', amount: '10.00', destination: 'NL01' })
  const [sent, kept, left] = [await make(), await make(), await make()]
  const name = reference()
  for (const [id, said] of [
    [sent, name],
    [kept, reference()],
    [left, reference()],
  ] as const)
    expect((await w.settle(id, said)).body['state']).toBe('approving')
  const fail = (id: string, who = second) => who.post(`settlements/${id}/fail`, { reason: 'Not sent.' })

  const refused = await fail(sent)
  expect([refused.status, refused.body['code']]).toEqual([409, 'conflict'])
  expect(refused.body['approved_by']).toEqual([{ id: w.olga.userId, email: w.olga.email }])
  expect(refused.body['detail']).toContain(w.olga.email)
  const many = await second.post('settlements/fail-many', {
    transaction_ids: [sent, kept],
    reason: 'Not sent.',
    totals: [{ currency: 'EUR', amount: '20.00' }],
  })
  expect(many.body['data'].map((one: any) => one.problem?.code)).toEqual(['conflict', 'conflict'])
  expect((await customer.balance()).available).toBe('0.00')

  // Whoever said so may say otherwise, or take it back for the other one to decide.
  expect((await fail(kept, w.as(w.olga))).body['state']).toBe('failed')
  await w.post(`settlements/${sent}/withdraw`)
  expect((await fail(sent)).body['state']).toBe('failed')
  const isOperator = (is: boolean) =>
    w.app.database.pool.query('update users set is_operator = $2 where id = $1', [w.olga.userId, is])
  expect((await fail(left)).body['code']).toBe('conflict')
  await isOperator(false)
  // What somebody said who is no operator any more keeps nobody.
  expect((await fail(left)).body['state']).toBe('failed')
  await isOperator(true)
  expect((await customer.balance()).available).toBe('30.00')
  await expectConsistent(w.app)
})

it('a customer who calls a refund off while an operator settles or fails it ends it once, and nobody waits for the other', async () => {
  const customer = await w.customer()
  for (let round = 0; round < 12; round += 1) {
    const deposit = await settled(customer, '10.00')
    const refund = (await customer.signed('POST', `/v1/transactions/${deposit}/refund`, {})).body[
      'id'
    ] as string
    const answers = await Promise.all([
      customer.signed('POST', `/v1/transactions/${refund}/cancel`),
      w.post(`settlements/${refund}/fail`, { reason: 'No.' }),
    ])
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  }
  await expectConsistent(w.app)
})
