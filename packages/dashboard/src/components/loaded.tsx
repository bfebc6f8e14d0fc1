import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
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
  children: (data: Data) => ReactNode
}

/**
 * What a query brings: its place while it loads, what failed, or the thing itself. Once it is there it stays, with all
 * that was typed into it, also when a later look fails or somebody else has deleted it; a note then says so.
 */
export function Loaded<Data>({ query, what, rows, children }: LoadedProps<Data>) {
  if (query.data === undefined) {
    if (!query.isError) return <LoadingRows rows={rows} />
    return <Failed what={what} error={query.error} onRetry={() => void query.refetch()} />
  }
  return (
    <>
      {query.isError && <Outdated query={query} what={what} />}
      {children(query.data)}
    </>
  )
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
