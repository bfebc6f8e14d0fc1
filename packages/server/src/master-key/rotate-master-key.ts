import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { countSealed, resealAll, type SealedCount } from './reseal.ts'

export type MasterKeyDeps = {
  database: Database
  sealer: Sealer
  clock: Clock
  say(line: string): void
  wait(ms: number): Promise<void>
}

// Twice the time in which a running server notices what is in the file.
const NOTICE_MS = 2_000
// Rows that a request holds, and what a server sealed before it noticed, are met in the next pass.
const PASSES_MAX = 20
const PASS_INTERVAL_MS = 500

/**
 * Moves everything under a new master key while requests go on. A rotation that was ended before its time is gone on
 * with: as long as anything is under another key than the first, no further key is made.
 * @param addKey writes a new key where the sealer reads it, and returns its id; null where that is somebody else's
 *   affair (MASTER_KEY): then what is not under the first key is moved there
 * @returns whether everything is under the first key
 */
export async function rotateMasterKey(deps: MasterKeyDeps, addKey: (() => string) | null): Promise<boolean> {
  const { database, sealer, say } = deps
  const unfinished = others(await countSealed(database.pool), sealer).length > 0
  if (unfinished) say(`Going on: not everything is sealed under the first key, ${sealer.masterKeyId}, yet.`)
  else if (addKey) {
    const before = sealer.masterKeyId
    addKey()
    sealer.refresh()
    say(`A new key, ${sealer.masterKeyId}, stands before ${before} and seals from now on.`)
    await recordAudit(database.pool, {
      workspaceId: null,
      actor: { kind: 'system', id: null, label: 'master-key rotate' },
      action: 'master_key.rotated',
      target: { kind: 'master_key', id: sealer.masterKeyId },
      before: { master_key_id: before },
      after: { master_key_id: sealer.masterKeyId },
      now: deps.clock.now(),
    })
    await deps.wait(NOTICE_MS)
  }
  await resealInPasses(deps)
  return tellMasterKeys(deps)
}

async function resealInPasses({ database, sealer, say, wait }: MasterKeyDeps): Promise<void> {
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const left = new Map<string, number>()
    for (const { what, count } of others(await countSealed(database.pool), sealer))
      left.set(what, (left.get(what) ?? 0) + count)
    if (left.size === 0) return
    if (pass > 0) await wait(PASS_INTERVAL_MS)
    const { moved, unreadable } = await resealAll({ database, sealer }, (what, count) => {
      left.set(what, Math.max(0, (left.get(what) ?? 0) - count))
      say(`  ${what}: ${count} moved, ${left.get(what)} to go`)
    })
    if (moved === 0 && unreadable > 0) {
      say(`${unreadable} values do not open: their master key is missing, or they were changed.`)
      return
    }
  }
}

/** Says what is sealed under which key and which key may go. @returns whether everything is under the first */
export async function tellMasterKeys({ database, sealer, say }: MasterKeyDeps): Promise<boolean> {
  const counts = await countSealed(database.pool)
  const ids = new Set([...sealer.masterKeyIds(), ...counts.map(({ masterKeyId }) => masterKeyId)])
  for (const id of ids) {
    const own = counts.filter(({ masterKeyId }) => masterKeyId === id)
    const isKnown = sealer.masterKeyIds().includes(id)
    const role = id === sealer.masterKeyId ? 'seals' : isKnown ? 'opens' : 'MISSING'
    const list = own.map(({ what, count }) => `${count} ${what}`).join(', ')
    say(`Key ${id} (${role}): ${list || 'nothing. It may be removed.'}`)
  }
  const left = others(counts, sealer).length
  if (left > 0) say('Keep every key that has something. Run `master-key rotate` to move the rest.')
  return left === 0
}

function others(counts: readonly SealedCount[], sealer: Sealer): SealedCount[] {
  return counts.filter(({ masterKeyId }) => masterKeyId !== sealer.masterKeyId)
}
