import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import { advanceTransactions, type TransactionChange } from './advance-transaction.ts'
import { currencyOf, parseAmount, formatAmount } from './currencies.ts'
import { insertAccount, listBalances } from './queries.ts'
import { reconcile } from './reconcile.ts'
import { transactionRequest } from './test-transaction.ts'
import {
  createTransactionWriter,
  type TransactionRequest,
  type TransactionWriter,
} from './transaction-writer.ts'

let test: TestDatabase
let writer: TransactionWriter
const NOW = Date.UTC(2025, 10, 23, 12)
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 60)

beforeAll(async () => {
  test = await createTestDatabase()
  writer = createTransactionWriter(test.database)
})
afterAll(() => test.drop())

const request = (workspaceId: string, fields: Partial<TransactionRequest>): TransactionRequest =>
  transactionRequest(
    { workspace_id: workspaceId, ...(fields.type === 'transfer' && { rail: null }), ...fields },
    Date.now(),
  )
const write = (workspaceId: string, fields: Partial<TransactionRequest>) =>
  writer.write(request(workspaceId, fields), NOW)
const advance = (transactionId: string, status: TransactionChange['status']) =>
  advanceTransactions(
    test.database.pool,
    [{ transactionId, status, ...(status === 'failed' ? { failure: { code: 'x', message: 'y' } } : {}) }],
    NOW,
  ).then(([result]) => result?.outcome)

async function newAccount(workspaceId: string, code: string): Promise<string> {
  const { type, decimals } = currencyOf(code)
  const id = newId('acc')
  await insertAccount(
    test.database.pool,
    {
      id,
      workspaceId,
      mode: 'test',
      currencyType: type,
      currency: code,
      decimals,
      name: null,
      metadata: {},
      createdAt: new Date(NOW),
    },
    100,
  )
  return id
}

// What a history is made of. Accounts are numbered 0 and 1; `of` picks an earlier transaction.
const ENDS = ['completed', 'failed', 'canceled', 'expired', 'processing'] as const
const CURRENCIES = ['JPY', 'USD', 'ETH'] as const
type Command =
  | {
      kind: 'create'
      type: 'deposit' | 'payout'
      account: number
      amount: bigint
      currency: (typeof CURRENCIES)[number]
    }
  | { kind: 'transfer'; from: number; amount: bigint; currency: (typeof CURRENCIES)[number] }
  | { kind: 'advance'; of: number; status: (typeof ENDS)[number] }

const amount = fc.oneof(fc.bigInt({ min: 1n, max: 1_000n }), fc.bigInt({ min: 1n, max: 10n ** 60n }))
const currency = fc.constantFrom(...CURRENCIES)
const account = fc.nat({ max: 1 })
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    type: fc.constantFrom('deposit' as const, 'payout' as const),
    account,
    amount,
    currency,
  }),
  fc.record({ kind: fc.constant('transfer' as const), from: account, amount, currency }),
  fc.record({
    kind: fc.constant('advance' as const),
    of: fc.nat({ max: 30 }),
    status: fc.constantFrom(...ENDS),
  }),
)
const history = fc.array(command, { minLength: 1, maxLength: 30 })

type World = { workspaceId: string; accounts: Record<string, string[]> }
async function newWorld(): Promise<World> {
  const workspaceId = newId('wks')
  const accounts: Record<string, string[]> = {}
  for (const code of CURRENCIES)
    accounts[code] = [await newAccount(workspaceId, code), await newAccount(workspaceId, code)]
  return { workspaceId, accounts }
}

function fieldsOf(world: World, step: Exclude<Command, { kind: 'advance' }>): Partial<TransactionRequest> {
  const accounts = world.accounts[step.currency] ?? []
  const common = { currency: step.currency, amount: step.amount.toString() }
  return step.kind === 'transfer'
    ? {
        ...common,
        type: 'transfer',
        account_id: accounts[step.from] ?? null,
        destination_account_id: accounts[1 - step.from] ?? null,
      }
    : { ...common, type: step.type, account_id: accounts[step.account] ?? null }
}

async function balanceOf(world: World) {
  const rows = await listBalances(
    test.database.pool,
    { workspaceId: world.workspaceId, mode: 'test', currencyType: undefined },
    undefined,
  )
  return Object.fromEntries(rows.map((row) => [row.currency, row]))
}

type ModelTransaction = {
  id: string
  type: 'deposit' | 'payout' | 'transfer'
  status: string
  account: string
  amount: bigint
}

/** The ledger as a few maps: what the database must agree with. */
class Model {
  readonly balances = new Map<string, { posted: bigint; pendingIn: bigint; pendingOut: bigint }>()
  readonly transactions: ModelTransaction[] = []

  of(key: string) {
    const found = this.balances.get(key) ?? { posted: 0n, pendingIn: 0n, pendingOut: 0n }
    this.balances.set(key, found)
    return found
  }
  create(step: Exclude<Command, { kind: 'advance' }>, id: string): 'created' | 'insufficient-funds' {
    const source = `${step.currency}${step.kind === 'transfer' ? step.from : step.account}`
    const balance = this.of(source)
    const type = step.kind === 'transfer' ? 'transfer' : step.type
    if (type !== 'deposit' && balance.posted - balance.pendingOut < step.amount) return 'insufficient-funds'
    if (step.kind === 'transfer') {
      balance.posted -= step.amount
      this.of(`${step.currency}${1 - step.from}`).posted += step.amount
    } else if (type === 'deposit') balance.pendingIn += step.amount
    else balance.pendingOut += step.amount
    this.transactions.push({
      id,
      type,
      status: type === 'transfer' ? 'completed' : 'pending',
      account: source,
      amount: step.amount,
    })
    return 'created'
  }
  advance(transaction: ModelTransaction, status: string): string {
    if (!['pending', 'processing'].includes(transaction.status)) return 'ended'
    if (status === 'canceled' && transaction.status !== 'pending') return 'under-way'
    if (status === transaction.status) return 'unchanged'
    transaction.status = status
    if (status === 'processing') return 'changed'
    const balance = this.of(transaction.account)
    const sign = transaction.type === 'deposit' ? 1n : -1n
    if (transaction.type === 'deposit') balance.pendingIn -= transaction.amount
    else balance.pendingOut -= transaction.amount
    if (status === 'completed') balance.posted += sign * transaction.amount
    return 'changed'
  }
}

describe('the ledger against a plain model', () => {
  it('every history ends with the answers and balances that the model has, to the last unit', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await newWorld()
        const model = new Model()
        const answers: unknown[] = []
        const expected: unknown[] = []
        for (const step of steps) {
          if (step.kind === 'advance') {
            const target = model.transactions[step.of % Math.max(1, model.transactions.length)]
            if (!target) continue
            answers.push(await advance(target.id, step.status))
            expected.push(model.advance(target, step.status))
          } else {
            const fields = { ...fieldsOf(world, step), id: newId('txn') }
            answers.push((await write(world.workspaceId, fields)).outcome)
            expected.push(model.create(step, fields.id))
          }
        }
        expect(answers).toEqual(expected)
        const { rows } = await test.database.pool.query(
          'select id, posted, pending_in, pending_out from accounts where workspace_id = $1',
          [world.workspaceId],
        )
        for (const [code, ids] of Object.entries(world.accounts))
          for (const [index, id] of ids.entries()) {
            const row = rows.find((found) => found.id === id)
            const { posted, pendingIn, pendingOut } = model.of(`${code}${index}`)
            expect([row.posted, row.pending_in, row.pending_out].map(BigInt)).toEqual([
              posted,
              pendingIn,
              pendingOut,
            ])
          }
        const { rows: sequences } = await test.database.pool.query(
          'select sequence::int from transactions where workspace_id = $1 order by id',
          [world.workspaceId],
        )
        expect(sequences.map(({ sequence }) => sequence)).toEqual(
          model.transactions.map((_, index) => index + 1),
        )
      }),
      { numRuns: RUNS },
    )
    expect((await reconcile(test.database.pool)).discrepancies).toEqual([])
  }, 120_000)

  it('histories that run at once, through two servers, sum to zero, leave no gap and never pass the limit', async () => {
    const other = createTransactionWriter(test.database)
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 80 }), async (steps) => {
        const world = await newWorld()
        const made: string[] = []
        await Promise.all(
          steps.map(async (step, index) => {
            // Ends race with creations and with each other: each picks what is there at its turn.
            if (step.kind === 'advance') {
              await new Promise(setImmediate)
              const target = made[step.of % Math.max(1, made.length)]
              if (target) await advance(target, step.status)
              return
            }
            const fields = request(world.workspaceId, fieldsOf(world, step))
            const result = await (index % 2 ? writer : other).write(fields, NOW)
            if (result.outcome === 'created') made.push(fields.id)
          }),
        )
        const { rows } = await test.database.pool.query(
          `select count(*)::int as total, coalesce(max(sequence), 0)::int as last from transactions where workspace_id = $1`,
          [world.workspaceId],
        )
        expect(rows[0]).toEqual({ total: made.length, last: made.length })
        const below = await test.database.pool.query(
          `select 1 from entries e join accounts a on a.id = e.account_id
           where a.workspace_id = $1 and a.kind = 'customer' and e.posted_after - e.pending_out_after < 0`,
          [world.workspaceId],
        )
        expect(below.rowCount).toBe(0)
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    )
    expect((await reconcile(test.database.pool)).discrepancies).toEqual([])
  }, 120_000)

  it('amounts up to 10^60 units pass through JSON and SQL unchanged, for every number of decimals', async () => {
    const codes = ['JPY', 'USD', 'KWD', 'CLF', 'USDC', 'BTC', 'SOL', 'ETH']
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.bigInt({ min: 1n, max: 10n ** 60n }),
        async (code, minor) => {
          const text = formatAmount(minor, currencyOf(code))
          const world = { workspaceId: newId('wks'), accounts: {} }
          const { body, transaction_id: id } = await write(world.workspaceId, {
            currency: code,
            amount: parseAmount(text, currencyOf(code)).toString(),
          })
          expect(JSON.parse(body ?? '').amount).toBe(text)
          await advance(id ?? '', 'completed')
          expect((await balanceOf(world))[code]).toMatchObject({ posted: text, available: text })
        },
      ),
      { numRuns: RUNS },
    )
  }, 60_000)
})

describe('what the database itself refuses', () => {
  const { stringify } = JSON
  /** What became of a statement; it is rolled back in any case. */
  const refused = (sql: string, values: unknown[] = []) =>
    test.database
      .transaction(async (client) => {
        await client.query(sql, values)
        throw Object.assign(new Error('rolled back'), { code: 'accepted' })
      })
      .catch((error: { code: string }) => error.code)

  it('entries are append-only, transactions are never deleted, and neither is emptied', async () => {
    const { transaction_id: id } = await write(newId('wks'), {})
    expect(await refused('update entries set posted = posted where transaction_id = $1', [id])).toBe('CS001')
    expect(await refused('delete from entries where transaction_id = $1', [id])).toBe('CS001')
    expect(await refused('delete from transactions where id = $1', [id])).toBe('CS001')
    expect(await refused('truncate entries')).toBe('CS001')
    expect(await refused('truncate transactions cascade')).toBe('CS001')
    expect(await refused(`update transactions set amount = amount + 1 where id = $1`, [id])).toBe('CS001')
  })

  it("a reset's setting opens its own workspace's test data only", async () => {
    const mine = newId('wks')
    const { transaction_id: theirs } = await write(newId('wks'), {})
    const { transaction_id: real } = await write(mine, { mode: 'production' })
    for (const id of [theirs, real])
      expect(
        await refused(
          `with reset as materialized (select set_config('countersign.test_reset', '${mine}', true))
          delete from entries using reset where transaction_id = $1`,
          [id],
        ),
      ).toBe('CS001')
  })

  it('a state never goes backwards', async () => {
    const states = ['pending', 'processing', 'completed', 'failed', 'canceled', 'expired']
    for (const from of states)
      for (const to of states.filter((state) => state !== from)) {
        const { transaction_id: id } = await write(newId('wks'), {})
        const reached = from === 'pending' ? 'changed' : await advance(id ?? '', from as 'failed')
        expect(reached).toBe('changed')
        const answer = await refused(
          `update transactions set status = $2, completed_at = case when $2 = 'completed' then now() end,
             failure_code = case when $2 = 'failed' then 'x' end where id = $1`,
          [id, to],
        )
        const forward = from === 'pending' || (from === 'processing' && to !== 'pending')
        expect(`${from} → ${to}: ${answer}`).toBe(`${from} → ${to}: ${forward ? 'accepted' : 'CS003'}`)
      }
  })

  it('entries that do not sum to zero, and a balance below its limit', async () => {
    const workspaceId = newId('wks')
    const { transaction_id: id, body } = await write(workspaceId, {})
    const accountId = (JSON.parse(body ?? '') as { account_id: string }).account_id
    const entry = `insert into entries select account_id, version + 1000, workspace_id, mode, currency, transaction_id, 'post',
      5, 0, 0, 5, 0, 0, created_at from entries where account_id = $1`
    expect(await refused(entry, [accountId])).toBe('CS002')
    expect(await refused('update accounts set pending_out = 1 where id = $1', [accountId])).toBe('23514')
    expect(await refused('update accounts set pending_in = -1 where id = $1', [accountId])).toBe('23514')
    // An agreed overdraft moves the limit; it does not remove it.
    await test.database.pool.query('update accounts set available_min = -150 where id = $1', [accountId])
    expect((await write(workspaceId, { type: 'payout', amount: '150' })).outcome).toBe('created')
    expect((await write(workspaceId, { type: 'payout', amount: '1' })).outcome).toBe('insufficient-funds')
    expect(id).not.toBeNull()
  })

  it('one item that is refused, or that breaks, does not touch the others of its batch', async () => {
    const workspaceId = newId('wks')
    const [deposit, payout, broken] = await Promise.all([
      write(workspaceId, {}),
      write(workspaceId, { type: 'payout' }),
      write(workspaceId, { metadata: stringify({ not: 'an object' }) as never }).catch(
        (error: { code: string }) => error.code,
      ),
    ])
    expect([deposit?.outcome, payout?.outcome, broken]).toEqual(['created', 'insufficient-funds', '23514'])
  })
})

describe('reconcile', () => {
  it('finds a balance, a gap and a sum that somebody changed behind the ledger', async () => {
    const { body } = await write(newId('wks'), {})
    const accountId = (JSON.parse(body ?? '') as { account_id: string }).account_id
    const client = await test.database.pool.connect()
    try {
      await client.query('begin')
      await client.query(`set local session_replication_role = 'replica'`)
      await client.query('update accounts set posted = 9 where id = $1', [accountId])
      await client.query('update entries set version = 5, posted = 7 where account_id = $1', [accountId])
      const { consistent, discrepancies } = await reconcile(client)
      expect(consistent).toBe(false)
      expect(new Set(discrepancies.map(({ kind }) => kind))).toEqual(
        new Set(['balance-differs', 'version-gap', 'running-balance-differs', 'sum-not-zero']),
      )
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect((await reconcile(test.database.pool)).consistent).toBe(true)
  })
})
