import { createPublicKey, type KeyObject } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { Executor } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { hmacKey, type HmacKey } from '../message-authentication.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { isOperatorKey, isPublicKey } from './credentials.ts'
import { allowlistOf } from './ip-allowlist.ts'
import { findOperatorVerificationRows } from './operator-key-queries.ts'
import { findVerificationRows, newestPublicKeys, type KeyRow, type SecretRow } from './queries.ts'

/** A secret, or the public half of a pair, ready to verify with. */
export type VerificationSecret = {
  version: number
  /** Milliseconds since the epoch; null for the current one. */
  expiresAt: number | null
  hmac: HmacKey | null
  /** The secret's bytes, kept to explain a mismatch. */
  secret: Buffer | null
  ed25519: KeyObject | null
}

/** What every key has that signs, with nothing left to parse. */
type SigningKey = {
  id: string
  publicKey: string
  name: string
  algorithm: 'hmac-sha256' | 'ed25519'
  enabled: boolean
  expiresAt: number | null
  revokedAt: number | null
  scopes: ReadonlySet<string>
  allowlist: BlockList | null
  rateLimitPerMinute: number
  /** Newest first; retired ones among them until they are destroyed. */
  secrets: readonly VerificationSecret[]
}

/** A customer's key: it reaches its workspace, in its mode and currency type. */
export type WorkspaceKey = SigningKey & {
  kind: 'workspace'
  workspaceId: string
  mode: Mode
  currencyType: CurrencyType
  /** Operators have stopped its workspace. */
  isSuspended: boolean
}

/** A key of the platform itself: it reaches `/v1/operator/*` and no workspace. */
export type OperatorKey = SigningKey & { kind: 'operator' }

/** A key as the verifier needs it. */
export type VerificationKey = WorkspaceKey | OperatorKey

export type KeyCache = {
  /** The key, at once when it is cached; null when there is none. */
  find(publicKey: string): VerificationKey | null | Promise<VerificationKey | null>
  /** Forgets a key. Fills that began before are thrown away, so that no old state comes back. */
  evict(publicKey: string): void
  /** The same for every key of a workspace. */
  evictWorkspace(workspaceId: string): void
  clear(): void
  readonly size: number
  /** Finds that were answered from memory, known strangers among them, and those that asked the database. */
  readonly hits: number
  readonly misses: number
}

const KEYS_MAX = 100_000
const UNKNOWN_MAX = 10_000
const NEWEST_KEYS_MAX = 50
// RFC 8410 §4: the DER wrapping of a 32-byte Ed25519 public key.
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Keys in memory, the least recently found leaving first.
 * @param deps.keysMax how many keys stay in memory
 * @param deps.isHearing false while changes made by other servers may go unheard: keys are then read from the
 *   database, each time anew. Absent where there is no other server.
 */
export function createKeyCache(deps: {
  executor: Executor
  sealer: Sealer
  keysMax?: number
  isHearing?: () => boolean
}): KeyCache {
  const { isHearing } = deps
  const keysMax = deps.keysMax ?? KEYS_MAX
  const keys = new Map<string, VerificationKey>()
  const unknown = new Set<string>()
  const fills = new Map<string, Promise<VerificationKey | null>>()
  let hits = 0
  let misses = 0

  function fill(publicKey: string): Promise<VerificationKey | null> {
    const started = read(publicKey).then(
      (key) => {
        // An eviction overtook this read: what was read may be old, so whoever waits for it reads again.
        if (fills.get(publicKey) !== started) return find(publicKey)
        fills.delete(publicKey)
        if (key) remember(keys, publicKey, key, keysMax)
        else {
          if (unknown.size >= UNKNOWN_MAX) unknown.delete(unknown.values().next().value as string)
          unknown.add(publicKey)
        }
        return key
      },
      (error: unknown) => {
        if (fills.get(publicKey) === started) fills.delete(publicKey)
        throw error
      },
    )
    fills.set(publicKey, started)
    return started
  }

  async function read(publicKey: string): Promise<VerificationKey | null> {
    if (isOperatorKey(publicKey)) {
      const rows = await findOperatorVerificationRows(deps.executor, publicKey)
      return rows ? operatorKey(rows, deps.sealer) : null
    }
    const rows = await findVerificationRows(deps.executor, publicKey)
    return rows ? verificationKey(rows, deps.sealer) : null
  }

  function find(publicKey: string): VerificationKey | null | Promise<VerificationKey | null> {
    // Not even shared with a read that is under way: it may have begun before the change.
    if (isHearing && !isHearing()) return isPublicKey(publicKey) ? read(publicKey) : null
    const cached = keys.get(publicKey)
    if (cached) {
      hits += 1
      touch(keys, publicKey, cached)
      return cached
    }
    if (unknown.has(publicKey) || !isPublicKey(publicKey)) {
      hits += 1
      return null
    }
    misses += 1
    return fills.get(publicKey) ?? fill(publicKey)
  }

  return {
    find,
    evict(publicKey) {
      keys.delete(publicKey)
      unknown.delete(publicKey)
      fills.delete(publicKey)
    },
    evictWorkspace(workspaceId) {
      for (const [publicKey, key] of keys)
        if (key.kind === 'workspace' && key.workspaceId === workspaceId) keys.delete(publicKey)
      // Whose they are is not known before they are read.
      fills.clear()
    },
    clear() {
      keys.clear()
      unknown.clear()
      fills.clear()
    },
    get size() {
      return keys.size
    },
    get hits() {
      return hits
    },
    get misses() {
      return misses
    },
  }
}

/** The newest keys of a workspace, ready to verify with: as many as are worth a look when a signature is explained. */
export async function newestKeys(
  cache: Pick<KeyCache, 'find'>,
  { executor, workspaceId }: { executor: Executor; workspaceId: string },
): Promise<WorkspaceKey[]> {
  const publicKeys = await newestPublicKeys(executor, { workspaceId, limit: NEWEST_KEYS_MAX })
  const keys = await Promise.all(publicKeys.map(async (publicKey) => cache.find(publicKey)))
  return keys.filter((key) => key?.kind === 'workspace')
}

/** Map order is the order of use: the first entry is the one that was not found for the longest time. */
function remember<V>(map: Map<string, V>, name: string, value: V, max: number): void {
  if (map.size >= max) map.delete(map.keys().next().value as string)
  map.set(name, value)
}

let finds = 0
// Moving an entry at every find would cost more than the verification; once in 16 is enough to tell hot from cold.
const TOUCH_EVERY = 16

function touch<V>(map: Map<string, V>, name: string, value: V): void {
  finds = (finds + 1) % TOUCH_EVERY
  if (finds !== 0) return
  map.delete(name)
  map.set(name, value)
}

function verificationKey(
  { key, isSuspended, secrets }: NonNullable<Awaited<ReturnType<typeof findVerificationRows>>>,
  sealer: Sealer,
): VerificationKey {
  return {
    kind: 'workspace',
    isSuspended,
    workspaceId: key.workspace_id,
    mode: key.mode,
    currencyType: key.currency_type,
    ...signingKey(key),
    secrets: secrets.map((secret) =>
      verificationSecret(secret, {
        sealer,
        name: secretName({ keyId: key.id, mode: key.mode, version: secret.version }),
      }),
    ),
  }
}

function operatorKey(
  { key, secrets }: NonNullable<Awaited<ReturnType<typeof findOperatorVerificationRows>>>,
  sealer: Sealer,
): OperatorKey {
  return {
    kind: 'operator',
    ...signingKey(key),
    secrets: secrets.map((secret) =>
      verificationSecret(secret, {
        sealer,
        name: operatorSecretName({ keyId: key.id, version: secret.version }),
      }),
    ),
  }
}

type SigningRow = Pick<
  KeyRow,
  | 'id'
  | 'public_key'
  | 'name'
  | 'algorithm'
  | 'enabled'
  | 'expires_at'
  | 'revoked_at'
  | 'scopes'
  | 'ip_allowlist'
  | 'rate_limit_per_minute'
>

function signingKey(row: SigningRow): Omit<SigningKey, 'secrets'> {
  return {
    id: row.id,
    publicKey: row.public_key,
    name: row.name,
    algorithm: row.algorithm,
    enabled: row.enabled,
    expiresAt: row.expires_at?.getTime() ?? null,
    revokedAt: row.revoked_at?.getTime() ?? null,
    scopes: scopeSet(row.scopes),
    allowlist: allowlistOf(row.ip_allowlist),
    rateLimitPerMinute: row.rate_limit_per_minute,
  }
}

const SCOPE_SETS_MAX = 1_000
const scopeSets = new Map<string, ReadonlySet<string>>()

/** Most keys have one of a few lists of scopes: those share one set instead of holding ten texts each. */
function scopeSet(scopes: readonly string[]): ReadonlySet<string> {
  const name = scopes.join(' ')
  let set = scopeSets.get(name)
  if (!set) {
    set = new Set(scopes)
    if (scopeSets.size < SCOPE_SETS_MAX) scopeSets.set(name, set)
  }
  return set
}

function verificationSecret(
  row: SecretRow,
  { name, sealer }: { name: string; sealer: Sealer },
): VerificationSecret {
  const secret = row.sealed ? sealer.open(row.sealed, name) : null
  return {
    version: row.version,
    expiresAt: row.expires_at?.getTime() ?? null,
    secret,
    hmac: secret ? hmacKey(secret) : null,
    ed25519: row.ed25519_public_key && ed25519KeyObject(row.ed25519_public_key),
  }
}

/** @param raw the 32 bytes of an Ed25519 public key (RFC 8032 §5.1.5) */
export function ed25519KeyObject(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
}

/** The associated data under which a secret is sealed: it opens for this key, mode and version only. */
export function secretName({ keyId, mode, version }: { keyId: string; mode: Mode; version: number }): string {
  return `api-key-secret:${keyId}:${mode}:${version}`
}

/** The same for a secret of an operator key, which has no mode. */
export function operatorSecretName({ keyId, version }: { keyId: string; version: number }): string {
  return `operator-key-secret:${keyId}:${version}`
}
