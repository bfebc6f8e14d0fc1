import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { keepsEverything, readInfo } from '../database/redis.ts'
import type { Log } from '../log.ts'
import { Problem, problem } from '../problems.ts'
import { createFloorLease, EpochLost, type FloorLease } from './floor-lease.ts'
import { beforeStart, EARLY_NONCE_SECONDS, waitUntilPast } from './nonce-floor.ts'
import { CLOCK_STEPPED_BACK, MAX_AGE_SECONDS, nonceCountMax, type NonceStore } from './nonces.ts'
import { deleteEarlyNonces, lockFloor, readEarlyNonces, takeFloor } from './queries.ts'

export type SharedNonces = Pick<NonceStore, 'claim'> & {
  /** Whether nonces can be claimed: Redis is there and its epoch is the current one. */
  isOpen(): boolean
  /** Looks again whether the epoch is still the current one. */
  reopen(): Promise<void>
}

export type SharedNoncesDeps = {
  redis: Redis
  database: Database
  clock: Clock
  log: Log
  wait?: ((ms: number) => Promise<void>) | undefined
}

type Epoch = {
  /** Unix seconds: the epoch accepts nothing that was made then or before. */
  floor: number
  lease: FloorLease
}

const PREFIX = 'countersign:'
const epochKey = (epoch: string) => `${PREFIX}epoch:${epoch}`
const nonceKey = (keyId: string, nonce: string) => `${PREFIX}nonce:${keyId} ${nonce}`
// How far the clocks of Redis and of the servers may be apart, or be set back, without a nonce being forgotten early.
const CLOCK_MARGIN_SECONDS = 60
const EARLY_NONCES_PER_ROUND = 1_000

// Everything that decides stands in one script, because Redis runs it as one step:
// is this the epoch we believe in; is the signature younger than the epoch and within its window, on a clock that
// never steps back; how many nonces does the key hold already; and then the claim.
// KEYS epoch, nonce, count of the key; ARGV created, count allowed
const CLAIM = `
local epoch = redis.call('HMGET', KEYS[1], 'floor', 'clock')
if not epoch[1] then return 'lost' end
local created = tonumber(ARGV[1])
if created <= tonumber(epoch[1]) then return 'before' end
local now = tonumber(redis.call('TIME')[1])
local clock = tonumber(epoch[2])
if now > clock then redis.call('HSET', KEYS[1], 'clock', now) else now = clock end
local left = created + ${MAX_AGE_SECONDS} - now
if left < 0 then return 'ended' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'claimed' end
local minute = math.floor(created / 60)
local counts = redis.call('HGETALL', KEYS[3])
local total = 0
for i = 1, #counts, 2 do
  if tonumber(counts[i]) < math.floor((now - ${MAX_AGE_SECONDS}) / 60) then redis.call('HDEL', KEYS[3], counts[i])
  else total = total + tonumber(counts[i + 1]) end
end
if total >= tonumber(ARGV[2]) then return 'full' end
redis.call('SET', KEYS[2], '', 'EX', left + ${CLOCK_MARGIN_SECONDS})
redis.call('HINCRBY', KEYS[3], minute, 1)
redis.call('EXPIRE', KEYS[3], ${2 * MAX_AGE_SECONDS})
return 'ok'`

type Outcome = 'ok' | 'claimed' | 'lost' | 'before' | 'ended' | 'full'
type ClaimingRedis = Redis & { claimNonce(...args: (string | number)[]): Promise<Outcome> }

/**
 * Nonces in Redis, for several servers. Redis may lose what it holds at any moment, and a nonce that is lost can be
 * used again; so what it holds counts only within an epoch. The epoch is named in the database, beside the floor,
 * and stands in Redis under that name with the run id of the Redis process. Where either is missing (restarted,
 * emptied, restored from a snapshot, another Redis), a new epoch begins above everything that any server may have
 * accepted. Why this admits nothing twice: docs/decisions/0020-several-servers.md.
 * @throws when Redis or the database cannot be asked
 */
export async function openSharedNonces(deps: SharedNoncesDeps): Promise<SharedNonces> {
  const { clock, log } = deps
  const redis = deps.redis as ClaimingRedis
  redis.defineCommand('claimNonce', { numberOfKeys: 3, lua: CLAIM })
  let epoch: Epoch | undefined
  let opening: Promise<Epoch> | undefined
  let connection = 0

  function open(): Promise<Epoch> {
    if (opening) return opening
    const through = connection
    const started = findEpoch(deps)
      .then((found) => {
        // Another process may answer by now: what was found holds for the one that was asked.
        if (through !== connection) throw new Error('the connection to Redis changed')
        epoch = found
        return found
      })
      .finally(() => {
        if (opening === started) opening = undefined
      })
    opening = started
    return started
  }

  redis.on('close', () => {
    connection += 1
    epoch = undefined
    opening = undefined
  })
  redis.on('ready', () => {
    open().catch((err: unknown) => log.error({ err }, 'nonces cannot be claimed in Redis yet'))
  })
  const first = await open()
  await waitUntilPast(first.floor, deps)

  async function tryClaim(key: { id: string; rateLimitPerMinute: number }, nonce: string, created: number) {
    if (redis.status !== 'ready') throw new Error(`Redis is ${redis.status}`)
    const current = epoch ?? (await open())
    try {
      // Covered before it is claimed: should the epoch be lost from here on, its successor begins above `created`.
      await current.lease.cover(key.id, nonce, created)
      // The connection may be another by now, and its Redis one whose snapshot still holds the epoch.
      if (epoch !== current) throw new EpochLost()
      const outcome = await redis.claimNonce(
        epochKey(current.lease.epoch),
        nonceKey(key.id, nonce),
        `${PREFIX}count:${key.id}`,
        created,
        nonceCountMax(key),
      )
      if (outcome === 'lost') throw new EpochLost()
      return { outcome, floor: current.floor }
    } catch (error) {
      if (isLost(error) && epoch === current) epoch = undefined
      throw error
    }
  }

  return {
    isOpen: () => epoch !== undefined && redis.status === 'ready',
    async claim(key, nonce, created) {
      let answer
      try {
        answer = await tryClaim(key, nonce, created).catch((error: unknown) => {
          if (!isLost(error)) throw error
          return tryClaim(key, nonce, created)
        })
      } catch (error) {
        if (error instanceof Problem) throw error
        throw unavailable('a nonce could not be claimed in Redis', error)
      }
      if (answer.outcome === 'ok') return true
      if (answer.outcome === 'claimed') return false
      throw refusal(answer.outcome, { floor: answer.floor, nowMs: clock.now() })
    },
    async reopen() {
      epoch = undefined
      await open()
    },
  }
}

function isLost(error: unknown): boolean {
  return error instanceof EpochLost || (error instanceof Problem && error.cause instanceof EpochLost)
}

function refusal(outcome: Outcome, { floor, nowMs }: { floor: number; nowMs: number }): Problem {
  // No signature that is made now could pass: the caller is told to wait, not to sign again.
  if (outcome === 'before')
    return nowMs < (floor + 1) * 1000 ? unavailable('a new epoch of nonces begins') : beforeStart()
  if (outcome === 'ended') return problem('signature-expired', { extra: CLOCK_STEPPED_BACK })
  return problem('service-unavailable', {
    detail: 'The server holds as many live nonces of this key as it may. Send the request again in a moment.',
    internal: `nonces: ${outcome}`,
    headers: { 'retry-after': '5' },
  })
}

function unavailable(internal: string, cause?: unknown): Problem {
  return problem('service-unavailable', { internal, headers: { 'retry-after': '1' }, cause })
}

/** The current epoch, or a new one where Redis does not hold it. One server at a time. */
async function findEpoch({ redis, database, clock, log }: SharedNoncesDeps): Promise<Epoch> {
  const info = await readInfo(redis)
  if (!keepsEverything(info))
    throw new Error(`Redis may evict nonces: its maxmemory-policy is ${info.policy}, not noeviction`)
  return database.transaction(async (client) => {
    const { floor, epoch } = await lockFloor(client)
    const lease = (name: string) =>
      createFloorLease({ executor: database.pool, clock }, { epoch: name, floor })
    const held = epoch === null ? null : await redis.hgetall(epochKey(epoch))
    if (epoch !== null && held?.['run'] === info.run)
      return { floor: Number(held['floor']), lease: lease(epoch) }

    const next = randomUUID()
    await carryOver(redis, client, clock)
    if (epoch !== null) await redis.del(epochKey(epoch))
    const [seconds] = await redis.time()
    await redis.hset(epochKey(next), { run: info.run, floor, clock: Number(seconds) })
    await takeFloor(client, next)
    log.warn(
      { floor },
      'a new epoch of nonces begins: Redis is new to this database, or has lost what it held',
    )
    return { floor, lease: lease(next) }
  })
}

/** Nonces that were accepted above the floor stand in the database; the new epoch claims them first. */
async function carryOver(redis: Redis, executor: Executor, clock: Clock): Promise<void> {
  const now = Math.floor(clock.now() / 1000)
  await deleteEarlyNonces(executor, now - EARLY_NONCE_SECONDS)
  const early = await readEarlyNonces(executor)
  for (let start = 0; start < early.length; start += EARLY_NONCES_PER_ROUND) {
    const pipeline = redis.pipeline()
    for (const { keyId, nonce, created } of early.slice(start, start + EARLY_NONCES_PER_ROUND)) {
      const seconds = created + MAX_AGE_SECONDS + CLOCK_MARGIN_SECONDS - now
      if (seconds > 0) pipeline.set(nonceKey(keyId, nonce), '', 'EX', seconds)
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
  }
}
