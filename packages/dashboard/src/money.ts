import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { Account, Balance, Currency, DepositInstructions, List, Transaction } from './api-types.ts'
import type { Metadata } from './metadata.ts'

// Every call about transactions, accounts and balances. Amounts are decimal strings from end to end.
export const TRANSACTIONS = '/v1/transactions'
export const ACCOUNTS = '/v1/accounts'
const BALANCES = '/v1/balances'
const ACCOUNTS_MAX = 100
/** What has completed may come back, or be refunded by a program. */
const COMPLETED_POLL_MS = 5_000
const UNDER_WAY_POLL_MS = 1_000

export const TRANSACTION_FILTER_NAMES = [
  'type',
  'status',
  'currency',
  'currency_type',
  'account_id',
  'destination_account_id',
  'reference',
  'request_id',
  'linked_transaction_id',
  'failure_code',
  'amount_min',
  'amount_max',
  'description_contains',
  'metadata',
  'created_after',
  'created_before',
  'completed_after',
  'completed_before',
  'effective_after',
  'effective_before',
] as const

export const ENTRY_FILTER_NAMES = ['transaction_id', 'created_after', 'created_before'] as const
export const ACCOUNT_FILTER_NAMES = ['name', 'currency', 'currency_type', 'is_main', 'metadata'] as const

export const isUnderWay = ({ status }: Transaction) => status === 'pending' || status === 'processing'

/** Both come with all decimals of the currency, so equal texts are equal amounts. */
export const isRefundable = ({ type, status, amount, refunded }: Transaction) =>
  type === 'deposit' && status === 'completed' && refunded !== amount

/** One transaction; asked again while it can still change. */
export const transactionQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [TRANSACTIONS, mode, 'one', id],
    queryFn: ({ signal }) =>
      call<Transaction>('GET', `${TRANSACTIONS}/${encodeURIComponent(id)}`, { signal, mode }),
    refetchInterval: ({ state: { data } }) => {
      if (!data) return false
      if (isUnderWay(data)) return UNDER_WAY_POLL_MS
      return data.status === 'completed' && COMPLETED_POLL_MS
    },
  })

export type NewTransaction = {
  type: 'deposit' | 'payout' | 'transfer'
  amount: string
  currency: string
  account_id?: string
  destination_account_id?: string
  destination?: string
  reference?: string
  unique_reference?: boolean
  description?: string
  metadata?: Metadata
  effective_at?: string
}

/** @param idempotencyKey the same for every try of the same transaction, so that money moves once */
export const createTransaction = (body: NewTransaction, idempotencyKey: string) =>
  call<Transaction>('POST', TRANSACTIONS, { body, idempotencyKey })

/** Pages over plain http have no crypto.randomUUID. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `dashboard-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

export const cancelTransaction = (id: string) => call<Transaction>('POST', `${TRANSACTIONS}/${id}/cancel`)

/** What a transaction says, which may be changed whatever became of it. */
export const editTransaction = (id: string, body: { description: string | null; metadata: Metadata }) =>
  call<Transaction>('PATCH', `${TRANSACTIONS}/${id}`, { body })

export type RefundFields = {
  /** Absent: all that is left. */
  amount?: string
  reference?: string
  description?: string
  metadata?: Metadata
}
export const refundTransaction = (id: string, body: RefundFields, idempotencyKey: string) =>
  call<Transaction>('POST', `${TRANSACTIONS}/${id}/refund`, { body, idempotencyKey })

/** Whether the other side could still take it back: what went over a rail, and not all of it went back already. */
export const isReturnable = ({ type, status, amount, refunded }: Transaction) =>
  ['deposit', 'payout', 'refund'].includes(type) && status === 'completed' && refunded !== amount

/** Completes a transaction of Test Mode, as the other side would. */
export const settleTestTransaction = (id: string) =>
  call<Transaction>('POST', `/v1/test/transactions/${id}/settle`)

/** Why a transaction of Test Mode fails or comes back. */
export type TestFailure = { code: string; message?: string }

export const failTestTransaction = (id: string, body: TestFailure) =>
  call<Transaction>('POST', `/v1/test/transactions/${id}/fail`, { body })

/** @returns the transaction that takes the money back */
export const returnTestTransaction = (id: string, body: TestFailure) =>
  call<Transaction>('POST', `/v1/test/transactions/${id}/return`, { body })

export const currenciesQuery = queryOptions({
  queryKey: ['currencies'],
  queryFn: ({ signal }) => call<List<Currency>>('GET', '/v1/currencies', { signal }),
  staleTime: Infinity, // they change with the server's version only
})

/** Where a production deposit in this currency goes, and the code by which it is recognised. */
export const depositInstructionsQuery = (currency: string) =>
  queryOptions({
    queryKey: ['deposit-instructions', currency],
    queryFn: ({ signal }) =>
      call<DepositInstructions>('GET', `/v1/deposit-instructions?currency=${encodeURIComponent(currency)}`, {
        signal,
        mode: 'production',
      }),
    staleTime: 60_000,
  })

export const balancesQuery = (mode: Mode) =>
  queryOptions({
    queryKey: [BALANCES, mode],
    queryFn: ({ signal }) => call<List<Balance>>('GET', BALANCES, { signal, mode }),
    refetchInterval: 5_000,
  })

export const accountsQuery = (mode: Mode, currency: string) =>
  queryOptions({
    queryKey: [ACCOUNTS, mode, 'of', currency],
    queryFn: ({ signal }) =>
      call<List<Account>>('GET', ACCOUNTS, { signal, mode, query: { currency, limit: ACCOUNTS_MAX } }),
  })

export const accountQuery = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: [ACCOUNTS, mode, 'one', id],
    queryFn: ({ signal }) => call<Account>('GET', `${ACCOUNTS}/${encodeURIComponent(id)}`, { signal, mode }),
  })

export type AccountFacts = { name: string | null; metadata: Metadata }

export const createAccount = (body: AccountFacts & { currency: string }) =>
  call<Account>('POST', ACCOUNTS, { body })

export const editAccount = (id: string, body: AccountFacts) =>
  call<Account>('PATCH', `${ACCOUNTS}/${id}`, { body })
