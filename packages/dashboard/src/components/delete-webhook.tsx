import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { WebhookEndpoint } from '../api-types.ts'
import { deleteEndpoint, ENDPOINTS } from '../webhooks.ts'
import { TypedConfirmation } from './typed-confirmation.tsx'

/** Deleting stops what waits as well and cannot be undone, so the host has to be typed. */
export function DeleteWebhook({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const { listener } = endpoint
  const { host } = new URL(endpoint.url.replace(/^listener:/, ''))
  const remove = useMutation({
    mutationFn: () => deleteEndpoint(endpoint.id),
    onSuccess: async () => {
      await navigate({ to: '/webhooks' })
      notifications.show({ message: `The ${listener ? 'listener for' : 'webhook to'} ${host} is deleted.` })
      await queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] })
    },
  })
  return (
    <TypedConfirmation
      name={host}
      title={listener ? 'End this listener' : 'Delete this webhook'}
      deed={listener ? 'End listener' : 'Delete webhook'}
      keep={listener ? 'Keep the listener' : 'Keep the webhook'}
      action={remove}
      onClose={onClose}
    >
      <p>
        <code className="break">{endpoint.url}</code> receives nothing more, and what still waits for it is
        not sent. This cannot be undone.
      </p>
      <p className="second">
        Its Webhook Logs stay readable.{' '}
        {listener ? 'The command makes a new one if it still runs.' : 'To pause it, disable it instead.'}
      </p>
    </TypedConfirmation>
  )
}
