import type { Database, Executor } from '../database/database.ts'
import { SealError, type Sealer } from '../encryption.ts'
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.ts'

type Deps = { database: Database; sealer: Sealer }

/** How many values of one kind are sealed under one master key. */
export type SealedCount = { what: string; masterKeyId: string; count: number }
export type Resealed = { moved: number; unreadable: number }

// A batch holds the locks on its rows for some 20 ms: that is the longest that a request can wait for one.
const BATCH_ROWS = 500

/** What is sealed under which master key, by kind. */
export async function countSealed(executor: Executor): Promise<SealedCount[]> {
  const counts: SealedCount[] = []
  for (const { what, table, column } of SEALED_COLUMNS) {
    const { rows } = await executor.query<{ id: string; count: string }>(
      `select split_part(${column}, '.', 2) as id, count(*) as count from ${table}
        where ${column} is not null group by 1 order by 1`,
    )
    counts.push(...rows.map(({ id, count }) => ({ what, masterKeyId: id, count: Number(count) })))
  }
  return counts
}

/**
 * Seals every value anew that is not under the first master key. It may be ended at any moment and begun again: what
 * is done stays done, and what is under the first key already is not touched. Rows that a request holds at that
 * moment are passed over, so that neither waits for the other; call it again for them.
 * @param onBatch hears of each batch
 */
export async function resealAll(
  deps: Deps,
  onBatch: (what: string, moved: number) => void = () => {},
): Promise<Resealed> {
  const total: Resealed = { moved: 0, unreadable: 0 }
  for (const column of SEALED_COLUMNS) {
    let after: string[] | null = null
    do {
      const batch: Resealed & { last: string[] | null } = await resealBatch(deps, column, after)
      total.moved += batch.moved
      total.unreadable += batch.unreadable
      if (batch.moved > 0) onBatch(column.what, batch.moved)
      after = batch.last
    } while (after !== null)
  }
  return total
}

async function resealBatch(
  { database, sealer }: Deps,
  column: SealedColumn,
  after: string[] | null,
): Promise<Resealed & { last: string[] | null }> {
  const names = Object.keys(column.key)
  return database.transaction(async (client) => {
    const { rows } = await client.query<Record<string, string> & { sealed: string; mode: 'test' }>(
      selectSql(column, after !== null),
      [`v1.${sealer.masterKeyId}.%`, BATCH_ROWS, ...(after ?? [])],
    )
    const fresh: { row: Record<string, string>; sealed: string }[] = []
    for (const row of rows) {
      const name = column.nameOf(row)
      try {
        fresh.push({ row, sealed: sealer.seal(sealer.open(row.sealed, name), name) })
      } catch (error) {
        // It stays as it is and is counted; the others need not wait for somebody to find its key.
        if (!(error instanceof SealError)) throw error
      }
    }
    if (fresh.length > 0)
      await client.query(updateSql(column), [
        fresh.map(({ sealed }) => sealed),
        ...names.map((name) => fresh.map(({ row }) => row[name]!)),
      ])
    const last = rows.length === BATCH_ROWS ? rows.at(-1)! : null
    return {
      moved: fresh.length,
      unreadable: rows.length - fresh.length,
      last: last && names.map((name) => last[name]!),
    }
  })
}

/** `$1` what is left alone, `$2` the limit, from `$3` the primary key after which to go on. */
function selectSql({ table, column, key, also = {} }: SealedColumn, resume: boolean): string {
  const names = Object.keys(key)
  const own = names.map((name) => `t.${name}::text as ${name}`)
  const more = Object.entries(also).map(([name, sql]) => `${sql}::text as ${name}`)
  const from = Object.entries(key).map(([_name, type], index) => `$${index + 3}::${type}`)
  const columns = names.map((name) => `t.${name}`).join(', ')
  return `select ${[...own, ...more].join(', ')}, t.${column} as sealed from ${table} t
           where t.${column} is not null and t.${column} not like $1
             ${resume ? `and (${columns}) > (${from.join(', ')})` : ''}
           order by ${columns} limit $2
             for update of t skip locked`
}

/** `$1` the new values, from `$2` one array for each column of the primary key. */
function updateSql({ table, column, key }: SealedColumn): string {
  const entries = Object.entries(key)
  const arrays = entries.map(([_name, type], index) => `$${index + 2}::text[]::${type}[]`)
  const names = entries.map(([name]) => name)
  return `update ${table} t set ${column} = fresh.sealed
            from unnest($1::text[], ${arrays.join(', ')}) as fresh (sealed, ${names.join(', ')})
           where ${names.map((name) => `t.${name} = fresh.${name}`).join(' and ')}`
}
