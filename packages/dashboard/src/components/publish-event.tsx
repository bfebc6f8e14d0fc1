import { Select, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemError, type Mode } from '../api.ts'
import type { CurrencyType, DeclaredEventType } from '../api-types.ts'
import { declaredTypesQuery, publishEvent, readJson, type Publication } from '../declared-types.ts'
import { FormDialog } from './form-dialog.tsx'
import { useIdempotencyKey } from './idempotency-key.ts'
import { Note } from './states.tsx'

const MODES = [
  { value: 'test', label: 'Test Mode' },
  { value: 'production', label: 'Production Mode' },
]
const CURRENCY_TYPES = [
  { value: 'fiat', label: 'Fiat' },
  { value: 'crypto', label: 'Crypto' },
]
const SHOWN = ['workspace_id', 'data'] as const

/** Tells a workspace's webhooks by hand what a service of the platform would tell them. */
export function PublishEvent({ declared, onClose }: { declared: DeclaredEventType; onClose: () => void }) {
  const queryClient = useQueryClient()
  const keyFor = useIdempotencyKey()
  const [workspaceId, setWorkspaceId] = useState('')
  const [mode, setMode] = useState<Mode>('test')
  const [currencyType, setCurrencyType] = useState<CurrencyType | null>(null)
  const [objectId, setObjectId] = useState('')
  const [data, setData] = useState(JSON.stringify(declared.example, null, 2))
  const [fault, setFault] = useState<string>()
  const publish = useMutation({
    mutationFn: (body: Publication) => publishEvent(body, keyFor(body)),
    onSuccess: async ({ id }) => {
      // The first one in Production Mode fixes the schema.
      await queryClient.invalidateQueries({ queryKey: declaredTypesQuery.queryKey })
      notifications.show({ message: `${declared.type} is on its way as ${id}.` })
      onClose()
    },
  })
  const submit = () => {
    const read = readJson(data)
    setFault('fault' in read ? read.fault : undefined)
    if ('value' in read)
      publish.mutate({
        workspace_id: workspaceId.trim(),
        mode,
        type: declared.type,
        currency_type: currencyType,
        ...(objectId.trim() && { object_id: objectId.trim() }),
        data: read.value,
      })
  }
  return (
    <FormDialog
      title={`Publish ${declared.type}`}
      deed="Publish event"
      size="lg"
      shown={SHOWN}
      action={{ ...publish, mutate: submit }}
      onClose={onClose}
    >
      <div className="two-fields">
        <TextInput
          label="Workspace id"
          placeholder="wks_…"
          required
          maxLength={64}
          data-autofocus
          value={workspaceId}
          error={refusal(publish.error, 'workspace_id')}
          onChange={(event) => setWorkspaceId(event.currentTarget.value)}
        />
        <Select
          label="Mode"
          data={MODES}
          value={mode}
          onChange={(value) => value && setMode(value as Mode)}
          allowDeselect={false}
        />
        <TextInput
          label="Object id (optional)"
          description="What it happened to; its events are counted in order."
          placeholder="card_123"
          maxLength={200}
          value={objectId}
          onChange={(event) => setObjectId(event.currentTarget.value)}
        />
        <Select
          label="Currency Type"
          description="Webhooks for the other one do not get it."
          placeholder="Neither"
          data={CURRENCY_TYPES}
          value={currencyType}
          onChange={(value) => setCurrencyType(value as CurrencyType | null)}
          clearable
        />
      </div>
      <Textarea
        label="Data"
        description="It has to fit the declared schema."
        required
        autosize
        minRows={5}
        maxRows={16}
        spellCheck={false}
        value={data}
        error={fault ?? refusal(publish.error, 'data')}
        onChange={(event) => setData(event.currentTarget.value)}
        styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      />
      {mode === 'production' && (
        <Note tone="soon">
          <strong>The customer’s real webhooks get it</strong>, and an event that went out cannot be taken
          back.
          {!declared.published_at &&
            ' As the first in Production Mode it also fixes what the schema requires.'}
        </Note>
      )}
    </FormDialog>
  )
}

/** What the server said about a field, with the place inside it. */
function refusal(error: Error | null, field: (typeof SHOWN)[number]): string | undefined {
  if (!(error instanceof ProblemError)) return undefined
  const found = error.problem.errors?.find(({ pointer }) => pointer.split('/')[1] === field)
  return found && `${found.pointer.slice(field.length + 1)} ${found.message}`.trim()
}
