import { describe, expect, it } from 'vitest'
import { reconcile } from './reconcile.ts'
import { useTestLedger } from './test-ledger.ts'

const ledger = useTestLedger()
const { call, create, pass, get, balance, eventsOf } = ledger

async function deposited(fields: Record<string, unknown> = {}): Promise<string> {
  const id = await create(fields)
  await pass()
  return id
}
const refund = (id: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  call('POST', `/v1/transactions/${id}/refund`, body, { headers })

describe('POST /v1/transactions/:id/refund', () => {
  it('a refund holds its amount, leaves when it is paid out, and is linked to its deposit', async () => {
    const deposit = await deposited()
    const { status, body, headers } = await refund(deposit, {
      reference: 'rma-1',
      metadata: { why: 'broken' },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      type: 'refund',
      status: 'pending',
      amount: '10.00',
      currency: 'USD',
      linked_transaction_id: deposit,
      reference: 'rma-1',
      metadata: { why: 'broken' },
      request_id: headers['request-id'],
      refunded: '0.00',
    })
    expect(await balance()).toMatchObject({ posted: '10.00', pending_out: '10.00', available: '0.00' })
    expect(await get(deposit)).toMatchObject({ status: 'completed', refunded: '10.00' })
    await pass()
    expect(await get(body['id'])).toMatchObject({ status: 'completed' })
    expect(await balance()).toMatchObject({ posted: '0.00', pending_out: '0.00', available: '0.00' })
    expect(await eventsOf(body['id'])).toEqual(['transaction.completed', 'transaction.created'])
    const log = await ledger.person.request('GET', `/v1/transaction-logs/${String(headers['request-id'])}`)
    expect(log.body).toMatchObject({ transaction_id: body['id'] })
  })

  it('parts add up to the amount and no further; without an amount the rest goes back', async () => {
    const deposit = await deposited()
    await deposited()
    expect((await refund(deposit, { amount: '4.00' })).body).toMatchObject({ amount: '4.00' })
    expect((await refund(deposit, { amount: '6.01' })).body).toMatchObject({
      status: 422,
      code: 'refund-exceeds-amount',
      refundable: '6.00',
    })
    expect((await refund(deposit)).body).toMatchObject({ amount: '6.00' })
    for (const body of [{}, { amount: '0.01' }])
      expect((await refund(deposit, body)).body).toMatchObject({
        code: 'refund-exceeds-amount',
        refundable: '0.00',
      })
    expect(await get(deposit)).toMatchObject({ refunded: '10.00' })
  })

  it('refunds at the same moment together never pass the amount', async () => {
    const deposit = await deposited()
    await deposited({ amount: '90.00' })
    const answers = await Promise.all(Array.from({ length: 12 }, () => refund(deposit, { amount: '3.00' })))
    const codes = answers.map(({ status, body }) => body['code'] ?? status).sort()
    expect(codes).toEqual([201, 201, 201, ...Array.from({ length: 9 }, () => 'refund-exceeds-amount')])
    expect(await get(deposit)).toMatchObject({ refunded: '9.00' })
    expect(await balance()).toMatchObject({ pending_out: '9.00', available: '91.00' })
  })

  it('the same Idempotency-Key refunds once, also at the same moment and when nothing is left', async () => {
    const deposit = await deposited()
    const headers = { 'idempotency-key': 'rma-7' }
    const same = await Promise.all(Array.from({ length: 4 }, () => refund(deposit, {}, headers)))
    expect(new Set(same.map(({ status, body }) => `${status} ${body['id']}`)).size).toBe(1)
    expect(same[0]?.status).toBe(201)
    await pass()
    const again = await refund(deposit, {}, headers)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.text).toBe(same[0]?.text)
    expect((await refund(deposit, { amount: '1.00' }, headers)).body).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    })
  })

  it('a refund that fails or is canceled gives its part back, to be refunded again', async () => {
    const deposit = await deposited()
    const failed = (await refund(deposit, { reference: 'simulate:account_closed' })).body
    const canceled = await call('POST', `/v1/transactions/${failed['id']}/cancel`, {})
    expect(canceled.body).toMatchObject({ status: 'canceled' })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
    const second = (await refund(deposit, { amount: '9.00', reference: 'simulate:account_closed' })).body
    await pass()
    expect(await get(second['id'])).toMatchObject({ status: 'failed', failure: { code: 'account_closed' } })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
    expect(await balance()).toMatchObject({ pending_out: '0.00', available: '10.00' })
    expect((await refund(deposit)).status).toBe(201)
  })

  it('what was returned cannot be refunded as well, nor what was refunded returned', async () => {
    const deposit = await deposited()
    await refund(deposit, { amount: '4.00' })
    const returned = await call('POST', `/v1/test/transactions/${deposit}/return`, { code: 'account_closed' })
    expect(returned.body).toMatchObject({ type: 'return', amount: '6.00' })
    expect(await get(deposit)).toMatchObject({ refunded: '10.00' })
    expect((await refund(deposit, { amount: '0.01' })).body).toMatchObject({ refundable: '0.00' })
  })

  it('what was spent cannot be given back', async () => {
    const deposit = await deposited()
    await create({ type: 'payout', amount: '7.50' })
    expect((await refund(deposit)).body).toMatchObject({
      status: 422,
      code: 'insufficient-funds',
      available: '2.50',
    })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
    expect((await refund(deposit, { amount: '2.50' })).status).toBe(201)
  })

  it('only a completed deposit can be refunded', async () => {
    const pending = await create({ reference: 'simulate:pending' })
    expect((await refund(pending)).body).toMatchObject({ status: 409, code: 'transaction-not-refundable' })
    await deposited()
    const payout = await create({ type: 'payout', amount: '5.00' })
    await pass()
    expect((await refund(payout)).body).toMatchObject({ status: 409, code: 'transaction-not-refundable' })
    const refunded = (await refund(await deposited())).body['id']
    await pass()
    expect((await refund(refunded)).body).toMatchObject({ code: 'transaction-not-refundable' })
  })

  it('a body that is not valid is refused, and amounts are exact', async () => {
    const deposit = await deposited()
    for (const amount of ['0.00', '-1.00', '1.001', 'all', 5])
      expect((await refund(deposit, { amount })).body).toMatchObject({ status: 422, code: 'invalid-input' })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
  })

  it('is nothing to strangers, to other workspaces, modes, currency types and scopes', async () => {
    const deposit = await deposited()
    const path = `/v1/transactions/${deposit}/refund`
    expect((await ledger.app.app.inject({ method: 'POST', url: path, payload: {} })).statusCode).toBe(401)
    const wrong = { ...ledger.key, secretKey: (await ledger.app.createKey(ledger.person)).secretKey }
    expect((await ledger.app.signed(wrong, 'POST', path, { body: {} })).status).toBe(401)
    const other = await ledger.app.createKey(await ledger.app.signUp('Eve'))
    expect((await ledger.app.signed(other, 'POST', path, { body: {} })).status).toBe(404)
    expect((await ledger.person.request('POST', path, { body: {}, mode: 'production' })).status).toBe(404)
    const crypto = await ledger.app.createKey(ledger.person, { currency_type: 'crypto' })
    expect((await ledger.app.signed(crypto, 'POST', path, { body: {} })).body).toMatchObject({
      code: 'currency-type-mismatch',
    })
    const reader = await ledger.app.createKey(ledger.person, { scopes: ['transactions:read'] })
    expect((await ledger.app.signed(reader, 'POST', path, { body: {} })).body).toMatchObject({
      code: 'scope-missing',
    })
    expect(await get(deposit)).toMatchObject({ refunded: '0.00' })
    const byMember = await ledger.person.request('POST', path, { body: { amount: '1.00' } })
    expect(byMember.status).toBe(201)
  })
})

describe('the proof of the ledger', () => {
  it('finds a deposit that says something else than its refunds and returns', async () => {
    const { pool } = ledger.app.database
    const deposit = await deposited()
    await refund(deposit, { amount: '3.00' })
    const failed = (await refund(deposit, { amount: '1.00', reference: 'simulate:declined' })).body['id']
    await pass()
    expect(await get(failed)).toMatchObject({ status: 'failed' })
    expect((await reconcile(pool)).discrepancies).toEqual([])
    for (const wrong of [-300, 100]) {
      const change = (by: number) =>
        pool.query('update transactions set refunded = refunded + $2 where id = $1', [deposit, by])
      await change(wrong)
      expect((await reconcile(pool)).discrepancies).toMatchObject([
        { kind: 'transaction-differs', subjectId: deposit },
      ])
      await change(-wrong)
    }
  })
})

describe('what the database itself refuses', () => {
  it('more refunds than the deposit, and a refund of what is none', async () => {
    const { pool } = ledger.app.database
    const deposit = await deposited()
    const payout = await create({ type: 'payout', amount: '1.00' })
    const code = (sql: string, values: unknown[]) =>
      pool.query(sql, values).then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      )
    expect(await code('update transactions set refunded = amount + 1 where id = $1', [deposit])).toBe('23514')
    const copy = `insert into transactions (id, workspace_id, mode, currency_type, currency, decimals, type, status, amount,
        sequence, account_id, debit_account_id, credit_account_id, linked_transaction_id, created_by, effective_at,
        created_at, updated_at)
      select id || '_' || $2, workspace_id, mode, currency_type, currency, decimals, 'refund', 'pending', amount + $3,
        sequence + 1000, account_id, credit_account_id, debit_account_id, id, 'key', created_at, created_at, created_at
      from transactions where id = $1`
    expect(await code(copy, [deposit, 'a', 1])).toBe('23514')
    expect(await code(copy, [payout, 'b', 0])).toBe('CS005')
  })
})
