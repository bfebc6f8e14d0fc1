import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { ApiKey, ApiKeyChange } from '../api-types.ts'
import { editApiKey } from '../keys.ts'
import { Fact } from './facts.tsx'
import { FormError } from './states.tsx'

type EditableFactProps = {
  name: string
  /** Absent: nobody may change it. */
  edit: ((close: () => void) => ReactNode) | undefined
  children: ReactNode
}

/** A fact that turns into its own form. Closing it gives the focus back to the button that opened it. */
export function EditableFact({ name, edit, children }: EditableFactProps) {
  const { isOpen, open, close, opener } = useInPlace()
  if (isOpen && edit)
    return (
      <Fact name={name} wide>
        {edit(close)}
      </Fact>
    )
  return (
    <Fact name={name}>
      <span className="row editable">
        <span>{children}</span>
        {edit && (
          <button
            ref={opener}
            type="button"
            className="link-button"
            aria-label={`Edit ${name}`}
            onClick={open}
          >
            Edit
          </button>
        )}
      </span>
    </Fact>
  )
}

/** Whether a form stands in the place of what it changes. */
export function useInPlace() {
  const [isOpen, setOpen] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !isOpen) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])
  return { isOpen, open: () => setOpen(true), close: () => setOpen(false), opener }
}

type InPlaceFormProps = {
  apiKey: ApiKey
  label: string
  /** What is sent; undefined while it cannot be. */
  change: ApiKeyChange | undefined
  onClose: () => void
  /** The fields, with what the API said about them. */
  children: (error: unknown) => ReactNode
  shown?: readonly string[]
}

/** One field of a key, saved by itself. Escape leaves things as they are. */
export function InPlaceForm({ apiKey, label, change, onClose, children, shown = [] }: InPlaceFormProps) {
  const queryClient = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  // The button that opened it is gone: whoever works with keys goes on in its first field.
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), [])
  const save = useMutation({
    mutationFn: (body: ApiKeyChange) => editApiKey(apiKey.id, body),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
      notifications.show({ message: `${label} of ${apiKey.name} saved.` })
      onClose()
    },
  })
  return (
    <form
      ref={form}
      className="stack"
      aria-label={`Edit ${label}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (change) save.mutate(change)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        onClose()
      }}
    >
      {children(save.error)}
      <FormError error={save.error} shown={shown} />
      <div className="row">
        <Button type="submit" size="xs" disabled={!change} loading={save.isPending}>
          Save
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
