import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { reconcile } from './ledger/reconcile.ts'
import { createTestApp, type TestApp, type TestKey } from './test-app.ts'
import {
  approvalPath,
  enrolSecondFactor,
  openProduction,
  PROFILE,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  verifyEmail,
  type SocketOptions,
  type TestPerson,
} from './test-production.ts'

const SECOND_OPERATOR = 'second@platform.example'
let app: TestApp
let operator: TestPerson
let second: TestPerson
let count = 0

beforeAll(async () => {
  app = await createTestApp({ OPERATOR_EMAILS: SECOND_OPERATOR })
  // The setup link is made while nobody is an operator yet; OPERATOR_EMAILS alone would do without one.
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  operator = await setUpOperator({ ...app, config: { ...app.config, operatorEmails: new Set() } })
  second = await signUpPerson(app, SECOND_OPERATOR)
  await verifyEmail(app, operator, second)
})
afterAll(() => app.stop())

const signed = (key: TestKey, method: string, path: string, options?: SocketOptions) =>
  signedOverSocket(app, key, method, path, options)
const nextKey = () => `production-${(count += 1)}`
const open = (state: { body: Record<string, any> }, currencyType = 'fiat') =>
  state.body['data'].find((list: any) => list.currency_type === currencyType)
const post = (key: TestKey, body: Record<string, unknown>, idempotencyKey = nextKey()) =>
  signed(key, 'POST', '/v1/transactions', { body, headers: { 'idempotency-key': idempotencyKey } })
const settle = (who: TestPerson, id: string, reference: string) =>
  who.request('POST', `/v1/operator/settlements/${id}/settle`, { body: { reference } })
const fail = (who: TestPerson, id: string, body: Record<string, unknown>) =>
  who.request('POST', `/v1/operator/settlements/${id}/fail`, { body })
const usd = async (key: TestKey) =>
  (await signed(key, 'GET', '/v1/balances')).body['data'].find((one: any) => one.currency === 'USD')
const statusOf = async (key: TestKey, id: string) =>
  (await signed(key, 'GET', `/v1/transactions/${id}`)).body['status']
const actions = async (person: TestPerson) =>
  (await person.request('GET', '/v1/audit-log?limit=100')).body['data'].map((entry: any) => entry.action)
const eventTypes = async (transactionId: string) => {
  const { rows } = await app.database.pool.query(
    `select type from events where mode = 'production'
       and (object_id = $1 or body::json -> 'data' ->> 'transaction_id' = $1) order by id`,
    [transactionId],
  )
  return rows.map(({ type }: { type: string }) => type)
}
/** A customer whose Production Mode is open, with a key of it. */
async function customer() {
  const person = await signUpPerson(app, `customer-${nextKey()}@example.com`)
  await openProduction(app, { operator, person })
  return { person, key: await app.createKey(person, { mode: 'production' }) }
}
/** The same with money: a settled deposit. */
async function fundedCustomer(amount: string) {
  const { person, key } = await customer()
  const deposit = await post(key, { type: 'deposit', amount, currency: 'USD' })
  expect((await settle(operator, deposit.body['id'], nextKey())).status).toBe(200)
  return { person, key }
}
const payout = (amount: string) => ({
  type: 'payout',
  amount,
  currency: 'USD',
  destination: 'NL01 BANK 0001',
})

describe('from locked to a settled deposit', () => {
  it('one person runs the platform and opens their own workspace, by the API alone', async () => {
    const fact = async (code: string) =>
      open(await operator.request('GET', '/v1/activation')).items.find((item: any) => item.code === code).done
    const createKey = () =>
      operator.request('POST', '/v1/api-keys', {
        body: { mode: 'production', currency_type: 'fiat', expires_at: null },
      })
    expect((await createKey()).body['code']).toBe('production-locked')
    expect([await fact('email_verified'), await fact('two_factor'), await fact('profile')]).toEqual([
      true,
      false,
      false,
    ])

    // The approval alone opens nothing.
    const requested = await operator.request('POST', '/v1/activation/fiat/request')
    expect(requested.body['approval'].status).toBe('requested')
    const early = await operator.request('POST', approvalPath(operator.workspaceId, 'fiat', 'approve'))
    expect(early.body).toMatchObject({
      production_open: false,
      self_approved: true,
      approval: { status: 'self-approved' },
    })
    expect((await createKey()).body['code']).toBe('production-locked')

    await enrolSecondFactor(operator)
    await operator.request('PATCH', '/v1/workspace', { body: PROFILE })
    expect((await createKey()).body['code']).toBe('production-locked')
    const rail = { currency_type: 'fiat', enabled: true, deposit_instructions: 'Pay to NL00 BANK 0000' }
    expect((await operator.request('PUT', '/v1/operator/rails', { body: rail })).body).toMatchObject({
      ...rail,
      healthy: true,
    })

    const state = await operator.request('GET', '/v1/activation')
    expect(open(state)).toMatchObject({
      production_open: true,
      self_approved: true,
      deposit_instructions: 'Pay to NL00 BANK 0000',
    })
    expect(open(state, 'crypto')).toMatchObject({ production_open: false, deposit_instructions: null })
    expect((await operator.request('GET', '/v1/workspace')).body['production_enabled']).toEqual(['fiat'])

    const key = await app.createKey(operator, { mode: 'production' })
    const body = { type: 'deposit', amount: '125.50', currency: 'USD', reference: 'first' }
    const created = await post(key, body, 'the-first-deposit')
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ status: 'pending', mode: 'production' })
    const id = created.body['id'] as string
    const replay = await post(key, body, 'the-first-deposit')
    expect([replay.body['id'], replay.headers['idempotency-replayed']]).toEqual([id, 'true'])
    app.clock.advance(3_600_000)
    expect(await statusOf(key, id)).toBe('pending')
    expect(await usd(key)).toMatchObject({ posted: '0.00', pending_in: '125.50', available: '0.00' })

    const queue = await operator.request('GET', '/v1/operator/settlements')
    expect(queue.body['payout_approvers']).toBe(2)
    expect(queue.body['data']).toMatchObject([
      {
        transaction: { id, status: 'pending', amount: '125.50' },
        workspace: { id: operator.workspaceId },
        state: 'waiting',
        approvals_required: 1,
      },
    ])
    const settled = await settle(operator, id, 'BANK-0001')
    expect(settled.body).toMatchObject({
      state: 'completed',
      reference: 'BANK-0001',
      transaction: { id, status: 'completed' },
    })
    expect(await statusOf(key, id)).toBe('completed')
    expect(await usd(key)).toMatchObject({ posted: '125.50', pending_in: '0.00', available: '125.50' })
    expect(await eventTypes(id)).toEqual(['transaction.created', 'transaction.completed', 'balance.updated'])
    expect(await actions(operator)).toEqual(
      expect.arrayContaining([
        'settlement.completed',
        'activation.approved',
        'activation.requested',
        'api_key.created',
      ]),
    )
    const log = (await operator.request('GET', '/v1/audit-log?action=activation.approved')).body['data']
    expect(log[0]).toMatchObject({ actor: { kind: 'operator' }, after: { status: 'self-approved' } })
    expect((await operator.request('GET', '/v1/operator/settlements')).body['data']).toEqual([])
    expect(await reconcile(app.database.pool)).toMatchObject({ consistent: true, discrepancies: [] })
  })

  it('a customer waits in the queue with their facts until an operator who is none of theirs approves', async () => {
    const person = await signUpPerson(app, 'waits@example.com')
    await person.request('POST', '/v1/activation/fiat/request')
    await person.request('POST', '/v1/activation/fiat/request')
    const { body } = await operator.request('GET', '/v1/operator/activations')
    const waiting = body['data'].filter((one: any) => one.workspace.id === person.workspaceId)
    expect(waiting).toHaveLength(1)
    expect(waiting[0]).toMatchObject({ currency_type: 'fiat', approval: { status: 'requested' } })
    expect(waiting[0].items.map((item: any) => [item.code, item.done])).toEqual([
      ['email_verified', false],
      ['two_factor', false],
      ['profile', false],
      ['payment_connection', true],
      ['approval', false],
    ])
    await openProduction(app, { operator, person })
    const state = open(await person.request('GET', '/v1/activation'))
    expect(state).toMatchObject({
      production_open: true,
      self_approved: false,
      approval: { status: 'approved' },
    })
    const after = await operator.request('GET', `/v1/operator/activations?workspace_id=${person.workspaceId}`)
    expect(after.body['data']).toEqual([])
    const listed = await operator.request('GET', '/v1/operator/workspaces?search=WAITS@example')
    expect(listed.body['data']).toMatchObject([
      {
        id: person.workspaceId,
        owners: ['waits@example.com'],
        member_count: 1,
        activations: { fiat: 'approved', crypto: 'none' },
      },
    ])
    const requests = (await actions(person)).filter((action: string) => action === 'activation.requested')
    expect(requests).toHaveLength(1)
  })
})

describe('the approval', () => {
  it('is refused with a reason that the workspace reads, and can be asked for again', async () => {
    const person = await signUpPerson(app, 'refused@example.com')
    const path = (verb: string) => approvalPath(person.workspaceId, 'crypto', verb)
    expect((await operator.request('POST', path('refuse'))).status).toBe(422)
    const blank = { body: { reason: '  ' } }
    expect((await operator.request('POST', path('refuse'), blank)).status).toBe(422)
    const early = { body: { reason: 'x' } }
    expect((await operator.request('POST', path('refuse'), early)).body['code']).toBe('conflict')
    await person.request('POST', '/v1/activation/crypto/request')
    const reason = 'We could not find the company.'
    for (let time = 0; time < 2; time += 1)
      expect((await operator.request('POST', path('refuse'), { body: { reason } })).body).toMatchObject({
        approval: { status: 'refused', reason },
      })
    expect(open(await person.request('GET', '/v1/activation'), 'crypto')).toMatchObject({
      approval: { status: 'refused', reason },
    })
    expect(
      (await person.request('GET', '/v1/audit-log?action=activation.refused')).body['data'],
    ).toMatchObject([{ before: { status: 'requested' }, after: { status: 'refused', reason } }])
    expect((await operator.request('POST', path('revoke'), early)).body['code']).toBe('conflict')
    const again = await person.request('POST', '/v1/activation/crypto/request')
    expect(again.body['approval']).toMatchObject({ status: 'requested', reason: null })
    expect((await operator.request('POST', path('approve'))).body['approval'].status).toBe('approved')
    expect((await operator.request('POST', path('refuse'), early)).body['code']).toBe('conflict')
  })

  it('taken back, stops the money of keys that exist; what a second factor is worth, too', async () => {
    const { person, key } = await fundedCustomer('10.00')
    const deposit = { type: 'deposit', amount: '1.00', currency: 'USD' }
    const revoke = approvalPath(person.workspaceId, 'fiat', 'revoke')
    expect((await operator.request('POST', revoke, { body: { reason: 'Fraud.' } })).body).toMatchObject({
      production_open: false,
      approval: { status: 'revoked', reason: 'Fraud.' },
    })
    const locked = await post(key, deposit)
    expect([locked.status, locked.body['code'], locked.body['missing']]).toEqual([
      403,
      'production-locked',
      ['approval'],
    ])
    expect((await usd(key)).posted).toBe('10.00')
    await operator.request('POST', approvalPath(person.workspaceId, 'fiat', 'approve'))
    expect((await post(key, deposit)).status).toBe(201)
    await person.request('POST', '/auth/two-factor/disable', { body: { password: 'a long enough password' } })
    expect((await post(key, deposit)).body['missing']).toEqual(['two_factor'])
  })

  it('is no business of others: no session, no operator, unknown workspace, bad input', async () => {
    const eve = await signUpPerson(app, 'eve@example.com')
    const decide = approvalPath(eve.workspaceId, 'fiat', 'approve')
    const calls = [
      ['GET', '/v1/operator/workspaces'],
      ['GET', '/v1/operator/activations'],
      ['GET', '/v1/operator/rails'],
      ['GET', '/v1/operator/audit-log'],
      ['PUT', '/v1/operator/rails', { currency_type: 'fiat', enabled: true }],
      ['GET', '/v1/operator/settlements'],
      ['GET', '/v1/operator/settlements/txn_01kasqf0000000000000000001'],
      ['POST', decide],
      ['POST', approvalPath(eve.workspaceId, 'fiat', 'refuse')],
      ['POST', approvalPath(eve.workspaceId, 'fiat', 'revoke')],
      ['POST', '/v1/operator/settlements/txn_01kasqf0000000000000000001/settle', { reference: 'x' }],
      ['POST', '/v1/operator/settlements/txn_01kasqf0000000000000000001/fail', { reason: 'x' }],
      ['POST', '/v1/operator/settlements/txn_01kasqf0000000000000000001/withdraw'],
    ] as const
    const key = await app.createKey(eve)
    for (const [method, path, body] of calls) {
      expect([path, (await eve.request(method, path, { body })).body['code']]).toEqual([
        path,
        'operator-required',
      ])
      expect((await signed(key, method, path, { body })).body['code']).toBe('operator-required')
      expect((await eve.request(method, path, { body, headers: { cookie: '' } })).status).toBe(401)
    }
    expect((await signed(key, 'POST', '/v1/activation/fiat/request')).body['code']).toBe('member-required')
    expect(
      (await eve.request('POST', '/v1/activation/fiat/request', { headers: { cookie: '' } })).status,
    ).toBe(401)
    expect((await eve.request('POST', '/v1/activation/gold/request')).status).toBe(422)
    await app.database.pool.query(`update members set role = 'developer' where user_id = $1`, [eve.userId])
    expect((await eve.request('POST', '/v1/activation/fiat/request')).body['code']).toBe('role-missing')

    const unknown = approvalPath('wks_01kasqf0000000000000000001', 'fiat', 'approve')
    expect((await operator.request('POST', unknown)).status).toBe(404)
    expect((await operator.request('POST', approvalPath('nonsense', 'fiat', 'approve'))).status).toBe(404)
    expect((await operator.request('POST', approvalPath(eve.workspaceId, 'gold', 'approve'))).status).toBe(
      422,
    )
    const long = { body: { reason: 'x'.repeat(501) } }
    expect((await operator.request('POST', decide, long)).status).toBe(422)
    expect((await operator.request('GET', '/v1/operator/activations?status=maybe')).status).toBe(422)
    expect((await operator.request('GET', '/v1/operator/activations?cursor=nonsense')).status).toBe(422)
  })

  it('is queued oldest first, page by page', async () => {
    const people: string[] = []
    for (let index = 0; index < 3; index += 1) {
      const person = await signUpPerson(app, `queue-${index}@example.com`)
      app.clock.advance(1_000)
      await person.request('POST', '/v1/activation/crypto/request')
      people.push(person.workspaceId)
    }
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const path = `/v1/operator/activations?limit=2${cursor ? `&cursor=${cursor}` : ''}`
      const { body } = await operator.request('GET', path)
      seen.push(...body['data'].map((one: any) => one.workspace.id))
      cursor = body['next_cursor'] as string | null
    }
    expect(seen.filter((id) => people.includes(id))).toEqual(people)
    expect(new Set(seen).size).toBe(seen.length)
  })
})

describe('a production endpoint', () => {
  it('must have answered a signed ping before a key can be made; added later, it stops no money', async () => {
    const { person, key } = await customer()
    const { pool } = app.database
    const endpointId = newId('ep', app.clock.now())
    await pool.query(
      `insert into webhook_endpoints (id, workspace_id, mode, number, url, event_types, created_at, updated_at)
       values ($1, $2, 'production', 1, 'https://hooks.example.com', '{*}', now(), now())`,
      [endpointId, person.workspaceId],
    )
    await pool.query('insert into webhook_endpoint_health (endpoint_id) values ($1)', [endpointId])
    const webhookLine = async () =>
      open(await person.request('GET', '/v1/activation')).items.find((item: any) => item.code === 'webhook')
    expect((await webhookLine()).done).toBe(false)
    const body = { mode: 'production', currency_type: 'fiat', expires_at: null }
    expect((await person.request('POST', '/v1/api-keys', { body })).body['code']).toBe('production-locked')
    expect((await post(key, { type: 'deposit', amount: '1.00', currency: 'USD' })).status).toBe(201)

    await pool.query('update webhook_endpoint_health set ping_answered_at = now() where endpoint_id = $1', [
      endpointId,
    ])
    expect((await webhookLine()).done).toBe(true)
    expect((await person.request('POST', '/v1/api-keys', { body })).status).toBe(201)
  })
})

describe('the payment connection', () => {
  it('is off until an operator switches it on, and takes nothing while it is off', async () => {
    const { key } = await customer()
    const off = { currency_type: 'fiat', enabled: false }
    expect((await operator.request('PUT', '/v1/operator/rails', { body: off })).body).toMatchObject({
      enabled: false,
      healthy: false,
      deposit_instructions: 'IBAN NL00 BANK 0000',
    })
    const refused = await post(key, { type: 'deposit', amount: '1.00', currency: 'USD' })
    expect([refused.status, refused.body['code'], refused.headers['retry-after']]).toEqual([
      503,
      'rail-unavailable',
      '60',
    ])
    const on = await operator.request('PUT', '/v1/operator/rails', { body: { ...off, enabled: true } })
    expect(on.body['enabled']).toBe(true)
    expect((await post(key, { type: 'deposit', amount: '1.00', currency: 'USD' })).status).toBe(201)

    const rails = await operator.request('GET', '/v1/operator/rails')
    expect(rails.body).toMatchObject({
      payout_approvers: 2,
      data: [
        { name: 'manual', currency_type: 'fiat', enabled: true },
        { name: 'manual', currency_type: 'crypto', enabled: false, updated_at: null },
      ],
    })
    const log = await operator.request('GET', '/v1/operator/audit-log?action=rail.updated&limit=1')
    expect(log.body['data']).toMatchObject([
      {
        workspace_id: null,
        actor: { kind: 'operator', label: operator.email },
        before: { enabled: false },
        after: { enabled: true },
      },
    ])
  })

  it('down, takes nothing new; keys stay, reads go on, and what is under way is settled', async () => {
    const { person, key } = await fundedCustomer('80.00')
    const under = (await post(key, { type: 'deposit', amount: '5.00', currency: 'USD' })).body['id'] as string
    const { body: list } = await signed(key, 'GET', '/v1/transactions?type=deposit')
    const completed = list['data'].find((one: any) => one.status === 'completed').id as string
    const transactions = async () => (await signed(key, 'GET', '/v1/transactions')).body['data'].length
    const before = await transactions()
    const set = (enabled: boolean) =>
      operator.request('PUT', '/v1/operator/rails', { body: { currency_type: 'fiat', enabled } })
    await set(false)

    const refund = (idempotencyKey: string) =>
      signed(key, 'POST', `/v1/transactions/${completed}/refund`, {
        body: { amount: '1.00' },
        headers: { 'idempotency-key': idempotencyKey },
      })
    const retried = nextKey()
    const refused = [
      await post(key, { type: 'deposit', amount: '1.00', currency: 'USD' }, retried),
      await post(key, payout('1.00')),
      await refund(nextKey()),
    ]
    for (const { status, body, headers } of refused)
      expect([status, body['code'], headers['retry-after']]).toEqual([503, 'rail-unavailable', '60'])

    // Nothing was booked or held, and the key reads and signs as before.
    expect(await usd(key)).toMatchObject({ posted: '80.00', available: '80.00', pending_in: '5.00' })
    expect(await transactions()).toBe(before)
    const keys = await person.request('GET', '/v1/api-keys?mode=production')
    expect(keys.body['data']).toMatchObject([{ status: 'active', public_key: key.publicKey }])
    expect((await signed(key, 'GET', `/v1/transactions/${under}`)).status).toBe(200)
    expect((await signed(key, 'GET', '/v1/events')).status).toBe(200)
    const testKey = await app.createKey(person)
    expect((await post(testKey, { type: 'deposit', amount: '1.00', currency: 'USD' })).status).toBe(201)
    expect((await settle(operator, under, nextKey())).body['state']).toBe('completed')

    // The refusal is not what the Idempotency-Key remembers: sent again, it is created, once.
    await set(true)
    const again = await post(key, { type: 'deposit', amount: '1.00', currency: 'USD' }, retried)
    expect(again.status).toBe(201)
    expect((await refund(nextKey())).status).toBe(201)
    expect(await transactions()).toBe(before + 2)
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
  })

  it.each([{}, { currency_type: 'gold', enabled: true }, { currency_type: 'fiat', enabled: 'yes' }])(
    'refuses the setting %j',
    async (body) => {
      expect((await operator.request('PUT', '/v1/operator/rails', { body })).status).toBe(422)
    },
  )
})

describe('settling by hand', () => {
  it('needs two different people to let money out, and holds it until then', async () => {
    const { person, key } = await fundedCustomer('100.00')
    const created = await post(key, payout('40.00'))
    const id = created.body['id'] as string
    expect(await usd(key)).toMatchObject({ posted: '100.00', pending_out: '40.00', available: '60.00' })

    const first = await settle(operator, id, 'OUT-1')
    expect(first.body).toMatchObject({
      state: 'approving',
      approvals_required: 2,
      payout_approvers: 2,
      approvals: [{ by: { id: operator.userId, email: operator.email } }],
    })
    // The same person again is still one person.
    expect((await settle(operator, id, 'OUT-1')).body['approvals']).toHaveLength(1)
    expect(await statusOf(key, id)).toBe('pending')
    expect((await settle(second, id, 'OUT-2')).body).toMatchObject({ code: 'conflict', reference: 'OUT-1' })
    expect(await statusOf(key, id)).toBe('pending')
    // Money may be on its way: the customer can no longer call it off.
    const cancel = await signed(key, 'POST', `/v1/transactions/${id}/cancel`)
    expect([cancel.status, cancel.body['code']]).toEqual([409, 'transaction-not-cancelable'])

    app.clock.advance(1_000)
    const last = await settle(second, id, 'OUT-1')
    expect(last.body).toMatchObject({ state: 'completed', transaction: { status: 'completed' } })
    expect(last.body['approvals'].map((one: any) => one.by.id)).toEqual([operator.userId, second.userId])
    expect(await usd(key)).toMatchObject({ posted: '60.00', pending_out: '0.00', available: '60.00' })
    expect((await eventTypes(id)).filter((type: string) => type === 'transaction.completed')).toHaveLength(1)
    expect((await actions(person)).filter((action: string) => action.startsWith('settlement.'))).toEqual([
      'settlement.completed',
      'settlement.approved',
      'settlement.completed',
    ])
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
  })

  it('answers the same when said twice, and refuses to say something else', async () => {
    const { key } = await customer()
    const [one, other] = [
      (await post(key, { type: 'deposit', amount: '5.00', currency: 'USD' })).body['id'] as string,
      (await post(key, { type: 'deposit', amount: '6.00', currency: 'USD' })).body['id'] as string,
    ]
    const first = await settle(operator, one, 'TWICE-1')
    const again = await settle(second, one, '  TWICE-1 ')
    expect(again.body).toEqual(first.body)
    const different = await settle(operator, one, 'TWICE-2')
    expect([different.status, different.body['code']]).toEqual([409, 'conflict'])
    const taken = await settle(operator, other, 'TWICE-1')
    expect([taken.status, taken.body['code']]).toEqual([409, 'conflict'])
    expect(await statusOf(key, other)).toBe('pending')
    expect((await fail(operator, one, { reason: 'late' })).body['code']).toBe('transaction-ended')
    expect((await usd(key)).posted).toBe('5.00')
  })

  it('of two who settle at once, money moves once; of two transactions, one gets the reference', async () => {
    const { key } = await customer()
    const create = async () =>
      (await post(key, { type: 'deposit', amount: '7.00', currency: 'USD' })).body['id'] as string
    const id = await create()
    const answers = await Promise.all([operator, second, operator].map((who) => settle(who, id, 'RACE-1')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await usd(key)).posted).toBe('7.00')
    const ids = [await create(), await create(), await create()]
    const race = await Promise.all(ids.map((one) => settle(operator, one, 'RACE-2')))
    expect(race.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect((await usd(key)).posted).toBe('14.00')
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
  })

  it('failed, gives back what was held and frees the reference', async () => {
    const { key } = await fundedCustomer('50.00')
    const id = (await post(key, payout('20.00'))).body['id'] as string
    await settle(operator, id, 'FAILS-1')
    const failure = { reason: 'The bank does not know the account.', code: 'account_not_found' }
    expect((await fail(second, id, failure)).body['code']).toBe('conflict')
    const failed = await fail(operator, id, failure)
    expect(failed.body).toMatchObject({ state: 'failed', reason: failure.reason, reference: null })
    expect((await fail(second, id, failure)).body).toEqual(failed.body)
    expect((await fail(operator, id, { reason: 'Another' })).body['code']).toBe('conflict')
    expect((await settle(operator, id, 'FAILS-1')).body['code']).toBe('transaction-ended')
    expect((await signed(key, 'GET', `/v1/transactions/${id}`)).body).toMatchObject({
      status: 'failed',
      failure: { code: 'account_not_found', message: failure.reason },
    })
    expect(await usd(key)).toMatchObject({ posted: '50.00', pending_out: '0.00', available: '50.00' })
    expect((await eventTypes(id)).slice(-2)).toEqual(['transaction.failed', 'balance.updated'])

    const deposit = (await post(key, { type: 'deposit', amount: '9.00', currency: 'USD' })).body[
      'id'
    ] as string
    expect((await settle(operator, deposit, 'FAILS-1')).status).toBe(200)
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
  })

  it('lets a person take back an approval with a wrong reference', async () => {
    const { key } = await fundedCustomer('30.00')
    const id = (await post(key, payout('10.00'))).body['id'] as string
    const withdraw = (who: TestPerson) => who.request('POST', `/v1/operator/settlements/${id}/withdraw`)
    await settle(operator, id, 'TYPO')
    expect((await withdraw(second)).body['code']).toBe('conflict')
    expect((await withdraw(operator)).body).toMatchObject({
      state: 'waiting',
      reference: null,
      approvals: [],
    })
    await settle(operator, id, 'RIGHT')
    expect((await settle(second, id, 'RIGHT')).body['state']).toBe('completed')
    expect((await withdraw(operator)).body['code']).toBe('transaction-ended')
  })

  it('cannot settle what the customer has canceled', async () => {
    const { key } = await fundedCustomer('30.00')
    const id = (await post(key, payout('10.00'))).body['id'] as string
    expect((await signed(key, 'POST', `/v1/transactions/${id}/cancel`)).status).toBe(200)
    expect((await settle(operator, id, 'LATE')).body['code']).toBe('transaction-ended')
    expect((await operator.request('GET', `/v1/operator/settlements/${id}`)).body['state']).toBe('canceled')
    expect((await usd(key)).available).toBe('30.00')
  })

  it('knows the transactions of Production Mode only, and only good input', async () => {
    const { person, key } = await fundedCustomer('10.00')
    const testKey = await app.createKey(person)
    const test = await post(testKey, { type: 'deposit', amount: '1.00', currency: 'USD' })
    for (const id of [test.body['id'] as string, 'txn_01kasqf0000000000000000001', 'nonsense']) {
      expect((await operator.request('GET', `/v1/operator/settlements/${id}`)).status).toBe(404)
      expect((await settle(operator, id, 'x')).status).toBe(404)
      expect((await fail(operator, id, { reason: 'x' })).status).toBe(404)
    }
    const id = (await post(key, payout('1.00'))).body['id'] as string
    for (const reference of ['', '   ', 'x'.repeat(201), 'a\nb', 'a\u0000b', 'a\u202eb'])
      expect((await settle(operator, id, reference)).status).toBe(422)
    expect((await fail(operator, id, {})).status).toBe(422)
    expect((await fail(operator, id, { reason: 'x', code: 'Not A Code' })).status).toBe(422)
  })

  it('is a queue, oldest first, with filters and pages', async () => {
    const { person, key } = await fundedCustomer('90.00')
    const ids: string[] = []
    for (const amount of ['1.00', '2.00', '3.00']) ids.push((await post(key, payout(amount))).body['id'])
    const deposit = (await post(key, { type: 'deposit', amount: '4.00', currency: 'EUR' })).body['id']
    const list = async (query: string) => {
      const path = `/v1/operator/settlements?workspace_id=${person.workspaceId}&${query}`
      const { body } = await operator.request('GET', path)
      return {
        ids: body['data'].map((one: any) => one.transaction.id),
        next: body['next_cursor'] as string | null,
      }
    }
    expect((await list('')).ids).toEqual([...ids, deposit])
    expect((await list('type=payout')).ids).toEqual(ids)
    expect((await list('currency=EUR')).ids).toEqual([deposit])
    expect((await list('currency_type=crypto')).ids).toEqual([])
    const first = await list('limit=3')
    expect(first.ids).toEqual(ids)
    expect((await list(`limit=3&cursor=${first.next}`)).ids).toEqual([deposit])
    expect((await list('state=closed')).ids).toHaveLength(1)
    expect((await operator.request('GET', '/v1/operator/settlements?type=gift')).status).toBe(422)
  })

  it('members make no transactions in Production Mode, whatever their role', async () => {
    const { person } = await customer()
    const answer = await person.request('POST', '/v1/transactions', {
      mode: 'production',
      body: { type: 'deposit', amount: '1.00', currency: 'USD' },
      headers: { 'idempotency-key': nextKey() },
    })
    expect([answer.status, answer.body['code']]).toEqual([403, 'key-required'])
  })
})

describe('one person for payouts', () => {
  it('is allowed by PAYOUT_APPROVERS=1, and every answer says so for good', async () => {
    const alone = await createTestApp({ PAYOUT_APPROVERS: '1' })
    try {
      await alone.app.listen({ host: '127.0.0.1', port: 0 })
      const boss = await setUpOperator(alone)
      await openProduction(alone, { operator: boss, person: boss })
      const key = await alone.createKey(boss, { mode: 'production' })
      const create = async (body: Record<string, unknown>) => {
        const headers = { 'idempotency-key': nextKey() }
        return (await signedOverSocket(alone, key, 'POST', '/v1/transactions', { body, headers })).body[
          'id'
        ] as string
      }
      await settle(boss, await create({ type: 'deposit', amount: '10.00', currency: 'USD' }), 'IN')
      const id = await create(payout('10.00'))
      const settled = await settle(boss, id, 'OUT')
      expect(settled.body).toMatchObject({ state: 'completed', approvals_required: 1, payout_approvers: 1 })
      const closed = await boss.request('GET', '/v1/operator/settlements?state=closed')
      expect(closed.body).toMatchObject({ payout_approvers: 1, data: [{ approvals_required: 1 }, {}] })
      expect((await boss.request('GET', '/v1/operator/rails')).body['payout_approvers']).toBe(1)
      expect((await reconcile(alone.database.pool)).consistent).toBe(true)
    } finally {
      await alone.stop()
    }
  })
})
