import { constants, existsSync } from 'node:fs'
import { access, chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { launchPostgres, removeSocketDir } from './launch-postgres.ts'
import { CLUSTER_ROLE, makeCluster } from './make-cluster.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { SETTINGS, SETTINGS_WITHOUT_DURABILITY } from './postgres-settings.ts'
import {
  READY_LIMIT_MS,
  belongsToCluster,
  endOrphans,
  readPidFile,
  signal,
  waitUntil,
  type PidFile,
} from './postmaster.ts'
import { StartUpError } from './start-up-error.ts'

export type EmbeddedPostgres = {
  /** Connects as the cluster's only role to the maintenance database `postgres`. */
  url: string
  /** The same for another database of the cluster. */
  databaseUrl(name: string): string
  /** True when the postmaster outlived a killed server and was taken over. */
  adopted: boolean
  pid: number
  /** Calls back once when the postmaster ends without `stop`. */
  onUnexpectedExit(callback: () => void): void
  /** Fast shutdown: open transactions roll back, then a clean checkpoint. Resolves when the process is gone. */
  stop(): Promise<void>
}

export type EmbeddedPostgresOptions = {
  /** The cluster lives in its `postgres` folder, the log beside it in `postgres.log`. Made when missing. */
  dataDir: string
  /** Server settings that replace the ones below. */
  settings?: Record<string, string>
  /** False for tests, whose data may vanish with the machine. */
  durable?: boolean
}

const START_ATTEMPTS_MAX = 4
const STOP_LIMIT_MS = 20_000
const WATCH_INTERVAL_MS = 250
const SERVES_LIMIT_MS = 2_000
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * Starts the PostgreSQL that npm installed, on a cluster in the data folder; makes the cluster when
 * there is none, and takes over a postmaster that a killed server left running.
 *
 * @throws StartUpError with one line that says what is wrong
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const clusterDir = join(dataDir, 'postgres')
  const durable = options.durable ?? true
  await makeDataDir(dataDir)
  const binaries = await findPostgresBinaries(join(dataDir, 'postgres-libraries'))
  if (!existsSync(clusterDir)) await makeCluster({ dataDir, clusterDir, binaries, durable })
  await assertSameVersion(clusterDir, binaries)

  const settings = { ...SETTINGS, ...(durable ? {} : SETTINGS_WITHOUT_DURABILITY), ...options.settings }
  for (let attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt++) {
    const running = await findRunning(clusterDir)
    if (running) return handle(clusterDir, running, true)
    await endOrphans(clusterDir)
    const outcome = await launchPostgres({ dataDir, clusterDir, binaries, settings })
    if (outcome.status === 'ready') return handle(clusterDir, outcome.pidFile, false)
    if (outcome.status === 'failed') throw new StartUpError(`PostgreSQL did not start: ${outcome.reason}`)
    // Another start won the race, or an orphan still holds the shared memory: look again.
    await delay(200)
  }
  throw new StartUpError(`PostgreSQL did not start; its log is ${join(dataDir, 'postgres.log')}`)
}

/** The PostgreSQL that somebody else, the server, runs on this data folder; null when nobody does. */
export async function findEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres | null> {
  const clusterDir = join(resolve(dataDir), 'postgres')
  const running = existsSync(clusterDir) ? await findRunning(clusterDir) : undefined
  return running ? handle(clusterDir, running, true) : null
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o700 })
    if (made) await chmod(dataDir, 0o700)
    await access(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartUpError(
      `Cannot write to the data folder ${dataDir} (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}

async function assertSameVersion(clusterDir: string, binaries: PostgresBinaries): Promise<void> {
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      throw new StartUpError(
        `Cannot read the database in ${clusterDir} (${error.code}): is this user its owner?`,
      )
    },
  )
  if (version.trim() === binaries.majorVersion) return
  throw new StartUpError(
    `The database in ${clusterDir} was made by PostgreSQL ${version.trim()}, but PostgreSQL ` +
      `${binaries.majorVersion} is installed. Move the data over, or use a PostgreSQL ${version.trim()} with DATABASE_URL.`,
  )
}

/** Finds a living postmaster of this cluster, waiting for one that is starting or stopping. */
async function findRunning(clusterDir: string): Promise<PidFile | undefined> {
  const found = await readPidFile(clusterDir)
  if (!found) return undefined
  if (await belongsToCluster(found.pid, clusterDir)) {
    let ready: PidFile | undefined
    await waitUntil(async () => {
      const now = await readPidFile(clusterDir)
      // One that was killed this very moment is listed still, and its file says "ready" for good.
      if (now?.state === 'ready' && (await serves(now))) ready = now
      return ready !== undefined || !(await belongsToCluster(found.pid, clusterDir))
    }, READY_LIMIT_MS)
    return ready
  }
  if (await socketAnswers(found)) {
    throw new StartUpError(`The database in ${clusterDir} is in use from another container or machine`)
  }
  // The pid belongs to somebody else now, or to a zombie that nobody reaps; Postgres takes either for a
  // running postmaster. Compared once more, so that the files of a start that happens at this moment stay.
  if ((await readPidFile(clusterDir))?.text === found.text) {
    await rm(join(clusterDir, 'postmaster.pid'), { force: true })
    await rm(join(found.socketDir, `.s.PGSQL.${found.port}.lock`), { force: true })
  }
  return undefined
}

/** Whether the postmaster runs: it answers one byte to a request for TLS (PostgreSQL, "Message Formats", SSLRequest). */
function serves({ socketDir, port }: PidFile): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect(join(socketDir, `.s.PGSQL.${port}`))
    const answer = (alive: boolean) => {
      socket.destroy()
      resolveAnswer(alive)
    }
    socket.setTimeout(SERVES_LIMIT_MS, () => answer(false))
    socket.once('connect', () => socket.write(SSL_REQUEST))
    socket.once('data', () => answer(true))
    socket.once('error', () => answer(false)).once('end', () => answer(false))
  })
}

function socketAnswers(pidFile: PidFile): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect(join(pidFile.socketDir, `.s.PGSQL.${pidFile.port}`))
    const answer = (alive: boolean) => {
      socket.destroy()
      resolveAnswer(alive)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}

function handle(clusterDir: string, pidFile: PidFile, adopted: boolean): EmbeddedPostgres {
  let stopping = false
  let watch: NodeJS.Timeout | undefined
  const isGone = async () => !(await belongsToCluster(pidFile.pid, clusterDir))
  const databaseUrl = (name: string) =>
    `postgresql://${CLUSTER_ROLE}@localhost:${pidFile.port}/${name}?host=${encodeURIComponent(pidFile.socketDir)}`

  return {
    url: databaseUrl('postgres'),
    databaseUrl,
    adopted,
    pid: pidFile.pid,
    onUnexpectedExit(callback) {
      const look = async () => {
        if (!(await isGone()) || stopping) return
        clearInterval(watch)
        callback()
      }
      // Nobody waits for a look; it cannot fail, and the next one comes by itself.
      watch = setInterval(() => void look(), WATCH_INTERVAL_MS)
      watch.unref()
    },
    async stop() {
      stopping = true
      clearInterval(watch)
      if (!(await isGone())) signal(pidFile.pid, 'SIGINT')
      if (!(await waitUntil(isGone, STOP_LIMIT_MS))) signal(pidFile.pid, 'SIGQUIT')
      await waitUntil(isGone, STOP_LIMIT_MS)
      await removeSocketDir(pidFile.socketDir, clusterDir)
    },
  }
}
