import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { createPublicKey, verify } from 'node:crypto'
import { rotateSigningKey } from '../signing-keys/change-keys.ts'
import { EVENT_TYPES } from './event-types.ts'
import type { Deliverer } from './deliver.ts'
import { deliverFor, listen, type Listener } from './test-webhooks.ts'

const WRITE = [
  'webhook-endpoints:read',
  'webhook-endpoints:write',
  'webhook-logs:read',
  'webhook-logs:write',
  'events:read',
]
let app: TestApp
let ada: TestMember
let eve: TestMember
let fiatKey: TestKey
let cryptoKey: TestKey
let listener: Listener
let deliverer: Deliverer
beforeAll(async () => {
  app = await createTestApp()
  ada = await app.signUp('Ada')
  eve = await app.signUp('Eve')
  fiatKey = await app.createKey(ada, { scopes: WRITE })
  cryptoKey = await app.createKey(ada, { scopes: WRITE, currency_type: 'crypto' })
  listener = await listen()
  const { rows } = await app.database.pool.query<{ name: string }>('select current_database() as name')
  const { connectionString } = app.database.pool.options
  expect(connectionString).toContain(rows[0]!.name)
  deliverer = await deliverFor(app, { retrySchedule: [0, 0.05] })
})
afterAll(async () => {
  await deliverer.stop()
  await listener.close()
  await app.stop()
})

const wait = { timeout: 8_000, interval: 20 }
const endpointBody = (extra: Record<string, unknown> = {}) => ({
  url: listener.url,
  event_types: ['*'],
  ...extra,
})
async function create(member: TestMember = ada, extra: Record<string, unknown> = {}) {
  const answer = await member.request('POST', '/v1/webhook-endpoints', { body: endpointBody(extra) })
  expect(answer.status, answer.text).toBe(201)
  return answer.body as { id: string; secret: string }
}
const log = async (query: string, member = ada) =>
  (await member.request('GET', `/v1/webhook-logs?${query}`)).body.data as Record<string, any>[]

test('order is asked for when an endpoint is made or edited, and nothing but none and object is understood', async () => {
  const { id } = await create(ada, { ordering: 'object' })
  const path = `/v1/webhook-endpoints/${id}`
  expect((await ada.request('GET', path)).body.ordering).toBe('object')
  expect((await ada.request('PATCH', path, { body: { ordering: 'none' } })).body.ordering).toBe('none')
  expect((await ada.request('PATCH', path, { body: { ordering: 'fifo' } })).status).toBe(422)
  const { id: plain } = await create()
  expect((await ada.request('GET', `/v1/webhook-endpoints/${plain}`)).body.ordering).toBe('none')
})

test('an endpoint is created with a secret that is shown this one time, edited, and deleted', async () => {
  const created = await ada.request('POST', '/v1/webhook-endpoints', {
    body: endpointBody({ description: 'Books', headers: { 'X-Token': 'hush' } }),
  })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    url: listener.url,
    event_types: ['*'],
    mode: 'test',
    enabled: true,
    currency_type: null,
    header_names: ['x-token'],
    payload: 'full',
    secret_version: 1,
    breaker: { state: 'closed' },
  })
  expect(created.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const path = `/v1/webhook-endpoints/${created.body.id}`
  const { secret, ...shown } = created.body
  expect((await ada.request('GET', path)).body).toEqual(shown)
  expect((await ada.request('GET', '/v1/webhook-endpoints')).text).not.toContain(secret)

  const changed = await ada.request('PATCH', path, {
    body: { event_types: ['balance.updated'], payload: 'thin', enabled: false },
  })
  expect(changed.body).toMatchObject({
    event_types: ['balance.updated'],
    payload: 'thin',
    enabled: false,
    url: listener.url,
  })
  expect((await ada.request('DELETE', path)).status).toBe(204)
  expect((await ada.request('GET', path)).status).toBe(404)

  const { rows } = await app.database.pool.query<{ action: string; after: unknown }>(
    'select action, after from audit_log where target_id = $1',
    [created.body.id],
  )
  expect(rows.map((row) => row.action).toSorted()).toEqual([
    'webhook_endpoint.created',
    'webhook_endpoint.deleted',
    'webhook_endpoint.updated',
  ])
  expect(JSON.stringify(rows)).not.toMatch(/hush|whsec_/)
})

test.each([
  [{ url: 'https://169.254.169.254/latest' }, '/url', 'webhook-target-refused'],
  [{ url: 'ftp://example.com' }, '/url', 'webhook-target-refused'],
  [{ event_types: [] }, '/event_types', 'invalid-input'],
  [{ payload: 'small' }, '/payload', 'invalid-input'],
  [{ event_types: ['no.such.event'] }, '/event_types/0', 'invalid-input'],
  [{ headers: { 'webhook-id': 'x' } }, '/headers', 'invalid-input'],
  [{ currency_type: 'gold' }, '/currency_type', 'invalid-input'],
])('an endpoint with %o is refused and says where', async (extra, pointer, code) => {
  const answer = await ada.request('POST', '/v1/webhook-endpoints', { body: endpointBody(extra) })
  expect([answer.status, answer.body.code]).toEqual([422, code])
  expect(answer.body.errors[0].pointer).toContain(pointer)
})

test('a production endpoint must be https, whichever way the mode is said', async () => {
  const byBody = await ada.request('POST', '/v1/webhook-endpoints', {
    body: endpointBody({ mode: 'production' }),
  })
  const byHeader = await ada.request('POST', '/v1/webhook-endpoints', {
    body: endpointBody(),
    mode: 'production',
  })
  expect([byBody.body.code, byHeader.body.code]).toEqual(['webhook-target-refused', 'webhook-target-refused'])
  const made = await create(ada, { mode: 'production', url: 'https://example.com/hook' })
  expect((await ada.request('GET', `/v1/webhook-endpoints/${made.id}`)).status).toBe(404)
  expect((await ada.request('GET', `/v1/webhook-endpoints/${made.id}`, { mode: 'production' })).status).toBe(
    200,
  )
})

test('a key makes endpoints for its own currency type and mode, and needs the scope', async () => {
  const made = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', { body: endpointBody() })
  expect(made.body).toMatchObject({ currency_type: 'fiat' })
  const path = `/v1/webhook-endpoints/${made.body.id}`
  expect((await app.signed(cryptoKey, 'GET', path)).status).toBe(404)
  for (const extra of [{ currency_type: 'crypto' }, { currency_type: null }]) {
    const refused = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', { body: endpointBody(extra) })
    expect([refused.status, refused.body.code]).toEqual([403, 'currency-type-mismatch'])
  }
  const elsewhere = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', {
    body: endpointBody({ mode: 'production' }),
  })
  expect([elsewhere.status, elsewhere.body.code]).toEqual([403, 'mode-mismatch'])
  const bare = await app.createKey(ada)
  expect((await app.signed(bare, 'GET', '/v1/webhook-endpoints')).body.code).toBe('scope-missing')

  const everybody = await create()
  const touched = await app.signed(fiatKey, 'PATCH', `/v1/webhook-endpoints/${everybody.id}`, {
    body: { enabled: false },
  })
  expect([touched.status, touched.body.code]).toEqual([403, 'currency-type-mismatch'])
})

test('no route of this room answers without a credential', async () => {
  for (const [method, path] of ROUTES('ep_x', 'dlv_x', 'evt_x')) {
    const answer = await app.app.inject({
      method: method as 'GET',
      url: path,
      headers: { host: 'localhost:4747' },
    })
    expect([path, answer.statusCode]).toEqual([path, 401])
  }
})

test("another workspace's or mode's endpoint, event and delivery answer like unknown ones", async () => {
  const { id } = await create()
  const ping = await ada.request('POST', `/v1/webhook-endpoints/${id}/ping`)
  const { event_id, delivery_id } = ping.body
  for (const [method, path, body] of ROUTES(id, delivery_id, event_id)) {
    if (!path.includes('_')) continue
    for (const asking of [
      () => eve.request(method, path, { body }),
      () => ada.request(method, path, { body, mode: 'production' }),
    ]) {
      const answer = await asking()
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'not-found'])
    }
  }
  expect(await log(`event_id=${event_id}`, eve)).toEqual([])
  expect(await log(`endpoint_id=${id}`, eve)).toEqual([])
})

test('a ping is delivered, verified, logged with its attempt, and sent again by hand', async () => {
  const { id, secret } = await create(ada, { event_types: ['transaction.failed'] })
  const before = listener.received.length
  const ping = await ada.request('POST', `/v1/webhook-endpoints/${id}/ping`, {
    body: { event_type: 'transaction.created' },
  })
  expect(ping.status).toBe(202)
  const path = `/v1/webhook-logs/${ping.body.delivery_id}`
  await vi.waitFor(async () => expect((await ada.request('GET', path)).body.status).toBe('delivered'), wait)
  const hook = listener.received
    .slice(before)
    .find((one) => one.headers['webhook-id'] === ping.body.event_id)!
  expect(new Webhook(secret).verify(hook.body, hook.headers)).toMatchObject({ type: 'transaction.created' })

  const detail = (await ada.request('GET', path)).body
  expect(detail).toMatchObject({
    event_id: ping.body.event_id,
    endpoint_id: id,
    endpoint_url: listener.url,
    attempt_count: 1,
    last_status_code: 200,
    attempts: [
      {
        number: 1,
        status_code: 200,
        error: null,
        request: { url: listener.url, body: hook.body },
        response: { body: 'ok' },
      },
    ],
  })
  const resent = await ada.request('POST', `${path}/resend`)
  expect([resent.status, resent.body.status]).toEqual([202, 'pending'])
  await vi.waitFor(async () => expect((await ada.request('GET', path)).body.attempts.length).toBe(2), wait)

  await ada.request('PATCH', `/v1/webhook-endpoints/${id}`, { body: { enabled: false } })
  for (const call of [`${path}/resend`, `/v1/webhook-endpoints/${id}/ping`]) {
    const refused = await ada.request('POST', call)
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
  }
})

test('everything that failed since a time goes out again, after a count that changes nothing', async () => {
  const broken = await listen(500)
  const { id } = await create(ada, { url: broken.url })
  const since = new Date(app.clock.now() - 60_000).toISOString()
  for (let index = 0; index < 3; index += 1) await ada.request('POST', `/v1/webhook-endpoints/${id}/ping`)
  await vi.waitFor(async () => expect((await log(`endpoint_id=${id}&status=failed`)).length).toBe(3), wait)

  const path = `/v1/webhook-endpoints/${id}/recover`
  expect((await ada.request('POST', path, { body: { since, dry_run: true } })).body).toEqual({
    count: 3,
    remaining: 0,
    dry_run: true,
  })
  broken.answer = 200
  expect((await ada.request('POST', path, { body: { since } })).body).toEqual({
    count: 3,
    remaining: 0,
    dry_run: false,
  })
  await vi.waitFor(async () => expect((await log(`endpoint_id=${id}&status=delivered`)).length).toBe(3), wait)
  expect((await ada.request('POST', path, { body: {} })).status).toBe(422)
  await broken.close()
})

test('a rotated secret is new and shown once, and the old one has an end', async () => {
  const { id, secret } = await create()
  const rotated = await ada.request('POST', `/v1/webhook-endpoints/${id}/rotate-secret`, {
    body: { overlap_seconds: 60 },
  })
  expect(rotated.status).toBe(200)
  expect(rotated.body.secret).not.toBe(secret)
  expect(rotated.body.secret_version).toBe(2)
  expect(rotated.body.previous_secret_expires_at).toBe(new Date(app.clock.now() + 60_000).toISOString())
  const bad = await ada.request('POST', `/v1/webhook-endpoints/${id}/rotate-secret`, {
    body: { overlap_seconds: -1 },
  })
  expect(bad.status).toBe(422)
})

test('Webhook Logs are filtered by event, object, request, type, status and endpoint, and page without gaps', async () => {
  const member = await app.signUp('Log')
  const { id } = await create(member, { event_types: ['transaction.created'] })
  const events: string[] = []
  for (const [index, type] of ['transaction.created', 'transaction.failed', 'transaction.created'].entries())
    events.push(
      await app.publishEvent(app.database.pool, {
        workspaceId: member.workspaceId,
        mode: 'test',
        currencyType: index === 2 ? 'crypto' : 'fiat',
        type: type as 'transaction.created',
        objectId: `txn_${index}`,
        requestId: `req_${index}`,
        data: { ...EVENT_TYPES['transaction.created'].example, n: index },
        now: app.clock.now() + index,
      }),
    )
  await vi.waitFor(async () => expect((await log('status=delivered', member)).length).toBe(2), wait)
  const ids = async (query: string) => (await log(query, member)).map((row) => row.event_id)
  expect(await ids('')).toEqual(events.toReversed())
  expect(await ids('status=skipped')).toEqual([events[1]])
  expect((await log('status=skipped', member))[0]).toMatchObject({
    reason: 'event_type_not_selected',
    endpoint_id: id,
  })
  expect(await ids('event_type=transaction.created')).toEqual([events[2], events[0]])
  expect(await ids(`event_id=${events[1]}`)).toEqual([events[1]])
  expect(await ids('object_id=txn_2')).toEqual([events[2]])
  expect(await ids('request_id=req_0')).toEqual([events[0]])
  expect(await ids(`endpoint_id=${id}&status=delivered`)).toEqual([events[2], events[0]])
  expect(await ids(`endpoint_id=${id}&event_type=transaction.failed`)).toEqual([events[1]])
  expect(await ids('status=pending')).toEqual([])
  const paged: string[] = []
  for (let cursor = ''; ;) {
    const page = (await member.request('GET', `/v1/webhook-logs?limit=1${cursor && `&cursor=${cursor}`}`))
      .body
    paged.push(...page.data.map((row: { event_id: string }) => row.event_id))
    if (!page.next_cursor) break
    cursor = page.next_cursor
  }
  expect(paged).toEqual(events.toReversed())
  expect((await member.request('GET', '/v1/webhook-logs?status=lost')).status).toBe(422)
  expect((await member.request('GET', '/v1/webhook-logs?cursor=nonsense')).status).toBe(422)

  const key = await app.createKey(member, { scopes: WRITE })
  const seen = (await app.signed(key, 'GET', '/v1/webhook-logs?event_type=transaction.created')).body.data
  expect(seen.map((row: { event_id: string }) => row.event_id)).toEqual([events[0]])
  const listed = (await app.signed(key, 'GET', '/v1/events?type=transaction.created')).body.data
  expect(listed).toMatchObject([{ id: events[0], data: { n: 0 }, request_id: 'req_0', sequence: 1 }])
  expect((await app.signed(key, 'GET', `/v1/events/${events[2]}`)).status).toBe(404)
})

test('an event without any endpoint is in the log as skipped, and cannot be sent again', async () => {
  const member = await app.signUp('Lonely')
  await app.createKey(member)
  const [row] = await log('status=skipped', member)
  expect(row).toMatchObject({
    event_type: 'api_key.created',
    endpoint_id: null,
    reason: 'no_endpoint',
  })
  expect((await member.request('GET', `/v1/webhook-logs/${row!.id}`)).body).toMatchObject({
    reason: 'no_endpoint',
    attempts: [],
  })
  expect((await member.request('POST', `/v1/webhook-logs/${row!.id}/resend`)).body.code).toBe('conflict')
})

test('the catalogue names every type of event with a schema and an example', async () => {
  const { body } = await ada.request('GET', '/v1/event-types')
  expect(body.data.map((entry: { type: string }) => entry.type)).toContain('transaction.completed')
  for (const entry of body.data) expect(entry.example.type).toBe(entry.type)
})

function ROUTES(
  endpoint: string,
  delivery: string,
  event: string,
): [method: string, path: string, body?: object][] {
  return [
    ['GET', '/v1/webhook-endpoints'],
    ['POST', '/v1/webhook-endpoints', {}],
    ['GET', `/v1/webhook-endpoints/${endpoint}`],
    ['PATCH', `/v1/webhook-endpoints/${endpoint}`, { enabled: true }],
    ['POST', `/v1/webhook-endpoints/${endpoint}/rotate-secret`, {}],
    ['POST', `/v1/webhook-endpoints/${endpoint}/ping`, {}],
    ['POST', `/v1/webhook-endpoints/${endpoint}/recover`, { since: '2025-01-01T00:00:00Z' }],
    ['DELETE', `/v1/webhook-endpoints/${endpoint}`],
    ['GET', '/v1/webhook-logs'],
    ['GET', `/v1/webhook-logs/${delivery}`],
    ['POST', `/v1/webhook-logs/${delivery}/resend`, {}],
    ['GET', '/v1/events'],
    ['GET', `/v1/events/${event}`],
    ['GET', '/v1/event-types'],
  ]
}

// By address: the SDK's types are a browser's, which this package does not know.
const { verifyWebhook } = (await import(new URL('../../../sdk/src/index.ts', import.meta.url).href)) as any

describe('an endpoint that asks for Ed25519 signatures', () => {
  const received = async (count: number) => {
    await vi.waitFor(() => expect(listener.received.length).toBeGreaterThanOrEqual(count), wait)
    return listener.received[count - 1]!
  }
  const publicKeys = async () => {
    const answer = await app.app.inject({
      url: '/.well-known/webhook-keys',
      headers: { host: 'localhost:4747' },
    })
    return answer.json<{ keys: { kid: string; x: string; public_key: string }[] }>().keys
  }

  it('gets v1a beside v1, which node:crypto verifies with a published key, and a new one after a rotation', async () => {
    const made = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', {
      body: endpointBody({ signature_schemes: ['v1a', 'v1', 'v1a'] }),
    })
    expect(made.status).toBe(201)
    expect(made.body['signature_schemes']).toEqual(['v1', 'v1a'])
    const path = `/v1/webhook-endpoints/${made.body['id']}`
    const verifies = async () => {
      const before = listener.received.length
      await app.signed(fiatKey, 'POST', `${path}/ping`, { body: {} })
      const { headers, body } = await received(before + 1)
      new Webhook(made.body['secret']).verify(body, headers)
      const text = /(?:^| )v1a,(\S+)/.exec(headers['webhook-signature']!)![1]!
      const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      const holds = (key: { x: string }) =>
        verify(
          null,
          content,
          createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' }),
          Buffer.from(text, 'base64'),
        )
      const [key] = (await publicKeys()).filter(holds)
      const given = { body, headers, publicKey: key!.public_key, workspaceId: ada.workspaceId }
      expect((await verifyWebhook(given)).id).toBe(headers['webhook-id'])
      // Another customer who is sent this very webhook does not take it for their own.
      await expect(verifyWebhook({ ...given, workspaceId: eve.workspaceId })).rejects.toMatchObject({
        reason: 'workspace-mismatch',
      })
      return key!
    }
    const first = await verifies()
    expect(first.public_key).toBe(`whpk_${Buffer.from(first.x, 'base64url').toString('base64')}`)
    const audit = { actor: { kind: 'system' as const, id: null, label: 'test' } }
    await rotateSigningKey(app, { purpose: 'webhooks', audit })
    expect((await verifies()).kid).not.toBe(first.kid)
    expect((await publicKeys()).map((key) => key.kid)).toContain(first.kid)

    const alone = await app.signed(fiatKey, 'PATCH', path, { body: { signature_schemes: ['v1a'] } })
    expect(alone.body['signature_schemes']).toEqual(['v1a'])
    const before = listener.received.length
    await app.signed(fiatKey, 'POST', `${path}/ping`, { body: {} })
    expect((await received(before + 1)).headers['webhook-signature']).toMatch(/^v1a,\S+$/)
    await app.signed(fiatKey, 'DELETE', path)
  })

  it('is refused with no scheme or an unknown one, and signs with v1 alone when nothing is said', async () => {
    for (const signature_schemes of [[], ['v2'], 'v1', null]) {
      const answer = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', {
        body: endpointBody({ signature_schemes }),
      })
      expect([signature_schemes, answer.status]).toEqual([signature_schemes, 422])
    }
    const made = await app.signed(fiatKey, 'POST', '/v1/webhook-endpoints', { body: endpointBody() })
    expect(made.body['signature_schemes']).toEqual(['v1'])
  })
})
