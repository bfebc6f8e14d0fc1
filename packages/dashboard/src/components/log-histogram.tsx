import '../styles/explorer.css'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { TransactionLogHistogram } from '../api-types.ts'
import {
  axisTop,
  CLASSES,
  histogramQuery,
  rangeOfSpan,
  totalOf,
  type Bucket,
  type Span,
} from '../histogram.ts'
import type { LogFilters } from '../logs.ts'
import { useMode } from '../mode.ts'

type LogHistogramProps = {
  filters: LogFilters
  isLive: boolean
  onRange: (range: { created_after: string | undefined; created_before: string | undefined }) => void
}

/** How many requests match, over time, within the same filters as the list. Dragging over it zooms in. */
export function LogHistogram({ filters, isLive, onRange }: LogHistogramProps) {
  const counts = useQuery(histogramQuery(useMode(), filters, isLive))
  const histogram = counts.data?.histogram
  const isZoomed = filters.created_after !== undefined || filters.created_before !== undefined
  return (
    <section className="histogram card" aria-label="Requests over time" aria-busy={counts.isPending}>
      {counts.isError && !histogram && (
        <p className="small second">
          The counts could not be loaded: {counts.error.message}{' '}
          <button type="button" className="link-button" onClick={() => void counts.refetch()}>
            Try again
          </button>
        </p>
      )}
      {histogram && (
        <>
          <div className="histogram-head">
            <Legend histogram={histogram} />
            {isZoomed && (
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() => onRange({ created_after: undefined, created_before: undefined })}
              >
                Whole time
              </Button>
            )}
          </div>
          <Bars histogram={histogram} onSpan={(span) => onRange(rangeOfSpan(histogram, span))} />
        </>
      )}
    </section>
  )
}

/** The sums, which are the key to the colours as well. */
function Legend({ histogram: { data, exact } }: { histogram: TransactionLogHistogram }) {
  const sum = (name: (typeof CLASSES)[number]['name']) =>
    data.reduce((total, bucket) => total + bucket[name], 0)
  const total = data.reduce((all, bucket) => all + totalOf(bucket), 0)
  return (
    <ul className="histogram-legend">
      <li>
        <strong>
          {exact ? '' : '≈ '}
          {total.toLocaleString('en')}
        </strong>{' '}
        {total === 1 ? 'request' : 'requests'}
        {!exact && <span className="quiet"> estimated from a sample</span>}
      </li>
      {CLASSES.filter(({ name }) => sum(name) > 0).map(({ name, word }) => (
        <li key={name}>
          <span className="histogram-key" data-class={name} aria-hidden />
          {name === 'forwarded' ? 'forwarded' : `${name} ${word}`} {sum(name).toLocaleString('en')}
        </li>
      ))}
    </ul>
  )
}

type BarsProps = { histogram: TransactionLogHistogram; onSpan: (span: Span) => void }

/**
 * The bars. A pointer drags over them; for the keyboard it is a slider over the buckets: arrows move, with Shift they
 * take in more, Enter zooms.
 */
function Bars({ histogram, onSpan }: BarsProps) {
  const { data } = histogram
  const [at, setAt] = useState<number | null>(null)
  const [anchor, setAnchor] = useState<number | null>(null)
  const isDragging = useRef(false)
  const top = axisTop(data)
  const last = data.length - 1
  const current = Math.min(at ?? last, last)
  const span = { first: Math.min(anchor ?? current, current), last: Math.max(anchor ?? current, current) }
  const reset = () => {
    isDragging.current = false
    setAnchor(null)
    setAt(null)
  }
  const bucketAt = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * data.length)))
  }
  const zoom = () => {
    reset()
    onSpan(span)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -last, End: last }[
      event.key
    ]
    if (step !== undefined) {
      setAnchor(event.shiftKey ? (anchor ?? current) : null)
      setAt(Math.max(0, Math.min(last, current + step)))
    } else if (event.key === 'Enter') zoom()
    else if (event.key === 'Escape' && at !== null) reset()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="histogram-body">
      <span className="histogram-top" aria-hidden>
        {top.toLocaleString('en')}
      </span>
      <div
        className="histogram-bars"
        role="slider"
        tabIndex={0}
        aria-label="Time"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={current}
        aria-valuetext={wordsOf(histogram, span)}
        onKeyDown={onKeyDown}
        onBlur={reset}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          isDragging.current = true
          setAnchor(bucketAt(event))
          setAt(bucketAt(event))
        }}
        onPointerMove={(event) => setAt(bucketAt(event))}
        onPointerUp={() => isDragging.current && zoom()}
        onPointerCancel={reset}
        onPointerLeave={() => !isDragging.current && anchor === null && setAt(null)}
      >
        {data.map((bucket, index) => (
          <Bar
            key={bucket.at}
            bucket={bucket}
            top={top}
            isTaken={at !== null && index >= span.first && index <= span.last}
          />
        ))}
      </div>
      <div className="histogram-foot small quiet">
        {at === null ? (
          <>
            <span>{momentOf(histogram, histogram.from)}</span>
            <span>{momentOf(histogram, histogram.to)}</span>
          </>
        ) : (
          <span className="second">{wordsOf(histogram, span)}</span>
        )}
      </div>
    </div>
  )
}

function Bar({ bucket, top, isTaken }: { bucket: Bucket; top: number; isTaken: boolean }) {
  return (
    <div className="histogram-bar" data-taken={isTaken || undefined}>
      {CLASSES.map(
        ({ name }) =>
          bucket[name] > 0 && (
            <span key={name} data-class={name} style={{ height: `${(100 * bucket[name]) / top}%` }} />
          ),
      )}
    </div>
  )
}

const dayAndMinute = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const
const toMinute = new Intl.DateTimeFormat(undefined, dayAndMinute)
const toSecond = new Intl.DateTimeFormat(undefined, { ...dayAndMinute, second: '2-digit' })

/** As exact as the buckets are wide. */
function momentOf({ bucket_seconds: seconds }: TransactionLogHistogram, at: string | number): string {
  return (seconds < 60 ? toSecond : toMinute).format(new Date(at))
}

/** "Nov 26, 02:05 PM – Nov 26, 02:10 PM: 120 requests, 3 refused". */
function wordsOf(histogram: TransactionLogHistogram, span: Span): string {
  const { created_after: from, created_before: to } = rangeOfSpan(histogram, span)
  const taken = histogram.data.slice(span.first, span.last + 1)
  const total = taken.reduce((sum, bucket) => sum + totalOf(bucket), 0)
  const parts = CLASSES.flatMap(({ name, word }) => {
    const rows = taken.reduce((sum, bucket) => sum + bucket[name], 0)
    return rows > 0 && name !== '2xx' ? [`${rows.toLocaleString('en')} ${word}`] : []
  })
  const time = `${momentOf(histogram, Date.parse(from) + 1)} – ${momentOf(histogram, to)}`
  const requests = `${total.toLocaleString('en')} ${total === 1 ? 'request' : 'requests'}`
  return `${time}: ${[requests, ...parts].join(', ')}`
}
