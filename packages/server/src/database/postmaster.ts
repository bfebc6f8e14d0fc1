import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'

const run = promisify(execFile)
const POLL_MS = 10
// Crash recovery replays up to max_wal_size; a minute per GiB is slow even for a spinning disk.
export const READY_LIMIT_MS = 180_000
const ORPHANS_LIMIT_MS = 2000

/** What `postmaster.pid` says; see "miscadmin.h" of PostgreSQL for its lines. */
export type PidFile = {
  text: string
  pid: number
  port: number
  socketDir: string
  state: string
}

/** Reads the cluster's `postmaster.pid`; undefined when there is none or it is still being written. */
export async function readPidFile(clusterDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { text, pid, port: Number(lines[3]), socketDir: lines[4] ?? '', state: (lines[7] ?? '').trim() }
}

/** Whether the process lives and belongs to this cluster: every Postgres process works in its cluster's folder. */
export async function belongsToCluster(pid: number, clusterDir: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const workingDir = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
    return workingDir !== undefined && workingDir === (await realpath(clusterDir).catch(() => undefined))
  }
  const command = await run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    (result) => result.stdout,
    () => '',
  )
  return command.includes(clusterDir)
}

/** Waits until the condition holds; false when it did not within the limit. */
export async function waitUntil(condition: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() >= deadline) return false
    await delay(POLL_MS)
  }
  return true
}

/** Sends a signal; a process that is already gone is no fault. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Ends processes that a killed postmaster left behind. They hold its shared memory, and Postgres
 * refuses to start until they are gone.
 */
export async function endOrphans(clusterDir: string): Promise<void> {
  // Elsewhere than on Linux a backend's folder is not cheap to see; they end by themselves, only later.
  if (process.platform !== 'linux') return
  for (const name of ['SIGTERM', 'SIGQUIT', 'SIGKILL'] as const) {
    const orphans = await findOrphans(clusterDir)
    if (orphans.length === 0) return
    for (const pid of orphans) signal(pid, name)
    await waitUntil(async () => (await findOrphans(clusterDir)).length === 0, ORPHANS_LIMIT_MS)
  }
}

async function findOrphans(clusterDir: string): Promise<number[]> {
  const folder = await realpath(clusterDir)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const workingDirs = await Promise.all(
    pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)),
  )
  const ours = pids.filter((_, index) => workingDirs[index] === folder)
  const titles = await Promise.all(
    ours.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  // A postmaster's children call themselves "postgres: …". Any other process here is a postmaster that
  // starts at this moment, so that none of the rest is an orphan.
  return titles.every((title) => title === '' || title.startsWith('postgres: ')) ? ours.map(Number) : []
}
