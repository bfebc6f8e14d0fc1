import pg from 'pg'
import type { Log } from '../log.ts'

/** publish_event sends a notification only while nobody holds this lock (see 0008_webhooks.sql). */
const AWAKE_LOCK = [716_521, 8] as const
/** Class of the locks by which deliverers show that they live; the number is the deliverer's own. */
export const ALIVE_LOCK_CLASS = 716_522
const CHANNEL = 'webhook_deliveries'
const RECONNECT_MS = 1_000

export type WakeSignal = {
  /** This deliverer's number, unique for good: the upper half of its leases. */
  number: number
  /** Publishers need not notify: this deliverer looks by itself. */
  awake(): Promise<void>
  /** Publishers notify again. Look once more afterwards: a row may have come in between. */
  asleep(): Promise<void>
  close(): Promise<void>
}

/** One connection of its own that hears notifications and holds the locks that only a session can hold. */
export async function openWakeSignal(
  url: string,
  { onWake, log }: { onWake: () => void; log: Log },
): Promise<WakeSignal> {
  let closed = false
  let isAwake = false
  let number = 0
  let client = await connect()

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'countersign deliverer',
      keepAlive: true,
    })
    next.on('error', (err) => log.warn({ err }, 'the connection that hears of new webhooks broke'))
    next.on('notification', onWake)
    // Before the connection is up, connect() itself reports the end.
    await next.connect()
    next.once('end', reconnect)
    if (number === 0) {
      const { rows } = await next.query<{ number: string }>("select nextval('webhook_leases') as number")
      number = Number(rows[0]?.number)
    }
    await next.query('select pg_advisory_lock($1, $2)', [ALIVE_LOCK_CLASS, number])
    await next.query(`listen ${CHANNEL}`)
    return next
  }

  // Until it is back, the deliverer's own polling finds what is due.
  function reconnect(): void {
    isAwake = false
    if (closed) return
    setTimeout(() => {
      connect().then(
        (next) => {
          client = next
          onWake()
          if (closed) void next.end()
        },
        () => reconnect(),
      )
    }, RECONNECT_MS).unref()
  }

  return {
    number,
    async awake() {
      if (isAwake) return
      // A publisher holds it for the length of a transaction: it will notify, so that there is no need to wait.
      const { rows } = await client.query<{ held: boolean }>(
        'select pg_try_advisory_lock_shared($1, $2) as held',
        [...AWAKE_LOCK],
      )
      isAwake = rows[0]?.held ?? false
    },
    async asleep() {
      if (!isAwake) return
      isAwake = false
      await client.query('select pg_advisory_unlock_shared($1, $2)', [...AWAKE_LOCK])
    },
    async close() {
      closed = true
      await client.end()
    },
  }
}
