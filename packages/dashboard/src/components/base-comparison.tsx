import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { compareBases, visible, type BaseLine } from '../base-difference.ts'
import { CodeBlock } from './code-sample.tsx'
import { Note } from './states.tsx'

/** The server's signature base beside the one that the reader's code signs. Both stay in this page. */
export function BaseComparison({ serverBase }: { serverBase: string }) {
  const [own, setOwn] = useState('')
  const { lines, firstByte } = compareBases(serverBase, own)
  return (
    <section className="stack-tight" aria-label="Signature bases compared">
      <CodeBlock title="Signature base that the server computed" code={serverBase} />
      <Textarea
        label="The text that your code signs"
        description="Print it just before the MAC is made and paste it here. It stays in this page and is sent nowhere. Never paste a secret."
        autosize
        minRows={3}
        maxRows={10}
        value={own}
        styles={{ input: { fontFamily: 'var(--mono)' } }}
        onChange={(event) => setOwn(event.currentTarget.value)}
      />
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
            In the marked line · is a space, → a tab, and ⟨U+…⟩ a character that is not printable ASCII.
            Pasting drops carriage returns; where they are the fault, the likely cause above says so.
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
