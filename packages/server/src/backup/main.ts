// The operator's commands `backup` and `restore`: a backup beside a running server or while none runs, a restore into
// what is empty.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { openDatabase } from '../database/database.ts'
import { assertMasterKeyFits } from '../database/seal-check.ts'
import { joinDatabase, startDatabase } from '../database/start-database.ts'
import { StartUpError } from '../database/start-up-error.ts'
import { createSealer, readMasterKeyFile, SealError } from '../encryption.ts'
import { createLog } from '../log.ts'
import { BackupError } from './backup-error.ts'
import { checkBackup, restoreBackup, type RestoreResult } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

const HELP = `Usage (with the settings of the server):

  npm run backup -- <file>            writes everything in the database to a new file, while the server runs
  npm run restore -- <file>           fills an empty database or data folder from it; no server may run there
  npm run restore -- --check <file>   reads it from end to end and checks every sum; writes nothing

The master key is not in the file. Keep master.key (or MASTER_KEY) in another place: without it the secrets in the
backup stay sealed for ever, and with it whoever has both reads them.
`

const MIB = 1024 * 1024
const say = (line: string) => void process.stdout.write(`${line}\n`)

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

async function main([command, ...args]: string[]): Promise<number> {
  const isCheck = args[0] === '--check'
  const [path, ...rest] = isCheck ? args.slice(1) : args
  const isKnown = command === 'restore' || (command === 'backup' && !isCheck)
  if (!isKnown || !path || path.startsWith('-') || rest.length > 0) {
    process.stderr.write(HELP)
    return 2
  }
  if (isCheck) {
    describe('Sound', await checkBackup(resolve(path)))
    return 0
  }
  const config = readConfig(process.env)
  return command === 'backup' ? backup(config, resolve(path)) : restore(config, resolve(path))
}

async function backup(config: Config, path: string): Promise<number> {
  const joined = await joinDatabase({ config, log: createLog('silent') })
  try {
    const startedAt = performance.now()
    const done = await writeBackup(joined.url, path)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    say(
      `${done.rows} rows of ${done.tables} tables in ${(done.bytes / MIB).toFixed(1)} MiB, ${seconds} s: ${path}`,
    )
    say(
      `The master key is NOT in it. Keep ${masterKeyPlace(config)} in another place; it is needed to restore.`,
    )
    return 0
  } finally {
    await joined.stop()
  }
}

async function restore(config: Config, path: string): Promise<number> {
  // Before anything is made: a file that is damaged leaves no trace.
  const { header } = await checkBackup(path)
  const clusterDir = config.databaseUrl === null ? join(config.dataDir, 'postgres') : null
  if (clusterDir !== null && existsSync(clusterDir))
    throw new BackupError(
      `${config.dataDir} holds a database already. A restore goes into an empty data folder only: set another DATA_DIR.`,
    )
  // Alone: a server that starts meanwhile is turned away, whether or not it uses Redis.
  const alone = { ...config, redisUrl: null, roles: new Set(['api'] as const) }
  const started = await startDatabase({ config: alone, log: createLog('silent') })
  let isWhole = false
  try {
    const done = await restoreBackup(started.url, path)
    isWhole = true
    describe('Restored', done)
    await tellMasterKey(config, started.url, header.master_key_ids)
    return 0
  } finally {
    await started.stop()
    // It was made by this very run.
    if (!isWhole && clusterDir !== null) await rm(clusterDir, { recursive: true, force: true })
  }
}

function describe(word: string, { header, tables, rows }: RestoreResult): void {
  say(`${word}: ${rows} rows of ${tables} tables, as of ${header.created_at}.`)
}

/** Says now, and not at the first start, when the master key is missing or another one. */
async function tellMasterKey(config: Config, url: string, ids: readonly string[]): Promise<void> {
  const needed = ids.length > 0 ? ` (${ids.join(', ')})` : ''
  const path = join(config.dataDir, 'master.key')
  if (!config.masterKeys && !existsSync(path)) {
    say(`Now put the master key${needed} back: ${path}, or MASTER_KEY. The server does not start without it.`)
    return
  }
  const keys = config.masterKeys ?? readMasterKeyFile(path, { mayCreate: false })
  const database = openDatabase(url, { connectionsMax: 1 })
  try {
    await assertMasterKeyFits(database.pool, createSealer(keys))
    say('The master key fits. Start the server.')
  } catch (error) {
    if (!(error instanceof StartUpError)) throw error
    say(
      `The master key in ${masterKeyPlace(config)} is not the one${needed} that sealed this backup: put that one back.`,
    )
  } finally {
    await database.close()
  }
}

function masterKeyPlace(config: Config): string {
  return config.masterKeys ? 'MASTER_KEY' : join(config.dataDir, 'master.key')
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.join('\n')
  if (error instanceof BackupError || error instanceof StartUpError || error instanceof SealError)
    return error.message
  const { code, path, stack } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return 'The disk is full; nothing was kept.'
  if ((code === 'EACCES' || code === 'EPERM' || code === 'ENOENT') && path)
    return `Cannot write ${path} (${code}).`
  return stack ?? String(error)
}
