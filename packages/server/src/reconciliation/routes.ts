import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { decodeCursor, page } from '../http/pagination.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { memberOf } from '../sessions/read-session.ts'
import { operatorAudit, recordAudit } from '../workspaces/audit-log.ts'
import {
  findRunning,
  insertRun,
  listDiscrepancies,
  listRuns,
  readSchedule,
  readEvidence,
  type Discrepancy,
  type Run,
} from './queries.ts'
import {
  discrepancyPage,
  discrepancyQuery,
  evidence,
  evidenceParams,
  PROOFS,
  reconcileInput,
  reconciliation,
  reconciliationPage,
  reconciliationQuery,
  type LedgerDiscrepancy,
  type Reconciliation,
} from './schema.ts'

export type ReconciliationRoutesDeps = {
  config: Pick<Config, 'trustProxy'>
  database: Database
  clock: Clock
}

const EVIDENCE_ENTRIES_MAX = 50
const tags = ['Operator']
const access = (action: 'read' | 'write') =>
  ({
    access: { resource: 'operator-ledger', action, doors: ['member'], role: 'viewer', operator: true },
  }) as const

/** `/v1/operator/reconciliations`: whether the books add up, and what does not. */
export function reconciliationRoutes(app: App, deps: ReconciliationRoutesDeps): void {
  readRoutes(app, deps)
  app.post(
    '/v1/operator/reconciliations',
    {
      config: access('write'),
      schema: {
        operationId: 'reconcileLedger',
        summary: 'Prove the ledger now',
        description:
          'The worker begins within seconds. While a run is under way, that one is the answer and none is added.',
        tags,
        body: reconcileInput,
        response: { 201: reconciliation },
      },
    },
    async (request, reply) => {
      const operator = memberOf(request)
      const ip = clientAddress(request.raw, deps.config.trustProxy)
      const nowMs = deps.clock.now()
      const run = await deps.database.transaction(async (client) => {
        const id = newId('rec', nowMs)
        const { kind } = request.body
        if (await insertRun(client, { id, kind, requestedBy: operator.userId, now: new Date(nowMs) }))
          await recordAudit(client, {
            ...operatorAudit({ principal: operator, ip, id: request.id }),
            workspaceId: null,
            action: 'ledger.reconciliation_requested',
            target: { kind: 'reconciliation', id },
            after: { kind },
            now: nowMs,
          })
        return findRunning(client)
      })
      // The run of before may have ended in between; then the next call begins one.
      if (!run) throw problem('service-unavailable', { headers: { 'retry-after': '1' } })
      void reply.code(201)
      return onWire(run)
    },
  )
}

function readRoutes(app: App, deps: ReconciliationRoutesDeps): void {
  app.get(
    '/v1/operator/reconciliations',
    {
      config: access('read'),
      schema: {
        operationId: 'listReconciliations',
        summary: 'Proofs of the ledger, the newest first',
        tags,
        querystring: reconciliationQuery,
        response: { 200: reconciliationPage },
      },
    },
    async ({ query: { kind, cursor, limit } }) => {
      const before = cursor ? (decodeCursor(cursor, 1)[0] as string) : null
      const rows = await listRuns(deps.database.pool, { kind: kind ?? null, before, limit: limit + 1 })
      const { data, next_cursor } = page(rows, limit, ({ id }) => [id])
      const { fullEverySeconds } = await readSchedule(deps.database.pool)
      return { data: data.map(onWire), next_cursor, full_every_seconds: fullEverySeconds }
    },
  )

  app.get(
    '/v1/operator/ledger-discrepancies',
    {
      config: access('read'),
      schema: {
        operationId: 'listLedgerDiscrepancies',
        summary: 'What does not add up',
        tags,
        querystring: discrepancyQuery,
        response: { 200: discrepancyPage },
      },
    },
    async ({ query: { state, cursor, limit } }) => {
      const rows = await listDiscrepancies(deps.database.pool, {
        open: state === 'open',
        before: cursor ? placeOf(cursor) : null,
        limit: limit + 1,
      })
      const { data, next_cursor } = page(rows, limit, ({ foundAt, kind, subjectId }) => [
        foundAt.toISOString(),
        kind,
        subjectId,
      ])
      return { data: data.map(discrepancyOnWire), next_cursor }
    },
  )

  app.get(
    '/v1/operator/ledger-discrepancies/:subject_id/evidence',
    {
      config: access('read'),
      schema: {
        operationId: 'getLedgerEvidence',
        summary: 'What the books say of an account or a transaction',
        description: `The row and the entries that name it, at most ${EVIDENCE_ENTRIES_MAX}.`,
        tags,
        params: evidenceParams,
        response: { 200: evidence },
      },
    },
    async ({ params }) => {
      const subjectId = params.subject_id
      const found = await readEvidence(deps.database.pool, { subjectId, entriesMax: EVIDENCE_ENTRIES_MAX })
      if (!found.account && !found.transaction && found.entries.length === 0) throw problem('not-found')
      return evidence.parse(JSON.parse(JSON.stringify(found)))
    },
  )
}

const PROVES: Record<string, (typeof PROOFS)[number]> = {
  'sum-not-zero': 'sums',
  'currency-not-zero': 'sums',
  'version-gap': 'versions',
  'hold-left': 'holds',
  'transaction-differs': 'holds',
}

function onWire(run: Run): Reconciliation {
  const counts = new Map<string, number>()
  for (const [kind, count] of Object.entries(run.found)) {
    const proof = PROVES[kind] ?? 'balances'
    counts.set(proof, (counts.get(proof) ?? 0) + count)
  }
  return {
    id: run.id,
    kind: run.kind,
    status: run.status,
    requested_by: run.requestedBy,
    accounts: run.accounts,
    entries: run.entries,
    transactions: run.transactions,
    discrepancies: [...counts.values()].reduce((sum, count) => sum + count, 0),
    proofs: PROOFS.map((name) => ({ name, discrepancies: counts.get(name) ?? 0 })),
    totals: run.totals.map(({ mode, currency, accounts, sum, customers, held }) => ({
      mode,
      currency,
      accounts,
      sum,
      customers,
      held,
    })),
    started_at: run.startedAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
  }
}

function discrepancyOnWire(row: Discrepancy): LedgerDiscrepancy {
  return {
    kind: row.kind,
    subject_id: row.subjectId,
    workspace: row.workspace,
    mode: row.mode,
    detail: row.detail,
    found_at: row.foundAt.toISOString(),
    seen_at: row.seenAt.toISOString(),
    resolved_at: row.resolvedAt?.toISOString() ?? null,
  }
}

function placeOf(cursor: string): [Date, string, string] {
  const [at = '', kind = '', subject = ''] = decodeCursor(cursor, 3)
  const ms = Date.parse(at)
  return [new Date(Number.isNaN(ms) ? 0 : ms), kind, subject]
}
