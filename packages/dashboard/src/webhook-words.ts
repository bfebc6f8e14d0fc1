import type { WebhookAttempt, WebhookDelivery } from './api-types.ts'

const SKIPPED: Record<string, string> = {
  no_endpoint: 'There was no webhook endpoint in this mode when the event happened.',
  endpoint_disabled: 'The endpoint was disabled when the event happened.',
  event_type_not_selected: 'The endpoint has not selected this event type.',
  own_event: 'The event is about this endpoint itself; only the others hear of it.',
  currency_type_not_selected: 'The endpoint takes events of the other Currency Type only.',
}
const FAILED: Record<string, string> = {
  attempts_exhausted: 'Every attempt of the schedule failed. Mend the endpoint, then resend.',
  endpoint_gone: 'The endpoint answered 410 Gone, which switches it off. Enable it again, then resend.',
  endpoint_disabled: 'The endpoint was disabled while the delivery waited. Enable it, then resend.',
  endpoint_deleted: 'The endpoint was deleted while the delivery waited.',
}

/** Why a delivery did not go out, or did not arrive. Undefined while there is nothing to explain. */
export function deliveryReason({ status, reason }: WebhookDelivery): string | undefined {
  if (reason === null) return undefined
  return (status === 'skipped' ? SKIPPED : FAILED)[reason] ?? reason
}

/** What an attempt met, in one sentence. */
export function attemptOutcome({ error, status_code: status, error_detail: detail }: WebhookAttempt): string {
  switch (error) {
    case null:
      return `The endpoint answered ${status}: received.`
    case 'status':
      return `The endpoint answered ${status}. Only a 2xx counts as received.`
    case 'redirect':
      return `The endpoint answered ${status} with a redirect. Redirects are not followed: enter the final URL.`
    case 'timeout':
      return 'No answer came within 15 seconds.'
    case 'dns':
      return 'The host name could not be resolved.'
    case 'refused':
      return 'The connection was refused: nothing listens at this address.'
    case 'reset':
      return 'The connection was cut before there was an answer.'
    case 'tls':
      return 'The TLS handshake failed. Check the certificate and its name.'
    case 'target_refused':
      return 'The address is private or reserved, so it was not dialled.'
    case 'invalid_response':
      return 'The answer was not valid HTTP.'
    default:
      return detail ?? error
  }
}

/** "All events", "transaction.completed", "transaction.completed and 3 more". */
export function eventTypesInShort(types: readonly string[]): string {
  const [first = 'None', ...others] = types
  if (first === '*') return 'All events'
  return others.length === 0 ? first : `${first} and ${others.length} more`
}

const GROUPS: Record<string, string> = {
  transaction: 'Transactions',
  balance: 'Balances',
  api_key: 'API Keys',
  webhook_endpoint: 'Webhooks',
}

/** Event types by what they are about, in the order of the catalogue. */
export function groupEventTypes<Item extends { type: string }>(types: readonly Item[]) {
  const groups = new Map<string, Item[]>()
  for (const item of types) {
    const prefix = item.type.split('.')[0] ?? ''
    const name = GROUPS[prefix] ?? prefix
    groups.set(name, [...(groups.get(name) ?? []), item])
  }
  return [...groups].map(([name, items]) => ({ name, items }))
}
