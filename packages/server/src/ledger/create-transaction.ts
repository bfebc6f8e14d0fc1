import type { IdempotencyScope, StoredAnswer } from '../http/idempotency-store.ts'
import { newId } from '../ids.ts'
import { problem, type Problem } from '../problems.ts'
import type { Rail } from '../rails/rail.ts'
import { testOutcome } from '../rails/test-cases.ts'
import type { Mode, Principal } from '../sessions/principal.ts'
import { holdBackEvent } from '../webhooks/tell-again.ts'
import { assertCurrencyType, assertMayChange, otherMode } from './access.ts'
import { currencyOf, parseAmount, type Currency } from './currencies.ts'
import type { LedgerDeps } from './deps.ts'
import { holdEnd } from './expire-holds.ts'
import type { CreateTransactionBody } from './schema.ts'
import type { AlongWith, WriteResult } from './transaction-writer.ts'

export type CreateTransactionInput = {
  principal: Principal
  body: CreateTransactionBody
  requestId: string
  idempotency: IdempotencyScope
}

export type CreatedTransaction = {
  answer: StoredAnswer
  /** The answer was given before; nothing was done now. */
  replayed: boolean
  transactionId: string | null
  eventIds: string[]
}

/**
 * Creates a transaction with its holds or entries, its idempotency record and its events, in one database
 * transaction; when this returns, all of it is on disk.
 * @throws Problem what is wrong with the input, `insufficient-funds`, `not-found` for an account,
 *   `production-locked`, `rail-unavailable`, or an idempotency refusal; then nothing was changed
 */
export async function createTransaction(
  deps: LedgerDeps,
  { principal, body, requestId, idempotency }: CreateTransactionInput,
): Promise<CreatedTransaction> {
  assertMayChange(principal)
  const { mode, workspaceId } = principal
  const currency = currencyOf(body.currency)
  assertCurrencyType(principal, currency)
  const amountMinor = parseAmount(body.amount, currency)
  assertFields(body, mode)
  if (mode === 'production')
    await deps.activation.assertMayMoveMoney(deps.database.pool, { workspaceId, currencyType: currency.type })
  const rail = body.type === 'transfer' ? null : await deps.railOf(mode, currency.type)
  if (!rail && body.type !== 'transfer')
    throw problem('rail-unavailable', { headers: { 'retry-after': '60' } })
  if (rail && body.type !== 'transfer') assertMoves(rail, body.type)

  const nowMs = deps.clock.now()
  const destination = body.destination ?? null
  const reference = body.reference ?? null
  const request = {
    amountMinor,
    currency: currency.code,
    decimals: currency.decimals,
    destination,
    reference,
  }
  const dueMs =
    rail && body.type !== 'transfer' ? rail.firstLookAt({ type: body.type, ...request }, nowMs) : null
  const item = {
    id: newId('txn', nowMs),
    type: body.type,
    workspace_id: workspaceId,
    mode,
    currency_type: currency.type,
    currency: currency.code,
    decimals: currency.decimals,
    amount: amountMinor.toString(),
    account_id: body.account_id ?? null,
    destination_account_id: body.destination_account_id ?? null,
    main_account_new_id: newId('acc', nowMs),
    rail_account_new_id: newId('acc', nowMs),
    destination,
    reference,
    unique_reference: body.unique_reference ?? false,
    description: body.description ?? null,
    metadata: body.metadata ?? {},
    linked_transaction_id: null,
    effective_at: body.effective_at ?? null,
    request_id: requestId,
    created_by: idempotency.principalId,
    rail: rail?.name ?? null,
    due_at: dueMs === null ? null : new Date(dueMs),
    expires_at: holdEnd(deps, { type: body.type, dueMs, nowMs }),
    event_ids: Array.from({ length: 4 }, () => newId('evt', nowMs)),
    idempotency_key: idempotency.key,
    method: idempotency.method,
    path: idempotency.path,
    request_hash: idempotency.requestHash.toString('hex'),
  }
  const alongWith = rail && mode === 'test' ? createdToldLater(request, nowMs) : undefined
  let result = await deps.writer.write(item, nowMs, alongWith)
  // Named none, and yet there is none: a reset took the main account while this waited for it. Now a new one is made.
  if (result.outcome === 'account-not-found' && !body.account_id && body.type !== 'transfer')
    result = await deps.writer.write(item, nowMs, alongWith)
  return createdFrom(result, principal, currency)
}

/** @throws Problem `type-not-offered` when the payment connection is there and never moves this */
export function assertMoves(rail: Rail, type: 'deposit' | 'payout' | 'refund'): void {
  if (!rail.capabilities().types.has(type))
    throw problem('type-not-offered', { detail: `The payment connection takes no ${type}s.` })
}

/** What was written, to be answered. @throws Problem for what the database refused */
export function createdFrom(
  result: WriteResult,
  principal: Principal,
  currency: Currency,
): CreatedTransaction {
  if (result.outcome !== 'created' && result.outcome !== 'replayed')
    throw refusal(result, principal, currency)
  return {
    answer: { status: result.status ?? 201, body: result.body ?? '' },
    replayed: result.outcome === 'replayed',
    transactionId: result.transaction_id,
    eventIds: result.event_ids,
  }
}

/** The test case of webhooks out of order: `transaction.created` waits until what follows was sent. */
function createdToldLater(request: Parameters<typeof testOutcome>[0], nowMs: number): AlongWith | undefined {
  const outcome = testOutcome(request)
  if (outcome.kind !== 'webhooks_out_of_order') return undefined
  return async (client, { event_ids: [createdEventId] }) => {
    if (createdEventId) await holdBackEvent(client, createdEventId, new Date(nowMs + outcome.afterMs))
  }
}

/** What fields need or exclude each other. */
function assertFields(body: CreateTransactionBody, mode: Mode): void {
  const fault = (pointer: string, message: string) =>
    problem('invalid-input', { errors: [{ pointer, message }] })
  if (body.type === 'transfer') {
    if (!body.destination_account_id) throw fault('/destination_account_id', 'is required for a transfer')
  } else if (body.destination_account_id) {
    throw fault('/destination_account_id', 'belongs to transfers only')
  }
  if (body.type === 'payout' && mode === 'production' && !body.destination)
    throw fault('/destination', 'is required for a payout')
  if (body.type !== 'payout' && body.destination) throw fault('/destination', 'belongs to payouts only')
  if (body.unique_reference && !body.reference) throw fault('/reference', 'is required with unique_reference')
}

/** What an outcome of the ledger means to the caller. */
function refusal(result: WriteResult, principal: Principal, currency: Currency): Problem {
  const facts = JSON.parse(result.body ?? '{}') as {
    pointer?: string
    mode?: Mode | null
    currency?: string
    currency_type?: string
    available?: string
    fee?: string
    transaction_id?: string
  }
  switch (result.outcome) {
    case 'key-reused':
      return problem('idempotency-key-reused')
    case 'key-in-use':
      return problem('idempotency-key-in-use', { headers: { 'retry-after': '1' } })
    case 'insufficient-funds':
      return problem('insufficient-funds', {
        detail: `The account has ${facts.available} ${currency.code} available${
          facts.fee ? `, and the fee of ${facts.fee} comes on top of the amount` : ''
        }.`,
        extra: {
          available: facts.available,
          currency: currency.code,
          ...(facts.fee ? { fee: facts.fee } : {}),
        },
      })
    case 'fee-exceeds-amount':
      return problem('fee-exceeds-amount', {
        detail: `The fee is ${facts.fee} ${currency.code}, more than the amount.`,
        extra: { fee: facts.fee, currency: currency.code },
      })
    case 'reference-taken':
      return problem('reference-taken', {
        detail: `The reference is that of ${facts.transaction_id}.`,
        extra: { transaction_id: facts.transaction_id },
      })
    case 'account-mismatch':
      if (principal.kind === 'key' && facts.currency_type !== principal.currencyType)
        return problem('currency-type-mismatch')
      return problem('invalid-input', {
        errors: [{ pointer: facts.pointer ?? '', message: `holds ${facts.currency}, not ${currency.code}` }],
      })
    case 'same-account':
      return problem('invalid-input', {
        errors: [
          { pointer: facts.pointer ?? '', message: 'must be another account than the one that is debited' },
        ],
      })
    default: {
      if (facts.mode) return otherMode('account', facts.mode)
      const message = 'names no account of this workspace'
      return problem('not-found', {
        detail: `${facts.pointer} ${message}.`,
        errors: [{ pointer: facts.pointer ?? '', message }],
      })
    }
  }
}
