/** Made-up requests that look like a platform's: few routes, many ids, most of them asked for more than once. */
import { randomFillSync } from 'node:crypto'
import { newId, type IdKind } from '../packages/server/src/ids.ts'
import type { RequestRecord } from '../packages/server/src/transaction-logs/record-request.ts'

export const BIG_WORKSPACE = 'wks_big'
/** Some of the ids that were made, to ask for. */
export const RECENT_IDS: string[] = []

const BIG_SHARE = 0.92
const KEYS = 39
const RECENT_MAX = 5_000
const ROUTES: [method: string, path: string, weight: number][] = [
  ['POST', '/v1/transactions', 25],
  ['GET', '/v1/transactions/txn_*', 25],
  ['GET', '/v1/transactions', 15],
  ['GET', '/v1/balances', 10],
  ['GET', '/v1/me', 8],
  ['GET', '/v1/accounts', 5],
  ['GET', '/v1/accounts/acc_*/entries', 4],
  ['GET', '/v1/webhook-logs', 3],
  ['GET', '/v1/events', 3],
  ['GET', '/v1/events/evt_*', 1],
  ['POST', '/v1/transactions/txn_*/cancel', 1],
]
const OUTCOMES: [status: number, code: string | null, share: number][] = [
  [200, null, 0.93],
  [422, 'invalid-input', 0.03],
  [404, 'not-found', 0.015],
  [401, 'signature-invalid', 0.01],
  [429, 'rate-limited', 0.005],
  [409, 'idempotency-key-in-use', 0.0095],
  [500, 'internal-error', 0.0005],
]

let made = 0
const objects = new Map<string, string[]>()

/** One request at a time, with headers and bodies of a few hundred bytes. */
export function requestRecord(nowMs: number): RequestRecord {
  made += 1
  const big = Math.random() < BIG_SHARE
  let key = big ? `key_${Math.floor(KEYS * Math.random() ** 2.5)}` : `key_s${Math.floor(Math.random() * 2)}`
  let [method, route] = pick(ROUTES, 100)
  let [status, code] = pick(OUTCOMES, 1)
  if (big && Math.random() < 0.0005)
    [key, method, route] = ['key_rare', 'DELETE', '/v1/webhook-endpoints/ep_*']
  if (made === 500_000)
    [key, method, route, status, code] = ['key_1', 'GET', '/v1/me', 503, 'service-unavailable']
  const id = newId('req', nowMs)
  if (made % 2_000 === 0) RECENT_IDS.push(id)
  return {
    id,
    createdAt: nowMs,
    workspaceId: big || status === 503 ? BIG_WORKSPACE : `wks_${Math.floor(Math.random() * 50)}`,
    apiKeyId: key,
    secretVersion: status === 401 ? null : 1,
    mode: 'test',
    currencyType: 'fiat',
    method,
    path: route.replace(/([a-z]+)_\*/, (_, kind: string) => object(kind as IdKind, nowMs)),
    query: route === '/v1/transactions' && method === 'GET' ? 'limit=50&status=completed' : '',
    status,
    code,
    durationMs: Math.random() * 30,
    ip: `203.0.113.${made % 250}`,
    userAgent: 'countersign-sdk/0.1.0 node/20.20.0',
    requestHeaders: requestHeaders(method),
    requestBody: method === 'POST' ? Buffer.from(requestBody()) : null,
    isBodyJson: true,
    responseHeaders: RESPONSE_HEADERS,
    responseBody: responseBody(status, code),
    idempotencyKey: method === 'POST' ? text(20) : null,
    transactionId: method === 'POST' && status < 300 ? `txn_${text(26)}` : null,
    eventIds: method === 'POST' && status < 300 ? [`evt_${text(26)}`] : [],
    diagnosis:
      status === 401 ? { signature_base: '"@method": GET', likely_cause: 'The secret differs.' } : null,
  }
}

/** A new object, or one that was asked for before. */
function object(kind: IdKind, nowMs: number): string {
  const recent = objects.get(kind) ?? []
  objects.set(kind, recent)
  if (recent.length > 1_000 && Math.random() < 0.6)
    return recent[Math.floor(Math.random() * recent.length)] as string
  const id = newId(kind, nowMs)
  if (recent.length < RECENT_MAX) recent.push(id)
  else recent[Math.floor(Math.random() * RECENT_MAX)] = id
  return id
}

function requestHeaders(method: string): string[] {
  const headers = [
    ['Host', 'api.example.com'],
    ['User-Agent', 'countersign-sdk/0.1.0 node/20.20.0'],
    ['Accept', 'application/json'],
    [
      'Signature-Input',
      `sig1=("@method" "@authority" "@path" "@query");created=1763856000;nonce="${text(22)}";keyid="pk_test_${text(28)}"`,
    ],
    ['Signature', `sig1=:${text(43)}=:`],
    ['Connection', 'keep-alive'],
  ].flat()
  if (method === 'POST')
    headers.push(
      'Content-Type',
      'application/json',
      'Content-Digest',
      `sha-256=:${text(43)}=:`,
      'Idempotency-Key',
      text(20),
    )
  return headers
}

const RESPONSE_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  ratelimit: '"key";r=5999;t=60',
  'ratelimit-policy': '"key";q=6000;w=60',
  'content-length': 431,
}

function requestBody(): string {
  const amount = (Math.random() * 1000).toFixed(2)
  return `{"type":"deposit","amount":"${amount}","currency":"USD","reference":"INV-${text(8)}","description":"Order ${text(10)} from the web shop","metadata":{"customer":"cus_${text(20)}","order":"${text(12)}"}}`
}

function responseBody(status: number, code: string | null): string {
  if (code !== null)
    return `{"type":"https://api.example.com/problems/${code}","title":"Refused","status":${status},"code":"${code}"}`
  return `{"id":"txn_${text(26)}","type":"deposit","status":"pending","amount":"10.00","currency":"USD","account_id":"acc_${text(26)}","mode":"test","currency_type":"fiat","sequence":12,"request_id":"req_${text(26)}","created_at":"2025-11-23T12:00:00.000Z","completed_at":null,"failure":null,"metadata":{"customer":"cus_${text(20)}"}}`
}

const random = Buffer.alloc(1 << 16)
let offset = random.length

/** Random text that costs little to make. */
function text(length: number): string {
  if (offset + length > random.length) {
    randomFillSync(random)
    offset = 0
  }
  offset += length
  return random.toString('hex', offset - Math.ceil(length / 2), offset).slice(0, length)
}

function pick<T extends [...unknown[], number]>(weighted: readonly T[], total: number): T {
  let left = Math.random() * total
  return weighted.find((one) => (left -= one.at(-1) as number) < 0) ?? (weighted[0] as T)
}
