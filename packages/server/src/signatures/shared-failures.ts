import type { Redis } from 'ioredis'

const WINDOW_SECONDS = 60
// KEYS the address's minute.
const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ${WINDOW_SECONDS}) end
return count`

type CountingRedis = Redis & { countFailure(key: string): Promise<number> }

/** Counts a failure of an address for all servers. @returns how many there were in its minute */
export function sharedFailures(deps: { redis: Redis }): (address: string) => Promise<number> {
  const redis = deps.redis as CountingRedis
  redis.defineCommand('countFailure', { numberOfKeys: 1, lua: COUNT })
  return (address) => redis.countFailure(`countersign:failures:${address}`)
}
