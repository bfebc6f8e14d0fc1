import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Message } from '../sessions/mail.ts'
import {
  deleteRunsBefore,
  findRunning,
  finishRun,
  insertRun,
  readSchedule,
  resolveUnseen,
  runSlice,
  saveDiscrepancies,
  saveProgress,
  tryLockReconciliation,
  type Phase,
  type Run,
  type RunKind,
  type Total,
} from './queries.ts'
import { ACCOUNTS_SLICE, STRAYS_SLICE, TOTALS, TRANSACTIONS_SLICE, type SliceRow } from './slices.ts'
import { tellDiscrepancies } from './tell-discrepancies.ts'

export type ReconciliationDeps = {
  config: Pick<Config, 'operatorEmails' | 'publicUrl'>
  database: Database
  clock: Clock
  log: Log
  sendMail(message: Message, executor: Executor): Promise<void>
}

export type SliceSizes = { accounts: number; entries: number; strays: number; transactions: number }

const DAY_MS = 86_400_000
const RUN_EVERY_MS = 300_000
// A quarter of a second of one busy core each: bench/reconciliation.ts.
const SLICE_SIZES: SliceSizes = { accounts: 1_000, entries: 10_000, strays: 1_000, transactions: 5_000 }
/** Open discrepancies that are listed one by one; the counts of a run go on. */
const DISCREPANCIES_KEPT_MAX = 10_000
const USUAL_RUNS_KEPT_MS = 7 * DAY_MS
const SPECIAL_RUNS_KEPT_MS = 400 * DAY_MS

const NEXT_PHASE: Record<RunKind, Record<Exclude<Phase, 'totals'>, Phase>> = {
  full: { accounts: 'strays', strays: 'transactions', transactions: 'totals' },
  incremental: { accounts: 'totals', strays: 'totals', transactions: 'totals' },
}

/**
 * The next slice of the run that is under way, or of one that is due: one short transaction, so that nothing waits for
 * it, any worker may go on with it, and a crash costs one slice.
 * @returns whether there is more to do at once
 */
export async function reconcileSlice(
  deps: ReconciliationDeps,
  sizes: SliceSizes = SLICE_SIZES,
): Promise<boolean> {
  return deps.database.transaction(async (client) => {
    if (!(await tryLockReconciliation(client))) return false
    const run = (await findRunning(client)) ?? (await beginDueRun(client, deps.clock.now()))
    if (!run) return false
    if (run.phase === 'totals') {
      await endRun(deps, client, run)
      return false
    }
    const slice = await sliceOf(client, run, sizes)
    const now = new Date(deps.clock.now())
    await saveDiscrepancies(client, {
      runId: run.id,
      found: slice.found,
      now,
      keptMax: DISCREPANCIES_KEPT_MAX,
    })
    await saveProgress(client, {
      id: run.id,
      found: added(run.found, slice.found_count),
      phase: slice.next === null ? NEXT_PHASE[run.kind][run.phase] : run.phase,
      position: slice.next ?? '',
      slice,
    })
    return true
  })
}

async function beginDueRun(client: Executor, nowMs: number): Promise<Run | null> {
  const { fullDueAt, lastStartedAt } = await readSchedule(client)
  const isFull = fullDueAt === null || nowMs >= fullDueAt.getTime()
  if (!isFull && lastStartedAt !== null && nowMs - lastStartedAt.getTime() < RUN_EVERY_MS) return null
  const kind = isFull ? 'full' : 'incremental'
  await insertRun(client, { id: newId('rec', nowMs), kind, requestedBy: null, now: new Date(nowMs) })
  return findRunning(client)
}

function sliceOf(client: Executor, run: Run, sizes: SliceSizes): Promise<SliceRow> {
  if (run.phase === 'strays') return runSlice(client, STRAYS_SLICE, [run.position, sizes.strays])
  if (run.phase === 'transactions')
    return runSlice(client, TRANSACTIONS_SLICE, [run.position, sizes.transactions])
  const values = [run.position, run.id, run.kind === 'full', sizes.accounts, sizes.entries]
  return runSlice(client, ACCOUNTS_SLICE, values)
}

async function endRun(deps: ReconciliationDeps, client: Executor, run: Run): Promise<void> {
  const nowMs = deps.clock.now()
  const now = new Date(nowMs)
  const { rows } = await client.query<Total>(TOTALS)
  const found = rows.filter(({ zero }) => !zero)
  await saveDiscrepancies(client, {
    runId: run.id,
    found: found.map(({ mode, currency, sum }) => ({
      kind: 'currency-not-zero',
      subject: `${mode}:${currency}`,
      workspace: null,
      mode,
      detail: `all accounts together hold ${sum}, or their pending sides differ`,
    })),
    now,
    keptMax: DISCREPANCIES_KEPT_MAX,
  })
  const counts = found.length > 0 ? added(run.found, { 'currency-not-zero': found.length }) : run.found
  if (run.kind === 'full') await resolveUnseen(client, { runId: run.id, now })
  await finishRun(client, {
    id: run.id,
    found: counts,
    totals: rows,
    now,
  })
  await tellDiscrepancies(deps, client, run.id)
  await deleteRunsBefore(client, {
    usual: new Date(nowMs - USUAL_RUNS_KEPT_MS),
    special: new Date(nowMs - SPECIAL_RUNS_KEPT_MS),
  })
}

function added(before: Record<string, number>, more: Record<string, number>): Record<string, number> {
  const sum = { ...before }
  for (const [kind, count] of Object.entries(more)) sum[kind] = (sum[kind] ?? 0) + Number(count)
  return sum
}
