import { beforeEach, describe, expect, it } from 'vitest'
import { useTestLedger } from './test-ledger.ts'

const ledger = useTestLedger()
const { call } = ledger
let id: string

beforeEach(async () => {
  const made = await call('POST', '/v1/accounts', {
    currency: 'USD',
    name: 'Reserve',
    metadata: { branch: 'A-1', open: true },
  })
  id = made.body['id']
})

const patch = (body: unknown, { by = ledger.key, of = id } = {}) =>
  call('PATCH', `/v1/accounts/${of}`, body, { by })
const get = async () => (await call('GET', `/v1/accounts/${id}`)).body
const audit = async () =>
  (await ledger.person.request('GET', '/v1/audit-log?action=account.updated')).body['data'] as Record<
    string,
    unknown
  >[]

describe('PATCH /v1/accounts/:id', () => {
  it('changes what is given and leaves the rest, also of an account that holds money', async () => {
    const deposit = await ledger.create({ account_id: id })
    await ledger.pass()
    expect((await ledger.get(deposit))['status']).toBe('completed')
    const before = await get()
    expect(before).toMatchObject({ posted: '10.00', name: 'Reserve' })
    const renamed = await patch({ name: 'Savings' })
    expect([renamed.status, renamed.body]).toEqual([200, { ...before, name: 'Savings' }])
    const marked = await patch({ metadata: { branch: 'A-2' } })
    expect(marked.body).toEqual({ ...before, name: 'Savings', metadata: { branch: 'A-2' } })
    expect((await call('GET', '/v1/accounts?metadata[branch]=A-1')).body['data']).toEqual([])
    expect((await call('GET', '/v1/accounts?name=Savings')).body['data']).toMatchObject([{ id }])
    expect((await patch({ name: null, metadata: null })).body).toEqual({
      ...before,
      name: null,
      metadata: {},
    })
    expect(await get()).toEqual({ ...before, name: null, metadata: {} })
  })

  it('names the main account too, which stays the main one', async () => {
    await ledger.create()
    const [main] = (await call('GET', '/v1/accounts?is_main=true')).body['data']
    const named = await patch({ name: 'Daily' }, { of: main.id })
    expect(named.body).toMatchObject({ id: main.id, name: 'Daily', is_main: true })
  })

  it('stands in the audit log with what was there before; the same again does not', async () => {
    const change = { name: 'Savings', metadata: { open: true, branch: 'A-1' } }
    const { headers } = await patch(change)
    await patch(change)
    await patch({})
    expect(await audit()).toMatchObject([
      {
        actor: { kind: 'key' },
        target: { kind: 'account', id },
        before: { name: 'Reserve' },
        after: { name: 'Savings' },
        mode: 'test',
        request_id: headers['request-id'],
      },
    ])
  })

  it('nothing else can be changed, and bad values are named', async () => {
    const before = await get()
    for (const [body, pointer] of [
      [{ currency: 'EUR' }, 'currency'],
      [{ posted: '1.00', name: 'x' }, 'posted'],
      [{ is_main: true }, 'is_main'],
      [{ name: '' }, '/name'],
      [{ name: 'x'.repeat(101) }, '/name'],
      [{ metadata: { a: [1] } }, '/metadata/a'],
    ] as const) {
      const { status, body: answer } = await patch(body)
      expect([status, answer['code']]).toEqual([422, 'invalid-input'])
      expect(JSON.stringify(answer['errors'])).toContain(pointer)
    }
    expect(await get()).toEqual(before)
    expect(await audit()).toEqual([])
  })

  it('is nothing to strangers, to other workspaces, modes, currency types and scopes', async () => {
    const before = await get()
    const bare = await ledger.app.app.inject({
      method: 'PATCH',
      url: `/v1/accounts/${id}`,
      headers: { host: 'localhost:4747', 'content-type': 'application/json' },
      payload: '{}',
    })
    expect(bare.statusCode).toBe(401)
    const body = { name: 'mine' }
    const eve = await ledger.app.createKey(await ledger.app.signUp('Eve'))
    expect((await patch(body, { by: eve })).body).toMatchObject({ status: 404, code: 'not-found' })
    expect((await patch(body, { of: 'acc_none' })).status).toBe(404)
    const crypto = await ledger.app.createKey(ledger.person, { currency_type: 'crypto' })
    expect((await patch(body, { by: crypto })).body['code']).toBe('currency-type-mismatch')
    const reader = await ledger.app.createKey(ledger.person, { scopes: ['accounts:read'] })
    expect((await patch(body, { by: reader })).body['code']).toBe('scope-missing')
    const other = await ledger.person.request('PATCH', `/v1/accounts/${id}`, { body, mode: 'production' })
    expect(other.body['code']).toBe('key-required')
    expect(await get()).toEqual(before)
    expect(await audit()).toEqual([])
    const own = await ledger.person.request('PATCH', `/v1/accounts/${id}`, { body })
    expect([own.status, own.body['name']]).toEqual([200, 'mine'])
  })

  it('a system account of the platform cannot be named by anybody', async () => {
    await ledger.create()
    await ledger.pass()
    const { rows } = await ledger.app.database.pool.query<{ id: string }>(
      `select id from accounts where kind = 'system' and workspace_id = (select workspace_id from accounts where id = $1)`,
      [id],
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { id: system } of rows)
      expect((await patch({ name: 'mine' }, { of: system })).status).toBe(404)
  })
})
