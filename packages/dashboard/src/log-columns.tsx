import type { ReactNode } from 'react'
import type { TransactionLog } from './api-types.ts'
import { LogStatusBadge } from './components/badges.tsx'
import { milliseconds, Time } from './components/time.tsx'

export type LogColumn = {
  id: string
  name: string
  /** In pixels; the request itself takes what is left. */
  width: number
  isNumber?: boolean
  /** Left out beside an open row. */
  isSpare?: boolean
  /** @param keyNames the names of keys by their ids */
  cell: (row: TransactionLog, keyNames: ReadonlyMap<string, string>) => ReactNode
}

const none = (
  <span className="quiet" aria-label="None">
    –
  </span>
)

/** What a row of Transaction Logs can show beside the request itself, in order. */
export const LOG_COLUMNS: LogColumn[] = [
  { id: 'status', name: 'Status', width: 92, cell: (row) => <LogStatusBadge log={row} isShort /> },
  {
    id: 'code',
    name: 'Problem',
    width: 232,
    isSpare: true,
    cell: (row) =>
      row.code === null ? none : <ProblemWords code={row.code} cause={row.likely_cause_code} />,
  },
  {
    id: 'key',
    name: 'Key',
    width: 150,
    isSpare: true,
    cell: (row, keyNames) => keyNames.get(row.api_key_id) ?? <code>{row.api_key_id}</code>,
  },
  {
    id: 'currency_type',
    name: 'Currency Type',
    width: 116,
    isSpare: true,
    cell: (row) => (row.currency_type === 'fiat' ? 'Fiat' : 'Crypto'),
  },
  {
    id: 'duration',
    name: 'Duration',
    width: 88,
    isNumber: true,
    isSpare: true,
    cell: (row) => milliseconds(row.duration_ms),
  },
  { id: 'ip', name: 'Address', width: 128, isSpare: true, cell: (row) => <code>{row.ip}</code> },
  {
    id: 'id',
    name: 'Request id',
    width: 258,
    isSpare: true,
    cell: (row) => <code className="quiet">{row.id}</code>,
  },
  { id: 'time', name: 'Time', width: 104, cell: (row) => <Time at={row.created_at} /> },
]

const AT_FIRST = ['status', 'code', 'duration', 'ip', 'time']

/** The problem and, where one is known, why: `signature-invalid query-reordered`. */
function ProblemWords({ code, cause }: { code: string; cause: string | null }) {
  const isTold = cause !== null && cause !== code && cause !== 'unknown'
  return (
    <>
      <code>{code}</code> {isTold && <code className="quiet">{cause}</code>}
    </>
  )
}

// Which columns somebody wants is a taste of this browser.
const STORAGE_KEY = 'countersign-log-columns'

export function readColumns(): string[] {
  try {
    const stored = localStorage.getItem(STORAGE_KEY)
    // None at all is a choice, too.
    return stored === null
      ? AT_FIRST
      : stored.split(',').filter((id) => LOG_COLUMNS.some((each) => each.id === id))
  } catch {
    return AT_FIRST // a browser that keeps nothing remembers nothing
  }
}

/** @returns the same ids */
export function rememberColumns(ids: string[]): string[] {
  try {
    localStorage.setItem(STORAGE_KEY, ids.join(','))
  } catch {
    // As above: the choice then holds for this page.
  }
  return ids
}
