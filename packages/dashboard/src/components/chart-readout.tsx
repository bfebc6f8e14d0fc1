import { timeSpan } from '../usage-words.ts'
import type { ChartPlotProps } from './chart-plot.tsx'
import type { ChartPoint, ChartSeries } from './time-chart.tsx'

type ReadoutProps = Pick<ChartPlotProps, 'series' | 'formatValue' | 'opens' | 'kind'> & {
  point: ChartPoint
  x: number
  width: number
  /** The part that is being selected. */
  selected: ChartPoint | null
}

const READOUT_WIDTH = 220
const MARGIN = 14

/** The figures of the point that is looked at, beside it. Who cannot see it hears them from the chart itself. */
export function ChartReadout({ series, formatValue, opens, kind, point, x, width, selected }: ReadoutProps) {
  const isRight = x + MARGIN + READOUT_WIDTH > width
  // Lines are shares and quantiles, which have no sum.
  const figures = selected ? (kind === 'bars' ? selected : null) : point
  const left = Math.max(0, isRight ? x - MARGIN - READOUT_WIDTH : x + MARGIN)
  return (
    <div className="chart-readout" style={{ left, width: READOUT_WIDTH }} aria-hidden="true">
      <div className="chart-readout-time">
        {selected ? timeSpan(selected.startMs, selected.endMs) : timeSpan(point.startMs, point.endMs)}
      </div>
      {figures &&
        series.map((one, index) => {
          const value = figures.values[index] ?? null
          return (
            <div key={one.name} className="chart-readout-row">
              <Swatch {...one} kind={kind} />
              <span>{one.name}</span>
              <b>{value === null ? '–' : formatValue(value)}</b>
            </div>
          )
        })}
      <div className="chart-readout-hint">
        {selected ? 'Let go to zoom in' : opens ? `Press for ${opens}` : 'Press, or drag, to zoom in'}
      </div>
    </div>
  )
}

export function Swatch({ tone, hatch, dash, kind }: ChartSeries & { kind: ChartPlotProps['kind'] }) {
  return (
    <i
      className="swatch"
      data-tone={tone}
      data-kind={kind}
      data-hatch={hatch || undefined}
      data-dash={dash}
    />
  )
}
