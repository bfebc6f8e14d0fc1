import { problem } from '../problems.ts'
import type { Principal } from '../sessions/principal.ts'
import { listScope } from './access.ts'
import { currencyOf, parseAmount } from './currencies.ts'
import type { ListScope, TransactionFilter } from './list-queries.ts'
import type { TransactionFilterInput } from './list-schema.ts'

/**
 * What a caller may see of what it asks for, as the queries take it.
 * @throws Problem `invalid-input` for an amount without its currency, or that its currency cannot have;
 *   `currency-unknown`
 */
export function transactionFilter(
  principal: Principal,
  input: TransactionFilterInput,
): { scope: ListScope; filter: TransactionFilter } {
  const scope = listScope(principal, input.currency_type)
  const filter: TransactionFilter = {
    types: input.type,
    statuses: input.status,
    currency: input.currency,
    accountId: input.account_id,
    destinationAccountId: input.destination_account_id,
    reference: input.reference,
    requestId: input.request_id,
    linkedTransactionId: input.linked_transaction_id,
    failureCode: input.failure_code,
    amount: minorUnits('amount', input),
    amountMin: minorUnits('amount_min', input),
    amountMax: minorUnits('amount_max', input),
    createdAfter: input.created_after,
    createdBefore: input.created_before,
    completedAfter: input.completed_after,
    completedBefore: input.completed_before,
    effectiveAfter: input.effective_after,
    effectiveBefore: input.effective_before,
    descriptionContains: input.description_contains,
    metadata: input.metadata,
  }
  return { scope, filter }
}

function minorUnits(
  name: 'amount' | 'amount_min' | 'amount_max',
  input: TransactionFilterInput,
): string | undefined {
  const text = input[name]
  if (text === undefined) return undefined
  if (input.currency === undefined)
    throw problem('invalid-input', {
      errors: [{ pointer: '/query/currency', message: `must say of which currency the ${name} is` }],
    })
  return parseAmount(text, currencyOf(input.currency), `/query/${name}`).toString()
}
