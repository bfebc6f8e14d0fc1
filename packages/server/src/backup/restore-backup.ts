import { createReadStream } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Executor } from '../database/database.ts'
import { migrate, readMigrations, RESTORE_MARK } from '../database/migrate.ts'
import { BackupError } from './backup-error.ts'
import { Header, parseJson, readFrames, Sequences, TableEnd, TableStart, type Frame } from './backup-file.ts'
import { COPY_SETTINGS, listTables, quoted } from './tables.ts'

export type RestoreResult = { header: Header; tables: number; rows: number }

// A signature counts until 300 s after it was made and may come from a clock that is 30 s ahead.
const CLOCK_AHEAD_SECONDS = 30

/**
 * Reads a backup from end to end and checks every sum. Nothing is written.
 * @throws BackupError
 */
export async function checkBackup(path: string): Promise<RestoreResult> {
  let header: Header | null = null
  let tables = 0
  let rows = 0
  for await (const { type, payload } of framesOf(path)) {
    if (header === null) {
      if (type !== 'H') throw new BackupError('This is no backup of Countersign.')
      header = parseJson(Header, payload)
    } else if (type === 'T') parseJson(TableStart, payload)
    else if (type === 'S') parseJson(Sequences, payload)
    else if (type === 'E') {
      tables += 1
      rows += parseJson(TableEnd, payload).rows
    }
  }
  if (header === null) throw new BackupError('The file is empty.')
  await assertSchemaKnown(header)
  return { header, tables, rows }
}

/**
 * Fills an empty database from a backup that was checked before: the schema as it was then, every row in one
 * transaction, then the migrations since. Until that transaction has committed the database is marked, and no server
 * starts on it; so a restore that was cut off is never taken for a database.
 * @throws BackupError
 */
export async function restoreBackup(
  databaseUrl: string,
  path: string,
  onTable: (table: string, rows: number) => void = () => {},
): Promise<RestoreResult> {
  const checked = await checkBackup(path)
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'countersign restore' })
  client.on('error', () => {})
  await client.connect()
  try {
    await assertEmpty(client)
    await client.query(`create table ${RESTORE_MARK} ()`)
    await migrate(databaseUrl, { through: checked.header.migrations.at(-1)!.number, isRestore: true })
    await client.query('begin')
    const rows = await load(client, path, onTable)
    if (rows !== checked.rows)
      throw new BackupError('The file changed between its check and its restore; nothing was restored.')
    await closeReplayWindow(client)
    await client.query(`drop table ${RESTORE_MARK}`)
    await client.query('commit')
    await client.query('analyze')
  } finally {
    await client.end().catch(() => {})
  }
  await migrate(databaseUrl)
  return checked
}

async function load(
  client: pg.Client,
  path: string,
  onTable: (table: string, rows: number) => void,
): Promise<number> {
  await client.query(COPY_SETTINGS)
  await emptyTables(client)
  const restoredTables: string[] = []
  let table: TableStart | null = null
  let copy: Writable | null = null
  let rows = 0
  for await (const { type, payload } of framesOf(path)) {
    if (type === 'T') {
      table = parseJson(TableStart, payload)
      if (table.partition) await addPartition(client, table)
      await client.query(`alter table ${quoted(table.table)} disable trigger user`)
      copy = client.query(
        copyFrom(`copy ${quoted(table.table)} (${table.columns.map(quoted).join(', ')}) from stdin`),
      )
      // `finished` tells it again.
      copy.on('error', () => {})
    } else if (type === 'D') {
      // The frame's memory is used again for the next one.
      if (copy!.errored) throw copy!.errored
      if (!copy!.write(Buffer.from(payload))) await once(copy!, 'drain')
    } else if (type === 'E') {
      const loaded = await finish(copy!)
      if (loaded !== parseJson(TableEnd, payload).rows)
        throw new BackupError(`${table!.table} took ${loaded} rows of ${parseJson(TableEnd, payload).rows}.`)
      restoredTables.push(table!.table)
      rows += loaded
      onTable(table!.table, loaded)
    } else if (type === 'S') await setSequences(client, payload)
  }
  for (const name of restoredTables) await client.query(`alter table ${quoted(name)} enable trigger user`)
  return rows
}

async function finish(copy: Writable): Promise<number> {
  copy.end()
  await finished(copy)
  return (copy as unknown as { rowCount: number }).rowCount
}

/** What the migrations put there goes: the rows of the backup are all there is. Partitions come with their rows. */
async function emptyTables(client: pg.Client): Promise<void> {
  const tables = (await listTables(client)).filter(({ table }) => table !== RESTORE_MARK)
  for (const { table, partition } of tables)
    if (partition) await client.query(`drop table ${quoted(table)}`)
    else await client.query(`alter table ${quoted(table)} disable trigger user`)
  const kept = tables.filter(({ partition }) => partition === null).map(({ table }) => quoted(table))
  await client.query(`truncate ${kept.join(', ')}`)
  for (const table of kept) await client.query(`alter table ${table} enable trigger user`)
}

async function addPartition(client: Executor, { table, partition }: TableStart): Promise<void> {
  const { of: parent, bound } = partition!
  await client.query(`create table ${quoted(table)} partition of ${quoted(parent)} ${bound}`)
}

async function setSequences(client: Executor, payload: Buffer): Promise<void> {
  for (const { name, last_value: value } of parseJson(Sequences, payload))
    await client.query('select setval($1::regclass, $2)', [quoted(name), value])
}

/**
 * The server of before accepted requests after the backup whose nonces are not in it. None of them counts here: no
 * signature made before now does, and what Redis may hold belongs to an epoch that is over.
 */
async function closeReplayWindow(client: Executor): Promise<void> {
  const floor = Math.floor(Date.now() / 1000) + CLOCK_AHEAD_SECONDS
  await client.query(
    `insert into nonce_floor (floor, epoch) values ($1, $2)
     on conflict (only_row) do update set floor = greatest(nonce_floor.floor, excluded.floor), epoch = excluded.epoch`,
    [floor, `restored ${randomUUID()}`],
  )
}

async function assertEmpty(client: Executor): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname::text as name from pg_class
     where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace = current_schema()::regnamespace order by 1 limit 1`,
  )
  if (rows[0])
    throw new BackupError(
      `The database is not empty (it has ${rows[0].name}). A restore goes into an empty database or data folder only.`,
    )
}

async function assertSchemaKnown({ migrations }: Header): Promise<void> {
  const known = new Map((await readMigrations()).map((one) => [one.number, one]))
  for (const { number, name, checksum } of migrations)
    if (known.get(number)?.checksum !== checksum)
      throw new BackupError(
        `The backup has the migration ${name}, which this program lacks or has otherwise. Restore it with the version that made it, or a newer one.`,
      )
}

async function* framesOf(path: string): AsyncGenerator<Frame> {
  const file = createReadStream(path)
  const unpacked = file.pipe(createGunzip())
  file.on('error', (error) => unpacked.destroy(error))
  try {
    yield* readFrames(unpacked)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new BackupError(`There is no file ${path}.`)
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw new BackupError('The file is damaged, was cut, or is no backup of Countersign.')
    throw error
  } finally {
    file.destroy()
    unpacked.destroy()
  }
}
