export type { CallOptions, RequestOptions } from './call-options.ts'
export { Countersign, type CountersignOptions } from './client.ts'
export { KeyFormatError, type KeyFormatReason } from './key-format.ts'
export { ProblemError, type InputError, type ProblemMembers } from './problem-error.ts'
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
  ApiKey,
  ApiKeyWithSecret,
  Currency,
  Me,
  Page,
  TransactionLog,
  TransactionLogRow,
} from './wire-types.ts'
