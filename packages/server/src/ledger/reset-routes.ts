import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { auditContext, recordAudit } from '../workspaces/audit-log.ts'
import type { LedgerDeps } from './deps.ts'
import { beginReset, continueReset, findReset, type TestReset } from './reset-test-data.ts'
import { TestReset as TestResetShape } from './test-schema.ts'

const tags = ['Test Mode']
const doors = ['key', 'member'] as const

/** `/v1/test/reset`: begin again with an empty Test Mode. */
export function resetRoutes(app: App, deps: LedgerDeps): void {
  app.post(
    '/v1/test/reset',
    {
      config: { access: { resource: 'test', action: 'write', doors, role: 'admin', testModeOnly: true } },
      schema: {
        tags,
        summary: 'Delete the test data of the workspace',
        description:
          'Accounts, transactions, entries, events, deliveries, attempts, replays and listeners of Test Mode; the test ' +
          'clock is set back. API keys, webhook endpoints, Transaction Logs, the audit log and Production Mode stay. ' +
          'Requests go on meanwhile, with new accounts. What takes longer than a few seconds goes on after the ' +
          'answer, which then says `running`.',
        response: { 200: TestResetShape },
      },
    },
    async (request) => {
      const { workspaceId } = request.principal
      await beginReset(deps, workspaceId, (client) =>
        recordAudit(client, {
          ...auditContext(request),
          workspaceId,
          action: 'test_data.reset',
          target: { kind: 'workspace', id: workspaceId },
          mode: 'test',
          now: deps.clock.now(),
        }),
      )
      await continueReset(deps, workspaceId)
      return shapeOf(await findReset(deps.database.pool, workspaceId))
    },
  )

  app.get(
    '/v1/test/reset',
    {
      config: { access: { resource: null, action: 'read', doors, testModeOnly: true } },
      schema: { tags, summary: 'Get how far the last reset is', response: { 200: TestResetShape } },
    },
    async ({ principal }) => shapeOf(await findReset(deps.database.pool, principal.workspaceId)),
  )
}

function shapeOf(reset: TestReset | null) {
  if (!reset) throw problem('not-found', { detail: 'The test data of this workspace was never reset.' })
  return {
    status: reset.status,
    started_at: reset.startedAt.toISOString(),
    finished_at: reset.finishedAt?.toISOString() ?? null,
    deleted_transactions: reset.deletedTransactions,
    deleted_events: reset.deletedEvents,
  }
}
