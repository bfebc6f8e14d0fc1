import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { StartUpError } from './start-up-error.ts'

export type Migration = { number: number; name: string; checksum: string; sql: string }

export type MigrationResult = {
  /** File names, in the order in which they ran. */
  applied: string[]
  /** Only with `keepGoing`: what did not apply. */
  failures: { name: string; error: Error }[]
}

export type MigrateOptions = {
  migrationsDir?: string
  /** Tries the later migrations when one fails. For tests, while a migration is being written. */
  keepGoing?: boolean
  /** The last number to apply: a backup is restored into the schema that it was made with. */
  through?: number
  /** Only a restore works on a database that it has marked. */
  isRestore?: boolean
}

/** A table that stands in a database for as long as its restore has not ended. */
export const RESTORE_MARK = 'restore_under_way'

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/
// Any fixed number; it says "countersign migrations" to whoever looks at pg_locks.
const LOCK_KEY = '7165210451'
const LOCK_WAIT_SECONDS = 300

/**
 * Brings the database to this program's schema: each numbered file that it has not seen runs in its
 * own transaction. Several processes may call it at once; one works, the others wait and find nothing
 * left to do.
 *
 * @throws StartUpError when the database is newer than the program, or a migration that it has seen
 *   was changed or removed since; when a restore into it has not ended; or when a migration fails
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrationResult> {
  const { through = Infinity } = options
  const known = await readMigrations(options.migrationsDir)
  const migrations = known.filter(({ number }) => number <= through)
  const client = new pg.Client({ connectionString: url, application_name: 'countersign migrate' })
  // The statement that runs gets the error too.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(`set lock_timeout = '${LOCK_WAIT_SECONDS}s'`)
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    await client.query('set lock_timeout = 0')
    await client.query("set client_min_messages = 'warning'")
    if (!options.isRestore) await assertNotRestoring(client)
    await client.query(`
      create table if not exists schema_migrations (
        number integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`)
    return await applyMissing(client, migrations, options.keepGoing ?? false)
  } finally {
    await client.end()
  }
}

async function assertNotRestoring(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ found: string | null }>('select to_regclass($1) as found', [
    RESTORE_MARK,
  ])
  if (rows[0]!.found !== null)
    throw new StartUpError(
      'A restore into this database has not ended, so it holds nothing that counts. Make it anew, empty, and restore again.',
    )
}

/** Whether no Countersign has used this database yet. */
export async function isUnused(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ found: string | null }>(
      "select to_regclass('schema_migrations') as found",
    )
    if (rows[0]!.found === null) return true
    return (await client.query('select 1 from schema_migrations limit 1')).rowCount === 0
  } finally {
    await client.end()
  }
}

/** The program's migrations in order. @throws StartUpError when a file is misnamed or a number is taken twice. */
export async function readMigrations(
  migrationsDir: string = fileURLToPath(new URL('./migrations/', import.meta.url)),
): Promise<Migration[]> {
  const names = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql')).sort()
  const migrations = await Promise.all(names.map((name) => readMigration(migrationsDir, name)))
  for (const [index, migration] of migrations.entries()) {
    const previous = migrations[index - 1]
    if (previous?.number === migration.number) {
      throw new StartUpError(`Two migrations carry the same number: ${previous.name} and ${migration.name}`)
    }
  }
  return migrations
}

async function readMigration(migrationsDir: string, name: string): Promise<Migration> {
  const match = FILE_NAME.exec(name)
  if (!match) throw new StartUpError(`A migration must be named like 0001_what_it_does.sql, not ${name}`)
  // Git may have checked the file out with other line ends; it is the same migration.
  const sql = (await readFile(`${migrationsDir}/${name}`, 'utf8')).replaceAll('\r\n', '\n')
  return { number: Number(match[1]), name, checksum: createHash('sha256').update(sql).digest('hex'), sql }
}

async function applyMissing(
  client: pg.Client,
  migrations: Migration[],
  keepGoing: boolean,
): Promise<MigrationResult> {
  const seen = await client.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from schema_migrations order by number',
  )
  assertKnown(seen.rows, migrations)

  const seenNumbers = new Set(seen.rows.map((row) => row.number))
  const result: MigrationResult = { applied: [], failures: [] }
  for (const migration of migrations.filter(({ number }) => !seenNumbers.has(number))) {
    try {
      await apply(client, migration)
      result.applied.push(migration.name)
    } catch (cause) {
      const error = new StartUpError(
        `Migration ${migration.name} failed: ${describe(cause as Error, migration)}`,
      )
      if (!keepGoing) throw error
      result.failures.push({ name: migration.name, error })
    }
  }
  return result
}

function assertKnown(
  seen: { number: number; name: string; checksum: string }[],
  migrations: Migration[],
): void {
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  const latest = migrations.at(-1)?.number ?? 0
  for (const row of seen) {
    const migration = known.get(row.number)
    if (row.number > latest) {
      throw new StartUpError(
        `The database is newer than this program: it has migration ${row.name}. Start the newer Countersign.`,
      )
    }
    if (!migration) throw new StartUpError(`The database has migration ${row.name}, which this program lacks`)
    if (migration.checksum !== row.checksum) {
      throw new StartUpError(
        `Migration ${migration.name} was changed after the database had applied it. ` +
          'Restore the file; a correction belongs in a new migration.',
      )
    }
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** Postgres counts characters; its reader counts lines. */
function describe(error: Error, migration: Migration): string {
  const position = Number((error as pg.DatabaseError).position)
  if (!position) return error.message
  return `${error.message} (line ${migration.sql.slice(0, position).split('\n').length})`
}
