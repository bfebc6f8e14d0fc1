import { randomBytes } from 'node:crypto'
import type { Answer, Caller, PastServer } from './past-server.ts'
import type { Receivers } from './receivers.ts'

export type DemoKey = { id: string; publicKey: string; secretKey: string }
export type KeyName = 'checkout' | 'treasury' | 'backoffice' | 'reports' | 'pipeline' | 'mobile' | 'staging'

/** The workspace of the story: a shop that takes cards and crypto, its person, keys and endpoints. */
export type Shop = {
  email: string
  password: string
  isOperator: boolean
  keys: Record<KeyName, DemoKey>
  /** A key before its rotation: who forgot to deploy the new secret still signs with it. */
  checkoutBefore: DemoKey | null
  member(method: string, path: string, body?: unknown): Promise<Answer>
}

export const DEMO_EMAIL = 'demo@example.com'
const PASSWORD_BYTES = 12
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export const CALLERS = {
  checkout: { ip: '203.0.113.24', userAgent: 'lumen-checkout/4.2 (node 22)' },
  checkoutOld: { ip: '203.0.113.31', userAgent: 'lumen-checkout/4.1 (node 20)' },
  treasury: { ip: '198.51.100.7', userAgent: 'treasury-bot/1.8 python-requests/2.32' },
  backoffice: { ip: '192.0.2.44', userAgent: 'Lumen Back Office (Java/21)' },
  reports: { ip: '192.0.2.45', userAgent: 'nightly-reports/0.9 Go-http-client/2.0' },
  pipeline: { ip: '198.51.100.90', userAgent: 'ci-smoke-test/1.0 curl/8.9' },
  mobile: { ip: '203.0.113.77', userAgent: 'lumen-mobile-api/2.0 okhttp/4.12' },
} satisfies Record<string, Caller>

/** Opens the account and makes what it starts its month with. */
export async function openShop(server: PastServer, receivers: Receivers, endMs: number): Promise<Shop> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url')
  const account = { name: 'Dana Whitfield', email: DEMO_EMAIL, password, workspace_name: 'Lumen & Loom' }
  const token = await server.setupToken()
  const opened = token
    ? expectOk(await server.asMember(null, 'POST', '/v1/setup', { ...account, token }))
    : expectOk(await server.asMember(null, 'POST', '/auth/sign-up/email', account))
  const signedIn = opened.headers['set-cookie']
    ? opened
    : expectOk(await server.asMember(null, 'POST', '/auth/sign-in/email', { email: DEMO_EMAIL, password }))
  const cookie = [signedIn.headers['set-cookie']]
    .flat()
    .map((line) => String(line).split(';')[0])
    .join('; ')
  const member: Shop['member'] = async (method, path, body) =>
    expectOk(await server.asMember(cookie, method, path, body))

  const create = async (name: string, more: object = {}): Promise<DemoKey> => {
    const key = { name, mode: 'test', currency_type: 'fiat', expires_at: null, ...more }
    const { body } = await member('POST', '/v1/api-keys', key)
    const text = (member: string) => String(body[member])
    return { id: text('id'), publicKey: text('public_key'), secretKey: text('secret_key') }
  }
  const day = (days: number) => new Date(endMs + days * DAY_MS).toISOString()
  // A key cannot be made with an expiry in the past.
  const expired = new Date(Math.max(endMs - 9 * DAY_MS, server.now() + HOUR_MS)).toISOString()
  const keys = {
    checkout: await create('Checkout server'),
    treasury: await create('Treasury (crypto)', { currency_type: 'crypto' }),
    backoffice: await create('Back office', { ip_allowlist: ['192.0.2.0/24'] }),
    reports: await create('Nightly reports', {
      scopes: ['balances:read', 'transactions:read', 'accounts:read', 'reports:read'],
      expires_at: day(5),
    }),
    pipeline: await create('CI smoke test', { expires_at: expired, rate_limit_per_minute: 120 }),
    mobile: await create('Mobile backend'),
    staging: await create('Staging'),
  }
  const endpoint = async (name: Parameters<Receivers['url']>[0], more: object): Promise<void> => {
    await member('POST', '/v1/webhook-endpoints', { url: receivers.url(name), ...more })
  }
  await endpoint('orders', { description: 'Order service: ships when money is there', event_types: ['*'] })
  await endpoint('ledger', {
    description: 'Bookkeeping',
    event_types: ['transaction.completed', 'transaction.failed', 'balance.updated'],
    ordering: 'object',
  })
  await endpoint('crm', { description: 'CRM sync', event_types: ['transaction.completed'] })
  await endpoint('legacy', { description: 'The old shop', event_types: ['transaction.completed'] })
  return { email: DEMO_EMAIL, password, isOperator: token !== null, keys, checkoutBefore: null, member }
}

/** @throws Error when the server refused what the story needs */
export function expectOk(answer: Answer): Answer {
  if (answer.status < 300) return answer
  throw new Error(`The server answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}
