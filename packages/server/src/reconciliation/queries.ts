import type { Executor } from '../database/database.ts'
import type { Mode } from '../sessions/principal.ts'
import type { SliceRow } from './slices.ts'

export type RunKind = 'full' | 'incremental'
export type Phase = 'accounts' | 'strays' | 'transactions' | 'totals'
export type Total = {
  mode: Mode
  currency: string
  decimals: number
  accounts: number
  sum: string
  customers: string
  held: string
  zero: boolean
}
export type Run = {
  id: string
  kind: RunKind
  status: 'running' | 'completed'
  phase: Phase
  position: string
  requestedBy: { id: string; email: string | null } | null
  accounts: number
  entries: number
  transactions: number
  found: Record<string, number>
  totals: Total[]
  startedAt: Date
  finishedAt: Date | null
}
export type Discrepancy = {
  kind: string
  subjectId: string
  workspace: { id: string; name: string } | null
  mode: Mode | null
  detail: string
  foundAt: Date
  seenAt: Date
  resolvedAt: Date | null
}

// "ledger reconciliation": whoever holds it runs the next slice.
const LOCK_KEY = 7_165_210_424

/** Until the end of the transaction; false when another worker is at it. */
export async function tryLockReconciliation(client: Executor): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1) as locked', [
    LOCK_KEY,
  ])
  return rows[0]!.locked
}

const RUN_COLUMNS = `
  r.id, r.kind, r.status, r.phase, r.position, r.accounts::float8 as accounts, r.entries::float8 as entries,
  r.transactions::float8 as transactions, r.found, r.totals, r.started_at as "startedAt", r.finished_at as "finishedAt",
  case when r.requested_by is not null then json_build_object('id', r.requested_by, 'email', u.email) end as "requestedBy"
  from ledger_reconciliations r left join users u on u.id = r.requested_by`

export async function findRunning(executor: Executor): Promise<Run | null> {
  const { rows } = await executor.query<Run>(`select ${RUN_COLUMNS} where r.status = 'running'`)
  return rows[0] ?? null
}

export async function listRuns(
  executor: Executor,
  { kind, before, limit }: { kind: RunKind | null; before: string | null; limit: number },
): Promise<Run[]> {
  const { rows } = await executor.query<Run>(
    `select ${RUN_COLUMNS} where ($1::text is null or r.kind = $1) and ($2::text is null or r.id < $2)
     order by r.id desc limit $3`,
    [kind, before, limit],
  )
  return rows
}

export type Schedule = {
  /** When everything is to be proved again, and how long after the last time; null before the first time. */
  fullDueAt: Date | null
  fullEverySeconds: number | null
  /** When the last run began: a full one proves everything that an incremental one does. */
  lastStartedAt: Date | null
}

export async function readSchedule(executor: Executor): Promise<Schedule> {
  const { rows } = await executor.query<Schedule>(
    `select last_full.started_at + last_full.every as "fullDueAt",
       extract(epoch from last_full.every)::float8 as "fullEverySeconds", latest.started_at as "lastStartedAt"
     from (select max(started_at) as started_at from ledger_reconciliations where status = 'completed') latest
     left join lateral (
       select started_at, full_reconciliation_every(finished_at - started_at) as every from ledger_reconciliations
       where kind = 'full' and status = 'completed' order by finished_at desc limit 1
     ) last_full on true`,
  )
  return rows[0]!
}

/** Begins a run; false when one is under way already. */
export async function insertRun(
  executor: Executor,
  { id, kind, requestedBy, now }: { id: string; kind: RunKind; requestedBy: string | null; now: Date },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    `insert into ledger_reconciliations (id, kind, requested_by, status, started_at)
     values ($1, $2, $3, 'running', $4) on conflict (status) where status = 'running' do nothing`,
    [id, kind, requestedBy, now],
  )
  return rowCount === 1
}

export async function runSlice(client: Executor, sql: string, values: unknown[]): Promise<SliceRow> {
  const { rows } = await client.query<SliceRow>(sql, values)
  return rows[0]!
}

export async function saveProgress(
  client: Executor,
  run: Pick<Run, 'id' | 'phase' | 'position' | 'found'> & { slice: SliceRow },
): Promise<void> {
  const { id, phase, position, found, slice } = run
  await client.query(
    `update ledger_reconciliations set phase = $2, position = $3, found = $4, accounts = accounts + $5,
       entries = entries + $6, transactions = transactions + $7 where id = $1`,
    [id, phase, position, found, slice.accounts, slice.entries, slice.transactions],
  )
}

export async function finishRun(
  client: Executor,
  { id, found, totals, now }: { id: string; found: Run['found']; totals: Run['totals']; now: Date },
): Promise<void> {
  await client.query(
    `update ledger_reconciliations set status = 'completed', found = $2, totals = $3, finished_at = $4 where id = $1`,
    [id, found, JSON.stringify(totals), now],
  )
}

/** Remembers what a slice found; a discrepancy that is there again is the same one. */
export async function saveDiscrepancies(
  client: Executor,
  { runId, found, now, keptMax }: { runId: string; found: SliceRow['found']; now: Date; keptMax: number },
): Promise<void> {
  if (found.length === 0) return
  await client.query(
    `insert into ledger_discrepancies as d
       (kind, subject_id, workspace_id, mode, detail, first_run_id, last_run_id, found_at, seen_at)
     select distinct on (f.kind, f.subject) f.kind, f.subject, f.workspace, f.mode, left(f.detail, 500), $2, $2, $3, $3
     from json_to_recordset($1) f (kind text, subject text, workspace text, mode text, detail text)
     where (select count(*) from ledger_discrepancies where resolved_at is null) < $4
     on conflict (kind, subject_id) do update set detail = excluded.detail, last_run_id = excluded.last_run_id,
       seen_at = excluded.seen_at, resolved_at = null,
       found_at = case when d.resolved_at is null then d.found_at else excluded.found_at end,
       told_at = case when d.resolved_at is null then d.told_at end`,
    [JSON.stringify(found), runId, now, keptMax],
  )
}

/** After a full run: what it did not find again is mended. Accounts that are gone need no proof any more. */
export async function resolveUnseen(
  client: Executor,
  { runId, now }: { runId: string; now: Date },
): Promise<void> {
  await client.query(
    `update ledger_discrepancies set resolved_at = $2 where last_run_id <> $1 and resolved_at is null`,
    [runId, now],
  )
  await client.query(
    `delete from ledger_proofs p where not exists (select from accounts a where a.id = p.account_id)`,
  )
}

/** The discrepancies that nobody was told of yet; from now on they count as told. */
export async function takeUntold(client: Executor, now: Date): Promise<Discrepancy[]> {
  const { rows } = await client.query<Discrepancy>(
    `update ledger_discrepancies d set told_at = $1 where told_at is null and resolved_at is null
     returning d.kind, d.subject_id as "subjectId", d.mode, d.detail, d.found_at as "foundAt", d.seen_at as "seenAt",
       d.resolved_at as "resolvedAt",
       (select json_build_object('id', w.id, 'name', w.name) from workspaces w where w.id = d.workspace_id) as workspace`,
    [now],
  )
  return rows
}

export async function listDiscrepancies(
  executor: Executor,
  { open, before, limit }: { open: boolean; before: [Date, string, string] | null; limit: number },
): Promise<Discrepancy[]> {
  const [at, kind, subject] = before ?? [null, null, null]
  const { rows } = await executor.query<Discrepancy>(
    `select d.kind, d.subject_id as "subjectId", d.mode, d.detail, d.found_at as "foundAt", d.seen_at as "seenAt",
       d.resolved_at as "resolvedAt",
       case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end as workspace
     from ledger_discrepancies d left join workspaces w on w.id = d.workspace_id
     where (d.resolved_at is null) = $1
       and ($2::timestamptz is null or (d.found_at, d.kind, d.subject_id) < ($2, $3::text, $4::text))
     order by d.found_at desc, d.kind desc, d.subject_id desc limit $5`,
    [open, at, kind, subject, limit],
  )
  return rows
}

export async function countOpenDiscrepancies(executor: Executor): Promise<number> {
  const { rows } = await executor.query<{ count: number }>(
    'select count(*)::int as count from ledger_discrepancies where resolved_at is null',
  )
  return rows[0]!.count
}

/** Runs come every few minutes: those of some days are enough, but for what a person asked for and what found something. */
export async function deleteRunsBefore(
  client: Executor,
  { usual, special }: { usual: Date; special: Date },
): Promise<void> {
  await client.query(
    `delete from ledger_reconciliations
     where status = 'completed'
       and finished_at < case when requested_by is null and found = '{}' then $1::timestamptz else $2::timestamptz end`,
    [usual, special],
  )
}

export type Evidence = {
  account: Record<string, unknown> | null
  transaction: Record<string, unknown> | null
  entries: Record<string, unknown>[]
}

/** What the books say of a transaction or an account: the row itself and the entries that name it, the newest first. */
export async function readEvidence(
  executor: Executor,
  { subjectId, entriesMax }: { subjectId: string; entriesMax: number },
): Promise<Evidence> {
  const account = await executor.query<{ row: Record<string, unknown> }>(
    'select account_json(a) as row from accounts a where id = $1',
    [subjectId],
  )
  const transaction = await executor.query<{ row: Record<string, unknown> }>(
    'select transaction_json(t) as row from transactions t where id = $1',
    [subjectId],
  )
  const { rows } = await executor.query<Record<string, unknown>>(
    `(select account_id, version::float8 as version, transaction_id, step, currency, posted::text, pending_in::text,
        pending_out::text, posted_after::text, pending_in_after::text, pending_out_after::text, created_at
      from entries where account_id = $1 order by version desc limit $2)
     union all
     (select account_id, version::float8, transaction_id, step, currency, posted::text, pending_in::text,
        pending_out::text, posted_after::text, pending_in_after::text, pending_out_after::text, created_at
      from entries where transaction_id = $1 limit $2)`,
    [subjectId, entriesMax],
  )
  return {
    account: account.rows[0]?.row ?? null,
    transaction: transaction.rows[0]?.row ?? null,
    entries: rows,
  }
}
