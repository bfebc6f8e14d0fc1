import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ApiKey, KeyUsage, KeyUsageList } from '../api-types.ts'
import { KEY_USE_RANGES, keyUsageQuery, keyUseRange, useInWords, type KeyUseRange } from '../key-usage.ts'
import { useFilters } from '../use-filters.ts'
import { Failed } from './states.tsx'
import { exactTime } from './time.tsx'

const WIDTH = 680
const HEIGHT = 120
const GAP = 2

/** How much a key was used over time; each bar leads to its requests, and the figures stand in a table too. */
export function KeyUsageChart({ apiKey }: { apiKey: ApiKey }) {
  const { filters, set } = useFilters(['use'] as const)
  const range = keyUseRange(filters.use)
  const usage = useQuery({ ...keyUsageQuery([apiKey.id], range), placeholderData: keepPreviousData })
  const own = usage.data?.data[0]
  return (
    <section className="stack" aria-labelledby="usage">
      <div className="row ends">
        <h2 id="usage">Use</h2>
        <SegmentedControl
          size="xs"
          aria-label="Time shown"
          data={KEY_USE_RANGES.map(({ value, label }) => ({ value, label }))}
          value={range.value}
          onChange={(use) => set({ use })}
        />
      </div>
      {usage.isError && !usage.data ? (
        <Failed what="The use of this key" error={usage.error} onRetry={() => void usage.refetch()} />
      ) : (
        <div className="card card-pad stack key-usage" aria-busy={usage.isPending}>
          {usage.data && own && (
            <>
              <p>{own.total === 0 ? `Not used in ${range.label}.` : useInWords(own, range)}</p>
              <Bars apiKey={apiKey} list={usage.data} own={own} />
              {own.total > 0 && <Figures list={usage.data} own={own} range={range} />}
            </>
          )}
        </div>
      )}
    </section>
  )
}

type FiguresProps = { list: KeyUsageList; own: KeyUsage }

/** Where a bucket begins. */
function startsOf({ from, to }: KeyUsageList, { requests }: KeyUsage): number[] {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  return requests.map((_, index) => first + ((last - first) / requests.length) * index)
}

function Bars({ apiKey, list, own }: FiguresProps & { apiKey: ApiKey }) {
  const starts = startsOf(list, own)
  const most = Math.max(1, ...own.requests)
  const step = WIDTH / starts.length
  const height = (count: number) => (count === 0 ? 0 : Math.max(3, (count / most) * HEIGHT))
  const end = (index: number) => starts[index + 1] ?? Date.parse(list.to)
  return (
    <div className="stack-tight">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`}
        preserveAspectRatio="none"
        className="key-usage-bars"
        role="group"
        aria-label="Requests over time"
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        {starts.map((start, index) => {
          const count = own.requests[index] ?? 0
          const bad = (own.refused[index] ?? 0) + (own.failed[index] ?? 0)
          if (count === 0) return null
          const at = exactTime(new Date(start).toISOString()).local
          const words = `${at}: ${count.toLocaleString('en')} requests${bad > 0 ? `, ${bad.toLocaleString('en')} refused or failed` : ''}`
          return (
            <Link
              key={start}
              to="/transaction-logs"
              search={{
                mode: apiKey.mode,
                api_key_id: apiKey.id,
                created_after: new Date(start - 1).toISOString(),
                created_before: new Date(end(index)).toISOString(),
              }}
              aria-label={words}
            >
              <title>{words}</title>
              <g transform={`translate(${index * step} ${HEIGHT})`}>
                <rect width={step} y={-HEIGHT} height={HEIGHT} className="hit" />
                <rect width={Math.max(1, step - GAP)} y={-height(count)} height={height(count)} />
                <rect width={Math.max(1, step - GAP)} y={-height(bad)} height={height(bad)} data-bad />
              </g>
            </Link>
          )
        })}
      </svg>
      <div className="row small quiet ends">
        <span>{dayOf(starts[0] ?? 0)}</span>
        <span>most: {most.toLocaleString('en')}</span>
        <span>Now</span>
      </div>
    </div>
  )
}

const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const dayOf = (ms: number) => dayFormat.format(new Date(ms))

/** The same for who reads figures, or does not see the bars. */
function Figures({ list, own, range }: FiguresProps & { range: KeyUseRange }) {
  const starts = startsOf(list, own)
  return (
    <details className="scope-list">
      <summary>Figures</summary>
      <div
        className="table-frame scroll-frame"
        style={{ marginTop: 8 }}
        role="group"
        aria-label="Figures, scrollable"
        tabIndex={0}
      >
        <table className="table" aria-label={`Requests in ${range.label}`}>
          <thead>
            <tr>
              <th>From</th>
              <th className="number">Requests</th>
              <th className="number">Refused (4xx)</th>
              <th className="number">Failed (5xx)</th>
            </tr>
          </thead>
          <tbody>
            {starts.map((start, index) => (
              <tr key={start}>
                <td>
                  <span className="lead">{dayOf(start)}</span>
                </td>
                {[own.requests, own.refused, own.failed].map((counts, which) => (
                  <td
                    key={which}
                    className="number"
                    data-label={['Requests', 'Refused (4xx)', 'Failed (5xx)'][which]}
                  >
                    <span>{(counts[index] ?? 0).toLocaleString('en')}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
