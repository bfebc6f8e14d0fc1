import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ApiKey } from '../api-types.ts'
import { deleteApiKey } from '../keys.ts'
import { relativeTime, useNow } from './time.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

/** Deleting revokes at once and cannot be undone, so the key's name has to be typed. */
export function DeleteKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient()
  const now = useNow()
  const remove = useMutation({
    mutationFn: () => deleteApiKey(apiKey.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      notifications.show({
        message: `${apiKey.name} is deleted. Requests signed with it are refused from now on.`,
      })
      onClose()
    },
  })
  const lastUse = apiKey.last_used_at
    ? `It was last used ${relativeTime(Date.parse(apiKey.last_used_at), now)}.`
    : 'It was never used.'
  return (
    <TypedConfirmation
      name={apiKey.name}
      title={`Delete ${apiKey.name}`}
      deed="Delete key"
      keep="Keep the key"
      action={remove}
      onClose={onClose}
    >
      <p>
        Requests signed with this key are refused from the moment you delete it. This cannot be undone.{' '}
        {lastUse}
      </p>
      <p className="second">Its Transaction Logs stay readable.</p>
    </TypedConfirmation>
  )
}
