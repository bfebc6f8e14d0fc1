import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import {
  isInSequenceBefore,
  isInSequenceSince,
  transactionConditions,
  type ListScope,
  type TransactionFilter,
} from '../ledger/list-queries.ts'
import type { CurrencyType } from '../sessions/principal.ts'
import type { Period } from './period.ts'
import { PERIODS, type Dimension, type Statement, type StatementLine, type TIME_FIELDS } from './schema.ts'

const INVALID_PARAMETER_VALUE = '22023'

/** The moments of a range; nothing where the database does not know the time zone. */
export async function resolveDays(
  executor: Executor,
  input: {
    timeZone: string
    now: Date
    from: string | Date | undefined
    to: string | Date | undefined
    daysDefault: number
  },
): Promise<Date[]> {
  const { timeZone, now } = input
  const moment = (bound: string | Date | undefined, otherwise: RawBuilder<unknown>) => {
    if (bound === undefined) return otherwise
    return bound instanceof Date
      ? sql`${bound}::timestamptz`
      : sql`local_midnight(${bound}::date, ${timeZone})`
  }
  const tomorrow = sql`local_midnight((${now}::timestamptz at time zone ${timeZone})::date + 1, ${timeZone})`
  try {
    const [row] = await runSql(
      executor,
      sql<{ from: Date; to: Date }>`select ${moment(
        input.from,
        sql`local_midnight(
          (bound.to at time zone ${timeZone})::date - ${input.daysDefault}::integer, ${timeZone})`,
      )} as "from", bound.to
        from (select ${moment(input.to, tomorrow)} as "to") bound`,
    )
    return row ? [row.from, row.to] : []
  } catch (error) {
    if ((error as { code?: string }).code === INVALID_PARAMETER_VALUE) return []
    throw error
  }
}

export type TimeField = (typeof TIME_FIELDS)[number]
export type SummaryRecord = {
  is_total: boolean
  period: string | null
  type: string | null
  status: string | null
  currency: string
  currency_type: CurrencyType
  count: string
  sum: string
  fees: string
  completed_count: string
  completed_sum: string
  pending_count: string
  pending_sum: string
  unsuccessful_count: string
  unsuccessful_sum: string
}

/** Counts and sums of one moment: a row per group and one per currency, at most `limit` of them. */
export function summarize(
  executor: Executor,
  scope: ListScope,
  report: {
    filter: TransactionFilter
    period: Period
    timeField: TimeField
    groupBy: readonly Dimension[]
    limit: number
  },
): Promise<SummaryRecord[]> {
  const { filter, period, timeField, groupBy } = report
  const unit = PERIODS.find((name) => groupBy.includes(name))
  const has = (name: Dimension) => groupBy.includes(name)
  const local = sql`t.${sql.ref(timeField)} at time zone ${period.timeZone}`
  const figures = (name: string, statuses: readonly string[]) => {
    const ofStatus = sql`filter (where one.status = any (${[...statuses]}::text[]))`
    return sql`count(*) ${ofStatus} as ${sql.ref(`${name}_count`)},
      money_text(coalesce(sum(one.amount) ${ofStatus}, 0), one.decimals) as ${sql.ref(`${name}_sum`)}`
  }
  // A group that is not asked for is one constant, so that the columns are the same in every report.
  return runSql(
    executor,
    sql<SummaryRecord>`
      select grouping(one.period, one.type, one.shown_status) > 0 as is_total, one.period::text, one.type,
        one.shown_status as status, one.currency, one.currency_type, count(*),
        money_text(sum(one.amount), one.decimals) as sum,
        money_text(coalesce(sum(one.fee) filter (where one.status = 'completed'), 0), one.decimals) as fees,
        ${figures('completed', ['completed'])}, ${figures('pending', ['pending', 'processing'])},
        ${figures('unsuccessful', ['failed', 'canceled', 'expired'])}
      from (
        select ${unit ? sql`date_trunc(${unit}, ${local})::date` : sql`null::date`} as period,
          ${has('type') ? sql`t.type` : sql`null::text`} as type,
          ${has('status') ? sql`t.status` : sql`null::text`} as shown_status,
          t.status, t.currency, t.currency_type, t.decimals, t.amount, t.fee
        from transactions t
        where ${transactionConditions(scope, filter)} and ${isWithin(scope, timeField, period)}
      ) one
      group by grouping sets (
        (one.period, one.type, one.shown_status, one.currency, one.currency_type, one.decimals),
        (one.currency, one.currency_type, one.decimals))
      order by is_total desc, one.period, one.currency, one.type, one.shown_status
      limit ${report.limit}`,
  )
}

function isWithin(scope: ListScope, timeField: TimeField, { from, to }: Period): RawBuilder<unknown> {
  const field = sql`t.${sql.ref(timeField)}`
  const range = sql`${field} >= ${from} and ${field} < ${to}`
  if (timeField === 'created_at')
    return sql`${range} and ${isInSequenceSince(scope, from)} and ${isInSequenceBefore(scope, to)}`
  return range
}

export type StatementBounds = Pick<
  Statement,
  'currency' | 'opening' | 'closing' | 'total_in' | 'total_out' | 'fees'
> & {
  /** The first entry of the period, and the first after it. */
  first: string
  next: string
}

/**
 * The balances around a period, and what was posted in it. A period begins with the first entry that is dated in it,
 * in the order of the ledger; so each entry is in one period, and one period's closing is the next one's opening.
 */
export async function statementBounds(
  executor: Executor,
  accountId: string,
  { from, to }: Period,
): Promise<StatementBounds> {
  const balanceBefore = (version: RawBuilder<unknown>) => sql`(
    select json_build_object(
      'posted', money_text(coalesce(max(e.posted_after), 0), a.decimals),
      'pending_in', money_text(coalesce(max(e.pending_in_after), 0), a.decimals),
      'pending_out', money_text(coalesce(max(e.pending_out_after), 0), a.decimals),
      'available', money_text(coalesce(max(e.posted_after - e.pending_out_after), 0), a.decimals))
    from entries e where e.account_id = a.id and e.version = ${version} - 1)`
  const [row] = await runSql(
    executor,
    sql<StatementBounds>`
      with account as (select id, currency, decimals from accounts where id = ${accountId}),
      bounds as materialized (
        select entry_version_since(${accountId}, ${from}) as first, entry_version_since(${accountId}, ${to}) as next
      )
      select a.currency, b.first, b.next,
        ${balanceBefore(sql`b.first`)} as opening, ${balanceBefore(sql`b.next`)} as closing,
        json_build_object('count', moved.count_in, 'sum', money_text(moved.sum_in, a.decimals)) as total_in,
        json_build_object('count', moved.count_out, 'sum', money_text(moved.sum_out, a.decimals)) as total_out,
        json_build_object('count', moved.count_fees, 'sum', money_text(moved.sum_fees, a.decimals)) as fees
      from account a cross join bounds b cross join lateral (
        select count(*) filter (where e.posted > 0) as count_in, count(*) filter (where e.posted < 0) as count_out,
          coalesce(sum(e.posted) filter (where e.posted > 0), 0) as sum_in,
          coalesce(-sum(e.posted) filter (where e.posted < 0), 0) as sum_out,
          count(*) filter (where e.part = 'fee' and e.posted < 0) as count_fees,
          coalesce(-sum(e.posted) filter (where e.part = 'fee'), 0) as sum_fees
        from entries e where e.account_id = a.id and e.version >= b.first and e.version < b.next
      ) moved`,
  )
  if (!row) throw new Error(`account ${accountId} is gone`)
  return row
}

type Lines = { accountId: string; first: string; next: string }

/** What was posted on an account between two versions, oldest first. */
export function statementLines({ accountId, first, next }: Lines): RawBuilder<{ item: StatementLine }> {
  return sql`
    select json_build_object(
      'version', e.version, 'created_at', time_text(e.created_at), 'transaction_id', e.transaction_id,
      'type', case e.part when 'fee' then 'fee' else t.type end,
      'reference', t.reference, 'description', t.description,
      'amount', money_text(e.posted, t.decimals), 'balance', money_text(e.posted_after, t.decimals)) as item
    from entries e join transactions t on t.id = e.transaction_id
    where e.account_id = ${accountId} and e.version >= ${first}::bigint and e.version < ${next}::bigint and e.posted <> 0
    order by e.version`
}

/** One line more than the limit. */
export async function listStatementLines(
  executor: Executor,
  lines: Lines & { limit: number },
): Promise<StatementLine[]> {
  const rows = await runSql(
    executor,
    sql<{ item: StatementLine }>`${statementLines(lines)} limit ${lines.limit + 1}`,
  )
  return rows.map(({ item }) => item)
}
