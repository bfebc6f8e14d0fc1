import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export type ServerLock = {
  /** False from the moment its loss is noticed until it is held again; the API answers 503 meanwhile. */
  held(): boolean
  /** Hears of every loss (false) and return (true). After a return another server may have run in between. */
  onChange(listener: (held: boolean) => void): void
  release(): Promise<void>
}

export type ServerLockOptions = {
  /** Exclusive when this server keeps state in memory, shared when Redis keeps it for all. */
  kind: 'exclusive' | 'shared'
  /** How long to wait for a holder that is just ending. */
  waitMs?: number
}

// Any fixed number; the lock is per database, which is what servers share.
const LOCK_KEY = '7165210452'
// A killed server's connection closes within milliseconds; a living one's holds longer than this.
const WAIT_MS = 1000
const RETRY_MS = 50
// Loss is noticed within 2 s: the nonce floor is leased 2 s ahead (DESIGN §6).
const HEARTBEAT_MS = 500
const HEARTBEAT_LIMIT_MS = 1500
const REGAIN_INTERVAL_MS = 250

/**
 * Takes the lock that API servers hold for as long as they run. It lives in a connection of its own and
 * ends with it, so that a killed server never has to be cleaned up after.
 *
 * @returns who holds it when it is taken: the holder's process id, or null when that cannot be seen
 */
export async function acquireServerLock(
  url: string,
  options: ServerLockOptions,
): Promise<ServerLock | { heldBy: number | null }> {
  const deadline = Date.now() + (options.waitMs ?? WAIT_MS)
  for (;;) {
    const attempt = await tryLock(url, options.kind)
    if (attempt instanceof pg.Client) return keep(url, options.kind, attempt)
    if (Date.now() >= deadline) return attempt
    await delay(RETRY_MS)
  }
}

async function tryLock(
  url: string,
  kind: ServerLockOptions['kind'],
): Promise<pg.Client | { heldBy: number | null }> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `countersign server ${process.pid}`,
    connectionTimeoutMillis: 5000,
    query_timeout: HEARTBEAT_LIMIT_MS,
    keepAlive: true,
  })
  // A break shows as the end of the connection, which `keep` watches.
  client.on('error', () => {})
  await client.connect()
  try {
    // A machine that vanished must lose the lock in seconds, not after the hours of a default keep-alive.
    await client.query(
      'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3',
    )
    const lock = kind === 'exclusive' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
    const { rows } = await client.query<{ locked: boolean }>(`select ${lock}($1) as locked`, [LOCK_KEY])
    if (rows[0]!.locked) return client
    const heldBy = await findHolder(client)
    await client.end()
    return { heldBy }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

async function findHolder(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted
        and ((l.classid::int8 << 32) | l.objid::int8) = $1
        and l.database = (select oid from pg_database where datname = current_database())
      limit 1`,
    [LOCK_KEY],
  )
  return Number(/^countersign server (\d+)$/.exec(rows[0]?.name ?? '')?.[1]) || null
}

function keep(url: string, kind: ServerLockOptions['kind'], first: pg.Client): ServerLock {
  const listeners: ((held: boolean) => void)[] = []
  let client: pg.Client | undefined
  let released = false
  let heartbeat: NodeJS.Timeout | undefined

  const hold = (next: pg.Client) => {
    client = next
    const lose = () => {
      if (client !== next) return
      client = undefined
      clearInterval(heartbeat)
      // A connection that hangs is dropped, so that its lock cannot outlive our belief in it.
      void next.end().catch(() => {})
      if (released) return
      for (const listener of listeners) listener(false)
      // It tries until it succeeds or the lock is released; it handles its own errors.
      void regain()
    }
    next.once('end', lose)
    // A failing heartbeat is handled by `lose`.
    heartbeat = setInterval(() => void next.query('select 1').catch(lose), HEARTBEAT_MS)
    heartbeat.unref()
  }

  const regain = async () => {
    while (!released) {
      const attempt = await tryLock(url, kind).catch(() => undefined)
      if (attempt instanceof pg.Client) {
        if (released) return void attempt.end().catch(() => {})
        hold(attempt)
        for (const listener of listeners) listener(true)
        return
      }
      await delay(REGAIN_INTERVAL_MS, undefined, { ref: false })
    }
  }

  hold(first)
  return {
    held: () => client !== undefined,
    onChange: (listener) => void listeners.push(listener),
    async release() {
      released = true
      clearInterval(heartbeat)
      const held = client
      client = undefined
      await held?.end().catch(() => {})
    },
  }
}
