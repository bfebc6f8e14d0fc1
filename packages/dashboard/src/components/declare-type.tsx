import { Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemError } from '../api.ts'
import type { DeclaredEventType } from '../api-types.ts'
import {
  declaredTypesQuery,
  declareType,
  FIRST_DECLARATION,
  readJson,
  redeclareType,
  type Declaration,
} from '../declared-types.ts'
import { eventTypesQuery } from '../webhooks.ts'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

const MONO = { input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }
const FIELDS = ['type', 'description', 'schema', 'example'] as const

/** Declares an event type, or changes one: name, what it means, the schema of its data and an example. */
export function DeclareType({ declared, onClose }: { declared?: DeclaredEventType; onClose: () => void }) {
  const before = declared ?? FIRST_DECLARATION
  const queryClient = useQueryClient()
  const [type, setType] = useState(before.type)
  const [description, setDescription] = useState(before.description)
  const [schema, setSchema] = useState(JSON.stringify(before.schema, null, 2))
  const [example, setExample] = useState(JSON.stringify(before.example, null, 2))
  const [faults, setFaults] = useState<{ schema?: string; example?: string }>({})
  const save = useMutation({
    mutationFn: (declaration: Declaration) => (declared ? redeclareType : declareType)(declaration),
    onSuccess: async ({ type: name }) => {
      await Promise.all(
        [declaredTypesQuery, eventTypesQuery].map(({ queryKey }) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      )
      notifications.show({ message: `${name} is ${declared ? 'changed' : 'declared'}.` })
      onClose()
    },
  })
  const refused = refusals(save.error)
  const submit = () => {
    const [readSchema, readExample] = [readJson(schema), readJson(example)]
    setFaults({
      ...('fault' in readSchema && { schema: readSchema.fault }),
      ...('fault' in readExample && { example: readExample.fault }),
    })
    if ('value' in readSchema && 'value' in readExample)
      save.mutate({
        type: type.trim(),
        description: description.trim(),
        schema: readSchema.value,
        example: readExample.value,
      })
  }
  return (
    <FormDialog
      title={declared ? `Edit ${declared.type}` : 'Declare an event type'}
      deed={declared ? 'Save' : 'Declare'}
      size="lg"
      shown={FIELDS}
      action={{ ...save, mutate: submit }}
      onClose={onClose}
    >
      {declared?.published_at && (
        <Note tone="soon">
          Events of this type went out in Production Mode. What was required stays and types do not change;
          properties may come.
        </Note>
      )}
      <TextInput
        label="Event type"
        description="Two to four words joined by dots, such as card.issued."
        required
        disabled={declared !== undefined}
        maxLength={100}
        data-autofocus
        value={type}
        error={refused.type}
        onChange={(event) => setType(event.currentTarget.value)}
      />
      <Textarea
        label="Description"
        description="When it happens, in the words of whoever receives it."
        required
        maxLength={500}
        autosize
        minRows={2}
        value={description}
        error={refused.description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Textarea
        label="JSON Schema of data"
        description="Every event is held to it when it is published. No pattern, no $ref."
        required
        autosize
        minRows={6}
        maxRows={16}
        value={schema}
        error={faults.schema ?? refused.schema}
        onChange={(event) => setSchema(event.currentTarget.value)}
        styles={MONO}
      />
      <Textarea
        label="Example of data"
        description="What test events of this type carry. It has to fit the schema."
        required
        autosize
        minRows={3}
        maxRows={12}
        value={example}
        error={faults.example ?? refused.example}
        onChange={(event) => setExample(event.currentTarget.value)}
        styles={MONO}
      />
    </FormDialog>
  )
}

/** The server's words, at the fields that they are about. */
function refusals(error: Error | null): Partial<Record<(typeof FIELDS)[number], string>> {
  if (!(error instanceof ProblemError)) return {}
  const messages: Partial<Record<(typeof FIELDS)[number], string>> = {}
  for (const { pointer, message } of error.problem.errors ?? []) {
    const [, first, ...deeper] = pointer.split('/')
    const field = FIELDS.find((name) => name === first)
    if (field) messages[field] ??= deeper.length > 0 ? `/${deeper.join('/')} ${message}` : message
  }
  return messages
}
