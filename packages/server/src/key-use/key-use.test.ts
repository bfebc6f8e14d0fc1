import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { ALL_SCOPES, DEFAULT_SCOPES } from '../keys/scopes.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { testRecord } from '../transaction-logs/test-record.ts'
import { findKeySeries, readUse } from './queries.ts'
import { REQUESTS_MIN } from './suggest-limits.ts'

const DAY_MS = 86_400_000
const [SHOP, CRON, OTHER] = ['203.0.113.5', '203.0.113.6', '198.51.100.9'] as const
let t: TestApp
let ada: TestMember

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
})
afterAll(() => t.stop())

type Call = { method: string; path: string; ip: string; body?: unknown }

/** Sends a signed request from an address. @returns the problem's code, or the status */
async function call(key: TestKey, { method, path, ip, body }: Call, app = t): Promise<string | number> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const headers: Record<string, string> = body === undefined ? {} : { 'idempotency-key': newId('req') }
  const answer = await app.app.inject({
    method: method as 'GET',
    url: path,
    remoteAddress: ip,
    headers: {
      host: 'localhost:4747',
      ...signHeaders(key, { method, path, payload, headers, nowMs: app.clock.now() }),
    },
    ...(payload === undefined ? {} : { payload }),
  })
  return (JSON.parse(answer.body || '{}') as { code?: string }).code ?? answer.statusCode
}

const get = (path: string, ip: string): Call => ({ method: 'GET', path, ip })
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

/** Sends the first of some calls eight days before the rest, and has everything written. */
async function use(key: TestKey, calls: readonly Call[]): Promise<void> {
  for (const [index, one] of calls.entries()) {
    await call(key, one)
    if (index === 0) t.clock.advance(8 * DAY_MS)
    // The limit of a minute is not what is tried here.
    if (index % 500 === 499) t.clock.advance(60_000)
  }
  await written()
}
async function written(app = t): Promise<void> {
  await app.requestLog.flush()
  await app.lastUse.flush()
}
const suggestions = async (id: string, query = '', member = ada) =>
  (await member.request('GET', `/v1/api-keys/${id}/suggestions${query}`)).body
const dryRun = async (id: string, body: object, member = ada) =>
  (await member.request('POST', `/v1/api-keys/${id}/dry-run`, { body })).body

describe('suggestions', () => {
  it('name the scopes and addresses that were used, and applied they refuse nothing that was done before', async () => {
    const key = await t.createKey(ada)
    await use(key, [...times(70, get('/v1/balances', SHOP)), ...times(40, get('/v1/transactions', CRON))])
    const told = await suggestions(key.id)
    expect(told['read']).toMatchObject({ request_count: 110, is_complete: true })
    expect(told['scopes']).toMatchObject({
      held: DEFAULT_SCOPES,
      suggested: ['balances:read', 'transactions:read'],
      reason: null,
    })
    expect(told['scopes'].used).toMatchObject([
      { scope: 'balances:read', request_count: 70 },
      { scope: 'transactions:read', request_count: 40 },
    ])
    expect(told['ip_allowlist']).toMatchObject({
      held: [],
      used: [
        { ip: SHOP, request_count: 70 },
        { ip: CRON, request_count: 40 },
      ],
      suggested: [`${SHOP}/32`, `${CRON}/32`],
      reason: null,
    })
    const narrower = { scopes: told['scopes'].suggested, ip_allowlist: told['ip_allowlist'].suggested }
    expect(await dryRun(key.id, narrower)).toMatchObject({
      refused_count: 0,
      undecided_count: 0,
      is_exact: true,
    })
    expect((await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: narrower })).status).toBe(200)
    expect(await call(key, get('/v1/balances', SHOP))).toBe(200)
    expect(await call(key, get('/v1/transactions', CRON))).toBe(200)
    expect(await call(key, get('/v1/events', SHOP))).toBe('scope-missing')
    expect(await call(key, get('/v1/balances', OTHER))).toBe('ip-not-allowed')
    await written()
    // What is refused asks for nothing, and what was applied is not suggested again.
    const after = await suggestions(key.id)
    expect([after['scopes'].reason, after['ip_allowlist'].reason]).toEqual(times(2, 'nothing-to-tighten'))
  })

  it('never refuse what is on record, whatever was called from wherever', async () => {
    const paths = ['/v1/balances', '/v1/accounts', '/v1/events', '/v1/reports/summary', '/v1/me']
    const odd = [`/v1/transactions/${newId('txn')}`, '/v1/nowhere', '/v1/webhook-logs', '/v1/api-keys']
    const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
    for (let round = 0; round < 4; round += 1) {
      const key = await t.createKey(ada, { scopes: ALL_SCOPES })
      const some = [...paths, ...odd].filter(() => Math.random() < 0.5)
      const ips = [SHOP, CRON, OTHER, '2001:db8:1:2::5', '2001:db8:1:2::6'].filter(() => Math.random() < 0.6)
      const calls = Array.from({ length: 130 }, () =>
        Math.random() < 0.1
          ? { method: 'POST', path: '/v1/transactions', ip: pick(ips) ?? SHOP, body: { type: 'x' } }
          : get(pick(some) ?? '/v1/me', pick(ips) ?? SHOP),
      )
      await use(key, calls)
      const { scopes, ip_allowlist: list } = await suggestions(key.id)
      expect([scopes.reason, list.reason]).toEqual([null, null])
      const narrower = { scopes: scopes.suggested, ip_allowlist: list.suggested }
      expect((await dryRun(key.id, narrower))['refused']).toEqual([])
      await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: narrower })
      for (const one of new Map(calls.map((each) => [`${each.path} ${each.ip}`, each])).values())
        expect(['scope-missing', 'ip-not-allowed']).not.toContain(await call(key, one))
    }
  })

  it('are not made from too little: fewer than 100 requests, or less than a week', async () => {
    const few = await t.createKey(ada)
    await use(few, times(REQUESTS_MIN - 1, get('/v1/balances', SHOP)))
    const young = await t.createKey(ada)
    for (const one of times(REQUESTS_MIN + 1, get('/v1/balances', SHOP))) await call(young, one)
    await written()
    const unused = await t.createKey(ada)
    for (const { id } of [few, young, unused]) {
      const { scopes, ip_allowlist: list } = await suggestions(id)
      expect([scopes.suggested, scopes.reason, list.suggested, list.reason]).toEqual([
        null,
        'too-few-requests',
        null,
        'too-few-requests',
      ])
    }
    // What was called is told all the same.
    expect((await suggestions(few.id))['scopes'].used).toMatchObject([{ scope: 'balances:read' }])
    expect((await suggestions(few.id, '?days=7'))['read'].request_count).toBe(REQUESTS_MIN - 2)
  })

  it('leave the scopes of a key alone that hands scopes on, and say so', async () => {
    const key = await t.createKey(ada, { scopes: ALL_SCOPES })
    const made = { mode: 'test', currency_type: 'fiat', expires_at: null, scopes: ['balances:read'] }
    const makes = { method: 'POST', path: '/v1/api-keys', ip: SHOP, body: made }
    await use(key, [...times(REQUESTS_MIN, get('/v1/api-keys', SHOP)), makes])
    const { scopes, ip_allowlist: list } = await suggestions(key.id)
    expect([scopes.suggested, scopes.reason]).toEqual([null, 'grants-scopes'])
    expect(list.suggested).toEqual([`${SHOP}/32`])
    const tried = await dryRun(key.id, { scopes: ['api-keys:read', 'api-keys:write'] })
    expect(tried).toMatchObject({ refused_count: 0, undecided_count: 1 })
  })

  it('keep the ranges that somebody chose, but for those from which nobody calls', async () => {
    const chosen = ['203.0.113.0/24', '192.0.2.0/24']
    const key = await t.createKey(ada, { ip_allowlist: chosen })
    await use(key, [...times(REQUESTS_MIN, get('/v1/balances', SHOP)), get('/v1/balances', OTHER)])
    const { ip_allowlist: list } = await suggestions(key.id)
    expect(list).toMatchObject({ held: chosen, suggested: ['203.0.113.0/24'] })
    expect(list.used.map(({ ip }: { ip: string }) => ip)).toEqual([SHOP])
  })

  it('list no addresses where there are more than a person would keep', async () => {
    const key = await t.createKey(ada)
    await use(
      key,
      Array.from({ length: REQUESTS_MIN }, (_, index) => get('/v1/balances', `203.0.113.${index % 20}`)),
    )
    expect((await suggestions(key.id))['ip_allowlist']).toMatchObject({
      suggested: null,
      reason: 'many-addresses',
    })
  })

  it('do not guess what requests to other services of the platform need', async () => {
    const platform = await createTestApp({ FORWARD_AUTHORITIES: 'pay.example' })
    try {
      const bob = await platform.signUp('Bob')
      const key = await platform.createKey(bob)
      const record = (index: number, path: string) => {
        const createdAt = platform.clock.now() - (index === 0 ? 8 * DAY_MS : index)
        const of = { workspaceId: bob.workspaceId, apiKeyId: key.id, path, createdAt, ip: SHOP }
        return platform.requestLog.recordDurably(testRecord({ ...of, id: newId('req', createdAt) }))
      }
      for (let index = 0; index < REQUESTS_MIN; index += 1) await record(index, '/v1/balances')
      expect((await suggestions(key.id, '', bob))['scopes'].suggested).toEqual(['balances:read'])
      await record(1, '/orders')
      expect((await suggestions(key.id, '', bob))['scopes']).toMatchObject({
        suggested: null,
        reason: 'needs-unknown',
      })
      const tried = await dryRun(key.id, { scopes: ['balances:read'] }, bob)
      expect(tried).toMatchObject({ refused_count: 0, undecided_count: 1 })
    } finally {
      await platform.stop()
    }
  })
})

describe('a dry run', () => {
  it('counts what would be refused, by route and address with the time, and what it counts comes true', async () => {
    const key = await t.createKey(ada)
    const calls = [
      ...times(5, get('/v1/balances', SHOP)),
      ...times(4, get('/v1/events', SHOP)),
      ...times(3, get('/v1/events', CRON)),
      ...times(2, get('/v1/balances', OTHER)),
      get('/v1/me', OTHER),
    ]
    await use(key, calls)
    const narrower = { scopes: ['balances:read'], ip_allowlist: ['203.0.113.0/24'] }
    const told = await dryRun(key.id, narrower)
    expect(told).toMatchObject({ refused_count: 10, is_exact: true, undecided_count: 0, refused_left_off: 0 })
    expect(told['read'].request_count).toBe(calls.length)
    const rows = told['refused'].map((row: any) => [
      row.code,
      row.method,
      row.path_pattern,
      row.ip,
      row.request_count,
    ])
    expect(rows).toEqual([
      ['ip-not-allowed', 'GET', '/v1/me', OTHER, 1],
      ['ip-not-allowed', 'GET', '/v1/balances', OTHER, 2],
      ['scope-missing', 'GET', '/v1/events', CRON, 3],
      ['scope-missing', 'GET', '/v1/events', SHOP, 4],
    ])
    const [latest] = told['refused']
    const log = await ada.request('GET', `/v1/transaction-logs/${latest.last_request_id}`)
    expect(log.body).toMatchObject({ path: '/v1/me', ip: OTHER, created_at: latest.last_at })

    // Nothing was changed by it.
    expect(await call(key, get('/v1/events', OTHER))).toBe(200)
    await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: narrower })
    let refused = 0
    for (const one of calls) if ((await call(key, one)) !== 200) refused += 1
    expect(refused).toBe(told['refused_count'])
  })

  it('of a key that is disabled or deleted counts everything that was accepted, and nothing else', async () => {
    const key = await t.createKey(ada, { scopes: ['balances:read'] })
    await use(key, [
      ...times(3, get('/v1/balances', SHOP)),
      get('/v1/events', SHOP),
      { method: 'POST', path: '/v1/balances', ip: SHOP, body: {} },
    ])
    await call({ ...key, secretKey: 'sk_test_wrong' }, get('/v1/balances', OTHER))
    await written()
    const told = await dryRun(key.id, { enabled: false })
    expect(told['refused'].map((row: any) => [row.code, row.method, row.request_count])).toEqual([
      ['key-disabled', 'POST', 1],
      ['key-disabled', 'GET', 3],
    ])
    const today = new Date(t.clock.now() - DAY_MS).toISOString()
    expect((await dryRun(key.id, { enabled: false, created_after: today }))['refused_count']).toBe(3)
  })

  it('looks at routes that a lost scope concerns first, and says when it has not read everything', async () => {
    const key = await t.createKey(ada)
    await use(key, [...times(300, get('/v1/balances', SHOP)), ...times(2, get('/v1/events', SHOP))])
    const of = { id: key.id, workspaceId: ada.workspaceId, mode: 'test' as const }
    const range = { sinceMs: t.clock.now() - 30 * DAY_MS, untilMs: t.clock.now() + 1 }
    const series = await findKeySeries(t.database.pool, of, range)
    expect(series).toHaveLength(2)
    const read = (rowsMax: number) => readUse(t.database.pool, { series, range, rowsMax })
    expect(await read(1_000)).toMatchObject({ rowsRead: 302, isComplete: true })
    const little = await read(10)
    expect(little.isComplete).toBe(false)
    expect(little.rowsRead).toBeLessThan(120)
    expect(little.groups.map(({ seriesId }) => seriesId)).toContain(
      series.find(({ pathPattern }) => pathPattern === '/v1/events')!.id,
    )
  })

  it('names what is wrong with what it is asked, and is not for everybody', async () => {
    const key = await t.createKey(ada)
    const path = `/v1/api-keys/${key.id}/dry-run`
    const pointer = async (body: object) =>
      (await ada.request('POST', path, { body })).body['errors']?.[0].pointer as string
    const ago = (days: number) => new Date(t.clock.now() - days * DAY_MS).toISOString()
    expect(await pointer({ created_after: ago(91) })).toBe('/created_after')
    expect(await pointer({ created_after: ago(-1) })).toBe('/created_after')
    expect(await pointer({ scopes: ['nothing:read'] })).toBe('/scopes/0')
    expect(await pointer({ ip_allowlist: ['here'] })).toBe('/ip_allowlist/0')
    for (const query of ['?days=0', '?days=91', '?days=x'])
      expect((await ada.request('GET', `/v1/api-keys/${key.id}/suggestions${query}`)).status).toBe(422)

    const eve = await t.signUp('Eve')
    const asked = [
      ['GET', `/v1/api-keys/${key.id}/suggestions`, undefined],
      ['POST', path, {}],
    ] as const
    const crypto = await t.createKey(ada, { currency_type: 'crypto', scopes: ['api-keys:read'] })
    for (const [method, url, body] of asked) {
      expect((await eve.request(method, url, { body })).body['code']).toBe('not-found')
      expect((await t.signed(crypto, method, url, { body })).body['code']).toBe('not-found')
      expect((await t.signed(key, method, url, { body })).body['code']).toBe('scope-missing')
    }
  })
})
