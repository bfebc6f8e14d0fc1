import { currencyOf, formatAmount, parseAmount } from '../ledger/currencies.ts'
import { Problem, problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import type { AuditContext } from '../workspaces/audit-log.ts'
import { failTransaction } from './fail-transaction.ts'
import { findAmounts, type SettlementRow } from './queries.ts'
import type { FailManyInput, SettleManyInput } from './schema.ts'
import { settleTransaction, type SettleDeps } from './settle-transaction.ts'

type Who = { operator: MemberPrincipal; audit: AuditContext }
export type ManyResult = { transactionId: string; row: SettlementRow | null; problem: Problem | null }

/**
 * Settles many under one confirmation: the caller says what they add up to, and nothing is done when that is not so.
 * Each is then settled by itself, as if alone; one that is refused says why and does not hold up the others.
 * @throws Problem `conflict` with `totals`, `invalid-input` when one is named twice
 */
export async function settleMany(
  deps: SettleDeps,
  { body, ...who }: Who & { body: SettleManyInput },
): Promise<ManyResult[]> {
  await assertTotals(
    deps,
    body.items.map(({ transaction_id: transactionId, amount }) => ({ transactionId, amount })),
    body.totals,
  )
  return each(body.items, (item) =>
    settleTransaction(deps, {
      ...who,
      transactionId: item.transaction_id,
      reference: item.reference,
      ...(item.amount === undefined ? {} : { amount: item.amount }),
    }),
  )
}

/** The same for many that did not and will not move, for one reason. @throws as `settleMany` */
export async function failMany(
  deps: SettleDeps,
  { body, ...who }: Who & { body: FailManyInput },
): Promise<ManyResult[]> {
  const items = body.transaction_ids.map((transaction_id) => ({ transaction_id }))
  await assertTotals(
    deps,
    items.map(({ transaction_id: transactionId }) => ({ transactionId, amount: undefined })),
    body.totals,
  )
  const { code, reason } = body
  return each(items, ({ transaction_id: transactionId }) =>
    failTransaction(deps, { ...who, transactionId, code, reason }),
  )
}

async function each<Item extends { transaction_id: string }>(
  items: readonly Item[],
  settle: (item: Item) => Promise<SettlementRow>,
): Promise<ManyResult[]> {
  const results: ManyResult[] = []
  // One after the other: they share accounts, and would only wait for each other.
  for (const item of items) {
    const { transaction_id: transactionId } = item
    try {
      results.push({ transactionId, row: await settle(item), problem: null })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      results.push({ transactionId, row: null, problem: error })
    }
  }
  return results
}

type Named = { transactionId: string; amount: string | undefined }

async function assertTotals(
  { database: { pool } }: SettleDeps,
  items: readonly Named[],
  expected: readonly { currency: string; amount: string }[],
): Promise<void> {
  const ids = items.map(({ transactionId }) => transactionId)
  if (new Set(ids).size < ids.length)
    throw problem('invalid-input', {
      detail: 'One transaction is named twice.',
      errors: [{ pointer: '/items', message: 'must name each transaction once' }],
    })
  const found = await findAmounts(pool, { rail: MANUAL_RAIL, ids })
  const sums = new Map<string, bigint>()
  for (const { transactionId, amount } of items) {
    const row = found.get(transactionId)
    // One that does not exist adds nothing, and is refused by itself.
    if (!row) continue
    const minor = amount === undefined ? BigInt(row.amount) : parseAmount(amount, currencyOf(row.currency))
    sums.set(row.currency, (sums.get(row.currency) ?? 0n) + minor)
  }
  const isAsExpected =
    expected.length === sums.size &&
    expected.every(({ currency, amount }) => sums.get(currency) === parseAmount(amount, currencyOf(currency)))
  if (isAsExpected) return
  throw problem('conflict', {
    detail: 'They do not add up to what was confirmed; nothing was settled.',
    extra: {
      totals: [...sums].map(([currency, minor]) => ({
        currency,
        amount: formatAmount(minor, currencyOf(currency)),
      })),
    },
  })
}
