import { TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { FormDialog } from './form-dialog.tsx'

type TypedConfirmationProps = {
  /** What has to be typed, and what the deed concerns. */
  name: string
  title: string
  /** The button that does it, by its deed: "Delete key". */
  deed: string
  /** The button that leaves things as they are: "Keep the key". */
  keep: string
  action: UseMutationResult<unknown, Error, void>
  onClose: () => void
  children: ReactNode
}

/** Asks to type the name of what cannot be brought back. */
export function TypedConfirmation(props: TypedConfirmationProps) {
  const { name, title, deed, keep, action, onClose, children } = props
  const [typed, setTyped] = useState('')
  return (
    <FormDialog
      title={title}
      deed={deed}
      keep={keep}
      isDanger
      isDisabled={typed !== name}
      action={action}
      onClose={onClose}
    >
      {children}
      <TextInput
        label={`Type “${name}” to confirm`}
        autoComplete="off"
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
