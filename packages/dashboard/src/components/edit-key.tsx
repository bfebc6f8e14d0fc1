import { Button, Modal, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { endOfDay, localDay } from '../key-words.ts'
import { editApiKey } from '../keys.ts'
import { ExpiryField } from './expiry-field.tsx'
import { FormError } from './states.tsx'

/** Name, expiry and enabled. Mode, Currency Type and algorithm never change. */
export function EditKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient()
  const before = apiKey.expires_at ? localDay(new Date(apiKey.expires_at)) : null
  const [name, setName] = useState(apiKey.name)
  const [expiresOn, setExpiresOn] = useState<string | null>(before)
  const [enabled, setEnabled] = useState(apiKey.enabled)
  const edit = useMutation({
    mutationFn: () =>
      editApiKey(apiKey.id, {
        name: name.trim(),
        enabled,
        // An expiry that was not touched keeps its own time of day.
        ...(expiresOn === before ? {} : { expires_at: expiresOn === null ? null : endOfDay(expiresOn) }),
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      notifications.show({ message: `${name.trim()} saved.` })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Edit ${apiKey.name}`} size="lg">
      <form
        className="stack-wide"
        onSubmit={(event) => {
          event.preventDefault()
          edit.mutate()
        }}
      >
        <TextInput
          label="Name"
          required
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ExpiryField day={expiresOn} onChange={setExpiresOn} />
        <Switch
          label="Enabled"
          description={
            enabled
              ? 'Requests signed with this key are accepted.'
              : 'Requests are refused with key-disabled until you switch it on.'
          }
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        <FormError error={edit.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={edit.isPending} disabled={expiresOn === ''}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
