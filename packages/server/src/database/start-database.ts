import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { createDatabase } from './create-database.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts'
import { signal } from './postmaster.ts'
import { acquireServerLock, type ServerLock } from './server-lock.ts'
import { StartUpError } from './start-up-error.ts'

export type StartedDatabase = {
  url: string
  /** Null for a process that only works off queues on a database of its own server. */
  lock: ServerLock | null
  /** Gives the lock back and stops the embedded Postgres, if it is that. */
  stop(): Promise<void>
  /** Tells the embedded Postgres to stop, without waiting for it. */
  forceStop(): void
}

type StartDeps = { config: Pick<Config, 'databaseUrl' | 'dataDir' | 'redisUrl' | 'roles'>; log: Log }

const DATABASE_NAME = 'countersign'
const CONNECT_LIMIT_MS = 5000
const RESTART_INTERVAL_MS = 1000
const POSTGRES_VERSION_MIN = 15

/**
 * Finds or starts the database and makes sure that no other server works on it in a way that would
 * contradict this one.
 * @throws StartUpError
 */
export async function startDatabase(deps: StartDeps): Promise<StartedDatabase> {
  const { config } = deps
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl
    await assertUsable(url)
    const lock = config.roles.has('api') ? await lockServer(url, config) : null
    return { url, lock, stop: async () => lock?.release(), forceStop: () => {} }
  }
  const keeper = await keepEmbedded(config.dataDir, deps.log)
  const url = keeper.current().databaseUrl(DATABASE_NAME)
  try {
    await createDatabase(keeper.current().url, DATABASE_NAME)
    const lock = await lockServer(url, config)
    const stop = async () => {
      await lock.release()
      await keeper.stop()
    }
    return { url, lock, stop, forceStop: () => signal(keeper.current().pid, 'SIGINT') }
  } catch (error) {
    // Postgres stays up for the server that holds it; it stops what nobody holds.
    if (error instanceof TakenError) keeper.leave()
    else await keeper.stop()
    throw error
  }
}

/**
 * For an operator's command beside the server, or while none runs: the database, started only if nobody has.
 * @throws StartUpError
 */
export async function joinDatabase(deps: StartDeps): Promise<Pick<StartedDatabase, 'url' | 'stop'>> {
  const { databaseUrl, dataDir } = deps.config
  if (databaseUrl !== null) {
    await assertUsable(databaseUrl)
    return { url: databaseUrl, stop: async () => {} }
  }
  const running = await findEmbeddedPostgres(dataDir)
  if (running) return { url: running.databaseUrl(DATABASE_NAME), stop: async () => {} }
  return startDatabase(deps)
}

/** Turns what people get wrong about DATABASE_URL into one line. */
async function assertUsable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    )
    const major = Math.floor(Number(rows[0]!.version) / 10_000)
    if (major < POSTGRES_VERSION_MIN)
      throw new Error(`it is PostgreSQL ${major}; ${POSTGRES_VERSION_MIN} or newer is needed`)
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException
    // An address with several families fails with an AggregateError, whose message is empty.
    throw new StartUpError(
      `Cannot use DATABASE_URL (${withoutCredentials(url)}): ${error.message || error.code}`,
    )
  } finally {
    await client.end().catch(() => {})
  }
}

class TakenError extends StartUpError {}

async function lockServer(url: string, config: StartDeps['config']): Promise<ServerLock> {
  const isEmbedded = config.databaseUrl === null
  const kind = config.redisUrl === null || isEmbedded ? 'exclusive' : 'shared'
  const result = await acquireServerLock(url, { kind })
  if ('held' in result) return result
  const holder = result.heldBy === null ? '' : ` (process ${result.heldBy})`
  if (isEmbedded) {
    throw new TakenError(
      `Another Countersign server${holder} already runs on the data folder ${config.dataDir}. ` +
        'Stop it first, or set another DATA_DIR and PORT.',
    )
  }
  const how = kind === 'shared' ? ' without REDIS_URL' : ''
  throw new TakenError(
    `Another Countersign server${holder} already runs on this database${how}. ` +
      'Several servers need REDIS_URL, the same for each.',
  )
}

type Keeper = { current(): EmbeddedPostgres; leave(): void; stop(): Promise<void> }

/** Runs the embedded Postgres, and runs it again should somebody kill it. */
async function keepEmbedded(dataDir: string, log: Log): Promise<Keeper> {
  let current = await startEmbeddedPostgres({ dataDir })
  let restart: Promise<void> | undefined
  let leaving = false

  const startAgain = async (): Promise<void> => {
    while (!leaving) {
      log.error({ log: join(dataDir, 'postgres.log') }, 'PostgreSQL ended; starting it again')
      try {
        current = await startEmbeddedPostgres({ dataDir })
        return watch()
      } catch (err) {
        log.error({ err }, 'PostgreSQL did not start again; the next attempt follows')
        await delay(RESTART_INTERVAL_MS, undefined, { ref: false })
      }
    }
  }
  const watch = (): void => {
    current.onUnexpectedExit(() => {
      if (!leaving) restart = startAgain()
    })
  }
  watch()

  return {
    current: () => current,
    leave: () => void (leaving = true),
    async stop() {
      leaving = true
      await restart
      await current.stop()
    },
  }
}

/** A database URL as it may be shown: where it is, not who gets in with what. */
export function withoutCredentials(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  shown.search = ''
  return shown.href
}
