import { Button, Checkbox } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Dialog } from './dialog.tsx'

type SecretShownProps = {
  title: string
  /** What the person says before it may close: "I have stored the webhook secret". */
  stored: string
  onClose: () => void
  children: ReactNode
}

/** Something that is shown this one time, in a dialog that closes only after it is stored. */
export function SecretShown({ title, stored, onClose, children }: SecretShownProps) {
  const [isStored, setStored] = useState(false)
  return (
    <Dialog
      onClose={onClose}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <div className="stack">
        {children}
        <Checkbox
          label={stored}
          checked={isStored}
          onChange={(event) => setStored(event.currentTarget.checked)}
        />
        <Button style={{ alignSelf: 'flex-end' }} disabled={!isStored} onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}
