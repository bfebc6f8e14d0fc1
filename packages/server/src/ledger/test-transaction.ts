import { newId } from '../ids.ts'
import { currencyOf } from './currencies.ts'
import type { TransactionRequest } from './transaction-writer.ts'

type Fields = Partial<TransactionRequest> & Pick<TransactionRequest, 'workspace_id'>

/**
 * What the writer is asked for, where a test needs many and no HTTP: a deposit of 100 minor units in Test Mode by the
 * simulator, on the main account, without a time at which it is due, but for what is said otherwise.
 */
export function transactionRequest(fields: Fields, atMs: number): TransactionRequest {
  const { code, type, decimals } = currencyOf(fields.currency ?? 'USD')
  return {
    id: newId('txn', atMs),
    type: 'deposit',
    mode: 'test',
    currency_type: type,
    currency: code,
    decimals,
    amount: '100',
    account_id: null,
    destination_account_id: null,
    main_account_new_id: newId('acc', atMs),
    rail_account_new_id: newId('acc', atMs),
    destination: null,
    reference: null,
    description: null,
    metadata: {},
    linked_transaction_id: null,
    effective_at: null,
    request_id: null,
    created_by: 'key_test',
    rail: 'simulator',
    due_at: null,
    event_ids: Array.from({ length: 4 }, () => newId('evt', atMs)),
    idempotency_key: null,
    method: null,
    path: null,
    request_hash: null,
    ...fields,
  }
}
