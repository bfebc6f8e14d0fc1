import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, open, readFile, rename, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ClusterPlace } from './make-cluster.ts'
import { bareEnvironment, faultIn } from './postgres-binaries.ts'
import { choosePostgresUser, type PostgresUser } from './postgres-user.ts'
import { READY_LIMIT_MS, readPidFile, waitUntil, type PidFile } from './postmaster.ts'
import { StartUpError } from './start-up-error.ts'

const PORT = 5432
// struct sockaddr_un holds 108 bytes with the final zero.
const SOCKET_PATH_BYTES_MAX = 107
const LOG_BYTES_MAX = 16 * 1024 * 1024

export type PostgresSettings = Record<string, string>

export type LaunchOutcome =
  { status: 'ready'; pidFile: PidFile } | { status: 'retry' } | { status: 'failed'; reason: string }

/** Starts a postmaster on the cluster and waits until it takes connections. */
export async function launchPostgres(
  place: ClusterPlace & { settings: PostgresSettings },
): Promise<LaunchOutcome> {
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
  return { status: 'failed', reason: `${faultIn(said) || (ended ?? 'it is not ready')} (log: ${logPath})` }
}

/**
 * The cluster's own folder, or one in the temporary folder when the path is too long for a socket. Its
 * name follows from the cluster, so that a Postgres that starts again is found at the same address.
 */
async function chooseSocketDir(clusterDir: string, user: PostgresUser): Promise<string> {
  const fits = (dir: string) => Buffer.byteLength(join(dir, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES_MAX
  if (fits(clusterDir)) return clusterDir
  const name = `countersign-${createHash('sha256').update(clusterDir).digest('hex').slice(0, 16)}`
  const dir = join(fits(join(tmpdir(), name)) ? tmpdir() : '/tmp', name)
  const made = await mkdir(dir, { mode: 0o700 }).then(
    () => true,
    () => false,
  )
  if (made && user.ids.uid !== undefined) await chown(dir, user.ids.uid, user.ids.gid!)
  // The temporary folder is everybody's: a folder that another user made there could be a trap.
  const found = await lstat(dir)
  const isOurs = found.isDirectory() && found.uid === (user.ids.uid ?? process.getuid?.())
  if (!isOurs || (found.mode & 0o077) !== 0) {
    throw new StartUpError(`The folder ${dir} belongs to another user; remove it or use a shorter DATA_DIR`)
  }
  return dir
}

/** Removes the folder that was made for the socket, if one was. */
export async function removeSocketDir(socketDir: string, clusterDir: string): Promise<void> {
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
