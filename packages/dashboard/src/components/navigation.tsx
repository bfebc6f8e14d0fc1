import { CodeIcon, ExternalLinkIcon, MagnifyingGlassIcon, ReaderIcon } from '@radix-ui/react-icons'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMe } from '../session.ts'
import { COMMAND_KEY } from './command-host.tsx'
import { Mark } from './icons.tsx'
import { PersonMenu } from './person-menu.tsx'
import { GROUPS } from './places.tsx'
import { WorkspaceSwitch } from './workspace-switch.tsx'

type NavigationProps = {
  onSearch: () => void
  onNavigate?: () => void
}

export function Navigation({ onSearch, onNavigate }: NavigationProps) {
  const me = useMe()
  const path = useLocation({ select: ({ pathname }) => pathname })
  const nav = useRef<HTMLElement>(null)
  // Operators have more places than a low window has room for: the one where they are is always in view.
  useEffect(() => {
    nav.current?.querySelector('[data-status=active]')?.scrollIntoView({ block: 'nearest' })
  }, [path])
  return (
    <nav className="nav" aria-label="Main" ref={nav}>
      <Link to="/" className="brand" onClick={onNavigate}>
        <Mark /> Countersign
      </Link>
      <WorkspaceSwitch me={me} />
      <button type="button" className="nav-search" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <MagnifyingGlassIcon /> Search or go to <kbd>{COMMAND_KEY} K</kbd>
      </button>
      <div className="nav-places">
        {GROUPS.filter((group) => group.shownTo?.(me) ?? true).map((group) => (
          <div key={group.places[0]?.to}>
            {group.name && <div className="nav-group">{group.name}</div>}
            {group.places.map((place) => (
              <Link
                key={place.to}
                to={place.to}
                className="nav-link"
                activeOptions={{ exact: place.to === '/', includeSearch: false }}
                onClick={onNavigate}
              >
                {place.icon} {place.name}
              </Link>
            ))}
          </div>
        ))}
      </div>
      <div className="nav-foot">
        {[
          { href: '/docs/guides', name: 'Guides', icon: <ReaderIcon /> },
          { href: '/docs', name: 'API reference', icon: <CodeIcon /> },
        ].map(({ href, name, icon }) => (
          <a key={href} className="nav-link" href={href} target="_blank" rel="noreferrer">
            {icon} {name} <ExternalLinkIcon className="external" aria-label="(opens a new tab)" />
          </a>
        ))}
        <PersonMenu me={me} onNavigate={onNavigate} />
      </div>
    </nav>
  )
}
