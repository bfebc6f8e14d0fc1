/**
 * The SQL path behind the promise of DESIGN §10 for signed transactions: how many `POST /v1/transactions` the ledger
 * can make durable, without HTTP and signatures. Idempotency record, row, hold entries and event, each item with all
 * of them, on an embedded Postgres with the product's own settings, made for this run and removed after it.
 *
 *   npx tsx bench/transactions-sql.ts --seconds 2 --rounds 5
 *
 * `writer` is what the server runs: requests that come together share a commit. `alone` calls the same function once
 * per request. `bare` inserts one row into a table with a primary key, once per request: what this machine and its
 * disk can do at all just now. Many: 1 000 accounts of one workspace; hot: one account. Rounds are interleaved, medians printed.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Database } from '../packages/server/src/database/database.ts'
import { newId } from '../packages/server/src/ids.ts'
import { advanceTransactions } from '../packages/server/src/ledger/advance-transaction.ts'
import { insertAccount } from '../packages/server/src/ledger/queries.ts'
import { reconcile } from '../packages/server/src/ledger/reconcile.ts'
import {
  createTransactionWriter,
  type TransactionRequest,
  type TransactionWriter,
} from '../packages/server/src/ledger/transaction-writer.ts'
import { machine, median, table, withCluster, type Cluster } from './harness.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, rounds: { type: 'string', default: '5' } },
})
const ACCOUNTS = 1_000
const CLIENTS = [1, 8, 32]
const SETTLE_BATCH = 100
const WORKSPACE = newId('wks')
const made: string[] = []
const cpuOf = new Map<string, { seconds: number; count: number }>()

await withCluster(main, { connectionsMax: 40 })

async function main({ database: opened, postgres }: Cluster): Promise<void> {
  const postgresCpuSeconds = () => childrenCpuSeconds(postgres.pid)
  console.log(machine())
  const accounts = await makeAccounts(opened)
  await opened.pool.query('create table bare (id text primary key, body text)')
  const writer = createTransactionWriter(opened)
  // A writer that is never busy batches nothing: one per request.
  const alone: TransactionWriter = {
    write: (request, nowMs) => createTransactionWriter(opened).write(request, nowMs),
  }
  const rates = new Map<string, number[]>()
  const record = (name: string, rate: number) => rates.set(name, [...(rates.get(name) ?? []), rate])

  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const clients of CLIENTS)
      for (const [path, through] of [
        ['writer', writer],
        ['alone', alone],
      ] as const)
        for (const spread of ['many', 'hot'] as const) {
          const among = spread === 'many' ? accounts : accounts.slice(0, 1)
          record(
            `${path} ${clients} ${spread}`,
            await measured(`${path} ${clients}`, postgresCpuSeconds, () =>
              createRound(through, clients, among),
            ),
          )
        }
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const clients of CLIENTS)
      record(
        `bare ${clients} many`,
        await measured(`bare ${clients}`, postgresCpuSeconds, () =>
          createRound(bare(opened), clients, accounts),
        ),
      )
  record('settle', await settleRound(opened))

  const rows = CLIENTS.flatMap((clients) =>
    ['writer', 'alone', 'bare'].map((path) => {
      const [many, hot] = ['many', 'hot'].map((spread) =>
        median(rates.get(`${path} ${clients} ${spread}`) ?? []),
      )
      const cost = cpuOf.get(`${path} ${clients}`)
      const hasHot = path !== 'bare'
      return [
        clients,
        path,
        many ?? '',
        hasHot ? (hot ?? '') : '',
        hasHot ? ((hot ?? 0) / (many ?? 1)).toFixed(2) : '',
        cost ? Math.round((cost.seconds * 1e6) / cost.count) : '',
      ]
    }),
  )
  console.log(
    `\n${table(['clients', 'path', 'many/s', 'hot/s', 'hot ÷ many', 'Postgres CPU µs each'], rows)}`,
  )
  console.log(`\nSettled in batches of ${SETTLE_BATCH}: ${median(rates.get('settle') ?? [])}/s`)
  const { consistent, entries } = await reconcile(opened.pool)
  console.log(`${entries} entries, consistent: ${consistent}; load ${loadavg()[0]?.toFixed(1)}`)
  if (!consistent) process.exitCode = 1
}

async function makeAccounts(opened: Database): Promise<string[]> {
  const fields = {
    workspaceId: WORKSPACE,
    mode: 'test',
    currencyType: 'fiat',
    currency: 'USD',
    decimals: 2,
  } as const
  const ids = Array.from({ length: ACCOUNTS }, () => newId('acc'))
  for (const id of ids)
    await insertAccount(
      opened.pool,
      { id, ...fields, name: null, metadata: {}, createdAt: new Date() },
      ACCOUNTS * 2,
    )
  return ids
}

/** Every client sends its next request when the one before is on disk. @returns requests a second */
async function createRound(
  writer: TransactionWriter,
  clients: number,
  accounts: readonly string[],
): Promise<number> {
  const start = performance.now()
  const end = start + Number(values.seconds) * 1_000
  let count = 0
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const request = deposit(accounts[Math.floor(Math.random() * accounts.length)] ?? '')
        const { outcome } = await writer.write(request, Date.now())
        if (outcome !== 'created') throw new Error(`a deposit was ${outcome}`)
        made.push(request.id)
        count += 1
      }
    }),
  )
  return Math.round((count * 1_000) / (performance.now() - start))
}

/** A round, with what it cost Postgres in CPU time: that counts even while others use the machine. */
async function measured(
  name: string,
  postgresCpuSeconds: () => number,
  round: () => Promise<number>,
): Promise<number> {
  const [secondsBefore, countBefore] = [postgresCpuSeconds(), made.length]
  const rate = await round()
  const sum = cpuOf.get(name) ?? { seconds: 0, count: 0 }
  cpuOf.set(name, {
    seconds: sum.seconds + postgresCpuSeconds() - secondsBefore,
    count: sum.count + made.length - countBefore,
  })
  return rate
}

/** User and system time of the postmaster's children so far (proc(5), fields 4, 14 and 15; 100 ticks a second). */
function childrenCpuSeconds(parent: number): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      if (Number(fields[1]) === parent) ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks / 100
}

/** One row, one commit: a yardstick. */
function bare(opened: Database): TransactionWriter {
  return {
    async write(request) {
      await opened.pool.query('insert into bare (id, body) values ($1, $2)', [
        request.id,
        request.request_hash,
      ])
      return { ordinal: 0, outcome: 'created', status: 201, body: null, transaction_id: null, event_ids: [] }
    },
  }
}

async function settleRound(opened: Database): Promise<number> {
  const { rows } = await opened.pool.query<{ id: string }>(
    'select id from transactions order by id limit 5000',
  )
  const ids = rows.map(({ id }) => id)
  const start = performance.now()
  for (let index = 0; index < ids.length; index += SETTLE_BATCH) {
    const changes = ids
      .slice(index, index + SETTLE_BATCH)
      .map((transactionId) => ({ transactionId, status: 'completed' as const }))
    await advanceTransactions(opened.pool, changes, Date.now())
  }
  return Math.round((ids.length * 1_000) / (performance.now() - start))
}

function deposit(accountId: string): TransactionRequest {
  return {
    id: newId('txn'),
    type: 'deposit',
    workspace_id: WORKSPACE,
    mode: 'test',
    currency_type: 'fiat',
    currency: 'USD',
    decimals: 2,
    amount: '1050',
    account_id: accountId,
    destination_account_id: null,
    main_account_new_id: newId('acc'),
    rail_account_new_id: newId('acc'),
    destination: null,
    reference: `order-${made.length}`,
    description: null,
    metadata: { cart: 'A-1' },
    linked_transaction_id: null,
    effective_at: null,
    request_id: newId('req'),
    created_by: 'key_01kasqf0000000000000000001',
    rail: 'simulator',
    due_at: new Date(Date.now() + 1_000),
    event_ids: Array.from({ length: 4 }, () => newId('evt')),
    idempotency_key: randomBytes(16).toString('hex'),
    method: 'POST',
    path: '/v1/transactions',
    request_hash: randomBytes(32).toString('hex'),
  }
}
