import type { Executor } from '../database/database.ts'
import type { JsonSchema } from './declared-schema.ts'

export type DeclaredType = {
  type: string
  description: string
  /** Of `data`. */
  schema: JsonSchema
  example: Record<string, unknown>
  version: number
  createdAt: Date
  updatedAt: Date
  /** When the first event of it went out in Production Mode. */
  publishedAt: Date | null
}

const COLUMNS = `type, description, schema, example, version, created_at as "createdAt", updated_at as "updatedAt",
  published_at as "publishedAt"`

/** All of them, by name: they are limited in number. */
export async function listDeclaredTypes(executor: Executor): Promise<DeclaredType[]> {
  const { rows } = await executor.query<DeclaredType>(
    `select ${COLUMNS} from declared_event_types order by type`,
  )
  return rows
}

export async function findDeclaredType(
  executor: Executor,
  type: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<DeclaredType | null> {
  const { rows } = await executor.query<DeclaredType>(
    `select ${COLUMNS} from declared_event_types where type = $1 ${lock ? 'for update' : ''}`,
    [type],
  )
  return rows[0] ?? null
}

/** Those of the names that somebody declared. */
export async function declaredAmong(executor: Executor, types: readonly string[]): Promise<Set<string>> {
  const { rows } = await executor.query<{ type: string }>(
    'select type from declared_event_types where type = any ($1)',
    [types],
  )
  return new Set(rows.map(({ type }) => type))
}

type Declaration = Pick<DeclaredType, 'type' | 'description' | 'schema' | 'example'>

/** @returns false when the type is declared already, or `max` are; run it in a transaction */
export async function insertDeclaredType(
  executor: Executor,
  row: Declaration & { now: Date; max: number },
): Promise<'inserted' | 'exists' | 'full'> {
  await executor.query("select pg_advisory_xact_lock(hashtextextended('declared_event_types', 0))")
  const { rows } = await executor.query<{ count: number; exists: boolean }>(
    'select count(*)::int as count, coalesce(bool_or(type = $1), false) as exists from declared_event_types',
    [row.type],
  )
  if (rows[0]?.exists) return 'exists'
  if ((rows[0]?.count ?? 0) >= row.max) return 'full'
  await executor.query(
    `insert into declared_event_types (type, description, schema, example, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $5)`,
    [row.type, row.description, JSON.stringify(row.schema), JSON.stringify(row.example), row.now],
  )
  return 'inserted'
}

export async function updateDeclaredType(
  executor: Executor,
  row: Declaration & { version: number; now: Date },
): Promise<void> {
  await executor.query(
    `update declared_event_types set description = $2, schema = $3, example = $4, version = $5, updated_at = $6
     where type = $1`,
    [
      row.type,
      row.description,
      JSON.stringify(row.schema),
      JSON.stringify(row.example),
      row.version,
      row.now,
    ],
  )
}

export async function deleteDeclaredType(executor: Executor, type: string): Promise<void> {
  await executor.query('delete from declared_event_types where type = $1', [type])
}

export async function markTypePublished(executor: Executor, type: string, now: Date): Promise<void> {
  await executor.query(
    'update declared_event_types set published_at = $2 where type = $1 and published_at is null',
    [type, now],
  )
}
