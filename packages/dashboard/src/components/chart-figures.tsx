import { timeSpan, wholeNumber } from '../usage-words.ts'
import type { ChartPoint, ChartSeries } from './time-chart.tsx'

type ChartFiguresProps = {
  title: string
  series: readonly ChartSeries[]
  points: readonly ChartPoint[]
  /** What a press on a time does, as a press on its bar. */
  onPick(startMs: number, endMs: number): void
}

/** What a chart shows in figures, newest first, for who reads them or does not see the bars. */
export function ChartFigures({ title, series, points, onPick }: ChartFiguresProps) {
  const rows = points.filter(({ values }) => values.some((value) => value)).reverse()
  if (rows.length === 0) return <p className="quiet">Nothing in this time.</p>
  return (
    <div className="table-frame scroll-frame" role="group" aria-label={`${title}, scrollable`} tabIndex={0}>
      <table className="table dense" aria-label={title}>
        <thead>
          <tr>
            <th>Time</th>
            {series.map(({ name }) => (
              <th key={name} className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ startMs, endMs, values }) => (
            <tr key={startMs}>
              <td className="nowrap">
                <button type="button" className="link-button" onClick={() => onPick(startMs, endMs)}>
                  {timeSpan(startMs, endMs)}
                </button>
              </td>
              {series.map(({ name }, index) => (
                <td key={name} className="num" data-label={name}>
                  {wholeNumber(values[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
