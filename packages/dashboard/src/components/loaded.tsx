import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMatches } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ProblemError } from '../api.ts'
import { Failed, LoadingRows, Note } from './states.tsx'
import { Time } from './time.tsx'

type LoadedProps<Data> = {
  query: UseQueryResult<Data>
  /** What it is, for when it fails: "This webhook". */
  what: string
  /** Rows of the place that it holds while it loads. */
  rows?: number
  /** What the page is about, and brings its heading: until it is there the page has the one of its tab. */
  isPage?: boolean
  children: (data: Data) => ReactNode
}

/**
 * What a query brings: its place while it loads, what failed, or the thing itself. Once it is there it stays, with all
 * that was typed into it, also when a later look fails or somebody else has deleted it; a note then says so.
 */
export function Loaded<Data>({ query, what, rows, isPage, children }: LoadedProps<Data>) {
  if (query.data === undefined)
    return (
      <>
        {isPage && <TabHeading />}
        {query.isError ? (
          <Failed what={what} error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <LoadingRows rows={rows} />
        )}
      </>
    )
  return (
    <>
      {query.isError && <Outdated query={query} what={what} />}
      {children(query.data)}
    </>
  )
}

/** For who does not see the page: it holds no room, so that nothing moves when the thing comes. */
function TabHeading() {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title })
  return <h1 className="visually-hidden">{title}</h1>
}

type OutdatedProps = {
  query: Pick<UseQueryResult, 'error' | 'dataUpdatedAt' | 'isFetching' | 'refetch'>
  what: string
}

/** What is on the screen is older than the last look, which failed. */
export function Outdated({ query, what }: OutdatedProps) {
  const problem = query.error instanceof ProblemError ? query.error : undefined
  const seenAt = <Time at={new Date(query.dataUpdatedAt).toISOString()} />
  if (problem?.status === 404)
    return (
      <Note tone="bad">
        <strong>{what} is not there any more.</strong> Somebody has deleted it. It is shown as it was {seenAt}
        .
      </Note>
    )
  return (
    <Note tone="soon">
      <strong>Not up to date.</strong> {problem?.title ?? 'The answer could not be read'}. What is shown is
      from {seenAt}.{' '}
      <Button
        variant="default"
        size="compact-xs"
        loading={query.isFetching}
        onClick={() => void query.refetch()}
      >
        Try again
      </Button>
    </Note>
  )
}
