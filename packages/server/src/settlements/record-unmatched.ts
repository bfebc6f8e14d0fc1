import type pg from 'pg'
import { newId } from '../ids.ts'
import { currencyOf, parseAmount, type Currency } from '../ledger/currencies.ts'
import { Problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { findByReference } from './linked-queries.ts'
import { read, settleLocked, type SettleDeps } from './settle-transaction.ts'
import {
  createPlatformTransaction,
  findUnmatched,
  insertUnmatched,
  type UnmatchedRow,
} from './unmatched-queries.ts'
import type { RecordUnmatchedInput } from './unmatched-schema.ts'

type Input = { operator: MemberPrincipal; audit: AuditContext; body: RecordUnmatchedInput }

/**
 * Money came without a reference that says whose it is, or with a wrong one: from now on it is in the ledger, on an
 * account of the platform, until somebody matches it or sends it back. The same again, by its reference, changes
 * nothing.
 * @throws Problem `currency-unknown`, `invalid-input`; `conflict` when another transaction has the reference
 */
export async function recordUnmatched(
  deps: SettleDeps,
  input: Input,
): Promise<{ row: UnmatchedRow; isNew: boolean }> {
  const { body } = input
  const currency = currencyOf(body.currency)
  const amountMinor = parseAmount(body.amount, currency)
  try {
    const before = await recordedBefore(deps, { body, amountMinor })
    if (before) return { row: before, isNew: false }
    const row = await deps.database.transaction((client) =>
      write(client, deps.clock.now(), { ...input, currency, amountMinor }),
    )
    return { row, isNew: true }
  } catch (error) {
    // Somebody else wrote it a moment ago: then it is theirs, and this is the same once more or a conflict.
    const before =
      error instanceof Problem && error.code === 'conflict'
        ? await recordedBefore(deps, { body, amountMinor })
        : null
    if (before) return { row: before, isNew: false }
    throw error
  }
}

async function recordedBefore(
  { database: { pool } }: SettleDeps,
  { body, amountMinor }: { body: RecordUnmatchedInput; amountMinor: bigint },
): Promise<UnmatchedRow | null> {
  const id = await findByReference(pool, { rail: MANUAL_RAIL, reference: body.reference })
  const row = id === null ? null : await findUnmatched(pool, id)
  if (!row) return null
  const { currency, amount } = row.transaction
  return currency === body.currency && parseAmount(amount, currencyOf(currency)) === amountMinor ? row : null
}

async function write(
  client: pg.PoolClient,
  nowMs: number,
  { operator, audit, body, currency, amountMinor }: Input & { currency: Currency; amountMinor: bigint },
): Promise<UnmatchedRow> {
  const id = newId('txn', nowMs)
  await createPlatformTransaction(client, {
    id,
    type: 'deposit',
    currency,
    amountMinor,
    rail: MANUAL_RAIL,
    accountNewId: newId('acc', nowMs),
    railAccountNewId: newId('acc', nowMs),
    effectiveAt: body.received_at,
    by: operator.userId,
    at: new Date(nowMs),
  })
  const { reference, sender, text } = body
  const settling = { reference, by: operator.userId, required: 1, nowMs }
  await settleLocked(client, await read(client, id), settling)
  await insertUnmatched(client, { transactionId: id, sender, statementText: text })
  const row = await findUnmatched(client, id)
  if (!row) throw new Error('an unmatched deposit that was just written is not there')
  await recordAudit(client, {
    ...audit,
    workspaceId: null,
    action: 'unmatched_deposit.recorded',
    target: { kind: 'transaction', id },
    after: { amount: row.transaction.amount, currency: currency.code, reference, sender, text },
    mode: 'production',
    now: nowMs,
  })
  return row
}
