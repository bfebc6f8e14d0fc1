import { Select } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint } from '../api-types.ts'
import { rangeStart, TIME_RANGES } from '../time-ranges.ts'
import { recoverEndpoint, WEBHOOK_LOGS } from '../webhooks.ts'
import { FormDialog } from './form-dialog.tsx'

/** After an outage: sends everything again that failed since a time, and says before how much that is. */
export function RecoverWebhook({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [range, setRange] = useState<string>(TIME_RANGES[1].name)
  const since = rangeStart(range) ?? new Date(0).toISOString()
  const count = useQuery({
    queryKey: [WEBHOOK_LOGS, endpoint.mode, 'recover', endpoint.id, range],
    queryFn: () => recoverEndpoint(endpoint.id, since, true),
    gcTime: 0,
  })
  const recover = useMutation({
    mutationFn: () => recoverEndpoint(endpoint.id, since, false),
    onSuccess: async (recovered) => {
      await queryClient.invalidateQueries({ queryKey: [WEBHOOK_LOGS, endpoint.mode] })
      const rest = recovered.remaining > 0 ? ` ${recovered.remaining} are left: recover again.` : ''
      notifications.show({ message: `${inWords(recovered.count)} on the way again.${rest}` })
      onClose()
    },
  })
  const none = count.data?.count === 0
  return (
    <FormDialog
      title="Resend what failed"
      deed="Resend"
      isDisabled={!count.data || none}
      action={{ ...recover, mutate: () => recover.mutate(), error: count.error ?? recover.error }}
      onClose={onClose}
    >
      <p className="second">
        Every failed delivery of this endpoint in that time goes out again, the oldest first.
      </p>
      <Select
        label="Failed within"
        data={TIME_RANGES.map(({ name }) => name)}
        value={range}
        onChange={(name) => name && setRange(name)}
      />
      <p role="status">
        {count.isPending && 'Counting…'}
        {count.data && (none ? 'Nothing failed in that time.' : `${inWords(count.data.count)} would go out.`)}
      </p>
    </FormDialog>
  )
}

const inWords = (count: number) => (count === 1 ? '1 delivery' : `${count} deliveries`)
