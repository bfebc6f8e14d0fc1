import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'

export type RailSettings = {
  rail: string
  currencyType: CurrencyType
  enabled: boolean
  depositInstructions: string | null
  /** Null: nobody has ever set it. */
  updatedAt: Date | null
}

/** What an operator has set for a rail and currency type; switched off where nobody has set anything. */
export async function findRailSettings(
  executor: Executor,
  { rail, currencyType }: { rail: string; currencyType: CurrencyType },
): Promise<RailSettings> {
  const { rows } = await executor.query<{
    enabled: boolean
    deposit_instructions: string | null
    updated_at: Date
  }>(
    `select enabled, deposit_instructions, updated_at from rail_settings
     where rail = $1 and currency_type = $2`,
    [rail, currencyType],
  )
  const row = rows[0]
  return {
    rail,
    currencyType,
    enabled: row?.enabled ?? false,
    depositInstructions: row?.deposit_instructions ?? null,
    updatedAt: row?.updated_at ?? null,
  }
}

/** Keeps changes of one setting apart until the transaction ends, the first one included. */
export async function lockRailSettings(
  executor: Executor,
  { rail, currencyType }: { rail: string; currencyType: CurrencyType },
): Promise<void> {
  await executor.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `rail_settings|${rail}|${currencyType}`,
  ])
}

export async function saveRailSettings(
  executor: Executor,
  settings: Omit<RailSettings, 'updatedAt'> & { updatedAt: Date; updatedBy: string },
): Promise<void> {
  await executor.query(
    `insert into rail_settings (rail, currency_type, enabled, deposit_instructions, updated_at, updated_by)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (rail, currency_type) do update set
       enabled = excluded.enabled, deposit_instructions = excluded.deposit_instructions,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [
      settings.rail,
      settings.currencyType,
      settings.enabled,
      settings.depositInstructions,
      settings.updatedAt,
      settings.updatedBy,
    ],
  )
}
