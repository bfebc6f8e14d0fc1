import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import { advanceTransactions } from './advance-transaction.ts'
import { currencyOf } from './currencies.ts'
import { saveFeeRule, type FeeRuleFigures } from './fee-queries.ts'
import { insertAccount } from './queries.ts'
import { reconcile } from './reconcile.ts'
import { transactionRequest } from './test-transaction.ts'
import { createTransactionWriter, type TransactionWriter } from './transaction-writer.ts'

let test: TestDatabase
let writer: TransactionWriter
const NOW = Date.UTC(2025, 10, 23, 12)
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 60)

beforeAll(async () => {
  test = await createTestDatabase()
  writer = createTransactionWriter(test.database)
})
afterAll(() => test.drop())

const CURRENCIES = ['USD', 'ETH'] as const
const TYPES = ['deposit', 'payout', 'transfer'] as const
const money = fc.oneof(fc.bigInt({ min: 1n, max: 2_000n }), fc.bigInt({ min: 1n, max: 10n ** 60n }))
const currency = fc.constantFrom(...CURRENCIES)
const rule = fc.record({
  kind: fc.constant('rule' as const),
  type: fc.constantFrom(...TYPES),
  currency,
  fixed: fc.bigInt({ min: 0n, max: 50n }),
  basisPoints: fc.constantFrom(0, 1, 33, 290, 10_000),
  minimum: fc.bigInt({ min: 0n, max: 90n }),
})
const step = fc.oneof(
  { weight: 1, arbitrary: rule },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      type: fc.constantFrom(...TYPES),
      amount: money,
      currency,
      account: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      of: fc.nat({ max: 30 }),
      status: fc.constantFrom('completed', 'completed', 'failed', 'canceled', 'expired'),
    }),
  },
)

/** The rule in whole numbers, without the database. */
function feeOf(amount: bigint, { fixed, basisPoints, minimum }: FeeRuleFigures): bigint {
  const whole = (amount * BigInt(basisPoints)) / 10_000n
  const rest = (amount * BigInt(basisPoints)) % 10_000n
  const fee = fixed + whole + (rest >= 5_000n ? 1n : 0n)
  return fee > minimum ? fee : minimum
}

type Made = { id: string; type: string; key: string; amount: bigint; fee: bigint; open: boolean }
/** Accounts are named by currency and number; the platform's by currency and F. */
class Model {
  readonly posted = new Map<string, bigint>()
  readonly held = new Map<string, bigint>()
  readonly rules = new Map<string, FeeRuleFigures>()
  readonly made: Made[] = []

  add(map: Map<string, bigint>, key: string, amount: bigint): void {
    map.set(key, (map.get(key) ?? 0n) + amount)
  }
  create(id: string, one: { type: string; amount: bigint; currency: string; account: number }): string {
    const figures = this.rules.get(`${one.type} ${one.currency}`)
    const fee = figures ? feeOf(one.amount, figures) : 0n
    const key = `${one.currency}${one.account}`
    if (one.type === 'deposit') {
      if (fee > one.amount) return 'fee-exceeds-amount'
    } else {
      const available = (this.posted.get(key) ?? 0n) - (this.held.get(key) ?? 0n)
      if (available < one.amount + fee) return 'insufficient-funds'
    }
    if (one.type === 'payout') this.add(this.held, key, one.amount + fee)
    if (one.type === 'transfer') {
      this.add(this.posted, key, -one.amount - fee)
      this.add(this.posted, `${one.currency}${1 - one.account}`, one.amount)
      this.add(this.posted, `${one.currency}F`, fee)
    }
    this.made.push({ id, type: one.type, key, amount: one.amount, fee, open: one.type !== 'transfer' })
    return 'created'
  }
  advance(made: Made, status: string): void {
    if (!made.open) return
    made.open = false
    const completed = status === 'completed'
    if (made.type === 'payout') {
      this.add(this.held, made.key, -made.amount - made.fee)
      if (completed) this.add(this.posted, made.key, -made.amount - made.fee)
    } else if (completed) this.add(this.posted, made.key, made.amount - made.fee)
    if (completed) this.add(this.posted, `${made.key.slice(0, 3)}F`, made.fee)
  }
}

async function newAccount(workspaceId: string, code: string): Promise<string> {
  const { type, decimals } = currencyOf(code)
  const id = newId('acc')
  const account = { id, workspaceId, mode: 'test' as const, currencyType: type, currency: code, decimals }
  const rest = { name: null, metadata: {}, createdAt: new Date(NOW) }
  await insertAccount(test.database.pool, { ...account, ...rest }, 100)
  return id
}

async function write(
  workspaceId: string,
  accounts: readonly string[],
  one: { id: string; type: (typeof TYPES)[number]; amount: bigint; currency: string; account: number },
): Promise<string> {
  const fields = {
    id: one.id,
    type: one.type,
    workspace_id: workspaceId,
    currency: one.currency,
    amount: one.amount.toString(),
    account_id: accounts[one.account] ?? null,
    ...(one.type === 'transfer' && { destination_account_id: accounts[1 - one.account] ?? null, rail: null }),
  }
  const { outcome } = await writer.write(transactionRequest(fields, Date.now()), NOW)
  return outcome
}

it('whatever the rules and the history: each fee is what they say to the last unit, nobody passes the limit, and everything sums to zero', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      await test.database.pool.query('delete from fee_rules')
      const workspaceId = newId('wks')
      const accounts: Record<string, string[]> = {}
      for (const code of CURRENCIES)
        accounts[code] = [await newAccount(workspaceId, code), await newAccount(workspaceId, code)]
      const model = new Model()
      for (const one of steps) {
        if (one.kind === 'rule') {
          const { type: currencyType } = currencyOf(one.currency)
          const key = { type: one.type, currencyType, currency: one.currency }
          await saveFeeRule(test.database.pool, key, one, { now: new Date(NOW), userId: 'usr_test' })
          model.rules.set(`${one.type} ${one.currency}`, one)
        } else if (one.kind === 'create') {
          const id = newId('txn')
          const outcome = await write(workspaceId, accounts[one.currency] ?? [], { ...one, id })
          expect(outcome).toBe(model.create(id, one))
        } else {
          const made = model.made[one.of % Math.max(1, model.made.length)]
          if (!made) continue
          const failure = one.status === 'failed' ? { failure: { code: 'x', message: 'y' } } : {}
          const change = { transactionId: made.id, status: one.status as 'completed', ...failure }
          await advanceTransactions(test.database.pool, [change], NOW)
          model.advance(made, one.status)
        }
      }
      const { rows } = await test.database.pool.query<Record<string, string>>(
        'select id, role, currency, posted, pending_out from accounts where workspace_id = $1',
        [workspaceId],
      )
      for (const code of CURRENCIES) {
        for (const [index, id] of (accounts[code] ?? []).entries()) {
          const found = rows.find((row) => row['id'] === id)
          expect([BigInt(found!['posted']!), BigInt(found!['pending_out']!)]).toEqual([
            model.posted.get(`${code}${index}`) ?? 0n,
            model.held.get(`${code}${index}`) ?? 0n,
          ])
        }
        const fees = rows.find((row) => row['role'] === 'fees' && row['currency'] === code)
        expect(BigInt(fees?.['posted'] ?? 0)).toBe(model.posted.get(`${code}F`) ?? 0n)
      }
      const { rows: made } = await test.database.pool.query<{ id: string; fee: string }>(
        'select id, fee from transactions where workspace_id = $1 order by id',
        [workspaceId],
      )
      expect(made.map(({ id, fee }) => [id, BigInt(fee)])).toEqual(model.made.map(({ id, fee }) => [id, fee]))
    }),
    { numRuns: RUNS },
  )
  expect((await reconcile(test.database.pool)).discrepancies).toEqual([])
}, 120_000)
