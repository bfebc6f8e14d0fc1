import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import {
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  type Account,
  type Entry,
  type Transaction,
} from './schema.ts'

/** Of what is found by words so many are sorted at most; more are common enough to be met soon among the newest. */
const SORTED_ROWS_MAX = 20_000

export type ListScope = { workspaceId: string; mode: Mode; currencyType: CurrencyType | undefined }
export type Page = { limit: number; cursor?: string | undefined }
type Created = { createdAfter?: Date | undefined; createdBefore?: Date | undefined }

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
  sortedRowsMax?: number,
): Promise<Transaction[]> {
  const rows = await runSql(executor, newestTransactions(scope, filter, sortedRowsMax))
  return rows.map(({ item }) => item)
}

export function newestTransactions(
  scope: ListScope,
  filter: TransactionFilter & Page,
  sortedRowsMax: number = SORTED_ROWS_MAX,
): RawBuilder<{ item: Transaction }> {
  const order = orderOf(filter)
  const inOrder = order === 'sequence' ? sql`t.sequence desc` : sql`t.${sql.ref(order)} desc, t.sequence desc`
  const where = sql`${transactionConditions(scope, filter)} ${afterCursor(order, filter.cursor)}`
  const limit = filter.limit + 1
  const newest = (more: RawBuilder<unknown>) =>
    sql`select t.id from transactions t where ${where} ${more} order by ${inOrder} limit ${limit}`
  const ids = isByWordsAlone(filter)
    ? newestByWords(scope, filter, { where, sortedRowsMax })
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

/** Every entry of an account that fits, newest first: a statement to stream. */
export function allEntries(accountId: string, filter: EntryFilter): RawBuilder<{ item: Entry }> {
  return sql`${entryItems(accountId, filter)} order by e.version desc`
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
 * Words or metadata lead, and the planner cannot know how many rows have them: it read a million, newest first, for a
 * value that one has. So the index is asked for some; only where there are more the newest are read instead, with the
 * same condition in a form that no index serves.
 */
function newestByWords(
  scope: ListScope,
  filter: TransactionFilter & Page,
  { where, sortedRowsMax }: { where: RawBuilder<unknown>; sortedRowsMax: number },
): RawBuilder<unknown> {
  const limit = filter.limit + 1
  const { descriptionContains: _words, metadata: _metadata, ...others } = filter
  const read = sql`${transactionConditions(scope, others)} and ${termConditions(scope, filter, false)}
    ${afterCursor('sequence', filter.cursor)}`
  return sql`with hit as materialized (
      select t.id, t.sequence from transactions t where ${where} limit ${sortedRowsMax + 1}
    ), counted as materialized (select count(*) > ${sortedRowsMax} as is_common from hit)
    select found.id from (
      (select id from hit where not (select is_common from counted) order by sequence desc limit ${limit})
      union all
      (select t.id from transactions t where (select is_common from counted) and ${read}
       order by t.sequence desc limit ${limit})
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

function termConditions(scope: ListScope, filter: TransactionFilter, isIndexed = true): RawBuilder<unknown> {
  const metadata = JSON.stringify(filter.metadata ?? {})
  const terms = sql`transaction_terms(t.workspace_id, t.mode, t.description, t.metadata)`
  return sql`(t.description is not null or t.metadata <> '{}')
    and ${isIndexed ? terms : sql`(${terms} || ''::tsvector)`} @@
      transaction_terms_query(${scope.workspaceId}, ${scope.mode}, ${filter.descriptionContains ?? ''}, ${metadata}::jsonb)`
}

function afterCursor(order: TransactionOrder, cursor: string | undefined): RawBuilder<unknown> {
  if (!cursor) return sql``
  if (order === 'sequence') return sql`and t.sequence < ${numberIn(decodeCursor(cursor, 1)[0])}`
  const [time = '', sequence] = decodeCursor(cursor, 2)
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) ? time : '0001-01-01T00:00:00.000Z'
  return sql`and (t.${sql.ref(order)}, t.sequence) < (${at}::timestamptz, ${numberIn(sequence)}::bigint)`
}

export type AccountFilter = Created & {
  currency?: string | undefined
  name?: string | undefined
  isMain?: boolean | undefined
  metadata?: Record<string, string> | undefined
}

/** One row more than the limit, newest first. A workspace has so few accounts that its own index serves all of this. */
export async function listAccounts(
  executor: Executor,
  scope: ListScope,
  filter: AccountFilter & Page,
): Promise<Account[]> {
  const metadata = Object.entries(filter.metadata ?? {})
  const conditions = [
    sql`a.workspace_id = ${scope.workspaceId} and a.mode = ${scope.mode} and a.kind = 'customer'`,
    scope.currencyType && sql`a.currency_type = ${scope.currencyType}`,
    filter.currency && sql`a.currency = ${filter.currency}`,
    filter.name && sql`a.name = ${filter.name}`,
    filter.isMain !== undefined && sql`(a.role is not distinct from 'main') = ${filter.isMain}`,
    ...metadata.map(([name, value]) => sql`a.metadata ->> ${name} = ${value}`),
    filter.createdAfter && sql`a.created_at > ${filter.createdAfter}`,
    filter.createdBefore && sql`a.created_at < ${filter.createdBefore}`,
    filter.cursor && sql`a.id < ${decodeCursor(filter.cursor, 1)[0] ?? ''}`,
  ].filter((condition) => typeof condition === 'object')
  const rows = await runSql(
    executor,
    sql<{
      item: Account
    }>`select account_json(a) as item from accounts a where ${sql.join(conditions, sql` and `)}
      order by a.id desc limit ${filter.limit + 1}`,
  )
  return rows.map(({ item }) => item)
}

export type EntryFilter = Created & { transactionId?: string | undefined }

/** One row more than the limit, newest first. */
export async function listEntries(
  executor: Executor,
  accountId: string,
  filter: EntryFilter & Page,
): Promise<Entry[]> {
  const rows = await runSql(
    executor,
    sql<{ item: Entry }>`${entryItems(accountId, filter)}
      ${filter.cursor ? sql`and e.version < ${numberIn(decodeCursor(filter.cursor, 1)[0])}` : sql``}
      order by e.version desc limit ${filter.limit + 1}`,
  )
  return rows.map(({ item }) => item)
}

/** The entries of an account as the API shows them: a statement that wants its order. */
function entryItems(accountId: string, filter: EntryFilter): RawBuilder<unknown> {
  const { createdAfter, createdBefore } = filter
  return sql`select json_build_object(
      'account_id', e.account_id, 'version', e.version, 'transaction_id', e.transaction_id, 'part', e.part, 'step', e.step,
      'currency', e.currency,
      'posted', money_text(e.posted, a.decimals), 'pending_in', money_text(e.pending_in, a.decimals),
      'pending_out', money_text(e.pending_out, a.decimals),
      'balance', json_build_object(
        'posted', money_text(e.posted_after, a.decimals), 'pending_in', money_text(e.pending_in_after, a.decimals),
        'pending_out', money_text(e.pending_out_after, a.decimals),
        'available', money_text(e.posted_after - e.pending_out_after, a.decimals)),
      'created_at', time_text(e.created_at)) as item
    from entries e join accounts a on a.id = e.account_id
    where e.account_id = ${accountId}
      ${filter.transactionId ? sql`and e.transaction_id = ${filter.transactionId}` : sql``}
      ${
        createdAfter
          ? sql`and e.created_at > ${createdAfter}
        and e.version >= (select entry_version_since(${accountId}, ${createdAfter}))`
          : sql``
      }
      ${
        createdBefore
          ? sql`and e.created_at < ${createdBefore}
        and e.version < (select entry_version_since(${accountId}, ${createdBefore}::timestamptz + interval '60 seconds'))`
          : sql``
      }`
}

/** A whole number out of a cursor; anything else is a cursor that nobody here made. */
function numberIn(text: string | undefined): string {
  return text !== undefined && /^\d{1,18}$/.test(text) ? text : '0'
}
