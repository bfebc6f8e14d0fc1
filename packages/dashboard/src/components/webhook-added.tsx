import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { WebhookEndpointWithSecret } from '../api-types.ts'
import { eventTypesInShort } from '../webhook-words.ts'
import { Badge, ModeBadge } from './badges.tsx'
import { LinkButton } from './link-button.tsx'
import { PingEndpoint } from './ping-endpoint.tsx'
import { Note, PageHead } from './states.tsx'
import { StoredGuard } from './stored-guard.tsx'
import { WebhookSecret } from './webhook-secret.tsx'

/** The secret, shown once, with the code that uses it; then a test event. Leaving is guarded until it is stored. */
export function WebhookAdded({ endpoint }: { endpoint: WebhookEndpointWithSecret }) {
  const [stored, setStored] = useState(endpoint.secret === null)
  return (
    <div className="read-width stack-wide">
      <PageHead
        title={<code className="title-code">{endpoint.url}</code>}
        lead={
          <span className="row">
            <Badge tone="good">Added</Badge> <ModeBadge mode={endpoint.mode} />
            {eventTypesInShort(endpoint.event_types)}
          </span>
        }
      />
      <section className="card card-pad stack">
        {endpoint.secret ? (
          <WebhookSecret secret={endpoint.secret} />
        ) : (
          <Note tone="soon">The secret was already shown once. Rotate it to get a new one.</Note>
        )}
        <div className="row ends">
          <Checkbox
            label="I have stored the webhook secret"
            checked={stored}
            onChange={(event) => setStored(event.currentTarget.checked)}
          />
          <LinkButton to="/webhooks/$endpointId" params={{ endpointId: endpoint.id }} variant="default">
            Done
          </LinkButton>
        </div>
      </section>
      <PingEndpoint endpoint={endpoint} />
      <StoredGuard stored={stored} what="webhook secret" />
    </div>
  )
}
