import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey, TransactionLog } from '../api-types.ts'
import { keyRequests, logQuery } from '../logs.ts'
import { problemIn } from '../logged-problem.ts'
import { Note } from './states.tsx'
import { milliseconds } from './time.tsx'

const POLL_MS = 1_500

type ListenerProps = {
  apiKey: ApiKey
  /** Requests that the page sent itself. */
  ignored: string[]
}

/** Waits for the first request from the user's own code and shows it: green, or red with how to mend it. */
export function Listener({ apiKey, ignored }: ListenerProps) {
  // What was there when the page opened is not news.
  const [known, setKnown] = useState<ReadonlySet<string>>()
  const requests = useQuery({
    queryKey: ['listener', apiKey.id],
    queryFn: async ({ signal }) => {
      const { data } = await keyRequests(apiKey.mode, apiKey.id, signal)
      setKnown((before) => before ?? new Set(apiKey.last_used_at === null ? [] : data.map(({ id }) => id)))
      return data
    },
    refetchInterval: POLL_MS,
    gcTime: 0,
    retry: false,
  })
  const news = (requests.data ?? []).filter(({ id }) => known && !known.has(id) && !ignored.includes(id))
  // A success stays in view even when a later try fails.
  const shown = news.find(({ status }) => status < 300) ?? news[0]
  return (
    <div aria-live="polite">
      {shown ? (
        <Arrived row={shown} />
      ) : (
        <div className="note" data-tone="busy">
          <span className="pulse" />
          <div>
            <strong>
              Listening for the {apiKey.last_used_at === null ? 'first' : 'next'} request from your code.
            </strong>{' '}
            {requests.isError
              ? 'The server does not answer at the moment; listening goes on when it does.'
              : 'It appears here within two seconds of being sent, right or wrong.'}
          </div>
        </div>
      )}
    </div>
  )
}

function Arrived({ row }: { row: TransactionLog }) {
  const detail = useQuery({ ...logQuery(row.mode, row.id), enabled: row.status >= 300 })
  const link = (
    <Link
      to="/transaction-logs/$requestId"
      params={{ requestId: row.id }}
      search={{ mode: row.mode }}
      className="link"
    >
      Open it in Transaction Logs
    </Link>
  )
  if (row.status < 300) {
    return (
      <Note tone="good">
        <strong>Signed request received.</strong> <code>{`${row.method} ${row.path}`}</code> from {row.ip}{' '}
        {row.outcome === 'answered'
          ? `answered ${row.status} in ${milliseconds(row.duration_ms)}.`
          : 'was forwarded to its service.'}{' '}
        <p>{link}</p>
      </Note>
    )
  }
  const problem = problemIn(detail.data, row)
  return (
    <Note tone="bad">
      <strong>A request arrived and was refused: {problem.title}</strong>
      <p>
        <code>{`${row.method} ${row.path}`}</code> from {row.ip} answered {row.status}
        {row.code && <code>{` ${row.code}`}</code>}. {problem.detail}
      </p>
      {problem.likelyCause && (
        <p>
          <strong>Likely cause:</strong> {problem.likelyCause}
        </p>
      )}
      <p>
        {row.code && (
          <>
            <a className="link" href={`/problems/${row.code}`} target="_blank" rel="noreferrer">
              How to mend it
            </a>{' '}
            ·{' '}
          </>
        )}
        {link}. Listening goes on.
      </p>
    </Note>
  )
}
