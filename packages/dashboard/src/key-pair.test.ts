import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bringPublicHalf, pemOf, readPublicHalf } from './key-pair.ts'

describe('the pair of an Ed25519 key', () => {
  it('made in the browser signs what its registered public half verifies, and its PEM is that private key', async () => {
    const { publicHalf, pair } = await bringPublicHalf({ from: 'browser' })
    const message = Buffer.from('what is signed')
    const signature = sign(null, message, createPrivateKey(pemOf(pair!)))
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicHalf, 'base64').toString('base64url') },
      format: 'jwk',
    })
    expect(verify(null, message, publicKey, signature)).toBe(true)
    expect(
      Buffer.from(await crypto.subtle.sign('Ed25519', pair!.privateKey, message)).equals(signature),
    ).toBe(true)
    expect(pair!.pkcs8).toHaveLength(64) // one PEM line, one line of a .env file
  })

  it('is taken as base64 or as a PEM file', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(readPublicHalf(` ${raw}\n`)).toBe(raw)
    expect(readPublicHalf(pem)).toBe(raw)
    expect(readPublicHalf(pem.replaceAll('\n', '\r\n'))).toBe(raw)
  })

  it('is refused before sending when it is private, of another kind, or no key', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(() => readPublicHalf(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toThrow(
      /was not sent/,
    )
    const bare = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    for (const text of [bare, rsa.export({ format: 'pem', type: 'spki' }).toString(), '', 'pk_test_abc'])
      expect(() => readPublicHalf(text), text).toThrow('The public key cannot be read')
  })
})
