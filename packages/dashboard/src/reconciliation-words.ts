import type { Reconciliation } from './api-types.ts'

export const RUN_KIND_NAMES: Record<Reconciliation['kind'], string> = {
  full: 'Full',
  incremental: 'Incremental',
}

/** What each proof says when it holds, and how it is called when it does not. */
export const PROOF_WORDS: Record<
  Reconciliation['proofs'][number]['name'],
  { holds: string; broken: string }
> = {
  sums: { holds: 'sums are zero', broken: 'Sums that are not zero' },
  balances: { holds: 'balances are their entries', broken: 'Balances that differ' },
  versions: { holds: 'no gaps', broken: 'Gaps' },
  holds: { holds: 'holds are what is open', broken: 'Holds that differ' },
}

export const DISCREPANCY_NAMES: Record<string, string> = {
  'sum-not-zero': 'The entries of a transaction do not sum to zero',
  'currency-not-zero': 'A currency does not sum to zero',
  'balance-differs': 'A balance differs from its entries',
  'running-balance-differs': 'A running balance does not follow from the one before',
  'version-gap': 'An entry is missing',
  'currency-differs': 'An entry in another currency',
  'transaction-differs': 'A status that its entries contradict',
  'hold-left': 'An ended transaction still holds money',
  'transaction-missing': 'Entries of no transaction',
  'account-missing': 'Entries of no account',
}
