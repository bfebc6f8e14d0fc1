import { Button, Modal, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { deleteApiKey } from '../keys.ts'
import { FormError } from './states.tsx'
import { relativeTime, useNow } from './time.tsx'

/** Deleting revokes at once and cannot be undone, so the key's name has to be typed. */
export function DeleteKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient()
  const now = useNow()
  const [typed, setTyped] = useState('')
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
    <Modal opened onClose={onClose} title={`Delete ${apiKey.name}`}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate()
        }}
      >
        <p>
          Requests signed with this key are refused from the moment you delete it. This cannot be undone.{' '}
          {lastUse}
        </p>
        <p className="second">Its Transaction Logs stay readable.</p>
        <TextInput
          label={`Type “${apiKey.name}” to confirm`}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <FormError error={remove.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Keep the key
          </Button>
          <Button
            type="submit"
            color="red"
            className="danger"
            disabled={typed !== apiKey.name}
            loading={remove.isPending}
          >
            Delete key
          </Button>
        </div>
      </form>
    </Modal>
  )
}
