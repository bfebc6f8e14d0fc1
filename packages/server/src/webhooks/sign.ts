import { createHmac, randomBytes, sign, type KeyObject } from 'node:crypto'

const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A new signing secret: `whsec_` and 32 random bytes in padded standard base64 (Standard Webhooks). */
export function newWebhookSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/** What signs a webhook: every live secret makes a `v1` signature, the platform's key a `v1a` one. */
export type WebhookSigners = {
  /** `whsec_…`, the newest first; the decoded bytes are the key. */
  secrets: readonly string[]
  privateKey: KeyObject | null
}

/**
 * The value of `webhook-signature`: over `id.timestamp.body`, HMAC-SHA-256 as `v1,` and Ed25519 as `v1a,`, separated by
 * spaces (Standard Webhooks, "Signature scheme").
 * @param timestampSeconds of this attempt, since the epoch
 */
export function signWebhook(
  { id, timestampSeconds, body }: { id: string; timestampSeconds: number; body: string },
  { secrets, privateKey }: WebhookSigners,
): string {
  const content = `${id}.${timestampSeconds}.${body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
  })
  if (privateKey) signatures.push(`v1a,${sign(null, Buffer.from(content), privateKey).toString('base64')}`)
  return signatures.join(' ')
}
