import type { ReactNode } from 'react'
import type { Metadata } from '../metadata.ts'

/** Names and values in two columns. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="card card-pad facts">{children}</dl>
}

/** @param wide the value takes both columns, below its name */
export function Fact({ name, wide, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd data-wide={wide || undefined}>{children}</dd>
    </div>
  )
}

/** One's own facts about a thing. */
export function MetadataFacts({ metadata }: { metadata: Metadata }) {
  return Object.entries(metadata).map(([name, value]) => (
    <Fact key={name} name={`metadata.${name}`}>
      <code>{String(value)}</code>
    </Fact>
  ))
}
