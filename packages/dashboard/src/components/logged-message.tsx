import type { LoggedMessage } from '../api-types.ts'
import { readJson } from '../json-lines.ts'
import { CopyButton } from './chip.tsx'
import { JsonView } from './json-view.tsx'
import { Marked } from './marked-text.tsx'

/** Headers and body of one side as the log keeps them, with a mark where something secret was. */
export function LoggedMessageView({ title, message }: { title: string; message: LoggedMessage }) {
  const headers = message.headers.map(([name, value]) => `${name}: ${value}`).join('\n')
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      <MessageBlock title="Headers" text={headers} empty="No headers were kept." />
      <MessageBlock title="Body" {...bodyText(message)} />
    </section>
  )
}

type MessageBlockProps = {
  title: string
  text: string
  empty: string
  note?: string
  /** The text is a piece of what travelled. */
  isCut?: boolean
  /** The text as JSON, which is then shown line by line. */
  json?: { value: unknown }
}

/** One part of a message as it travelled, or a sentence where there is none. */
export function MessageBlock({ title, text, empty, note, isCut, json }: MessageBlockProps) {
  return (
    <div className="code">
      <div className="code-head">
        <span className="code-title">{title}</span>
        {note && <span className={`small code-note ${isCut ? 'code-cut' : 'quiet'}`}>{note}</span>}
        {text && <CopyButton value={text} what={title.toLowerCase()} />}
      </div>
      {text ? (
        <pre className="wrap" tabIndex={0} aria-label={title}>
          {json ? <JsonView key={text} value={json.value} /> : <Marked text={text} />}
        </pre>
      ) : (
        <p className="quiet code-empty">{empty}</p>
      )}
    </div>
  )
}

function bodyText({ headers, body }: LoggedMessage): Omit<MessageBlockProps, 'title'> {
  if (!body || body.bytes === 0) {
    const length = headers.find(([name]) => name?.toLowerCase() === 'content-length')?.[1] ?? '0'
    return {
      text: '',
      empty: length === '0' ? 'No body.' : `The log does not keep this body (${length} bytes).`,
    }
  }
  const size = `${body.bytes.toLocaleString('en')} bytes`
  if (body.text === null) {
    return {
      text: '',
      empty: `${size} that are not JSON; only their digest is kept: ${body.digest ?? 'none'}`,
    }
  }
  const json = readJson(body.text)
  return {
    text: json ? JSON.stringify(json.value, null, 2) : body.text,
    empty: '',
    note: body.truncated ? `cut off: the first 16 KiB of ${size}` : size,
    isCut: body.truncated,
    json: json ?? undefined,
  }
}
