import { CodeIcon, ExternalLinkIcon, MagnifyingGlassIcon, ReaderIcon } from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
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
  return (
    <nav className="nav" aria-label="Main">
      <Link to="/" className="brand" onClick={onNavigate}>
        <Mark /> Countersign
      </Link>
      <WorkspaceSwitch me={me} />
      <button type="button" className="nav-search" onClick={onSearch} aria-keyshortcuts="Control+K Meta+K">
        <MagnifyingGlassIcon /> Search or go to <kbd>{COMMAND_KEY} K</kbd>
      </button>
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
