import { queryOptions } from '@tanstack/react-query'
import { call, placeQuery, type Mode } from './api.ts'
import type { Statement, Summary } from './api-types.ts'
import { withMetadataFilter } from './metadata.ts'

const SUMMARY = '/v1/reports/summary'
export const REPORT_FILTER_NAMES = [
  'from',
  'to',
  'time_zone',
  'period',
  'by',
  'type',
  'status',
  'currency',
  'currency_type',
  'account_id',
  'metadata',
  'time_field',
] as const
export type ReportFilters = Partial<Record<(typeof REPORT_FILTER_NAMES)[number], string | undefined>>

export const PERIODS = { day: 'By day', week: 'By week', month: 'By month' } as const
export const SPLITS = { type: 'By type', status: 'By status' } as const
export const TIME_FIELDS = {
  created_at: 'When created',
  completed_at: 'When completed',
  effective_at: 'When effective',
} as const

/** The time zone of whoever looks. */
export const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** Every zone that a person could mean, with UTC and their own first. */
export const TIME_ZONE_OPTIONS = [
  ...new Set(['UTC', ownTimeZone(), ...Intl.supportedValuesOf('timeZone')]),
].map((value) => ({ value, label: value.replaceAll('_', ' ') }))

/** What the server is asked for what the page's address says. */
export function reportQuery({ period = 'day', by, time_zone = ownTimeZone(), ...rest }: ReportFilters) {
  return {
    ...withMetadataFilter(rest),
    time_zone,
    group_by: by === undefined ? period : `${period},${by}`,
  }
}

/** The filters of the list of transactions that a report was made of. */
export function transactionsBehind(
  report: Pick<Summary, 'from' | 'to' | 'time_field'>,
  { type, status, currency, currency_type, account_id, metadata }: ReportFilters,
): Record<string, string | undefined> {
  const prefix = report.time_field.replace('_at', '')
  return {
    type,
    status,
    currency,
    currency_type,
    account_id,
    metadata,
    // Ranges of a list leave out both of their bounds; times are whole milliseconds.
    [`${prefix}_after`]: new Date(Date.parse(report.from) - 1).toISOString(),
    [`${prefix}_before`]: report.to,
  }
}

export const summaryQuery = (mode: Mode, filters: ReportFilters) =>
  queryOptions({
    queryKey: [SUMMARY, mode, filters],
    queryFn: ({ signal }) => call<Summary>('GET', SUMMARY, { signal, mode, query: reportQuery(filters) }),
    placeholderData: (rows: Summary | undefined, before) => (before?.queryKey[1] === mode ? rows : undefined),
  })

/** `time_zone`: in which days begin and end; that of whoever looks when absent. */
export const STATEMENT_FILTER_NAMES = ['from', 'to', 'time_zone'] as const
export type StatementRange = Partial<Record<(typeof STATEMENT_FILTER_NAMES)[number], string | undefined>>
export const statementQuery = (mode: Mode, accountId: string, range: StatementRange, cursor?: string) =>
  queryOptions({
    queryKey: ['statement', mode, accountId, range, cursor],
    queryFn: ({ signal }) =>
      call<Statement>('GET', `/v1/accounts/${encodeURIComponent(accountId)}/statement`, {
        signal,
        mode,
        query: { ...range, time_zone: range.time_zone ?? ownTimeZone(), limit: 100, cursor },
      }),
  })

/**
 * The address of a file of this server, which the browser saves with the session it has: the server refuses it where
 * that works in another workspace by now than the page shows.
 */
export function fileAddress(
  path: string,
  query: Record<string, string | undefined>,
  { format, mode }: { format: 'csv' | 'ndjson'; mode: Mode },
): string {
  const entries = Object.entries<string | undefined>({ ...query, format, ...placeQuery(mode) })
  const given = entries.filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  )
  return `${path}?${new URLSearchParams(given)}`
}

/** Every day, week or month of a report, those without a transaction too, in order. */
export function periodsOf({ from, to, time_zone: timeZone, group_by: groupBy }: Summary): string[] {
  const day = (at: number) =>
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
      at,
    )
  const step = groupBy.find((name) => name in PERIODS)
  const current = new Date(`${day(Date.parse(from))}T00:00:00Z`)
  if (step === 'week') current.setUTCDate(current.getUTCDate() - ((current.getUTCDay() + 6) % 7))
  if (step === 'month') current.setUTCDate(1)
  const last = day(Date.parse(to) - 1)
  const periods: string[] = []
  for (let text = current.toISOString().slice(0, 10); text <= last && periods.length < PERIODS_MAX;) {
    periods.push(text)
    if (step === 'month') current.setUTCMonth(current.getUTCMonth() + 1)
    else current.setUTCDate(current.getUTCDate() + (step === 'week' ? 7 : 1))
    text = current.toISOString().slice(0, 10)
  }
  return periods
}
const PERIODS_MAX = 600
