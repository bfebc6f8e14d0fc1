import { magicOutcome, USUAL_DELAY_MS } from './magic-values.ts'
import type { Observation, Rail, RailTransaction } from './rail.ts'

/** The rail of Test Mode: no money, the same answers every time, by the table in magic-values.ts. */
export const simulator: Rail = {
  name: 'simulator',
  capabilities: () => ({
    currencyTypes: new Set(['fiat', 'crypto'] as const),
    types: new Set(['deposit', 'payout', 'refund'] as const),
  }),
  healthCheck: () => Promise.resolve({ healthy: true, detail: 'The simulator is part of the server.' }),
  createDepositTarget: (transaction) =>
    Promise.resolve({ instructions: { note: 'Test Mode: no money is needed.', reference: transaction.id } }),
  submitPayout: (transaction) => Promise.resolve(observe(transaction)),
  poll: (transactions) => Promise.resolve(transactions.map(observe)),
  // Nobody calls in from a simulation.
  parseInbound: () => Promise.resolve([]),
  firstLookAt(request, nowMs) {
    const outcome = magicOutcome(request)
    if (outcome.kind === 'stay' && outcome.status === 'pending') return null
    return nowMs + (outcome.kind === 'complete' ? outcome.afterMs : USUAL_DELAY_MS)
  },
}

function observe(transaction: RailTransaction): Observation {
  const transactionId = transaction.id
  const outcome = magicOutcome(transaction)
  if (outcome.kind === 'fail')
    return { transactionId, kind: 'failed', code: outcome.code, message: outcome.message }
  if (outcome.kind === 'expire') return { transactionId, kind: 'expired' }
  if (outcome.kind === 'complete') return { transactionId, kind: 'completed' }
  return {
    transactionId,
    kind: outcome.status === 'processing' ? 'accepted' : 'waiting',
    lookAgainAtMs: null,
  }
}
