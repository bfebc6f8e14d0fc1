import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, TEST_ORIGIN, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import type { Deliverer } from './deliver.ts'
import { deliverFor, listen, type Listener } from './test-webhooks.ts'

const SCOPES = [
  'webhook-endpoints:write',
  'webhook-logs:read',
  'webhook-logs:write',
  'events:read',
  'test:write',
]
let t: TestApp
let ada: TestMember
let eve: TestMember
let fiatKey: TestKey
let listener: Listener
let deliverer: Deliverer
let base: string

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ port: 0, host: '127.0.0.1' })
  base = `http://127.0.0.1:${(t.app.server.address() as AddressInfo).port}`
  ada = await t.signUp('Ada')
  eve = await t.signUp('Eve')
  fiatKey = await t.createKey(ada, { scopes: SCOPES })
  listener = await listen()
  await ada.request('POST', '/v1/webhook-endpoints', { body: { url: listener.url, event_types: ['*'] } })
  deliverer = await deliverFor(t, { retrySchedule: [0, 1.5] })
})
afterAll(async () => {
  await deliverer.stop()
  await listener.close()
  await t.stop()
})

const wait = { timeout: 10_000, interval: 20 }
type Sent = { id: string; event: string; data: Record<string, any> }

/** Opens a stream over a real connection and collects its events. Not with fetch: undici forgets to abort what was collected. */
async function open(path: string, headers: Record<string, string> = {}, who = ada) {
  const request = get(base + path, {
    agent: false,
    headers: { host: 'localhost:4747', cookie: who.cookie, ...headers },
  })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const sent: Sent[] = []
  let text = ''
  let isEnded = false
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (text + chunk).split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1] ?? ''
      if (field('event'))
        sent.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) })
    }
  })
  answer.on('close', () => (isEnded = true)).on('error', () => {})
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    sent,
    until: (wanted: (one: Sent) => boolean) => vi.waitUntil(() => sent.find(wanted), wait),
    ended: () => vi.waitUntil(() => isEnded, wait),
    close: () => void request.destroy(),
  }
}

/** Something happens in a workspace. @returns the id of its event */
async function happen(who = ada, type = 'transaction.completed'): Promise<string> {
  const { body, status, text } = await who.request('POST', '/v1/test/events', { body: { event_type: type } })
  expect(status, text).toBe(201)
  return body['event_id'] as string
}

describe('GET /v1/webhook-logs/stream', () => {
  test('tells a delivery when it is new and after every attempt, as the list has it, and only of the own workspace', async () => {
    const [mine, foreign] = [
      await open('/v1/webhook-logs/stream'),
      await open('/v1/webhook-logs/stream', {}, eve),
    ]
    expect(mine.type).toContain('text/event-stream')
    listener.answer = 503
    const id = await happen()
    const retried = await mine.until(({ data }) => data['event_id'] === id && data['attempt_count'] === 1)
    expect(retried).toMatchObject({
      event: 'webhook_log',
      data: { status: 'pending', last_status_code: 503 },
    })
    listener.answer = 200
    const done = await mine.until(({ data }) => data['event_id'] === id && data['status'] === 'delivered')
    expect(done.data).toMatchObject({ attempt_count: 2, last_status_code: 200 })
    const listed = await ada.request('GET', `/v1/webhook-logs?event_id=${id}`)
    expect(done.data).toEqual(listed.body['data'][0])
    const theirs = await happen(eve)
    const skipped = await foreign.until(({ data }) => data['event_id'] === theirs)
    expect(skipped.data).toMatchObject({ status: 'skipped', reason: 'no_endpoint', endpoint_id: null })
    expect(foreign.sent.map(({ data }) => data['event_id'])).not.toContain(id)
    expect(mine.sent.map(({ data }) => data['event_id'])).not.toContain(theirs)
    const states = mine.sent.map(({ data }) => `${data['id']} ${data['status']} ${data['attempt_count']}`)
    expect(new Set(states).size).toBe(states.length)
    mine.close()
    foreign.close()
  })

  test('takes the filters of the list, and a key sees its own currency type', async () => {
    const cryptoKey = await t.createKey(ada, { scopes: SCOPES, currency_type: 'crypto' })
    const failed = await open('/v1/webhook-logs/stream?status=failed')
    const typed = await open('/v1/webhook-logs/stream?event_type=transaction.failed')
    listener.answer = 500
    // What a key publishes is of its own currency type.
    const { body } = await t.signed(fiatKey, 'POST', '/v1/test/events', {
      body: { event_type: 'transaction.failed' },
    })
    const id = body['event_id'] as string
    const given = await failed.until(({ data }) => data['event_id'] === id)
    expect(given.data).toMatchObject({ status: 'failed', reason: 'attempts_exhausted', attempt_count: 2 })
    listener.answer = 200
    expect(new Set(failed.sent.map(({ data }) => data['status']))).toEqual(new Set(['failed']))
    await typed.until(({ data }) => data['status'] === 'failed')
    expect(new Set(typed.sent.map(({ data }) => data['event_type']))).toEqual(new Set(['transaction.failed']))
    failed.close()
    typed.close()
    const signed = await t.signed(cryptoKey, 'GET', '/v1/webhook-logs/histogram')
    const sum = (body: Record<string, any>) =>
      body['data'].reduce((all: number, one: Record<string, number>) => all + one['failed']!, 0)
    expect(sum(signed.body)).toBe(0)
    expect(sum((await t.signed(fiatKey, 'GET', '/v1/webhook-logs/histogram')).body)).toBe(1)
  })

  test('goes on where an earlier stream ended, and says so where more was missed than it repeats', async () => {
    const first = await open('/v1/webhook-logs/stream')
    const before = await happen()
    const { id: place } = await first.until(
      ({ data }) => data['event_id'] === before && data['status'] === 'delivered',
    )
    first.close()
    const missed = [await happen(), await happen()]
    const again = await open('/v1/webhook-logs/stream', { 'last-event-id': place })
    for (const id of missed) await again.until(({ data }) => data['event_id'] === id)
    expect(again.sent.map(({ event }) => event)).not.toContain('gap')
    again.close()
    const byQuery = await open(`/v1/webhook-logs/stream?cursor=${place}`)
    await byQuery.until(({ data }) => data['event_id'] === missed[0])
    byQuery.close()

    await manyEvents(ada.workspaceId, 1_001)
    const late = await open('/v1/webhook-logs/stream', { 'last-event-id': place })
    await late.until(({ event }) => event === 'gap')
    const next = await happen()
    await late.until(({ data }) => data['event_id'] === next)
    late.close()
  })

  test('refuses who may not read it, a place that is none, and one stream too many', async () => {
    const path = '/v1/webhook-logs/stream'
    const host = { host: 'localhost:4747' }
    expect((await t.app.inject({ url: path, headers: host })).statusCode).toBe(401)
    const narrow = await t.createKey(ada, { scopes: ['events:read'] })
    expect((await t.signed(narrow, 'GET', path)).body['code']).toBe('scope-missing')
    expect((await ada.request('GET', `${path}?cursor=yesterday`)).status).toBe(422)
    expect((await ada.request('GET', `${path}?status=lost`)).status).toBe(422)
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(path)))
    const more = await open(path)
    expect(more.status).toBe(409)
    const production = await open(path, { 'countersign-mode': 'production' })
    expect(production.status).toBe(200)
    for (const stream of [...streams, more, production]) stream.close()
  })

  test('tells nothing of the other mode, and ends when the session does', async () => {
    const grace = await t.signUp('Grace')
    const stream = await open('/v1/webhook-logs/stream', { 'countersign-mode': 'production' }, grace)
    await happen(grace)
    const test = await open('/v1/webhook-logs/stream?cursor=0000000000000', {}, grace)
    await test.until(({ data }) => data['status'] === 'skipped')
    await t.app.inject({
      method: 'POST',
      url: '/auth/sign-out',
      headers: { host: 'localhost:4747', origin: TEST_ORIGIN, cookie: grace.cookie },
    })
    t.clock.advance(11_000)
    await Promise.all([stream.ended(), test.ended()])
    expect(stream.sent).toEqual([])
  })

  test('tells what fails without an attempt, when its endpoint is switched off', async () => {
    const mallory = await t.signUp('Mallory')
    const busy = await listen((_, response) => void response.writeHead(503, { 'retry-after': '600' }).end())
    onTestFinished(busy.close)
    const { body } = await mallory.request('POST', '/v1/webhook-endpoints', {
      body: { url: busy.url, event_types: ['transaction.completed'] },
    })
    const stream = await open('/v1/webhook-logs/stream', {}, mallory)
    onTestFinished(stream.close)
    const id = await happen(mallory)
    await stream.until(({ data }) => data['event_id'] === id && data['attempt_count'] === 1)
    await mallory.request('PATCH', `/v1/webhook-endpoints/${body['id']}`, { body: { enabled: false } })
    const given = await stream.until(({ data }) => data['event_id'] === id && data['status'] === 'failed')
    expect(given.data).toMatchObject({ reason: 'endpoint_disabled', attempt_count: 1 })
  })
})

describe('GET /v1/events/stream', () => {
  test('tells every event once under its own id, goes on after the last one, and takes the filters of the list', async () => {
    const stream = await open('/v1/events/stream')
    const typed = await open('/v1/events/stream?type=transaction.failed')
    const first = await happen()
    const told = await stream.until(({ id }) => id === first)
    expect(told).toMatchObject({ event: 'event', data: { id: first, type: 'transaction.completed' } })
    expect((await ada.request('GET', `/v1/events/${first}`)).body).toEqual(told.data)
    stream.close()
    const [second, third] = [await happen(), await happen(ada, 'transaction.failed')]
    const again = await open('/v1/events/stream', { 'last-event-id': first })
    await again.until(({ id }) => id === third)
    const ids = again.sent.map(({ id }) => id)
    expect(ids).toContain(second)
    expect(ids).not.toContain(first)
    expect(new Set(ids).size).toBe(ids.length)
    await typed.until(({ id }) => id === third)
    expect(typed.sent).toHaveLength(1)
    again.close()
    typed.close()
    expect((await ada.request('GET', '/v1/events/stream?cursor=evt_1')).status).toBe(422)
  })
})

describe('counts and files', () => {
  test('deliveries and events are counted over time as the lists have them', async () => {
    const outcomes = ['delivered', 'retrying', 'pending', 'failed', 'skipped'] as const
    const sumOf = (body: Record<string, any>, name: string): number =>
      body['data'].reduce((all: number, one: Record<string, number>) => all + (one[name] ?? 0), 0)
    const grace = await t.signUp('Grace')
    const endpoint = { url: listener.url, event_types: ['transaction.failed'] }
    expect((await grace.request('POST', '/v1/webhook-endpoints', { body: endpoint })).status).toBe(201)
    listener.answer = 500
    await happen(grace)
    const failing = await happen(grace, 'transaction.failed')
    await expect
      .poll(
        async () =>
          (await grace.request('GET', `/v1/webhook-logs?event_id=${failing}`)).body['data'][0].status,
        {
          timeout: 8_000,
        },
      )
      .toBe('failed')
    const { body } = await grace.request('GET', '/v1/webhook-logs/histogram?buckets=10')
    expect(body['exact']).toBe(true)
    expect(body['data'].length).toBeLessThanOrEqual(10)
    for (const name of outcomes) {
      const listed = (await grace.request('GET', '/v1/webhook-logs?limit=100')).body['data'] as {
        status: string
      }[]
      expect(sumOf(body, name), name).toBe(listed.filter(({ status }) => status === name).length)
    }
    const one = await grace.request('GET', `/v1/webhook-logs/histogram?event_id=${failing}`)
    expect(outcomes.map((name) => sumOf(one.body, name))).toEqual([0, 0, 0, 1, 0])
    const typed = await grace.request(
      'GET',
      '/v1/webhook-logs/histogram?event_type=transaction.failed&status=failed',
    )
    expect(sumOf(typed.body, 'failed')).toBe(1)
    const events = await grace.request('GET', '/v1/events/histogram')
    const all = (await grace.request('GET', '/v1/events?limit=100')).body['data'] as unknown[]
    expect(sumOf(events.body, 'events')).toBe(all.length)
    expect(sumOf((await eve.request('GET', '/v1/webhook-logs/histogram')).body, 'failed')).toBe(0)
    const production = await grace.request('GET', '/v1/events/histogram', { mode: 'production' })
    expect(sumOf(production.body, 'events')).toBe(0)
    for (const query of ['buckets=0', 'buckets=201', 'created_after=soon', 'status=lost'])
      expect((await grace.request('GET', `/v1/webhook-logs/histogram?${query}`)).status).toBe(422)
    const unknown = await grace.request('GET', `/v1/webhook-logs/histogram?endpoint_id=${newId('ep')}`)
    expect(outcomes.map((name) => sumOf(unknown.body, name))).toEqual([0, 0, 0, 0, 0])
  })

  test('counts of a workspace share its turns, whatever they count: connections are left for everybody else', async () => {
    const client = await t.database.pool.connect()
    let counts: ReturnType<TestMember['request']>[] = []
    try {
      await client.query('begin')
      await client.query('lock table events in access exclusive mode')
      counts = ['events', 'webhook-logs', 'events', 'webhook-logs'].map((list) =>
        ada.request('GET', `/v1/${list}/histogram`),
      )
      const waiting = async () =>
        (
          await t.database.pool.query<{ count: number }>(
            `select count(*)::integer as count from pg_locks
             where not granted and relation = 'events'::regclass
               and pid in (select pid from pg_stat_activity where query like '%min(v.id)%')`,
          )
        ).rows[0]!.count
      await expect.poll(waiting, wait).toBe(2)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(await waiting()).toBe(2)
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect((await Promise.all(counts)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('lists leave as a file, whole and in order, in the workspace that the page shows or not at all', async () => {
    const csv = await eve.request('GET', '/v1/webhook-logs/export?format=csv&status=skipped')
    expect(csv.headers['content-disposition']).toBe('attachment; filename="webhook-logs.csv"')
    const rows = csv.text.trim().split('\r\n')
    expect(rows[0]).toContain('id,created_at,event_id,event_type')
    expect(rows.slice(1).every((row) => row.includes('no_endpoint'))).toBe(true)
    expect(rows.length).toBeGreaterThan(1)
    const ndjson = await ada.request('GET', '/v1/events/export?format=ndjson')
    const ids = ndjson.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id)
    expect(ids.length).toBeGreaterThan(1_000)
    expect(ids).toEqual([...new Set(ids)].sort().reverse())
    const own = await ada.request('GET', `/v1/events/export?in_workspace=${ada.workspaceId}`)
    expect(own.status).toBe(200)
    for (const id of [eve.workspaceId, newId('wks'), '%00', 'x']) {
      const other = await ada.request('GET', `/v1/events/export?in_workspace=${id}`)
      expect([other.status, other.body['code']]).toEqual([409, 'workspace-mismatch'])
    }
    const changed = await ada.request('POST', `/v1/test/events?in_workspace=${eve.workspaceId}`, {
      body: { event_type: 'transaction.completed' },
    })
    expect(changed.status).toBe(201)
  })
})

/** More events of a workspace, straight into its log, each like its newest one. */
async function manyEvents(workspaceId: string, count: number): Promise<void> {
  const now = Date.now()
  const ids = Array.from({ length: count }, () => newId('evt', now))
  await t.database.pool.query(
    `insert into events (id, workspace_id, mode, currency_type, type, object_id, sequence, body, skip_reason, created_at)
     select made.id, $2, 'test', '', like_it.type, 'txn_many', number, like_it.body, 'no_endpoint', now()
     from unnest($1::text[]) with ordinality as made (id, number)
     cross join (select type, body from events where workspace_id = $2 order by id desc limit 1) like_it`,
    [ids, workspaceId],
  )
}
