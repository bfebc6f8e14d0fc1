// The operator's command `master-key`, beside a running server or while none runs.
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../clock.ts'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { openDatabase } from '../database/database.ts'
import { joinDatabase } from '../database/start-database.ts'
import { StartUpError } from '../database/start-up-error.ts'
import { createSealer, readMasterKeyFile, SealError, type Sealer } from '../encryption.ts'
import { createLog } from '../log.ts'
import { addMasterKey, removeMasterKey } from './key-file.ts'
import { countSealed } from './reseal.ts'
import { rotateMasterKey, tellMasterKeys, type MasterKeyDeps } from './rotate-master-key.ts'

const HELP = `Usage: npm run master-key -- <command>     (with the settings of the server)

  status        what is sealed under which master key
  rotate        makes a new key in master.key and moves everything under it, while the server runs;
                with MASTER_KEY set: moves everything under its first key
  remove <id>   takes a key that seals nothing any more out of master.key
`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

async function main([command = '', id = '', ...rest]: string[]): Promise<number> {
  const isKnown = (command === 'remove' && /^[0-9a-f]{8}$/.test(id)) || (isPlain(command) && id === '')
  if (!isKnown || rest.length > 0) {
    process.stderr.write(HELP)
    return 2
  }
  const config = readConfig(process.env)
  const keyFile = config.masterKeys ? null : join(config.dataDir, 'master.key')
  const joined = await joinDatabase({ config, log: createLog('silent') })
  const database = openDatabase(joined.url, { connectionsMax: 2 })
  try {
    await assertMigrated(database.pool)
    const say = (line: string) => void process.stdout.write(`${line}\n`)
    const deps = { database, sealer: openSealer(config, keyFile), clock: systemClock, say, wait: delay }
    if (command === 'remove') return await remove(deps, keyFile, id)
    if (command === 'status') return (await tellMasterKeys(deps)) ? 0 : 1
    return (await rotateMasterKey(deps, keyFile === null ? null : () => addMasterKey(keyFile))) ? 0 : 1
  } finally {
    await database.close()
    await joined.stop()
  }
}

function isPlain(command: string): boolean {
  return command === 'status' || command === 'rotate'
}

function openSealer(config: Config, keyFile: string | null): Sealer {
  if (keyFile === null) return createSealer(config.masterKeys!)
  const read = () => readMasterKeyFile(keyFile, { mayCreate: false })
  return createSealer(read(), read)
}

async function remove({ database, say }: MasterKeyDeps, keyFile: string | null, id: string): Promise<number> {
  if (keyFile === null) {
    say('The keys are in MASTER_KEY: take it out there, and restart the servers one after the other.')
    return 1
  }
  const own = (await countSealed(database.pool)).filter(({ masterKeyId }) => masterKeyId === id)
  if (own.length > 0) {
    say(`Key ${id} still seals ${own.map(({ what, count }) => `${count} ${what}`).join(', ')}: rotate first.`)
    return 1
  }
  removeMasterKey(keyFile, id)
  say(`Key ${id} is out of ${keyFile}. Keep a copy for as long as you keep backups from before the rotation.`)
  return 0
}

/** What is sealed where is known of the newest schema only. */
async function assertMigrated(executor: MasterKeyDeps['database']['pool']): Promise<void> {
  const { rows } = await executor.query<{ found: string | null }>(
    "select to_regclass('auth_secrets') as found",
  )
  if (rows[0]!.found === null)
    throw new StartUpError('This database is older than the program: start the server once, then rotate.')
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.join('\n')
  if (error instanceof StartUpError || error instanceof SealError) return error.message
  const { code, path, stack } = error as NodeJS.ErrnoException
  if ((code === 'EACCES' || code === 'EPERM') && path)
    return `Cannot change ${path}: run this as its owner or as root.`
  return stack ?? String(error)
}
