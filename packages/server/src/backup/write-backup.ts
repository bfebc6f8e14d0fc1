import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { countSealed } from '../master-key/reseal.ts'
import { BackupError } from './backup-error.ts'
import { createFrameWriter, FORMAT, FORMAT_VERSION, type Header, type TableStart } from './backup-file.ts'
import { COPY_SETTINGS, listTables, quoted } from './tables.ts'

export type BackupResult = { tables: number; rows: number; bytes: number; masterKeyIds: string[] }

// Fast: a backup that takes long holds old rows in the database for long.
const GZIP_LEVEL = 3
const PIECE_BYTES_MAX = 1024 * 1024

/**
 * Writes everything that the database holds, as it was at one moment, while the server works on. The file appears
 * under its name once it is whole and on disk; it is its owner's alone.
 * @throws BackupError
 */
export async function writeBackup(
  databaseUrl: string,
  path: string,
  onTable: (table: string) => void = () => {},
): Promise<BackupResult> {
  if (await exists(path)) throw new BackupError(`${path} exists already; a backup replaces nothing.`)
  const draft = `${path}.partial`
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'countersign backup' })
  // The statement that runs gets the error too.
  client.on('error', () => {})
  await client.connect()
  try {
    const counts = { tables: 0, rows: 0, masterKeyIds: [] as string[] }
    const frames = backupFrames(client, counts, onTable)
    const file = createWriteStream(draft, { mode: 0o600, flags: 'wx' })
    file.on('error', () => {})
    await pipeline(
      Readable.from(frames, { objectMode: false }),
      createGzip({ level: GZIP_LEVEL }),
      file,
    ).catch(async (error: NodeJS.ErrnoException) => {
      // A draft of somebody else's is not ours to remove.
      if (error.code === 'EEXIST')
        throw new BackupError(`${draft} exists: another backup is under way, or one was cut off. Remove it.`)
      await rm(draft, { force: true })
      throw error
    })
    await persist(draft, path)
    return { ...counts, bytes: (await stat(path)).size }
  } finally {
    await client.end().catch(() => {})
  }
}

async function* backupFrames(
  client: pg.Client,
  counts: { tables: number; rows: number; masterKeyIds: string[] },
  onTable: (table: string) => void,
): AsyncGenerator<Buffer> {
  const { frame, end } = createFrameWriter()
  await client.query(COPY_SETTINGS)
  // One snapshot for all statements.
  await client.query('begin isolation level repeatable read read only')
  const tables = await listTables(client)
  // Partitions that are due to be dropped wait until the end, or give up and come back in an hour.
  await client.query(`lock table ${tables.map(({ table }) => quoted(table)).join(', ')} in access share mode`)
  const header = await readHeader(client)
  counts.masterKeyIds = header.master_key_ids
  yield frame('H', header)
  for (const table of tables) {
    onTable(table.table)
    yield frame('T', table)
    const sum = createHash('sha256')
    let bytes = 0
    const stream = client.query(copyTo(copyStatement(table)))
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum.update(chunk)
      bytes += chunk.length
      for (let at = 0; at < chunk.length; at += PIECE_BYTES_MAX)
        yield frame('D', chunk.subarray(at, at + PIECE_BYTES_MAX))
    }
    const rows = (stream as unknown as { rowCount: number }).rowCount
    yield frame('E', { rows, bytes, sha256: sum.digest('hex') })
    counts.tables += 1
    counts.rows += rows
  }
  yield frame('S', await readSequences(client))
  await client.query('commit')
  yield end()
}

function copyStatement({ table, columns }: TableStart): string {
  return `copy ${quoted(table)} (${columns.map(quoted).join(', ')}) to stdout`
}

async function readHeader(client: pg.Client): Promise<Header> {
  const { rows } = await client.query<Header['migrations'][number]>(
    'select number, name, checksum from schema_migrations order by number',
  )
  const sealed = await countSealed(client)
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    created_at: new Date().toISOString(),
    migrations: rows,
    master_key_ids: [...new Set(sealed.map(({ masterKeyId }) => masterKeyId))].sort(),
  }
}

/** They are not part of the snapshot: read last, they are past every number that a row carries. */
async function readSequences(client: pg.Client): Promise<{ name: string; last_value: string }[]> {
  const { rows } = await client.query<{ name: string; last_value: string }>(
    `select sequencename::text as name, last_value::text from pg_sequences
     where schemaname = current_schema() and last_value is not null order by 1`,
  )
  return rows
}

/** On disk before it has its name, and the name as well. */
async function persist(draft: string, path: string): Promise<void> {
  const file = await open(draft, 'r+')
  await file.sync()
  await file.close()
  await rename(draft, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync()
  await folder.close()
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
