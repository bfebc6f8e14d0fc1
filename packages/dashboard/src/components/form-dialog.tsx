import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from './dialog.tsx'
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
  /** Fields that show by themselves what the server said about them. */
  shown?: readonly string[]
  /** Another button beside the deed: another way to do it. */
  other?: ReactNode
  size?: 'lg' | number
  /** What the deed brought, where the dialog stays for the next. */
  outcome?: ReactNode
  action: { mutate: () => void; isPending: boolean; error: Error | null }
  onClose: () => void
  children: ReactNode
}

/**
 * A form over the page: its fields, what went wrong, and a button for the deed beside the way back. Once something was
 * changed in it, a click beside it does not close it. Whatever opened it has the focus again afterwards.
 */
export function FormDialog(props: FormDialogProps) {
  const { title, deed, keep = 'Cancel', isDanger, isDisabled, shown, other, size, outcome } = props
  const { action, onClose, children } = props
  const [isTouched, setTouched] = useState(false)
  return (
    <Dialog onClose={onClose} title={title} size={size} closeOnClickOutside={!isTouched}>
      <form
        className="stack"
        onChange={() => setTouched(true)}
        onSubmit={(event) => {
          event.preventDefault()
          action.mutate()
        }}
      >
        {children}
        <FormError error={action.error} shown={shown} />
        {outcome}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {keep}
          </Button>
          {other}
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
    </Dialog>
  )
}
