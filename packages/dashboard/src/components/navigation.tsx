import {
  ActivityLogIcon,
  BarChartIcon,
  BellIcon,
  CheckboxIcon,
  ClipboardCopyIcon,
  EnvelopeClosedIcon,
  CodeIcon,
  ExternalLinkIcon,
  HeartIcon,
  HomeIcon,
  LayersIcon,
  Link2Icon,
  LockClosedIcon,
  MagnifyingGlassIcon,
  MixerHorizontalIcon,
  PaperPlaneIcon,
  PlayIcon,
  ReaderIcon,
  RocketIcon,
  ShuffleIcon,
  StackIcon,
} from '@radix-ui/react-icons'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Me } from '../api-types.ts'
import { useMe } from '../session.ts'
import { KeyIcon, Mark } from './icons.tsx'
import { PersonMenu } from './person-menu.tsx'

type Place = { to: string; name: string; icon: ReactNode }
type Group = { name?: string; places: Place[]; shownTo?: (me: Me) => boolean }

/** Every place of the dashboard, in order. A page that does not exist yet is not listed. */
const GROUPS: Group[] = [
  { places: [{ to: '/', name: 'Home', icon: <HomeIcon /> }] },
  {
    name: 'Develop',
    places: [
      { to: '/api-keys', name: 'API Keys', icon: <KeyIcon /> },
      { to: '/webhooks', name: 'Webhooks', icon: <Link2Icon /> },
      { to: '/events', name: 'Events', icon: <BellIcon /> },
      { to: '/transaction-logs', name: 'Transaction Logs', icon: <ActivityLogIcon /> },
      { to: '/webhook-logs', name: 'Webhook Logs', icon: <PaperPlaneIcon /> },
      { to: '/test-cases', name: 'Test cases', icon: <PlayIcon /> },
      { to: '/signature-debugger', name: 'Signature debugger', icon: <MagnifyingGlassIcon /> },
    ],
  },
  {
    name: 'Money',
    places: [
      { to: '/transactions', name: 'Transactions', icon: <ShuffleIcon /> },
      { to: '/balances', name: 'Balances', icon: <LayersIcon /> },
      { to: '/reports', name: 'Reports', icon: <BarChartIcon /> },
      { to: '/activation', name: 'Activation', icon: <RocketIcon /> },
    ],
  },
  {
    name: 'Operate',
    shownTo: (me) => me.is_operator,
    places: [
      { to: '/operator/settlements', name: 'Settlement queue', icon: <StackIcon /> },
      { to: '/operator/activations', name: 'Activation queue', icon: <CheckboxIcon /> },
      { to: '/operator/payment-connections', name: 'Payment connections', icon: <MixerHorizontalIcon /> },
      { to: '/operator/reconciliation', name: 'Reconciliation', icon: <ClipboardCopyIcon /> },
      { to: '/operator/health', name: 'System health', icon: <HeartIcon /> },
      { to: '/operator/event-types', name: 'Event types', icon: <BellIcon /> },
      { to: '/operator/keys', name: 'Operator keys', icon: <KeyIcon /> },
      { to: '/operator/signing-keys', name: 'Signing keys', icon: <LockClosedIcon /> },
      { to: '/operator/mail', name: 'Mail', icon: <EnvelopeClosedIcon /> },
    ],
  },
]

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const me = useMe()
  return (
    <nav className="nav" aria-label="Main">
      <Link to="/" className="brand" onClick={onNavigate}>
        <Mark /> Countersign
      </Link>
      <div className="nav-workspace">
        <span className="small quiet">Workspace</span>
        <strong title={me.workspace.name}>{me.workspace.name}</strong>
      </div>
      {GROUPS.filter((group) => group.shownTo?.(me) ?? true).map((group) => (
        <div key={group.name ?? 'first'}>
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
