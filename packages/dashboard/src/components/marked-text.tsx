import { createContext, Fragment, use, type ReactNode } from 'react'

const REDACTED = '[redacted]'

/** What is looked for in everything inside it; empty for nothing. */
export const FindText = createContext('')

/** A text with marks: where something secret was (it was replaced before anything was stored), and what was looked for. */
export function Marked({ text }: { text: string }): ReactNode {
  const find = use(FindText)
  return text.split(REDACTED).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <span className="redacted" title="Redacted before it was stored">
          redacted
        </span>
      )}
      {find === '' ? part : found(part, find)}
    </Fragment>
  ))
}

function found(text: string, find: string): ReactNode[] {
  const parts: ReactNode[] = []
  const low = text.toLowerCase()
  const wanted = find.toLowerCase()
  let from = 0
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    parts.push(
      text.slice(from, at),
      <mark key={at} className="found">
        {text.slice(at, at + find.length)}
      </mark>,
    )
    from = at + find.length
  }
  parts.push(text.slice(from))
  return parts
}
