import { createHash } from 'node:crypto'
import type { App } from '../http/app-type.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { actorOf, settlementAccess, type SettlementDeps } from './access.ts'
import { proposalView, proposeMatches, type Proposal } from './propose-matches.ts'
import { readStatement } from './read-statement.ts'
import { statementInput, statementProposals } from './statement-schema.ts'

/** `POST /v1/operator/statements/match`: what the lines of a bank statement may be. */
export function statementRoutes(app: App, deps: SettlementDeps): void {
  app.post(
    '/v1/operator/statements/match',
    {
      config: settlementAccess('write'),
      schema: {
        operationId: 'matchStatement',
        summary: 'Propose what the lines of a bank statement are',
        description:
          'Books nothing and keeps nothing: confirm with `settle-many`, and record what is nobody’s with ' +
          '`unmatched-deposits`. A line that was booked before is recognised by its reference.',
        tags: ['Operator'],
        body: statementInput,
        response: { 200: statementProposals },
      },
    },
    async (request) => {
      const { csv, currency, decimal_mark: decimalMark } = request.body
      const { pool } = deps.database
      const { rows, faults } = readStatement(csv, { currency: currency ?? null, decimalMark })
      const proposals = await proposeMatches(pool, rows)
      const digest = createHash('sha256').update(csv).digest('hex')
      await recordAudit(pool, {
        ...actorOf(deps, request).audit,
        workspaceId: null,
        action: 'statement.read',
        target: { kind: 'statement', id: digest },
        after: { lines: rows.length, faults: faults.length },
        mode: 'production',
        now: deps.clock.now(),
      })
      return {
        data: rows.map((row) => ({
          line: row.line,
          date: row.date,
          direction: row.direction,
          amount: row.amount,
          currency: row.currency,
          reference: row.reference,
          text: row.text,
          sender: row.sender,
          proposal: proposalView(proposals.get(row) as Proposal),
        })),
        faults,
      }
    },
  )
}
