import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { findRailSettings } from './queries.ts'
import type { Observation, Rail, RailTransaction } from './rail.ts'

export const MANUAL_RAIL = 'manual'

/**
 * The rail that people are: operators look at a bank account or a chain and say what they saw (room settlements).
 * By itself it never reports anything but waiting, so what nobody has settled stays pending.
 */
export function manualRail(executor: Executor, currencyType: CurrencyType): Rail {
  const settings = () => findRailSettings(executor, { rail: MANUAL_RAIL, currencyType })
  return {
    name: MANUAL_RAIL,
    capabilities: () => ({
      currencyTypes: new Set([currencyType]),
      types: new Set(['deposit', 'payout', 'refund'] as const),
    }),
    async healthCheck() {
      const { enabled } = await settings()
      return enabled
        ? { healthy: true, detail: 'People of the platform settle each transaction.' }
        : {
            healthy: false,
            detail: 'The platform has not set up a payment connection for this currency type yet.',
          }
    },
    async createDepositTarget() {
      const { depositInstructions } = await settings()
      return depositInstructions === null
        ? null
        : { instructions: depositInstructions, details: {}, needsReference: true }
    },
    // A person reads it in the settlement queue and pays it out.
    submitPayout: (transaction) => Promise.resolve(waiting(transaction)),
    poll: (transactions) => Promise.resolve(transactions.map(waiting)),
    // Nobody calls: people come through the operators' pages.
    firstLookAt: () => null,
  }
}

function waiting({ id }: RailTransaction): Observation {
  return { transactionId: id, kind: 'waiting', lookAgainAtMs: null }
}
