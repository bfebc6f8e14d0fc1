import type { ReactNode } from 'react'

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
