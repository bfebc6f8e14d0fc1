import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { reconcile } from './reconcile.ts'

/**
 * The functions that treat a batch as a whole (0027_ledger_batches.sql and after) against those that they replaced, which went
 * row by row: the same batches in two worlds that differ in a marker alone.
 */
let test: TestDatabase
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 60)
const NOW = new Date(Date.UTC(2025, 10, 23, 12))

const migration = (name: string) =>
  readFileSync(new URL(`../database/migrations/${name}.sql`, import.meta.url), 'utf8')
const REPLACED = [
  'publish_event',
  'publish_balances',
  'post_step',
  'create_transactions',
  'advance_transactions',
]

/** A function as its migration made it, under a name of its own, calling its own kind. */
function rowByRow(file: string, name: string): string {
  const [definition] =
    new RegExp(`create (or replace )?function ${name}\\([^$]*\\$\\$.*?\\n\\$\\$;`, 's').exec(
      migration(file),
    ) ?? []
  if (!definition) throw new Error(`${file} defines no ${name}`)
  return REPLACED.reduce(
    (text, each) => text.replaceAll(new RegExp(`\\b${each}\\(`, 'g'), `old_${each}(`),
    // The one rule that is younger than these functions: 0034_transfer_to_itself.sql.
    definition.replace(
      'outcome := account_fault(item, target);',
      `outcome := coalesce(account_fault(item, target), case target.id when account.id then 'same-account' end);`,
    ),
  )
}

beforeAll(async () => {
  test = await createTestDatabase()
  for (const [file, name] of [
    ['0020_webhook_engine', 'publish_event'],
    ['0007_ledger', 'publish_balances'],
    ['0007_ledger', 'post_step'],
    ['0007_ledger', 'create_transactions'],
    ['0007_ledger', 'advance_transactions'],
  ] as const)
    await test.database.pool.query(rowByRow(file, name))
})
afterAll(() => test.drop())

const MODES = ['test', 'production'] as const
const CURRENCIES = [
  { code: 'USD', type: 'fiat', decimals: 2 },
  { code: 'ETH', type: 'crypto', decimals: 18 },
] as const
/** Accounts are named by workspace, mode, currency and number. Absent: the main one. */
const account = fc.option(
  fc.tuple(
    fc.nat({ max: 1 }),
    fc.constantFrom(0, 0, 0, 0, 1),
    fc.constantFrom(0, 0, 0, 0, 1),
    fc.nat({ max: 2 }),
  ),
  { freq: 2 },
)
const item = fc.record({
  workspace: fc.constantFrom(0, 0, 0, 1),
  mode: fc.constantFrom(0, 0, 0, 1),
  currency: fc.constantFrom(0, 0, 0, 1),
  type: fc.constantFrom('deposit', 'payout', 'transfer'),
  // Not `manual`: that one completes only what people have settled.
  rail: fc.constantFrom('simulator', 'bank'),
  amount: fc.integer({ min: 1, max: 40 }),
  account,
  destination: account,
  key: fc.option(fc.nat({ max: 12 })),
  hash: fc.constantFrom('aa', 'aa', 'aa', 'bb'),
  by: fc.constantFrom('key_1', 'key_1', 'key_1', 'key_2'),
  due: fc.boolean(),
  asked: fc.boolean(),
})
const change = fc.record({
  of: fc.nat({ max: 40 }),
  status: fc.constantFrom(
    'completed',
    'completed',
    'failed',
    'canceled',
    'expired',
    'processing',
    'processing',
  ),
  lease: fc.constantFrom(null, null, 'lease_1', 'lease_2'),
  later: fc.boolean(),
  asked: fc.boolean(),
})
const history = fc.array(
  fc.oneof(
    fc.record({ create: fc.array(item, { minLength: 1, maxLength: 25 }) }),
    fc.record({ advance: fc.array(change, { minLength: 1, maxLength: 25 }) }),
  ),
  { minLength: 4, maxLength: 12 },
)
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const ITEM: Item = {
  workspace: 0,
  mode: 0,
  currency: 0,
  type: 'deposit',
  rail: 'simulator',
  amount: 10,
  account: null,
  destination: null,
  key: null,
  hash: 'aa',
  by: 'key_1',
  due: true,
  asked: true,
}
const CHANGE: Change = { of: 0, status: 'completed', lease: null, later: false, asked: false }
/** What chance seldom meets: stored answers of each kind, leases, and a change that comes too late. */
const RARE: (typeof history extends fc.Arbitrary<infer T> ? T : never)[number][] = [
  { create: [ITEM, ...[0, 1, 2, 0].map((key) => ({ ...ITEM, key })), { ...ITEM, key: 0, by: 'key_2' }] },
  { advance: [{ ...CHANGE, status: 'processing', lease: 'lease_1', later: true }] },
  { advance: [{ ...CHANGE, status: 'processing', later: true }] },
  {
    advance: [
      { ...CHANGE, status: 'canceled' },
      { ...CHANGE, lease: 'lease_2' },
      { ...CHANGE, of: 1 },
    ],
  },
  {
    create: [
      { ...ITEM, type: 'payout', amount: 6 },
      { ...ITEM, type: 'payout', amount: 5 },
    ],
  },
]
/** A transfer from an account to itself, however the two are named; and one key on all of a batch. */
const TO_ITSELF: typeof RARE = [
  { create: [{ ...ITEM, workspace: 1 }] },
  {
    create: [
      { ...ITEM, workspace: 1, type: 'transfer', account: [1, 0, 0, 1], destination: [0, 0, 0, 1] },
      { ...ITEM, type: 'transfer' },
      ITEM,
    ],
  },
  {
    create: [
      { ...ITEM, type: 'payout', key: 5 },
      ...Array.from({ length: 20 }, () => ({ ...ITEM, key: 5 })),
      { ...ITEM, key: 5, hash: 'bb' },
    ],
  },
]

/** Every table that a transaction writes to, and a column that tells whose the row is. */
const MARKED = {
  accounts: 'workspace_id',
  transactions: 'workspace_id',
  entries: 'workspace_id',
  ledger_sequences: 'workspace_id',
  rail_tasks: 'transaction_id',
  idempotency_keys: 'workspace_id',
  events: 'workspace_id',
  event_sequences: 'workspace_id',
  pending_deliveries: 'endpoint_id',
  finished_deliveries: 'workspace_id',
}

/** Of two worlds, every id in one is the id of the other with another marker. */
function createWorld(run: number, marker: string, prefix: 'old_' | '') {
  const mark = `~${run}${marker}`
  const workspaceOf = (workspace: number) => `wks_${workspace}${mark}`
  const accountOf = ([workspace, mode, currency, number]: readonly number[]) =>
    `acc_${workspace}${mode}${currency}${number}${mark}`
  let made = 0

  async function setUp() {
    for (const workspace of [0, 1])
      for (const [mode, name] of MODES.entries()) {
        for (const [currency, { code, type, decimals }] of CURRENCIES.entries())
          for (const number of [0, 1])
            await test.database.pool.query(
              `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, created_at, available_min)
               values ($1, $2, $3, $4, $5, $6, 'customer', $7, $8)`,
              [
                accountOf([workspace, mode, currency, number]),
                workspaceOf(workspace),
                name,
                type,
                code,
                decimals,
                NOW,
                number === 1 && workspace === 1 ? null : 0,
              ],
            )
        // Only the first workspace has endpoints: all events, some, of one currency type, switched off, in order.
        for (const [number, [types, currencyType, enabled, ordering]] of (
          [
            [['*'], null, true, 'none'],
            [['transaction.created', 'balance.updated'], 'fiat', true, 'object'],
            [['*'], 'crypto', false, 'none'],
          ] as const
        ).entries())
          if (workspace === 0)
            await test.database.pool.query(
              `insert into webhook_endpoints (id, workspace_id, mode, number, url, event_types, currency_type, enabled,
                 ordering, created_at, updated_at)
               values ($1, $2, $3, $4, 'https://example.com', $5, $6, $7, $8, $9, $9)`,
              [
                `ep_${number}${name}${mark}`,
                workspaceOf(workspace),
                name,
                number + 1,
                types,
                currencyType,
                enabled,
                ordering,
                NOW,
              ],
            )
      }
    // One stored answer that is too old, one that a server died on, one under way.
    for (const [key, lease, expires] of [
      [0, null, -1],
      [1, -1, 60],
      [2, 60, 60],
    ] as const)
      await test.database.pool.query(
        `insert into idempotency_keys (workspace_id, mode, method, path, key, request_hash, principal_id, claim_id,
           lease_expires_at, status, body, created_at, expires_at)
         values ($1, 'test', 'POST', '/v1/transactions', $2, decode(repeat('aa', 32), 'hex'), 'key_1', 'req', $3, $4, $5, $6, $7)`,
        [
          workspaceOf(0),
          `idem_${key}`,
          lease === null ? null : new Date(NOW.getTime() + lease * 1_000),
          lease === null ? 201 : null,
          lease === null ? '{}' : null,
          NOW,
          new Date(NOW.getTime() + expires * 1_000),
        ],
      )
  }

  function requestOf(ordinal: number, one: Item) {
    const { code, type, decimals } = CURRENCIES[one.currency] as (typeof CURRENCIES)[0]
    const id = String((made += 1)).padStart(6, '0')
    const where = `${one.workspace}${one.mode}${one.currency}`
    const far = one.type === 'transfer'
    // Most accounts that are named are of the item's own workspace, mode and currency.
    const named = (given: readonly number[] | null) =>
      given &&
      accountOf([
        (one.workspace + (given[0] === 1 && given[3] === 2 ? 1 : 0)) % 2,
        (one.mode + (given[1] ?? 0)) % 2,
        (one.currency + (given[2] ?? 0)) % 2,
        given[3] ?? 0,
      ])
    return {
      ordinal,
      id: `txn_${id}${mark}`,
      type: one.type,
      workspace_id: workspaceOf(one.workspace),
      mode: MODES[one.mode],
      currency_type: type,
      currency: code,
      decimals,
      amount: String(one.amount),
      account_id: named(one.account),
      destination_account_id: far ? named(one.destination) : null,
      main_account_new_id: `acc_main${where}${mark}`,
      rail_account_new_id: `acc_${one.rail}${where}${mark}`,
      reference: one.due ? `order-${one.amount}` : null,
      metadata: { amount: one.amount },
      request_id: one.asked ? `req_${id}${mark}` : null,
      created_by: one.by,
      rail: far ? null : one.rail,
      due_at: one.due && !far ? new Date(NOW.getTime() + 1_000) : null,
      event_ids: [0, 1, 2, 3].map((number) => `evt_${id}${number}${mark}`),
      idempotency_key: one.key === null ? null : `idem_${one.key}`,
      method: 'POST',
      path: '/v1/transactions',
      request_hash: one.hash.repeat(32),
    }
  }

  async function call(name: string, items: readonly { ordinal: number }[]) {
    const { rows: answers } = await test.database.pool.query<{ ordinal: number; outcome: string }>(
      `select * from ${prefix}${name}($1, $2)`,
      [JSON.stringify(items), NOW],
    )
    return answers.sort((a, b) => a.ordinal - b.ordinal)
  }

  function create(items: readonly Item[]) {
    return call(
      'create_transactions',
      items.map((one, ordinal) => requestOf(ordinal, one)),
    )
  }

  async function advance(changes: readonly Change[]) {
    const tasks = await test.database.pool.query(
      `update rail_tasks set lease_id = 'lease_1' where transaction_id like $1`,
      [`%${mark}`],
    )
    const listed = changes.map(({ of, status, lease, later, asked }, ordinal) => {
      const id = String((of % Math.max(1, made)) + 1).padStart(6, '0')
      const failed = status === 'failed'
      return {
        ordinal,
        transaction_id: `txn_${id}${mark}`,
        status,
        failure_code: failed ? 'declined' : null,
        failure_message: failed ? 'No.' : null,
        rail_reference: status === 'completed' ? `ref-${of}` : null,
        due_at: later ? new Date(NOW.getTime() + 5_000) : null,
        lease_id: (tasks.rowCount ?? 0) > 0 ? lease : null,
        request_id: asked ? `req_${of}${mark}` : null,
        event_ids: [0, 1, 2].map((number) => `evt_${made}-${ordinal}-${of}${number}${mark}`),
      }
    })
    // A second change of a transaction is decided after all first ones: row by row, that is one batch after the other.
    const rounds: (typeof listed)[] = []
    const seen = new Map<string, number>()
    for (const each of listed) {
      const round = prefix === '' ? 0 : (seen.get(each.transaction_id) ?? 0)
      seen.set(each.transaction_id, round + 1)
      ;(rounds[round] ??= []).push(each)
    }
    const answers: Awaited<ReturnType<typeof call>> = []
    for (const round of rounds) answers.push(...(await call('advance_transactions', round)))
    return answers.sort((a, b) => a.ordinal - b.ordinal)
  }

  /** Every row that this world wrote, in every table. */
  async function rows() {
    const found: Record<string, string[]> = {}
    for (const [table, column] of Object.entries(MARKED)) {
      const { rows: list } = await test.database.pool.query<{ text: string }>(
        `select to_jsonb(t)::text as text from ${table} t where ${column} like $1 order by to_jsonb(t)::text collate "C"`,
        [`%${mark}`],
      )
      found[table] = list.map(({ text }) => text)
    }
    return found
  }

  return { setUp, create, advance, rows, mark }
}

it('a batch as a whole answers and writes exactly what row by row did', async () => {
  let run = 0
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      run += 1
      const [whole, rows] = [createWorld(run, 'a', ''), createWorld(run, 'b', 'old_')]
      const alike = (value: unknown) =>
        JSON.parse(JSON.stringify(value).replaceAll(rows.mark, whole.mark)) as unknown
      await whole.setUp()
      await rows.setUp()
      for (const step of steps) {
        const [answers, expected] =
          'create' in step
            ? [await whole.create(step.create), await rows.create(step.create)]
            : [await whole.advance(step.advance), await rows.advance(step.advance)]
        for (const { outcome } of answers) outcomes.add(`${Object.keys(step)[0]} ${outcome}`)
        expect(answers).toEqual(alike(expected))
      }
      expect(await whole.rows()).toEqual(alike(await rows.rows()))
    }),
    { numRuns: Math.ceil(RUNS / 2), examples: [[RARE], [TO_ITSELF]] },
  )
  expect((await reconcile(test.database.pool)).discrepancies).toEqual([])
  // Otherwise the histories above proved less than they seem to.
  expect([...outcomes].sort()).toEqual([
    'advance changed',
    'advance ended',
    'advance lease-lost',
    'advance unchanged',
    'advance under-way',
    'create account-mismatch',
    'create account-not-found',
    'create created',
    'create insufficient-funds',
    'create key-in-use',
    'create key-reused',
    'create replayed',
    'create same-account',
  ])
}, 240_000)
