import { NumberInput, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { WebhookEndpoint } from '../api-types.ts'
import { localMinute, rangeStart, TIME_RANGES } from '../time-ranges.ts'
import { countReplay, ENDPOINTS, eventTypesQuery, startReplay, type ReplayRange } from '../webhooks.ts'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

const STATUSES = [
  { value: 'failed', label: 'Failed' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'skipped', label: 'Skipped' },
]
const RATE_DEFAULT = 20
const RATE_MAX = 500
const TYPING_MS = 300

/** Sends a filtered range again: how much that is stands there before anything goes out. */
export function ReplayWebhook({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const queryClient = useQueryClient()
  const [range, setRange] = useState<ReplayRange>({ created_after: rangeStart(TIME_RANGES[1].name)! })
  const [rate, setRate] = useState<number | string>(RATE_DEFAULT)
  const [asked] = useDebouncedValue(range, TYPING_MS)
  const count = useQuery({
    queryKey: [ENDPOINTS, endpoint.mode, 'replay-count', endpoint.id, asked],
    queryFn: () => countReplay(endpoint.id, asked),
    gcTime: 0,
  })
  const start = useMutation({
    mutationFn: () => startReplay(endpoint.id, { ...range, rate_per_second: Number(rate) }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [ENDPOINTS, endpoint.mode] })
      onClose()
    },
  })
  const isCounted = count.isSuccess && asked === range
  const none = count.data?.count === 0
  return (
    <FormDialog
      title="Replay a range"
      deed="Replay"
      size="lg"
      isDisabled={!isCounted || none || Number(rate) < 1}
      action={{ ...start, mutate: () => start.mutate(), error: count.error ?? start.error }}
      onClose={onClose}
    >
      <p className="second">
        Deliveries of this endpoint go out again with their old ids, the oldest first. Your code must know ids
        that it has handled.
      </p>
      <RangeFields range={range} onChange={setRange} />
      <NumberInput
        label="Deliveries a second, at most"
        min={1}
        max={RATE_MAX}
        allowDecimal={false}
        clampBehavior="strict"
        value={rate}
        onChange={setRate}
      />
      <Note tone={isCounted && !none ? 'busy' : 'off'}>
        {isCounted ? inWords(count.data.count, count.data.count_capped, Number(rate)) : 'Counting…'}
      </Note>
    </FormDialog>
  )
}

type RangeFieldsProps = { range: ReplayRange; onChange: (range: ReplayRange) => void }

function RangeFields({ range, onChange }: RangeFieldsProps) {
  const types = useQuery(eventTypesQuery).data?.data ?? []
  const toIso = (local: string) => (local === '' ? undefined : new Date(local).toISOString())
  return (
    <>
      <div className="two-fields">
        <TextInput
          type="datetime-local"
          label="From"
          required
          value={localMinute(range.created_after)}
          onChange={(event) => {
            const from = toIso(event.currentTarget.value)
            if (from) onChange({ ...range, created_after: from })
          }}
        />
        <TextInput
          type="datetime-local"
          label="Until (now, if empty)"
          value={localMinute(range.created_before)}
          onChange={(event) => onChange({ ...range, created_before: toIso(event.currentTarget.value) })}
        />
        <Select
          label="Event type"
          placeholder="Every type that the endpoint takes"
          data={types.map(({ type }) => type)}
          value={range.event_type ?? null}
          onChange={(type) => onChange({ ...range, event_type: type ?? undefined })}
          searchable
          clearable
        />
        <Select
          label="What became of them"
          placeholder="Delivered, failed or skipped"
          data={STATUSES}
          value={range.status ?? null}
          onChange={(status) => onChange({ ...range, status: status ?? undefined })}
          clearable
        />
      </div>
      <TextInput
        label="Transaction or account (optional)"
        placeholder="txn_…"
        value={range.object_id ?? ''}
        onChange={(event) => onChange({ ...range, object_id: event.currentTarget.value.trim() || undefined })}
      />
    </>
  )
}

function inWords(count: number, capped: boolean, rate: number): string {
  if (count === 0) return 'Nothing matches. Types that the endpoint does not take are left out.'
  const some = count === 1 ? '1 delivery' : `${count.toLocaleString('en')} deliveries`
  const seconds = Math.ceil(count / Math.max(1, rate))
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60).toLocaleString('en')} min`
  return capped ? `More than ${some} would go out.` : `${some} would go out, in ${time} at least.`
}
