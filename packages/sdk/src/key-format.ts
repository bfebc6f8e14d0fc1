/** What is wrong with a key that was given to the SDK. */
export type KeyFormatReason =
  | 'missing'
  | 'surrounded'
  | 'public-key-as-secret'
  | 'secret-key-as-public'
  | 'webhook-secret-as-key'
  | 'not-a-key'
  | 'bad-checksum'
  | 'mode-differs'

/** A key that cannot work, found before anything was sent. The message says what to do and never holds the key. */
export class KeyFormatError extends Error {
  override name = 'KeyFormatError'
  readonly reason: KeyFormatReason
  constructor(reason: KeyFormatReason, message: string) {
    super(message)
    this.reason = reason
  }
}

const PUBLIC_KEY = /^pk_(test|prod|op)_[0-9A-Za-z]{28}$/
const SECRET_KEY = /^sk_(test|prod|op)_[0-9A-Za-z]{49}$/
const CHECKSUM_LENGTH = 6
const MODE_NAMES: Record<string, string> = {
  test: 'Test Mode',
  prod: 'Production Mode',
  op: 'the operator API',
}

/**
 * Refuses keys that a server could only refuse: the wrong kind, of two modes, mistyped, or with something around them.
 * @throws KeyFormatError
 */
export function assertKeyPair(publicKey: string, secretKey: string): void {
  assertPublicKey(publicKey)
  assertSecretKey(secretKey)
  const publicMode = modeOf(publicKey)
  const secretMode = modeOf(secretKey)
  if (publicMode !== secretMode) {
    throw new KeyFormatError(
      'mode-differs',
      `The public key is for ${MODE_NAMES[publicMode]}, the secret key for ${MODE_NAMES[secretMode]}. Use the two halves of one key.`,
    )
  }
}

/** @throws KeyFormatError */
export function assertPublicKey(publicKey: string): void {
  assertBare(publicKey, 'public key', 'publicKey')
  if (publicKey.startsWith('sk_')) {
    throw new KeyFormatError(
      'secret-key-as-public',
      'A secret key (sk_…) was given as publicKey. Pass the public key (pk_…) there: it travels with every request, the secret never does.',
    )
  }
  assertNoWebhookSecret(publicKey, 'publicKey')
  assertShape(publicKey, PUBLIC_KEY, 'public key', 'pk_test_… or pk_prod_… with 28 characters after it')
}

function assertSecretKey(secretKey: string): void {
  assertBare(secretKey, 'secret key', 'secretKey')
  if (secretKey.startsWith('pk_')) {
    throw new KeyFormatError(
      'public-key-as-secret',
      'A public key (pk_…) was given as secretKey. Pass the secret key (sk_…), which was shown once when the key was made; if it is lost, rotate the key.',
    )
  }
  assertNoWebhookSecret(secretKey, 'secretKey')
  assertShape(secretKey, SECRET_KEY, 'secret key', 'sk_test_… or sk_prod_… with 49 characters after it')
}

function assertBare(key: unknown, what: string, option: string): asserts key is string {
  if (typeof key !== 'string' || key.trim() === '') {
    throw new KeyFormatError(
      'missing',
      `No ${what} was given. Set ${option}, for example from an environment variable, and check that the variable is set.`,
    )
  }
  if (key !== key.trim() || /^["'`]|["'`]$/.test(key)) {
    throw new KeyFormatError(
      'surrounded',
      `The ${what} has whitespace, a line break or quotes around it. Remove them: every character is part of the key.`,
    )
  }
}

function assertNoWebhookSecret(key: string, option: string): void {
  if (key.startsWith('whsec_')) {
    throw new KeyFormatError(
      'webhook-secret-as-key',
      `A webhook secret (whsec_…) was given as ${option}. It verifies webhooks; requests are signed with the keys of the API Keys page.`,
    )
  }
}

function assertShape(key: string, pattern: RegExp, what: string, shape: string): void {
  if (!pattern.test(key)) {
    throw new KeyFormatError('not-a-key', `This is not a ${what}: expected ${shape}. Copy it again, whole.`)
  }
  const body = key.slice(0, -CHECKSUM_LENGTH)
  if (checksum(body) !== key.slice(-CHECKSUM_LENGTH)) {
    throw new KeyFormatError(
      'bad-checksum',
      `The ${what} is mistyped: its checksum does not fit. Copy it again.`,
    )
  }
}

function modeOf(key: string): string {
  return key.split('_')[1] ?? ''
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** CRC-32/IEEE of the text as six base62 digits, left-padded. */
function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** CRC-32/IEEE of ASCII text, bit by bit: it runs once per key, so a table would only be more to read. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index)
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
