import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { KeyDialogProps } from './key-dialog.tsx'
import { relativeTime, useNow } from './time.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

/** Deleting revokes at once and cannot be undone, so the key's name has to be typed. */
export function DeleteKey<Scope extends string>({ apiKey, deeds, onClose }: KeyDialogProps<Scope>) {
  const queryClient = useQueryClient()
  const now = useNow()
  const remove = useMutation({
    mutationFn: () => deeds.remove(apiKey.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [deeds.queryKey] })
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
        Requests signed with this key are refused from the moment you delete it. This cannot be undone.
        {!deeds.WhatBreaks && ` ${lastUse}`}
      </p>
      {deeds.WhatBreaks && <deeds.WhatBreaks apiKey={apiKey} ends="key" />}
      <p className="second">{deeds.leaves}</p>
    </TypedConfirmation>
  )
}
