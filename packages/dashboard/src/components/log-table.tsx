import { useMediaQuery } from '@mantine/hooks'
import { memo, useEffect, useRef, type ReactNode, type RefObject } from 'react'
import type { RowColumn } from '../row-columns.ts'
import { useWindowRows } from '../use-window-rows.ts'
import { OpenRowLink } from './open-row-link.tsx'

const ROW_PIXELS = 38
// In a narrow window a row has two lines.
const NARROW_ROW_PIXELS = 64

/** What a row is about: its first cell, which is its link. */
export type RowLead<Row> = {
  name: string
  cell: (row: Row) => ReactNode
  /** In whole, where the cell is cut off. */
  words: (row: Row) => string
}

type LogTableProps<Row extends { id: string }> = {
  rows: readonly Row[]
  lead: RowLead<Row>
  columns: readonly RowColumn<Row>[]
  openId: string | undefined
  onOpen: (id: string) => void
  /** Called when the last row comes near the window. */
  onEnd: (() => void) | undefined
  body: RefObject<HTMLTableSectionElement | null>
}

/** Any number of rows, of which those near the window are on the page. */
export function LogTable<Row extends { id: string }>({
  rows,
  lead,
  columns,
  openId,
  onOpen,
  onEnd,
  body,
}: LogTableProps<Row>) {
  const isNarrow = useMediaQuery('(max-width: 767px)', false, { getInitialValueInEffect: false })
  const rowHeight = isNarrow ? NARROW_ROW_PIXELS : ROW_PIXELS
  const { first, end } = useWindowRows(body, { count: rows.length, rowHeight })
  const isEnd = end >= rows.length - 20
  useEffect(() => {
    if (isEnd) onEnd?.()
  }, [isEnd, onEnd, rows.length])
  // Beside an open row there is room for what tells rows apart.
  const shown = openId === undefined ? columns : columns.filter(({ isSpare }) => !isSpare)
  const columnCount = shown.length + 1
  // One function for all rows and renders, so that a row is drawn again only when it changes.
  const open = useRef(onOpen)
  useEffect(() => {
    open.current = onOpen
  })
  return (
    <div className="table-frame">
      <table className="table dense logs windowed" aria-rowcount={rows.length + 1}>
        <colgroup>
          <col />
          {shown.map(({ id, width }) => (
            <col key={id} style={{ width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th>{lead.name}</th>
            {shown.map(({ id, name, isNumber }) => (
              <th key={id} className={isNumber ? 'num' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          <Space rows={first} {...{ rowHeight, columnCount }} />
          {rows.slice(first, end).map((row, index) => (
            <LogRow
              key={row.id}
              row={row}
              rowIndex={first + index + 2}
              lead={lead}
              columns={shown}
              isOpen={row.id === openId}
              onOpen={open}
            />
          ))}
          <Space rows={rows.length - end} {...{ rowHeight, columnCount }} />
        </tbody>
      </table>
    </div>
  )
}

/** Holds the place of the rows that are not on the page. */
function Space({ rows, rowHeight, columnCount }: { rows: number; rowHeight: number; columnCount: number }) {
  if (rows <= 0) return null
  return (
    <tr className="space" aria-hidden style={{ height: rows * rowHeight }}>
      <td colSpan={columnCount} />
    </tr>
  )
}

type LogRowProps<Row extends { id: string }> = Pick<LogTableProps<Row>, 'lead' | 'columns'> & {
  row: Row
  rowIndex: number
  isOpen: boolean
  onOpen: RefObject<(id: string) => void>
}

const LogRow = memo(function LogRow<Row extends { id: string }>({
  row,
  rowIndex,
  lead,
  columns,
  isOpen,
  onOpen,
}: LogRowProps<Row>) {
  return (
    <tr
      data-href
      data-row={row.id}
      data-open={isOpen || undefined}
      aria-rowindex={rowIndex}
      // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
      onClick={() => onOpen.current(row.id)}
    >
      <td title={lead.words(row)}>
        <OpenRowLink id={row.id} isOpen={isOpen}>
          {lead.cell(row)}
        </OpenRowLink>
      </td>
      {columns.map(({ id, name, isNumber, isNarrow, cell }) => (
        <td
          key={id}
          data-label={name}
          data-narrow={isNarrow}
          data-last={id === 'time' || undefined}
          className={isNumber ? 'num' : undefined}
        >
          {cell(row)}
        </td>
      ))}
    </tr>
  )
}) as <Row extends { id: string }>(props: LogRowProps<Row>) => ReactNode
