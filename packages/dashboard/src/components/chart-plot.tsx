import { useElementSize } from '@mantine/hooks'
import { useId, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { timeSpan } from '../usage-words.ts'
import { ChartDrawing, scaleOf, stackOf, type Drawn, type Scale, type Selection } from './chart-drawing.tsx'
import { ChartReadout } from './chart-readout.tsx'
import type { ChartPoint } from './time-chart.tsx'

export type ChartPlotProps = Drawn & {
  /** What the values are, in words. */
  title: string
  formatValue(value: number): string
  formatTick(value: number): string
  /** Where a press on a point leads, in words; without `onOpen` it zooms into the point. */
  opens?: string
  /** The point that is looked at. */
  cursor: number | null
  onCursor(index: number | null): void
  /** @param series the part of the bar that was pressed */
  onOpen?(index: number, series: number | null): void
  onZoom(fromMs: number, toMs: number): void
}

/** A press that moves less is no selection. */
const DRAG_PIXELS_MIN = 6

/**
 * Values over time, drawn. Press a point to open what is behind it, drag over some to zoom in. With the keyboard: arrows,
 * Enter, Shift and arrows then Enter, Escape; each point is read out as it is reached.
 */
export function ChartPlot(props: ChartPlotProps) {
  const { title, points, layout, cursor, opens } = props
  const { ref, width } = useElementSize<HTMLDivElement>()
  const [selection, setSelection] = useState<Selection | null>(null)
  // The point that is looked at is marked in every chart; its figures stand in the one that is pointed at.
  const [isActive, setActive] = useState(false)
  const hint = useId()
  const scale = scaleOf(props, width)
  const handlers = useHandlers({ ...props, scale, selection, setSelection, setActive })
  const shown = cursor === null ? null : points[cursor]
  return (
    <div className="chart-frame" ref={ref} style={{ height: layout.height }}>
      <div
        className="chart-plot"
        role="slider"
        tabIndex={0}
        aria-label={`${title}, point`}
        aria-describedby={hint}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={Math.min(cursor ?? points.length - 1, points.length - 1) + 1}
        aria-valuetext={spoken(props, cursor ?? points.length - 1, selection)}
        {...handlers}
      >
        {width > 0 && <ChartDrawing {...props} scale={scale} selection={selection} />}
      </div>
      <span id={hint} className="visually-hidden">
        Arrow keys move from point to point. Enter {opens ? `opens ${opens}` : 'zooms into it'}. Shift and
        arrow keys select a part, Enter zooms into it, Escape gives it up.
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
    </div>
  )
}

type HandlerInput = ChartPlotProps & {
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
  // Where nothing lies behind a point, it is zoomed into.
  const open = (index: number, series: number | null) =>
    onOpen ? onOpen(index, series) : zoom({ anchor: index, index })
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
      if (event.pointerType !== 'touch' || began.wasAt === index) open(index, seriesAt(index, y))
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
        else open(at, null)
      } else if (event.key === 'Escape' && (cursor !== null || selection)) {
        setSelection(null)
        onCursor(null)
      } else return
      event.preventDefault()
      event.stopPropagation()
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
  { kind, points, series, formatValue }: ChartPlotProps,
  index: number,
  selection: Selection | null,
): string {
  const point = selection ? spanOf(points, selection) : points[index]
  if (!point) return ''
  const time = timeSpan(point.startMs, point.endMs)
  // Lines are shares and quantiles, which have no sum.
  if (selection && kind === 'lines') return `Selected: ${time}`
  const values = point.values.map(
    (value, place) => `${series[place]!.name}: ${value === null ? 'none' : formatValue(value)}`,
  )
  return `${selection ? 'Selected: ' : ''}${time}. ${values.join(', ')}`
}

/** The selected points as one. */
function spanOf(points: readonly ChartPoint[], { anchor, index }: Selection): ChartPoint {
  const taken = points.slice(Math.min(anchor, index), Math.max(anchor, index) + 1)
  const [first, last] = [taken[0]!, taken.at(-1)!]
  return {
    startMs: first.startMs,
    endMs: last.endMs,
    values: first.values.map((_, place) => taken.reduce((sum, { values }) => sum + (values[place] ?? 0), 0)),
  }
}
