import { signWebhook, verifyWebhookSignature } from '@countersign/sdk/webhook-signature'
import type { WebhookAttempt } from './api-types.ts'

/** One signature that an attempt carried. */
export type SentSignature = {
  scheme: string
  sent: string
  /** What the pasted secret makes of the same text; null for other schemes, and without a secret. */
  computed: string | null
  /** Null while there is nothing to check it with. */
  holds: boolean | null
  /** The published key that it was made with. */
  key: string | null
}

export type PublishedKey = { kid: string; public_key: string }

/** The text that was signed, piece by piece as it travelled. */
export function signedContent({ request }: WebhookAttempt): string {
  return `${headerOf(request.headers, 'webhook-id')}.${headerOf(request.headers, 'webhook-timestamp')}.${request.body}`
}

export const sentSchemes = ({ request }: WebhookAttempt): string[] =>
  signaturesOf(request.headers).map((signature) => signature.split(',')[0] ?? '')

/** The keys that the platform publishes for `v1a` signatures. */
export async function fetchWebhookKeys(signal: AbortSignal): Promise<PublishedKey[]> {
  const answer = await fetch('/.well-known/webhook-keys', { signal, credentials: 'omit' })
  if (!answer.ok) throw new Error(`The published keys could not be read (${answer.status}).`)
  return ((await answer.json()) as { keys: PublishedKey[] }).keys
}

/**
 * Checks every signature of an attempt in this browser, with the code that customers run. The secret goes nowhere.
 * @throws TypeError when the secret is none
 */
export async function checkAttempt(
  attempt: WebhookAttempt,
  { secret, keys }: { secret: string; keys: readonly PublishedKey[] },
): Promise<SentSignature[]> {
  const { headers, body } = attempt.request
  const id = headerOf(headers, 'webhook-id')
  const timestamp = Number(headerOf(headers, 'webhook-timestamp'))
  // As of the attempt: how old it is by now says nothing about who signed it.
  const given = { body, now: timestamp }
  const carrying = (signature: string) => ({
    'webhook-id': id,
    'webhook-timestamp': headerOf(headers, 'webhook-timestamp'),
    'webhook-signature': signature,
  })
  const computed =
    secret === '' ? null : (await signWebhook({ id, timestamp, body, secret }))['webhook-signature']
  const checks = signaturesOf(headers).map(async (sent): Promise<SentSignature> => {
    const scheme = sent.split(',')[0] ?? ''
    if (scheme === 'v1')
      return {
        scheme,
        sent,
        computed,
        holds: computed === null ? null : await verifies({ ...given, headers: carrying(sent), secret }),
        key: null,
      }
    for (const { kid, public_key: publicKey } of scheme === 'v1a' ? keys : [])
      if (await verifies({ ...given, headers: carrying(sent), publicKey }))
        return { scheme, sent, computed: null, holds: true, key: kid }
    return { scheme, sent, computed: null, holds: keys.length > 0 ? false : null, key: null }
  })
  return Promise.all(checks)
}

async function verifies(input: Parameters<typeof verifyWebhookSignature>[0]): Promise<boolean> {
  return verifyWebhookSignature(input).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'WebhookVerificationError') return false
      throw error
    },
  )
}

function signaturesOf(headers: WebhookAttempt['request']['headers']): string[] {
  return headerOf(headers, 'webhook-signature').split(' ').filter(Boolean)
}

function headerOf(headers: WebhookAttempt['request']['headers'], name: string): string {
  return headers.find(([candidate]) => candidate?.toLowerCase() === name)?.[1] ?? ''
}
