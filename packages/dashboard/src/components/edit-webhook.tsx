import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint } from '../api-types.ts'
import { changedFields } from '../changed-fields.ts'
import { editEndpoint, ENDPOINTS, type EndpointSettings } from '../webhooks.ts'
import { Dialog } from './dialog.tsx'
import { EndpointForm } from './endpoint-form.tsx'

export function EditWebhook({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const queryClient = useQueryClient()
  // The page looks again every few seconds; the form began with what it was then.
  const [before] = useState(endpoint)
  const save = useMutation({
    mutationFn: (settings: EndpointSettings) =>
      editEndpoint(endpoint.id, changedFields<EndpointSettings>(before, settings)),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] })
      notifications.show({ message: 'Webhook saved.' })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title="Edit webhook" size="lg">
      <EndpointForm
        endpoint={endpoint}
        save={save}
        cancel={
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        }
      />
    </Dialog>
  )
}
