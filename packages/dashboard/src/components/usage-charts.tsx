import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Usage, UsageBucket } from '../api-types.ts'
import { DELIVERIES, REQUESTS } from '../explorer-sources.ts'
import { bucketEnd, deliveryRate, errorRate, listRange } from '../usage.ts'
import { latency, percent, shortNumber, wholeNumber } from '../usage-words.ts'
import { TimeChart, type ChartPoint, type ChartSeries, type TimeChartProps } from './time-chart.tsx'

type UsageChartsProps = { usage: Usage; onZoom: TimeChartProps['onZoom'] }

type Requests = NonNullable<UsageBucket['requests']>
type Chart = Pick<
  TimeChartProps,
  'title' | 'figure' | 'kind' | 'emptyText' | 'formatValue' | 'formatTick' | 'opens'
> & {
  series: ChartSeries[]
  valuesOf(bucket: UsageBucket): ChartPoint['values']
  open(index: number, series: number | null): void
}

/** Requests, errors, latency and webhooks over the same time; what is looked at in one is looked at in all. */
export default function UsageCharts({ usage, onZoom }: UsageChartsProps) {
  const [cursor, setCursor] = useState<number | null>(null)
  const open = useOpen(usage)
  const charts = [
    requestsChart(usage, open),
    errorChart(usage, open),
    latencyChart(usage, open),
    webhookChart(usage, open),
  ]
  return (
    <div className="charts">
      {charts.map(({ valuesOf, open: onOpen, ...chart }) => (
        <TimeChart
          key={chart.title}
          {...chart}
          points={usage.data.map((bucket, index) => ({
            startMs: Date.parse(bucket.start),
            endMs: Date.parse(bucketEnd(usage, index)),
            values: valuesOf(bucket),
          }))}
          cursor={cursor !== null && cursor < usage.data.length ? cursor : null}
          onCursor={setCursor}
          onOpen={onOpen}
          onZoom={onZoom}
        />
      ))}
    </div>
  )
}

type Open = ReturnType<typeof useOpen>

/** Leads to the rows behind a bucket. */
function useOpen(usage: Usage) {
  const navigate = useNavigate()
  const rangeOf = (list: Parameters<typeof listRange>[0], index: number) =>
    listRange(list, usage.data[index]!.start, bucketEnd(usage, index))
  return {
    requests: (index: number, status_class?: string) =>
      void navigate({ to: '/transaction-logs', search: { ...rangeOf(REQUESTS, index), status_class } }),
    deliveries: (index: number) => void navigate({ to: '/webhook-logs', search: rangeOf(DELIVERIES, index) }),
  }
}

const NO_REQUESTS = 'No requests in this time.'
const requestsOf = ({ requests }: Pick<UsageBucket, 'requests'>): Requests | null =>
  requests && requests.total > 0 ? requests : null

const CLASSES: (ChartSeries & { filter?: string; of(requests: Requests): number })[] = [
  { name: '2xx', tone: 'good', filter: '2xx', of: (one) => one.status_2xx },
  { name: '3xx', tone: 'off', filter: '3xx', of: (one) => one.status_1xx + one.status_3xx },
  { name: 'Forwarded', tone: 'busy', filter: 'forwarded', of: (one) => one.forwarded },
  { name: '4xx', tone: 'bad', filter: '4xx', of: (one) => one.status_4xx },
  { name: '5xx', tone: 'bad', hatch: true, filter: '5xx', of: (one) => one.status_5xx },
]
const RARE = ['3xx', 'Forwarded']

function requestsChart({ totals }: Usage, open: Open): Chart {
  const all = requestsOf(totals)
  const classes = CLASSES.filter(({ name, of }) => !RARE.includes(name) || (all && of(all) > 0))
  return {
    title: 'Requests',
    figure: wholeNumber(all?.total ?? 0),
    kind: 'bars',
    series: classes.map(({ name, tone, hatch }) => ({ name, tone, hatch })),
    emptyText: all ? null : NO_REQUESTS,
    formatValue: wholeNumber,
    formatTick: shortNumber,
    opens: 'these requests',
    valuesOf: ({ requests }) => classes.map(({ of }) => (requests ? of(requests) : 0)),
    open: (index, series) => open.requests(index, series === null ? undefined : classes[series]?.filter),
  }
}

function errorChart({ totals, data }: Usage, open: Open): Chart {
  const all = requestsOf(totals)
  return {
    title: 'Error rate',
    figure: all ? percent(errorRate(all)!) : '–',
    kind: 'lines',
    series: [
      { name: '4xx and 5xx', tone: 'bad' },
      { name: '5xx alone', tone: 'bad', dash: 'dashed' },
    ],
    emptyText: all ? null : NO_REQUESTS,
    formatValue: percent,
    formatTick: (value) => `${shortNumber(value)} %`,
    opens: 'these requests',
    valuesOf: (bucket) => {
      const requests = requestsOf(bucket)
      return requests ? [errorRate(requests), (requests.status_5xx / requests.total) * 100] : [null, null]
    },
    open(index) {
      const { status_4xx: refused = 0, status_5xx: failed = 0 } = data[index]?.requests ?? {}
      // The list takes one class at a time; where both happened it shows all.
      open.requests(
        index,
        refused > 0 && failed === 0 ? '4xx' : failed > 0 && refused === 0 ? '5xx' : undefined,
      )
    },
  }
}

function latencyChart({ totals }: Usage, open: Open): Chart {
  const all = totals.requests?.latency_ms ?? null
  return {
    title: 'Latency',
    figure: all ? `p95 ${latency(all.p95)}` : '–',
    kind: 'lines',
    series: [
      { name: 'p50', tone: 'busy' },
      { name: 'p95', tone: 'busy', dash: 'dashed' },
      { name: 'p99', tone: 'busy', dash: 'dotted' },
    ],
    emptyText: all ? null : NO_REQUESTS,
    formatValue: latency,
    formatTick: (value) => (value === 0 ? '0' : latency(value)),
    opens: 'these requests',
    valuesOf: ({ requests }) => {
      const one = requests?.latency_ms
      return one ? [one.p50, one.p95, one.p99] : [null, null, null]
    },
    open: (index) => open.requests(index),
  }
}

function webhookChart({ totals }: Usage, open: Open): Chart {
  const all = totals.webhook_attempts
  const rate = all ? deliveryRate(all) : null
  return {
    title: 'Webhook attempts',
    figure: rate === null ? '–' : `${percent(rate)} delivered`,
    kind: 'bars',
    series: [
      { name: 'Delivered', tone: 'good' },
      { name: 'Failed', tone: 'bad' },
    ],
    emptyText: rate === null ? 'No webhook was sent in this time.' : null,
    formatValue: wholeNumber,
    formatTick: shortNumber,
    opens: 'Webhook Logs',
    valuesOf: ({ webhook_attempts: attempts }) => [attempts?.delivered ?? 0, attempts?.failed ?? 0],
    open: (index) => open.deliveries(index),
  }
}
