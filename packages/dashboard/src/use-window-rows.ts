import { useEffect, useLayoutEffect, useState, type RefObject } from 'react'

// So many rows beyond the window on each side: a scroll of a few rows draws nothing new.
const OVERSCAN_ROWS = 12
// The first and last row move in steps, so that most scrolls change nothing.
const STEP_ROWS = 6

export type WindowRows = { first: number; end: number }

/**
 * Which rows of a long list of rows of one height are near the window; only these are on the page.
 * @param body what holds the rows, from the first to the last
 */
export function useWindowRows(
  body: RefObject<HTMLElement | null>,
  { count, rowHeight }: { count: number; rowHeight: number },
): WindowRows {
  const [rows, setRows] = useState<WindowRows>({ first: 0, end: 2 * OVERSCAN_ROWS + STEP_ROWS })
  const look = () => {
    if (!body.current) return
    const { top } = body.current.getBoundingClientRect()
    const first = Math.max(0, Math.floor(-top / rowHeight) - OVERSCAN_ROWS)
    const end = Math.max(0, Math.ceil((innerHeight - top) / rowHeight) + OVERSCAN_ROWS)
    const next = { first: first - (first % STEP_ROWS), end: end + STEP_ROWS - (end % STEP_ROWS) }
    setRows((before) => (before.first === next.first && before.end === next.end ? before : next))
  }
  // What stands above may have grown or shrunk with whatever was drawn.
  useLayoutEffect(look)
  useEffect(() => {
    let frame = 0
    const onMove = () => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(look)
    }
    const growth = new ResizeObserver(onMove)
    growth.observe(document.body)
    addEventListener('scroll', onMove, { passive: true })
    addEventListener('resize', onMove)
    return () => {
      cancelAnimationFrame(frame)
      growth.disconnect()
      removeEventListener('scroll', onMove)
      removeEventListener('resize', onMove)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- `look` reads what is current but for these
  }, [rowHeight])
  return { first: Math.min(rows.first, Math.max(0, count - 1)), end: Math.min(rows.end, count) }
}
