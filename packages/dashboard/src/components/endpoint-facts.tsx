import type { WebhookEndpoint } from '../api-types.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { Chip } from './chip.tsx'
import { Fact, Facts } from './facts.tsx'
import { ExactTime, Time } from './time.tsx'

/** What an endpoint is set to, and when it last answered. */
export function EndpointFacts({ endpoint }: { endpoint: WebhookEndpoint }) {
  const never = <span className="quiet">Never</span>
  return (
    <Facts>
      <Fact name="Webhook id">
        <Chip value={endpoint.id} what="webhook id" />
      </Fact>
      <Fact name="Events">
        {endpoint.event_types.includes('*') ? (
          'All events'
        ) : (
          <span className="stack-tight">
            {endpoint.event_types.map((type) => (
              <code key={type}>{type}</code>
            ))}
          </span>
        )}
      </Fact>
      <Fact name="Currency Type">
        {endpoint.currency_type ? CURRENCY_TYPE_NAMES[endpoint.currency_type] : 'Fiat and Crypto'}
      </Fact>
      {endpoint.header_names.length > 0 && (
        <Fact name="Headers">
          <code>{endpoint.header_names.join(', ')}</code>
        </Fact>
      )}
      {!endpoint.listener && <Sending endpoint={endpoint} />}
      <Fact name="Last success">
        {endpoint.last_success_at ? <Time at={endpoint.last_success_at} /> : never}
      </Fact>
      <Fact name="Last failure">
        {endpoint.last_failure_at ? <Time at={endpoint.last_failure_at} /> : never}
      </Fact>
      <Fact name="Added">
        <ExactTime at={endpoint.created_at} />
      </Fact>
    </Facts>
  )
}

/** What a listener does not have: it signs by itself. */
function Sending({ endpoint }: { endpoint: WebhookEndpoint }) {
  return (
    <>
      <Fact name="Order">{endpoint.ordering === 'object' ? 'In order per object' : 'As they happen'}</Fact>
      <Fact name="Payload">{endpoint.payload === 'thin' ? 'Thin: the id alone' : 'Full'}</Fact>
      <Fact name="Signatures">
        {endpoint.signature_schemes.includes('v1') && <code>v1</code>}
        {endpoint.signature_schemes.length > 1 && ' and '}
        {endpoint.signature_schemes.includes('v1a') && (
          <>
            <code>v1a</code>,{' '}
            <a className="link" href="/.well-known/webhook-keys">
              public keys
            </a>
          </>
        )}
      </Fact>
      <Fact name="Secret">
        Version {endpoint.secret_version}. <span className="quiet">Shown once, when it was made.</span>
      </Fact>
      {endpoint.previous_secret_expires_at && (
        <Fact name="Old secret signs until">
          <ExactTime at={endpoint.previous_secret_expires_at} />
        </Fact>
      )}
    </>
  )
}
