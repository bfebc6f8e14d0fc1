import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { newWebhookSecret, signWebhook } from './sign.ts'

const vectors = JSON.parse(
  readFileSync(new URL('../../../../conformance/vectors/standard-webhooks.json', import.meta.url), 'utf8'),
) as {
  message: { id: string; timestamp: string; body: string }
  cases: { scheme: string; secret: string; signature: string }[]
}

test('signatures equal the published vectors of Standard Webhooks', () => {
  const { id, timestamp, body } = vectors.message
  for (const { secret, signature } of vectors.cases.filter(({ scheme }) => scheme === 'v1'))
    expect(
      signWebhook({ id, timestampSeconds: Number(timestamp), body }, { secrets: [secret], privateKey: null }),
    ).toBe(signature)
})

test('a new secret is whsec_ and 32 bytes in padded standard base64, and an independent library takes it', () => {
  const secret = newWebhookSecret()
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const timestampSeconds = Math.floor(Date.now() / 1000)
  const body = '{"text":"müßig 💶"}'
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(
      { id: 'evt_1', timestampSeconds, body },
      { secrets: [newWebhookSecret(), secret], privateKey: null },
    ),
  }
  expect(new Webhook(secret).verify(body, headers)).toEqual({ text: 'müßig 💶' })
  expect(() => new Webhook(secret).verify(body.replace('m', 'M'), headers)).toThrow()
})

test('v1a signatures equal the published vectors of Standard Webhooks', () => {
  const { id, timestamp, body } = vectors.message
  const cases = vectors.cases.filter(({ scheme }) => scheme === 'v1a')
  expect(cases.length).toBeGreaterThan(0)
  for (const { secret, signature } of cases) {
    // whsk_ holds the seed and the public half after it; RFC 8410 §7 is the frame around the seed.
    const seed = Buffer.from(secret.slice('whsk_'.length), 'base64').subarray(0, 32)
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    expect(signWebhook({ id, timestampSeconds: Number(timestamp), body }, { secrets: [], privateKey })).toBe(
      signature,
    )
  }
})
