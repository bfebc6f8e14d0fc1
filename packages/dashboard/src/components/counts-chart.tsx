import '../styles/charts.css'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ExplorerSource, ListedRow } from '../explorer-source.ts'
import { countsQuery, pointsOf, rangeFilters, sumOf, type CountClass, type Counts } from '../histogram.ts'
import { useMode } from '../mode.ts'
import type { FilterValues } from '../query-language.ts'
import { shortNumber, wholeNumber } from '../usage-words.ts'
import { FLAT } from './chart-drawing.tsx'
import { ChartFigures } from './chart-figures.tsx'
import { ChartPlot } from './chart-plot.tsx'
import { Swatch } from './chart-readout.tsx'

type CountsChartProps<Row extends ListedRow> = {
  source: ExplorerSource<Row>
  filters: FilterValues
  isLive: boolean
  onRange: (range: { created_after: string | undefined; created_before: string | undefined }) => void
}

/** How many rows match, over time, within the same filters as the list. A part of the time becomes the list's. */
export function CountsChart<Row extends ListedRow>({
  source,
  filters,
  isLive,
  onRange,
}: CountsChartProps<Row>) {
  const query = useQuery(countsQuery(source.counts, useMode(), filters, isLive))
  const [isTable, setTable] = useState(false)
  const [cursor, setCursor] = useState<number | null>(null)
  const counts = query.data?.counts
  const isZoomed = filters['created_after'] !== undefined || filters['created_before'] !== undefined
  const title = `${source.many.charAt(0).toUpperCase()}${source.many.slice(1)} over time`
  const zoom = (startMs: number, endMs: number) => onRange(rangeFilters(source.counts, startMs, endMs))
  const classes = counts ? source.counts.classes.filter((each) => isShown(each, counts)) : []
  const series = classes.map(({ of, word, ...look }) => ({ ...look, name: named({ of, word }) }))
  const points = counts ? pointsOf(counts, classes) : []
  return (
    <section className="counts card" aria-label={title} aria-busy={query.isPending}>
      {query.isError && !counts && (
        <p className="small second">
          The counts could not be loaded: {query.error.message}{' '}
          <button type="button" className="link-button" onClick={() => void query.refetch()}>
            Try again
          </button>
        </p>
      )}
      {counts && (
        <>
          <div className="counts-head">
            <Legend {...{ source, counts, classes }} />
            <div className="counts-tools">
              {isZoomed && (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() => onRange({ created_after: undefined, created_before: undefined })}
                >
                  Whole time
                </Button>
              )}
              <Button variant="subtle" size="compact-sm" onClick={() => setTable(!isTable)}>
                {isTable ? 'Show chart' : 'Show as table'}
              </Button>
            </div>
          </div>
          {isTable ? (
            <ChartFigures {...{ title, series, points }} onPick={zoom} />
          ) : (
            <ChartPlot
              title={title}
              kind="bars"
              layout={FLAT}
              series={series}
              points={points}
              cursor={cursor !== null && cursor < counts.data.length ? cursor : null}
              onCursor={setCursor}
              onZoom={zoom}
              formatValue={wholeNumber}
              formatTick={shortNumber}
            />
          )}
        </>
      )}
    </section>
  )
}

/** What never happened needs no colour; but something must stand in the chart. */
const isShown = (one: CountClass, counts: Counts) => sumOf(counts, [one]) > 0

/** "4xx refused", and where both are the same word, once. */
const named = ({ of, word }: Pick<CountClass, 'of' | 'word'>) => (of === word ? word : `${of} ${word}`)

type LegendProps = {
  source: Pick<ExplorerSource<never>, 'one' | 'many' | 'counts'>
  counts: Counts
  classes: readonly CountClass[]
}

/** The sums, which are the key to the colours as well. */
function Legend({ source: { one, many, counts: of }, counts, classes }: LegendProps) {
  const total = sumOf(counts, classes)
  return (
    <ul className="chart-legend">
      <li>
        <strong>
          {counts.exact ? '' : '≈ '}
          {wholeNumber(total)} {total === 1 ? one : many}
        </strong>
        {!counts.exact && <span className="quiet">estimated from a part</span>}
      </li>
      {of.classes.length > 1 &&
        classes.map((each) => (
          <li key={each.of}>
            <Swatch name="" tone={each.tone} hatch={each.hatch} kind="bars" />
            {named(each)} {wholeNumber(sumOf(counts, [each]))}
          </li>
        ))}
    </ul>
  )
}
