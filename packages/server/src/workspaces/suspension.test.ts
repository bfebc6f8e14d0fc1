import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from '../test-production.ts'

let t: TestApp
let olga: TestPerson
let ada: TestPerson
let testKey: TestKey
let productionKey: TestKey
let count = 0
const REASON = 'We suspect fraud.'

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  olga = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  await openProduction(t, { operator: olga, person: ada })
  testKey = await t.createKey(ada)
  productionKey = await t.createKey(ada, { mode: 'production' })
})
afterAll(() => t.stop())

const decide = (verb: 'suspend' | 'resume', reason = REASON, id = ada.workspaceId) =>
  olga.request('POST', `/v1/operator/workspaces/${id}/${verb}`, { body: { reason } })
const signed = (key: TestKey, method: string, path: string, body?: unknown) =>
  signedOverSocket(t, key, method, path, {
    ...(body === undefined ? {} : { body }),
    headers: { 'idempotency-key': `suspension-${(count += 1)}` },
  })
const deposit = (key: TestKey) =>
  signed(key, 'POST', '/v1/transactions', { type: 'deposit', amount: '5.00', currency: 'EUR' })
const mails = async () => {
  const { body } = await olga.request('GET', '/v1/operator/mail?limit=100')
  return body['data'].filter(
    (one: any) => one.to === ada.email && one.subject.startsWith('Workspace '),
  ) as any[]
}

describe('a suspended workspace', () => {
  it('is refused with every key, in both modes, from the moment of the answer, and goes on as it was', async () => {
    for (const key of [testKey, productionKey]) expect((await signed(key, 'GET', '/v1/me')).status).toBe(200)
    const open = (await deposit(productionKey)).body['id'] as string
    const suspended = await decide('suspend')
    expect([suspended.status, suspended.body['suspension']]).toEqual([
      200,
      {
        reason: REASON,
        suspended_at: expect.any(String),
        suspended_by: { id: olga.userId, email: olga.email },
      },
    ])
    for (const key of [testKey, productionKey]) {
      const answers = [
        await signed(key, 'GET', '/v1/me'),
        await deposit(key),
        await signed(key, 'GET', '/v1/balances'),
      ]
      for (const { status, body } of answers)
        expect([status, body['code']]).toEqual([403, 'workspace-suspended'])
    }
    // Strangers learn nothing: without the secret it is a wrong signature, as ever.
    const stranger = { ...testKey, secretKey: productionKey.secretKey }
    expect((await signed(stranger, 'GET', '/v1/me')).body['code']).toBe('signature-invalid')
    // What is under way goes on.
    const settled = await olga.request('POST', `/v1/operator/settlements/${open}/settle`, {
      body: { reference: 'BANK-1' },
    })
    expect(settled.body['state']).toBe('completed')
    const logs = await ada.request('GET', '/v1/transaction-logs?code=workspace-suspended', {
      mode: 'production',
    })
    expect(logs.body['data'].length).toBeGreaterThan(0)

    await decide('resume', 'It was a mistake.')
    expect((await deposit(testKey)).status).toBe(201)
    expect((await signed(productionKey, 'GET', '/v1/balances')).body['data'][0].posted).toBe('5.00')
  })

  it('accepts no request that it had refused, once it goes on', async () => {
    await decide('suspend')
    const nonce = 'a nonce of sixteen or more'.replaceAll(' ', '-')
    const options = { nonce, created: Math.floor(t.clock.now() / 1000) }
    const refused = await signedOverSocket(t, testKey, 'GET', '/v1/me', options)
    expect(refused.body['code']).toBe('workspace-suspended')
    await decide('resume')
    const again = await signedOverSocket(t, testKey, 'GET', '/v1/me', options)
    expect(again.body['code']).toBe('signature-replayed')
  })

  it('lets its members read and change nothing but what is their own', async () => {
    await decide('suspend')
    expect((await ada.request('GET', '/v1/me')).body['suspension']).toMatchObject({ reason: REASON })
    for (const path of ['/v1/api-keys', '/v1/transactions', '/v1/audit-log', '/v1/activation'])
      expect([path, (await ada.request('GET', path)).status]).toEqual([path, 200])
    const changes: [string, string, unknown?][] = [
      ['POST', '/v1/api-keys', { mode: 'test', currency_type: 'fiat', expires_at: null }],
      ['DELETE', `/v1/api-keys/${testKey.id}`],
      ['PATCH', '/v1/workspace', { name: 'Another' }],
      ['POST', '/v1/activation/crypto/request'],
      ['POST', '/v1/invitations', { email: 'x@example.com', role: 'viewer' }],
      ['POST', '/v1/webhook-endpoints', { url: 'https://example.com', event_types: ['*'] }],
    ]
    for (const [method, path, body] of changes) {
      const answer = await ada.request(method, path, { body })
      expect([path, answer.status, answer.body['code']]).toEqual([path, 403, 'workspace-suspended'])
    }
    expect((await ada.request('POST', '/v1/sessions/revoke-others')).status).toBe(200)
    const own = { body: { workspace_id: ada.workspaceId } }
    expect((await ada.request('POST', '/v1/workspace/switch', own)).status).toBe(200)
    await decide('resume')
    expect((await ada.request('PATCH', '/v1/workspace', { body: { name: 'Acme' } })).status).toBe(200)
    expect((await ada.request('GET', '/v1/me')).body['suspension']).toBeNull()
  })

  it('does not keep its operators from operating, nor from letting it go on', async () => {
    expect((await decide('suspend', REASON, olga.workspaceId)).status).toBe(200)
    expect((await olga.request('PATCH', '/v1/workspace', { body: { name: 'x' } })).body['code']).toBe(
      'workspace-suspended',
    )
    expect((await decide('resume', 'Mine.', olga.workspaceId)).body['suspension']).toBeNull()
  })

  it('is on record and told to its owners, once, also when two decide at once', async () => {
    const before = (await mails()).length
    const answers = await Promise.all([decide('suspend'), decide('suspend'), decide('suspend')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await decide('suspend', 'Another reason.')).body['code']).toBe('conflict')
    await Promise.all([decide('resume', 'All is well.'), decide('resume', 'All is well.')])
    const told = (await mails()).slice(0, 2)
    expect((await mails()).length).toBe(before + 2)
    expect(told.map((one) => one.subject)).toEqual(['Workspace resumed', 'Workspace suspended'])
    const mail = await olga.request('GET', `/v1/operator/mail/${told[1].id}`)
    expect(mail.body['text']).toContain(`Reason: ${REASON}`)
    const log = await ada.request('GET', '/v1/audit-log?limit=2')
    expect(log.body['data']).toMatchObject([
      {
        action: 'workspace.resumed',
        actor: { kind: 'operator' },
        before: { reason: REASON },
        after: { reason: 'All is well.' },
      },
      { action: 'workspace.suspended', after: { reason: REASON } },
    ])
  })

  it('is found in the list, and its page says what operators need', async () => {
    await decide('suspend')
    const list = async (query: string) =>
      (await olga.request('GET', `/v1/operator/workspaces?${query}`)).body['data'] as any[]
    expect((await list('suspended=true')).map(({ id }) => id)).toEqual([ada.workspaceId])
    expect((await list('suspended=false')).map(({ id }) => id)).not.toContain(ada.workspaceId)
    const { body } = await olga.request('GET', `/v1/operator/workspaces/${ada.workspaceId}`)
    expect(body).toMatchObject({
      id: ada.workspaceId,
      legal_name: 'Acme B.V.',
      suspension: { reason: REASON },
      members: [{ email: ada.email, role: 'owner', two_factor_enabled: true }],
      keys: [
        { mode: 'test', active: 1, total: 1 },
        { mode: 'production', active: 1, total: 1 },
      ],
      webhook_endpoints: [],
      volumes: [{ mode: 'production', currency: 'EUR', type: 'deposit', count: 1, sum: '5.00' }],
      activations: [
        { currency_type: 'fiat', production_open: true },
        { currency_type: 'crypto', production_open: false },
      ],
    })
    await decide('resume')
  })

  it('is decided by operators alone, with a reason', async () => {
    const path = `/v1/operator/workspaces/${ada.workspaceId}`
    for (const [method, url] of [
      ['GET', path],
      ['POST', `${path}/suspend`],
      ['POST', `${path}/resume`],
    ] as const) {
      const body = method === 'POST' ? { reason: 'x' } : undefined
      expect((await ada.request(method, url, { body })).body['code']).toBe('operator-required')
      expect((await ada.request(method, url, { body, headers: { cookie: '' } })).status).toBe(401)
      expect((await signed(testKey, method, url, body)).body['code']).toBe('operator-required')
    }
    for (const reason of ['', '  ', 'x'.repeat(501), null])
      expect((await olga.request('POST', `${path}/suspend`, { body: { reason } })).status).toBe(422)
    for (const id of ['wks_01kasqf0000000000000000001', 'nonsense', 'platform']) {
      expect((await olga.request('GET', `/v1/operator/workspaces/${id}`)).status).toBe(404)
      expect((await decide('suspend', 'x', id)).status).toBe(404)
    }
  })
})
