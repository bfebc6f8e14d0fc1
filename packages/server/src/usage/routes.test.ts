import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../ids.ts'
import { ALL_SCOPES, DEFAULT_SCOPES } from '../keys/scopes.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { foldUsage } from './fold-usage.ts'

let t: TestApp
let ada: TestMember
let eve: TestMember
let key: TestKey
let reader: TestKey
let cryptoKey: TestKey
const MINUTE_MS = 60_000

beforeAll(async () => {
  t = await createTestApp({ LOG_RETENTION_DAYS: '30' })
  ada = await t.signUp('Ada')
  eve = await t.signUp('Eve')
  key = await t.createKey(ada, { scopes: ALL_SCOPES })
  reader = await t.createKey(ada, { scopes: ['transaction-logs:read'] })
  cryptoKey = await t.createKey(ada, { currency_type: 'crypto', scopes: [...DEFAULT_SCOPES] })
})
afterAll(() => t.stop())
/** Each test has an hour of its own, and begins in its first minute. */
beforeEach(() => {
  const now = t.clock.now()
  t.clock.advance((Math.floor(now / 3_600_000) + 2) * 3_600_000 - now + 1_000)
})

async function send(signer: TestKey, path: string, times = 1): Promise<void> {
  for (let index = 0; index < times; index += 1) await t.signed(signer, 'GET', path)
  await t.requestLog.flush()
}

async function attempt(endpointId: string, { mode = 'test', status = 'status_2xx' } = {}): Promise<void> {
  await t.database.pool.query(
    `insert into usage_pending select $1, $2, '', $3, date_bin('1 minute', $4, 'epoch'), case when s = 'status_none' then 1 else 0 end, 0,
       case when s = 'status_2xx' then 1 else 0 end, 0, 0, 0, '40:1' from (values ($5::text)) as t (s)`,
    [ada.workspaceId, mode, endpointId, new Date(t.clock.now()), status],
  )
}

const time = (ms: number) => new Date(ms).toISOString()
const hour = () => {
  const start = Math.floor(t.clock.now() / 3_600_000) * 3_600_000
  return `from=${time(start)}&to=${time(start + 3_600_000)}`
}
const read = async (who: TestMember, query: string, mode?: string) =>
  (await who.request('GET', `/v1/usage?${query}`, mode === undefined ? {} : { mode })).body

describe('GET /v1/usage', () => {
  test('counts what was sent, in the bucket of its minute, at once and after it was added up', async () => {
    await send(key, '/v1/me', 3)
    await send(key, '/v1/accounts/acc_none', 2)
    t.clock.advance(2 * MINUTE_MS)
    await send(key, '/v1/me')
    await attempt(newId('ep'))
    await attempt(newId('ep'), { status: 'status_none' })
    const seen = await read(ada, `${hour()}&interval=1m`)
    expect(seen.data).toHaveLength(60)
    expect(seen).toMatchObject({
      interval: '1m',
      mode: 'test',
      totals: {
        requests: {
          total: 6,
          status_1xx: 0,
          status_2xx: 4,
          status_3xx: 0,
          status_4xx: 2,
          status_5xx: 0,
          forwarded: 0,
        },
        webhook_attempts: { total: 2, delivered: 1, failed: 1, latency_ms: { p50: expect.any(Number) } },
      },
    })
    expect(seen.data.map((bucket: any) => bucket.requests.total)).toEqual([5, 0, 1, ...Array(57).fill(0)])
    expect(seen.data[1].requests.latency_ms).toBeNull()
    const { p50, p95, p99 } = seen.data[0].requests.latency_ms
    expect([p50 > 0, p50 <= p95, p95 <= p99]).toEqual([true, true, true])
    await foldUsage(t.database)
    expect(await read(ada, `${hour()}&interval=1m`)).toEqual(seen)
    const byHour = await read(ada, `${hour()}&interval=1h`)
    expect(byHour.data).toEqual([{ start: seen.from, ...seen.totals }])
  })

  test('of one key, or one endpoint, counts only that and says nothing of the rest', async () => {
    const endpointId = newId('ep')
    await send(key, '/v1/me', 2)
    await send(cryptoKey, '/v1/me')
    await attempt(endpointId)
    await attempt(newId('ep'))
    const ofKey = await read(ada, `${hour()}&api_key_id=${cryptoKey.id}`)
    expect(ofKey.totals).toMatchObject({ requests: { total: 1 }, webhook_attempts: null })
    const ofEndpoint = await read(ada, `${hour()}&endpoint_id=${endpointId}`)
    expect(ofEndpoint.totals).toMatchObject({ requests: null, webhook_attempts: { total: 1 } })
    const ofNobody = await read(ada, `${hour()}&api_key_id=${newId('key')}`)
    expect(ofNobody.totals.requests.total).toBe(0)
  })

  test('a key sees its own mode and currency type, and webhooks with their scope only', async () => {
    await send(cryptoKey, '/v1/me', 3)
    await send(key, '/v1/me', 2)
    await attempt(newId('ep'))
    const seen = (await t.signed(reader, 'GET', `/v1/usage?${hour()}&currency_type=crypto`)).body
    expect(seen['totals']).toMatchObject({ requests: { total: 2 }, webhook_attempts: null })
    const more = (await t.signed(key, 'GET', `/v1/usage?${hour()}`)).body
    expect(more['totals'].webhook_attempts).toMatchObject({ total: 1 })
    // Nothing tells a key of what it may not see by another name.
    for (const name of ['api_key_id=webhooks', 'endpoint_id=requests'])
      expect((await t.signed(reader, 'GET', `/v1/usage?${hour()}&${name}`)).status).toBe(422)
    expect((await read(ada, `${hour()}&currency_type=crypto`)).totals.requests.total).toBe(3)
  })

  test('the other mode and another workspace see nothing of it', async () => {
    await send(key, '/v1/me', 2)
    await attempt(newId('ep'), { mode: 'production' })
    expect((await read(ada, hour(), 'production')).totals).toMatchObject({
      requests: { total: 0 },
      webhook_attempts: { total: 1 },
    })
    for (const query of [hour(), `${hour()}&api_key_id=${key.id}`])
      expect((await read(eve, query)).totals.requests.total).toBe(0)
  })

  test('buckets are whole and few: the range widens to them, and the interval is chosen for it', async () => {
    const now = Math.floor(t.clock.now() / MINUTE_MS) * MINUTE_MS
    const chosen = async (hours: number) => {
      const { interval, data, from, to } = await read(
        ada,
        `from=${time(now - hours * 3_600_000)}&to=${time(now)}`,
      )
      expect(Date.parse(from)).toBeLessThanOrEqual(now - hours * 3_600_000)
      expect(Date.parse(to)).toBeGreaterThanOrEqual(now)
      return [interval, data.length <= 200]
    }
    expect(await Promise.all([1, 24, 7 * 24, 31 * 24, 190 * 24].map(chosen))).toEqual([
      ['1m', true],
      ['10m', true],
      ['1h', true],
      ['6h', true],
      ['1d', true],
    ])
    const byDefault = await read(ada, '')
    expect(Date.parse(byDefault.to) - Date.parse(byDefault.from)).toBeGreaterThanOrEqual(86_400_000)
  })

  test.each([
    ['from=yesterday', '/query/from'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', '/query/from'],
    ['from=2020-01-02T00:00:00Z', '/query/from'],
    ['interval=2h', '/query/interval'],
    ['api_key_id=x', '/query/api_key_id'],
    ['endpoint_id=x', '/query/endpoint_id'],
    ['currency_type=shells', '/query/currency_type'],
  ])('%s is refused by name', async (query, pointer) => {
    const { status, body } = await ada.request('GET', `/v1/usage?${query}`)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'invalid-input', pointer])
  })

  test('a range of too many buckets, or of minutes that are gone, is refused and says what goes', async () => {
    const now = t.clock.now()
    const refusal = async (query: string) => (await ada.request('GET', `/v1/usage?${query}`)).body.errors[0]
    expect(await refusal(`from=${time(now - 20 * 3_600_000)}&interval=1m`)).toMatchObject({
      pointer: '/query/interval',
      message: expect.stringContaining('at most 1000'),
    })
    expect(await refusal(`from=${time(now - 40 * 86_400_000)}&interval=10m`)).toMatchObject({
      pointer: '/query/interval',
      message: expect.stringContaining('30 days'),
    })
  })
})

describe('GET /v1/usage/api-keys', () => {
  const readKeys = (who: TestMember, ids: string[], query = hour()) =>
    who.request('GET', `/v1/usage/api-keys?${query}&interval=1m&api_key_id=${ids.join()}`)

  test('tells requests and refusals of each key, in the order asked for', async () => {
    await send(key, '/v1/me', 2)
    await send(cryptoKey, '/v1/me')
    t.clock.advance(MINUTE_MS)
    await send(key, '/v1/accounts/acc_none')
    const none = newId('key')
    const { body } = await readKeys(ada, [cryptoKey.id, key.id, none])
    expect(body.data.map(({ api_key_id: id, total }: any) => [id, total])).toEqual([
      [cryptoKey.id, 1],
      [key.id, 3],
      [none, 0],
    ])
    expect(body.data[1].requests.slice(0, 3)).toEqual([2, 1, 0])
    expect(body.data[1].refused.slice(0, 3)).toEqual([0, 1, 0])
    expect(body.data[1].failed).toEqual(Array(60).fill(0))
  })

  test('a member sees keys of both modes; another workspace none; a key none of another currency type', async () => {
    await send(key, '/v1/me')
    await t.database.pool.query(
      `insert into usage_pending values ($1, 'production', 'fiat', $2, date_bin('1 minute', $3, 'epoch'), 0, 0, 1, 0, 0, 0, '')`,
      [ada.workspaceId, reader.id, new Date(t.clock.now())],
    )
    const totals = async (who: TestMember) =>
      (await readKeys(who, [key.id, reader.id])).body.data.map(({ total }: any) => total)
    expect(await totals(ada)).toEqual([1, 1])
    expect(await totals(eve)).toEqual([0, 0])
    const ofCrypto = await t.signed(cryptoKey, 'GET', `/v1/usage/api-keys?${hour()}&api_key_id=${key.id}`)
    expect(ofCrypto.body['data'][0].total).toBe(0)
  })

  test('no key, too many, or too many buckets are refused', async () => {
    const many = Array.from({ length: 101 }, () => newId('key'))
    for (const ids of [[], ['key_x'], many]) expect((await readKeys(ada, ids)).status).toBe(422)
    const from = time(t.clock.now() - 4 * 3_600_000)
    expect((await readKeys(ada, [key.id], `from=${from}`)).status).toBe(422)
    expect((await ada.request('GET', '/v1/usage/api-keys')).status).toBe(422)
  })
})
