import { Fragment, type ReactNode } from 'react'
import type { LoggedBody, LoggedMessage } from '../api-types.ts'
import { CopyButton } from './chip.tsx'

const REDACTED = '[redacted]'

/** Headers and body of one side as the log keeps them, with a mark where something secret was. */
export function LoggedMessageView({ title, message }: { title: string; message: LoggedMessage }) {
  const headers = message.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      <MessageBlock title="Headers" text={headers} empty="No headers were kept." />
      <MessageBlock title="Body" {...bodyText(message.body)} />
    </section>
  )
}

type MessageBlockProps = { title: string; text: string; empty: string; note?: string }

/** One part of a message as it travelled, or a sentence where there is none. */
export function MessageBlock({ title, text, empty, note }: MessageBlockProps) {
  return (
    <div className="code">
      <div className="code-head">
        <span className="code-title">{title}</span>
        {note && <span className="small quiet code-note">{note}</span>}
        {text && <CopyButton value={text} what={title.toLowerCase()} />}
      </div>
      {text ? (
        <pre className="wrap" tabIndex={0} aria-label={title}>
          <Marked text={text} />
        </pre>
      ) : (
        <p className="quiet code-empty">{empty}</p>
      )}
    </div>
  )
}

function bodyText(body: LoggedBody | null): Omit<MessageBlockProps, 'title'> {
  if (!body || body.bytes === 0) return { text: '', empty: 'No body.' }
  const size = `${body.bytes.toLocaleString('en')} bytes`
  if (body.text === null) {
    return {
      text: '',
      empty: `${size} that are not JSON; only their digest is kept: ${body.digest ?? 'none'}`,
    }
  }
  return { text: indented(body.text), empty: '', note: body.truncated ? `first 16 KiB of ${size}` : size }
}

// Each level indents every line within it: sixteen kilobytes of brackets would become a hundred megabytes of spaces.
const INDENTED_DEPTH_MAX = 100

function indented(text: string): string {
  if (depthOf(text) > INDENTED_DEPTH_MAX) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // cut off: shown as it is
  }
}

/** How deep brackets go; those inside strings count too, which only makes it more. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Secrets were replaced before anything was stored; the mark says so. */
function Marked({ text }: { text: string }): ReactNode {
  return text.split(REDACTED).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && (
        <span className="redacted" title="Redacted before it was stored">
          redacted
        </span>
      )}
      {part}
    </Fragment>
  ))
}
