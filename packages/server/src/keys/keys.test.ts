import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'
import { isPublicKey } from './credentials.ts'
import { tellExpiry } from './tell-expiry.ts'

const DAY_MS = 86_400_000
let t: TestApp
let ada: TestMember

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
})
afterAll(() => t.stop())

const create = (body: Record<string, unknown>) => ada.request('POST', '/v1/api-keys', { body })
const fiat = { mode: 'test', currency_type: 'fiat', expires_at: null }

describe('creating a key', () => {
  it('answers with the secret this one time, in the format that scanners know', async () => {
    const { status, body } = await create(fiat)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...fiat, status: 'active', algorithm: 'hmac-sha256', secret_version: 1 })
    expect(body.name).toMatch(/^Test · Fiat · \d{1,2} \w{3,4}$/)
    expect(body.secret_key).toMatch(/^sk_test_[0-9A-Za-z]{49}$/)
    expect(isPublicKey(body.public_key)).toBe(true)
    expect(body.scopes).toContain('transactions:write')
    expect(body.scopes).not.toContain('api-keys:write')
    const again = await ada.request('GET', `/v1/api-keys/${body.id}`)
    expect(again.body.public_key).toBe(body.public_key)
    expect(again.text).not.toContain(body.secret_key)
  })

  it('names every wrong value', async () => {
    const past = new Date(t.clock.now() - 1000).toISOString()
    const cases: [Record<string, unknown>, string][] = [
      [{ currency_type: 'fiat', expires_at: null }, '/mode'],
      [{ ...fiat, currency_type: 'gold' }, '/currency_type'],
      [{ mode: 'test', currency_type: 'fiat' }, '/expires_at'],
      [{ ...fiat, expires_at: past }, '/expires_at'],
      [{ ...fiat, expires_at: 'tomorrow' }, '/expires_at'],
      [{ ...fiat, scopes: ['everything'] }, '/scopes/0'],
      [{ ...fiat, ip_allowlist: ['203.0.113.0/33'] }, '/ip_allowlist/0'],
      [{ ...fiat, algorithm: 'ed25519' }, '/ed25519_public_key'],
      [{ ...fiat, name: '' }, '/name'],
    ]
    for (const [body, pointer] of cases) {
      const answer = await create(body)
      expect(answer.status, pointer).toBe(422)
      expect(answer.body.code).toBe('invalid-input')
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
    }
  })

  it('is refused in Production Mode until the workspace is activated', async () => {
    const answer = await create({ ...fiat, mode: 'production' })
    expect([answer.status, answer.body.code]).toEqual([403, 'production-locked'])
  })

  it('needs a session or a signature, and our own origin', async () => {
    const anonymous = await t.app.inject({
      method: 'POST',
      url: '/v1/api-keys',
      headers: { host: 'localhost:4747' },
    })
    expect([anonymous.statusCode, anonymous.json().code]).toEqual([401, 'signature-missing'])
    const foreign = await t.app.inject({
      method: 'POST',
      url: '/v1/api-keys',
      headers: {
        host: 'localhost:4747',
        cookie: ada.cookie,
        origin: 'https://evil.example',
        'content-type': 'application/json',
      },
      payload: JSON.stringify(fiat),
    })
    expect([foreign.statusCode, foreign.json().code]).toEqual([403, 'origin-not-allowed'])
  })

  it('stores the secret only sealed', async () => {
    const key = await t.createKey(ada)
    const { rows } = await t.database.pool.query<{ sealed: string }>(
      'select sealed from api_key_secrets where api_key_id = $1',
      [key.id],
    )
    expect(rows[0]!.sealed).toMatch(/^v1\./)
    const whole = await t.database.pool.query<{ text: string }>(
      'select query_to_xml($1, true, false, $2)::text as text',
      ['select * from api_keys, api_key_secrets, audit_log', ''],
    )
    expect(whole.rows[0]!.text).not.toContain(key.secretKey)
  })
})

describe('a key at work', () => {
  it('signs requests, and its use is noted', async () => {
    const key = await t.createKey(ada)
    const me = await t.signed(key, 'GET', '/v1/me')
    expect(me.status, me.text).toBe(200)
    expect(me.body).toMatchObject({
      kind: 'key',
      public_key: key.publicKey,
      mode: 'test',
      currency_type: 'fiat',
    })
    expect(me.headers['ratelimit']).toMatch(/^"key";r=5999;t=\d+$/)
    await t.lastUse.flush()
    const { body } = await ada.request('GET', `/v1/api-keys/${key.id}`)
    expect(body.last_used_at).not.toBeNull()
  })

  it('cannot sign once it is disabled, and can again once it is enabled', async () => {
    const key = await t.createKey(ada)
    await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: { enabled: false } })
    expect((await t.signed(key, 'GET', '/v1/me')).body.code).toBe('key-disabled')
    await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: { enabled: true } })
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })

  it('cannot sign once it is deleted; its row stays, revoked, and deleting again changes nothing', async () => {
    const key = await t.createKey(ada)
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
    expect((await ada.request('DELETE', `/v1/api-keys/${key.id}`)).status).toBe(204)
    expect((await t.signed(key, 'GET', '/v1/me')).body.code).toBe('key-revoked')
    expect((await ada.request('DELETE', `/v1/api-keys/${key.id}`)).status).toBe(204)
    expect((await ada.request('GET', `/v1/api-keys/${key.id}`)).body.status).toBe('revoked')
    const patch = await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: { name: 'x' } })
    expect([patch.status, patch.body.code]).toEqual([409, 'key-not-changeable'])
  })

  it('cannot sign after its expiry', async () => {
    const key = await t.createKey(ada, { expires_at: new Date(t.clock.now() + 60_000).toISOString() })
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
    t.clock.advance(61_000)
    expect((await t.signed(key, 'GET', '/v1/me')).body.code).toBe('key-expired')
  })

  it('signs from allowed addresses only', async () => {
    const key = await t.createKey(ada, { ip_allowlist: ['203.0.113.0/24'] })
    const refused = await t.signed(key, 'GET', '/v1/me')
    expect([refused.status, refused.body.code]).toEqual([403, 'ip-not-allowed'])
    await ada.request('PATCH', `/v1/api-keys/${key.id}`, { body: { ip_allowlist: ['::ffff:127.0.0.1'] } })
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })

  it('is held to its rate limit', async () => {
    const key = await t.createKey(ada, { rate_limit_per_minute: 2 })
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
    const third = await t.signed(key, 'GET', '/v1/me')
    expect([third.status, third.body.code]).toEqual([429, 'rate-limited'])
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0)
    t.clock.advance(61_000)
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })
})

describe('rotating a key', () => {
  it('both secrets sign during the overlap, the new one alone after it', async () => {
    const old = await t.createKey(ada)
    const rotated = await ada.request('POST', `/v1/api-keys/${old.id}/rotate`, {
      body: { overlap_seconds: 100 },
    })
    expect(rotated.status).toBe(200)
    expect(rotated.body).toMatchObject({ secret_version: 2, public_key: old.publicKey })
    const renewed = { ...old, secretKey: rotated.body.secret_key as string }
    expect(renewed.secretKey).not.toBe(old.secretKey)
    expect((await t.signed(old, 'GET', '/v1/me')).body.key.secret_version).toBe(1)
    expect((await t.signed(renewed, 'GET', '/v1/me')).body.key.secret_version).toBe(2)
    t.clock.advance(101_000)
    const refused = await t.signed(old, 'GET', '/v1/me')
    expect(refused.body).toMatchObject({ code: 'signature-invalid', likely_cause_code: 'old-secret' })
    expect((await t.signed(renewed, 'GET', '/v1/me')).status).toBe(200)
  })

  it('with no overlap the old secret ends at once, and two live secrets are the most', async () => {
    const first = await t.createKey(ada)
    const rotate = async (overlap_seconds: number) =>
      (await ada.request('POST', `/v1/api-keys/${first.id}/rotate`, { body: { overlap_seconds } })).body
        .secret_key as string
    const second = { ...first, secretKey: await rotate(1000) }
    const third = { ...first, secretKey: await rotate(1000) }
    expect((await t.signed(first, 'GET', '/v1/me')).body.code).toBe('signature-invalid')
    expect((await t.signed(second, 'GET', '/v1/me')).status).toBe(200)
    const fourth = { ...first, secretKey: await rotate(0) }
    expect((await t.signed(third, 'GET', '/v1/me')).body.code).toBe('signature-invalid')
    expect((await t.signed(fourth, 'GET', '/v1/me')).status).toBe(200)
  })

  it('takes an overlap of 0 s to 7 days', async () => {
    const key = await t.createKey(ada)
    for (const overlap_seconds of [-1, 604_801, 1.5, '10'])
      expect(
        (await ada.request('POST', `/v1/api-keys/${key.id}/rotate`, { body: { overlap_seconds } })).status,
      ).toBe(422)
  })
})

describe('who may manage keys', () => {
  it("another workspace's key is not found, by any route", async () => {
    const key = await t.createKey(ada)
    const eve = await t.signUp('Eve')
    const calls = [
      eve.request('GET', `/v1/api-keys/${key.id}`),
      eve.request('PATCH', `/v1/api-keys/${key.id}`, { body: { name: 'mine' } }),
      eve.request('DELETE', `/v1/api-keys/${key.id}`),
      eve.request('POST', `/v1/api-keys/${key.id}/rotate`, { body: { overlap_seconds: 0 } }),
    ]
    const unknown = await eve.request('GET', '/v1/api-keys/key_00000000000000000000000000')
    for (const answer of await Promise.all(calls)) {
      expect(answer.status).toBe(404)
      expect({ ...answer.body, request_id: 0 }).toEqual({ ...unknown.body, request_id: 0 })
    }
    expect((await eve.request('GET', '/v1/api-keys')).body.data).toEqual([])
    expect((await t.signed(key, 'GET', '/v1/me')).status).toBe(200)
  })

  it('a key needs the scope, manages its own kind, never itself, and grants only what it holds', async () => {
    const plain = await t.createKey(ada)
    const refused = await t.signed(plain, 'GET', '/v1/api-keys')
    expect([refused.status, refused.body.code]).toEqual([403, 'scope-missing'])

    const manager = await t.createKey(ada, { scopes: ['api-keys:read', 'api-keys:write', 'balances:read'] })
    const made = await t.signed(manager, 'POST', '/v1/api-keys', {
      body: { ...fiat, scopes: ['balances:read'] },
    })
    expect(made.status, made.text).toBe(201)
    const crypto = await t.createKey(ada, { currency_type: 'crypto' })
    expect((await t.signed(manager, 'GET', `/v1/api-keys/${crypto.id}`)).status).toBe(404)
    const codes = await Promise.all([
      t.signed(manager, 'POST', '/v1/api-keys', { body: { ...fiat, scopes: ['transactions:write'] } }),
      t.signed(manager, 'POST', '/v1/api-keys', { body: { ...fiat, currency_type: 'crypto', scopes: [] } }),
      t.signed(manager, 'POST', '/v1/api-keys', { body: { ...fiat, mode: 'production', scopes: [] } }),
      t.signed(manager, 'DELETE', `/v1/api-keys/${manager.id}`),
    ])
    expect(codes.map((answer) => answer.body.code)).toEqual([
      'scope-missing',
      'currency-type-mismatch',
      'mode-mismatch',
      'conflict',
    ])
    const listed = await t.signed(manager, 'GET', '/v1/api-keys?limit=100')
    expect(listed.body.data.every((key: { currency_type: string }) => key.currency_type === 'fiat')).toBe(
      true,
    )
  })
})

describe('the list', () => {
  it('pages through all keys, newest first, each once, and filters by status', async () => {
    const bob = await t.signUp('Bob')
    const made: string[] = []
    for (let index = 0; index < 5; index += 1) made.unshift((await t.createKey(bob)).id)
    await bob.request('DELETE', `/v1/api-keys/${made[2]}`)
    await bob.request('PATCH', `/v1/api-keys/${made[1]}`, { body: { enabled: false } })
    await bob.request('PATCH', `/v1/api-keys/${made[0]}`, {
      body: { expires_at: new Date(t.clock.now() + DAY_MS).toISOString() },
    })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await bob.request('GET', `/v1/api-keys?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...body.data.map((key: { id: string }) => key.id))
      cursor = body.next_cursor
    }
    expect(seen).toEqual(made)
    const idsBy = async (status: string) =>
      (await bob.request('GET', `/v1/api-keys?status=${status}`)).body.data.map(
        (key: { id: string }) => key.id,
      )
    expect(await idsBy('revoked')).toEqual([made[2]])
    expect(await idsBy('disabled,expiring')).toEqual([made[0], made[1]])
    expect(await idsBy('active')).toEqual([made[3], made[4]])
    expect((await bob.request('GET', '/v1/api-keys?cursor=nonsense')).status).toBe(422)
    expect((await bob.request('GET', '/v1/api-keys?limit=101')).status).toBe(422)
  })
})

describe('the end of a key', () => {
  it('is told 7 days before, 1 day before and when it has come, once each', async () => {
    const carol = await t.signUp('Carol')
    const key = await t.createKey(carol, { expires_at: new Date(t.clock.now() + 30 * DAY_MS).toISOString() })
    const told = async () => {
      await tellExpiry(t)
      const { rows } = await t.database.pool.query<{ type: string }>(
        "select type from events where object_id = $1 and type like 'api_key.expir%' order by id",
        [key.id],
      )
      return rows.map((row) => row.type)
    }
    expect(await told()).toEqual([])
    t.clock.advance(23.5 * DAY_MS)
    expect(await told()).toEqual(['api_key.expiring'])
    expect(await told()).toEqual(['api_key.expiring'])
    t.clock.advance(6 * DAY_MS)
    expect(await told()).toEqual(['api_key.expiring', 'api_key.expiring'])
    t.clock.advance(DAY_MS)
    expect(await told()).toEqual(['api_key.expiring', 'api_key.expiring', 'api_key.expired'])
    expect(await told()).toHaveLength(3)
  })
})
