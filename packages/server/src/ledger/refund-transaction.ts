import type { PoolClient } from 'pg'
import type { IdempotencyScope } from '../http/idempotency-store.ts'
import { newId } from '../ids.ts'
import { problem, type Problem } from '../problems.ts'
import type { Rail } from '../rails/rail.ts'
import type { Principal } from '../sessions/principal.ts'
import { assertMayChange } from './access.ts'
import { assertMoves, createdFrom, type CreatedTransaction } from './create-transaction.ts'
import { currencyOf, formatAmount, parseAmount, type Currency } from './currencies.ts'
import type { LedgerDeps } from './deps.ts'
import { holdEnd } from './expire-holds.ts'
import { lockRefundable, type Refundable } from './queries.ts'
import type { RefundBody, Transaction } from './schema.ts'
import { isRetryable, sqlState, writeTransaction } from './transaction-writer.ts'

export type RefundInput = {
  principal: Principal
  /** As the caller may see it. */
  original: Transaction
  body: RefundBody
  requestId: string
  idempotency: IdempotencyScope | null
}

const ATTEMPTS_MAX = 4
/** What 0030_refunds.sql says when there is less left than is asked for, or nothing that could be given back. */
const TOO_MUCH = 'transactions_refunded_check'
const NOT_REFUNDABLE = 'CS005'

/**
 * Gives money of a completed deposit back, all that is left of it or a part: a linked transaction of the type `refund`
 * that holds the amount until the rail has paid it out. Refunds at the same time wait for each other at the deposit's
 * row, and the database lets their sum never pass its amount. Hold, entries, events and the answer under the
 * Idempotency-Key are one database transaction.
 * @throws Problem `invalid-input`, `transaction-not-refundable`, `refund-exceeds-amount`, `insufficient-funds`,
 *   `production-locked`, `rail-unavailable`, or an idempotency refusal; then nothing was changed
 */
export async function refundTransaction(deps: LedgerDeps, input: RefundInput): Promise<CreatedTransaction> {
  const { principal, original, body } = input
  const { mode, workspaceId } = principal
  assertMayChange(principal)
  // A completed deposit stays one, so nothing was ever stored under a key for what is none.
  if (original.type !== 'deposit' || original.status !== 'completed')
    throw problem('transaction-not-refundable', {
      detail: notRefundable(original),
    })
  const currency = currencyOf(original.currency)
  const askedMinor = body.amount ? parseAmount(body.amount, currency) : null
  if (mode === 'production')
    await deps.activation.assertMayMoveMoney(deps.database.pool, { workspaceId, currencyType: currency.type })
  const rail = await deps.railOf(mode, currency.type)

  for (let attempt = 1; ; attempt += 1) {
    let found: Refundable | null = null
    try {
      return await deps.database.transaction(async (client) => {
        found = await lockRefundable(client, original.id)
        return write(client, deps, { ...input, currency, askedMinor, found, rail })
      })
    } catch (error) {
      if (isRetryable(error) && attempt < ATTEMPTS_MAX) continue
      throw refundRefusal(error, found, currency)
    }
  }
}

/** What its owner can do instead. */
function notRefundable({ type, status }: Transaction): string {
  switch (type) {
    case 'deposit':
      return `This deposit is ${status}; only a completed one can be refunded.`
    case 'transfer':
      return 'A transfer is not refunded: whoever received it sends a transfer the other way.'
    case 'payout':
      return 'A payout is not refunded: what has left comes back as a return, which its payment connection reports.'
    default:
      return `A ${type} is itself the way back of another transaction and is not refunded.`
  }
}

type Decided = RefundInput & {
  currency: Currency
  askedMinor: bigint | null
  found: Refundable | null
  rail: Rail | null
}

async function write(client: PoolClient, deps: LedgerDeps, decided: Decided): Promise<CreatedTransaction> {
  const nowMs = deps.clock.now()
  const { principal, original, body, requestId, idempotency, currency, askedMinor, found, rail } = decided
  if (!found) throw problem('not-found', { detail: 'There is no transaction with this id.' })
  // Only the connection through which it came in can take it back out.
  if (found.rail !== null && rail?.name !== found.rail)
    throw problem('rail-unavailable', { headers: { 'retry-after': '60' } })
  if (rail) assertMoves(rail, 'refund')
  const leftMinor = BigInt(found.amount) - BigInt(found.refunded)
  // With nothing left, only an answer that is stored for the Idempotency-Key can follow: the database refuses the rest.
  const amountMinor = askedMinor ?? (leftMinor > 0n ? leftMinor : BigInt(found.amount))
  const asked = {
    type: 'refund' as const,
    currency: currency.code,
    decimals: currency.decimals,
    destination: null,
    reference: body.reference ?? null,
  }
  const dueMs = rail?.firstLookAt({ ...asked, amountMinor }, nowMs) ?? null
  const result = await writeTransaction(
    client,
    {
      ...asked,
      id: newId('txn', nowMs),
      workspace_id: principal.workspaceId,
      mode: principal.mode,
      currency_type: currency.type,
      amount: amountMinor.toString(),
      account_id: original.account_id,
      destination_account_id: null,
      main_account_new_id: newId('acc', nowMs),
      rail_account_new_id: newId('acc', nowMs),
      description: body.description ?? null,
      metadata: body.metadata ?? {},
      linked_transaction_id: original.id,
      effective_at: null,
      request_id: requestId,
      created_by: principal.kind === 'key' ? principal.keyId : principal.userId,
      rail: found.rail ?? rail?.name ?? null,
      due_at: dueMs === null ? null : new Date(dueMs),
      expires_at: holdEnd(deps, { type: 'refund', dueMs, nowMs }),
      event_ids: Array.from({ length: 4 }, () => newId('evt', nowMs)),
      idempotency_key: idempotency?.key ?? null,
      method: idempotency?.method ?? null,
      path: idempotency?.path ?? null,
      request_hash: idempotency?.requestHash.toString('hex') ?? null,
    },
    nowMs,
  )
  // What is left of the deposit is the closer limit, and says nothing of what the account has.
  if (result.outcome === 'insufficient-funds' && amountMinor > leftMinor) throw exceeds(leftMinor, currency)
  return createdFrom(result, principal, currency)
}

/** What the database's refusal means to the caller; anything else stays what it is. */
function refundRefusal(error: unknown, found: Refundable | null, currency: Currency): unknown {
  if (sqlState(error) === NOT_REFUNDABLE) return problem('transaction-not-refundable')
  if ((error as { constraint?: unknown } | null)?.constraint !== TOO_MUCH || !found) return error
  return exceeds(BigInt(found.amount) - BigInt(found.refunded), currency)
}

function exceeds(leftMinor: bigint, currency: Currency): Problem {
  const refundable = formatAmount(leftMinor, currency)
  return problem('refund-exceeds-amount', {
    detail: `Of this transaction ${refundable} ${currency.code} can still be refunded.`,
    extra: { refundable, currency: currency.code },
  })
}
