import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { buildRequest } from './build-request.ts'
import { goodRequests } from './good-requests.ts'

type Body = { body: string; body_encoding: 'utf8' | 'base64' }
type ReceiptFile = {
  request: {
    method: string
    authority: string
    path: string
    query: string
    headers: Record<string, string>
  } & Body
  response: { status: number; headers: Record<string, string> } & Body
  public_key: { kty: string; crv: string; x: string; kid: string }
}

export type ReceiptCase = {
  name: string
  /** Ids of the keys that the verifier trusts. */
  trusted: string[]
  receipt: ReceiptFile
  /** What was asked for and when it was signed: a server with the key makes the same bytes of it. */
  signed: { accept_signature: string; created: number } | null
  expect: { accepted: true; key_id: string } | { reason: string }
}

const privateKeyOf = (seed: string): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      createHash('sha256').update(seed).digest(),
    ]),
    format: 'der',
    type: 'pkcs8',
  })
const jwkOf = (key: KeyObject) => {
  const x = createPublicKey(key).export({ format: 'jwk' }).x as string
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
  return { kty: 'OKP', crv: 'Ed25519', x, kid }
}

const PLATFORM = privateKeyOf('platform receipts')
const STRANGER = privateKeyOf('another platform receipts')
const CREATED = 1763856001

/** The keys of the cases; the first is the platform's. */
export const receiptKeys = [PLATFORM, STRANGER].map((key) => ({
  public_key: jwkOf(key),
  private_key_pem: key.export({ format: 'pem', type: 'pkcs8' }) as string,
}))

const digestOf = (bytes: string) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`

type Draft = {
  /** The name of a good request. */
  of: string
  status?: number
  body?: string
  label?: string
  nonce?: string
  key?: KeyObject
  trusted?: string[]
  /** What the signer covers, from all that it should. */
  cover?: (components: string[]) => string[]
  parameters?: (text: string) => string
  /** What is changed after the signature was made. */
  after?: (receipt: ReceiptFile) => void
}

function build(name: string, draft: Draft): Omit<ReceiptCase, 'expect'> {
  const { request } = buildRequest(draft.of, goodRequests[draft.of]!)
  const headers = Object.fromEntries(request.headers.map(([field, value]) => [field.toLowerCase(), value]))
  const [path = '', query = ''] = request.target.split(/(?=\?)/)
  const sent: ReceiptFile['request'] = {
    method: request.method,
    authority: headers['host']!.toLowerCase(),
    path,
    query: query || '?',
    headers,
    body: Buffer.from(request.body_base64 ?? '', 'base64').toString(),
    body_encoding: 'utf8',
  }
  const status = draft.status ?? 200
  const body = draft.body ?? '{"ok":true}'
  const key = draft.key ?? PLATFORM
  const jwk = jwkOf(key)
  const label = draft.label ?? 'receipt'

  const [, requestLabel = '', inner = ''] =
    /^([a-z0-9*_.-]+)=\(([^)]*)\)/.exec(headers['signature-input']!) ?? []
  const value = new Map<string, string>([
    ['"@status"', String(status)],
    ['"content-digest"', digestOf(body)],
  ])
  const own: Record<string, string> = {
    '@method': sent.method,
    '@authority': sent.authority,
    '@path': sent.path,
    '@query': sent.query,
  }
  for (const component of inner.split(' ')) {
    const field = component.slice(1, -1)
    value.set(`${component};req`, own[field] ?? headers[field]!)
  }
  value.set(`"signature";req;key="${requestLabel}"`, headers['signature']!.slice(requestLabel.length + 1))

  const components = draft.cover?.([...value.keys()]) ?? [...value.keys()]
  const nonce = draft.nonce === undefined ? '' : `;nonce="${draft.nonce}"`
  const plain = `(${components.join(' ')});created=${CREATED};keyid="${jwk.kid}";alg="ed25519"${nonce};tag="countersign-receipt"`
  const parameters = draft.parameters?.(plain) ?? plain
  const base = [
    ...components.map((one) => `${one}: ${value.get(one)}`),
    `"@signature-params": ${parameters}`,
  ].join('\n')
  const receipt: ReceiptFile = {
    request: sent,
    response: {
      status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-digest': digestOf(body),
        'signature-input': `${label}=${parameters}`,
        signature: `${label}=:${sign(null, Buffer.from(base), key).toString('base64')}:`,
      },
      body,
      body_encoding: 'utf8',
    },
    public_key: jwk,
  }
  const isPlain = key === PLATFORM && !draft.cover && !draft.parameters && !draft.after
  draft.after?.(receipt)
  return {
    name,
    trusted: draft.trusted ?? [jwkOf(PLATFORM).kid],
    receipt,
    signed: isPlain
      ? {
          accept_signature: `${label}=("@status" "content-digest");created${nonce};tag="countersign-receipt"`,
          created: CREATED,
        }
      : null,
  }
}

const GET = 'GET with a query'
const POST = 'POST with an Idempotency-Key'

const accepted: Record<string, Draft> = {
  'a GET': { of: GET },
  'a POST with a body': { of: POST, status: 201, body: '{"id":"txn_1","amount":"10.00"}' },
  'no content': { of: GET, status: 204, body: '' },
  'a refusal': { of: POST, status: 422, body: '{"code":"invalid-input"}' },
  'UTF-8 in the answer': { of: GET, body: '{"name":"Zürich 😀"}' },
  'another label and a nonce': { of: GET, label: 'mine', nonce: 'n-1' },
  'a verifier that trusts two keys': { of: GET, trusted: receiptKeys.map(({ public_key: { kid } }) => kid) },
}

const without = (text: string) => (components: string[]) => components.filter((one) => !one.startsWith(text))
const refused: Record<string, Record<string, Draft>> = {
  'signature-mismatch': {
    'another status': { of: GET, after: ({ response }) => (response.status = 201) },
    'another path': { of: GET, after: ({ request }) => (request.path = '/v1/balances') },
    'another method': { of: GET, after: ({ request }) => (request.method = 'DELETE') },
    'another authority': { of: GET, after: ({ request }) => (request.authority = 'evil.example') },
    'another query': { of: GET, after: ({ request }) => (request.query = '?limit=99') },
    "another request's signature": {
      of: GET,
      after: ({ request }) =>
        (request.headers['signature'] = request.headers['signature']!.replace(
          /=:(.)/,
          (_all, first: string) => `=:${first === 'A' ? 'B' : 'A'}`,
        )),
    },
    'a body and its digest changed together': {
      of: GET,
      after: ({ response }) => {
        response.body = '{"ok":false}'
        response.headers['content-digest'] = digestOf('{"ok":false}')
      },
    },
    'made at another time': {
      of: GET,
      after: ({ response }) =>
        (response.headers['signature-input'] = response.headers['signature-input']!.replace(
          String(CREATED),
          String(CREATED + 1),
        )),
    },
  },
  'digest-mismatch': {
    "another answer's body": { of: GET, after: ({ response }) => (response.body = '{"ok":false}') },
    'one space more': { of: GET, after: ({ response }) => (response.body += ' ') },
    "another request's body": { of: POST, after: ({ request }) => (request.body += ' ') },
    "the request's body left out": { of: POST, after: ({ request }) => (request.body = '') },
    'no digest of the answer': {
      of: GET,
      after: ({ response }) => delete response.headers['content-digest'],
    },
  },
  'not-covered': {
    'no status': { of: GET, cover: without('"@status"') },
    'no digest': { of: GET, cover: without('"content-digest"') },
    'no path': { of: GET, cover: without('"@path"') },
    'no digest of the request': { of: POST, cover: without('"content-digest";req') },
    'no signature of the request': { of: GET, cover: without('"signature"') },
    'a body, with its digest, beside a request that signed none': {
      of: GET,
      after: ({ request }) => {
        request.body = '{"amount":"99.00"}'
        request.headers['content-digest'] = digestOf(request.body)
      },
    },
  },
  'key-unknown': {
    'a key that is not trusted': { of: GET, key: STRANGER },
    'a trusted key beside the name of another': {
      of: GET,
      key: STRANGER,
      after: (receipt) => (receipt.public_key = jwkOf(PLATFORM)),
    },
    'the name of a trusted key beside another': {
      of: GET,
      after: (receipt) => (receipt.public_key = { ...jwkOf(STRANGER), kid: jwkOf(PLATFORM).kid }),
    },
  },
  malformed: {
    'another algorithm': { of: GET, parameters: (text) => text.replace('"ed25519"', '"none"') },
    'no time': { of: GET, parameters: (text) => text.replace(`;created=${CREATED}`, '') },
    'a component twice': { of: GET, cover: (components) => [...components, '"@status"'] },
    'a signature of 63 bytes': {
      of: GET,
      after: ({ response }) =>
        (response.headers['signature'] = `receipt=:${Buffer.alloc(63).toString('base64')}:`),
    },
    'a signature that is not base64': {
      of: GET,
      after: ({ response }) => (response.headers['signature'] = 'receipt=:~:'),
    },
    'a Signature-Input that does not end': {
      of: GET,
      after: ({ response }) => (response.headers['signature-input'] += ';x="'),
    },
    'no public key': { of: GET, after: (receipt) => (receipt.public_key.x = '') },
    'no request': { of: GET, after: (receipt) => delete (receipt as Partial<ReceiptFile>).request },
  },
  missing: {
    'another tag': { of: GET, parameters: (text) => text.replace('countersign-receipt', 'else') },
    'no signature': { of: GET, after: ({ response }) => delete response.headers['signature-input'] },
  },
}

export function receiptCases(): ReceiptCase[] {
  const bad = Object.entries(refused).flatMap(([reason, drafts]) =>
    Object.entries(drafts).map(([name, draft]) => ({ ...build(name, draft), expect: { reason } })),
  )
  const good = Object.entries(accepted).map(([name, draft]) => {
    const one = build(name, draft)
    return { ...one, expect: { accepted: true as const, key_id: one.receipt.public_key.kid } }
  })
  return [...good, ...bad]
}
