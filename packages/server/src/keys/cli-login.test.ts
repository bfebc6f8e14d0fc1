import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestApp, TEST_ORIGIN, type TestAnswer, type TestApp, type TestMember } from '../test-app.ts'
import { openProduction, setUpOperator, signUpPerson, type TestPerson } from '../test-production.ts'
import { deleteEndedCliLogins } from './cli-login-queries.ts'
import { endUnkeptKeys } from './end-unkept-keys.ts'
import { ACKNOWLEDGE_LIMIT_MS, CLI_LOGIN_LIFE_MS, CLI_LOGINS_MAX } from './start-cli-login.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
let t: TestApp
let olga: TestPerson
let ada: TestPerson
let eve: TestMember

beforeAll(async () => {
  t = await createTestApp()
  await t.app.listen({ host: '127.0.0.1', port: 0 })
  olga = await setUpOperator(t)
  ada = await signUpPerson(t, 'ada@acme.example')
  eve = await t.signUp('Eve')
})
afterAll(() => t.stop())
// What is counted by the minute or by ten begins anew.
beforeEach(() => t.clock.advance(CLI_LOGIN_LIFE_MS + MINUTE_MS))

/** Sends as a program that nobody knows. */
async function send(
  path: string,
  body: unknown,
  {
    headers = {},
    remoteAddress = '127.0.0.1',
  }: { headers?: Record<string, string>; remoteAddress?: string } = {},
): Promise<TestAnswer> {
  const answer = await t.app.inject({
    method: 'POST',
    url: path,
    remoteAddress,
    headers: { host: 'localhost:4747', 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  })
  return {
    status: answer.statusCode,
    body: JSON.parse(answer.body) as TestAnswer['body'],
    headers: answer.headers,
    text: answer.body,
  }
}

const start = (more: object = {}, options = {}) =>
  send(
    '/v1/cli-logins',
    { device_name: 'ada-laptop', ed25519_public_key: randomBytes(32).toString('base64url'), ...more },
    options,
  )
const poll = (secret: unknown, options = {}) => send('/v1/cli-logins/poll', { secret }, options)
const acknowledge = (secret: unknown, options = {}) => send('/v1/cli-logins/acknowledge', { secret }, options)
const choice = { mode: 'test', currency_type: 'fiat' }

/** A command line that has begun its login. */
async function begin(): Promise<{ id: string; code: string; secret: string; privateKey: KeyObject }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { status, body, text } = await start({ ed25519_public_key: publicKey.export({ format: 'jwk' }).x })
  if (status !== 201) throw new Error(text)
  return { id: body['id'], code: body['code'], secret: body['secret'], privateKey }
}
const confirm = (member: TestMember, { id, code }: { id: string; code: string }, more: object = {}) =>
  member.request('POST', `/v1/cli-logins/${id}/confirm`, { body: { code, ...choice, ...more } })
const refuse = (member: TestMember, id: string) => member.request('POST', `/v1/cli-logins/${id}/refuse`)
const keysOf = async (member: TestMember) =>
  (await member.request('GET', '/v1/api-keys?limit=100')).body['data'].length as number

describe('the login of a command line', () => {
  it('ends with a key whose private half never left it, made and recorded as every other key', async () => {
    const login = await begin()
    expect(login.code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect((await poll(login.secret)).body).toEqual({
      status: 'pending',
      public_key: null,
      interval_seconds: 2,
      acknowledge_by: null,
    })
    const asked = await ada.request('GET', `/v1/cli-logins/${login.id}`)
    expect(asked.body).toMatchObject({
      code: login.code,
      status: 'pending',
      device_name: 'ada-laptop',
      ip: '127.0.0.1',
      api_key_id: null,
    })
    expect(asked.text).not.toContain(login.secret)

    const made = await confirm(ada, login, { scopes: ['balances:read', 'balances:read'] })
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({
      name: 'CLI on ada-laptop',
      mode: 'test',
      currency_type: 'fiat',
      algorithm: 'ed25519',
      scopes: ['balances:read'],
      created_by: { kind: 'member', id: ada.userId },
    })
    expect(Date.parse(made.body['expires_at'])).toBe(t.clock.now() + 90 * DAY_MS)
    const publicKey = made.body['public_key'] as string
    expect((await poll(login.secret)).body).toMatchObject({ status: 'confirmed', public_key: publicKey })

    const key = { publicKey, secretKey: '' }
    const me = await t.signed(key, 'GET', '/v1/me', { privateKey: login.privateKey })
    expect([me.status, me.body['public_key']]).toEqual([200, publicKey])
    const { privateKey: other } = generateKeyPairSync('ed25519')
    const forged = await t.signed(key, 'GET', '/v1/me', { privateKey: other })
    expect(forged.body['code']).toBe('signature-invalid')

    const audit = await ada.request('GET', '/v1/audit-log?limit=2')
    expect(audit.body['data'].map(({ action }: { action: string }) => action)).toEqual([
      'cli_login.confirmed',
      'api_key.created',
    ])
    const events = await ada.request('GET', '/v1/events?type=api_key.created&limit=1')
    expect(events.body['data'][0].data.id).toBe(made.body['id'])
  })

  it('keeps the digest of the secret alone', async () => {
    const login = await begin()
    const { rows } = await t.database.pool.query('select * from cli_logins where id = $1', [login.id])
    expect(JSON.stringify(rows)).not.toContain(login.secret)
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(login.secret, 'base64url').toString('hex'))
  })

  it('takes the name, the end and no end that the person chose', async () => {
    const never = await confirm(ada, await begin(), { name: 'Mine', expires_at: null })
    expect(never.body).toMatchObject({ name: 'Mine', expires_at: null })
    const past = new Date(t.clock.now() - 1000).toISOString()
    const login = await begin()
    expect((await confirm(ada, login, { expires_at: past })).status).toBe(422)
    // What was refused decided nothing.
    expect((await poll(login.secret)).body['status']).toBe('pending')
    expect((await confirm(ada, login)).status).toBe(200)
  })

  it('gives nothing when it is refused, and cannot be confirmed afterwards', async () => {
    const login = await begin()
    const before = await keysOf(ada)
    expect((await refuse(ada, login.id)).body).toMatchObject({ status: 'refused', api_key_id: null })
    expect((await poll(login.secret)).body).toMatchObject({ status: 'refused', public_key: null })
    expect((await confirm(ada, login)).body['code']).toBe('conflict')
    expect((await refuse(ada, login.id)).body['code']).toBe('conflict')
    expect(await keysOf(ada)).toBe(before)
  })

  it('makes one key, however often and by however many it is confirmed at once', async () => {
    const login = await begin()
    const before = (await keysOf(ada)) + (await keysOf(eve))
    const people = [ada, eve, ada, eve, ada, eve]
    const answers = await Promise.all(people.map((person) => confirm(person, login)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => /^(conflict|not-found)$/.test(body['code']))).toHaveLength(5)
    expect((await keysOf(ada)) + (await keysOf(eve))).toBe(before + 1)
  })

  it('ends after ten minutes: nobody can confirm it, and the program is told', async () => {
    const login = await begin()
    t.clock.advance(CLI_LOGIN_LIFE_MS - 1)
    expect((await poll(login.secret)).body['status']).toBe('pending')
    t.clock.advance(1)
    expect((await poll(login.secret)).body['status']).toBe('expired')
    expect((await ada.request('GET', `/v1/cli-logins/${login.id}`)).body['status']).toBe('expired')
    expect((await confirm(ada, login)).body['code']).toBe('conflict')
    await deleteEndedCliLogins(t.database.pool, { endedBefore: new Date(t.clock.now() + 1), limit: 1000 })
    expect((await poll(login.secret)).status).toBe(404)
    expect((await ada.request('GET', `/v1/cli-logins/${login.id}`)).status).toBe(404)
  })

  it('cannot be confirmed under another code than the terminal shows', async () => {
    const login = await begin()
    const other = await begin()
    const wrong = await confirm(ada, { id: login.id, code: other.code })
    expect([wrong.status, wrong.body['errors'][0].pointer]).toEqual([422, '/code'])
    expect((await poll(login.secret)).body['status']).toBe('pending')
  })
})

describe('a key that was given to a command line', () => {
  const endUnkept = () => endUnkeptKeys(t)
  // Those of the tests before.
  beforeEach(async () => void (await endUnkept()))
  const signs = async (publicKey: string, privateKey: KeyObject) => {
    const { status, body } = await t.signed({ publicKey, secretKey: '' }, 'GET', '/v1/me', { privateKey })
    return status === 200 ? 'yes' : (body['code'] as string)
  }

  it('is revoked when the command line does not say that it keeps it, and the workspace is told', async () => {
    const login = await begin()
    const { body: key } = await confirm(ada, login)
    const confirmed = (await poll(login.secret)).body
    expect(confirmed['acknowledge_by']).toBe(new Date(t.clock.now() + ACKNOWLEDGE_LIMIT_MS).toISOString())
    t.clock.advance(ACKNOWLEDGE_LIMIT_MS - 1)
    expect((await endUnkept()).ended).toBe(0)
    // Also where nobody pruned or polled for days: a login is not forgotten before its key was looked at.
    await deleteEndedCliLogins(t.database.pool, {
      endedBefore: new Date(t.clock.now() + DAY_MS),
      limit: 1000,
    })
    t.clock.advance(1)
    expect((await endUnkept()).ended).toBe(1)
    expect((await endUnkept()).ended).toBe(0)

    await vi.waitFor(async () => expect(await signs(key['public_key'], login.privateKey)).toBe('key-revoked'))
    expect((await poll(login.secret)).body).toMatchObject({ status: 'abandoned', public_key: null })
    const shown = await ada.request('GET', `/v1/cli-logins/${login.id}`)
    expect(shown.body).toMatchObject({ status: 'abandoned', acknowledged: false, api_key_id: key['id'] })
    const [entry] = (await ada.request('GET', `/v1/audit-log?target_id=${key['id']}`)).body['data']
    expect(entry).toMatchObject({ action: 'api_key.revoked', actor: { kind: 'system' } })
    expect(entry.after.reason).toContain('command line')
    const events = await ada.request('GET', '/v1/events?type=api_key.revoked&limit=1')
    expect(events.body['data'][0].data.id).toBe(key['id'])
    const late = await acknowledge(login.secret)
    expect([late.status, late.body['code']]).toEqual([409, 'conflict'])
  })

  it('lives on once it is acknowledged, however often that is said', async () => {
    const login = await begin()
    const { body: key } = await confirm(ada, login)
    for (let count = 0; count < 2; count += 1)
      expect((await acknowledge(login.secret)).body).toEqual({
        status: 'confirmed',
        public_key: key['public_key'],
        interval_seconds: 2,
        acknowledge_by: null,
      })
    t.clock.advance(ACKNOWLEDGE_LIMIT_MS)
    expect((await endUnkept()).ended).toBe(0)
    expect(await signs(key['public_key'], login.privateKey)).toBe('yes')
    expect((await ada.request('GET', `/v1/cli-logins/${login.id}`)).body['acknowledged']).toBe(true)
  })

  it('is acknowledged or revoked, never both, when the two come at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const login = await begin()
      const { body: key } = await confirm(ada, login)
      t.clock.advance(ACKNOWLEDGE_LIMIT_MS)
      const [said, { ended }] = await Promise.all([acknowledge(login.secret), endUnkept()])
      expect([said.status, ended]).toEqual(said.status === 200 ? [200, 0] : [409, 1])
      const { body } = await ada.request('GET', `/v1/api-keys/${key['id']}`)
      expect(body['status']).toBe(said.status === 200 ? 'active' : 'revoked')
    }
  })

  it('stays revoked where a person was quicker than the acknowledgement', async () => {
    const login = await begin()
    const { body: key } = await confirm(ada, login)
    await ada.request('DELETE', `/v1/api-keys/${key['id']}`)
    expect((await acknowledge(login.secret)).status).toBe(200)
    expect(await signs(key['public_key'], login.privateKey)).toBe('key-revoked')
  })

  it('is none before a person confirmed, and nobody acknowledges who does not know the secret', async () => {
    const login = await begin()
    expect((await acknowledge(login.secret)).body['code']).toBe('conflict')
    await refuse(ada, login.id)
    expect((await acknowledge(login.secret)).body['code']).toBe('conflict')
    expect((await acknowledge(randomBytes(32).toString('base64url'))).body['code']).toBe('not-found')
    expect((await acknowledge('short')).status).toBe(422)
    const elsewhere = { headers: { origin: 'https://evil.example' } }
    expect((await acknowledge(login.secret, elsewhere)).body['code']).toBe('origin-not-allowed')
  })
})

describe('who may confirm', () => {
  it('a developer in Test Mode; for Production Mode an admin of an open workspace', async () => {
    const login = await begin()
    expect((await confirm(ada, login, { mode: 'production' })).body['code']).toBe('production-locked')
    await openProduction(t, { operator: olga, person: ada })
    const role = (name: string) =>
      t.database.pool.query('update members set role = $1 where user_id = $2', [name, ada.userId])
    await role('viewer')
    expect((await confirm(ada, login)).body['code']).toBe('role-missing')
    expect((await ada.request('GET', `/v1/cli-logins/${login.id}`)).body['code']).toBe('role-missing')
    await role('developer')
    expect((await confirm(ada, login, { mode: 'production' })).body['code']).toBe('role-missing')
    await role('owner')
    expect((await confirm(ada, login, { mode: 'production' })).body['public_key']).toMatch(/^pk_prod_/)
  })

  it('nobody else sees what a workspace decided', async () => {
    const login = await begin()
    expect((await eve.request('GET', `/v1/cli-logins/${login.id}`)).status).toBe(200)
    await confirm(ada, login)
    const unknown = `/v1/cli-logins/${login.id.slice(0, -1)}${login.id.endsWith('0') ? '1' : '0'}`
    for (const path of [`/v1/cli-logins/${login.id}`, unknown]) {
      expect((await eve.request('GET', path)).body['code']).toBe('not-found')
      expect((await refuse(eve, path.split('/').at(-1)!)).body['code']).toBe('not-found')
    }
  })

  it('no key may, no stranger, and no other site', async () => {
    const login = await begin()
    const path = `/v1/cli-logins/${login.id}/confirm`
    const body = { code: login.code, ...choice }
    const key = await t.createKey(ada, { scopes: ['api-keys:read', 'api-keys:write'] })
    expect((await t.signed(key, 'POST', path, { body })).body['code']).toBe('member-required')
    expect((await send(path, body)).body['code']).toBe('signature-missing')
    const elsewhere = { origin: 'https://evil.example' }
    expect((await ada.request('POST', path, { body, headers: elsewhere })).body['code']).toBe(
      'origin-not-allowed',
    )
    for (const headers of [elsewhere, { 'sec-fetch-site': 'cross-site' }, { cookie: eve.cookie }])
      expect((await start({}, { headers })).body['code']).toBe('origin-not-allowed')
    expect((await start({}, { headers: { origin: TEST_ORIGIN } })).status).toBe(201)
  })
})

describe('what strangers may ask', () => {
  it('bad input is named', async () => {
    const cases: [object, string][] = [
      [{ device_name: '' }, '/device_name'],
      [{ device_name: 'x'.repeat(101) }, '/device_name'],
      [{ device_name: 'laptop\u202Eevil' }, '/device_name'],
      [{ device_name: 'two\nlines' }, '/device_name'],
      [{ ed25519_public_key: 'short' }, '/ed25519_public_key'],
      [{ ed25519_public_key: undefined }, '/ed25519_public_key'],
    ]
    for (const [more, pointer] of cases) {
      const { status, body } = await start(more)
      expect([pointer, status, body['errors']?.[0].pointer]).toEqual([pointer, 422, pointer])
    }
    for (const secret of [undefined, 1, '', 'x'.repeat(42), 'x'.repeat(44), `${'x'.repeat(42)}\0`, ['x']])
      expect((await poll(secret)).status).toBe(422)
  })

  it('an address that guesses secrets is turned away before anything is looked up', async () => {
    const remoteAddress = '203.0.113.9'
    const guess = () => poll(randomBytes(32).toString('base64url'), { remoteAddress })
    for (let count = 0; count < 600; count += 1) expect((await guess()).status).toBe(404)
    const refused = await guess()
    expect([refused.status, refused.body['code']]).toEqual([429, 'too-many-failures'])
    const login = await begin()
    expect((await poll(login.secret, { remoteAddress })).status).toBe(429)
    expect((await poll(login.secret)).status).toBe(200)
  })

  it('a program that asks without pause is told to wait, and no other', async () => {
    const [hasty, patient] = [await begin(), await begin()]
    for (let count = 0; count < 60; count += 1) await poll(hasty.secret)
    const refused = await poll(hasty.secret)
    expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await poll(patient.secret)).status).toBe(200)
  })

  it('an address begins 30 logins in ten minutes; a network of IPv6 is one address', async () => {
    const from = (remoteAddress: string) => start({}, { remoteAddress })
    for (let count = 0; count < 30; count += 1)
      expect((await from(`2001:db8:1:2::${count.toString(16)}`)).status).toBe(201)
    const refused = await from('2001:db8:1:2:ffff::1')
    expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
    expect((await from('2001:db8:1:3::1')).status).toBe(201)
    t.clock.advance(CLI_LOGIN_LIFE_MS)
    expect((await from('2001:db8:1:2::1')).status).toBe(201)
  })

  it('no more than so many wait in all, also when several begin at once', async () => {
    await t.database.pool.query(
      `insert into cli_logins (id, secret_hash, code, device_name, ip, ed25519_public_key, created_at, expires_at)
       select 'cli_bulk' || n, sha256(n::text::bytea), 'X', 'x', 'x', sha256('x'), now(), $2
         from generate_series(1, $1) n`,
      [CLI_LOGINS_MAX - 1, new Date(t.clock.now() + CLI_LOGIN_LIFE_MS)],
    )
    const answers = await Promise.all(Array.from({ length: 5 }, () => start()))
    expect(answers.map(({ body }) => body['code']).filter((code) => code === 'limit-reached')).toHaveLength(4)
    t.clock.advance(CLI_LOGIN_LIFE_MS)
    expect((await start()).status).toBe(201)
  })
})
