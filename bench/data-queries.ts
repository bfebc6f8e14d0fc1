/**
 * Issue 6, data queries: every filter of transactions answers within 50 ms at the 95th percentile over 2 million rows
 * and without reading the table through; reports, statements; a million rows exported in bounded memory.
 *
 *   npx tsx bench/data-queries.ts [rows=2000000]
 */
import { randomInt } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import { runSql, sqlBuilder, type Database } from '../packages/server/src/database/database.ts'
import {
  allTransactions,
  listTransactions,
  newestTransactions,
  transactionCursor,
  type ListScope,
  type TransactionFilter,
} from '../packages/server/src/ledger/list-queries.ts'
import { exportTransactions } from '../packages/server/src/reports/export-rows.ts'
import { statementBounds, summarize } from '../packages/server/src/reports/queries.ts'
import { machine, quantile, report, table, withCluster } from './harness.ts'

const ROWS = Number(process.argv[2] ?? 2_000_000)
const START = Date.UTC(2025, 0, 1)
const DAYS = 90
const STEP_MS = (DAYS * 86_400_000) / ROWS
const SAMPLES = 40
const TARGET_MS = 50
// One customer has half of everything, the rest is shared by 50 others.
const BIG: ListScope = { workspaceId: 'wks_0', mode: 'test', currencyType: undefined }
const day = (n: number) => new Date(START + n * 86_400_000)

const filters: Record<string, () => TransactionFilter & { currencyType?: 'fiat' | 'crypto' }> = {
  'none, as a key of the rare currency type': () => ({ currencyType: 'crypto' }),
  'type that is rare': () => ({ types: ['refund'] }),
  'type and status that are common': () => ({ types: ['deposit'], statuses: ['completed'] }),
  'several statuses, rare type': () => ({ types: ['refund'], statuses: ['failed', 'expired'] }),
  'type and currency that never meet': () => ({ types: ['refund'], currency: 'JPY' }),
  currency: () => ({ currency: 'JPY' }),
  'account with half a million': () => ({ accountId: 'acc_0_USD' }),
  'account and rare status': () => ({ accountId: 'acc_0_USD', statuses: ['canceled'] }),
  'destination account': () => ({ destinationAccountId: 'acc_0_USD2' }),
  reference: () => ({ reference: `order-${randomInt(ROWS)}` }),
  'request id': () => ({ requestId: `req_${randomInt(ROWS)}` }),
  'linked transaction': () => ({ linkedTransactionId: 'txn_00000000000000000000000001' }),
  'failure code that is rare': () => ({ failureCode: 'limit_exceeded' }),
  'amount, exact': () => ({ currency: 'USD', amount: String(randomInt(1, 1_000_000)) }),
  'amount at least, rare': () => ({ currency: 'USD', amountMin: '999900' }),
  'amount at least, common': () => ({ currency: 'USD', amountMin: '1000' }),
  'amount between, middling': () => ({ currency: 'USD', amountMin: '400000', amountMax: '450000' }),
  'created before, at the old end': () => ({ createdBefore: day(2) }),
  'created in an old day, rare type': () => ({
    createdAfter: day(10),
    createdBefore: day(11),
    types: ['refund'],
  }),
  'completed in an old day': () => ({ completedAfter: day(10), completedBefore: day(11) }),
  'completed in an old month, rare type': () => ({
    completedAfter: day(5),
    completedBefore: day(35),
    types: ['refund'],
  }),
  'effective in an old day': () => ({ effectiveAfter: day(10), effectiveBefore: day(11) }),
  'metadata, one row': () => ({ metadata: { order: String(randomInt(ROWS)) } }),
  'metadata, a tenth of all': () => ({ metadata: { shop: '4' } }),
  'description, a rare word': () => ({ descriptionContains: `invoice ${randomInt(ROWS)}` }),
  'description, a word of a fifth': () => ({ descriptionContains: 'INVO' }),
  'description and metadata, common': () => ({ descriptionContains: 'invoice', metadata: { shop: '4' } }),
}

await withCluster(async ({ database }) => {
  const began = performance.now()
  await fill(database)
  const filled = `${ROWS.toLocaleString('en')} transactions of 51 workspaces, half of them of one; filled in ${seconds(began)} s.`
  process.stdout.write(`${filled}\n`)
  const lists = await measureFilters(database)
  const reports = await measureReports(database)
  const exported = await measureExport(database)
  await report('data-queries', [
    '# Data queries',
    `${machine()}. Embedded PostgreSQL, its own settings.`,
    filled,
    `Each filter, of the workspace with half of all: ${SAMPLES} first pages and ${SAMPLES} of the tenth. Target: p95 ≤ ${TARGET_MS} ms, and no table read through.`,
    lists,
    reports,
    exported,
  ])
})

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1)
}

/** Rows in bulk: indexes are taken off first and built afterwards. */
async function fill({ pool }: Database): Promise<void> {
  const { rows: indexes } = await pool.query<{ name: string; sql: string }>(
    `select i.relname as name, pg_get_indexdef(x.indexrelid) as sql
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     where t.relname in ('transactions', 'entries') and not x.indisprimary`,
  )
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await client.query(`set maintenance_work_mem = '1GB'`)
    // Rows in the shape of history, which no trigger has seen being made.
    await client.query(`set session_replication_role = 'replica'`)
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    await client.query(`
      insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, available_min, created_at)
      select 'acc_' || w || '_' || c.code || side, 'wks_' || w, 'test', c.type, c.code, c.decimals,
        case side when 'R' then 'system' else 'customer' end, case side when 'R' then 'rail:simulator' when '' then 'main' end, null, now()
      from generate_series(0, 50) w, (values ('USD', 'fiat', 2), ('JPY', 'fiat', 0), ('ETH', 'crypto', 18)) c (code, type, decimals),
        unnest(array['', '2', 'R']) side`)
    await client.query(`
      insert into transactions (id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence,
        account_id, destination_account_id, debit_account_id, credit_account_id, reference, description, metadata,
        linked_transaction_id, request_id, created_by, failure_code, effective_at, created_at, updated_at, completed_at)
      select 'txn_' || lpad(n::text, 26, '0'), 'wks_' || w, 'test', case code when 'ETH' then 'crypto' else 'fiat' end, code,
        case code when 'USD' then 2 when 'JPY' then 0 else 18 end, type, status, 1 + (n * 7919) % 1000000, sequence,
        'acc_' || w || '_' || code, case type when 'transfer' then 'acc_' || w || '_' || code || '2' end,
        'acc_' || w || '_' || code, 'acc_' || w || '_' || code || case type when 'transfer' then '2' else 'R' end,
        'order-' || n, case when n % 5 = 0 then 'Invoice ' || n || ' of the shop' when n % 5 = 1 then 'Rent' end,
        case when n % 2 = 0 then jsonb_build_object('order', n::text, 'shop', n % 10) else '{}' end,
        case when type = 'refund' then 'txn_' || lpad('1', 26, '0') end, 'req_' || n, 'key_1',
        case status when 'failed' then case when n % 40000 = 0 then 'limit_exceeded' else 'declined' end end,
        at - case when n % 10 = 0 then interval '2 days' else interval '0' end, at, at,
        case status when 'completed' then at + interval '1 second' end
      from (
        select n, case when n % 2 = 0 then 0 else 1 + (n / 2) % 50 end as w, (n / case when n % 2 = 0 then 2 else 100 end) + 1 as sequence,
          to_timestamp((${START} + n * ${STEP_MS}) / 1000.0) as at,
          case when n % 2000 = 2 then 'ETH' when n % 20 = 4 then 'JPY' else 'USD' end as code,
          case when n % 1000 = 10 then 'refund' when n % 7 = 0 then 'payout' when n % 11 = 0 then 'transfer' else 'deposit' end as type,
          case when n % 1000 = 0 then 'failed' when n % 5000 = 6 then 'canceled' when n % 3000 = 10 then 'expired'
            when n > ${ROWS} - 1000 and n % 3 = 0 then 'pending' else 'completed' end as status
        from generate_series(0::bigint, ${ROWS} - 1) n
      ) made`)
    // One account with half a million entries.
    await client.query(`
      insert into entries (account_id, version, workspace_id, mode, currency, transaction_id, step, posted, pending_in,
        pending_out, posted_after, pending_in_after, pending_out_after, created_at)
      select 'acc_0_USD', n, 'wks_0', 'test', 'USD', 'txn_' || lpad((n * 2)::text, 26, '0'), 'post', 1, 0, 0, n, 0, 0,
        to_timestamp((${START} + n * 4 * ${STEP_MS}) / 1000.0)
      from generate_series(1::bigint, ${Math.floor(ROWS / 4)} - 1) n`)
    for (const { sql: create } of indexes) await client.query(create)
    await client.query('vacuum analyze transactions')
    await client.query('vacuum analyze entries')
    await client.query('analyze accounts')
    await client.query('reset session_replication_role')
    await client.query('reset maintenance_work_mem')
  } finally {
    client.release()
  }
}

async function measureFilters({ pool }: Database): Promise<string> {
  const rows: (string | number)[][] = []
  for (const [name, make] of Object.entries(filters)) {
    const times: number[] = []
    let found = 0
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const { currencyType, ...filter } = make()
      const scope = { ...BIG, currencyType }
      let cursor: string | undefined
      for (let read = 0; read < 10; read += 1) {
        const began = performance.now()
        const page = await listTransactions(pool, scope, { ...filter, cursor, limit: 20 })
        if (read === 0 || read === 9) times.push(performance.now() - began)
        if (read === 0) found = page.length
        const last = page[19]
        if (page.length < 21 || !last) break
        cursor = Buffer.from(JSON.stringify(transactionCursor(filter, last))).toString('base64url')
      }
    }
    const { currencyType, ...filter } = make()
    const plan = await planOf(pool, newestTransactions({ ...BIG, currencyType }, { ...filter, limit: 20 }))
    rows.push([
      name,
      found,
      quantile(times, 0.5).toFixed(1),
      quantile(times, 0.95).toFixed(1),
      Math.max(...times).toFixed(1),
      plan.includes('Seq Scan on transactions') ? 'YES' : 'no',
    ])
    process.stdout.write(`${rows.at(-1)!.join(' | ')}\n`)
  }
  return table(['filter', 'rows of the first page', 'p50 ms', 'p95 ms', 'max ms', 'table read through'], rows)
}

async function planOf(pool: Database['pool'], statement: RawBuilder<unknown>): Promise<string> {
  const { sql: text, parameters } = sql`explain ${statement}`.compile(sqlBuilder)
  const { rows } = await pool.query<Record<string, string>>(text, [...parameters])
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

async function measureReports({ pool }: Database): Promise<string> {
  const rows: string[][] = []
  const take = async (name: string, work: () => Promise<unknown>) => {
    const times: number[] = []
    for (let sample = 0; sample < 5; sample += 1) {
      const began = performance.now()
      await work()
      times.push(performance.now() - began)
    }
    rows.push([name, quantile(times, 0.5).toFixed(0), Math.max(...times).toFixed(0)])
  }
  const summary = (days: number, timeField: 'created_at' | 'completed_at') => () =>
    summarize(pool, BIG, {
      filter: {},
      period: { from: day(40), to: day(40 + days), timeZone: 'Europe/Berlin' },
      timeField,
      groupBy: ['day', 'type', 'status'],
      limit: 10_000,
    })
  await take('summary of a day, by day, type and status', summary(1, 'created_at'))
  await take('summary of 30 days (a third of a million)', summary(30, 'created_at'))
  await take('the same by completed_at', summary(30, 'completed_at'))
  const statement = (days: number) => () =>
    statementBounds(pool, 'acc_0_USD', { from: day(40), to: day(40 + days), timeZone: 'UTC' })
  await take('balances and totals of a statement of a day', statement(1))
  await take('the same of 30 days', statement(30))
  return table(['report', 'p50 ms', 'max ms'], rows)
}

/** Read as slowly as a reader that does something with each piece. */
async function measureExport(database: Database): Promise<string> {
  const rows: string[][] = []
  for (const format of ['ndjson', 'csv'] as const) {
    await runSql(database.pool, sql`select 1`)
    const before = process.memoryUsage().rss
    let peak = before
    let bytes = 0
    let lines = 0
    const began = performance.now()
    for await (const piece of exportTransactions(database, { statement: allTransactions(BIG, {}), format })) {
      bytes += Buffer.byteLength(piece)
      lines += piece.split('\n').length - 1
      peak = Math.max(peak, process.memoryUsage().rss)
    }
    const elapsed = (performance.now() - began) / 1_000
    const megabytes = (value: number) => (value / 1024 / 1024).toFixed(0)
    rows.push([
      format,
      lines.toLocaleString('en'),
      megabytes(bytes),
      elapsed.toFixed(1),
      Math.round(lines / elapsed).toLocaleString('en'),
      megabytes(before),
      megabytes(peak),
    ])
  }
  return table(['export', 'rows', 'MiB', 's', 'rows/s', 'RSS before, MiB', 'highest RSS, MiB'], rows)
}
