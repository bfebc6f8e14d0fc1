import type { TransactionLog } from './api-types.ts'
import { LogStatusBadge } from './components/badges.tsx'
import { None } from './components/none.tsx'
import { milliseconds, Time } from './components/time.tsx'
import type { RowColumn } from './row-columns.ts'

/** Under a name of its own since there was one log alone. */
export const LOG_COLUMNS_CHOSEN = {
  key: 'countersign-log-columns',
  atFirst: ['status', 'code', 'duration', 'ip', 'time'],
}

/**
 * What a row of Transaction Logs can show beside the request itself, in order.
 * @param keyNames the names of keys by their ids
 */
export const logColumns = (keyNames: ReadonlyMap<string, string>): RowColumn<TransactionLog>[] => [
  {
    id: 'status',
    name: 'Status',
    width: 92,
    isNarrow: true,
    cell: (row) => <LogStatusBadge log={row} isShort />,
  },
  {
    id: 'code',
    name: 'Problem',
    width: 232,
    isSpare: true,
    isNarrow: true,
    cell: (row) =>
      row.code === null ? <None /> : <ProblemWords code={row.code} cause={row.likely_cause_code} />,
  },
  {
    id: 'key',
    name: 'Key',
    width: 150,
    isSpare: true,
    cell: (row) => keyNames.get(row.api_key_id) ?? <code>{row.api_key_id}</code>,
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
  { id: 'time', name: 'Time', width: 104, isNarrow: true, cell: (row) => <Time at={row.created_at} /> },
]

/** The problem and, where one is known, why: `signature-invalid query-reordered`. */
function ProblemWords({ code, cause }: { code: string; cause: string | null }) {
  const isTold = cause !== null && cause !== code && cause !== 'unknown'
  return (
    <>
      <code>{code}</code> {isTold && <code className="quiet">{cause}</code>}
    </>
  )
}
