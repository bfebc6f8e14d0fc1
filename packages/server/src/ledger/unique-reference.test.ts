import { describe, expect, it } from 'vitest'
import { useTestLedger } from './test-ledger.ts'

const ledger = useTestLedger()
const { pass } = ledger

const deposit = { type: 'deposit', amount: '10.00', currency: 'USD', reference: 'order-1' }
const unique = { ...deposit, unique_reference: true }
const post = (body: Record<string, unknown>, { by = ledger.key, idempotencyKey = '' } = {}) =>
  ledger.post(body, { by, headers: idempotencyKey ? { 'idempotency-key': idempotencyKey } : {} })

describe('unique_reference', () => {
  it('refuses a second one of the account and names the first, whatever became of it', async () => {
    const failing = { ...unique, reference: 'simulate:declined' }
    for (const body of [unique, failing]) {
      const first = await post(body)
      expect(first.status).toBe(201)
      await pass()
      const second = await post({ ...body, amount: '11.00' })
      expect(second.body).toMatchObject({
        status: 409,
        code: 'reference-taken',
        transaction_id: first.body.id,
      })
    }
    const { body } = await ledger.app.signed(ledger.key, 'GET', '/v1/transactions?reference=order-1')
    expect(body.data).toHaveLength(1)
  })

  it('is about those alone that ask for it, and about one account', async () => {
    expect((await post(deposit)).status).toBe(201)
    expect((await post(unique)).status).toBe(201)
    expect((await post(deposit)).status).toBe(201)
    const savings = await ledger.app.signed(ledger.key, 'POST', '/v1/accounts', {
      body: { currency: 'USD', name: 'Savings' },
    })
    const elsewhere = { ...unique, account_id: savings.body.id }
    expect((await post(elsewhere)).status).toBe(201)
    expect((await post(elsewhere)).body.code).toBe('reference-taken')
    expect((await post({ ...unique, currency: 'EUR' })).status).toBe(201)
    const stranger = await ledger.app.createKey(await ledger.app.signUp('Eve'))
    expect((await post(unique, { by: stranger })).status).toBe(201)
  })

  it('the same Idempotency-Key gets the same answer, not a refusal', async () => {
    const [first, again] = [
      await post(unique, { idempotencyKey: 'same' }),
      await post(unique, { idempotencyKey: 'same' }),
    ]
    expect([again.status, again.text]).toEqual([201, first.text])
    expect((await post(deposit, { idempotencyKey: 'same' })).body.code).toBe('idempotency-key-reused')
  })

  it('at the same moment, in one batch and in two at once, one wins and all others name it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        post({ ...unique, amount: `${index + 1}.00`, reference: `race-${index % 3}` }),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(made.map(({ body }) => body.reference).sort()).toEqual(['race-0', 'race-1', 'race-2'])
    for (const [index, { status, body }] of answers.entries())
      if (status !== 201)
        expect(body).toMatchObject({
          code: 'reference-taken',
          transaction_id: made.find((one) => one.body.reference === `race-${index % 3}`)?.body.id,
        })
    // Only those that were made announced anything.
    const balances = await ledger.app.signed(ledger.key, 'GET', '/v1/balances')
    const total = made.reduce((sum, { body }) => sum + Number(body.amount), 0)
    expect(balances.body.data[0].pending_in).toBe(total.toFixed(2))
  })

  it('needs a reference', async () => {
    const { reference: _, ...bare } = unique
    expect((await post(bare)).body).toMatchObject({
      code: 'invalid-input',
      errors: [{ pointer: '/reference' }],
    })
    expect((await post({ ...unique, unique_reference: 'yes' })).body).toMatchObject({
      code: 'invalid-input',
      errors: [{ pointer: '/unique_reference' }],
    })
  })

  it('holds whoever writes: the database refuses a second row', async () => {
    const { body } = await post(unique)
    const { rows } = await ledger.app.database.pool.query<{ columns: string }>(
      `select string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
       where table_name = 'transactions' and column_name not in ('id', 'sequence')`,
    )
    const columns = rows[0]?.columns
    await expect(
      ledger.app.database.pool.query(
        `insert into transactions (id, sequence, ${columns})
         select 'txn_copy', sequence + 1, ${columns} from transactions where id = $1`,
        [body.id],
      ),
    ).rejects.toMatchObject({ constraint: 'transactions_unique_reference_idx' })
  })
})
