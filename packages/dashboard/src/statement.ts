import { ProblemError } from './api.ts'
import type { StatementProposal } from './api-types.ts'
import { MANY_MAX, matchUnmatched, recordUnmatched, settleMany, type ToSettle } from './operator.ts'
import { sumAmounts } from './sum-amounts.ts'

/** A file of a bank as text: UTF-8, UTF-16 where it says so, or else what Windows writes in western Europe. */
export function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

export type Booked = { booked: number; refused: { line: number; detail: string }[] }

/**
 * Books the lines that a person has confirmed. Each is booked by its reference, so that the same lines again, after a
 * connection that broke, book nothing twice. What is refused says why; the others stand.
 */
export async function bookStatement(rows: readonly StatementProposal[]): Promise<Booked> {
  const result: Booked = { booked: 0, refused: [] }
  const settled = rows.filter(({ proposal }) => proposal.kind === 'settle')
  for (let from = 0; from < settled.length; from += MANY_MAX)
    await settleSome(settled.slice(from, from + MANY_MAX), result)
  for (const row of rows) if (row.proposal.kind !== 'settle') await recordOne(row, result)
  return result
}

async function settleSome(rows: readonly StatementProposal[], result: Booked): Promise<void> {
  const items: ToSettle[] = rows.map(({ proposal, reference, amount, direction }) => ({
    transaction_id: proposal.transaction_id ?? '',
    reference,
    ...(direction === 'in' ? { amount } : {}),
  }))
  const { data } = await settleMany(items, sumAmounts(rows))
  for (const [index, { problem }] of data.entries()) {
    if (problem) result.refused.push({ line: rows[index]?.line ?? 0, detail: problem.detail })
    else result.booked += 1
  }
}

/** Into the ledger first, and then to the workspace whose code it carries. */
async function recordOne(row: StatementProposal, result: Booked): Promise<void> {
  try {
    const { currency, amount, reference, sender, text } = row
    const recorded = await recordUnmatched({ currency, amount, reference, sender, text })
    const { workspace } = row.proposal
    if (workspace) await matchUnmatched(recorded.id, { workspace_id: workspace.id })
    result.booked += 1
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === 'network') throw error
    result.refused.push({ line: row.line, detail: error.problem.detail ?? error.title })
  }
}
