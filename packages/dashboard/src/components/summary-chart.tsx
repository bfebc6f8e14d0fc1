import { BarChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import type { Summary } from '../api-types.ts'
import { periodsOf } from '../reports.ts'

const SERIES = [
  { name: 'Completed', of: 'completed', color: 'var(--good)' },
  { name: 'Pending', of: 'pending', color: 'var(--soon)' },
  { name: 'Unsuccessful', of: 'unsuccessful', color: 'var(--bad)' },
] as const

/** What became of the money of one currency, period by period. Heights are rounded; the table beside it is exact. */
export default function SummaryChart({ report, currency }: { report: Summary; currency: string }) {
  const rows = report.data.filter((row) => row.currency === currency)
  const data = periodsOf(report).map((period) => {
    const of = rows.filter((row) => row.period === period)
    const sums = SERIES.map((series) => [
      series.name,
      of.reduce((sum, row) => sum + Number(row[series.of].sum), 0),
    ])
    return { period, ...(Object.fromEntries(sums) as Record<string, number>) }
  })
  return (
    <BarChart
      h={260}
      data={data}
      dataKey="period"
      type="stacked"
      series={SERIES.map(({ name, color }) => ({ name, color }))}
      withLegend
      valueFormatter={(value) => value.toLocaleString('en')}
      barProps={{ isAnimationActive: false }}
    />
  )
}
