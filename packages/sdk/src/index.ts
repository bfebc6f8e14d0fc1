export type { CallOptions, RequestOptions } from './call-options.ts'
export { Countersign, type CountersignOptions } from './client.ts'
export { assertDigest, DigestMismatchError } from './content-digest.ts'
export { KeyFormatError, type KeyFormatReason } from './key-format.ts'
export { ProblemError, type InputError, type ProblemMembers } from './problem-error.ts'
export { ReceiptError, verifyReceipt, type Receipt, type ReceiptKey, type ReceiptRefusal } from './receipt.ts'
export { receiptOf, type ReceiptOptions } from './receipts.ts'
export {
  requestTarget,
  signatureBase,
  signRequest,
  type SignatureBaseRequest,
  type SignedHeaders,
  type SigningKey,
  type SignRequestInput,
} from './request-signature.ts'
export { ConnectionError } from './retry.ts'
export {
  signWebhook,
  verifyWebhook,
  verifyWebhookSignature,
  WebhookVerificationError,
  type SignWebhookInput,
  type VerifyWebhookInput,
  type WebhookEvent,
  type WebhookHeaders,
  type WebhookRefusal,
} from './webhook-signature.ts'
export type {
  Account,
  ApiKey,
  ApiKeyWithSecret,
  Balance,
  Currency,
  Entry,
  Event,
  EventType,
  FeeRule,
  KeyUsage,
  Me,
  Page,
  Statement,
  StatementLine,
  StatementRow,
  SummaryReport,
  Transaction,
  TransactionLog,
  TransactionLogHistogram,
  TransactionLogRow,
  Usage,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookReplay,
  WebhookReplayCount,
  TestCase,
  TestClock,
  TestReset,
  WebhookLog,
  WebhookLogRow,
} from './wire-types.ts'
