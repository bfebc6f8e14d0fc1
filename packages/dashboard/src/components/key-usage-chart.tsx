import '../styles/charts.css'
import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey, KeyUsage, KeyUsageList } from '../api-types.ts'
import { rangeFilters } from '../histogram.ts'
import {
  KEY_USE_RANGES,
  keyUsageQuery,
  keyUseRange,
  usagePoints,
  useInWords,
  type KeyUseRange,
} from '../key-usage.ts'
import { shortNumber, wholeNumber } from '../usage-words.ts'
import { useFilters } from '../use-filters.ts'
import { FLAT } from './chart-drawing.tsx'
import { ChartFigures } from './chart-figures.tsx'
import { ChartPlot } from './chart-plot.tsx'
import { Failed } from './states.tsx'
import type { ChartSeries } from './time-chart.tsx'

const SERIES: (ChartSeries & { filter?: string })[] = [
  { name: 'Accepted', tone: 'good' },
  { name: 'Refused (4xx)', tone: 'bad', filter: '4xx' },
  { name: 'Failed (5xx)', tone: 'bad', hatch: true, filter: '5xx' },
]

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
              <UseOverTime apiKey={apiKey} list={usage.data} own={own} range={range} />
            </>
          )}
        </div>
      )}
    </section>
  )
}

type UseOverTimeProps = { apiKey: ApiKey; list: KeyUsageList; own: KeyUsage; range: KeyUseRange }

function UseOverTime({ apiKey, list, own, range }: UseOverTimeProps) {
  const navigate = useNavigate()
  const [cursor, setCursor] = useState<number | null>(null)
  const points = usagePoints(list, own)
  const open = (startMs: number, endMs: number, status_class?: string) => {
    const time = rangeFilters({}, startMs, endMs)
    const search = { mode: apiKey.mode, api_key_id: apiKey.id, status_class, ...time }
    void navigate({ to: '/transaction-logs', search }) // the router reports its own failures
  }
  return (
    <>
      <ChartPlot
        title="Requests over time"
        kind="bars"
        layout={FLAT}
        series={SERIES}
        points={points}
        cursor={cursor !== null && cursor < points.length ? cursor : null}
        onCursor={setCursor}
        opens="these requests"
        onOpen={(index, part) => {
          const { startMs, endMs } = points[index]!
          open(startMs, endMs, part === null ? undefined : SERIES[part]?.filter)
        }}
        onZoom={open}
        formatValue={wholeNumber}
        formatTick={shortNumber}
      />
      {own.total > 0 && (
        <details className="scope-list">
          <summary>Figures</summary>
          <ChartFigures title={`Requests in ${range.label}`} series={SERIES} points={points} onPick={open} />
        </details>
      )}
    </>
  )
}
