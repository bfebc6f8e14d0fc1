// What operators see: Production Mode that was opened, real money that waits for them, keys and event types of the
// platform itself.
import { Countersign } from '../../../sdk/src/index.ts'
import { totp } from '../../../server/src/sessions/test-totp.ts'
import type { Call, MadeKey } from './seed.ts'

type SeededPlatform = { operatorKeyId: string; workspaceId: string; settlementId: string }

/** @param password of the operator, who sets up a second factor with it */
export async function seedPlatform(call: Call, origin: string, password: string): Promise<SeededPlatform> {
  const operatorKey = await call<{ id: string }>('POST', '/v1/operator/keys', {
    name: 'Orders service',
    scopes: ['operator:verify'],
    expires_at: null,
  })
  await call('POST', '/v1/operator/event-types', {
    type: 'card.issued',
    description: 'A card was issued.',
    schema: { type: 'object', properties: { card_id: { type: 'string' } }, required: ['card_id'] },
    example: { card_id: 'card_123' },
  })
  const workspaceId = await openProduction(call, password)
  const key = await call<MadeKey>('POST', '/v1/api-keys', {
    name: 'Checkout, live',
    mode: 'production',
    currency_type: 'fiat',
    expires_at: null,
  })
  const live = new Countersign({ baseUrl: origin, publicKey: key.public_key, secretKey: key.secret_key })
  let settlementId = ''
  for (const [amount, reference] of [
    ['125.50', 'order-1041'],
    ['18400.00', 'order-1042'],
  ] as const)
    settlementId = (await live.transactions.create({ type: 'deposit', amount, currency: 'USD', reference }))
      .id
  await call('POST', '/v1/operator/unmatched-deposits', {
    currency: 'USD',
    amount: '640.00',
    reference: 'BANK-77120',
    sender: 'Nordlys Handel AS',
    text: 'invoice 3320',
  })
  return { operatorKeyId: operatorKey.id, workspaceId, settlementId }
}

/** Opens Production Mode of the operator's own workspace for fiat; crypto stays with a request. @returns its id */
async function openProduction(call: Call, password: string): Promise<string> {
  const { totpURI } = await call<{ totpURI: string }>('POST', '/auth/two-factor/enable', { password })
  const secret = new URL(totpURI).searchParams.get('secret') ?? ''
  await call('POST', '/auth/two-factor/verify-totp', { code: totp(secret) })
  await call('PATCH', '/v1/workspace', {
    legal_name: 'Lumen & Loom B.V.',
    country: 'NL',
    contact_email: 'money@lumen.example',
  })
  const { workspace } = await call<{ workspace: { id: string } }>('GET', '/v1/me')
  await call('PUT', '/v1/operator/rails', {
    currency_type: 'fiat',
    enabled: true,
    deposit_instructions: 'Pay to NL00 BANK 0000 0000 00, and name the reference code.',
  })
  for (const currencyType of ['fiat', 'crypto']) await call('POST', `/v1/activation/${currencyType}/request`)
  await call('POST', `/v1/operator/activations/${workspace.id}/fiat/approve`, { reason: null })
  return workspace.id
}
