import { Button, Modal, TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { FormError } from './states.tsx'

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
    <Modal opened onClose={onClose} title={title}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        {children}
        <TextInput
          label={`Type “${name}” to confirm`}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <FormError error={action.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            color="red"
            className="danger"
            disabled={typed !== name}
            loading={action.isPending}
          >
            {deed}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
