import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import type { Mode } from '../sessions/principal.ts'
import { page } from '../http/pagination.ts'
import { currencyOf } from './currencies.ts'
import {
  listTransactions,
  orderOf,
  transactionCursor,
  type ListScope,
  type TransactionFilter,
} from './list-queries.ts'
import { TRANSACTION_STATUSES, TRANSACTION_TYPES, type Transaction } from './schema.ts'

const NOW = Date.UTC(2025, 10, 23, 12)
const HOUR_MS = 3_600_000
const ROWS = 1_500
const CURRENCIES = ['USD', 'USD', 'USD', 'JPY', 'BTC'] as const
const WORDS = ['Invoice 17', 'invoice for Ödön', 'rent, March', "O'Brien's rent", 'in-voice', 'März']

let db: TestDatabase
const account: Record<string, string> = {}
let all: Transaction[]
let linked = ''
const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
const maybe = <T>(share: number, make: () => T) => (Math.random() < share ? make() : null)
const A: ListScope = { workspaceId: 'wks_a', mode: 'test', currencyType: undefined }

beforeAll(async () => {
  db = await createTestDatabase()
  // These rows are made up to be searched: no refund of them has a deposit behind it.
  await db.database.pool.query('alter table transactions disable trigger transactions_refund_made')
  for (const workspaceId of ['wks_a', 'wks_b'])
    for (const mode of ['test', 'production'] as const)
      for (const currency of new Set(CURRENCIES))
        for (const name of ['main', 'second', 'rail']) await insertAccount(workspaceId, mode, currency, name)
  for (let sequence = 1; sequence <= ROWS; sequence += 1) await insert(sequence)
  const { rows } = await db.database.pool.query<{ item: Transaction }>(
    `select transaction_json(t) as item from transactions t where workspace_id = 'wks_a' and mode = 'test'`,
  )
  all = rows.map(({ item }) => item)
  expect(all.length).toBeGreaterThan(1_000)
})
afterAll(() => db.drop())

async function insertAccount(workspaceId: string, mode: Mode, code: string, name: string): Promise<void> {
  const { type, decimals } = currencyOf(code)
  const id = newId('acc', NOW)
  account[`${workspaceId} ${mode} ${code} ${name}`] = id
  await db.database.pool.query(
    `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, available_min, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, null, $9)`,
    [
      id,
      workspaceId,
      mode,
      type,
      code,
      decimals,
      name === 'rail' ? 'system' : 'customer',
      { main: 'main', second: null, rail: 'rail:simulator' }[name] ?? null,
      new Date(NOW),
    ],
  )
}

/** Times run with the sequence, but for writers that ran at once. */
async function insert(sequence: number): Promise<void> {
  const workspaceId = Math.random() < 0.95 ? 'wks_a' : 'wks_b'
  const mode = Math.random() < 0.95 ? 'test' : 'production'
  const code = pick(CURRENCIES)
  const { type: currencyType, decimals } = currencyOf(code)
  const of = (name: string) => account[`${workspaceId} ${mode} ${code} ${name}`]
  const type = pick(['deposit', 'deposit', 'payout', 'transfer', 'refund'])
  const status = type === 'transfer' ? 'completed' : pick(['completed', 'completed', ...TRANSACTION_STATUSES])
  const source = pick(['main', 'second'])
  const other = type === 'transfer' ? (source === 'main' ? 'second' : 'main') : 'rail'
  const createdAt = NOW + sequence * 60_000 + (Math.random() - 0.5) * 50_000
  const id = newId('txn', createdAt)
  const completedAt = status === 'completed' ? createdAt + Math.floor(Math.random() * 20 * HOUR_MS) : null
  await db.database.pool.query(
    `insert into transactions (id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence,
       account_id, destination_account_id, debit_account_id, credit_account_id, reference, description, metadata, request_id,
       linked_transaction_id, created_by, failure_code, effective_at, created_at, updated_at, completed_at)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,'key_1',$20,$21,$22,$22,$23)`,
    [
      id,
      workspaceId,
      mode,
      currencyType,
      code,
      decimals,
      type,
      status,
      pick([1, 5, 100, 250, 1_000_000]),
      sequence,
      of(source),
      type === 'transfer' ? of(other) : null,
      of(source),
      of(other),
      maybe(0.3, () => `order-${pick([1, 2, 3])}`),
      maybe(0.3, () => pick(WORDS)),
      JSON.stringify(
        pick([{}, {}, { order: 'A-1' }, { order: 'A-1', paid: true }, { n: 7, order: 'B' }, { odd: "'&|" }]),
      ),
      maybe(0.2, () => `req_${pick([1, 2])}`),
      type === 'refund' && linked !== '' ? linked : null,
      status === 'failed' ? pick(['declined', 'account_closed']) : null,
      new Date(pick([createdAt, createdAt, createdAt - 48 * HOUR_MS])),
      new Date(createdAt),
      completedAt === null ? null : new Date(completedAt),
    ],
  )
  if (sequence === 50) linked = id
}

/** What the filters mean, over rows that were read whole. */
function matches(item: Transaction, scope: ListScope, filter: TransactionFilter): boolean {
  const minor = BigInt(item.amount.replace('.', ''))
  const words = (text: string) =>
    text
      .toLowerCase()
      .split(/[\s!-/:-@[-`{-~]+/)
      .filter((word) => word !== '')
  const within = (time: string | null, after: Date | undefined, before: Date | undefined) =>
    (!after && !before) ||
    (time !== null && (!after || new Date(time) > after) && (!before || new Date(time) < before))
  return (
    (!scope.currencyType || item.currency_type === scope.currencyType) &&
    (!filter.types || filter.types.includes(item.type)) &&
    (!filter.statuses || filter.statuses.includes(item.status)) &&
    (!filter.currency || item.currency === filter.currency) &&
    (!filter.accountId || [item.account_id, item.destination_account_id].includes(filter.accountId)) &&
    (!filter.destinationAccountId || item.destination_account_id === filter.destinationAccountId) &&
    (!filter.reference || item.reference === filter.reference) &&
    (!filter.requestId || item.request_id === filter.requestId) &&
    (!filter.linkedTransactionId || item.linked_transaction_id === filter.linkedTransactionId) &&
    (!filter.failureCode || item.failure?.code === filter.failureCode) &&
    (!filter.amount || minor === BigInt(filter.amount)) &&
    (!filter.amountMin || minor >= BigInt(filter.amountMin)) &&
    (!filter.amountMax || minor <= BigInt(filter.amountMax)) &&
    within(item.created_at, filter.createdAfter, filter.createdBefore) &&
    within(item.completed_at, filter.completedAfter, filter.completedBefore) &&
    within(item.effective_at, filter.effectiveAfter, filter.effectiveBefore) &&
    (!filter.descriptionContains ||
      words(filter.descriptionContains).every((word) =>
        words(item.description ?? '').some((one) => one.startsWith(word)),
      )) &&
    Object.entries(filter.metadata ?? {}).every(([name, value]) => String(item.metadata[name]) === value)
  )
}

const time = (hours: number) => new Date(NOW + hours * HOUR_MS)
const choices: { [Name in keyof TransactionFilter]-?: () => TransactionFilter[Name] } = {
  types: () => pick([['refund'], ['deposit', 'payout'], [...TRANSACTION_TYPES]]),
  statuses: () => pick([['failed'], ['pending', 'processing'], ['completed']]),
  currency: () => pick(['USD', 'JPY', 'EUR']),
  accountId: () => pick([account['wks_a test USD main'], account['wks_a test BTC second'], 'acc_none'])!,
  destinationAccountId: () => account['wks_a test USD second'],
  reference: () => pick(['order-1', 'order-9']),
  requestId: () => pick(['req_1', 'req_9']),
  linkedTransactionId: () => pick([linked, 'txn_none']),
  failureCode: () => pick(['declined', 'none']),
  amount: () => pick(['100', '1000000', '7']),
  amountMin: () => pick(['100', '1000001']),
  amountMax: () => pick(['250', '0']),
  createdAfter: () => time(pick([-1, 7, 30, 60])),
  createdBefore: () => time(pick([0, 7.3, 40, 61])),
  completedAfter: () => time(pick([0, 11])),
  completedBefore: () => time(pick([12, 40])),
  effectiveAfter: () => time(pick([-30, 10])),
  effectiveBefore: () => time(pick([-20, 30])),
  descriptionContains: () =>
    pick(['invoice', 'INV', 'rent march', "O'Brien", 'voice', 'm', 'ödön', '17 invoice', "x' | 'y"]),
  metadata: () =>
    pick<Record<string, string>>([
      { order: 'A-1' },
      { order: 'A-1', paid: 'true' },
      { n: '7' },
      { order: 'C' },
      { odd: "'&|" },
    ]),
}
const names = Object.keys(choices) as (keyof TransactionFilter)[]

async function readAll(scope: ListScope, filter: TransactionFilter, limit: number): Promise<Transaction[]> {
  const found: Transaction[] = []
  // A search by words goes three ways: the newest fill the page, few hits are sorted, many are met by reading on.
  const wordLimits = pick([undefined, { readRows: 0, sortedRows: ROWS }, { readRows: 5, sortedRows: 3 }])
  for (let cursor: string | undefined; found.length <= ROWS;) {
    const rows = await listTransactions(db.database.pool, scope, { ...filter, cursor, limit }, wordLimits)
    const { data, next_cursor } = page(rows, limit, (item) => transactionCursor(filter, item))
    found.push(...data)
    if (next_cursor === null) return found
    cursor = next_cursor
  }
  throw new Error('the pages repeat themselves')
}

const newestFirst = (filter: TransactionFilter) => (a: Transaction, b: Transaction) => {
  const order = orderOf(filter)
  const byTime = order === 'sequence' ? 0 : String(b[order]).localeCompare(String(a[order]))
  return byTime || b.sequence - a.sequence
}

describe('every filter, alone and with others, finds exactly what reading every row finds, in order', () => {
  const together = Array.from({ length: 150 }, () => [...new Set([1, 2, 3].map(() => pick(names)))])
  // Values are chosen inside the test: some name an account, which is made before it.
  test.each([
    ...names.map((name) => [name, Array.from({ length: 4 }, () => [name])] as const),
    ['three at once', together] as const,
  ])('%s', async (_, combinations) => {
    for (const combination of combinations) {
      const filter = Object.fromEntries(
        combination.map((name) => [name, choices[name as keyof TransactionFilter]()]),
      ) as TransactionFilter
      const scope = { ...A, currencyType: pick([undefined, 'fiat', 'crypto'] as const) }
      const expected = all.filter((item) => matches(item, scope, filter)).sort(newestFirst(filter))
      const found = await readAll(scope, filter, pick([7, 60, 100]))
      expect({ filter, scope, ids: found.map(({ id }) => id) }).toEqual({
        filter,
        scope,
        ids: expected.map(({ id }) => id),
      })
    }
  })
})

describe('the index of words and metadata', () => {
  it('can be built, analyzed and restored, where functions are looked up without the schema of the tables', async () => {
    await db.database.pool.query('reindex index transactions_terms_idx')
    await db.database.pool.query('vacuum analyze transactions')
    const found = await readAll(A, { descriptionContains: 'rent', metadata: { order: 'A-1' } }, 100)
    expect(found.length).toBeGreaterThan(0)
  })
})

describe('pages', () => {
  it('never repeat nor miss an old row while others insert', async () => {
    let next = 10_000
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 8 }),
        async (name, limit, inserts) => {
          const filter = { [name]: choices[name]() } as TransactionFilter
          const before = await readAll(A, filter, 100)
          const seen: string[] = []
          let cursor: string | undefined
          for (let read = 0; read < 8; read += 1) {
            const rows = await listTransactions(db.database.pool, A, { ...filter, cursor, limit })
            const { data, next_cursor } = page(rows, limit, (item) => transactionCursor(filter, item))
            seen.push(...data.map(({ id }) => id))
            if (next_cursor === null) break
            cursor = next_cursor
            for (let count = inserts[read] ?? 0; count > 0; count -= 1) await insert((next += 1))
          }
          const old = new Set(before.map(({ id }) => id))
          const seenOld = seen.filter((id) => old.has(id))
          expect(seenOld).toEqual(before.slice(0, seenOld.length).map(({ id }) => id))
          expect(new Set(seen).size).toBe(seen.length)
        },
      ),
      { numRuns: 60 },
    )
  })
})
