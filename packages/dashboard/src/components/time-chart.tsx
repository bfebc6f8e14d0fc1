import { FULL } from './chart-drawing.tsx'
import { ChartPlot, type ChartPlotProps } from './chart-plot.tsx'
import { Swatch } from './chart-readout.tsx'

/** `hatch` and `dash` tell series apart without their colour. */
export type ChartSeries = {
  name: string
  tone: 'good' | 'soon' | 'busy' | 'bad' | 'off'
  hatch?: boolean
  dash?: 'dashed' | 'dotted'
}

/** What happened between two times, a value for each series; null where there was nothing to measure. */
export type ChartPoint = { startMs: number; endMs: number; values: (number | null)[] }

export type TimeChartProps = Omit<ChartPlotProps, 'layout'> & {
  /** The figure of the whole range. */
  figure: string
  /** Shown in place of the chart when nothing happened in the whole range. */
  emptyText: string | null
}

/** One question, answered over time: its title, the figure of the whole range, a legend, the chart. */
export function TimeChart({ figure, emptyText, ...chart }: TimeChartProps) {
  const { title, series, kind } = chart
  return (
    <section className="card chart" aria-label={title}>
      <header>
        <h3>{title}</h3>
        <strong>{figure}</strong>
      </header>
      <p className="chart-legend">
        {series.map((one) => (
          <span key={one.name}>
            <Swatch {...one} kind={kind} />
            {one.name}
          </span>
        ))}
      </p>
      {emptyText === null ? (
        <ChartPlot {...chart} layout={FULL} />
      ) : (
        <div className="chart-frame" style={{ height: FULL.height }}>
          <p className="chart-empty">{emptyText}</p>
        </div>
      )}
    </section>
  )
}
