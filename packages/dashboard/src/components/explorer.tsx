import '../styles/explorer.css'
import { ActionIcon } from '@mantine/core'
import { ChevronDownIcon, ChevronUpIcon, Cross2Icon, EnterFullScreenIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import type { OpenRow } from '../use-open-row.ts'

type ExplorerProps = {
  row: OpenRow
  /** What the open row shows, and the address of the page that shows it alone. */
  panel: (id: string) => { content: ReactNode; page: string }
  /** One row, in words: "request". */
  what: string
  children: ReactNode
}

/** A list and, beside it, the row that is open. In a narrow window the row takes the place of the list. */
export function Explorer({ row, panel, what, children }: ExplorerProps) {
  const shown = row.id === undefined ? undefined : panel(row.id)
  useKeptScroll(row.id !== undefined)
  return (
    <div className="explorer" data-open={shown ? true : undefined}>
      <div className="explorer-list">{children}</div>
      {shown && (
        <SidePanel row={row} page={shown.page} what={what}>
          {shown.content}
        </SidePanel>
      )}
    </div>
  )
}

type SidePanelProps = { row: OpenRow; page: string; what: string; children: ReactNode }

function SidePanel({ row, page, what, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null)
  const { id } = row
  useEffect(() => {
    const element = panel.current
    if (!element) return
    element.scrollTop = 0
    // From the list the focus follows; a page that opens with its row leaves it alone.
    if (document.activeElement?.closest('.explorer')) element.focus({ preventScroll: true })
  }, [id])
  usePanelKeys(row)
  const below = row.step(1)
  const above = row.step(-1)
  return (
    <aside className="side-panel" ref={panel} tabIndex={-1} aria-label={`The open ${what}`}>
      <div className="side-panel-bar">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Next ${what}`}
          title="Next (j)"
          disabled={!below}
          onClick={below}
        >
          <ChevronDownIcon />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Previous ${what}`}
          title="Previous (k)"
          disabled={!above}
          onClick={above}
        >
          <ChevronUpIcon />
        </ActionIcon>
        <Link to={page} className="link row side-panel-page">
          <EnterFullScreenIcon /> Open as a page
        </Link>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Close the ${what}`}
          title="Close (Esc)"
          onClick={row.close}
        >
          <Cross2Icon />
        </ActionIcon>
      </div>
      <div className="side-panel-content stack">{children}</div>
    </aside>
  )
}

/** j and k walk through the list, Escape closes; not while somebody types or a dialog is open. */
function usePanelKeys(row: OpenRow): void {
  const latest = useRef(row)
  useEffect(() => {
    latest.current = row
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (document.querySelector('[role=dialog], [role=menu]')) return
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
      if (isTyping) return
      if (event.key === 'Escape') latest.current.close()
      else if (event.key === 'j') latest.current.step(1)?.()
      else if (event.key === 'k') latest.current.step(-1)?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** In a narrow window the list is gone while a row is open; it comes back where it was. */
function useKeptScroll(isOpen: boolean): void {
  const kept = useRef(0)
  useEffect(() => {
    if (!isOpen || !matchMedia('(max-width: 1099px)').matches) return
    kept.current = scrollY
    scrollTo(0, 0)
    return () => scrollTo(0, kept.current)
  }, [isOpen])
}
