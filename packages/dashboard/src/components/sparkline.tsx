import '../styles/keys.css'
import type { KeyUsage } from '../api-types.ts'
import { shortCount, useInWords, type KeyUseRange } from '../key-usage.ts'

const HEIGHT = 22
const BAR = 3
const GAP = 1

/** Requests over time in the height of a row, those that were refused or failed marked at the foot of each bar. */
export function Sparkline({ usage, range }: { usage: KeyUsage; range: KeyUseRange }) {
  const most = Math.max(1, ...usage.requests)
  // What happened once must still be seen.
  const height = (count: number) => (count === 0 ? 0 : Math.max(2, Math.round((count / most) * HEIGHT)))
  const words = useInWords(usage, range)
  return (
    <span className="sparkline" title={words}>
      <svg
        width={usage.requests.length * (BAR + GAP)}
        height={HEIGHT}
        role="img"
        aria-label={words}
        className="sparkline-bars"
      >
        <line x1={0} x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {usage.requests.map((count, index) => {
          const bad = (usage.refused[index] ?? 0) + (usage.failed[index] ?? 0)
          return (
            <g key={index} transform={`translate(${index * (BAR + GAP)} ${HEIGHT})`}>
              <rect width={BAR} y={-height(count)} height={height(count)} />
              <rect width={BAR} y={-height(bad)} height={height(bad)} data-bad />
            </g>
          )
        })}
      </svg>
      <span className="number" aria-hidden>
        {shortCount(usage.total)}
      </span>
    </span>
  )
}
