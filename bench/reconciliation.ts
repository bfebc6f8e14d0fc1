/**
 * How the ledger is proved beside its traffic: how long a slice takes (nothing waits for it, but it holds a snapshot
 * and a core), and how long a full run takes, over many entries of which half are one account's.
 *
 *   npx tsx bench/reconciliation.ts --transactions 1000000
 */
import { parseArgs } from 'node:util'
import { readConfig } from '../packages/server/src/config.ts'
import { newId } from '../packages/server/src/ids.ts'
import { createLog } from '../packages/server/src/log.ts'
import { findRunning, insertRun, listRuns } from '../packages/server/src/reconciliation/queries.ts'
import {
  reconcileSlice,
  type ReconciliationDeps,
} from '../packages/server/src/reconciliation/reconcile-slice.ts'
import { machine, median, table, withCluster, type Cluster } from './harness.ts'

const { values } = parseArgs({ options: { transactions: { type: 'string', default: '1000000' } } })
const TRANSACTIONS = Number(values.transactions)
const ACCOUNTS = 10_000

async function main({ database }: Cluster): Promise<void> {
  console.log(machine())
  await database.pool.query('set statement_timeout = 0')
  await database.transaction(async (client) => {
    await client.query('set local statement_timeout = 0')
    await client.query(`set local session_replication_role = 'replica'`)
    for (const sql of LEDGER)
      await client.query(sql.replaceAll('$n', String(TRANSACTIONS)).replaceAll('$a', String(ACCOUNTS)))
  })
  await database.pool.query('vacuum analyze accounts, entries, transactions')
  const deps: ReconciliationDeps = {
    config: readConfig({}),
    database,
    clock: { now: () => Date.now() },
    log: createLog('silent'),
    sendMail: async () => {},
  }
  const rows: string[][] = []
  for (const kind of ['full', 'incremental', 'incremental'] as const) {
    await insertRun(database.pool, { id: newId('rec'), kind, requestedBy: null, now: new Date() })
    const slices = new Map<string, number[]>()
    const startedAt = performance.now()
    for (;;) {
      const run = await findRunning(database.pool)
      if (!run) break
      const sliceAt = performance.now()
      await reconcileSlice(deps)
      slices.set(run.phase, [...(slices.get(run.phase) ?? []), performance.now() - sliceAt])
    }
    const seconds = (performance.now() - startedAt) / 1000
    const [run] = await listRuns(database.pool, { kind: null, before: null, limit: 1 })
    for (const [phase, times] of slices)
      rows.push([
        kind,
        phase,
        String(times.length),
        `${median(times).toFixed(0)} ms`,
        `${Math.max(...times).toFixed(0)} ms`,
        `${seconds.toFixed(1)} s`,
        `${run!.entries} entries, ${Object.keys(run!.found).length === 0 ? 'all holds' : JSON.stringify(run!.found)}`,
      ])
  }
  console.log(table(['run', 'phase', 'slices', 'median', 'longest', 'whole run', 'read'], rows))
}

// Completed deposits: account 0 takes every other one. The rail has one account, so it has half of all entries.
const LEDGER = [
  `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, name, posted, version, available_min, created_at)
   select 'acc_' || lpad(i::text, 26, '0'), 'wks_x', 'test', 'fiat', 'USD', 2, 'customer', case i when 0 then 'main' end, 'x', 0, 0, 0, now()
   from generate_series(0, $a - 1) i`,
  `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, role, posted, version, available_min, created_at)
   values ('acc_rail', 'wks_x', 'test', 'fiat', 'USD', 2, 'system', 'rail:simulator', -100 * $n, 2 * $n, null, now())`,
  `create temp table t on commit drop as
   select n, 'txn_' || lpad(n::text, 26, '0') as id,
     'acc_' || lpad((case when n % 2 = 0 then 0 else 1 + n % ($a - 1) end)::text, 26, '0') as account
   from generate_series(1, $n) n`,
  `insert into transactions (id, workspace_id, mode, currency_type, currency, decimals, type, status, amount, sequence, account_id,
     debit_account_id, credit_account_id, created_by, rail, effective_at, created_at, updated_at, completed_at)
   select id, 'wks_x', 'test', 'fiat', 'USD', 2, 'deposit', 'completed', 100, n, account, 'acc_rail', account, 'key_x', 'simulator',
     now(), now(), now(), now() from t`,
  `insert into entries (account_id, version, workspace_id, mode, currency, transaction_id, step, posted, pending_in, pending_out,
     posted_after, pending_in_after, pending_out_after, created_at)
   select account, 2 * k - 1 + s, 'wks_x', 'test', 'USD', id, case s when 0 then 'hold' else 'post' end, 100 * s,
     case s when 0 then 100 else -100 end, 0, 100 * (k - 1 + s), case s when 0 then 100 else 0 end, 0, now()
   from (select id, account, row_number() over (partition by account order by n) as k from t) numbered, generate_series(0, 1) s`,
  `insert into entries (account_id, version, workspace_id, mode, currency, transaction_id, step, posted, pending_in, pending_out,
     posted_after, pending_in_after, pending_out_after, created_at)
   select 'acc_rail', 2 * n - 1 + s, 'wks_x', 'test', 'USD', id, case s when 0 then 'hold' else 'post' end, -100 * s, 0,
     case s when 0 then 100 else -100 end, -100 * (n - 1 + s), 0, case s when 0 then 100 else 0 end, now()
   from t, generate_series(0, 1) s`,
  `update accounts a set posted = s.posted, version = s.version
   from (select account_id, max(version) as version, sum(posted) as posted from entries group by account_id) s
   where s.account_id = a.id and a.kind = 'customer'`,
]

await withCluster(main, { connectionsMax: 4 })
