import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { testClock } from '../clock.ts'
import { Problem } from '../problems.ts'
import { testVerifier, verificationKey, type RawRequest } from './test-verifier.ts'

type Case = {
  name: string
  after?: string
  request: RawRequest
  expect:
    | { accepted: true; public_key: string; secret_key_index: number | null; signature_base: string }
    | { accepted?: undefined; code: string; signature_base?: string }
}
type Data = {
  server: { public_url: string; authority: string; now: number }
  keys: {
    public_key: string
    mode: 'test' | 'production'
    status: 'active' | 'expired' | 'disabled' | 'revoked' | 'absent'
    secret_keys: string[]
    retired_secret_keys: string[]
    ed25519_public_key_base64: string | null
  }[]
  cases: Case[]
}

const data = JSON.parse(
  readFileSync(new URL('../../../../conformance/requests.json', import.meta.url), 'utf8'),
) as Data
const nowMs = data.server.now * 1000
const keys = data.keys
  .filter((key) => key.status !== 'absent')
  .map((key) =>
    verificationKey({
      publicKey: key.public_key,
      mode: key.mode,
      secrets: [
        ...key.secret_keys.map((secret, index) => ({
          secret,
          expiresAt: index === 0 ? null : nowMs + 60_000,
        })),
        ...key.retired_secret_keys.map((secret) => ({ secret, expiresAt: nowMs - 1000 })),
      ],
      ed25519PublicKey: key.ed25519_public_key_base64
        ? Buffer.from(key.ed25519_public_key_base64, 'base64')
        : null,
      enabled: key.status !== 'disabled',
      expiresAt: key.status === 'expired' ? nowMs - 1000 : null,
      revokedAt: key.status === 'revoked' ? nowMs - 1000 : null,
    }),
  )

const verify = () =>
  testVerifier({ clock: testClock(nowMs), keys, authorities: new Set([data.server.authority]) })

async function refusalOf(request: RawRequest, before: RawRequest | undefined): Promise<Problem> {
  const send = verify()
  if (before) await send(before)
  try {
    await send(request)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('the request was accepted')
}

const good = data.cases.filter((one) => one.expect.accepted)
// What carries no signature at all never reaches the verifier; the doors answer it, and their test holds that.
const bad = data.cases.filter(
  (one) => !one.expect.accepted && (one.expect as { code: string }).code !== 'signature-missing',
)

describe('conformance of signed requests', () => {
  it('the data holds at least 40 good and 120 bad requests', () => {
    expect(good.length).toBeGreaterThanOrEqual(40)
    expect(bad.length).toBeGreaterThanOrEqual(120)
  })

  it.each(good.map((one) => [one.name, one] as const))(
    'accepts: %s',
    async (_name, { request, expect: wanted }) => {
      const verification = await verify()(request)
      expect(verification.read?.base).toBe(wanted.signature_base)
      expect(verification.key?.publicKey).toBe((wanted as { public_key: string }).public_key)
    },
  )

  it.each(bad.map((one) => [one.name, one] as const))(
    'refuses: %s',
    async (_name, { request, after, expect: wanted }) => {
      const refusal = await refusalOf(request, data.cases.find((one) => one.name === after)?.request)
      expect(refusal.code, refusal.detail).toBe((wanted as { code: string }).code)
      if (wanted.signature_base !== undefined)
        expect(refusal.extra?.['signature_base']).toBe(wanted.signature_base)
      if (refusal.code === 'signature-invalid')
        expect(refusal.extra?.['likely_cause']).toEqual(expect.any(String))
    },
  )
})
