import type { Database, Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'

/** One transaction to create, with every id it may need; what SQL calls transaction_request. */
export type TransactionRequest = {
  id: string
  type: 'deposit' | 'payout' | 'transfer' | 'refund'
  workspace_id: string
  mode: Mode
  currency_type: CurrencyType
  currency: string
  decimals: number
  /** Minor units. */
  amount: string
  account_id: string | null
  destination_account_id: string | null
  main_account_new_id: string
  rail_account_new_id: string
  destination: string | null
  reference: string | null
  /** No other transaction of its account that says so too has this reference. */
  unique_reference?: boolean
  description: string | null
  metadata: Record<string, unknown>
  linked_transaction_id: string | null
  effective_at: Date | null
  request_id: string | null
  created_by: string
  rail: string | null
  due_at: Date | null
  /** When a hold that waits for a person is let go; null: never, or somebody is asked. */
  expires_at?: Date | null
  event_ids: string[]
  idempotency_key: string | null
  method: string | null
  path: string | null
  /** Hexadecimal. */
  request_hash: string | null
}

/** What the SQL function create_transactions answers; `body` is JSON text. */
export type WriteResult = {
  ordinal: number
  outcome:
    | 'created'
    | 'replayed'
    | 'key-reused'
    | 'key-in-use'
    | 'account-not-found'
    | 'account-mismatch'
    | 'same-account'
    | 'reference-taken'
    | 'insufficient-funds'
    | 'fee-exceeds-amount'
  status: number | null
  body: string | null
  transaction_id: string | null
  event_ids: string[]
}

/** More of the same database transaction, after the transaction was created. */
export type AlongWith = (client: Executor, created: WriteResult) => Promise<void>

export type TransactionWriter = {
  /** @param alongWith rare: such a transaction is written alone */
  write(request: TransactionRequest, nowMs: number, alongWith?: AlongWith): Promise<WriteResult>
}

type Waiting = {
  request: TransactionRequest
  nowMs: number
  alongWith?: AlongWith
  resolve(result: WriteResult): void
  reject(error: unknown): void
}

// One commit carries up to so many transactions. A batch costs Postgres 2 ms whatever is in it, and keeps everybody in it
// waiting for all of it: 16 were slower, and 64 no faster (docs/decisions/0021-ledger-batches.md).
const BATCH_MAX = 32
// One batch commits while the next is planned; more would only wait for each other's account locks.
const BATCHES_AT_ONCE = 2
const WAITING_MAX = 10_000
const ATTEMPTS_MAX = 4
// The server rolled back and says so: deadlock, serialization, a key that another server stored first, or an account
// that a reset of test data replaced in the middle.
const RETRYABLE = new Set(['40P01', '40001', '23505', 'CS004'])

/**
 * Writes transactions as they come: alone when nothing is under way, together in one database transaction when
 * many come at once. That is what lets a hot account keep up (DESIGN §10): it is locked once per batch and the
 * disk waited for once, while every entry stays its own. A result is given only after the commit.
 */
export function createTransactionWriter(database: Database): TransactionWriter {
  const waiting: Waiting[] = []
  let batchesRunning = 0

  function pump(): void {
    while (batchesRunning < BATCHES_AT_ONCE && waiting.length > 0) {
      batchesRunning += 1
      const batch = waiting.splice(0, BATCH_MAX)
      // writeBatch settles every item and never rejects.
      void writeBatch(database, batch).finally(() => {
        batchesRunning -= 1
        pump()
      })
    }
  }

  return {
    write(request, nowMs, alongWith) {
      if (alongWith)
        return new Promise((resolve, reject) => {
          // It settles the item and never rejects.
          void writeAlone(database, { request, nowMs, resolve, reject, alongWith })
        })
      if (waiting.length >= WAITING_MAX)
        return Promise.reject(
          problem('service-unavailable', {
            internal: 'too many transactions wait',
            headers: { 'retry-after': '1' },
          }),
        )
      return new Promise((resolve, reject) => {
        waiting.push({ request, nowMs, resolve, reject })
        pump()
      })
    },
  }
}

async function writeBatch(database: Database, batch: readonly Waiting[]): Promise<void> {
  try {
    const results = await createTransactions(database.pool, batch)
    for (const [index, item] of batch.entries()) {
      const result = results.get(index)
      if (result) item.resolve(result)
      else item.reject(new Error('create_transactions left out an item'))
    }
  } catch (error) {
    // Only the server's own word that it rolled back lets us try again: a lost connection may have committed.
    if (batch.length > 1 && sqlState(error) !== null)
      for (const item of batch) await writeAlone(database, item)
    else for (const item of batch) await writeAlone(database, item, error)
  }
}

/** One item by itself, so that the fault of one is not the fault of all. @param failure of the first attempt */
async function writeAlone(database: Database, item: Waiting, failure?: unknown): Promise<void> {
  let latest = failure
  for (let attempt = failure === undefined ? 0 : 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (latest !== undefined && !isRetryable(latest)) break
    try {
      const result = await createOne(database, item)
      if (result) return item.resolve(result)
      latest = new Error('create_transactions left out an item')
    } catch (error) {
      latest = error
    }
  }
  item.reject(latest)
}

async function createOne({ pool, transaction }: Database, item: Waiting): Promise<WriteResult | undefined> {
  const { alongWith } = item
  if (!alongWith) return (await createTransactions(pool, [item])).get(0)
  return transaction(async (client) => {
    const result = (await createTransactions(client, [item])).get(0)
    if (result?.outcome === 'created') await alongWith(client, result)
    return result
  })
}

/** One transaction in a database transaction that the caller began, with its locks so far. */
export async function writeTransaction(
  client: Executor,
  request: TransactionRequest,
  nowMs: number,
): Promise<WriteResult> {
  const result = (await createTransactions(client, [{ request, nowMs }])).get(0)
  if (!result) throw new Error('create_transactions left out an item')
  return result
}

async function createTransactions(
  executor: Executor,
  batch: readonly Pick<Waiting, 'request' | 'nowMs'>[],
): Promise<Map<number, WriteResult>> {
  const items = batch.map(({ request, nowMs }, ordinal) => ({
    ordinal,
    fees_account_new_id: newId('acc', nowMs),
    ...request,
  }))
  const now = new Date(Math.max(...batch.map(({ nowMs }) => nowMs)))
  const { rows } = await executor.query<WriteResult>({
    name: 'create-transactions',
    text: 'select ordinal, outcome, status, body, transaction_id, event_ids from create_transactions($1, $2)',
    values: [JSON.stringify(items), now],
  } as never)
  return new Map(rows.map((row) => [row.ordinal, row]))
}

/** The server rolled back, and the same again may succeed. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? '')
}

export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}
