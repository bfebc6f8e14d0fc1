import type { Executor } from '../database/database.ts'
import { transactionFilter } from '../ledger/transaction-filter.ts'
import type { Principal } from '../sessions/principal.ts'
import { daysIn, invalid, periodOf } from './period.ts'
import { summarize, type SummaryRecord } from './queries.ts'
import type { Summary, SummaryQuery } from './schema.ts'

const ROWS_MAX = 10_000
const DAYS_BY_DAY_MAX = 400

/**
 * Counts and sums of the transactions that a caller may see, as they are at this moment.
 * @throws Problem `invalid-input` where the answer would have more rows than anybody reads
 */
export async function summarizeTransactions(
  executor: Executor,
  { principal, query, nowMs }: { principal: Principal; query: SummaryQuery; nowMs: number },
): Promise<Summary> {
  const { group_by: groupBy, time_field: timeField } = query
  const { scope, filter } = transactionFilter(principal, query)
  const period = await periodOf(executor, query, nowMs)
  if (groupBy.includes('day') && daysIn(period) > DAYS_BY_DAY_MAX)
    throw invalid('from', `must be at most ${DAYS_BY_DAY_MAX} days before \`to\` in a report by day`)
  const report = { filter, period, timeField, groupBy, limit: ROWS_MAX + 1 }
  const rows = await summarize(executor, scope, report)
  if (rows.length > ROWS_MAX)
    throw invalid('group_by', `makes more than ${ROWS_MAX} rows; shorten the range, or group by less`)
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    time_zone: period.timeZone,
    time_field: timeField,
    group_by: groupBy,
    as_of: new Date(nowMs).toISOString(),
    data: rows
      .filter((row) => !row.is_total)
      .map((row) => ({
        period: row.period,
        type: row.type as Summary['data'][number]['type'],
        status: row.status as Summary['data'][number]['status'],
        ...figuresOf(row),
      })),
    totals: rows.filter((row) => row.is_total).map(figuresOf),
    next_cursor: null,
  }
}

function figuresOf(row: SummaryRecord): Summary['totals'][number] {
  return {
    currency: row.currency,
    currency_type: row.currency_type,
    count: Number(row.count),
    sum: row.sum,
    fees: row.fees,
    completed: { count: Number(row.completed_count), sum: row.completed_sum },
    pending: { count: Number(row.pending_count), sum: row.pending_sum },
    unsuccessful: { count: Number(row.unsuccessful_count), sum: row.unsuccessful_sum },
  }
}
