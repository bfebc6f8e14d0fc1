import { createLink } from '@tanstack/react-router'
import { forwardRef, type AnchorHTMLAttributes } from 'react'
import { CopyButton } from './chip.tsx'

type IdAnchorProps = AnchorHTMLAttributes<HTMLAnchorElement> & {
  value: string
  /** Shortens what is shown, never what is copied. */
  display?: string
  /** What a copy holds, in words: "transaction id". */
  what: string
}

const IdAnchor = forwardRef<HTMLAnchorElement, IdAnchorProps>(({ value, display, what, ...props }, ref) => (
  <span className="chip" data-bare title={value}>
    <a ref={ref} {...props} className="link">
      <code>{display ?? value}</code>
    </a>
    <CopyButton value={value} what={what} />
  </span>
))

/** An id that has a page of its own: it leads there, and its copy button stands beside it. */
export const IdLink = createLink(IdAnchor)
