import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendMail, mailSealName } from '../sessions/mail.ts'
import { createTestApp, signHeaders, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { CALLERS_PER_VERSION_MAX, pruneCallers } from './caller-queries.ts'
import { sendKeyLetters } from './letters.ts'
import { keyStatus, listKeys } from './queries.ts'
import { KEY_STATUSES } from './schema.ts'
import { tellExpiry } from './tell-expiry.ts'
import { tellRotation } from './tell-rotation.ts'

const DAY_MS = 86_400_000
let t: TestApp
let ada: TestMember

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
})
afterAll(() => t.stop())

describe('the callers of a key', () => {
  const callersOf = async (id: string, member = ada) => {
    await t.lastUse.flush()
    return member.request('GET', `/v1/api-keys/${id}/callers`)
  }
  const callAs = (key: TestKey, agent: string) =>
    t.signed(key, 'GET', '/v1/me', { headers: { 'user-agent': agent } })

  it('are shown by secret version, address and user agent, so that a person sees when the old secret is quiet', async () => {
    const old = await t.createKey(ada)
    await callAs(old, 'shop/1')
    await callAs(old, 'shop/1')
    const rotated = await ada.request('POST', `/v1/api-keys/${old.id}/rotate`, {
      body: { overlap_seconds: 3600 },
    })
    t.clock.advance(60_000)
    await callAs({ ...old, secretKey: rotated.body.secret_key }, 'shop/2')
    expect((await callAs(old, 'cron/1')).status).toBe(200)
    const { status, body } = await callersOf(old.id)
    expect(status).toBe(200)
    const seen = body.data.map((one: any) => [one.secret_version, one.ip, one.user_agent, one.request_count])
    expect(seen.sort()).toEqual([
      [1, '127.0.0.1', 'cron/1', 1],
      [1, '127.0.0.1', 'shop/1', 2],
      [2, '127.0.0.1', 'shop/2', 1],
    ])
    expect(body.secrets).toMatchObject([
      { version: 2, status: 'current', verifies_until: null, request_count: 1 },
      { version: 1, status: 'overlap', request_count: 3 },
    ])
    expect(Date.parse(body.secrets[1].last_used_at)).toBeGreaterThanOrEqual(
      Date.parse(body.secrets[1].created_at),
    )
    await callAs(old, 'shop/1')
    expect((await callersOf(old.id)).body.data).toHaveLength(3)
  })

  it('leave no trace when a request was refused', async () => {
    const key = await t.createKey(ada)
    await callAs({ ...key, secretKey: 'sk_test_wrong' }, 'thief/1')
    expect((await callersOf(key.id)).body.data).toEqual([])
  })

  it('are bounded: beyond so many of a version the rest is counted in one row', async () => {
    const key = await t.createKey(ada)
    for (let index = 0; index < CALLERS_PER_VERSION_MAX + 5; index += 1) {
      await callAs(key, `agent/${index}`)
      if (index % 20 === 0) await t.lastUse.flush()
    }
    const { body } = await callersOf(key.id)
    expect(body.data).toHaveLength(CALLERS_PER_VERSION_MAX + 1)
    const others = body.data.filter((one: any) => one.ip === null)
    expect(others).toMatchObject([{ user_agent: null, request_count: 5 }])
    expect(body.secrets[0].request_count).toBe(CALLERS_PER_VERSION_MAX + 5)
    expect((await callAs(key, 'x'.repeat(5000))).status).toBe(200)
    expect((await callersOf(key.id)).status).toBe(200)
  })

  it('are forgotten 90 days after their last call, and those of versions long gone before', async () => {
    const key = await t.createKey(ada)
    await callAs(key, 'a/1')
    await callersOf(key.id)
    for (let version = 0; version < 5; version += 1)
      await ada.request('POST', `/v1/api-keys/${key.id}/rotate`, { body: { overlap_seconds: 0 } })
    await pruneCallers(t.database.pool, { usedBefore: new Date(0), limit: 1000 })
    expect((await callersOf(key.id)).body.data).toEqual([])
    const other = await t.createKey(ada)
    await callAs(other, 'a/1')
    await callersOf(other.id)
    await pruneCallers(t.database.pool, { usedBefore: new Date(t.clock.now() + DAY_MS), limit: 1000 })
    expect((await callersOf(other.id)).body.data).toEqual([])
  })

  it('are seen by those only who see the key', async () => {
    const key = await t.createKey(ada)
    const eve = await t.signUp('Eve')
    expect((await callersOf(key.id, eve)).status).toBe(404)
    expect(
      (await t.app.inject({ url: `/v1/api-keys/${key.id}/callers`, headers: { host: 'localhost:4747' } }))
        .statusCode,
    ).toBe(401)
    expect((await t.signed(key, 'GET', `/v1/api-keys/${key.id}/callers`)).body.code).toBe('scope-missing')
    const reader = await t.createKey(ada, { currency_type: 'crypto', scopes: ['api-keys:read'] })
    expect((await t.signed(reader, 'GET', `/v1/api-keys/${key.id}/callers`)).status).toBe(404)
    const headers = signHeaders(
      { ...key, secretKey: 'sk_test_wrong' },
      { method: 'GET', path: `/v1/api-keys/${key.id}/callers`, payload: undefined, nowMs: t.clock.now() },
    )
    expect(
      (
        await t.app.inject({
          url: `/v1/api-keys/${key.id}/callers`,
          headers: { host: 'localhost:4747', ...headers },
        })
      ).statusCode,
    ).toBe(401)
  })
})

describe('a secret of 90 days', () => {
  it('is told of once, and again only for the secret after it', async () => {
    const bob = await t.signUp('Bob')
    const key = await t.createKey(bob)
    const told = async () => {
      await tellRotation(t)
      const { rows } = await t.database.pool.query(
        "select 1 from events where object_id = $1 and type = 'api_key.rotation_due'",
        [key.id],
      )
      return rows.length
    }
    const { body } = await bob.request('GET', `/v1/api-keys/${key.id}`)
    expect(Date.parse(body.rotation_due_at) - Date.parse(body.created_at)).toBe(90 * DAY_MS)
    expect(await told()).toBe(0)
    t.clock.advance(90 * DAY_MS)
    expect(await told()).toBe(1)
    expect(await told()).toBe(1)
    // The session of the test has ended by then; a new secret is a fact of the database.
    await t.database.pool.query('update api_keys set secret_version = 2, rotated_at = $2 where id = $1', [
      key.id,
      new Date(t.clock.now()),
    ])
    expect(await told()).toBe(1)
    t.clock.advance(90 * DAY_MS)
    expect(await told()).toBe(2)
  })
})

describe('letters about keys', () => {
  const letters = async (email: string) => {
    const { rows } = await t.database.pool.query<{ id: string; subject: string; sealed_body: string }>(
      "select id, subject, sealed_body from outgoing_mail where recipient = $1 and kind = 'notice' order by id",
      [email],
    )
    return rows.map((row) => t.sealer.open(row.sealed_body, mailSealName(row.id)).toString())
  }
  const send = () => sendKeyLetters({ ...t, sendMail: (message, executor) => sendMail(t, message, executor) })

  it('go to proved addresses of owners and admins, one a workspace and day, however many keys there are', async () => {
    const carol = await t.signUp('Carol')
    const dora = await t.signUp('Dora')
    for (const person of [carol, dora])
      await t.database.pool.query('update users set email_verified = $2 where id = $1', [
        person.userId,
        person === carol,
      ])
    const soon = new Date(t.clock.now() + 3 * DAY_MS).toISOString()
    const first = await t.createKey(carol, { expires_at: soon, name: 'Till\nHello' })
    await t.createKey(dora, { expires_at: soon })
    await t.database.pool.query(
      `insert into api_keys (id, workspace_id, public_key, name, mode, currency_type, algorithm, scopes,
                             rate_limit_per_minute, expires_at, created_at, created_by_kind, created_by_id, created_by_name)
       select 'key_bulk' || n, $1, 'pk_test_bulk' || n, 'Bulk ' || n, 'test', 'fiat', 'hmac-sha256', '{}', 1,
              $2, $3, 'member', 'x', 'x' from generate_series(1, 450) n`,
      [carol.workspaceId, soon, new Date(t.clock.now())],
    )
    while ((await tellExpiry(t)).more);
    await send()
    await send()
    const [letter, ...more] = await letters(carol.email)
    expect(more).toEqual([])
    expect(letter).toContain('Hello Carol,')
    expect(letter).toContain('These keys expire within 7 days:')
    expect(letter).toContain(`- Till Hello (${first.publicKey}, Test Mode): expires `)
    expect(letter).toContain('- and 431 more')
    expect(await letters(dora.email)).toEqual([])

    t.clock.advance(2.5 * DAY_MS)
    await t.database.pool.query("delete from api_keys where id like 'key_bulk%'")
    await tellExpiry(t)
    await send()
    t.clock.advance(DAY_MS)
    await tellExpiry(t)
    await send()
    const all = await letters(carol.email)
    expect(all).toHaveLength(3)
    expect(all[1]).toContain('This key expires within 7 days:')
    expect(all[2]).toContain('This key has expired and signs no more:')
  })
})

describe('filters of the list', () => {
  it('search finds a part of the name or the beginning of the public key, and reads % and _ as they are', async () => {
    const erin = await t.signUp('Erin')
    const till = await t.createKey(erin, { name: 'Till 100% North_1' })
    const shop = await t.createKey(erin, { name: 'Shop' })
    const found = async (search: string) =>
      (await erin.request('GET', `/v1/api-keys?search=${encodeURIComponent(search)}`)).body.data.map(
        (one: any) => one.id,
      )
    expect(await found('till')).toEqual([till.id])
    expect(await found('0% N')).toEqual([till.id])
    expect(await found('h_1')).toEqual([till.id])
    expect(await found('i%N')).toEqual([])
    expect(await found(shop.publicKey.slice(0, 14))).toEqual([shop.id])
    expect(await found('pk_test_')).toHaveLength(2)
    expect(await found('\\')).toEqual([])
    expect((await erin.request('GET', '/v1/api-keys?search=%00')).status).toBe(422)
  })

  it('by status answer what each key says of itself, for every set of statuses', async () => {
    const frank = await t.signUp('Frank')
    const in3days = new Date(t.clock.now() + 3 * DAY_MS)
    for (const input of [
      {},
      { expires_at: in3days.toISOString() },
      {},
      { expires_at: in3days.toISOString() },
      {},
    ])
      await t.createKey(frank, input)
    const { body } = await frank.request('GET', '/v1/api-keys')
    const ids = body.data.map((one: any) => one.id)
    await frank.request('PATCH', `/v1/api-keys/${ids[0]}`, { body: { enabled: false } })
    await frank.request('PATCH', `/v1/api-keys/${ids[1]}`, { body: { enabled: false } })
    await frank.request('DELETE', `/v1/api-keys/${ids[2]}`)
    for (const now of [new Date(t.clock.now()), new Date(t.clock.now() + 4 * DAY_MS)])
      for (let set = 1; set < 2 ** KEY_STATUSES.length; set += 1) {
        const statuses = KEY_STATUSES.filter((_, index) => set & (2 ** index))
        const of = { workspaceId: frank.workspaceId, limit: 100, now }
        const rows = await listKeys(t.database.pool, { ...of, statuses })
        const all = await listKeys(t.database.pool, of)
        const expected = all.filter((row) => statuses.includes(keyStatus(row, now.getTime())))
        expect(
          rows.map(({ id }) => id),
          statuses.join(),
        ).toEqual(expected.map(({ id }) => id))
      }
  })
})
