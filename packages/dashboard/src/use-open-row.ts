import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

export type OpenRow = {
  /** The id of the row that stands open beside the list. */
  id: string | undefined
  open: (id: string) => void
  close: () => void
  /** To the row below (1) or above (-1); undefined where there is none. */
  step: (by: 1 | -1) => (() => void) | undefined
}

/** The row that is open beside a list. Its id is in the URL, so that the address brings back the same view. */
export function useOpenRow(ids: readonly string[]): OpenRow {
  const id = useSearch({ strict: false, select: (search: { open?: string }) => search.open })
  const navigate = useNavigate()
  const lastId = useRef<string>(undefined)
  const go = (open: string | undefined, replace: boolean) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, open }),
      replace,
      resetScroll: false,
    } as never)
  const at = id === undefined ? -1 : ids.indexOf(id)

  // Whoever closes a row goes on where they were.
  useEffect(() => {
    if (id === undefined && lastId.current !== undefined) rowLink(lastId.current)?.focus()
    lastId.current = id
  }, [id])

  return {
    id,
    open: (next) => go(next, id !== undefined),
    close: () => go(undefined, true),
    step(by) {
      const next = at === -1 ? undefined : ids[at + by]
      return next === undefined ? undefined : () => go(next, true)
    },
  }
}

/** The link of a row, while the row is in view. */
function rowLink(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"] a`)
}
