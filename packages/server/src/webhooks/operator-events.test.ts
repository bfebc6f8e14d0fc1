import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { setUpOperator, signedOverSocket, type TestPerson } from '../test-production.ts'
import type { Deliverer } from './deliver.ts'
import { deliverFor, listen, type Listener } from './test-webhooks.ts'

const CARD = {
  type: 'card.issued',
  description: 'A card was issued.',
  schema: {
    type: 'object',
    properties: { card_id: { type: 'string' }, last_four: { type: 'string', maxLength: 4 } },
    required: ['card_id'],
  },
  example: { card_id: 'card_1', last_four: '4242' },
}
const wait = { timeout: 8_000, interval: 20 }

let t: TestApp
let olga: TestPerson
let ada: TestMember
let eve: TestMember
let publisher: TestKey
let listener: Listener
let deliverer: Deliverer
beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  olga = await setUpOperator(t)
  ada = await t.signUp('Ada')
  eve = await t.signUp('Eve')
  publisher = await operatorKey(['operator:events'])
  listener = await listen()
  deliverer = await deliverFor(t, { retrySchedule: [0, 0.05] })
})
afterAll(async () => {
  await deliverer.stop()
  await listener.close()
  await t.stop()
})

async function operatorKey(scopes: string[]): Promise<TestKey> {
  const body = { name: 'Cards', scopes, expires_at: null }
  const { status, body: made, text } = await olga.request('POST', '/v1/operator/keys', { body })
  if (status !== 201) throw new Error(text)
  return { id: made['id'], publicKey: made['public_key'], secretKey: made['secret_key'] }
}
const declare = (body: unknown = CARD, who: TestMember = olga) =>
  who.request('POST', '/v1/operator/event-types', { body })
const event = (extra: Record<string, unknown> = {}) => ({
  workspace_id: ada.workspaceId,
  mode: 'test',
  type: 'card.issued',
  object_id: 'card_1',
  data: { card_id: 'card_1' },
  ...extra,
})
const publish = (body: unknown = event(), key: string = randomUUID(), by = publisher) =>
  signedOverSocket(t, by, 'POST', '/v1/operator/events', { body, headers: { 'idempotency-key': key } })
const eventsOf = async (member: TestMember, mode = 'test') =>
  (await member.request('GET', '/v1/events?type=card.issued', { mode })).body['data'] as Record<
    string,
    unknown
  >[]

describe('a type that the platform declares', () => {
  it('stands in the catalogue of every workspace, can be chosen and pinged, and is on record', async () => {
    const before = await ada.request('POST', '/v1/webhook-endpoints', {
      body: { url: listener.url, event_types: ['card.issued'] },
    })
    expect(before.body).toMatchObject({ code: 'invalid-input', errors: [{ pointer: '/event_types/0' }] })
    const declared = await declare()
    expect(declared.status, declared.text).toBe(201)
    expect(declared.body).toMatchObject({ ...CARD, version: 1, published_at: null })
    expect((await declare()).body['code']).toBe('conflict')

    const types = (await eve.request('GET', '/v1/event-types')).body['data'] as Record<string, any>[]
    expect(types.at(-1)).toMatchObject({
      type: 'card.issued',
      source: 'platform',
      schema: { properties: { type: { const: 'card.issued' }, data: CARD.schema } },
      example: { type: 'card.issued', data: CARD.example },
    })
    expect(types[0]).toMatchObject({ type: 'transaction.created', source: 'countersign' })

    const { body: endpoint } = await ada.request('POST', '/v1/webhook-endpoints', {
      body: { url: listener.url, event_types: ['card.issued'], payload: 'thin' },
    })
    const pinged = await ada.request('POST', `/v1/webhook-endpoints/${endpoint['id']}/ping`, {
      body: { event_type: 'card.issued' },
    })
    expect(pinged.status, pinged.text).toBe(202)
    const shown = await ada.request('GET', `/v1/events/${pinged.body['event_id']}`)
    expect(shown.body).toMatchObject({ type: 'card.issued', data: CARD.example, schema_fault: null })
    const unknown = await ada.request('POST', `/v1/webhook-endpoints/${endpoint['id']}/ping`, {
      body: { event_type: 'card.unknown' },
    })
    expect(unknown.body).toMatchObject({ code: 'invalid-input', errors: [{ pointer: '/event_type' }] })
    await ada.request('DELETE', `/v1/webhook-endpoints/${endpoint['id']}`)

    const { rows } = await t.database.pool.query(
      "select actor_kind, workspace_id from audit_log where action = 'event_type.declared'",
    )
    expect(rows).toEqual([{ actor_kind: 'operator', workspace_id: null }])
  })

  it.each<[Record<string, unknown>, string]>([
    [{ type: 'transaction.flagged' }, '/type'],
    [{ type: 'Card.Issued' }, '/type'],
    [{ type: 'card' }, '/type'],
    [
      { type: 'a.b', schema: { type: 'object', properties: { a: { pattern: '(a+)+$' } } } },
      '/schema/properties/a/pattern',
    ],
    [{ type: 'a.b', example: { card_id: 1 } }, '/example/card_id'],
    [{ type: 'a.b', description: '' }, '/description'],
  ])('is refused where it is not sound: %j', async (change, pointer) => {
    const { status, body } = await declare({ ...CARD, ...change })
    expect([status, body['errors']?.[0].pointer]).toEqual([422, pointer])
  })

  it('is declared by operators and by operator keys with the scope for it, and by nobody else', async () => {
    expect((await declare(CARD, ada)).body['code']).toBe('operator-required')
    const body = { ...CARD, type: 'card.by_key' }
    const path = '/v1/operator/event-types'
    expect((await signedOverSocket(t, publisher, 'POST', path, { body })).body['code']).toBe('scope-missing')
    const declarer = await operatorKey(['operator:event-types'])
    const made = await signedOverSocket(t, declarer, 'POST', path, { body })
    expect(made.status, made.text).toBe(201)
    const { rows } = await t.database.pool.query(
      "select actor_id, actor_label from audit_log where action = 'event_type.declared' and target_id = 'card.by_key'",
    )
    expect(rows).toEqual([{ actor_id: declarer.id, actor_label: declarer.publicKey }])
    expect((await publish(event(), randomUUID(), declarer)).body['code']).toBe('scope-missing')
    const customer = await t.createKey(ada)
    expect((await publish(event(), randomUUID(), customer)).body['code']).toBe('operator-required')
    expect((await olga.request('DELETE', `${path}/card.by_key`)).status).toBe(204)
    expect((await olga.request('DELETE', `${path}/card.by_key`)).status).toBe(404)
  })

  it('changes freely until it went out in Production Mode, then only so that receivers keep what they rely on', async () => {
    const type = 'loan.approved'
    const path = `/v1/operator/event-types/${type}`
    const schema = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }
    await declare({ type, description: 'A loan was approved.', schema, example: { amount: 1 } })
    const asText = { ...schema, properties: { amount: { type: 'string' } } }
    const changed = await olga.request('PATCH', path, { body: { schema: asText, example: { amount: '1' } } })
    expect(changed.body).toMatchObject({ version: 2, schema: asText })
    const sent = await publish(event({ type, mode: 'production', data: { amount: '5' } }))
    expect(sent.status, sent.text).toBe(201)
    const back = await olga.request('PATCH', path, { body: { schema, example: { amount: 1 } } })
    expect(back.body).toMatchObject({
      code: 'invalid-input',
      errors: [{ pointer: '/schema/properties/amount/type' }],
    })
    const more = { ...asText, properties: { ...asText.properties, term: { type: 'integer' } } }
    const grown = await olga.request('PATCH', path, { body: { schema: more } })
    expect(grown.body).toMatchObject({ version: 3, published_at: expect.any(String) })
    const reworded = await olga.request('PATCH', path, { body: { description: 'Approved.' } })
    expect(reworded.body).toMatchObject({ version: 3, description: 'Approved.' })
    expect((await olga.request('PATCH', '/v1/operator/event-types/no.such', { body: {} })).status).toBe(404)
  })
})

describe('an event of such a type', () => {
  it('reaches the endpoints of its workspace and mode that want it, signed, with the sequence of its object', async () => {
    const path = '/v1/webhook-endpoints'
    const { body: endpoint } = await ada.request('POST', path, {
      body: { url: listener.url, event_types: ['card.issued'] },
    })
    await ada.request('POST', path, { body: { url: listener.url, event_types: ['transaction.created'] } })
    await eve.request('POST', path, { body: { url: listener.url, event_types: ['*'] } })
    const first = await publish()
    expect(first.status, first.text).toBe(201)
    expect(first.body).toMatchObject({
      workspace_id: ada.workspaceId,
      object_id: 'card_1',
      currency_type: null,
    })
    const second = await publish(event({ currency_type: 'fiat' }))
    const got = () => listener.received.filter(({ headers }) => headers['webhook-id'] === second.body['id'])
    await vi.waitFor(() => expect(got()).toHaveLength(1), wait)
    const [hook] = got()
    expect(new Webhook(endpoint['secret']).verify(hook!.body, hook!.headers)).toMatchObject({
      id: second.body['id'],
      type: 'card.issued',
      workspace_id: ada.workspaceId,
      mode: 'test',
      data: { card_id: 'card_1' },
    })
    const { body: list } = await ada.request('GET', '/v1/events?object_id=card_1')
    const sequences = list['data'].map((one: any) => [one.id, one.sequence])
    expect(Object.fromEntries(sequences)).toEqual({ [first.body['id']]: 1, [second.body['id']]: 2 })
    expect(await eventsOf(eve)).toEqual([])
    expect(await eventsOf(ada, 'production')).toEqual([])
    const logs = await ada.request('GET', `/v1/webhook-logs?event_id=${second.body['id']}&status=skipped`)
    expect(logs.body['data']).toMatchObject([{ reason: 'event_type_not_selected' }])
  })

  it('is published once for an Idempotency-Key, also when it is asked for at the same time', async () => {
    const count = async () => (await eventsOf(ada)).length
    const before = await count()
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 6 }, () => publish(event(), key)))
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(5)
    expect(await count()).toBe(before + 1)
    expect((await publish(event({ data: { card_id: 'other' } }), key)).body['code']).toBe(
      'idempotency-key-reused',
    )
    const none = await signedOverSocket(t, publisher, 'POST', '/v1/operator/events', { body: event() })
    expect(none.body['code']).toBe('idempotency-key-missing')
    expect(await count()).toBe(before + 1)
  })

  it.each<[Record<string, unknown>, string]>([
    [{ data: {} }, '/data'],
    [{ data: { card_id: 'c', last_four: '42424' } }, '/data/last_four'],
    [{ data: { card_id: 'x'.repeat(70_000) } }, '/data'],
    [{ data: { card_id: 'c', deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) } }, '/data'],
    [{ data: [] }, '/data'],
    [{ type: 'card.unknown' }, '/type'],
    [{ type: 'transaction.completed' }, '/type'],
    [{ workspace_id: 'wks_01kasqf0000000000000000000' }, '/workspace_id'],
    [{ mode: 'live' }, '/mode'],
    [{ object_id: '' }, '/object_id'],
  ])(
    'is refused where it breaks its schema or a limit, and nothing goes out: %#',
    async (change, pointer) => {
      const before = (await eventsOf(ada)).length
      const { status, body } = await publish(event(change))
      expect([status, body['errors']?.[0].pointer]).toEqual([422, pointer])
      expect((await eventsOf(ada)).length).toBe(before)
    },
  )

  it('is on the audit log of the workspace when a person publishes it', async () => {
    const sent = await olga.request('POST', '/v1/operator/events', {
      body: event(),
      headers: { 'idempotency-key': randomUUID() },
    })
    expect(sent.status, sent.text).toBe(201)
    const { rows } = await t.database.pool.query(
      "select workspace_id, actor_label, target_id from audit_log where action = 'event.published'",
    )
    expect(rows).toEqual([
      { workspace_id: ada.workspaceId, actor_label: olga.email, target_id: sent.body['id'] },
    ])
    const refused = await ada.request('POST', '/v1/operator/events', {
      body: event(),
      headers: { 'idempotency-key': randomUUID() },
    })
    expect(refused.body['code']).toBe('operator-required')
  })
})

describe('declarations that would harm the server', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  it.each<[string, object]>([
    ['an enum of nothing', { schema: { type: 'object', properties: { a: { enum: [] } } }, example: {} }],
    [
      'a default nested to no end',
      { schema: { type: 'object', default: JSON.parse(nested(1_000)) }, example: {} },
    ],
    [
      'an example nested to no end',
      { schema: { type: 'object' }, example: { a: JSON.parse(nested(1_000)) } },
    ],
    ['an example that no event could be', { schema: { type: 'object' }, example: { a: 'x'.repeat(70_000) } }],
  ])('%s is refused by name', async (_name, change) => {
    const { status, body } = await declare({ type: 'harm.done', description: 'Harm.', ...change })
    expect([status, body['code']]).toEqual([422, 'invalid-input'])
  })
})
