import { beforeEach, describe, expect, it } from 'vitest'
import { useTestLedger } from './test-ledger.ts'

const ledger = useTestLedger()
const { pass, post: create } = ledger
let id: string

beforeEach(async () => {
  id = await ledger.create({ description: 'Socks', metadata: { order: 'A-1', paid: true } })
})

const patch = (body: unknown, { by = ledger.key, of = id } = {}) =>
  ledger.app.signed(by, 'PATCH', `/v1/transactions/${of}`, { body })
const get = async () => (await ledger.app.signed(ledger.key, 'GET', `/v1/transactions/${id}`)).body
const audit = async () =>
  (await ledger.person.request('GET', '/v1/audit-log?action=transaction.updated')).body['data'] as Record<
    string,
    unknown
  >[]

describe('PATCH /v1/transactions/:id', () => {
  it('changes what is given and leaves the rest, in every status', async () => {
    const before = await get()
    ledger.app.clock.advance(1_000)
    const first = await patch({ description: 'Two socks' })
    expect(first.status).toBe(200)
    const updatedAt = new Date(ledger.app.clock.now()).toISOString()
    expect(first.body).toEqual({ ...before, description: 'Two socks', updated_at: updatedAt })
    await pass(0)
    const settled = await get()
    expect(settled.status).toBe('completed')
    const second = await patch({ metadata: { order: 'A-2' } })
    expect(second.body).toEqual({ ...settled, metadata: { order: 'A-2' } })
    expect((await patch({ description: null, metadata: null })).body).toEqual({
      ...settled,
      description: null,
      metadata: {},
    })
    expect(await get()).toMatchObject({ description: null, metadata: {} })
    const found = await ledger.app.signed(ledger.key, 'GET', '/v1/transactions?metadata[order]=A-1')
    expect(found.body.data).toEqual([])
  })

  it('has no effect on the ledger and tells no webhook', async () => {
    const facts = async () => {
      const { account_id: accountId } = await get()
      return [
        (await ledger.app.signed(ledger.key, 'GET', `/v1/accounts/${accountId}/entries`)).body,
        (await ledger.app.signed(ledger.key, 'GET', '/v1/balances')).body,
        (await ledger.app.signed(ledger.key, 'GET', '/v1/events')).body,
      ]
    }
    const before = await facts()
    await patch({ description: 'Another', metadata: {} })
    expect(await facts()).toEqual(before)
  })

  it('stands in the audit log with what was there before; the same again does not', async () => {
    const change = { description: 'Shoes', metadata: { paid: true, order: 'A-1' } }
    const { headers } = await patch(change)
    await patch(change)
    await patch({})
    expect(await audit()).toMatchObject([
      {
        actor: { kind: 'key' },
        target: { kind: 'transaction', id },
        before: { description: 'Socks' },
        after: { description: 'Shoes' },
        mode: 'test',
        request_id: headers['request-id'],
      },
    ])
  })

  it('nothing else can be changed, and bad values are named', async () => {
    const before = await get()
    for (const [body, pointer] of [
      [{ amount: '1.00' }, '/amount'],
      [{ status: 'completed', description: 'x' }, '/status'],
      [{ reference: 'x' }, '/reference'],
      [{ description: '' }, '/description'],
      [{ metadata: { a: [1] } }, '/metadata/a'],
    ] as const) {
      const { status, body: answer } = await patch(body)
      expect([status, answer.code]).toEqual([422, 'invalid-input'])
      expect(JSON.stringify(answer.errors)).toContain(pointer.slice(1))
    }
    expect(await get()).toEqual(before)
  })

  it('metadata of 16 KiB of JSON is taken, when a transaction is made and when it is edited', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`name-${String(index).padStart(2, '0')}`, 'x'.repeat(314)]),
    )
    const room = 16_384 - JSON.stringify(metadata).length
    metadata['name-00'] += 'x'.repeat(room)
    expect(JSON.stringify(metadata)).toHaveLength(16_384)
    expect((await create({ metadata })).status).toBe(201)
    expect((await patch({ metadata })).body['metadata']).toEqual(metadata)
    metadata['name-01'] += 'x'
    expect((await patch({ metadata })).status).toBe(422)
    const numbers = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`n${index}`, -1.7e-300 * (index + 1)]),
    )
    expect((await patch({ metadata: numbers })).body['metadata']).toEqual(numbers)
  })

  it('is nothing to strangers, to other workspaces, modes, currency types and scopes', async () => {
    const before = await get()
    const bare = await ledger.app.app.inject({
      method: 'PATCH',
      url: `/v1/transactions/${id}`,
      headers: { host: 'localhost:4747', 'content-type': 'application/json' },
      payload: '{}',
    })
    expect(bare.statusCode).toBe(401)
    const body = { description: 'mine' }
    const eve = await ledger.app.createKey(await ledger.app.signUp('Eve'))
    expect((await patch(body, { by: eve })).body).toMatchObject({ status: 404, code: 'not-found' })
    expect((await patch(body, { of: 'txn_none' })).status).toBe(404)
    const crypto = await ledger.app.createKey(ledger.person, { currency_type: 'crypto' })
    expect((await patch(body, { by: crypto })).body.code).toBe('currency-type-mismatch')
    const reader = await ledger.app.createKey(ledger.person, { scopes: ['transactions:read'] })
    expect((await patch(body, { by: reader })).body.code).toBe('scope-missing')
    const other = await ledger.person.request('PATCH', `/v1/transactions/${id}`, { body, mode: 'production' })
    expect(other.body.code).toBe('key-required')
    expect(await get()).toEqual(before)
    expect(await audit()).toEqual([])
    const own = await ledger.person.request('PATCH', `/v1/transactions/${id}`, { body })
    expect([own.status, own.body['description']]).toEqual([200, 'mine'])
  })
})
