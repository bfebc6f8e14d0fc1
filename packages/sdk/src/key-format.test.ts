import { describe, expect, it } from 'vitest'
import { Countersign } from './client.ts'
import { assertKeyPair, KeyFormatError } from './key-format.ts'
import { signRequest } from './request-signature.ts'
import { keyNamed, requests } from './testing/conformance.ts'

const key = keyNamed('active')
const PUBLIC = key.public_key
const SECRET = key.secret_keys[0]!
const PRODUCTION_SECRET = keyNamed('production').secret_keys[0]!

/** The text with one character in its middle replaced by another letter. */
const mistype = (text: string) => `${text.slice(0, 20)}${text[20] === 'a' ? 'b' : 'a'}${text.slice(21)}`

const refusals: [name: string, publicKey: string, secretKey: string, reason: string, says: string][] = [
  ['a public key as secret', PUBLIC, PUBLIC, 'public-key-as-secret', 'Pass the secret key (sk_…)'],
  [
    'a webhook secret as secret',
    PUBLIC,
    'whsec_AAAA',
    'webhook-secret-as-key',
    'requests are signed with the keys',
  ],
  ['a secret of another mode', PUBLIC, PRODUCTION_SECRET, 'mode-differs', 'Use the two halves of one key'],
  ['a mistyped secret', PUBLIC, mistype(SECRET), 'bad-checksum', 'Copy it again'],
  ['a secret cut short', PUBLIC, SECRET.slice(0, -1), 'not-a-key', 'Copy it again, whole'],
  ['a secret with a line break', PUBLIC, `${SECRET}\n`, 'surrounded', 'Remove them'],
  ['a secret with a space before it', PUBLIC, ` ${SECRET}`, 'surrounded', 'Remove them'],
  ['a secret in quotes', PUBLIC, `"${SECRET}"`, 'surrounded', 'Remove them'],
  ['an empty secret', PUBLIC, '', 'missing', 'environment variable'],
  ['no secret at all', PUBLIC, undefined as never, 'missing', 'environment variable'],
  ['any other text as secret', PUBLIC, 'hunter2hunter2', 'not-a-key', 'expected sk_test_'],
  ['a secret key as public key', SECRET, SECRET, 'secret-key-as-public', 'the secret never does'],
  ['a webhook secret as public key', 'whsec_AAAA', SECRET, 'webhook-secret-as-key', 'API Keys page'],
  ['a mistyped public key', mistype(PUBLIC), SECRET, 'bad-checksum', 'Copy it again'],
  ['a public key with a line break', `${PUBLIC}\r\n`, SECRET, 'surrounded', 'Remove them'],
  ['a public key of no known mode', PUBLIC.replace('test', 'live'), SECRET, 'not-a-key', 'expected pk_test_'],
]

describe('keys are refused before anything is sent', () => {
  it.each(refusals)('%s', async (_name, publicKey, secretKey, reason, says) => {
    const refused = [
      () => assertKeyPair(publicKey, secretKey),
      () => new Countersign({ baseUrl: 'http://localhost:4747', publicKey, secretKey }),
      () => signRequest({ method: 'GET', url: 'http://localhost:4747/v1/me', publicKey, secretKey }),
    ]
    for (const attempt of refused) {
      const error: unknown = await Promise.resolve()
        .then(attempt)
        .then(
          () => null,
          (thrown: unknown) => thrown,
        )
      expect(error).toBeInstanceOf(KeyFormatError)
      expect(error).toMatchObject({ reason, message: expect.stringContaining(says) as string })
    }
  })

  it('no message holds the key', () => {
    for (const [, publicKey, secretKey] of refusals) {
      const error = (() => {
        try {
          assertKeyPair(publicKey, secretKey)
        } catch (thrown) {
          return String(thrown)
        }
      })()
      expect(error).toBeDefined()
      for (const given of [SECRET.slice(8, 40), PRODUCTION_SECRET.slice(8, 40), 'hunter2'])
        expect(error).not.toContain(given)
    }
  })

  it('every key of the conformance data is accepted', () => {
    const pairs = requests.keys.flatMap(({ public_key, secret_keys, retired_secret_keys }) =>
      [...secret_keys, ...retired_secret_keys].map((secret) => [public_key, secret] as const),
    )
    expect(pairs.length).toBeGreaterThan(8)
    for (const [publicKey, secret] of pairs) expect(() => assertKeyPair(publicKey, secret)).not.toThrow()
  })
})
