import { spawn } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { choosePostgresUser, type PostgresUser } from './postgres-user.ts'
import { belongsToCluster, endOrphans, readPidFile, signal, waitUntil, type PidFile } from './postmaster.ts'
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

const ROLE = 'countersign'
const PORT = 5432
// struct sockaddr_un holds 108 bytes with the final zero.
const SOCKET_PATH_BYTES_MAX = 107
const LOG_BYTES_MAX = 16 * 1024 * 1024
const START_ATTEMPTS_MAX = 4
// Crash recovery replays up to max_wal_size; a minute per GiB is slow even for a spinning disk.
const READY_LIMIT_MS = 180_000
const STOP_LIMIT_MS = 20_000
const WATCH_INTERVAL_MS = 250

const SETTINGS: Record<string, string> = {
  // Nobody but this machine's folder owner may connect: a socket in a 0700 folder, no TCP.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  huge_pages: 'off',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements and row values may be secret or personal: they stay out of the log.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
}

const SETTINGS_WITHOUT_DURABILITY: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '1h',
  max_connections: '300',
}

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
    const outcome = await launch({ dataDir, clusterDir, binaries, settings })
    if (outcome.status === 'ready') return handle(clusterDir, outcome.pidFile, false)
    if (outcome.status === 'failed') throw new StartUpError(`PostgreSQL did not start: ${outcome.reason}`)
    // Another start won the race, or an orphan still holds the shared memory: look again.
    await delay(200)
  }
  throw new StartUpError(`PostgreSQL did not start; its log is ${join(dataDir, 'postgres.log')}`)
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o700 })
    if (made) await chmod(dataDir, 0o700)
    const probe = join(dataDir, `.write-probe-${process.pid}`)
    await (await open(probe, constants.O_CREAT | constants.O_WRONLY, 0o600)).close()
    await unlink(probe)
  } catch (error) {
    throw new StartUpError(
      `Cannot write to the data folder ${dataDir} (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}

type ClusterPlace = { dataDir: string; clusterDir: string; binaries: PostgresBinaries }

/** Makes the cluster beside its place and renames it: a kill in between leaves no half-made cluster. */
async function makeCluster(place: ClusterPlace & { durable: boolean }): Promise<void> {
  const draftDir = await mkdtemp(join(place.dataDir, 'postgres-draft-'))
  const user = await choosePostgresUser(draftDir)
  const args = ['-D', draftDir, '-U', ROLE, '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8']
  // The builtin provider sorts the same on every machine, whatever its C library.
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions')
  if (!place.durable) args.push('--no-sync')
  const result = await runToEnd(place.binaries.initdb, args, user, place.binaries)
  if (result.code !== 0) {
    await rm(draftDir, { recursive: true, force: true })
    throw new StartUpError(`The database could not be made in ${place.dataDir}: ${lastFault(result.output)}`)
  }
  try {
    await rename(draftDir, place.clusterDir)
  } catch (error) {
    await rm(draftDir, { recursive: true, force: true })
    // Another start on the same folder was faster; its cluster is as good.
    if (!existsSync(place.clusterDir)) throw error
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
      if (now?.state === 'ready') ready = now
      return ready !== undefined || !(await belongsToCluster(found.pid, clusterDir))
    }, READY_LIMIT_MS)
    return ready
  }
  if (await socketAnswers(found)) {
    throw new StartUpError(`The database in ${clusterDir} is in use from another container or machine`)
  }
  // The pid belongs to somebody else now, which Postgres takes for a running postmaster. Compared once
  // more, so that the file of a start that happens at this moment stays.
  if ((await readPidFile(clusterDir))?.text === found.text)
    await unlink(join(clusterDir, 'postmaster.pid')).catch(() => {})
  return undefined
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

type LaunchOutcome =
  { status: 'ready'; pidFile: PidFile } | { status: 'retry' } | { status: 'failed'; reason: string }

async function launch(place: ClusterPlace & { settings: Record<string, string> }): Promise<LaunchOutcome> {
  const { clusterDir, binaries } = place
  const user = await choosePostgresUser(clusterDir)
  const socketDir = await chooseSocketDir(clusterDir, user)
  const args = ['-D', clusterDir, '-k', socketDir, '-p', String(PORT)]
  for (const [name, value] of Object.entries(place.settings)) args.push('-c', `${name}=${value}`)

  const logPath = join(place.dataDir, 'postgres.log')
  await rotateLog(logPath)
  const log = await open(logPath, 'a', 0o600)
  const logStart = (await log.stat()).size
  const [command, ...commandArgs] = [...user.prefix, binaries.postgres, ...args]
  // Detached: a Ctrl-C in the terminal must not reach Postgres while the server still drains.
  const child = spawn(command!, commandArgs, {
    cwd: clusterDir,
    detached: true,
    env: bareEnvironment(binaries),
    stdio: ['ignore', log.fd, log.fd],
    ...user.ids,
  })
  let ended: string | undefined
  child
    .once('exit', (code) => (ended = `it ended with ${code}`))
    .once('error', (error) => (ended = error.message))
  child.unref()

  let ready: PidFile | undefined
  await waitUntil(async () => {
    const pidFile = await readPidFile(clusterDir)
    if (pidFile?.pid === child.pid && pidFile?.state === 'ready') ready = pidFile
    return ready !== undefined || ended !== undefined
  }, READY_LIMIT_MS)
  await log.close()
  if (ready) return { status: 'ready', pidFile: ready }

  await removeSocketDir(socketDir, clusterDir)
  const said = (await readFile(logPath, 'utf8')).slice(logStart)
  if (/postmaster\.pid" already exists|shared memory block .* still in use/.test(said))
    return { status: 'retry' }
  return { status: 'failed', reason: `${lastFault(said) || (ended ?? 'it is not ready')} (log: ${logPath})` }
}

async function chooseSocketDir(clusterDir: string, user: PostgresUser): Promise<string> {
  const fits = (dir: string) => Buffer.byteLength(join(dir, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES_MAX
  if (fits(clusterDir)) return clusterDir
  const parent = fits(join(tmpdir(), 'countersign-XXXXXX')) ? tmpdir() : '/tmp'
  const dir = await mkdtemp(join(parent, 'countersign-'))
  if (user.ids.uid !== undefined) await chown(dir, user.ids.uid, user.ids.gid!)
  return dir
}

async function removeSocketDir(socketDir: string, clusterDir: string): Promise<void> {
  if (resolve(socketDir) !== clusterDir) await rmdir(socketDir).catch(() => {})
}

/** Keeps one older log; Postgres itself writes little. */
async function rotateLog(logPath: string): Promise<void> {
  const size = await stat(logPath).then(
    (stats) => stats.size,
    () => 0,
  )
  if (size > LOG_BYTES_MAX) await rename(logPath, `${logPath}.1`)
}

function handle(clusterDir: string, pidFile: PidFile, adopted: boolean): EmbeddedPostgres {
  let stopping = false
  let watch: NodeJS.Timeout | undefined
  const isGone = async () => !(await belongsToCluster(pidFile.pid, clusterDir))
  const databaseUrl = (name: string) =>
    `postgresql://${ROLE}@localhost:${pidFile.port}/${name}?host=${encodeURIComponent(pidFile.socketDir)}`

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

function runToEnd(
  program: string,
  args: string[],
  user: PostgresUser,
  binaries: PostgresBinaries,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolveRun) => {
    const [command, ...commandArgs] = [...user.prefix, program, ...args]
    const child = spawn(command!, commandArgs, {
      cwd: dirname(binaries.initdb),
      env: bareEnvironment(binaries),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user.ids,
    })
    let output = ''
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', (error) => resolveRun({ code: null, output: error.message }))
    child.once('close', (code) => resolveRun({ code, output }))
  })
}

/** PGDATA, PGPORT and the like of the caller's shell must not reach Postgres. */
function bareEnvironment(binaries: PostgresBinaries): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...binaries.environment }
}

/** The line of Postgres' output that names the fault, without its time and pid. */
function lastFault(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const fault = lines.findLast((line) => /FATAL|PANIC|error:|could not/i.test(line)) ?? lines.at(-1) ?? ''
  return fault.replace(/^.*?(FATAL|PANIC|error): +/, '').trim()
}
