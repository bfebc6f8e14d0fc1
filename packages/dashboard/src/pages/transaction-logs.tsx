import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { TransactionLog } from '../api-types.ts'
import { LinkButton } from '../components/link-button.tsx'
import { Loaded } from '../components/loaded.tsx'
import { LogExplorer, useExplorer } from '../components/log-explorer.tsx'
import type { RowLead } from '../components/log-table.tsx'
import { RequestDetail } from '../components/request-detail.tsx'
import { Empty } from '../components/states.tsx'
import { REQUESTS } from '../explorer-sources.ts'
import { apiKeysQuery } from '../keys.ts'
import { LOG_COLUMNS_CHOSEN, logColumns } from '../log-columns.tsx'
import { logLanguage } from '../log-language.ts'
import { logQuery } from '../logs.ts'
import { MODE_NAMES, useMode } from '../mode.ts'
import { useColumns } from '../row-columns.ts'
import { useOpenRow } from '../use-open-row.ts'

export function TransactionLogsPage() {
  const explorer = useExplorer(REQUESTS)
  const { rows } = explorer.logs
  const { language, keyNames } = useLanguage(rows)
  const columns = useColumns(
    useMemo(() => logColumns(keyNames), [keyNames]),
    LOG_COLUMNS_CHOSEN,
  )
  const row = useOpenRow(useMemo(() => rows.map(({ id }) => id), [rows]))
  return (
    <LogExplorer
      explorer={explorer}
      title="Transaction Logs"
      about="Every API request made with your keys"
      action={
        <LinkButton to="/signature-debugger" variant="default">
          Signature debugger
        </LinkButton>
      }
      language={language}
      placeholder="status:4xx method:POST key:… path:/v1/… code:… req_…"
      lead={LEAD}
      columns={columns}
      row={row}
      panel={(id) => ({ page: `/transaction-logs/${id}`, content: <OpenRequest key={id} id={id} /> })}
      empty={<NoRequests />}
    />
  )
}

const LEAD: RowLead<TransactionLog> = {
  name: 'Request',
  words: ({ method, path }) => `${method} ${path}`,
  cell: ({ method, path }) => (
    <code>
      <span className="method">{method}</span> {path}
    </code>
  ),
}

/** What can be typed: the filters, with the keys of the workspace and the problems among the rows. */
function useLanguage(rows: readonly TransactionLog[]) {
  const mode = useMode()
  const { data } = useInfiniteQuery(apiKeysQuery({ deleted: true }))
  const keys = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data])
  const codes = [...new Set(rows.flatMap(({ code }) => code ?? []))].sort().join()
  const language = useMemo(() => {
    const ofMode = keys.filter((key) => key.mode === mode)
    return logLanguage(ofMode, codes === '' ? [] : codes.split(','))
  }, [keys, mode, codes])
  const keyNames = useMemo(() => new Map(keys.map(({ id, name }) => [id, name])), [keys])
  return { language, keyNames }
}

function NoRequests() {
  return (
    <Empty
      title={`No requests in ${MODE_NAMES[useMode()]} yet`}
      action={<LinkButton to="/api-keys">Go to API Keys</LinkButton>}
    >
      Sign a request with a key and it appears here within seconds, accepted or refused.
    </Empty>
  )
}

function OpenRequest({ id }: { id: string }) {
  const log = useQuery(logQuery(useMode(), id))
  return (
    <Loaded query={log} what="This request" rows={10}>
      {(data) => <RequestDetail log={data} level={2} />}
    </Loaded>
  )
}
