import '../styles/keys.css'
import { ChevronRightIcon } from '@radix-ui/react-icons'
import type { ReactNode } from 'react'

type DisclosureProps = {
  title: string
  /** What is inside, while it is closed. */
  hint: string
  open: boolean
  onToggle: (open: boolean) => void
  children: ReactNode
}

/** What most people leave as it is, one click away. Closing it keeps what was typed. */
export function Disclosure({ title, hint, open, onToggle, children }: DisclosureProps) {
  return (
    <details className="disclosure" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>
        <ChevronRightIcon />
        <strong>{title}</strong>
        <span className="small quiet">{hint}</span>
      </summary>
      <div className="stack-wide">{children}</div>
    </details>
  )
}
