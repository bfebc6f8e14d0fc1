import { randomUUID } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import {
  deleteHeartbeat,
  deleteHeartbeatsBefore,
  saveHeartbeat,
  type LoopState,
  type ServerFacts,
} from './queries.ts'

export type HeartbeatDeps = {
  config: Pick<Config, 'roles' | 'dataDir' | 'databaseUrl'>
  database: Database
  clock: Clock
  log: Log
  /** What the roles of this process know; absent for a role that it does not have. */
  api?: { logRows(): { waiting: number; lost: number }; redis(): boolean | null; isVerifying(): boolean }
  loops?: () => LoopState[]
}

export const HEARTBEAT_INTERVAL_MS = 5_000
/** A server that has not been heard for so long is taken for dead. */
export const DEAD_AFTER_MS = 20_000
/** So long it is still shown. */
export const FORGOTTEN_AFTER_MS = 86_400_000
const LAG_RESOLUTION_MS = 20

/** Tells the database every five seconds how this process is, for `/operator/health`; the last one leaves no trace. */
export async function startHeartbeat(
  deps: HeartbeatDeps,
): Promise<{ beat(): Promise<void>; stop(): Promise<void> }> {
  const { config, clock, database } = deps
  const id = randomUUID()
  const startedAt = new Date(clock.now())
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  lag.enable()

  async function beat(): Promise<void> {
    const seenAt = new Date(clock.now())
    // The histogram counts its own timer's pace; what is above it is lag.
    const lagMs = Math.max(0, lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS)
    lag.reset()
    const facts = await serverFacts(deps, lagMs)
    await saveHeartbeat(database.pool, {
      id,
      host: hostname(),
      pid: process.pid,
      roles: [...config.roles],
      facts,
      startedAt,
      seenAt,
    })
    await deleteHeartbeatsBefore(database.pool, new Date(seenAt.getTime() - FORGOTTEN_AFTER_MS))
  }

  const tell = (): Promise<void> =>
    beat().catch((err: unknown) => deps.log.warn({ err }, 'the heartbeat could not be written'))
  await tell()
  // It handles its own errors; the next one comes by itself.
  const timer = setInterval(() => void tell(), HEARTBEAT_INTERVAL_MS).unref()
  return {
    beat,
    async stop() {
      clearInterval(timer)
      lag.disable()
      await deleteHeartbeat(database.pool, id).catch(() => {})
    },
  }
}

async function serverFacts(
  { config, database, api, loops }: HeartbeatDeps,
  lagMs: number,
): Promise<ServerFacts> {
  const { totalCount, idleCount, waitingCount } = database.pool
  return {
    memory_bytes: process.memoryUsage.rss(),
    event_loop_lag_ms: Math.round(lagMs * 10) / 10,
    database_pool: { total: totalCount, idle: idleCount, waiting: waitingCount },
    log_rows: api?.logRows() ?? null,
    redis: api?.redis() ?? null,
    verifying: api?.isVerifying() ?? null,
    disk: await diskOf(config.dataDir),
    loops: loops?.() ?? [],
  }
}

/** With DATABASE_URL the folder may not exist: then it holds nothing that could fill a disk. */
async function diskOf(folder: string): Promise<ServerFacts['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize }
  } catch {
    return null
  }
}
