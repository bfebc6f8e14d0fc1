import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { TRANSACTION_STATUSES, TRANSACTION_TYPES, type Transaction } from './schema.ts'

/** How a search by words goes about it: as many of the newest are read first, and so many hits sorted at most. */
type WordLimits = { readRows: number; sortedRows: number }
const WORD_LIMITS: WordLimits = { readRows: 5_000, sortedRows: 20_000 }

export type ListScope = { workspaceId: string; mode: Mode; currencyType: CurrencyType | undefined }
export type Page = { limit: number; cursor?: string | undefined }
export type Created = { createdAfter?: Date | undefined; createdBefore?: Date | undefined }

export type TransactionFilter = Created & {
  types?: readonly string[] | undefined
  statuses?: readonly string[] | undefined
  currency?: string | undefined
  accountId?: string | undefined
  destinationAccountId?: string | undefined
  reference?: string | undefined
  requestId?: string | undefined
  linkedTransactionId?: string | undefined
  failureCode?: string | undefined
  /** Minor units, of `currency`. */
  amount?: string | undefined
  amountMin?: string | undefined
  amountMax?: string | undefined
  completedAfter?: Date | undefined
  completedBefore?: Date | undefined
  effectiveAfter?: Date | undefined
  effectiveBefore?: Date | undefined
  descriptionContains?: string | undefined
  metadata?: Record<string, string> | undefined
}

/** By which a list runs, newest first: what it is limited by, else the order of commits. */
export type TransactionOrder = 'completed_at' | 'effective_at' | 'sequence'

export function orderOf(filter: TransactionFilter): TransactionOrder {
  if (filter.completedAfter || filter.completedBefore) return 'completed_at'
  if (filter.effectiveAfter || filter.effectiveBefore) return 'effective_at'
  return 'sequence'
}

/** The place of a transaction in its list. */
export function transactionCursor(filter: TransactionFilter, item: Transaction): string[] {
  const order = orderOf(filter)
  const sequence = String(item.sequence)
  return order === 'sequence' ? [sequence] : [String(item[order]), sequence]
}

/**
 * One row more than the limit, newest first. By `sequence`, which no insert changes; or, within a range of another
 * time, by that time.
 */
export async function listTransactions(
  executor: Executor,
  scope: ListScope,
  filter: TransactionFilter & Page,
  wordLimits?: WordLimits,
): Promise<Transaction[]> {
  const rows = await runSql(executor, newestTransactions(scope, filter, wordLimits))
  return rows.map(({ item }) => item)
}

export function newestTransactions(
  scope: ListScope,
  filter: TransactionFilter & Page,
  wordLimits: WordLimits = WORD_LIMITS,
): RawBuilder<{ item: Transaction }> {
  const order = orderOf(filter)
  const inOrder = order === 'sequence' ? sql`t.sequence desc` : sql`t.${sql.ref(order)} desc, t.sequence desc`
  const where = sql`${transactionConditions(scope, filter)} ${afterCursor(order, filter.cursor)}`
  const limit = filter.limit + 1
  const newest = (more: RawBuilder<unknown>) =>
    sql`select t.id from transactions t where ${where} ${more} order by ${inOrder} limit ${limit}`
  const ids = isByWordsAlone(filter)
    ? newestByWords(scope, filter, { where, ...wordLimits })
    : (seriesOf(scope, filter, newest) ?? newest(sql``))
  return sql`select transaction_json(t) as item from transactions t
    where t.id in (${ids}) order by ${inOrder} limit ${limit}`
}

/** Every transaction that fits, newest first: a statement to stream. */
export function allTransactions(
  scope: ListScope,
  filter: TransactionFilter,
): RawBuilder<{ item: Transaction }> {
  return sql`select transaction_json(t) as item from transactions t
    where ${transactionConditions(scope, filter)} order by t.sequence desc`
}

/**
 * The newest of each combination of type and status, per currency or per side of an account: each an index scan in
 * order that ends at the limit. Null where another condition leads to few rows, or to an order of its own.
 */
function seriesOf(
  scope: ListScope,
  filter: TransactionFilter,
  newest: (more: RawBuilder<unknown>) => RawBuilder<unknown>,
): RawBuilder<unknown> | null {
  const { types, statuses, currency, accountId } = filter
  if (orderOf(filter) !== 'sequence' || isSelective(filter)) return null
  const kinds = sql`unnest(${[...(types ?? TRANSACTION_TYPES)]}::text[]) as k (type)
    cross join unnest(${[...(statuses ?? TRANSACTION_STATUSES)]}::text[]) as s (status)`
  const ofKind = sql`and t.type = k.type and t.status = s.status`
  if (accountId)
    return sql`select side.id from ${kinds} cross join lateral (
        ${newest(sql`and t.account_id = ${accountId} ${ofKind}`)}) side
      union all select id from (${newest(sql`and t.destination_account_id = ${accountId}`)}) side`
  if (!types && !statuses && !currency && !scope.currencyType) return null
  return sql`select one.id from (
      select distinct a.currency from accounts a
      where a.workspace_id = ${scope.workspaceId} and a.mode = ${scope.mode}
        ${scope.currencyType ? sql`and a.currency_type = ${scope.currencyType}` : sql``}
        ${currency ? sql`and a.currency = ${currency}` : sql``}
    ) c cross join ${kinds} cross join lateral (${newest(sql`and t.currency = c.currency ${ofKind}`)}) one`
}

/**
 * Words or metadata lead, and the planner cannot know how many rows have them. A common value fills its page from the
 * newest few thousand; else the index is asked, which gives its hits in no order; and only where those are too many to
 * sort (common, but not of late) the rest is read, newest first.
 */
function newestByWords(
  scope: ListScope,
  filter: TransactionFilter & Page,
  { where, readRows, sortedRows }: WordLimits & { where: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const limit = filter.limit + 1
  const { descriptionContains: _words, metadata: _metadata, ...others } = filter
  const { createdAfter, createdBefore } = filter
  const page = sql`order by t.sequence desc limit ${limit}`
  const cursor = afterCursor('sequence', filter.cursor)
  const fits = sql`${transactionConditions(scope, others)} and ${termConditionsByReading(scope, filter)}`
  const inRange = transactionConditions(
    { ...scope, currencyType: undefined },
    { createdAfter, createdBefore },
  )
  return sql`with recent as materialized (
      select t.id from (
        select * from transactions t where ${inRange} ${cursor} order by t.sequence desc limit ${readRows}
      ) t where ${fits} ${page}
    ), filled as materialized (select count(*) = ${limit} as page from recent
    ), hit as materialized (
      select t.id, t.sequence from transactions t
      where not (select page from filled) and ${where} limit ${sortedRows + 1}
    ), counted as materialized (select count(*) > ${sortedRows} as is_common from hit)
    select found.id from (
      (select id from recent where (select page from filled))
      union all
      (select id from hit where not (select is_common from counted) order by sequence desc limit ${limit})
      union all
      (select t.id from transactions t where (select is_common from counted) and ${fits} ${cursor} ${page})
    ) found`
}

function isByWordsAlone(filter: TransactionFilter): boolean {
  const { descriptionContains, metadata, ...others } = filter
  return Boolean(descriptionContains ?? metadata) && orderOf(filter) === 'sequence' && !isSelective(others)
}

function isSelective(filter: TransactionFilter): boolean {
  return Boolean(
    filter.reference ??
    filter.requestId ??
    filter.linkedTransactionId ??
    filter.failureCode ??
    filter.destinationAccountId ??
    filter.amount ??
    filter.amountMin ??
    filter.amountMax ??
    filter.descriptionContains ??
    filter.metadata,
  )
}

/** What a filter asks of `transactions t`, its page left aside. */
export function transactionConditions(scope: ListScope, filter: TransactionFilter): RawBuilder<unknown> {
  const conditions = [
    sql`t.workspace_id = ${scope.workspaceId} and t.mode = ${scope.mode}`,
    scope.currencyType && sql`t.currency_type = ${scope.currencyType}`,
    filter.types && sql`t.type = any (${[...filter.types]}::text[])`,
    filter.statuses && sql`t.status = any (${[...filter.statuses]}::text[])`,
    filter.currency && sql`t.currency = ${filter.currency}`,
    filter.accountId &&
      sql`(t.account_id = ${filter.accountId} or t.destination_account_id = ${filter.accountId})`,
    filter.destinationAccountId && sql`t.destination_account_id = ${filter.destinationAccountId}`,
    filter.reference && sql`t.reference = ${filter.reference}`,
    filter.requestId && sql`t.request_id = ${filter.requestId}`,
    filter.linkedTransactionId && sql`t.linked_transaction_id = ${filter.linkedTransactionId}`,
    filter.failureCode && sql`t.failure_code = ${filter.failureCode}`,
    filter.amount && sql`t.amount = ${filter.amount}::numeric`,
    filter.amountMin && sql`t.amount >= ${filter.amountMin}::numeric`,
    filter.amountMax && sql`t.amount <= ${filter.amountMax}::numeric`,
    createdConditions(scope, filter),
    filter.completedAfter && sql`t.completed_at > ${filter.completedAfter}`,
    filter.completedBefore && sql`t.completed_at < ${filter.completedBefore}`,
    filter.effectiveAfter && sql`t.effective_at > ${filter.effectiveAfter}`,
    filter.effectiveBefore && sql`t.effective_at < ${filter.effectiveBefore}`,
    (filter.descriptionContains ?? filter.metadata) && termConditions(scope, filter),
  ]
  return sql.join(
    conditions.filter((condition) => typeof condition === 'object'),
    sql` and `,
  )
}

/** Bounds of the sequence lead there; the time itself decides. Why 60 seconds: 0031_time_bounds.sql. */
function createdConditions(
  scope: ListScope,
  { createdAfter, createdBefore }: Created,
): RawBuilder<unknown> | undefined {
  const bounds = [
    createdAfter && sql`t.created_at > ${createdAfter} and ${isInSequenceSince(scope, createdAfter)}`,
    createdBefore && sql`t.created_at < ${createdBefore} and ${isInSequenceBefore(scope, createdBefore)}`,
  ].filter((bound) => bound !== undefined)
  return bounds.length > 0 ? sql.join(bounds, sql` and `) : undefined
}

/** Holds for every transaction made since then, and for few others. */
export function isInSequenceSince(scope: ListScope, time: Date): RawBuilder<unknown> {
  return sql`t.sequence >= (
    select transaction_sequence_since(${scope.workspaceId}, ${scope.mode}, ${time}::timestamptz))`
}

/** Holds for every transaction made before then, and for few others. */
export function isInSequenceBefore(scope: ListScope, time: Date): RawBuilder<unknown> {
  return sql`t.sequence < (
    select transaction_sequence_since(${scope.workspaceId}, ${scope.mode}, ${time}::timestamptz + interval '60 seconds'))`
}

/** The form that the index serves. */
function termConditions(scope: ListScope, filter: TransactionFilter): RawBuilder<unknown> {
  return sql`(t.description is not null or t.metadata <> '{}') and ${termMatch(scope, filter)}`
}

/**
 * The same for rows that are read anyway, cheapest first: laying out a row's terms takes longer than all else. No index
 * serves a `case`, and the planner takes it for met by every other row.
 */
function termConditionsByReading(scope: ListScope, filter: TransactionFilter): RawBuilder<unknown> {
  const firstWord = sql`(search_words(${filter.descriptionContains ?? ''}))[1]`
  const pairs = Object.entries(filter.metadata ?? {})
  const cheap = [
    sql`(${firstWord} is null or position(${firstWord} in fold_case(t.description)) > 0)`,
    ...pairs.map(([name, value]) => sql`t.metadata ->> ${name} = ${value}`),
  ]
  return sql`case when ${sql.join(cheap, sql` and `)} then ${termMatch(scope, filter)} else false end`
}

function termMatch(scope: ListScope, filter: TransactionFilter): RawBuilder<unknown> {
  const metadata = JSON.stringify(filter.metadata ?? {})
  return sql`transaction_terms(t.workspace_id, t.mode, t.description, t.metadata) @@ transaction_terms_query(
      ${scope.workspaceId}, ${scope.mode}, ${filter.descriptionContains ?? ''}, ${metadata}::jsonb)`
}

function afterCursor(order: TransactionOrder, cursor: string | undefined): RawBuilder<unknown> {
  if (!cursor) return sql``
  if (order === 'sequence') return sql`and t.sequence < ${numberIn(decodeCursor(cursor, 1)[0])}`
  const [time = '', sequence] = decodeCursor(cursor, 2)
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) ? time : '0001-01-01T00:00:00.000Z'
  return sql`and (t.${sql.ref(order)}, t.sequence) < (${at}::timestamptz, ${numberIn(sequence)}::bigint)`
}

/** A whole number out of a cursor; anything else is a cursor that nobody here made. */
export function numberIn(text: string | undefined): string {
  return text !== undefined && /^\d{1,18}$/.test(text) ? text : '0'
}
