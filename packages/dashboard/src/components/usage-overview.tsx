import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import '../styles/charts.css'
import { useMode } from '../mode.ts'
import {
  USAGE_FILTER_NAMES,
  USAGE_RANGES,
  USAGE_RANGE_DEFAULT,
  usageQuery,
  zoomOf,
  type UsageFilters,
} from '../usage.ts'
import { timeSpan } from '../usage-words.ts'
import { useFilters } from '../use-filters.ts'
import { Failed } from './states.tsx'
import { UsageTable } from './usage-table.tsx'

const UsageCharts = lazy(() => import('./usage-charts.tsx'))

/** What happened over time, as charts or as a table. The URL holds the range and the part that was zoomed into. */
export function UsageOverview() {
  const mode = useMode()
  const navigate = useNavigate()
  const { filters, set } = useFilters(USAGE_FILTER_NAMES)
  const usage = useQuery(usageQuery(mode, filters))
  const zoom = zoomOf(filters)
  const isTable = filters.figures === 'table'
  // A step of its own, so that going back zooms out.
  const show = (change: UsageFilters) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, ...change }),
      resetScroll: false,
    } as never)
  return (
    <section aria-label="Overview">
      <div className="overview-head">
        <h2>{zoom ? timeSpan(Date.parse(zoom.from), Date.parse(zoom.to)) : 'Overview'}</h2>
        <Button variant="subtle" size="xs" onClick={() => set({ figures: isTable ? undefined : 'table' })}>
          {isTable ? 'Show charts' : 'Show as table'}
        </Button>
        {zoom && (
          <Button variant="default" size="xs" onClick={() => show({ from: undefined, to: undefined })}>
            Zoom out
          </Button>
        )}
        <SegmentedControl
          size="xs"
          aria-label="Range"
          data={USAGE_RANGES.map(({ value, label }) => ({ value, label }))}
          value={zoom ? '' : (filters.range ?? USAGE_RANGE_DEFAULT)}
          onChange={(range) => show({ range, from: undefined, to: undefined })}
        />
      </div>
      {usage.isError ? (
        <Failed what="The overview" error={usage.error} onRetry={() => void usage.refetch()} />
      ) : usage.isPending ? (
        <ChartSkeletons />
      ) : isTable ? (
        <UsageTable usage={usage.data} />
      ) : (
        <Suspense fallback={<ChartSkeletons />}>
          <UsageCharts
            usage={usage.data}
            onZoom={(from, to) =>
              show({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
            }
          />
        </Suspense>
      )}
    </section>
  )
}

/** Holds the place of the charts while they load. */
function ChartSkeletons() {
  return (
    <div className="charts" role="status" aria-busy="true" aria-label="Loading">
      {[1, 2, 3, 4].map((chart) => (
        <Skeleton key={chart} className="chart-skeleton" radius={10} />
      ))}
    </div>
  )
}
