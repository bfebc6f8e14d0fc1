import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type {
  CurrencyType,
  LedgerEvidence,
  List,
  OperatorActivation,
  RailSettings,
  Reconciliation,
  Settlement,
  SigningKey,
  SystemHealth,
} from './api-types.ts'

// What operators decide about: who may use Production Mode, what has been settled, which connections are on.
export const ACTIVATIONS = '/v1/operator/activations'
export const SETTLEMENTS = '/v1/operator/settlements'
const RAILS = '/v1/operator/rails'

export type Decision = 'approve' | 'refuse' | 'revoke'

export const decideActivation = (
  { workspace, currency_type }: OperatorActivation,
  decision: Decision,
  reason: string | null,
) =>
  call<OperatorActivation>('POST', `${ACTIVATIONS}/${workspace.id}/${currency_type}/${decision}`, {
    body: { reason },
  })

export const settle = (transactionId: string, reference: string) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/settle`, { body: { reference } })

export const failSettlement = (transactionId: string, reason: string) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/fail`, { body: { reason } })

export const withdrawApproval = (transactionId: string) =>
  call<Settlement>('POST', `${SETTLEMENTS}/${transactionId}/withdraw`)

export const railsQuery = queryOptions({
  queryKey: [RAILS],
  queryFn: ({ signal }) => call<List<RailSettings> & { payout_approvers: number }>('GET', RAILS, { signal }),
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
