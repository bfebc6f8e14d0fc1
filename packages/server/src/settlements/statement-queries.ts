import type { Executor } from '../database/database.ts'
import { PLATFORM_BOOKS } from './platform-books.ts'

const CANDIDATES_MAX = 5_000

/** An open transaction of the manual rail that a line of a statement may be. */
export type Candidate = {
  id: string
  type: 'deposit' | 'payout' | 'refund' | 'correction'
  amountMinor: bigint
  currency: string
  workspace: { id: string; name: string }
  /** The reference code of its workspace and currency. */
  code: string | null
}
export type CodeOwner = { code: string; workspace: { id: string; name: string } }

/** What is open and has one of these ids, codes or amounts; the oldest first. */
export async function findCandidates(
  executor: Executor,
  named: {
    rail: string
    ids: readonly string[]
    codes: readonly string[]
    amounts: readonly { currency: string; amountMinor: bigint }[]
  },
): Promise<Candidate[]> {
  const { rows } = await executor.query<{
    id: string
    type: Candidate['type']
    amount: string
    currency: string
    workspace_id: string
    workspace_name: string | null
    code: string | null
  }>(
    `select t.id, t.type, t.amount::text, t.currency, t.workspace_id, w.name as workspace_name, c.code
     from transactions t
       left join workspaces w on w.id = t.workspace_id
       left join reference_codes c on c.workspace_id = t.workspace_id and c.mode = t.mode and c.currency = t.currency
     where t.rail = $1 and t.status in ('pending', 'processing') and (
       t.id = any ($2) or c.code = any ($3)
       or (t.currency, t.amount) in (select * from unnest($4::text[], $5::numeric[])))
     order by t.id limit ${CANDIDATES_MAX}`,
    [
      named.rail,
      named.ids,
      named.codes,
      named.amounts.map(({ currency }) => currency),
      named.amounts.map(({ amountMinor }) => amountMinor.toString()),
    ],
  )
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    amountMinor: BigInt(row.amount),
    currency: row.currency,
    workspace: {
      id: row.workspace_id,
      name: row.workspace_name ?? (row.workspace_id === PLATFORM_BOOKS ? 'The platform' : ''),
    },
    code: row.code,
  }))
}

/** Whose the codes are, in Production Mode. */
export async function findCodeOwners(executor: Executor, codes: readonly string[]): Promise<CodeOwner[]> {
  const { rows } = await executor.query<{ code: string; id: string; name: string }>(
    `select c.code, w.id, w.name from reference_codes c join workspaces w on w.id = c.workspace_id
     where c.mode = 'production' and c.code = any ($1)`,
    [codes],
  )
  return rows.map(({ code, id, name }) => ({ code, workspace: { id, name } }))
}

/** Which of these references are taken, by what, and whether that is decided. */
export async function findTaken(
  executor: Executor,
  { rail, references }: { rail: string; references: readonly string[] },
): Promise<Map<string, { transactionId: string; isDecided: boolean }>> {
  const { rows } = await executor.query<{ reference: string; transaction_id: string; is_decided: boolean }>(
    `select reference, transaction_id, outcome is not null as is_decided from settlements
     where rail = $1 and reference = any ($2)`,
    [rail, references],
  )
  return new Map(
    rows.map((row) => [row.reference, { transactionId: row.transaction_id, isDecided: row.is_decided }]),
  )
}
