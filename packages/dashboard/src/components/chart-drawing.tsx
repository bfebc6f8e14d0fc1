import { useId } from 'react'
import { placedTicks, timeTicks, valueTicks } from '../chart-scale.ts'
import type { ChartPoint, ChartSeries } from './time-chart.tsx'

/** Where the plot lies in its frame. `isFlat`: a low one without a column of values at its left. */
export type ChartLayout = {
  height: number
  top: number
  bottom: number
  left: number
  right: number
  isFlat: boolean
}

export const FULL: ChartLayout = { height: 176, top: 8, bottom: 24, left: 54, right: 10, isFlat: false }
export const FLAT: ChartLayout = { height: 106, top: 8, bottom: 22, left: 0, right: 0, isFlat: true }

/** So wide is the label of a time, and the room around it. */
const TICK_PIXELS = 52
const TICK_ROOM = 56
/** However few there are beside the rest, they can be seen. */
const BAR_PIXELS_MIN = 2

export type Selection = { anchor: number; index: number }

export type Drawn = {
  /** Bars stand on each other; lines do not. */
  kind: 'bars' | 'lines'
  series: ChartSeries[]
  points: ChartPoint[]
  layout: ChartLayout
}

export type Scale = ReturnType<typeof scaleOf>

export function scaleOf({ kind, points, layout }: Drawn, width: number) {
  const { left, right, top, bottom, height } = layout
  const tops = points.map(({ values }) =>
    kind === 'bars'
      ? values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
      : Math.max(0, ...values.map((value) => value ?? 0)),
  )
  const ticks = valueTicks(Math.max(0, ...tops), { whole: kind === 'bars' })
  const max = ticks.at(-1) || 1
  const plotWidth = Math.max(0, width - left - right)
  const plotHeight = height - top - bottom
  const step = points.length === 0 ? 0 : plotWidth / points.length
  return {
    ticks,
    step,
    plotWidth,
    plotHeight,
    layout,
    /** The middle of a point. */
    xOf: (index: number) => left + (index + 0.5) * step,
    yOf: (value: number) => top + plotHeight * (1 - value / max),
    indexAt: (x: number) => Math.min(points.length - 1, Math.max(0, Math.floor((x - left) / step))),
  }
}

type DrawingProps = Drawn & {
  scale: Scale
  selection: Selection | null
  cursor: number | null
  formatTick(value: number): string
}

/** The picture of a chart: axes, bars or lines, what is selected. Who cannot see it hears the chart itself. */
export function ChartDrawing(props: DrawingProps) {
  const { kind, points, series, cursor, scale, selection } = props
  const hatch = useId()
  const { left, top } = scale.layout
  return (
    <svg width="100%" height={scale.layout.height} aria-hidden="true">
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" fill="var(--bad)" />
          <rect width="2" height="5" fill="var(--text)" />
        </pattern>
      </defs>
      <ValueAxis {...props} />
      <TimeAxis {...props} />
      {selection && (
        <rect
          className="chart-selection"
          x={left + Math.min(selection.anchor, selection.index) * scale.step}
          width={(Math.abs(selection.index - selection.anchor) + 1) * scale.step}
          y={top}
          height={scale.plotHeight}
        />
      )}
      {cursor !== null && cursor < points.length && (
        <line
          className="chart-cursor"
          x1={scale.xOf(cursor)}
          x2={scale.xOf(cursor)}
          y1={top}
          y2={top + scale.plotHeight}
        />
      )}
      {kind === 'bars' ? (
        <Bars points={points} series={series} scale={scale} hatch={`url(#${hatch})`} />
      ) : (
        series.map((one, index) => (
          <Line
            key={one.name}
            {...one}
            scale={scale}
            values={points.map(({ values }) => values[index] ?? null)}
          />
        ))
      )}
    </svg>
  )
}

/** Lines with their values beside them; in a flat chart the top one alone says its value, within the plot. */
function ValueAxis({ scale, formatTick }: Pick<DrawingProps, 'scale' | 'formatTick'>) {
  const { left, isFlat } = scale.layout
  const right = left + scale.plotWidth
  return scale.ticks.map((value, index) => (
    <g key={value}>
      <line className="chart-grid" x1={left} x2={right} y1={scale.yOf(value)} y2={scale.yOf(value)} />
      {(!isFlat || index === scale.ticks.length - 1) && (
        <text
          className="chart-tick"
          x={isFlat ? right - 2 : left - 8}
          y={scale.yOf(value) + (isFlat ? 12 : 4)}
          textAnchor="end"
        >
          {formatTick(value)}
        </text>
      )}
    </g>
  ))
}

function TimeAxis({ points, scale }: Pick<DrawingProps, 'points' | 'scale'>) {
  const { left, height } = scale.layout
  const startMs = points[0]!.startMs
  const endMs = points.at(-1)!.endMs
  const ticks = timeTicks(startMs, endMs, Math.max(2, scale.plotWidth / TICK_ROOM))
  const xOf = (ms: number) => left + ((ms - startMs) / (endMs - startMs)) * scale.plotWidth
  const bounds = { from: left, to: left + scale.plotWidth, room: TICK_PIXELS }
  return placedTicks(
    ticks.map(({ ms, label }) => ({ x: xOf(ms), label })),
    bounds,
  ).map(({ x, label }) => (
    <text key={x} className="chart-tick" x={x} y={height - 6} textAnchor="middle">
      {label}
    </text>
  ))
}

function Bars({
  points,
  series,
  scale,
  hatch,
}: Pick<DrawingProps, 'points' | 'series' | 'scale'> & { hatch: string }) {
  const gap = scale.step > 5 ? Math.min(4, scale.step * 0.2) : scale.step > 2.5 ? 0.6 : 0
  return points.map((point, index) =>
    stackOf(point.values, scale).map(({ top, height }, place) =>
      height === 0 ? null : (
        <rect
          key={`${point.startMs} ${series[place]!.name}`}
          x={scale.layout.left + index * scale.step + gap / 2}
          width={Math.max(1, scale.step - gap)}
          y={top}
          height={height}
          fill={series[place]!.hatch ? hatch : `var(--chart-${series[place]!.tone})`}
        />
      ),
    ),
  )
}

/** Where each value of a bar lies, from the first one at the bottom upwards. */
export function stackOf(values: ChartPoint['values'], { yOf }: Scale): { top: number; height: number }[] {
  let foot = yOf(0)
  return values.map((value) => {
    const height = value ? Math.max(BAR_PIXELS_MIN, yOf(0) - yOf(value)) : 0
    foot -= height
    return { top: foot, height }
  })
}

const DASHES = { dashed: '6 3', dotted: '1.5 3' } as const

function Line({ tone, dash, scale, values }: ChartSeries & { scale: Scale; values: (number | null)[] }) {
  const runs = runsOf(values)
  const stroke = `var(--${tone})`
  return runs.map((run) => {
    const dots = run.map(
      ({ index, value }) => `${scale.xOf(index).toFixed(1)},${scale.yOf(value).toFixed(1)}`,
    )
    if (run.length === 1) {
      const [x, y] = dots[0]!.split(',')
      return <circle key={dots[0]} cx={x} cy={y} r={dash ? 1.8 : 2.4} fill={stroke} />
    }
    return (
      <polyline
        key={dots[0]}
        points={dots.join(' ')}
        fill="none"
        stroke={stroke}
        strokeWidth={1.6}
        strokeDasharray={dash && DASHES[dash]}
        strokeLinejoin="round"
      />
    )
  })
}

/** Values that follow each other without a gap. */
function runsOf(values: readonly (number | null)[]): { index: number; value: number }[][] {
  const runs: { index: number; value: number }[][] = []
  let before = -2
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    if (index === before + 1) runs.at(-1)!.push({ index, value })
    else runs.push([{ index, value }])
    before = index
  }
  return runs
}
