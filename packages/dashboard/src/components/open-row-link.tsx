import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

type OpenRowLinkProps = { id: string; isOpen: boolean; children: ReactNode }

/**
 * The link of a row that opens beside its list. A plain click is left to the row around it; with a key held the browser
 * opens the same view in a tab of its own.
 */
export function OpenRowLink({ id, isOpen, children }: OpenRowLinkProps) {
  return (
    <Link
      to="."
      search={(before: object) => ({ ...before, open: id })}
      resetScroll={false}
      preload={false}
      className="lead"
      aria-current={isOpen || undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) event.stopPropagation()
        else event.preventDefault()
      }}
    >
      {children}
    </Link>
  )
}
