import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import { currencyOf, formatAmount } from './currencies.ts'
import type { FEE_TYPES, FeeRule } from './fee-schema.ts'

/** What a rule is about; `*`: every currency of the type that has no rule of its own. */
export type FeeRuleKey = {
  type: (typeof FEE_TYPES)[number]
  currencyType: CurrencyType
  currency: string
}
/** Minor units. */
export type FeeRuleFigures = { fixed: bigint; basisPoints: number; minimum: bigint }

const EVERY_CURRENCY = '*'

export async function listFeeRules(
  executor: Executor,
  currencyType: CurrencyType | undefined,
): Promise<FeeRule[]> {
  return selectRules(executor, '$1::text is null or currency_type = $1', [currencyType ?? null])
}

export async function findFeeRule(executor: Executor, key: FeeRuleKey): Promise<FeeRule | null> {
  const [rule] = await selectRules(executor, 'type = $1 and currency_type = $2 and currency = $3', [
    key.type,
    key.currencyType,
    key.currency,
  ])
  return rule ?? null
}

/** Keeps changes of rules apart until the transaction ends, the first one included. */
export async function lockFeeRules(executor: Executor): Promise<void> {
  await executor.query(`select pg_advisory_xact_lock(hashtextextended('fee_rules', 0))`)
}

export async function saveFeeRule(
  executor: Executor,
  key: FeeRuleKey,
  figures: FeeRuleFigures,
  by: { now: Date; userId: string },
): Promise<void> {
  await executor.query(
    `insert into fee_rules (type, currency_type, currency, fixed, basis_points, minimum, updated_at, updated_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (type, currency_type, currency) do update set fixed = excluded.fixed,
       basis_points = excluded.basis_points, minimum = excluded.minimum, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by`,
    [
      key.type,
      key.currencyType,
      key.currency,
      figures.fixed.toString(),
      figures.basisPoints,
      figures.minimum.toString(),
      by.now,
      by.userId,
    ],
  )
}

export async function deleteFeeRule(executor: Executor, key: FeeRuleKey): Promise<void> {
  await executor.query('delete from fee_rules where type = $1 and currency_type = $2 and currency = $3', [
    key.type,
    key.currencyType,
    key.currency,
  ])
}

async function selectRules(executor: Executor, where: string, values: unknown[]): Promise<FeeRule[]> {
  const { rows } = await executor.query<{
    type: FeeRule['type']
    currency_type: CurrencyType
    currency: string
    fixed: string
    basis_points: number
    minimum: string
    updated_at: Date
  }>(
    `select type, currency_type, currency, fixed, basis_points, minimum, updated_at from fee_rules
     where ${where} order by currency_type desc, currency, type`,
    values,
  )
  return rows.map((row) => {
    const isGeneral = row.currency === EVERY_CURRENCY
    const text = (minor: string) =>
      isGeneral ? minor : formatAmount(BigInt(minor), currencyOf(row.currency))
    return {
      type: row.type,
      currency_type: row.currency_type,
      currency: isGeneral ? null : row.currency,
      fixed: text(row.fixed),
      basis_points: row.basis_points,
      minimum: text(row.minimum),
      updated_at: row.updated_at.toISOString(),
    }
  })
}
