import { FAILURES, testOutcome, USUAL_DELAY_MS } from './test-cases.ts'
import type { Observation, Rail, RailTransaction } from './rail.ts'

/** The rail of Test Mode: no money, the same answers every time, by the table in test-cases.ts. */
export const simulator: Rail = {
  name: 'simulator',
  capabilities: () => ({
    currencyTypes: new Set(['fiat', 'crypto'] as const),
    types: new Set(['deposit', 'payout', 'refund'] as const),
  }),
  healthCheck: () => Promise.resolve({ healthy: true, detail: 'The simulator is part of the server.' }),
  createDepositTarget: () =>
    Promise.resolve({
      instructions: 'Test Mode: no money is needed. The simulator completes every deposit.',
      details: {},
      needsReference: true,
    }),
  submitPayout: (transaction) => Promise.resolve(observe(transaction)),
  poll: (transactions) => Promise.resolve(transactions.map(observe)),
  firstLookAt(request, nowMs) {
    const outcome = testOutcome(request)
    switch (outcome.kind) {
      case 'stay':
        return outcome.status === 'pending' ? null : nowMs + USUAL_DELAY_MS
      case 'complete':
      case 'fail':
      case 'expire':
        return nowMs + outcome.afterMs
      case 'return':
      case 'webhook_twice':
      case 'webhooks_out_of_order':
        return nowMs + USUAL_DELAY_MS
    }
  },
}

function observe(transaction: RailTransaction): Observation {
  const transactionId = transaction.id
  const outcome = testOutcome(transaction)
  if (transaction.status === 'completed') return afterCompletion(transaction)
  switch (outcome.kind) {
    case 'fail':
      return { transactionId, kind: 'failed', code: outcome.code, message: outcome.message }
    case 'expire':
      return { transactionId, kind: 'expired' }
    case 'stay':
      return {
        transactionId,
        kind: outcome.status === 'processing' ? 'accepted' : 'waiting',
        lookAgainAtMs: null,
      }
    // Counted from when it was due, not from now: where the test clock went on by a day, the day holds both.
    case 'return':
    case 'webhook_twice':
      return { transactionId, kind: 'completed', lookAgainAtMs: transaction.dueAtMs + outcome.afterMs }
    case 'complete':
    case 'webhooks_out_of_order':
      return { transactionId, kind: 'completed' }
  }
}

/** What happens to a transaction that has completed: only what its test case asked to be looked at again for. */
function afterCompletion({ id, ...transaction }: RailTransaction): Observation {
  const outcome = testOutcome(transaction)
  if (outcome.kind === 'return')
    return { transactionId: id, kind: 'returned', code: 'account_closed', message: FAILURES.account_closed }
  if (outcome.kind === 'webhook_twice') return { transactionId: id, kind: 'told-again' }
  return { transactionId: id, kind: 'waiting', lookAgainAtMs: null }
}
