// The shapes of the API by the names that the pages use. openapi.json is their source: run
// `npm run generate` at the root after a schema changed.
import type { components, paths } from '@countersign/sdk/generated-api'

type Schemas = components['schemas']

export type List<Item> = { data: Item[]; next_cursor: string | null }

/** `code` is any text, because what goes wrong before the server answers has codes of its own. */
export type Problem = Partial<Omit<Schemas['Problem'], 'code'>> &
  Pick<Schemas['Problem'], 'type' | 'title' | 'status'> & { code: string }
/** The dashboard always asks as a member. */
export type Me = Extract<Schemas['Me'], { kind: 'member' }>
export type ApiKey = Schemas['ApiKey']
export type ApiKeyCallers = Schemas['ApiKeyCallers']
export type ApiKeyWithSecret = Schemas['ApiKeyWithSecret']
export type KeyStatus = ApiKey['status']
export type Scope = ApiKey['scopes'][number]
export type Algorithm = ApiKey['algorithm']
export type NewApiKey = Schemas['CreateApiKey']
export type ApiKeyChange = Schemas['UpdateApiKey']
export type CliLogin = Schemas['CliLogin']
export type ConfirmCliLogin = Schemas['ConfirmCliLogin']
export type OperatorKey = Schemas['OperatorKey']
export type OperatorKeyWithSecret = Schemas['OperatorKeyWithSecret']
export type OperatorScope = OperatorKey['scopes'][number]
export type NewOperatorKey = Schemas['CreateOperatorKey']
export type OperatorKeyChange = Schemas['UpdateOperatorKey']
export type CurrencyType = ApiKey['currency_type']
export type TransactionLog = Schemas['TransactionLog']
export type TransactionLogDetail = Schemas['TransactionLogDetail']
export type SentRequest = Schemas['SentRequest']
export type SignatureGrade = Schemas['SignatureGrade']
export type SignatureExplanation = Schemas['SignatureExplanation']
export type LoggedBody = Schemas['LoggedBody']
export type LoggedMessage = Schemas['LoggedMessage']
export type Workspace = Schemas['Workspace']
export type ActivationChecklist = Schemas['ActivationChecklist']
export type MailSummary = Schemas['OutgoingMail']
export type MailMessage = Schemas['OutgoingMailWithText']
export type WebhookEndpoint = Schemas['WebhookEndpoint']
export type WebhookEndpointWithSecret = Schemas['WebhookEndpointWithSecret']
export type WebhookDelivery = Schemas['WebhookDelivery']
export type WebhookDeliveryWithAttempts = Schemas['WebhookDeliveryWithAttempts']
export type WebhookEndpointHealth = Schemas['WebhookEndpointHealth']
export type WebhookReplay = Schemas['WebhookReplay']
export type WebhookReplayCount = Schemas['WebhookReplayCount']
export type WebhookAttempt = Schemas['WebhookAttempt']
export type Event = Schemas['Event']
export type EventType = Schemas['EventType']
export type DeclaredEventType = Schemas['DeclaredEventType']
export type Transaction = Schemas['Transaction']
export type Account = Schemas['Account']
export type Entry = Schemas['Entry']
export type Balance = Schemas['Balance']
export type Currency = Schemas['Currency']
export type Summary = Schemas['Summary']
export type Statement = Schemas['Statement']
export type TestCase =
  paths['/v1/test/cases']['get']['responses'][200]['content']['application/json']['data'][number]
export type ActivationApproval = ActivationChecklist['approval']
export type OperatorActivation = Schemas['OperatorActivation']
export type Settlement = Schemas['Settlement']
export type RailSettings = Schemas['RailSettings']
export type SigningKey = Schemas['SigningKey']
export type Reconciliation = Schemas['Reconciliation']
export type LedgerDiscrepancy = Schemas['LedgerDiscrepancy']
export type LedgerEvidence = Schemas['LedgerEvidence']
export type SystemHealth = Schemas['SystemHealth']
