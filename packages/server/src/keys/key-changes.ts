import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../log.ts'

export type KeyChanges = {
  /** Whether every change that was committed more than 200 ms ago has been heard. */
  isHearing(): boolean
  close(): Promise<void>
}

export type KeyChangesDeps = {
  url: string
  log: Log
  /** No other API server can be there: what this one does not change itself is rare, and no beat is needed for it. */
  isAlone: boolean
  /** Hears the public key of every key that was changed by anybody. */
  onChange(publicKey: string): void
  /** Changes may have gone unheard before this moment, and none will from now on. */
  onGap(): void
}

/** The triggers of migration 0013 notify here. */
const CHANNEL = 'api_keys'
const BEAT_MS = 50
const SILENCE_MAX_MS = 200
const RECONNECT_MS = 100
const CONNECT_TIMEOUT_MS = 2_000
// A connection that answers nothing for this long is given up: a firewall may have forgotten it.
const BEAT_TIMEOUT_MS = 2_000

/**
 * Hears of changes of keys, over a connection of its own. Every 50 ms it notifies itself: PostgreSQL delivers in
 * the order of commits, so whoever hears a beat has heard everything that was committed before it was sent. A beat
 * is judged by when it was sent, so one that lay in a buffer proves no more than it may.
 */
export async function openKeyChanges(deps: KeyChangesDeps): Promise<KeyChanges> {
  const ownChannel = `beat_${randomUUID().replaceAll('-', '')}`
  let client: pg.Client | undefined
  let closed = false
  let heardAt = -Infinity
  let isBeating = false
  let retry: NodeJS.Timeout | undefined

  function onNotification({ channel, payload = '' }: pg.Notification): void {
    if (channel === ownChannel) heardAt = Math.max(heardAt, Number(payload))
    else deps.onChange(payload)
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: deps.url,
      application_name: 'countersign key changes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: BEAT_TIMEOUT_MS,
      keepAlive: true,
    })
    next.on('error', () => {})
    next.on('notification', onNotification)
    try {
      await next.connect()
      // A beat that a crash of PostgreSQL loses is missed by nobody, so it need not wait for the disk.
      await next.query(`set synchronous_commit = off; listen ${CHANNEL}; listen ${ownChannel}`)
    } catch (error) {
      await next.end().catch(() => {})
      throw error
    }
    if (closed) return void next.end().catch(() => {})
    client = next
    deps.onGap()
    next.once('end', () => lose(next))
    beat()
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return
    client = undefined
    heardAt = -Infinity
    isBeating = false
    // A connection that hangs is dropped; how it ends is nobody's concern.
    void lost.end().catch(() => {})
    if (closed) return
    deps.log.warn({}, 'changes of keys go unheard; keys are read from the database')
    reconnect()
  }

  function reconnect(): void {
    if (closed) return
    retry = setTimeout(() => {
      connect().then(
        () => deps.log.warn({}, 'changes of keys are heard again'),
        () => reconnect(),
      )
    }, RECONNECT_MS)
    retry.unref()
  }

  function beat(): void {
    const through = client
    if (!through || isBeating || deps.isAlone) return
    isBeating = true
    through.query('select pg_notify($1, $2)', [ownChannel, String(performance.now())]).then(
      () => {
        if (client === through) isBeating = false
      },
      () => lose(through),
    )
  }

  await connect()
  const timer = deps.isAlone ? undefined : setInterval(beat, BEAT_MS).unref()
  return {
    isHearing: () => deps.isAlone || performance.now() - heardAt < SILENCE_MAX_MS,
    async close() {
      closed = true
      clearInterval(timer)
      clearTimeout(retry)
      const last = client
      client = undefined
      await last?.end().catch(() => {})
    },
  }
}
