import type { Executor } from '../database/database.ts'
import { currencyOf, formatAmount } from '../ledger/currencies.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { StatementRow } from './read-statement.ts'
import { readReferenceCode } from './reference-code.ts'
import {
  findCandidates,
  findCodeOwners,
  findTaken,
  type Candidate,
  type CodeOwner,
} from './statement-queries.ts'

/** By what a line was recognised, from sure to weak. */
export type MatchedBy = 'reference' | 'transaction_id' | 'reference_code' | 'amount'

export type Proposal =
  | {
      kind: 'settle'
      matchedBy: MatchedBy
      candidate: Candidate
      /** Another amount came than was announced. */
      differs: boolean
    }
  /** Money under the code of a workspace that has announced none such. */
  | { kind: 'credit'; workspace: CodeOwner['workspace'] }
  | { kind: 'unmatched'; note: string | null }
  | { kind: 'already_booked'; transactionId: string }
  /** Money that left, and nothing of ours that it could be. */
  | { kind: 'none'; note: string | null }

const TRANSACTION_ID = /txn_[0-7][0-9a-hjkmnp-tv-z]{25}/g
const REFERENCE_CODE = /RF\d{2}(?:[\s.-]*\d){12}/gi

/** What the lines of a statement may be. Nothing is booked: a person decides. */
export async function proposeMatches(
  executor: Executor,
  rows: readonly StatementRow[],
): Promise<Map<StatementRow, Proposal>> {
  const named = new Map(rows.map((row) => [row, namesIn(row)]))
  const codes = [...new Set([...named.values()].flatMap((one) => one.codes))]
  const taken = await findTaken(executor, {
    rail: MANUAL_RAIL,
    references: rows.map(({ reference }) => reference),
  })
  const candidates = await findCandidates(executor, {
    rail: MANUAL_RAIL,
    ids: [
      ...[...named.values()].flatMap(({ ids }) => ids),
      ...[...taken.values()].map(({ transactionId }) => transactionId),
    ],
    codes,
    amounts: rows,
  })
  const owners = new Map((await findCodeOwners(executor, codes)).map((one) => [one.code, one.workspace]))
  return propose(rows, { named, taken, candidates, owners })
}

type Known = {
  named: Map<StatementRow, { ids: string[]; codes: string[] }>
  taken: Map<string, { transactionId: string; isDecided: boolean }>
  candidates: readonly Candidate[]
  owners: Map<string, CodeOwner['workspace']>
}

/** Sure ones first, over all lines, so that no weak match takes what a sure one is about. */
function propose(rows: readonly StatementRow[], known: Known): Map<StatementRow, Proposal> {
  const { named, taken, candidates, owners } = known
  const proposals = new Map<StatementRow, Proposal>()
  const used = new Set<string>()
  const fitting = (row: StatementRow) =>
    candidates.filter(
      ({ id, type, currency }) =>
        !used.has(id) &&
        currency === row.currency &&
        (row.direction === 'in' ? type === 'deposit' : type === 'payout' || type === 'refund'),
    )
  const settle = (row: StatementRow, matchedBy: MatchedBy, candidate: Candidate | undefined) => {
    if (!candidate) return
    const differs = candidate.amountMinor !== row.amountMinor
    // What leaves, leaves whole.
    if (differs && row.direction === 'out') return
    used.add(candidate.id)
    proposals.set(row, { kind: 'settle', matchedBy, candidate, differs })
  }
  const pass = (look: (row: StatementRow) => void) => {
    for (const row of rows) if (!proposals.has(row)) look(row)
  }

  pass((row) => {
    const one = taken.get(row.reference)
    if (!one) return
    if (one.isDecided) proposals.set(row, { kind: 'already_booked', transactionId: one.transactionId })
    else
      settle(
        row,
        'reference',
        fitting(row).find(({ id }) => id === one.transactionId),
      )
  })
  pass((row) =>
    settle(
      row,
      'transaction_id',
      fitting(row).find(({ id }) => named.get(row)?.ids.includes(id)),
    ),
  )
  const ofCode = (row: StatementRow) =>
    fitting(row).filter(({ code }) => code !== null && named.get(row)?.codes.includes(code))
  pass((row) =>
    settle(
      row,
      'reference_code',
      ofCode(row).find(({ amountMinor }) => amountMinor === row.amountMinor),
    ),
  )
  pass((row) => settle(row, 'reference_code', ofCode(row)[0]))
  pass((row) => {
    const code = named.get(row)?.codes.find((one) => owners.has(one))
    const workspace = code === undefined ? undefined : owners.get(code)
    if (workspace && row.direction === 'in') proposals.set(row, { kind: 'credit', workspace })
  })
  const alike = ({ currency, amountMinor, direction }: StatementRow) =>
    rows.filter(
      (one) =>
        !proposals.has(one) &&
        one.currency === currency &&
        one.amountMinor === amountMinor &&
        one.direction === direction,
    ).length
  // Only where neither side has a second one that it could be.
  const counts = new Map(rows.map((row) => [row, alike(row)]))
  const equal = (row: StatementRow) =>
    fitting(row).filter(({ amountMinor }) => amountMinor === row.amountMinor)
  pass((row) => {
    const found = equal(row)
    if (found.length === 1 && counts.get(row) === 1) settle(row, 'amount', found[0])
  })
  pass((row) => {
    const { length } = equal(row)
    const note =
      length > 0
        ? `${length} open of this amount: choose by hand.`
        : noteOf(row, named.get(row)?.ids.length ?? 0)
    proposals.set(row, { kind: row.direction === 'in' ? 'unmatched' : 'none', note })
  })
  return proposals
}

const noteOf = ({ direction }: StatementRow, idCount: number) =>
  idCount > 0 && direction === 'out' ? 'It names a transaction that is not open with this amount.' : null

function namesIn({ text, reference, sender }: StatementRow): { ids: string[]; codes: string[] } {
  const words = [text, reference, sender].join(' ')
  const codes = [...words.matchAll(REFERENCE_CODE)].flatMap(([found]) => readReferenceCode(found) ?? [])
  return { ids: [...words.matchAll(TRANSACTION_ID)].map(([found]) => found), codes }
}

/** A proposal as the API shows it. */
export function proposalView(proposal: Proposal) {
  const nothing = {
    matched_by: null,
    transaction_id: null,
    transaction_type: null,
    workspace: null,
    announced_amount: null,
    note: null,
  }
  switch (proposal.kind) {
    case 'settle': {
      const { candidate, differs, matchedBy } = proposal
      return {
        ...nothing,
        kind: proposal.kind,
        matched_by: matchedBy,
        transaction_id: candidate.id,
        transaction_type: candidate.type,
        workspace: candidate.workspace,
        announced_amount: differs
          ? formatAmount(candidate.amountMinor, currencyOf(candidate.currency))
          : null,
      }
    }
    case 'credit':
      return {
        ...nothing,
        kind: proposal.kind,
        matched_by: 'reference_code' as const,
        workspace: proposal.workspace,
      }
    case 'already_booked':
      return { ...nothing, kind: proposal.kind, transaction_id: proposal.transactionId }
    case 'unmatched':
    case 'none':
      return { ...nothing, kind: proposal.kind, note: proposal.note }
  }
}
