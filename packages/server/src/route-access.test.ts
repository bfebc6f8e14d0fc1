import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Access } from './http/app-type.ts'
import { newId, type IdKind } from './ids.ts'
import { newPublicKey, newSecretKey } from './keys/credentials.ts'
import { ALL_SCOPES } from './keys/scopes.ts'
import { ROLES, type CurrencyType, type Mode } from './sessions/principal.ts'
import {
  createTestApp,
  isJsonAnswer,
  TEST_ORIGIN,
  type SignOptions,
  type TestAnswer,
  type TestApp,
  type TestKey,
  type TestMember,
} from './test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from './test-production.ts'

type Route = TestApp['app']['apiRoutes'][number]
type Partition = 'test fiat' | 'test crypto' | 'production fiat'

/**
 * What the id in a path names, by the path up to it. A route whose id is missing here fails the suite: say what it
 * names, and whether the modes and currency types divide it.
 */
const OBJECTS: Record<string, { kind: IdKind; divided: boolean }> = {
  '/v1/sessions/:id': { kind: 'ses', divided: false },
  '/v1/members/:id': { kind: 'mem', divided: false },
  '/v1/invitations/:id': { kind: 'inv', divided: false },
  '/v1/api-keys/:id': { kind: 'key', divided: false },
  '/v1/cli-logins/:id': { kind: 'cli', divided: false },
  '/v1/transactions/:id': { kind: 'txn', divided: true },
  '/v1/test/transactions/:id': { kind: 'txn', divided: true },
  '/v1/accounts/:id': { kind: 'acc', divided: true },
  '/v1/webhook-endpoints/:id': { kind: 'ep', divided: true },
  '/v1/test/webhook-listeners/:id': { kind: 'ep', divided: true },
  '/v1/webhook-replays/:id': { kind: 'rpl', divided: true },
  '/v1/events/:id': { kind: 'evt', divided: true },
  '/v1/webhook-logs/:id': { kind: 'dlv', divided: true },
  '/v1/transaction-logs/:id': { kind: 'req', divided: true },
}
/** Ids that name no object of one workspace: an enumeration, and what operators see of all workspaces. */
const NOT_OF_A_WORKSPACE = /^\/v1\/operator\/|:currency_type/

/** What a route must be asked. */
const QUERIES: Record<string, string> = {
  '/v1/deposit-instructions': '?currency=USD',
  '/v1/usage/api-keys': `?api_key_id=${newId('key')}`,
}

/** A body that passes the route's schema, so that what is refused is the id. */
const BODIES: Record<string, unknown> = {
  'PATCH /v1/members/:id': { role: 'viewer' },
  'PATCH /v1/transactions/:id': { description: 'taken over' },
  'PATCH /v1/accounts/:id': { name: 'taken over' },
  'PATCH /v1/api-keys/:id': { name: 'taken over' },
  'POST /v1/api-keys/:id/rotate': { overlap_seconds: 0 },
  'POST /v1/cli-logins/:id/confirm': {
    code: 'BCDF-GHJK',
    mode: 'test',
    currency_type: 'fiat',
  },
  'PATCH /v1/webhook-endpoints/:id': { description: 'taken over' },
  'POST /v1/webhook-endpoints/:id/recover': { since: '2025-11-23T12:00:00Z' },
  'POST /v1/test/webhook-listeners/:id/attempts': {
    event_id: newId('evt'),
    number: 1,
    at: '2025-11-23T12:00:00Z',
    duration_ms: 1,
    request_headers: [],
    status_code: 200,
    response_headers: [],
    response_body: null,
    response_truncated: false,
    error: null,
    error_detail: null,
  },
  'POST /v1/webhook-endpoints/:id/replays': { created_after: '2025-11-23T12:00:00Z' },
  'POST /v1/test/transactions/:id/fail': { code: 'declined', message: 'taken over' },
}

let t: TestApp
let routes: Route[]
let ada: TestPerson
let eve: TestPerson
let olga: TestPerson
let adaKey: TestKey
let adaProductionKey: TestKey
let eveKey: TestKey
/** Ids of Ada's workspace, one of each kind in each mode and currency type. */
const adas: Record<Partition, Partial<Record<IdKind, string>>> = {
  'test fiat': {},
  'test crypto': {},
  'production fiat': {},
}

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  // The route that grades answers all of these with 200 and a grade: grade.test.ts.
  const isGraded = ({ access }: Route) => access.public === true && access.graded === true
  routes = t.app.apiRoutes.filter((route) => route.method !== 'HEAD' && !isGraded(route))
  olga = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  eve = await signUpPerson(t, 'eve@other.example')
  await openProduction(t, { operator: olga, person: ada })
  adaKey = await t.createKey(ada, { scopes: ALL_SCOPES })
  adaProductionKey = await t.createKey(ada, { mode: 'production', scopes: ALL_SCOPES })
  eveKey = await t.createKey(eve, { scopes: ALL_SCOPES })
  for (const partition of Object.keys(adas) as Partition[]) await fill(partition)
})
afterAll(() => t.stop())
// Refusals are counted by the minute; every test begins a new one.
beforeEach(() => t.clock.advance(61_000))

async function fill(partition: Partition): Promise<void> {
  const currencyType = partition.split(' ')[1] as CurrencyType
  const key =
    partition === 'production fiat'
      ? adaProductionKey
      : await t.createKey(ada, { currency_type: currencyType, scopes: ALL_SCOPES })
  const send = async (method: string, path: string, body?: unknown) => {
    const headers = { 'idempotency-key': newId('req') }
    const answer = await signedOverSocket(t, key, method, path, body === undefined ? {} : { body, headers })
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
    return answer
  }
  const currency = currencyType === 'fiat' ? 'USD' : 'BTC'
  const endpoint = await send('POST', '/v1/webhook-endpoints', {
    url: 'https://example.com/hooks',
    event_types: ['*'],
    currency_type: currencyType,
  })
  const account = await send('POST', '/v1/accounts', { currency, name: 'of Ada' })
  const deposit = { type: 'deposit', amount: '1.00', currency }
  const transaction = await send('POST', '/v1/transactions', deposit)
  const events = await send('GET', '/v1/events')
  const range = { created_after: '2025-11-23T12:00:00Z' }
  const replay = await send('POST', `/v1/webhook-endpoints/${endpoint.body['id']}/replays`, range)
  const deliveries = await send('GET', '/v1/webhook-logs')
  const half = randomBytes(32).toString('base64')
  const login = await unsigned('POST', '/v1/cli-logins', { device_name: 'laptop', ed25519_public_key: half })
  await ada.request('POST', `/v1/cli-logins/${login.body['id']}/refuse`)
  const own = await ada.request('GET', '/v1/sessions')
  const members = await ada.request('GET', '/v1/members')
  const email = `${partition.replaceAll(' ', '-')}@guest.example`
  const invited = await ada.request('POST', '/v1/invitations', { body: { email, role: 'viewer' } })
  adas[partition] = {
    inv: invited.body['id'],
    key: key.id,
    ep: endpoint.body['id'],
    acc: account.body['id'],
    txn: transaction.body['id'],
    evt: events.body['data'][0].id,
    dlv: deliveries.body['data'][0].id,
    rpl: replay.body['id'],
    req: String(transaction.headers['request-id']),
    cli: login.body['id'],
    ses: own.body['data'][0].id,
    mem: members.body['data'][0].id,
  }
}

const nameOf = (route: Route) => `${route.method} ${route.url}`
const isGuarded = (route: Route): route is Route & { access: Exclude<Access, { public: true }> } =>
  !route.access.public
// Operator keys have a suite of their own: forwarded/forwarded.test.ts.
const takesKeys = (route: Route) =>
  isGuarded(route) && route.access.doors.includes('key') && !route.access.operator
const takesMembers = (route: Route) => isGuarded(route) && route.access.doors.includes('member')
const objectOf = (route: Route) => {
  const prefix = Object.keys(OBJECTS).find((one) => route.url === one || route.url.startsWith(`${one}/`))
  return prefix === undefined ? null : OBJECTS[prefix]!
}

/** The route's path with an id in it; without one, an id of the right form that names nothing. */
function pathOf(route: Route, id?: string): string {
  const unknown = newId(objectOf(route)?.kind ?? 'txn')
  return (
    route.url.replace(':currency_type', 'fiat').replace(/:[a-z_]+/, id ?? unknown) +
    (QUERIES[route.url] ?? '')
  )
}
const bodyOf = (route: Route) =>
  route.method === 'GET' || route.method === 'DELETE' ? undefined : (BODIES[nameOf(route)] ?? {})

function asKey(key: Pick<TestKey, 'publicKey' | 'secretKey'>, options: SignOptions = {}) {
  return (route: Route, id?: string) =>
    t.signed(key, route.method, pathOf(route, id), { body: bodyOf(route), ...options })
}
function asMember(member: TestMember, options: { mode?: Mode; headers?: Record<string, string> } = {}) {
  return (route: Route, id?: string) =>
    member.request(route.method, pathOf(route, id), { body: bodyOf(route), ...options })
}

async function unsigned(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer> {
  const answer = await t.app.inject({
    method: method as 'GET',
    url: path,
    headers: {
      host: 'localhost:4747',
      origin: TEST_ORIGIN,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  const isJson = isJsonAnswer(answer)
  return {
    status: answer.statusCode,
    body: isJson ? (JSON.parse(answer.body) as TestAnswer['body']) : {},
    headers: answer.headers,
    text: answer.body,
  }
}

type Outcome = { status: number; code: string }

/** Sends every route and compares all the answers at once, so that a failure lists each route that differs. */
async function expectAll(
  some: Route[],
  send: (route: Route) => Promise<TestAnswer>,
  expected: (route: Route) => Outcome,
): Promise<void> {
  expect(some.length).toBeGreaterThan(0)
  const answers: Record<string, Outcome> = {}
  for (const route of some) {
    const { status, body } = await send(route)
    answers[nameOf(route)] = { status, code: String(body['code']) }
  }
  expect(answers).toEqual(Object.fromEntries(some.map((route) => [nameOf(route), expected(route)])))
}
const always = (status: number, code: string) => () => ({ status, code })

describe('every route under /v1 refuses', () => {
  it('whoever brings no credential', async () => {
    const send = (route: Route) => unsigned(route.method, pathOf(route), bodyOf(route))
    await expectAll(routes.filter(isGuarded), send, always(401, 'signature-missing'))
  })

  it('a HEAD without a credential as the GET beside it', async () => {
    const heads = t.app.apiRoutes.filter((route) => route.method === 'HEAD')
    for (const route of heads)
      expect([nameOf(route), (await unsigned('HEAD', pathOf(route))).status]).toEqual([nameOf(route), 401])
  })

  it('a session that does not exist, or a change from another site', async () => {
    const cookie = 'countersign.session_token=c2Vzc2lvbg.forged'
    const forged = (route: Route) => unsigned(route.method, pathOf(route), bodyOf(route), { cookie })
    await expectAll(routes.filter(isGuarded), forged, always(401, 'signature-missing'))
    const changes = routes.filter((route) => isGuarded(route) && route.method !== 'GET')
    const foreign = asMember(ada, { headers: { origin: 'https://evil.example' } })
    await expectAll(changes, foreign, always(403, 'origin-not-allowed'))
  })

  it('a wrong secret, and a public key that nobody has', async () => {
    const wrong = { publicKey: adaKey.publicKey, secretKey: newSecretKey('test') }
    await expectAll(routes, asKey(wrong), always(401, 'signature-invalid'))
    const unknown = { publicKey: newPublicKey('test'), secretKey: newSecretKey('test') }
    await expectAll(routes, asKey(unknown), always(401, 'key-unknown'))
  })

  it('an expired, a disabled and a revoked key', async () => {
    const expires = new Date(t.clock.now() + 60_000).toISOString()
    const expired = await t.createKey(ada, { expires_at: expires, scopes: ALL_SCOPES })
    const disabled = await t.createKey(ada, { scopes: ALL_SCOPES })
    await ada.request('PATCH', `/v1/api-keys/${disabled.id}`, { body: { enabled: false } })
    const revoked = await t.createKey(ada, { scopes: ALL_SCOPES })
    await ada.request('DELETE', `/v1/api-keys/${revoked.id}`)
    t.clock.advance(60_000)
    await expectAll(routes, asKey(expired), always(401, 'key-expired'))
    await expectAll(routes, asKey(disabled), always(401, 'key-disabled'))
    await expectAll(routes, asKey(revoked), always(401, 'key-revoked'))
  })

  it('a key that holds every scope but the one it needs', async () => {
    const keys = new Map<string, TestKey>()
    for (const scope of ALL_SCOPES)
      keys.set(scope, await t.createKey(ada, { scopes: ALL_SCOPES.filter((one) => one !== scope) }))
    const scoped = routes.filter((route) => takesKeys(route) && isGuarded(route) && route.access.resource)
    const send = (route: Route) => {
      const { access } = route as Route & { access: Exclude<Access, { public: true }> }
      const key = keys.get(`${access.resource}:${access.action}`)
      if (!key) throw new Error(`${nameOf(route)} asks for a scope that no key can hold`)
      return asKey(key)(route)
    }
    await expectAll(scoped, send, always(403, 'scope-missing'))
  })

  it('a key where only people may ask', async () => {
    const some = routes.filter((route) => isGuarded(route) && !takesKeys(route))
    await expectAll(some, asKey(adaKey), (route) => ({
      status: 403,
      code: isGuarded(route) && route.access.operator ? 'operator-required' : 'member-required',
    }))
  })

  it('a person where only keys may ask', async () => {
    const some = routes.filter((route) => isGuarded(route) && !takesMembers(route))
    await expectAll(some, asMember(ada), always(401, 'signature-missing'))
  })

  it('a key whose mode is not the one that the request names', async () => {
    const headers = { 'countersign-mode': 'production' }
    await expectAll(routes.filter(takesKeys), asKey(adaKey, { headers }), always(403, 'mode-mismatch'))
  })

  it('Production Mode where a call is for Test Mode only', async () => {
    const some = routes.filter((route) => isGuarded(route) && route.access.testModeOnly)
    const send = (route: Route) =>
      signedOverSocket(t, adaProductionKey, route.method, pathOf(route), { body: bodyOf(route) })
    await expectAll(some, send, always(403, 'mode-mismatch'))
    const forMembers = some.filter(takesMembers)
    await expectAll(forMembers, asMember(ada, { mode: 'production' }), always(403, 'mode-mismatch'))
  })

  it('an owner where only operators may ask', async () => {
    const some = routes.filter((route) => isGuarded(route) && route.access.operator)
    await expectAll(some, asMember(ada), (route) =>
      isGuarded(route) && route.access.doors.includes('member')
        ? { status: 403, code: 'operator-required' }
        : { status: 401, code: 'signature-missing' },
    )
  })

  it('a member whose role is one too low', async () => {
    const { pool } = t.database
    let asked = 0
    for (const [index, role] of ROLES.slice(0, -1).entries()) {
      const next = ROLES[index + 1]
      await pool.query('update members set role = $1 where user_id = $2', [role, eve.userId])
      const some = routes.filter((route) => {
        if (!isGuarded(route) || !route.access.doors.includes('member')) return false
        return next === (route.access.role ?? (route.access.action === 'read' ? 'viewer' : 'developer'))
      })
      if (some.length > 0) await expectAll(some, asMember(eve), always(403, 'role-missing'))
      asked += some.length
    }
    expect(asked).toBeGreaterThan(0)
    await pool.query(`update members set role = 'owner' where user_id = $1`, [eve.userId])
  })
})

describe('what belongs to somebody else', () => {
  it('every id in a path is known to this suite', () => {
    const unknown = routes.filter(
      (route) => route.url.includes(':') && !objectOf(route) && !NOT_OF_A_WORKSPACE.test(route.url),
    )
    expect(unknown.map(nameOf)).toEqual([])
  })

  /** The answer without what differs between any two requests. */
  const told = ({ status, body }: TestAnswer) => ({ status, ...body, request_id: null })

  it("another workspace's id answers like one that does not exist, to its keys and its members", async () => {
    const some = routes.filter((route) => objectOf(route))
    for (const route of some)
      for (const partition of Object.keys(adas) as Partition[]) {
        const id = adas[partition][objectOf(route)!.kind]!
        const senders = takesMembers(route) ? [asMember(eve), asMember(eve, { mode: 'production' })] : []
        if (takesKeys(route)) senders.push(asKey(eveKey))
        for (const send of senders) {
          const unknown: Record<string, unknown> = told(await send(route))
          expect({ route: nameOf(route), partition, ...told(await send(route, id)) }).toEqual({
            route: nameOf(route),
            partition,
            ...unknown,
          })
          // What Production Mode or a member may not do at all is refused before the look-up.
          expect(['not-found', 'mode-mismatch', 'key-required'], nameOf(route)).toContain(unknown['code'])
        }
      }
  })

  it("a key reaches nothing of its workspace's other mode, nor of the other currency type", async () => {
    const some = routes.filter((route) => objectOf(route) && takesKeys(route))
    await expectAll(
      some,
      (route) => asKey(adaKey)(route, adas['production fiat'][objectOf(route)!.kind]),
      always(404, 'not-found'),
    )
    for (const route of some) {
      const id = adas['test crypto'][objectOf(route)!.kind]
      const { status, body } = await asKey(adaKey)(route, id)
      expect([nameOf(route), status, body['code']]).toEqual([
        nameOf(route),
        ...(objectOf(route)!.kind === 'txn' || objectOf(route)!.kind === 'acc'
          ? [403, 'currency-type-mismatch']
          : [404, 'not-found']),
      ])
    }
  })

  it('a member reaches in one mode nothing of the other', async () => {
    const some = routes.filter((route) => objectOf(route)?.divided && takesMembers(route))
    const send = (route: Route) => asMember(ada)(route, adas['production fiat'][objectOf(route)!.kind])
    await expectAll(some, send, always(404, 'not-found'))
  })

  it('no list, export or summary of another workspace holds anything of it', async () => {
    const foreign = [
      ada.workspaceId,
      ada.userId,
      ada.email,
      ...Object.values(adas).flatMap((ids) => Object.values(ids)),
    ]
    const some = routes.filter(
      (route) => route.method === 'GET' && !/:|\/stream$|^\/v1\/operator\//.test(route.url),
    )
    expect(some.length).toBeGreaterThan(10)
    // So that there is one to be told of.
    expect((await eve.request('POST', '/v1/test/reset')).status).toBe(200)
    for (const route of some) {
      const answers = [await asMember(eve)(route)]
      if (!isGuarded(route) || !route.access.testModeOnly)
        answers.push(await asMember(eve, { mode: 'production' })(route))
      if (takesKeys(route)) answers.push(await asKey(eveKey)(route))
      for (const answer of answers) {
        expect([nameOf(route), answer.status]).toEqual([nameOf(route), 200])
        // The paths that Eve asked for hold the ids that she guessed above; those she knew before.
        const text = answer.text.replace(/"path":"[^"]*"/g, '')
        for (const id of foreign) expect(text, nameOf(route)).not.toContain(id)
      }
    }
  })
})
