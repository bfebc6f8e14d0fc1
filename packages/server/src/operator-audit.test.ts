import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { createTestApp, type TestApp } from './test-app.ts'
import {
  approvalPath,
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  verifyEmail,
  type TestPerson,
} from './test-production.ts'

const SECOND_OPERATOR = 'second@platform.example'
let app: TestApp
let olga: TestPerson
let second: TestPerson
let ada: TestPerson
let newDeposit: () => Promise<string>
let newPayout: () => Promise<string>

beforeAll(async () => {
  app = await createTestApp({ OPERATOR_EMAILS: SECOND_OPERATOR, DEPOSIT_APPROVERS: '2' })
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  olga = await setUpOperator({ ...app, config: { ...app.config, operatorEmails: new Set() } })
  second = await signUpPerson(app, SECOND_OPERATOR)
  await verifyEmail(app, olga, second)
  ada = await signUpPerson(app, 'ada@acme.example')
  await openProduction(app, { operator: olga, person: ada })
  const key = await app.createKey(ada, { mode: 'production' })
  const create = async (body: Record<string, unknown>) => {
    const headers = { 'idempotency-key': newId('req') }
    const answer = await signedOverSocket(app, key, 'POST', '/v1/transactions', { body, headers })
    return answer.body['id'] as string
  }
  newDeposit = async () => {
    const id = await create({ type: 'deposit', amount: '1.00', currency: 'USD' })
    await settled(id)
    await settledToo(id)
    return id
  }
  newPayout = async () => {
    await newDeposit()
    return create({ type: 'payout', amount: '1.00', currency: 'USD', destination: 'NL01' })
  }
})
afterAll(() => app.stop())

const TYPE = {
  type: 'card.issued',
  description: 'A card was issued.',
  schema: { type: 'object', properties: { card_id: { type: 'string' } } },
  example: { card_id: 'card_1' },
}
const KEY = { name: 'Gateway', scopes: ['operator:verify'], expires_at: null }
const operatorKey = async () =>
  (await olga.request('POST', '/v1/operator/keys', { body: KEY })).body['id'] as string
const send = (method: string, path: string, body?: unknown) => olga.request(method, path, { body })
const match = (id: string) =>
  send('POST', `/v1/operator/unmatched-deposits/${id}/match`, { workspace_id: ada.workspaceId })
const settlement = (id: string, verb: string, body?: unknown) =>
  send('POST', `/v1/operator/settlements/${id}/${verb}`, body)
const settled = async (id: string) => settlement(id, 'settle', { reference: id })
const settledToo = (id: string) =>
  second.request('POST', `/v1/operator/settlements/${id}/settle`, { body: { reference: id } })
const unmatched = () =>
  send('POST', '/v1/operator/unmatched-deposits', {
    currency: 'USD',
    amount: '1.00',
    reference: newId('req'),
  })

/** Each deed of an operator, in this order, and the action that its entry names. */
const DEEDS: Record<
  string,
  { action: string; prepare?: () => Promise<string>; run(id: string): Promise<any> }
> = {
  'POST /v1/operator/workspaces/:id/suspend': {
    action: 'workspace.suspended',
    prepare: async () => ada.workspaceId,
    run: (id) => send('POST', `/v1/operator/workspaces/${id}/suspend`, { reason: 'Fraud.' }),
  },
  'POST /v1/operator/workspaces/:id/resume': {
    action: 'workspace.resumed',
    prepare: async () => ada.workspaceId,
    run: (id) => send('POST', `/v1/operator/workspaces/${id}/resume`, { reason: 'All is well.' }),
  },
  'PUT /v1/operator/rails': {
    action: 'rail.updated',
    run: () => send('PUT', '/v1/operator/rails', { currency_type: 'crypto', enabled: true }),
  },
  'PUT /v1/operator/fees/:type/:currency': {
    action: 'fee.set',
    run: () => send('PUT', '/v1/operator/fees/payout/JPY', { fixed: '1', basis_points: 10, minimum: '0' }),
  },
  'DELETE /v1/operator/fees/:type/:currency': {
    action: 'fee.removed',
    run: () => send('DELETE', '/v1/operator/fees/payout/JPY'),
  },
  'POST /v1/operator/activations/:workspace_id/:currency_type/refuse': {
    action: 'activation.refused',
    async prepare() {
      await ada.request('POST', '/v1/activation/crypto/request')
      return ada.workspaceId
    },
    run: (id) => send('POST', approvalPath(id, 'crypto', 'refuse'), { reason: 'Not yet.' }),
  },
  'POST /v1/operator/activations/:workspace_id/:currency_type/approve': {
    action: 'activation.approved',
    run: () => send('POST', approvalPath(ada.workspaceId, 'crypto', 'approve'), { reason: 'All is well.' }),
  },
  'POST /v1/operator/activations/:workspace_id/:currency_type/revoke': {
    action: 'activation.revoked',
    run: () => send('POST', approvalPath(ada.workspaceId, 'crypto', 'revoke'), { reason: 'Fraud.' }),
  },
  'POST /v1/operator/settlements/:transaction_id/settle': {
    action: 'settlement.approved',
    prepare: () => newPayout(),
    run: settled,
  },
  'POST /v1/operator/settlements/:transaction_id/withdraw': {
    action: 'settlement.withdrawn',
    async prepare() {
      const id = await newPayout()
      await settled(id)
      return id
    },
    run: (id) => settlement(id, 'withdraw'),
  },
  'POST /v1/operator/settlements/:transaction_id/fail': {
    action: 'settlement.failed',
    prepare: () => newPayout(),
    run: (id) => settlement(id, 'fail', { reason: 'The bank said no.' }),
  },
  'POST /v1/operator/settlements/:transaction_id/return': {
    action: 'settlement.returned',
    async prepare() {
      const id = await newPayout()
      await settled(id)
      await settledToo(id)
      return id
    },
    run: (id) => settlement(id, 'return', { reference: `back ${id}`, reason: 'The account is closed.' }),
  },
  'POST /v1/operator/settlements/:transaction_id/correct': {
    action: 'settlement.correction_proposed',
    prepare: () => newDeposit(),
    run: (id) =>
      settlement(id, 'correct', {
        direction: 'credit',
        amount: '1.00',
        reason: 'Booked too little.',
        reference: `correction of ${id}`,
      }),
  },
  'POST /v1/operator/settlements/settle-many': {
    action: 'settlement.approved',
    prepare: () => newPayout(),
    run: (id) =>
      send('POST', '/v1/operator/settlements/settle-many', {
        items: [{ transaction_id: id, reference: id }],
        totals: [{ currency: 'USD', amount: '1.00' }],
      }),
  },
  'POST /v1/operator/settlements/fail-many': {
    action: 'settlement.failed',
    prepare: () => newPayout(),
    run: (id) =>
      send('POST', '/v1/operator/settlements/fail-many', {
        transaction_ids: [id],
        reason: 'The bank is closed.',
        totals: [{ currency: 'USD', amount: '1.00' }],
      }),
  },
  'POST /v1/operator/unmatched-deposits': {
    action: 'unmatched_deposit.recorded',
    run: () => unmatched(),
  },
  'POST /v1/operator/unmatched-deposits/:id/match': {
    action: 'unmatched_deposit.match_approved',
    prepare: async () => (await unmatched()).body['id'] as string,
    run: (id) => match(id),
  },
  'POST /v1/operator/unmatched-deposits/:id/withdraw': {
    action: 'unmatched_deposit.match_withdrawn',
    async prepare() {
      const { body } = await unmatched()
      await match(body['id'] as string)
      return body['id'] as string
    },
    run: (id) => send('POST', `/v1/operator/unmatched-deposits/${id}/withdraw`),
  },
  'POST /v1/operator/unmatched-deposits/:id/return': {
    action: 'unmatched_deposit.return_requested',
    prepare: async () => (await unmatched()).body['id'] as string,
    run: (id) =>
      send('POST', `/v1/operator/unmatched-deposits/${id}/return`, { destination: 'NL01', reason: 'x' }),
  },
  'POST /v1/operator/statements/match': {
    action: 'statement.read',
    run: () =>
      send('POST', '/v1/operator/statements/match', { csv: 'amount,currency,reference\n1.00,USD,A' }),
  },
  'POST /v1/operator/keys': {
    action: 'operator_key.created',
    run: () => send('POST', '/v1/operator/keys', KEY),
  },
  'PATCH /v1/operator/keys/:id': {
    action: 'operator_key.updated',
    prepare: operatorKey,
    run: (id) => send('PATCH', `/v1/operator/keys/${id}`, { name: 'Another name' }),
  },
  'POST /v1/operator/keys/:id/rotate': {
    action: 'operator_key.rotated',
    prepare: operatorKey,
    run: (id) => send('POST', `/v1/operator/keys/${id}/rotate`, { overlap_seconds: 0 }),
  },
  'DELETE /v1/operator/keys/:id': {
    action: 'operator_key.revoked',
    prepare: operatorKey,
    run: (id) => send('DELETE', `/v1/operator/keys/${id}`),
  },
  'POST /v1/operator/reconciliations': {
    action: 'ledger.reconciliation_requested',
    run: () => send('POST', '/v1/operator/reconciliations', { kind: 'full' }),
  },
  'POST /v1/operator/event-types': {
    action: 'event_type.declared',
    run: () => send('POST', '/v1/operator/event-types', TYPE),
  },
  'PATCH /v1/operator/event-types/:type': {
    action: 'event_type.updated',
    run: () => send('PATCH', '/v1/operator/event-types/card.issued', { description: 'A new card.' }),
  },
  'POST /v1/operator/events': {
    action: 'event.published',
    run: () =>
      olga.request('POST', '/v1/operator/events', {
        body: {
          workspace_id: ada.workspaceId,
          mode: 'test',
          type: 'card.issued',
          object_id: 'card_1',
          data: { card_id: 'card_1' },
        },
        headers: { 'idempotency-key': newId('req') },
      }),
  },
  'DELETE /v1/operator/event-types/:type': {
    action: 'event_type.withdrawn',
    run: () => send('DELETE', '/v1/operator/event-types/card.issued'),
  },
  'POST /v1/operator/signing-keys/rotate': {
    action: 'signing_key.rotated',
    run: () => send('POST', '/v1/operator/signing-keys/rotate', { purpose: 'receipts' }),
  },
  'POST /v1/operator/signing-keys/:id/retire': {
    action: 'signing_key.retired',
    async prepare() {
      // The one before it stays published.
      await send('POST', '/v1/operator/signing-keys/rotate', { purpose: 'receipts' })
      const { body } = await send('GET', '/v1/operator/signing-keys')
      return body['data'].find((one: any) => one.purpose === 'receipts' && one.status === 'published').id
    },
    run: (id) => send('POST', `/v1/operator/signing-keys/${id}/retire`),
  },
}
/** What a program asks for each request that it passes on; on record in the Transaction Logs. */
const LOGGED_ELSEWHERE = new Set([
  'POST /v1/operator/verify-request',
  'POST /v1/operator/verify-request/:id/outcome',
])

it('the table of deeds holds every route of operators that changes something', () => {
  const changing = app.app.apiRoutes
    .filter(({ method, url }) => url.startsWith('/v1/operator/') && !['GET', 'HEAD'].includes(method))
    .map(({ method, url }) => `${method} ${url}`)
    .filter((name) => !LOGGED_ELSEWHERE.has(name))
  expect(changing.sort()).toEqual(Object.keys(DEEDS).sort())
})

it.each(Object.keys(DEEDS))('%s leaves an entry in the audit log, with who did it', async (name) => {
  const { action, prepare, run } = DEEDS[name]!
  const id = (await prepare?.()) ?? ''
  const newest = async () =>
    (await app.database.pool.query('select id from audit_log order by id desc limit 1')).rows[0]?.id ?? ''
  const before = await newest()
  const answer = await run(id)
  expect([name, answer.status < 300, answer.text]).toEqual([name, true, answer.text])
  const { rows } = await app.database.pool.query(
    'select action, actor_kind, actor_id, request_id is not null as traced from audit_log where id > $1 order by id',
    [before],
  )
  expect([name, rows]).toEqual([
    name,
    [{ action, actor_kind: 'operator', actor_id: olga.userId, traced: true }],
  ])
})

it('a decision about Production Mode is told to the owners by mail, with its reason, once', async () => {
  const mails = async () => {
    const { body } = await olga.request('GET', '/v1/operator/mail?limit=100')
    const own = body['data'].filter(
      (one: any) => one.to === ada.email && one.subject.startsWith('Production Mode'),
    )
    return own.map((one: any) => one as { id: string; subject: string })
  }
  const before = (await mails()).length
  await ada.request('POST', '/v1/activation/crypto/request')
  const reason = 'We could not find\n\nthe company.'
  for (let time = 0; time < 2; time += 1)
    await olga.request('POST', approvalPath(ada.workspaceId, 'crypto', 'refuse'), { body: { reason } })
  const after = await mails()
  expect(after.length).toBe(before + 1)
  const { body: mail } = await olga.request('GET', `/v1/operator/mail/${after[0]!.id}`)
  expect(mail).toMatchObject({ kind: 'notice', subject: 'Production Mode: refused' })
  expect(mail['text']).toContain('Reason: We could not find the company.')
  expect(mail['text']).toContain('/activation')
})
