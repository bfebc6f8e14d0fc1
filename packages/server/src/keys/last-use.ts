import type { Executor } from '../database/database.ts'
import { addCallerUses, type CallerUse } from './caller-queries.ts'
import { touchOperatorKeys } from './operator-key-queries.ts'
import { touchKeys } from './queries.ts'

export type Use = {
  keyId: string
  secretVersion: number
  ip: string
  userAgent: string | null
  nowMs: number
}

export type LastUse = {
  /** Remembers that a key signed a request; written with the next batch. */
  note(use: Use): void
  flush(): Promise<void>
}

type Caller = Omit<Use, 'nowMs' | 'userAgent'> & {
  userAgent: string
  count: number
  firstMs: number
  lastMs: number
}

const WAITING_MAX = 20_000
const CALLERS_PER_STATEMENT = 2_000
const USER_AGENT_CHARACTERS_MAX = 200

/** Collects when, from where and with which secret keys were used, so that the hot path writes nothing. */
export function createLastUse(deps: { executor: Executor }): LastUse {
  let callers = new Map<string, Caller>()
  // Calls come in runs: whoever called last is found without a name being made.
  let latest: Caller | null = null
  return {
    note({ keyId, secretVersion, ip, userAgent, nowMs }) {
      const agent = userAgent ?? ''
      if (
        latest?.keyId === keyId &&
        latest.secretVersion === secretVersion &&
        latest.ip === ip &&
        latest.userAgent === agent
      ) {
        latest.count += 1
        latest.lastMs = Math.max(latest.lastMs, nowMs)
        return
      }
      const name = `${keyId} ${secretVersion} ${ip} ${agent}`
      const known = callers.get(name)
      if (known) {
        known.count += 1
        known.lastMs = Math.max(known.lastMs, nowMs)
        latest = known
      } else if (callers.size < WAITING_MAX) {
        const userAgent = storable(agent)
        callers.set(name, {
          keyId,
          secretVersion,
          ip,
          userAgent,
          count: 1,
          firstMs: nowMs,
          lastMs: nowMs,
        })
      }
    },
    async flush() {
      if (callers.size === 0) return
      const all = [...callers.values()]
      callers = new Map()
      latest = null
      // An operator key has no page that lists its callers.
      const ofPlatform = all.filter(({ keyId }) => keyId.startsWith('opk_'))
      const batch = all.filter(({ keyId }) => !keyId.startsWith('opk_'))
      if (ofPlatform.length > 0) await touchOperatorKeys(deps.executor, latestOfEach(ofPlatform))
      await touchKeys(deps.executor, latestOfEach(batch))
      for (let at = 0; at < batch.length; at += CALLERS_PER_STATEMENT)
        await addCallerUses(deps.executor, merged(batch.slice(at, at + CALLERS_PER_STATEMENT)))
    },
  }
}

/** Sorted, so that two servers that write at once lock rows in the same order. */
function latestOfEach(batch: readonly Caller[]): { keyId: string; at: Date; ip: string }[] {
  const latest = new Map<string, Caller>()
  for (const caller of batch)
    if (caller.lastMs >= (latest.get(caller.keyId)?.lastMs ?? 0)) latest.set(caller.keyId, caller)
  return [...latest.values()]
    .map(({ keyId, lastMs, ip }) => ({ keyId, at: new Date(lastMs), ip }))
    .sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
}

/** Agents that were cut to the same text are one caller. */
function merged(batch: readonly Caller[]): CallerUse[] {
  const uses = new Map<string, CallerUse>()
  for (const { firstMs, lastMs, count, ...caller } of batch) {
    const name = `${caller.keyId} ${caller.secretVersion} ${caller.ip} ${caller.userAgent}`
    const use = uses.get(name)
    if (!use) uses.set(name, { ...caller, count, firstAt: new Date(firstMs), lastAt: new Date(lastMs) })
    else {
      use.count += count
      use.firstAt = new Date(Math.min(use.firstAt.getTime(), firstMs))
      use.lastAt = new Date(Math.max(use.lastAt.getTime(), lastMs))
    }
  }
  return [...uses.values()]
}

/** Postgres stores no NUL. Header values arrive as single bytes, so that a cut splits no character. */
function storable(userAgent: string): string {
  return userAgent.slice(0, USER_AGENT_CHARACTERS_MAX).replaceAll('\0', '')
}
