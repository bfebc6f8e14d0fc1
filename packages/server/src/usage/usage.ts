import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { countLatency, type Latency } from './latency.ts'

/** How many by the first digit of their status, from 0 (no outcome, no answer) to 5. */
export type StatusCounts = [number, number, number, number, number, number]

/** What happened to one subject from a time on: to an API key, to a webhook endpoint, or to all of either. */
export type Usage = {
  workspaceId: string
  mode: Mode
  /** Empty for webhooks of events that concern neither. */
  currencyType: CurrencyType | ''
  /** `key_…`, `ep_…`, or the name of all of a kind. */
  subjectId: string
  atMs: number
  counts: StatusCounts
  latency: Latency
}

/** All requests, or all webhook attempts, of a workspace and mode. */
export const ALL_REQUESTS = 'requests'
export const ALL_WEBHOOKS = 'webhooks'
const ENDPOINT_PREFIX = 'ep_'

export const MINUTE_MS = 60_000

/** What usage is added up by. */
export const RESOLUTION_MS = {
  minute: MINUTE_MS,
  ten_minutes: 10 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  six_hours: 360 * MINUTE_MS,
  day: 1_440 * MINUTE_MS,
} as const
export type Resolution = keyof typeof RESOLUTION_MS
export const RESOLUTIONS = Object.keys(RESOLUTION_MS) as Resolution[]

export const noCounts = (): StatusCounts => [0, 0, 0, 0, 0, 0]

/** The subject that stands for all of a subject's kind. */
export function kindOf(subjectId: string): string {
  return subjectId.startsWith(ENDPOINT_PREFIX) ? ALL_WEBHOOKS : ALL_REQUESTS
}

export function startOf(atMs: number, widthMs: number): number {
  return Math.floor(atMs / widthMs) * widthMs
}

export function addUsage(
  target: Pick<Usage, 'counts' | 'latency'>,
  more: Pick<Usage, 'counts' | 'latency'>,
): void {
  for (const [index, count] of more.counts.entries()) target.counts[index]! += count
  for (const [slot, count] of more.latency) countLatency(target.latency, slot, count)
}
