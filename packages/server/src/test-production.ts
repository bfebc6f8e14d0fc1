import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setupLink } from './sessions/setup.ts'
import { totp } from './sessions/test-totp.ts'
import {
  isJsonAnswer,
  signHeaders,
  TEST_ORIGIN,
  type SignOptions,
  type TestAnswer,
  type TestApp,
  type TestKey,
  type TestMember,
} from './test-app.ts'

export const PASSWORD = 'a long enough password'
export const PROFILE = { legal_name: 'Acme B.V.', country: 'NL', contact_email: 'money@acme.example' }

/** What a person does with the API alone: keeps cookies, comes from our own pages. */
export type TestPerson = TestMember & { cookies: Map<string, string> }

/** The account of the printed setup link: an operator with a workspace of their own. */
export async function setUpOperator(app: TestApp, name = 'Olga'): Promise<TestPerson> {
  const link = await setupLink(app)
  if (!link) throw new Error('there is no setup link any more')
  const token = new URL(link).searchParams.get('token')
  const email = `${name.toLowerCase()}@platform.example`
  const person = visitor(app)
  const answer = await person.request('POST', '/v1/setup', {
    body: { token, name, email, password: PASSWORD },
  })
  if (answer.status !== 201) throw new Error(`setup answered ${answer.status}: ${answer.text}`)
  return identify(person, email)
}

/** Somebody who signs up; OPERATOR_EMAILS may make them an operator once their address is verified. */
export async function signUpPerson(app: TestApp, email: string): Promise<TestPerson> {
  const person = visitor(app)
  const answer = await person.request('POST', '/auth/sign-up/email', {
    body: { name: 'Some One', email, password: PASSWORD },
  })
  if (answer.status !== 200) throw new Error(`sign-up answered ${answer.status}: ${answer.text}`)
  return identify(person, email)
}

/** Sets up an authenticator app, as its person would (RFC 6238). */
export async function enrolSecondFactor(person: TestPerson): Promise<void> {
  const started = await person.request('POST', '/auth/two-factor/enable', { body: { password: PASSWORD } })
  const uri = new URL(started.body['totpURI'] as string)
  const code = totp(uri.searchParams.get('secret') as string)
  const confirmed = await person.request('POST', '/auth/two-factor/verify-totp', { body: { code } })
  if (confirmed.status !== 200)
    throw new Error(`the code was answered ${confirmed.status}: ${confirmed.text}`)
}

/** Opens the link of the verification mail, which an operator reads where there is no SMTP server. */
export async function verifyEmail(app: TestApp, operator: TestMember, person: TestMember): Promise<void> {
  const { body } = await operator.request('GET', '/v1/operator/mail?limit=100')
  const mail = body['data'].find(
    (one: { to: string; kind: string }) => one.to === person.email && /verif/.test(one.kind),
  )
  const { body: read } = await operator.request('GET', `/v1/operator/mail/${mail.id}`)
  const link = new URL(/https?:\/\/\S+/.exec(read['text'] as string)?.[0] ?? '')
  const opened = await person.request('GET', link.pathname + link.search)
  if (opened.status >= 400) throw new Error(`the link answered ${opened.status}: ${opened.text}`)
  void app
}

/** Everything that opens Production Mode, by the calls that the pages make. */
export async function openProduction(
  app: TestApp,
  {
    operator,
    person,
    currencyType = 'fiat',
  }: { operator: TestMember; person: TestPerson; currencyType?: string },
): Promise<void> {
  const me = await person.request('GET', '/v1/me')
  if (!me.body['user'].two_factor_enabled) await enrolSecondFactor(person)
  if (!me.body['user'].email_verified) await verifyEmail(app, operator, person)
  await person.request('PATCH', '/v1/workspace', { body: PROFILE })
  const rail = { currency_type: currencyType, enabled: true, deposit_instructions: 'IBAN NL00 BANK 0000' }
  await operator.request('PUT', '/v1/operator/rails', { body: rail })
  await person.request('POST', `/v1/activation/${currencyType}/request`)
  const approved = await operator.request('POST', approvalPath(person.workspaceId, currencyType, 'approve'))
  if (!approved.body['production_open'])
    throw new Error(`Production Mode is still locked: ${JSON.stringify(approved.body['items'])}`)
}

export const approvalPath = (workspaceId: string, currencyType: string, verb: string) =>
  `/v1/operator/activations/${workspaceId}/${currencyType}/${verb}`

export type SocketOptions = SignOptions & {
  /** The address to dial, where it is not loopback. */
  host?: string
  authority?: string
}

/**
 * Sends a signed request over a real connection: production keys are refused where peer and listener are not known.
 * The application must listen.
 */
export function signedOverSocket(
  app: Pick<TestApp, 'app' | 'clock'>,
  key: Pick<TestKey, 'publicKey' | 'secretKey'>,
  method: string,
  path: string,
  { host = '127.0.0.1', authority = 'localhost:4747', ...options }: SocketOptions = {},
): Promise<TestAnswer> {
  const payload = options.body === undefined ? undefined : JSON.stringify(options.body)
  const headers = signHeaders(key, { method, path, payload, nowMs: app.clock.now(), authority, ...options })
  const { port } = app.app.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host, port, method, path, headers: { ...headers, host: authority }, agent: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const body = text.startsWith('{') ? (JSON.parse(text) as TestAnswer['body']) : {}
          resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers, text })
        })
      },
    )
    sent.on('error', reject)
    sent.end(payload)
  })
}

let visitors = 0

function visitor(app: TestApp) {
  // Everybody comes from an address of their own, or the throttle would take them for one.
  const remoteAddress = `198.51.100.${(visitors += 1)}`
  const cookies = new Map<string, string>()
  const request: TestMember['request'] = async (method, path, { body, mode, headers } = {}) => {
    const answer = await app.app.inject({
      method: method as 'GET',
      url: path,
      remoteAddress,
      headers: {
        host: 'localhost:4747',
        origin: TEST_ORIGIN,
        ...(cookies.size > 0 ? { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } : {}),
        ...(mode ? { 'countersign-mode': mode } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    for (const { name, value } of answer.cookies) cookies.set(name, value)
    return {
      status: answer.statusCode,
      body: isJsonAnswer(answer) ? (JSON.parse(answer.body) as TestAnswer['body']) : {},
      headers: answer.headers,
      text: answer.body,
    }
  }
  return { cookies, request }
}

async function identify(person: ReturnType<typeof visitor>, email: string): Promise<TestPerson> {
  const me = await person.request('GET', '/v1/me')
  return {
    ...person,
    email,
    cookie: '',
    workspaceId: me.body['workspace'].id as string,
    userId: me.body['user'].id as string,
  }
}
