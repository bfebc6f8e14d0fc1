import { createHmac, randomBytes } from 'node:crypto'

const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** A new signing secret: `whsec_` and 32 random bytes in padded standard base64 (Standard Webhooks). */
export function newWebhookSecret(): string {
  return SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

/**
 * The value of `webhook-signature`: one `v1,` HMAC-SHA-256 over `id.timestamp.body` for every live secret,
 * separated by spaces (Standard Webhooks, "Signature scheme").
 * @param timestampSeconds of this attempt, since the epoch
 * @param secrets `whsec_…`, the newest first; the decoded bytes are the key
 */
export function signWebhook(
  { id, timestampSeconds, body }: { id: string; timestampSeconds: number; body: string },
  secrets: readonly string[],
): string {
  const content = `${id}.${timestampSeconds}.${body}`
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
      return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
    })
    .join(' ')
}
