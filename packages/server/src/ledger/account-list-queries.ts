import { sql, type RawBuilder } from 'kysely'
import { runSql, type Executor } from '../database/database.ts'
import { decodeCursor } from '../http/pagination.ts'
import { numberIn, type Created, type ListScope, type Page } from './list-queries.ts'
import type { Account, Entry } from './schema.ts'

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

/** Every entry of an account that fits, newest first: a statement to stream. */
export function allEntries(accountId: string, filter: EntryFilter): RawBuilder<{ item: Entry }> {
  return sql`${entryItems(accountId, filter)} order by e.version desc`
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
