import '../styles/explorer.css'
import { ChevronRightIcon } from '@radix-ui/react-icons'
import { use, useMemo, useState } from 'react'
import { foldedAtFirst, jsonLines, shownLines, type JsonLine } from '../json-lines.ts'
import { FindText, Marked } from './marked-text.tsx'

const LINES_SHOWN_MAX = 1_000

/** JSON line by line; objects and lists fold. While something is looked for, everything is open. */
export function JsonView({ value }: { value: unknown }) {
  const lines = useMemo(() => jsonLines(value), [value])
  const [folded, setFolded] = useState<ReadonlySet<number>>(() => foldedAtFirst(lines))
  const [isWhole, setWhole] = useState(false)
  const isSearched = use(FindText) !== ''
  const shown = shownLines(lines, isSearched ? new Set() : folded)
  const toggle = (at: number) => {
    const next = new Set(folded)
    if (!next.delete(at)) next.add(at)
    setFolded(next)
  }
  const limit = isWhole || isSearched ? shown.length : LINES_SHOWN_MAX
  return (
    <>
      {shown.slice(0, limit).map((at) => (
        <Line
          key={at}
          line={lines[at] as JsonLine}
          isFolded={!isSearched && folded.has(at)}
          onToggle={() => toggle(at)}
        />
      ))}
      {shown.length > limit && (
        <button type="button" className="link-button" onClick={() => setWhole(true)}>
          Show {(shown.length - limit).toLocaleString('en')} more lines
        </button>
      )}
    </>
  )
}

const CLOSING: Record<string, string> = { '{': '}', '[': ']' }

function Line({ line, isFolded, onToggle }: { line: JsonLine; isFolded: boolean; onToggle: () => void }) {
  const { depth, key, kind, text, comma } = line
  return (
    <div className="json-line">
      {kind === 'open' && (
        <button
          type="button"
          className="fold"
          aria-expanded={!isFolded}
          aria-label={`${isFolded ? 'Unfold' : 'Fold'} ${key ?? 'this'}`}
          onClick={onToggle}
        >
          <ChevronRightIcon />
        </button>
      )}
      {'  '.repeat(depth)}
      {key && (
        <span className="json-key">
          <Marked text={key} />
          {': '}
        </span>
      )}
      <span className={kind === 'string' || kind === 'number' ? `json-${kind}` : undefined}>
        <Marked text={text} />
      </span>
      {isFolded && (
        <>
          <span className="json-folded">{line.count.toLocaleString('en')} inside</span>
          {CLOSING[text]}
        </>
      )}
      {comma && (kind !== 'open' || isFolded) && ','}
    </div>
  )
}
