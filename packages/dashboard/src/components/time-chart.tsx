import { useElementSize } from '@mantine/hooks'
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { timeTicks, valueTicks } from '../chart-scale.ts'
import { timeSpan } from '../usage-words.ts'
import { ChartReadout, Swatch } from './chart-readout.tsx'

/** `hatch` and `dash` tell series apart without their colour. */
export type ChartSeries = {
  name: string
  tone: 'good' | 'bad' | 'busy' | 'off'
  hatch?: boolean
  dash?: 'dashed' | 'dotted'
}

/** What happened between two times, a value for each series; null where there was nothing to measure. */
export type ChartPoint = { startMs: number; endMs: number; values: (number | null)[] }

export type TimeChartProps = {
  title: string
  /** The figure of the whole range. */
  figure: string
  /** Bars stand on each other; lines do not. */
  kind: 'bars' | 'lines'
  series: ChartSeries[]
  points: ChartPoint[]
  /** Shown in place of the chart when nothing happened in the whole range. */
  emptyText: string | null
  formatValue(value: number): string
  formatTick(value: number): string
  /** Where a press on a point leads, in words. */
  opens: string
  /** The point that is looked at, the same in all charts of a page. */
  cursor: number | null
  onCursor(index: number | null): void
  /** @param series the part of the bar that was pressed */
  onOpen(index: number, series: number | null): void
  onZoom(fromMs: number, toMs: number): void
}

const HEIGHT = 176
const TOP = 8
const BOTTOM = 24
const LEFT = 54
const RIGHT = 10
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM
const TICK_ROOM = 84
/** A press that moves less is no selection. */
const DRAG_PIXELS_MIN = 6
/** However few there are beside the rest, they can be seen. */
const BAR_PIXELS_MIN = 2

type Selection = { anchor: number; index: number }

/**
 * Values over time, drawn. Press a point to open what is behind it, drag over some to zoom in. With the keyboard: arrows,
 * Enter, Shift and arrows then Enter, Escape; each point is read out as it is reached.
 */
export function TimeChart(props: TimeChartProps) {
  const { title, figure, series, points, emptyText, cursor } = props
  const { ref, width } = useElementSize<HTMLDivElement>()
  const [selection, setSelection] = useState<Selection | null>(null)
  // The point that is looked at is marked in every chart; its figures stand in the one that is pointed at.
  const [isActive, setActive] = useState(false)
  const hint = useId()
  const scale = scaleOf(props, width)
  const handlers = useHandlers({ ...props, scale, selection, setSelection, setActive })
  const shown = cursor === null ? null : points[cursor]
  return (
    <section className="card chart" aria-label={title}>
      <header>
        <h3>{title}</h3>
        <strong>{figure}</strong>
      </header>
      <p className="chart-legend">
        {series.map((one) => (
          <span key={one.name}>
            <Swatch {...one} kind={props.kind} />
            {one.name}
          </span>
        ))}
      </p>
      <div className="chart-frame" ref={ref} style={{ height: HEIGHT }}>
        {emptyText !== null ? (
          <p className="chart-empty">{emptyText}</p>
        ) : (
          <>
            <div
              className="chart-plot"
              role="slider"
              tabIndex={0}
              aria-label={`${title}, point`}
              aria-describedby={hint}
              aria-orientation="horizontal"
              aria-valuemin={1}
              aria-valuemax={points.length}
              aria-valuenow={(cursor ?? points.length - 1) + 1}
              aria-valuetext={spoken(props, cursor ?? points.length - 1, selection)}
              {...handlers}
            >
              {width > 0 && <Plot {...props} scale={scale} selection={selection} />}
            </div>
            <span id={hint} className="visually-hidden">
              Arrow keys move from point to point. Enter opens {props.opens}. Shift and arrow keys select a
              part, Enter zooms into it, Escape gives it up.
            </span>
            {isActive && shown && cursor !== null && (
              <ChartReadout
                {...props}
                point={shown}
                x={scale.xOf(cursor)}
                width={width}
                selected={selection && spanOf(points, selection)}
              />
            )}
          </>
        )}
      </div>
    </section>
  )
}

type Scale = ReturnType<typeof scaleOf>

function scaleOf({ kind, points, series }: TimeChartProps, width: number) {
  const tops = points.map(({ values }) =>
    kind === 'bars'
      ? values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
      : Math.max(0, ...values.map((value) => value ?? 0)),
  )
  const ticks = valueTicks(Math.max(0, ...tops), { whole: kind === 'bars' })
  const max = ticks.at(-1) || 1
  const plotWidth = Math.max(0, width - LEFT - RIGHT)
  const step = points.length === 0 ? 0 : plotWidth / points.length
  return {
    ticks,
    step,
    plotWidth,
    seriesCount: series.length,
    /** The middle of a point. */
    xOf: (index: number) => LEFT + (index + 0.5) * step,
    yOf: (value: number) => TOP + PLOT_HEIGHT * (1 - value / max),
    indexAt: (x: number) => Math.min(points.length - 1, Math.max(0, Math.floor((x - LEFT) / step))),
  }
}

type PlotProps = TimeChartProps & { scale: Scale; selection: Selection | null }

function Plot({ kind, points, series, formatTick, cursor, scale, selection }: PlotProps) {
  const hatch = useId()
  const first = points[0]!
  const last = points.at(-1)!
  const timeX = (ms: number) => LEFT + ((ms - first.startMs) / (last.endMs - first.startMs)) * scale.plotWidth
  const times = timeTicks(first.startMs, last.endMs, Math.max(2, Math.floor(scale.plotWidth / TICK_ROOM)))
  return (
    <svg width="100%" height={HEIGHT} aria-hidden="true">
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" fill="var(--bad)" />
          <rect width="2" height="5" fill="var(--text)" />
        </pattern>
      </defs>
      {scale.ticks.map((value) => (
        <g key={value}>
          <line
            className="chart-grid"
            x1={LEFT}
            x2={LEFT + scale.plotWidth}
            y1={scale.yOf(value)}
            y2={scale.yOf(value)}
          />
          <text className="chart-tick" x={LEFT - 8} y={scale.yOf(value) + 4} textAnchor="end">
            {formatTick(value)}
          </text>
        </g>
      ))}
      {times.map(({ ms, label }) => (
        <text
          key={ms}
          className="chart-tick"
          x={timeX(ms)}
          y={HEIGHT - 6}
          textAnchor={anchorAt(timeX(ms), scale)}
        >
          {label}
        </text>
      ))}
      {selection && (
        <rect
          className="chart-selection"
          x={LEFT + Math.min(selection.anchor, selection.index) * scale.step}
          width={(Math.abs(selection.index - selection.anchor) + 1) * scale.step}
          y={TOP}
          height={PLOT_HEIGHT}
        />
      )}
      {cursor !== null && cursor < points.length && (
        <line
          className="chart-cursor"
          x1={scale.xOf(cursor)}
          x2={scale.xOf(cursor)}
          y1={TOP}
          y2={TOP + PLOT_HEIGHT}
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

function anchorAt(x: number, { plotWidth }: Scale): 'start' | 'middle' | 'end' {
  if (x < LEFT + TICK_ROOM / 4) return 'start'
  return x > LEFT + plotWidth - TICK_ROOM / 4 ? 'end' : 'middle'
}

function Bars({
  points,
  series,
  scale,
  hatch,
}: Pick<PlotProps, 'points' | 'series' | 'scale'> & { hatch: string }) {
  const gap = scale.step > 5 ? Math.min(4, scale.step * 0.2) : scale.step > 2.5 ? 0.6 : 0
  return points.map((point, index) =>
    stackOf(point.values, scale).map(({ top, height }, place) =>
      height === 0 ? null : (
        <rect
          key={`${point.startMs} ${series[place]!.name}`}
          x={LEFT + index * scale.step + gap / 2}
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
function stackOf(values: ChartPoint['values'], { yOf }: Scale): { top: number; height: number }[] {
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

type HandlerInput = TimeChartProps & {
  scale: Scale
  selection: Selection | null
  setSelection(selection: Selection | null): void
  setActive(isActive: boolean): void
}

function useHandlers({
  points,
  kind,
  cursor,
  onCursor,
  onOpen,
  onZoom,
  scale,
  selection,
  setSelection,
  setActive,
}: HandlerInput) {
  const press = useRef<{ x: number; index: number; wasAt: number | null } | null>(null)
  const place = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const zoom = (chosen: Selection) => {
    const { startMs, endMs } = spanOf(points, chosen)
    setSelection(null)
    onCursor(null)
    onZoom(startMs, endMs)
  }
  const seriesAt = (index: number, y: number) => {
    if (kind === 'lines') return null
    const found = stackOf(points[index]!.values, scale).findIndex(
      ({ top, height }) => y >= top && y < top + height,
    )
    return found < 0 ? null : found
  }
  return {
    onFocus: () => setActive(true),
    onPointerEnter: () => setActive(true),
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0) return
      const { x } = place(event)
      press.current = { x, index: scale.indexAt(x), wasAt: cursor }
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove(event: PointerEvent) {
      const { x } = place(event)
      const index = scale.indexAt(x)
      onCursor(index)
      if (press.current && (selection || Math.abs(x - press.current.x) >= DRAG_PIXELS_MIN))
        setSelection({ anchor: press.current.index, index })
    },
    onPointerUp(event: PointerEvent) {
      const began = press.current
      press.current = null
      if (!began) return
      if (selection) return zoom(selection)
      const { x, y } = place(event)
      const index = scale.indexAt(x)
      onCursor(index)
      // A finger sees the figures first, and opens what is behind them with a second tap.
      if (event.pointerType !== 'touch' || began.wasAt === index) onOpen(index, seriesAt(index, y))
    },
    onPointerCancel() {
      press.current = null
      setSelection(null)
    },
    onPointerLeave(event: PointerEvent) {
      if (press.current || event.pointerType === 'touch') return
      setActive(false)
      onCursor(null)
    },
    onBlur() {
      setActive(false)
      setSelection(null)
      onCursor(null)
    },
    onKeyDown(event: KeyboardEvent) {
      const at = cursor ?? points.length - 1
      const to = targetOf(event.key, at, points.length)
      if (to !== null) {
        onCursor(to)
        setSelection(event.shiftKey ? { anchor: selection?.anchor ?? at, index: to } : null)
      } else if (event.key === 'Enter') {
        if (selection) zoom(selection)
        else onOpen(at, null)
      } else if (event.key === 'Escape') {
        setSelection(null)
        onCursor(null)
      } else return
      event.preventDefault()
    },
  }
}

const PAGE_POINTS = 10

function targetOf(key: string, at: number, count: number): number | null {
  const targets: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - PAGE_POINTS,
    PageUp: at + PAGE_POINTS,
    Home: 0,
    End: count - 1,
  }
  const to = targets[key]
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to))
}

function spoken(
  { points, series, formatValue }: TimeChartProps,
  index: number,
  selection: Selection | null,
): string {
  const point = points[index]
  if (!point) return ''
  if (selection) {
    const { startMs, endMs } = spanOf(points, selection)
    return `Selected: ${timeSpan(startMs, endMs)}`
  }
  const values = point.values.map(
    (value, place) => `${series[place]!.name}: ${value === null ? 'none' : formatValue(value)}`,
  )
  return `${timeSpan(point.startMs, point.endMs)}. ${values.join(', ')}`
}

function spanOf(
  points: readonly ChartPoint[],
  { anchor, index }: Selection,
): { startMs: number; endMs: number } {
  return {
    startMs: points[Math.min(anchor, index)]!.startMs,
    endMs: points[Math.max(anchor, index)]!.endMs,
  }
}
