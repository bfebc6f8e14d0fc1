import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type {
  CurrencyType,
  LedgerEvidence,
  List,
  ManySettled,
  OperatorActivation,
  OperatorWorkspaceDetail,
  RailSettings,
  Reconciliation,
  Settlement,
  SigningKey,
  StatementProposals,
  SystemHealth,
  UnmatchedDeposit,
} from './api-types.ts'

// What operators decide about: who may use Production Mode, what has been settled, which connections are on.
export const ACTIVATIONS = '/v1/operator/activations'
export const SETTLEMENTS = '/v1/operator/settlements'
const RAILS = '/v1/operator/rails'

export const SETTLEMENT_FILTER_NAMES = [
  'state',
  'type',
  'currency',
  'currency_type',
  'workspace_id',
  'reference_code',
  'amount_min',
  'amount_max',
  'created_after',
  'created_before',
] as const

export type Decision = 'approve' | 'refuse' | 'revoke'

export const decideActivation = (
  { workspace, currency_type }: OperatorActivation,
  decision: Decision,
  reason: string | null,
) =>
  call<OperatorActivation>('POST', `${ACTIVATIONS}/${workspace.id}/${currency_type}/${decision}`, {
    body: { reason },
  })

export const settlementQuery = (transactionId: string) =>
  queryOptions({
    queryKey: [SETTLEMENTS, 'one', transactionId],
    queryFn: ({ signal }) =>
      call<Settlement>('GET', `${SETTLEMENTS}/${encodeURIComponent(transactionId)}`, { signal }),
  })

/** @param amount what came, where that is not what was announced */
export const settle = (transactionId: string, reference: string, amount?: string) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/settle`, { body: { reference, amount } })

/** Why, in words that the customer reads, and as a code that the customer's program decides by. */
export type SettlementFailure = { reason: string; code: string }

export const failSettlement = (transactionId: string, body: SettlementFailure) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/fail`, { body })

export const returnSettled = (
  transactionId: string,
  body: SettlementFailure & { reference: string; amount?: string },
) => call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/return`, { body })

export const correctTransaction = (
  transactionId: string,
  body: { direction: 'credit' | 'debit'; amount: string; reason: string; reference: string },
) => call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/correct`, { body })

export type Total = { currency: string; amount: string }
export type ToSettle = { transaction_id: string; reference: string; amount?: string }
/** What one call settles. */
export const MANY_MAX = 100

/** @param totals what the person has confirmed; the server settles nothing that adds up to anything else */
export const settleMany = (items: ToSettle[], totals: Total[]) =>
  call<ManySettled>('POST', `${SETTLEMENTS}/settle-many`, { body: { items, totals } })

export const failMany = (transactionIds: string[], failure: SettlementFailure, totals: Total[]) =>
  call<ManySettled>('POST', `${SETTLEMENTS}/fail-many`, {
    body: { transaction_ids: transactionIds, ...failure, totals },
  })

export const matchStatement = (body: { csv: string; currency?: string; decimal_mark: '.' | ',' }) =>
  call<StatementProposals>('POST', '/v1/operator/statements/match', { body })

export const UNMATCHED = '/v1/operator/unmatched-deposits'

export type NewUnmatched = {
  currency: string
  amount: string
  reference: string
  sender?: string | null
  text?: string | null
  received_at?: string
}
export const recordUnmatched = (body: NewUnmatched) => call<UnmatchedDeposit>('POST', UNMATCHED, { body })

export type MatchTarget = { transaction_id: string } | { workspace_id: string; account_id?: string }

export const matchUnmatched = (id: string, to: MatchTarget) =>
  call<UnmatchedDeposit>('POST', `${UNMATCHED}/${id}/match`, { body: to })

export const withdrawMatch = (id: string) => call<UnmatchedDeposit>('POST', `${UNMATCHED}/${id}/withdraw`)

export const returnUnmatched = (id: string, body: { destination: string; reason: string }) =>
  call<UnmatchedDeposit>('POST', `${UNMATCHED}/${id}/return`, { body })

export const withdrawApproval = (transactionId: string) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/withdraw`)

export const WORKSPACES = '/v1/operator/workspaces'

export const operatorWorkspaceQuery = (id: string) =>
  queryOptions({
    queryKey: [WORKSPACES, 'one', id],
    queryFn: ({ signal }) =>
      call<OperatorWorkspaceDetail>('GET', `${WORKSPACES}/${encodeURIComponent(id)}`, { signal }),
  })

export const suspendWorkspace = (id: string, verb: 'suspend' | 'resume', reason: string) =>
  call<OperatorWorkspaceDetail>('POST', `${WORKSPACES}/${id}/${verb}`, { body: { reason } })

export const railsQuery = queryOptions({
  queryKey: [RAILS],
  queryFn: ({ signal }) =>
    call<List<RailSettings> & { payout_approvers: number; deposit_approvers: number }>('GET', RAILS, {
      signal,
    }),
})

export const setRail = (body: {
  currency_type: CurrencyType
  enabled: boolean
  deposit_instructions: string | null
}) => call<RailSettings>('PUT', RAILS, { body })

const SIGNING_KEYS = '/v1/operator/signing-keys'

export const signingKeysQuery = queryOptions({
  queryKey: [SIGNING_KEYS],
  queryFn: ({ signal }) => call<List<SigningKey>>('GET', SIGNING_KEYS, { signal }),
})

export const rotateSigningKey = (purpose: SigningKey['purpose']) =>
  call<SigningKey>('POST', `${SIGNING_KEYS}/rotate`, { body: { purpose } })

export const retireSigningKey = (id: string) => call<SigningKey>('POST', `${SIGNING_KEYS}/${id}/retire`)

export const RECONCILIATIONS = '/v1/operator/reconciliations'
export const DISCREPANCIES = '/v1/operator/ledger-discrepancies'

export const reconcileNow = (kind: Reconciliation['kind']) =>
  call<Reconciliation>('POST', RECONCILIATIONS, { body: { kind } })

export const evidenceQuery = (subjectId: string) =>
  queryOptions({
    queryKey: [DISCREPANCIES, subjectId],
    queryFn: ({ signal }) =>
      call<LedgerEvidence>('GET', `${DISCREPANCIES}/${encodeURIComponent(subjectId)}/evidence`, { signal }),
  })

const HEALTH = '/v1/operator/health'
const HEALTH_REFRESH_MS = 5_000

export const healthQuery = queryOptions({
  queryKey: [HEALTH],
  queryFn: ({ signal }) => call<SystemHealth>('GET', HEALTH, { signal }),
  refetchInterval: HEALTH_REFRESH_MS,
})
