import {
  ArrowRightIcon,
  CheckCircledIcon,
  CircleBackslashIcon,
  ClockIcon,
  CrossCircledIcon,
  LightningBoltIcon,
  UpdateIcon,
} from '@radix-ui/react-icons'
import type { ReactNode } from 'react'
import type { Mode } from '../api.ts'
import type {
  ActivationApproval,
  KeyStatus,
  Settlement,
  Transaction,
  TransactionLog,
  UnmatchedDeposit,
  WebhookDelivery,
  WebhookEndpoint,
} from '../api-types.ts'
import { MODE_NAMES } from '../mode.ts'
import { BeakerIcon } from './icons.tsx'
import type { Tone } from './states.tsx'

const ICONS: Record<Tone, ReactNode> = {
  good: <CheckCircledIcon />,
  bad: <CrossCircledIcon />,
  soon: <ClockIcon />,
  busy: <UpdateIcon />,
  off: <CircleBackslashIcon />,
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {ICONS[tone]}
      {children}
    </span>
  )
}

const KEY_STATES: Record<KeyStatus, { tone: Tone; word: string }> = {
  active: { tone: 'good', word: 'Active' },
  expiring: { tone: 'soon', word: 'Expiring' },
  expired: { tone: 'bad', word: 'Expired' },
  disabled: { tone: 'off', word: 'Disabled' },
  revoked: { tone: 'off', word: 'Deleted' },
}

export function KeyStatusBadge({ status }: { status: KeyStatus }) {
  const state = KEY_STATES[status]
  return <Badge tone={state.tone}>{state.word}</Badge>
}

const TRANSACTION_STATES: Record<Transaction['status'], { tone: Tone; word: string }> = {
  pending: { tone: 'soon', word: 'Pending' },
  processing: { tone: 'busy', word: 'Processing' },
  completed: { tone: 'good', word: 'Completed' },
  failed: { tone: 'bad', word: 'Failed' },
  canceled: { tone: 'off', word: 'Canceled' },
  expired: { tone: 'off', word: 'Expired' },
}

export function TransactionBadge({ status }: { status: Transaction['status'] }) {
  const state = TRANSACTION_STATES[status]
  return <Badge tone={state.tone}>{state.word}</Badge>
}

const DELIVERY_STATES: Record<WebhookDelivery['status'], { tone: Tone; word: string }> = {
  pending: { tone: 'soon', word: 'Pending' },
  delivered: { tone: 'good', word: 'Delivered' },
  failed: { tone: 'bad', word: 'Failed' },
  skipped: { tone: 'off', word: 'Skipped' },
}

export function DeliveryBadge({ status }: { status: WebhookDelivery['status'] }) {
  const state = DELIVERY_STATES[status]
  return <Badge tone={state.tone}>{state.word}</Badge>
}

const APPROVAL_STATES: Record<ActivationApproval['status'], { tone: Tone; word: string }> = {
  none: { tone: 'off', word: 'Not requested' },
  requested: { tone: 'soon', word: 'Requested' },
  approved: { tone: 'good', word: 'Approved' },
  'self-approved': { tone: 'good', word: 'Self-approved' },
  refused: { tone: 'bad', word: 'Refused' },
  revoked: { tone: 'bad', word: 'Revoked' },
}

export function ApprovalBadge({ status }: { status: ActivationApproval['status'] }) {
  const state = APPROVAL_STATES[status]
  return <Badge tone={state.tone}>{state.word}</Badge>
}

const SETTLEMENT_STATES: Record<Settlement['state'], { tone: Tone; word: string }> = {
  waiting: { tone: 'soon', word: 'Waiting' },
  approving: { tone: 'busy', word: 'Approving' },
  completed: { tone: 'good', word: 'Completed' },
  failed: { tone: 'bad', word: 'Failed' },
  canceled: { tone: 'off', word: 'Canceled' },
}

export function SettlementBadge({ state }: { state: Settlement['state'] }) {
  const { tone, word } = SETTLEMENT_STATES[state]
  return <Badge tone={tone}>{word}</Badge>
}

const UNMATCHED_STATES: Record<UnmatchedDeposit['state'], { tone: Tone; word: string }> = {
  open: { tone: 'soon', word: 'Open' },
  matched: { tone: 'good', word: 'Matched' },
  returning: { tone: 'busy', word: 'Going back' },
  returned: { tone: 'off', word: 'Sent back' },
}

export function UnmatchedBadge({ state }: { state: UnmatchedDeposit['state'] }) {
  const { tone, word } = UNMATCHED_STATES[state]
  return <Badge tone={tone}>{word}</Badge>
}

export function EndpointBadge({ endpoint }: { endpoint: WebhookEndpoint }) {
  if (endpoint.listener) return <Badge tone="busy">Listener</Badge>
  if (!endpoint.enabled) return <Badge tone="off">Disabled</Badge>
  if (endpoint.failing_since) return <Badge tone="bad">Failing</Badge>
  return <Badge tone="good">Enabled</Badge>
}

export function ModeBadge({ mode }: { mode: Mode }) {
  return (
    <span className="badge" data-tone={mode}>
      {mode === 'test' ? <BeakerIcon /> : <LightningBoltIcon />}
      {MODE_NAMES[mode]}
    </span>
  )
}

/** How a logged request ended. What went to a service that has not told its answer has no status yet. */
export function LogStatusBadge({
  log: { status, outcome },
  isShort = false,
}: {
  log: Pick<TransactionLog, 'status' | 'outcome'>
  /** Where there is room for one word. */
  isShort?: boolean
}) {
  if (outcome === 'answered') return <HttpStatusBadge status={status} />
  return (
    <span className="badge" data-tone="off">
      <ArrowRightIcon />
      {isShort ? 'Forwarded' : 'Forwarded, no outcome yet'}
    </span>
  )
}

/** An HTTP status is always shown as its number; the icon carries good or bad. */
export function HttpStatusBadge({ status }: { status: number }) {
  const tone: Tone = status < 300 ? 'good' : status < 400 ? 'off' : 'bad'
  return (
    <Badge tone={tone}>
      <span className="http-status">{status}</span>
    </Badge>
  )
}
