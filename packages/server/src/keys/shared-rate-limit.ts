import type { Redis } from 'ioredis'
import { problem } from '../problems.ts'
import { rateLimited, rateLimitFields, WINDOW_MS, type RateLimit } from './rate-limit.ts'

// KEYS the key's minute; ARGV its limit. Answers with the requests used, this one included, and the time that is left.
// What is refused is not counted, as in memory.
const TAKE = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used < tonumber(ARGV[1]) then redis.call('INCR', KEYS[1]) end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ${WINDOW_MS})
  left = ${WINDOW_MS}
end
return { used + 1, left }`

type TakingRedis = Redis & { takeRequest(key: string, limit: number): Promise<[number, number]> }

/** One fixed minute per key, counted from its first request, for all servers together. */
export function createSharedRateLimit(deps: { redis: Redis }): RateLimit {
  const redis = deps.redis as TakingRedis
  redis.defineCommand('takeRequest', { numberOfKeys: 1, lua: TAKE })
  return {
    async take({ id, rateLimitPerMinute }) {
      const [used, leftMs] = await redis
        .takeRequest(`countersign:rate:${id}`, rateLimitPerMinute)
        .catch((cause: unknown) => {
          throw problem('service-unavailable', {
            internal: 'the rate limit could not be counted in Redis',
            headers: { 'retry-after': '1' },
            cause,
          })
        })
      if (used > rateLimitPerMinute) throw rateLimited(rateLimitPerMinute, leftMs)
      return rateLimitFields(rateLimitPerMinute, used, leftMs)
    },
  }
}
