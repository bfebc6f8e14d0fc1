import { Button, FileButton, Textarea } from '@mantine/core'
import { compareBases, readOwnBase, visible, type BaseLine } from '../base-difference.ts'
import { CodeBlock } from './code-sample.tsx'
import { Note } from './states.tsx'

type BaseComparisonProps = {
  serverBase: string
  /** What the reader pasted. */
  text: string
  onText: (text: string) => void
}

/** The server's signature base beside the one that the reader's code signs. Both stay in this page. */
export function BaseComparison({ serverBase, text, onText }: BaseComparisonProps) {
  const own = readOwnBase(text)
  const { lines, firstByte } = compareBases(serverBase, own)
  return (
    <section className="stack" aria-label="Signature bases compared">
      <CodeBlock title="Signature base that the server computed" code={serverBase} />
      <Textarea
        label="The text that your code signs"
        description="Print it just before it is signed and paste it here, as it is or as a JSON string. It stays in this page and is sent nowhere. Never paste a secret."
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        styles={{ input: { fontFamily: 'var(--mono)' } }}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      <FileButton onChange={(file) => void file?.text().then(onText)}>
        {(props) => (
          <Button {...props} variant="default" style={{ alignSelf: 'flex-start' }}>
            Open a file with that text
          </Button>
        )}
      </FileButton>
      {own !== '' && firstByte === null && (
        <Note tone="good">
          <strong>Both texts are the same, byte for byte.</strong> So the secret is another one, or it is
          changed before use: trimmed, decoded or quoted. Check where it is read, and that it belongs to this
          key.
        </Note>
      )}
      {own !== '' && firstByte !== null && (
        <>
          <Note tone="bad">
            <strong>The first byte that differs is number {firstByte + 1}</strong>, in line{' '}
            {lines.findIndex((line) => line.at !== null) + 1}. It is marked below.
          </Note>
          <div className="side-by-side">
            <Side title="Server" lines={lines} of="ours" />
            <Side title="Yours" lines={lines} of="theirs" />
          </div>
          <p className="small quiet">
            In the marked line · is a space, → a tab, \r a carriage return and ⟨U+…⟩ a character that is not
            printable ASCII. The text field drops carriage returns from what is pasted as it is; a JSON string
            or a file keeps them.
          </p>
        </>
      )}
    </section>
  )
}

function Side({ title, lines, of }: { title: string; lines: BaseLine[]; of: 'ours' | 'theirs' }) {
  return (
    <div className="code">
      <div className="code-head">
        <span className="code-title">{title}</span>
      </div>
      <pre className="wrap" tabIndex={0} aria-label={`${title} base`}>
        {lines.map((line, index) => (
          <Line key={index} text={line[of]} at={line.at} />
        ))}
      </pre>
    </div>
  )
}

function Line({ text, at }: { text: string | null; at: number | null }) {
  if (text === null) return <div className="quiet">(no such line)</div>
  if (at === null) return <div>{text}</div>
  const shown = (part: string) => Array.from(part, visible).join('')
  const rest = Array.from(text.slice(at))
  return (
    <div style={{ background: 'var(--bad-tint)' }}>
      {shown(text.slice(0, at))}
      <mark style={{ background: 'var(--bad)', color: 'var(--page)' }}>
        {rest[0] === undefined ? '(end)' : visible(rest[0])}
      </mark>
      {shown(rest.slice(1).join(''))}
    </div>
  )
}
