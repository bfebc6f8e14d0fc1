// What the pictures show and the walk over every page needs: made through the public API by an operator who is signed
// in, so that no page is empty.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright-core'
import { Countersign } from '../../../sdk/src/index.ts'
import { seedPlatform } from './seed-platform.ts'

export type Call = <Result = unknown>(method: string, path: string, body?: object) => Promise<Result>
export type MadeKey = { id: string; public_key: string; secret_key: string }

export type Seeded = {
  /** An HMAC key that was rotated, with callers of both secrets. */
  rotatedKeyId: string
  operatorKeyId: string
  workspaceId: string
  /** Real money that waits for an operator. */
  settlementId: string
  endpointId: string
  transactionId: string
  accountId: string
  eventId: string
  deliveryId: string
  /** A request with a wrong signature. */
  refusedId: string
  /** Nobody has accepted it. */
  invitationToken: string
  /** Nobody has decided about it. */
  cliLoginId: string
}

const KEYS = [
  { name: 'Checkout, Frankfurt', currency_type: 'fiat' },
  {
    name: 'Payouts: nightly run with a name that is as long as names of keys get in a big company',
    currency_type: 'crypto',
  },
  { name: 'Till 100% North_1', currency_type: 'fiat', days: 3 },
  { name: 'Old integration', currency_type: 'fiat' },
]
const APPEARS_MS = 20_000

/** Calls as the person of a browser's context does. @returns a call that throws on every answer but 2xx */
export function callsOf(context: BrowserContext, origin: string): Call {
  return async <Result>(method: string, path: string, data?: object): Promise<Result> => {
    const answer = await context.request.fetch(origin + path, { method, data, headers: { Origin: origin } })
    const text = await answer.text()
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Result
  }
}

/** Fills the workspace of an operator. @param password theirs */
export async function seed(call: Call, origin: string, password: string): Promise<Seeded> {
  const [checkout, payouts, , old] = await makeKeys(call)
  await call('PATCH', `/v1/api-keys/${old!.id}`, { enabled: false })
  const receiver = await startReceiver()
  try {
    const endpoint = await call<{ id: string }>('POST', '/v1/webhook-endpoints', {
      url: receiver.url,
      event_types: ['*'],
      signature_schemes: ['v1', 'v1a'],
    })
    const transaction = await callAround({ call, origin, key: checkout!, wrongSecret: payouts!.secret_key })
    const platform = await seedPlatform(call, origin, password)
    return {
      ...platform,
      rotatedKeyId: checkout!.id,
      endpointId: endpoint.id,
      transactionId: transaction.id,
      accountId: await firstOf(call, '/v1/accounts'),
      eventId: await firstOf(call, '/v1/events'),
      deliveryId: await firstOf(call, '/v1/webhook-logs?status=delivered'),
      refusedId: await firstOf(call, '/v1/transaction-logs?code=signature-invalid'),
      ...(await seedPeople(call, origin)),
    }
  } finally {
    receiver.close()
  }
}

async function makeKeys(call: Call): Promise<MadeKey[]> {
  const keys: MadeKey[] = []
  for (const { days, ...rest } of KEYS) {
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : null
    keys.push(await call<MadeKey>('POST', '/v1/api-keys', { mode: 'test', expires_at, ...rest }))
  }
  return keys
}

type Around = { call: Call; origin: string; key: MadeKey; wrongSecret: string }

/** A deposit, a rotation, calls with both secrets, and one that is refused. */
async function callAround({ call, origin, key, wrongSecret }: Around): Promise<{ id: string }> {
  const options = { baseUrl: origin, publicKey: key.public_key }
  const before = new Countersign({ ...options, secretKey: key.secret_key })
  const transaction = await before.transactions.create({
    type: 'deposit',
    amount: '1250.00',
    currency: 'USD',
  })
  const rotated = await call<MadeKey>('POST', `/v1/api-keys/${key.id}/rotate`, { overlap_seconds: 86_400 })
  const after = new Countersign({ ...options, secretKey: rotated.secret_key })
  for (let n = 0; n < 3; n += 1) await after.me()
  await before.me()
  const wrong = new Countersign({ ...options, secretKey: wrongSecret })
  await wrong.me().catch(() => undefined) // the refusal is what the logs shall show
  return transaction
}

/** One who joined, one who has not answered yet, and a command line that waits for a person. */
async function seedPeople(
  call: Call,
  origin: string,
): Promise<{ invitationToken: string; cliLoginId: string }> {
  const invite = (email: string, role: string) =>
    call<{ invitation_token: string }>('POST', '/v1/invitations', { email, role, send_mail: false })
  const grace = await invite('grace.hopper@example.com', 'developer')
  await anonymously(origin, '/auth/sign-up/email', {
    name: 'Grace Hopper',
    email: 'grace.hopper@example.com',
    password: randomBytes(12).toString('base64url'),
    invitation_token: grace.invitation_token,
  })
  const waiting = await invite('annie.easley@example.com', 'viewer')
  const login = await anonymously<{ id: string }>(origin, '/v1/cli-logins', {
    device_name: 'ada-laptop',
    ed25519_public_key: randomBytes(32).toString('base64url'),
  })
  return { invitationToken: waiting.invitation_token, cliLoginId: login.id }
}

async function anonymously<Result>(origin: string, path: string, body: object): Promise<Result> {
  const headers = { 'Content-Type': 'application/json', Origin: origin }
  const answer = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Result
}

async function startReceiver(): Promise<{ url: string; close(): void }> {
  const server = createServer(
    (request, response) => void request.resume().on('end', () => response.end('ok')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/webhooks`, close: () => void server.close() }
}

/** The newest of a list, as soon as it has one. */
async function firstOf(call: Call, path: string): Promise<string> {
  for (const end = Date.now() + APPEARS_MS; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { data } = await call<{ data: { id: string }[] }>('GET', path)
    if (data[0]) return data[0].id
    if (Date.now() > end) throw new Error(`${path} stays empty`)
  }
}
