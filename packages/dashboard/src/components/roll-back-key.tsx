import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { rollBackApiKey } from '../keys.ts'
import { FormDialog } from './form-dialog.tsx'
import { OverlapField } from './overlap-field.tsx'
import { WhatBreaks } from './what-breaks.tsx'

/** Undoes the last rotation while the old secret still works: for a rollout that went wrong. */
export function RollBackKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient()
  const what = apiKey.algorithm === 'ed25519' ? 'private key' : 'secret'
  const [overlap, setOverlap] = useState(0)
  const rollBack = useMutation({
    mutationFn: () => rollBackApiKey(apiKey.id, overlap),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      notifications.show({ message: `The old ${what} of ${apiKey.name} is the newest again.` })
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Roll back the rotation of ${apiKey.name}`}
      size="lg"
      deed="Roll back"
      keep="Keep the rotation"
      action={rollBack}
      onClose={onClose}
    >
      <p className="second">
        The old {what} becomes the newest again and keeps working. It is not shown: whoever signs with it has
        it. The {what} that the rotation made ends.
      </p>
      {/* The secret before is the one that comes back: nothing of it ends. */}
      <WhatBreaks apiKey={{ ...apiKey, previous_secret_expires_at: null }} ends="secret" />
      <OverlapField
        label={`How long may the ${what} of the rotation still sign?`}
        value={overlap}
        onChange={setOverlap}
      />
    </FormDialog>
  )
}
