import { Redis } from 'ioredis'
import type { Log } from '../log.ts'
import { StartUpError } from './start-up-error.ts'

export type SharedStore = {
  redis: Redis
  /** A second connection, because one that subscribes can do nothing else. */
  subscriber: Redis
  close(): void
}

const CONNECT_TIMEOUT_MS = 2_000
const START_LIMIT_MS = 5_000
const COMMAND_TIMEOUT_MS = 1_000
const RECONNECT_MAX_MS = 500
const VERSION_MIN = 5

/**
 * Connects to the Redis, or Valkey, that API servers share. Afterwards a command either answers within a second or
 * fails: nothing is queued while the connection is away, nothing is sent twice, and it reconnects by itself.
 * @throws StartUpError when it cannot be reached or may evict what it holds
 */
export async function openRedis(url: string, log: Log): Promise<SharedStore> {
  const redis = newClient(url)
  const subscriber = newClient(url)
  let lastError = ''
  let closed = false
  redis.on('error', (error: Error) => (lastError = error.message))
  subscriber.on('error', () => {})
  const store = {
    redis,
    subscriber,
    close() {
      closed = true
      redis.disconnect()
      subscriber.disconnect()
    },
  }
  try {
    await Promise.all([connected(redis), connected(subscriber)])
    assertUsable(await readInfo(redis))
  } catch (error) {
    store.close()
    if (error instanceof StartUpError) throw error
    const reason = lastError || (error as Error).message
    throw new StartUpError(`Cannot use REDIS_URL (${withoutCredentials(url)}): ${reason}`)
  }
  redis.on('close', () => {
    if (!closed) log.error({ err: lastError }, 'Redis is away; signed requests answer 503')
  })
  return store
}

export type RedisInfo = {
  /** Another one whenever the process, or the data set that it serves, may be another. */
  run: string
  policy: string
  version: string
  role: string
}

/** What a Redis says of itself. */
export async function readInfo(redis: Redis): Promise<RedisInfo> {
  const text = (await Promise.all(['server', 'memory', 'replication'].map((part) => redis.info(part)))).join(
    '\n',
  )
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? ''
  return {
    run: `${field('run_id')} ${field('master_replid')}`,
    policy: field('maxmemory_policy'),
    version: field('redis_version'),
    role: field('role'),
  }
}

/** @throws StartUpError */
function assertUsable(info: RedisInfo): void {
  const { version, role } = info
  if (!(Number.parseInt(version, 10) >= VERSION_MIN))
    throw new StartUpError(`REDIS_URL is Redis ${version}; ${VERSION_MIN} or newer is needed.`)
  if (role !== 'master') throw new StartUpError('REDIS_URL is a replica; the primary is needed.')
  if (!keepsEverything(info))
    throw new StartUpError(
      `REDIS_URL evicts what it holds when memory is short (maxmemory-policy ${info.policy}), and a nonce that is ` +
        'evicted can be used again. Set maxmemory-policy to noeviction.',
    )
}

export function keepsEverything({ policy }: RedisInfo): boolean {
  return policy === 'noeviction'
}

function newClient(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // One that takes commands and answers none is left, so that a new connection may find its successor.
    socketTimeout: 2 * COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(25 * 2 ** Math.min(attempt, 10), RECONNECT_MAX_MS),
    // After a failover the old primary says so: only a new connection can reach the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
}

/** Resolves when it is ready; a Redis that still loads its data is waited for. */
function connected(client: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it does not answer')), START_LIMIT_MS)
    client.once('ready', () => {
      clearTimeout(late)
      resolve()
    })
    client.connect().catch((error: unknown) => {
      clearTimeout(late)
      reject(error as Error)
    })
  })
}

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
