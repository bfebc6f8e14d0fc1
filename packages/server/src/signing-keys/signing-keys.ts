import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { makePair, openPrivateKey, publicJwk, type PublicJwk } from './make-pair.ts'
import { insertFirstKey, listPublishedKeys } from './queries.ts'
import { PURPOSES, type Purpose } from './schema.ts'

export type Signer = { kid: string; privateKey: KeyObject }

/** The platform's signing keys, as the processes that sign or publish share them. */
export type SigningKeys = {
  /**
   * The key that signs for a purpose; made when it is needed for the first time. Synchronous while it is fresh.
   * @throws when the database cannot be read and no key is known yet
   */
  signer(purpose: Purpose): Signer | Promise<Signer>
  /** Every key whose signatures hold, the one that signs first. */
  published(purpose: Purpose): Promise<readonly PublicJwk[]>
  /** Reads anew before the next use: a key was changed. */
  forget(): void
}

/** A rotation reaches every other process within this time; meanwhile they sign with a key that stays published. */
const FRESH_MS = 5_000

type State = { readAtMs: number; signers: Map<Purpose, Signer>; published: Map<Purpose, PublicJwk[]> }

export function createSigningKeys(deps: { database: Database; sealer: Sealer; clock: Clock }): SigningKeys {
  let known: State | null = null
  let reading: Promise<State> | null = null
  let changes = 0

  function fresh(): State | Promise<State> {
    if (known && Math.abs(deps.clock.now() - known.readAtMs) < FRESH_MS) return known
    reading ??= refresh().finally(() => (reading = null))
    return reading
  }

  async function refresh(): Promise<State> {
    const before = changes
    try {
      const state = await readState(deps, known)
      // What a change overtook is used once and not kept.
      if (before === changes) known = state
      return state
    } catch (error) {
      if (known) return known
      throw error
    }
  }

  return {
    signer(purpose) {
      const state = fresh()
      return state instanceof Promise
        ? state.then((read) => signerOf(read, purpose))
        : signerOf(state, purpose)
    },
    async published(purpose) {
      return (await fresh()).published.get(purpose) ?? []
    },
    forget() {
      changes += 1
      known = null
      reading = null
    },
  }
}

/** Reads the keys; a purpose that has none gets its first. Opens only what was not open yet. */
async function readState(
  { database, sealer, clock }: { database: Database; sealer: Sealer; clock: Clock },
  known: State | null,
): Promise<State> {
  const readAtMs = clock.now()
  let rows = await listPublishedKeys(database.pool)
  const missing = PURPOSES.filter((purpose) => !rows.some((row) => row.purpose === purpose && row.sealed))
  for (const purpose of missing)
    await insertFirstKey(database.pool, makePair(sealer, purpose, new Date(readAtMs)))
  if (missing.length > 0) rows = await listPublishedKeys(database.pool)

  const state: State = { readAtMs, signers: new Map(), published: new Map() }
  for (const row of rows) {
    const { id, purpose, sealed } = row
    state.published.set(purpose, [...(state.published.get(purpose) ?? []), publicJwk(row.publicKey)])
    if (sealed === null) continue
    const open = known?.signers.get(purpose)
    state.signers.set(
      purpose,
      open?.kid === id ? open : { kid: id, privateKey: openPrivateKey(sealer, { id, purpose, sealed }) },
    )
  }
  return state
}

function signerOf(state: State, purpose: Purpose): Signer {
  const signer = state.signers.get(purpose)
  if (!signer) throw new Error(`no key signs ${purpose}`)
  return signer
}
