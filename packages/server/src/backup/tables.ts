import type { Executor } from '../database/database.ts'
import type { TableStart } from './backup-file.ts'

// Made anew by the migrations, before anything is restored.
const NOT_CARRIED = ['schema_migrations']

type TableRow = {
  table: string
  columns: string[]
  parent: string | null
  bound: string | null
  needs: string[]
}

/**
 * Every table that holds rows, partitions in place of what they are partitions of, in an order in which each comes
 * after those that its foreign keys name.
 */
export async function listTables(executor: Executor): Promise<TableStart[]> {
  const { rows } = await executor.query<TableRow>(
    `select c.relname::text as table,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       p.relname::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound,
       array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
             where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
     from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> all ($1)
     order by c.relname`,
    [NOT_CARRIED],
  )
  return inOrder(rows).map(({ table, columns, parent, bound }) => ({
    table,
    columns,
    partition: parent === null || bound === null ? null : { of: parent, bound },
  }))
}

function inOrder(rows: TableRow[]): TableRow[] {
  const placed = new Set<string>()
  const ordered: TableRow[] = []
  let left = rows
  while (left.length > 0) {
    const ready = left.filter(({ needs }) => needs.every((one) => placed.has(one)))
    if (ready.length === 0)
      throw new Error(`foreign keys in a circle: ${left.map(({ table }) => table).join(', ')}`)
    for (const row of ready) placed.add(row.table)
    ordered.push(...ready)
    left = left.filter(({ table }) => !placed.has(table))
  }
  return ordered
}

/** Names come from the catalogue or were checked against a pattern; quoted all the same. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** COPY writes times and numbers as these say, and reads them the same. */
export const COPY_SETTINGS =
  "set client_encoding = 'UTF8'; set datestyle = 'ISO'; set intervalstyle = 'postgres'; " +
  "set extra_float_digits = 1; set timezone = 'UTC'"
