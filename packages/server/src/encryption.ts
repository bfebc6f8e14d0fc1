import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Seals values so that a database dump alone reveals none of them. */
export type Sealer = {
  /**
   * @param associated what the value belongs to (key id, mode, version): opening it under any other name fails
   * @returns `v1.<master key id>.<nonce>.<ciphertext and tag>`, the last two in base64url
   */
  seal(plain: Buffer, associated: string): string
  /** @throws SealError when the value was changed, belongs elsewhere, or names an unknown master key */
  open(sealed: string, associated: string): Buffer
  /** Bytes for another use, derived by HKDF-SHA-256 (RFC 5869) from every master key, the sealing one first. */
  deriveAll(purpose: string, bytes: number): { masterKeyId: string; bytes: Buffer }[]
  /** Names the master key that seals. */
  readonly masterKeyId: string
  /** Names all that open, the sealing one first. */
  masterKeyIds(): string[]
  /**
   * Reads the master keys anew where they can change under a running server: the first seals from now on, the
   * ones from before go on opening until the process ends.
   * @throws SealError when what is there now holds no key
   */
  refresh(): void
}

export class SealError extends Error {
  override name = 'SealError'
}

const MASTER_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
// A database full of values under a lost key must not read the file for each of them.
const LOOK_INTERVAL_MS = 500

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per value.
 * @param masterKeys 32 bytes each; the first seals, all open
 * @param reread gives the master keys as they are now, where they come from a file. A value that names an unknown
 *   key makes it look, so that what `master-key rotate` has just sealed opens at once.
 */
export function createSealer(masterKeys: readonly Buffer[], reread?: () => readonly Buffer[]): Sealer {
  let ring = keyRing(masterKeys)
  let looked = Number.NEGATIVE_INFINITY

  function refresh(): void {
    if (!reread) return
    const fresh = keyRing(reread())
    ring = { ...fresh, keys: new Map([...fresh.keys, ...ring.keys]) }
  }

  function keyOf(keyId: string): Buffer {
    if (!ring.keys.has(keyId) && performance.now() - looked > LOOK_INTERVAL_MS) {
      looked = performance.now()
      refresh()
    }
    const key = ring.keys.get(keyId)
    if (!key) throw new SealError(`sealed under master key ${keyId}, which is not among the master keys`)
    return key
  }

  return {
    get masterKeyId() {
      return ring.sealingId
    },
    masterKeyIds: () => [...ring.keys.keys()],
    refresh,
    seal(plain, associated) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', ring.first, nonce)
      cipher.setAAD(Buffer.from(associated))
      const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      return `v1.${ring.sealingId}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`
    },
    open(sealed, associated) {
      const [version, keyId, nonce, bytes, ...rest] = sealed.split('.')
      if (version !== 'v1' || !keyId || !nonce || !bytes || rest.length > 0)
        throw new SealError('not a sealed value')
      const body = Buffer.from(bytes, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId), Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(associated))
      decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()])
      } catch {
        throw new SealError(`the value sealed for ${associated} does not open: it was changed or moved`)
      }
    },
    deriveAll: (purpose, bytes) =>
      [...ring.keys].map(([id, key]) => ({ masterKeyId: id, bytes: derive(key, purpose, bytes) })),
  }
}

type KeyRing = { first: Buffer; sealingId: string; keys: Map<string, Buffer> }

function keyRing(masterKeys: readonly Buffer[]): KeyRing {
  const [first] = masterKeys
  if (!first) throw new SealError('no master key was given')
  const keys = new Map(masterKeys.map((key) => [masterKeyId(key), key]))
  return { first, sealingId: masterKeyId(first), keys }
}

function derive(masterKey: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `countersign/${purpose}`, bytes))
}

/** Eight hex digits that name a master key and reveal nothing about it. */
export function masterKeyId(key: Buffer): string {
  if (key.length !== MASTER_KEY_BYTES)
    throw new SealError(`a master key has 32 bytes, this one ${key.length}`)
  return createHash('sha256').update('countersign/master-key-id').update(key).digest('hex').slice(0, 8)
}

/** A fresh master key as it is written down: 32 random bytes in base64url. */
export function newMasterKey(): string {
  return randomBytes(MASTER_KEY_BYTES).toString('base64url')
}

/** Whether a text is a master key: 32 bytes in base64, base64url or hex. */
export function parseMasterKey(text: string): Buffer | null {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return null
  const bytes = Buffer.from(trimmed, 'base64url')
  return bytes.length === MASTER_KEY_BYTES ? bytes : null
}

/**
 * Reads the master keys from a file, one a line, the sealing one first; makes the file (mode 0600) with one
 * new key when there is none.
 * @param mayCreate false when the database already holds sealed values: a new key could not open them
 * @throws SealError when a line is not a key, or the file is missing and may not be made
 */
export function readMasterKeyFile(path: string, { mayCreate }: { mayCreate: boolean }): Buffer[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    if (!mayCreate)
      throw new SealError(
        `${path} is missing, and the database holds secrets that only it can open. Restore the file from your backup.`,
      )
    mkdirSync(dirname(path), { recursive: true })
    text = `${newMasterKey()}\n`
    // "wx": two servers that start at once must not each keep a key of its own.
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const keys = lines.map((line) => parseMasterKey(line))
  if (keys.length === 0 || keys.includes(null))
    throw new SealError(`${path} must hold one master key a line: 32 bytes in base64 or hex.`)
  return keys as Buffer[]
}
