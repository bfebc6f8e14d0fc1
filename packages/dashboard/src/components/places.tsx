import {
  ActivityLogIcon,
  BarChartIcon,
  BellIcon,
  CheckboxIcon,
  ClipboardCopyIcon,
  CounterClockwiseClockIcon,
  EnvelopeClosedIcon,
  GearIcon,
  GroupIcon,
  HeartIcon,
  HomeIcon,
  LayersIcon,
  Link2Icon,
  LockClosedIcon,
  MagnifyingGlassIcon,
  MixerHorizontalIcon,
  PaperPlaneIcon,
  PersonIcon,
  PlayIcon,
  QuestionMarkCircledIcon,
  RocketIcon,
  ShuffleIcon,
  StackIcon,
  TokensIcon,
} from '@radix-ui/react-icons'
import type { ReactNode } from 'react'
import type { Me } from '../api-types.ts'
import { KeyIcon } from './icons.tsx'

/** `letter`: typed after `g` it leads there. */
export type Place = { to: string; name: string; icon: ReactNode; letter?: string }
export type Group = { name?: string; places: Place[]; shownTo?: (me: Me) => boolean }

/** Every place of the dashboard, in order. A page that does not exist yet is not listed. */
export const GROUPS: Group[] = [
  { places: [{ to: '/', name: 'Home', letter: 'h', icon: <HomeIcon /> }] },
  {
    name: 'Develop',
    places: [
      { to: '/api-keys', name: 'API Keys', letter: 'k', icon: <KeyIcon /> },
      { to: '/webhooks', name: 'Webhooks', letter: 'w', icon: <Link2Icon /> },
      { to: '/events', name: 'Events', letter: 'e', icon: <BellIcon /> },
      { to: '/transaction-logs', name: 'Transaction Logs', letter: 'l', icon: <ActivityLogIcon /> },
      { to: '/webhook-logs', name: 'Webhook Logs', letter: 'd', icon: <PaperPlaneIcon /> },
      { to: '/test-cases', name: 'Test cases', letter: 'c', icon: <PlayIcon /> },
      { to: '/signature-debugger', name: 'Signature debugger', letter: 'v', icon: <MagnifyingGlassIcon /> },
    ],
  },
  {
    name: 'Money',
    places: [
      { to: '/transactions', name: 'Transactions', letter: 't', icon: <ShuffleIcon /> },
      { to: '/balances', name: 'Balances', letter: 'b', icon: <LayersIcon /> },
      { to: '/reports', name: 'Reports', letter: 'r', icon: <BarChartIcon /> },
      { to: '/activation', name: 'Activation', letter: 'a', icon: <RocketIcon /> },
    ],
  },
  {
    name: 'Workspace',
    places: [{ to: '/team', name: 'Team', icon: <PersonIcon /> }],
  },
  {
    shownTo: (me) => me.role === 'owner' || me.role === 'admin',
    places: [{ to: '/audit-log', name: 'Audit log', icon: <CounterClockwiseClockIcon /> }],
  },
  {
    name: 'Operate',
    shownTo: (me) => me.is_operator,
    places: [
      { to: '/operator/settlements', name: 'Settlement queue', icon: <StackIcon /> },
      { to: '/operator/unmatched-deposits', name: 'Unmatched deposits', icon: <QuestionMarkCircledIcon /> },
      { to: '/operator/workspaces', name: 'Workspaces', icon: <GroupIcon /> },
      { to: '/operator/activations', name: 'Activation queue', icon: <CheckboxIcon /> },
      { to: '/operator/payment-connections', name: 'Payment connections', icon: <MixerHorizontalIcon /> },
      { to: '/operator/fees', name: 'Fees', icon: <TokensIcon /> },
      { to: '/operator/reconciliation', name: 'Reconciliation', icon: <ClipboardCopyIcon /> },
      { to: '/operator/health', name: 'System health', icon: <HeartIcon /> },
      { to: '/operator/event-types', name: 'Event types', icon: <BellIcon /> },
      { to: '/operator/keys', name: 'Operator keys', icon: <KeyIcon /> },
      { to: '/operator/signing-keys', name: 'Signing keys', icon: <LockClosedIcon /> },
      { to: '/operator/audit-log', name: 'Platform audit log', icon: <CounterClockwiseClockIcon /> },
      { to: '/operator/mail', name: 'Mail', icon: <EnvelopeClosedIcon /> },
    ],
  },
]

const SETTINGS: Place = { to: '/settings', name: 'Settings', letter: 's', icon: <GearIcon /> }

/** The places that this person has, with those that stand in menus. */
export const placesOf = (me: Me): Place[] => [
  ...GROUPS.filter((group) => group.shownTo?.(me) ?? true).flatMap((group) => group.places),
  SETTINGS,
  { to: '/settings/two-factor', name: 'Second factor', icon: <LockClosedIcon /> },
  { to: '/events/types', name: 'Event catalogue', icon: <BellIcon /> },
]

/** The places that `g` and a letter lead to. */
export const PLACES_BY_LETTER = new Map(
  [...GROUPS.flatMap((group) => group.places), SETTINGS].flatMap((place) =>
    place.letter ? [[place.letter, place] as const] : [],
  ),
)
