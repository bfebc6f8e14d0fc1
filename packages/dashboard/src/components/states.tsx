import { Button, Skeleton } from '@mantine/core'
import {
  CheckCircledIcon,
  CrossCircledIcon,
  ExclamationTriangleIcon,
  InfoCircledIcon,
  UpdateIcon,
} from '@radix-ui/react-icons'
import type { ReactNode } from 'react'
import { ProblemError } from '../api.ts'
import { Chip } from './chip.tsx'

export type Tone = 'good' | 'bad' | 'soon' | 'busy' | 'off'

const NOTE_ICONS: Record<Tone, ReactNode> = {
  good: <CheckCircledIcon />,
  bad: <CrossCircledIcon />,
  soon: <ExclamationTriangleIcon />,
  busy: <UpdateIcon />,
  off: <InfoCircledIcon />,
}

/** A short message inside a page: what is so, and what to do next. */
export function Note({ tone = 'off', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div className="note" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      {NOTE_ICONS[tone]}
      <div>{children}</div>
    </div>
  )
}

type PageHeadProps = {
  title: ReactNode
  lead?: ReactNode
  action?: ReactNode
  /** 2 where it heads what stands beside a page's own. */
  level?: 1 | 2
}

export function PageHead({ title, lead, action, level = 1 }: PageHeadProps) {
  return (
    <div className="page-head">
      <div>
        {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
        {lead && <p>{lead}</p>}
      </div>
      {action}
    </div>
  )
}

/** Nothing here yet: what will be here, how to fill it, one button. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="card state">
      <h2>{title}</h2>
      <p>{children}</p>
      {action && <div className="actions">{action}</div>}
    </div>
  )
}

/** What failed, in the server's words, with the request id to quote and a way to try again. */
export function Failed({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  const problem = error instanceof ProblemError ? error : undefined
  if (problem?.status === 404) return <Missing what={what} />
  return (
    <div className="card state" role="alert">
      <h2>{what} could not be loaded</h2>
      <p>
        {problem
          ? `${problem.title}. ${problem.problem.detail ?? ''}`
          : 'The page met an answer that it cannot read.'}
      </p>
      {problem?.requestId && (
        <p className="row" style={{ justifyContent: 'center', marginTop: 8 }}>
          If it stays, quote <Chip value={problem.requestId} />
        </p>
      )}
      <div className="actions">
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      </div>
    </div>
  )
}

/** Asking again would not bring it back. */
function Missing({ what }: { what: string }) {
  return (
    <div className="card state" role="alert">
      <h2>{what} is not here</h2>
      <p>It was deleted, the address is mistyped, or it belongs to another workspace or to the other mode.</p>
    </div>
  )
}

/**
 * A refused form, in the server's words. Renders nothing while there is no error.
 * Messages of `shown` fields are left out: they stand at their fields.
 */
export function FormError({ error, shown = [] }: { error: unknown; shown?: readonly string[] }) {
  if (!error) return null
  const problem = error instanceof ProblemError ? error : undefined
  const errors = problem?.problem.errors?.filter(
    ({ pointer }) => !shown.includes(pointer.split('/')[1] ?? ''),
  )
  return (
    <Note tone="bad">
      <strong>{problem?.title ?? 'The answer could not be read'}</strong>
      {errors?.length === 0 && problem?.problem.errors?.length ? (
        <div>The marked fields say what to change.</div>
      ) : (
        problem?.problem.detail && <div>{problem.problem.detail}</div>
      )}
      {errors?.map(({ pointer, message }) => (
        <div key={pointer + message}>
          <code>{pointer}</code> {message}
        </div>
      ))}
      {problem?.requestId && problem.status >= 500 && (
        <div className="small">
          Request <code>{problem.requestId}</code>
        </div>
      )}
    </Note>
  )
}

/** Holds the place of what loads. */
export function LoadingRows({ rows = 6 }: { rows?: number }) {
  return (
    <div className="card card-pad stack" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={20} width={row === 0 ? '40%' : '100%'} />
      ))}
    </div>
  )
}

/** Holds the place of a table while it loads; of cards on a narrow window. */
export function LoadingTable({ rows }: { rows: number }) {
  return (
    <div className="table-frame" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="loading-row">
          {['28%', '16%', '12%', '10%'].map((width) => (
            <Skeleton key={width} height={12} width={width} />
          ))}
        </div>
      ))}
    </div>
  )
}
