import { createPrivateKey, createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { webhooks } from './testing/conformance.ts'
import {
  signWebhook,
  verifyWebhook,
  verifyWebhookSignature,
  WebhookVerificationError,
} from './webhook-signature.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const { message } = webhooks.vectors
const publicKeyOf = (whsk: string) =>
  `whpk_${Buffer.from(whsk.slice(5), 'base64').subarray(32).toString('base64')}`

describe('the published Standard Webhooks vectors', () => {
  for (const { scheme, secret, signature } of webhooks.vectors.cases) {
    const signing = scheme === 'v1' ? { secret } : { privateKey: secret }
    const verifying = scheme === 'v1' ? { secret } : { publicKey: publicKeyOf(secret) }

    it(`${scheme}: the same signature`, async () => {
      const headers = await signWebhook({ ...message, timestamp: Number(message.timestamp), ...signing })
      expect(headers['webhook-signature']).toBe(signature)
    })

    it(`${scheme}: the signature is accepted`, async () => {
      const headers = {
        'webhook-id': message.id,
        'webhook-timestamp': message.timestamp,
        'webhook-signature': signature,
      }
      const given = { body: message.body, headers, now: Number(message.timestamp), ...verifying }
      expect((await verifyWebhookSignature(given)).id).toBe(message.id)
      if (scheme === 'v1') expect(await verifyWebhook(given)).toEqual(JSON.parse(message.body))
    })
  }
})

describe("the platform's key", () => {
  const whsk = webhooks.vectors.cases.find(({ scheme }) => scheme === 'v1a')!.secret
  const publicKey = publicKeyOf(whsk)
  const signed = async (body: string) => ({
    body,
    headers: { ...(await signWebhook({ id: 'evt_1', body, privateKey: whsk })) },
  })

  it('vouches for the events of one workspace only, because it signs those of all', async () => {
    const given = await signed('{"id":"evt_1","workspace_id":"wks_1"}')
    expect(await verifyWebhook({ ...given, publicKey, workspaceId: 'wks_1' })).toMatchObject({ id: 'evt_1' })
    await expect(verifyWebhook({ ...given, publicKey, workspaceId: 'wks_2' })).rejects.toMatchObject({
      reason: 'workspace-mismatch',
    })
    await expect(verifyWebhook({ ...given, publicKey })).rejects.toThrow(/workspaceId/)
    const nameless = await signed('null')
    await expect(verifyWebhook({ ...nameless, publicKey, workspaceId: 'wks_1' })).rejects.toMatchObject({
      reason: 'workspace-mismatch',
    })
  })
})

describe('the conformance data', () => {
  it.each(webhooks.cases)(
    '$name',
    async ({ now, secrets, public_keys, headers, body_base64, expect: expected }) => {
      const body = Buffer.from(body_base64, 'base64')
      for (const form of [new Headers(headers), Object.fromEntries(headers)]) {
        const outcome: unknown = await verifyWebhookSignature({
          body,
          headers: form,
          secret: secrets,
          publicKey: public_keys,
          now,
        }).then(
          () => ({ accepted: true }),
          (error: WebhookVerificationError) => ({ reason: error.reason }),
        )
        expect(outcome).toEqual(expected)
      }
    },
  )
})

describe('beside the standardwebhooks package', () => {
  const anyWebhook = fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
    body: fc.json().map((text) => text),
    secret: fc
      .uint8Array({ minLength: 24, maxLength: 64 })
      .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
  })

  it('the package verifies what we sign', async () => {
    await fc.assert(
      fc.asyncProperty(anyWebhook, async ({ id, body, secret }) => {
        const headers = await signWebhook({ id, body, secret })
        expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
      }),
    )
  })

  it('we verify what the package signs', async () => {
    await fc.assert(
      fc.asyncProperty(anyWebhook, async ({ id, body, secret }) => {
        const at = new Date()
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign(id, at, body),
        }
        expect(await verifyWebhook({ body, headers, secret })).toEqual(JSON.parse(body))
      }),
    )
  })
})

describe('verifyWebhook', () => {
  it('refuses every changed byte of id, timestamp and body, under v1 and v1a', async () => {
    const seed = Buffer.alloc(32, 9)
    const privateKey = `whsk_${seed.toString('base64')}`
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
      format: 'der',
      type: 'spki',
    })
    const publicKey = `whpk_${spki.subarray(-32).toString('base64')}`
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.constantFrom(0, 1, 2),
        async (body, at, part) => {
          const headers = await signWebhook({
            id: 'evt_1',
            timestamp: 1_763_856_000,
            body,
            secret: SECRET,
            privateKey,
          })
          const signed = { body, headers, secret: SECRET, publicKey, now: 1_763_856_000 }
          await verifyWebhookSignature(signed)
          const changed = Uint8Array.from(body)
          changed[at % changed.length]! ^= 1 << (at % 8)
          const forged = [
            { ...signed, body: changed },
            { ...signed, headers: { ...headers, 'webhook-id': 'evt_2' } },
            { ...signed, headers: { ...headers, 'webhook-timestamp': '1763856001' } },
          ][part]!
          await expect(verifyWebhookSignature(forged)).rejects.toBeInstanceOf(WebhookVerificationError)
        },
      ),
    )
  })

  it('refuses a signed body that is not JSON', async () => {
    const headers = await signWebhook({ id: 'evt_1', body: 'not json', secret: SECRET })
    await expect(verifyWebhook({ body: 'not json', headers, secret: SECRET })).rejects.toMatchObject({
      reason: 'body-malformed',
    })
  })

  it('looks at 16 signatures at most', async () => {
    const headers = await signWebhook({ id: 'evt_1', body: '{}', secret: SECRET })
    const many = `${'v1,AAAA '.repeat(16)}${headers['webhook-signature']}`
    const result = verifyWebhook({
      body: '{}',
      headers: { ...headers, 'webhook-signature': many },
      secret: SECRET,
    })
    await expect(result).rejects.toMatchObject({ reason: 'signature-mismatch' })
  })

  it.each([
    ['an API secret', { secret: keyLike('sk_test_') }],
    ['a secret with a line break', { secret: `${SECRET}\n` }],
    ['a secret without its prefix', { secret: SECRET.slice(6) }],
    ['an empty secret', { secret: 'whsec_' }],
    ['a private key as public key', { publicKey: webhooks.vectors.cases[1]!.secret }],
    ['nothing to verify with', {}],
    ['an empty list', { secret: [] }],
  ])('says what to do when given %s', async (_name, given) => {
    const headers = await signWebhook({ id: 'evt_1', body: '{}', secret: SECRET })
    await expect(verifyWebhook({ body: '{}', headers, workspaceId: 'wks_1', ...given })).rejects.toThrow(
      /whsec_|whpk_/,
    )
  })

  it('says what to do when given a parsed body', async () => {
    const headers = await signWebhook({ id: 'evt_1', body: '{}', secret: SECRET })
    await expect(verifyWebhook({ body: {} as never, headers, secret: SECRET })).rejects.toThrow(
      'exactly as it is sent or was received',
    )
  })
})

function keyLike(prefix: string): string {
  return `${prefix}${'a'.repeat(49)}`
}
