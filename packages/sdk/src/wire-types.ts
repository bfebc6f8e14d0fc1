import type { paths } from './generated/api.ts'

// Picked by path, not by component name: the paths are the contract, the names of schemas may change.

type JsonOf<Part> = Part extends { content: { 'application/json': infer Body } } ? Body : never
type Success<Responses> = JsonOf<Responses[keyof Responses & (200 | 201 | 202)]>

/** What a call answers when it succeeds. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: infer Responses
}
  ? Success<Responses>
  : never

/** The JSON body that a call takes. */
export type Input<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody?: infer Body
}
  ? JsonOf<NonNullable<Body>>
  : never

/** The query parameters that a call takes. */
export type Query<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  parameters: { query?: infer Parameters }
}
  ? NonNullable<Parameters>
  : never

/** One page of a list; `next_cursor` is null on the last. */
export type Page<Row> = { data: Row[]; next_cursor: string | null }

/** Who asks. A signed call is always a key's, never a member's. */
export type Me = Extract<Answer<'/v1/me', 'get'>, { kind: 'key' }>
export type Currency = Answer<'/v1/currencies', 'get'>['data'][number]
export type FeeRule = Answer<'/v1/fees', 'get'>['data'][number]
export type ApiKey = Answer<'/v1/api-keys/{id}', 'get'>
/** A key just made or rotated, with its secret this one time (null for Ed25519 keys and in replayed answers). */
export type ApiKeyWithSecret = Answer<'/v1/api-keys', 'post'>
export type TransactionLogRow = Answer<'/v1/transaction-logs', 'get'>['data'][number]
export type TransactionLog = Answer<'/v1/transaction-logs/{id}', 'get'>
export type TransactionLogHistogram = Answer<'/v1/transaction-logs/histogram', 'get'>
export type Transaction = Answer<'/v1/transactions/{id}', 'get'>
/** What the simulator of Test Mode does for an amount or a reference. */
export type TestCase = Answer<'/v1/test/cases', 'get'>['data'][number]
export type TestClock = Answer<'/v1/test/clock', 'get'>
export type TestReset = Answer<'/v1/test/reset', 'get'>
export type Account = Answer<'/v1/accounts/{id}', 'get'>
/** One change of an account by a transaction. */
export type Entry = Answer<'/v1/accounts/{id}/entries', 'get'>['data'][number]
export type Balance = Answer<'/v1/balances', 'get'>['data'][number]
export type Event = Answer<'/v1/events/{id}', 'get'>
export type EventType = Answer<'/v1/event-types', 'get'>['data'][number]
export type SummaryReport = Answer<'/v1/reports/summary', 'get'>
export type Usage = Answer<'/v1/usage', 'get'>
export type KeyUsage = Answer<'/v1/usage/api-keys', 'get'>
export type Statement = Answer<'/v1/accounts/{id}/statement', 'get'>
export type StatementLine = Statement['data'][number]
/** A row of a statement's file: the balance before, a line, or the balance after. */
export type StatementRow = { kind: 'opening' | 'line' | 'closing'; currency: string } & Pick<
  StatementLine,
  'created_at' | 'balance'
> &
  Partial<StatementLine>
export type WebhookEndpoint = Answer<'/v1/webhook-endpoints/{id}', 'get'>
/** An endpoint just made or rotated, with its secret this one time (null in replayed answers). */
export type WebhookEndpointWithSecret = Answer<'/v1/webhook-endpoints', 'post'>
export type WebhookReplay = Answer<'/v1/webhook-replays/{id}', 'get'>
export type WebhookReplayCount = Extract<
  Answer<'/v1/webhook-endpoints/{id}/replays', 'post'>,
  { dry_run: true }
>
/** One event for one endpoint. */
export type WebhookLogRow = Answer<'/v1/webhook-logs', 'get'>['data'][number]
export type WebhookLog = Answer<'/v1/webhook-logs/{id}', 'get'>
