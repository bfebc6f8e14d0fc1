import { Outlet, useMatches } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import { Mark } from './icons.tsx'

/** The frame around the pages before the sign-in. */
export function Gate() {
  const title = useMatches({ select: (matches) => matches.at(-1)?.staticData.title })
  useEffect(() => {
    document.title = [title, 'Countersign'].filter(Boolean).join(' · ')
  }, [title])
  return (
    <GateFrame>
      <Outlet />
    </GateFrame>
  )
}

export function GateFrame({ children }: { children: ReactNode }) {
  return (
    <div className="gate">
      <header className="gate-head">
        <a href="/" className="brand">
          <Mark /> Countersign
        </a>
      </header>
      <main className="gate-main">{children}</main>
      <footer className="gate-foot row">
        <a className="link" href="/docs">
          API reference
        </a>
      </footer>
    </div>
  )
}

type GateCardProps = { title: string; lead?: ReactNode; children: ReactNode }

export function GateCard({ title, lead, children }: GateCardProps) {
  return (
    <div className="gate-card stack">
      <div>
        <h1>{title}</h1>
        {lead && <p className="second">{lead}</p>}
      </div>
      {children}
    </div>
  )
}
