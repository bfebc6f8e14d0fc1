import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { FormError } from './states.tsx'

type FormDialogProps = {
  title: ReactNode
  /** The button that does it, by its deed: "Settle transaction". */
  deed: string
  /** The button that leaves things as they are. */
  keep?: string
  /** What cannot be undone or takes something away. */
  isDanger?: boolean
  isDisabled?: boolean
  size?: 'lg'
  action: { mutate: () => void; isPending: boolean; error: Error | null }
  onClose: () => void
  children: ReactNode
}

/** A form over the page: its fields, what went wrong, and a button for the deed beside the way back. */
export function FormDialog(props: FormDialogProps) {
  const { title, deed, keep = 'Cancel', isDanger, isDisabled, size, action, onClose, children } = props
  return (
    <Modal opened onClose={onClose} title={title} size={size}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        {children}
        <FormError error={action.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {keep}
          </Button>
          <Button
            type="submit"
            disabled={isDisabled}
            loading={action.isPending}
            {...(isDanger && { color: 'red', className: 'danger' })}
          >
            {deed}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
