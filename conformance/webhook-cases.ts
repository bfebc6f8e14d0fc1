import { createHash, createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

/** Seconds since 1970 at which the receiver looks at each case, unless the case has its own. */
export const webhookNow = 1763856000

export type WebhookCase = {
  name: string
  now: number
  /** `whsec_…`: each may have made a `v1` signature. */
  secrets: string[]
  /** `whpk_…`: each may verify a `v1a` signature. */
  public_keys: string[]
  headers: [string, string][]
  body_base64: string
  expect: { accepted: true } | { reason: string }
}

const bytesOf = (seed: string) => createHash('sha256').update(seed).digest()
const secretOf = (seed: string) => `whsec_${bytesOf(seed).toString('base64')}`
const privateKeyOf = (seed: Buffer) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })
const publicKeyOf = (key: KeyObject) =>
  `whpk_${createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`

const SECRET = secretOf('endpoint')
const OLD_SECRET = secretOf('endpoint before its rotation')
const STRANGER = secretOf('another endpoint')
const PLATFORM = privateKeyOf(bytesOf('platform'))
const STRANGER_PLATFORM = privateKeyOf(bytesOf('another platform'))
const ID = 'evt_01k9x4q8z7m3n5p2r6s8t0v1w4'
const BODY = `{"id":"${ID}","type":"transaction.completed","timestamp":"2025-11-23T00:00:00Z","mode":"test","sequence":1,"data":{}}`

type Sent = { id: string; timestamp: string; body: Buffer }

/** Standard Webhooks: HMAC-SHA256 with the decoded secret over `id.timestamp.body`. */
function v1({ id, timestamp, body }: Sent, secret = SECRET): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

function v1a({ id, timestamp, body }: Sent, key = PLATFORM): string {
  return `v1a,${sign(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), key).toString('base64')}`
}

type Draft = {
  id?: string | null
  timestamp?: string | null
  body?: string | Buffer
  secrets?: string[]
  publicKeys?: string[]
  /** The webhook-signature header from what is sent; a `v1` signature by default; null leaves it out. */
  signature?: (sent: Sent) => string | null
  /** What arrives in place of the signed body, id or timestamp. */
  arrives?: { id?: string; timestamp?: string; body?: string | Buffer }
  headerNames?: [string, string, string]
}

const accepted: Record<string, Draft> = {
  'one v1 signature': {},
  'one v1a signature': { signature: v1a, secrets: [], publicKeys: [publicKeyOf(PLATFORM)] },
  'v1 and v1a, receiver knows both': {
    signature: (sent) => `${v1(sent)} ${v1a(sent)}`,
    publicKeys: [publicKeyOf(PLATFORM)],
  },
  'v1 and v1a, receiver knows the secret only': { signature: (sent) => `${v1(sent)} ${v1a(sent)}` },
  'v1 and v1a, receiver knows the public key only': {
    signature: (sent) => `${v1(sent)} ${v1a(sent)}`,
    secrets: [],
    publicKeys: [publicKeyOf(PLATFORM)],
  },
  'during a rotation, receiver knows the new secret': {
    signature: (sent) => `${v1(sent, SECRET)} ${v1(sent, OLD_SECRET)}`,
  },
  'during a rotation, receiver knows the old secret': {
    signature: (sent) => `${v1(sent, SECRET)} ${v1(sent, OLD_SECRET)}`,
    secrets: [OLD_SECRET],
  },
  'receiver knows two secrets': { signature: (sent) => v1(sent, OLD_SECRET), secrets: [SECRET, OLD_SECRET] },
  'receiver knows two public keys': {
    signature: v1a,
    secrets: [],
    publicKeys: [publicKeyOf(STRANGER_PLATFORM), publicKeyOf(PLATFORM)],
  },
  'an unknown version beside v1': { signature: (sent) => `v2,abc= ${v1(sent)}` },
  "a stranger's v1 beside ours": { signature: (sent) => `${v1(sent, STRANGER)} ${v1(sent)}` },
  'header names in another case': { headerNames: ['Webhook-Id', 'Webhook-Timestamp', 'Webhook-Signature'] },
  'UTF-8 in the body': { body: '{"name":"Zürich 😀"}' },
  'a body that is not UTF-8': { body: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]) },
  'whitespace around the body': { body: ` ${BODY}\r\n` },
  'an empty body': { body: '' },
  'sent 300 seconds ago': { timestamp: String(webhookNow - 300) },
  'sent 300 seconds ahead': { timestamp: String(webhookNow + 300) },
}

const refused: Record<string, Record<string, Draft>> = {
  'header-missing': {
    'no webhook-id': { id: null },
    'no webhook-timestamp': { timestamp: null },
    'no webhook-signature': { signature: () => null },
    'an empty webhook-signature': { signature: () => '' },
    'an empty webhook-id': { id: '' },
  },
  'header-malformed': {
    'timestamp that is a date': { timestamp: '2025-11-23T00:00:00Z' },
    'timestamp with a fraction': { timestamp: `${webhookNow}.0` },
    'timestamp with letters after it': { timestamp: `${webhookNow}x` },
    'timestamp in hex': { timestamp: `0x${webhookNow.toString(16)}` },
    'negative timestamp': { timestamp: `-${webhookNow}` },
    'timestamp of 17 digits': { timestamp: '17638560000000000' },
    'a dot in webhook-id': { id: `${ID}.1` },
  },
  'timestamp-too-old': {
    'sent 301 seconds ago': { timestamp: String(webhookNow - 301) },
    'sent at zero': { timestamp: '0' },
  },
  'timestamp-too-new': {
    'sent 301 seconds ahead': { timestamp: String(webhookNow + 301) },
    'timestamp in milliseconds': { timestamp: String(webhookNow * 1000) },
  },
  'signature-mismatch': {
    "another endpoint's secret": { signature: (sent) => v1(sent, STRANGER) },
    'the secret taken as text, not decoded': {
      signature: ({ id, timestamp, body }) =>
        `v1,${createHmac('sha256', SECRET).update(`${id}.${timestamp}.`).update(body).digest('base64')}`,
    },
    "another platform's key": {
      signature: (sent) => v1a(sent, STRANGER_PLATFORM),
      publicKeys: [publicKeyOf(PLATFORM)],
    },
    'v1a when the receiver knows the secret only': { signature: v1a },
    'v1 when the receiver knows the public key only': { secrets: [], publicKeys: [publicKeyOf(PLATFORM)] },
    'a v1 signature named v1a': {
      signature: (sent) => v1(sent).replace('v1,', 'v1a,'),
      publicKeys: [publicKeyOf(PLATFORM)],
    },
    'a v1a signature named v1': {
      signature: (sent) => v1a(sent).replace('v1a,', 'v1,'),
      publicKeys: [publicKeyOf(PLATFORM)],
    },
    'an unknown version': { signature: (sent) => v1(sent).replace('v1,', 'v2,') },
    'a signature without its version': { signature: (sent) => v1(sent).slice(3) },
    'a version without its signature': { signature: () => 'v1,' },
    'the signature in hex': {
      signature: (sent) => `v1,${Buffer.from(v1(sent).slice(3), 'base64').toString('hex')}`,
    },
    'the signature cut short': {
      signature: (sent) =>
        `v1,${Buffer.from(v1(sent).slice(3), 'base64').subarray(0, 16).toString('base64')}`,
    },
    'signatures separated by commas': { signature: (sent) => `v1,AAAA,${v1(sent)}` },
    'another body': { arrives: { body: BODY.replace('"sequence":1', '"sequence":2') } },
    'the body serialised anew': { body: '{ "a": 1 }', arrives: { body: '{"a":1}' } },
    'the body without its line break': { body: `${BODY}\n`, arrives: { body: BODY } },
    'another id': { arrives: { id: `${ID.slice(0, -1)}5` } },
    'another timestamp': { arrives: { timestamp: String(webhookNow - 1) } },
    'a timestamp with a zero before it': { arrives: { timestamp: `0${webhookNow}` } },
  },
}

function build(name: string, draft: Draft, expect: WebhookCase['expect']): WebhookCase {
  const sent: Sent = {
    id: draft.id ?? (draft.id === null ? '' : ID),
    timestamp: draft.timestamp ?? String(webhookNow),
    body: Buffer.from(draft.body ?? BODY),
  }
  const signature = (draft.signature ?? ((message) => v1(message)))(sent)
  const [idName, timestampName, signatureName] = draft.headerNames ?? [
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
  ]
  const headers: [string, string][] = [['content-type', 'application/json']]
  if (draft.id !== null) headers.push([idName, draft.arrives?.id ?? sent.id])
  if (draft.timestamp !== null) headers.push([timestampName, draft.arrives?.timestamp ?? sent.timestamp])
  if (signature !== null) headers.push([signatureName, signature])
  return {
    name,
    now: webhookNow,
    secrets: draft.secrets ?? [SECRET],
    public_keys: draft.publicKeys ?? [],
    headers,
    body_base64: Buffer.from(draft.arrives?.body ?? sent.body).toString('base64'),
    expect,
  }
}

/** Every webhook case, made and signed with node:crypto alone. */
export function webhookCases(): WebhookCase[] {
  return [
    ...Object.entries(accepted).map(([name, draft]) => build(name, draft, { accepted: true })),
    ...Object.entries(refused).flatMap(([reason, drafts]) =>
      Object.entries(drafts).map(([name, draft]) => build(name, draft, { reason })),
    ),
  ]
}
