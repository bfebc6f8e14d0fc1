import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpointWithSecret } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { EndpointForm } from '../components/endpoint-form.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { PageHead } from '../components/states.tsx'
import { WebhookAdded } from '../components/webhook-added.tsx'
import { MODE_NAMES, useMode } from '../mode.ts'
import { createEndpoint, ENDPOINTS } from '../webhooks.ts'

/** Endpoint URL, event types, Save; then the secret, shown once. */
export function AddWebhookPage() {
  const mode = useMode()
  const queryClient = useQueryClient()
  const [added, setAdded] = useState<WebhookEndpointWithSecret>()
  const save = useMutation({
    mutationFn: createEndpoint,
    onSuccess: (endpoint) => {
      void queryClient.invalidateQueries({ queryKey: [ENDPOINTS] }) // the list can refresh behind the page
      setAdded(endpoint)
    },
    gcTime: 0, // the secret leaves memory with the page
  })
  if (added) return <WebhookAdded endpoint={added} />
  return (
    <div className="form-width stack">
      <BackLink to="/webhooks">Webhooks</BackLink>
      <div>
        <PageHead
          title="Add Webhook"
          lead={`It receives what happens in ${MODE_NAMES[mode]}. The next page shows its secret, once.`}
        />
        <div className="card card-pad">
          <EndpointForm
            save={save}
            cancel={
              <LinkButton to="/webhooks" variant="default">
                Cancel
              </LinkButton>
            }
          />
        </div>
      </div>
    </div>
  )
}
