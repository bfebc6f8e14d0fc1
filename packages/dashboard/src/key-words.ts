import type { Algorithm, CurrencyType } from './api-types.ts'

export const CURRENCY_TYPE_NAMES: Record<CurrencyType, string> = { fiat: 'Fiat', crypto: 'Crypto' }

export const ALGORITHM_NAMES: Record<Algorithm, string> = {
  'hmac-sha256': 'HMAC-SHA256',
  ed25519: 'Ed25519',
}

/** Requests a minute that a key may make unless somebody says otherwise. */
export const RATE_LIMIT_DEFAULT = 6_000

export const OVERLAPS = [
  { seconds: 0, name: 'None', explain: 'The old one stops at once. For one that leaked.' },
  { seconds: 3_600, name: '1 hour', explain: 'Both work for an hour.' },
  { seconds: 86_400, name: '24 hours', explain: 'Both work for a day: time for a rollout.' },
  { seconds: 604_800, name: '7 days', explain: 'Both work for a week.' },
] as const

/** The end of that day (23:59:59) in the viewer's zone, as RFC 3339 UTC. `day` is YYYY-MM-DD. */
export function endOfDay(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString()
}

/** The local day of a time, as YYYY-MM-DD; the day that `endOfDay` turns back into that time. */
export function localDay(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

export function daysFromToday(days: number, now = new Date()): string {
  return localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days))
}
