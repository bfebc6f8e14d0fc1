import type { Executor } from '../database/database.ts'
import { findOperators } from '../sessions/operators.ts'
import { takeUntold, type Discrepancy } from './queries.ts'
import type { ReconciliationDeps } from './reconcile-slice.ts'

const LISTED_MAX = 20

/** Tells the log and every operator of what was not told before, each discrepancy once. */
export async function tellDiscrepancies(
  deps: ReconciliationDeps,
  client: Executor,
  runId: string,
): Promise<void> {
  const untold = await takeUntold(client, new Date(deps.clock.now()))
  if (untold.length === 0) return
  const kinds = [...new Set(untold.map(({ kind }) => kind))].sort()
  deps.log.error({ run_id: runId, count: untold.length, kinds }, 'the ledger does not add up')
  const text = letter(deps.config.publicUrl, untold)
  for (const { name, email } of await findOperators(client, deps.config.operatorEmails))
    await deps.sendMail(
      {
        to: email,
        subject: `The ledger does not add up: ${untold.length} ${untold.length === 1 ? 'discrepancy' : 'discrepancies'}`,
        kind: 'notice',
        text: `Hello ${name},\n\n${text}`,
      },
      client,
    )
}

function letter(publicUrl: string, untold: readonly Discrepancy[]): string {
  const listed = untold
    .slice(0, LISTED_MAX)
    .map(({ kind, subjectId, detail }) => `- ${kind} ${subjectId}: ${detail}`)
  const more = untold.length > LISTED_MAX ? `\n… and ${untold.length - LISTED_MAX} more.` : ''
  return [
    'Reconciliation compared the balances with their entries and found what cannot be. Amounts are in minor units.',
    `${listed.join('\n')}${more}`,
    `Somebody or something changed the database around the ledger. Stop what writes to it and look: ${publicUrl}/operator/reconciliation`,
    'Countersign',
  ].join('\n\n')
}
