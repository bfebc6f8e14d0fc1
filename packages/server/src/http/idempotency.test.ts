import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { claimIdempotencyKey, completeClaim, type IdempotencyScope } from './idempotency-store.ts'
import { forgetIdempotencyKeysLoop, withoutSecrets } from './idempotency.ts'

let app: TestApp
let member: TestMember
let key: TestKey

beforeAll(async () => {
  app = await createTestApp()
  member = await app.signUp()
  key = await app.createKey(member)
})
afterAll(() => app.stop())

const deposit = { type: 'deposit', amount: '10.00', currency: 'USD' }
const send = (path: string, idempotencyKey: string, body: unknown, by = key) =>
  app.signed(by, 'POST', path, { body, headers: { 'idempotency-key': idempotencyKey } })
const create = (idempotencyKey: string, body: unknown = deposit, by = key) =>
  send('/v1/transactions', idempotencyKey, body, by)
const countOf = async (table: string) =>
  Number((await app.database.pool.query(`select count(*) from ${table}`)).rows[0].count)

describe('Idempotency-Key on POST /v1/transactions', () => {
  it('is required', async () => {
    const answer = await app.signed(key, 'POST', '/v1/transactions', { body: deposit })
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency-key-missing'])
  })

  it('the same request again gets the same bytes and moves money once', async () => {
    const idempotencyKey = randomUUID()
    const first = await create(idempotencyKey)
    const before = [await countOf('transactions'), await countOf('entries'), await countOf('events')]
    const second = await create(idempotencyKey)
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect([second.status, second.text]).toEqual([201, first.text])
    expect(second.headers['content-type']).toBe(first.headers['content-type'])
    expect([await countOf('transactions'), await countOf('entries'), await countOf('events')]).toEqual(before)
  })

  it('another body or another caller with the same key is refused, and the first answer stays', async () => {
    const idempotencyKey = randomUUID()
    const first = await create(idempotencyKey)
    const other = await app.createKey(member)
    for (const answer of [
      await create(idempotencyKey, { ...deposit, amount: '11.00' }),
      await create(idempotencyKey, deposit, other),
      await create(idempotencyKey, { ...deposit, amount: 'nonsense' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([422, 'idempotency-key-reused'])
    expect((await create(idempotencyKey)).text).toBe(first.text)
  })

  it('sent twenty times at once it moves money once', async () => {
    const idempotencyKey = randomUUID()
    const before = await countOf('transactions')
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(idempotencyKey)))
    expect(await countOf('transactions')).toBe(before + 1)
    const fresh = answers.filter(({ status, headers }) => status === 201 && !headers['idempotency-replayed'])
    expect(fresh).toHaveLength(1)
    for (const answer of answers)
      if (answer.status === 201) expect(answer.text).toBe(fresh[0]?.text)
      else expect(answer.body.code).toBe('idempotency-key-in-use')
  })

  it('a stored refusal is replayed: money that comes later does not change the answer', async () => {
    const person = await app.signUp('Poor')
    const poor = await app.createKey(person)
    const idempotencyKey = randomUUID()
    const payout = { type: 'payout', amount: '5.00', currency: 'USD' }
    const first = await create(idempotencyKey, payout, poor)
    expect([first.status, first.body.code]).toEqual([422, 'insufficient-funds'])
    const { id } = (await create(randomUUID(), deposit, poor)).body
    await app.signed(poor, 'POST', `/v1/test/transactions/${id}/settle`)
    const second = await create(idempotencyKey, payout, poor)
    expect([second.text, second.headers['idempotency-replayed']]).toEqual([first.text, 'true'])
    expect(second.headers['content-type']).toContain('application/problem+json')
    expect((await create(randomUUID(), payout, poor)).status).toBe(201)
  })

  it('an answer that another try may change is not stored', async () => {
    const idempotencyKey = randomUUID()
    const refused = await create(idempotencyKey, { type: 'deposit', amount: '1.0', currency: 'BTC' })
    expect(refused.status).toBe(403)
    expect((await create(idempotencyKey)).status).toBe(201)
  })

  it('what was not committed when the database connection died leaves no claim behind', async () => {
    const idempotencyKey = randomUUID()
    const client = await app.database.pool.connect()
    client.on('error', () => {})
    const { rows } = await client.query('select pg_backend_pid() as pid')
    await client.query('begin')
    await client.query(
      `insert into idempotency_keys (workspace_id, mode, method, path, key, request_hash, principal_id, claim_id, status,
         body, created_at, expires_at)
       values ($1, 'test', 'POST', '/v1/transactions', $2, sha256('x'), $3, 'req', 201, '{}', now(), now() + interval '1 day')`,
      [member.workspaceId, idempotencyKey, key.id],
    )
    const waiting = create(idempotencyKey)
    await app.database.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
    const answer = await waiting
    client.release(true)
    expect([answer.status, answer.headers['idempotency-replayed']]).toEqual([201, undefined])
  })

  it('an answer committed by another server meanwhile is replayed', async () => {
    const idempotencyKey = randomUUID()
    const first = await create(idempotencyKey)
    const { rows } = await app.database.pool.query(
      'delete from idempotency_keys where key = $1 returning *',
      [idempotencyKey],
    )
    const client = await app.database.pool.connect()
    await client.query('begin')
    await client.query(
      `insert into idempotency_keys select * from jsonb_populate_record(null::idempotency_keys, $1)`,
      [{ ...rows[0], request_hash: `\\x${rows[0].request_hash.toString('hex')}` }],
    )
    const before = await countOf('transactions')
    const waiting = create(idempotencyKey)
    await expect
      .poll(async () => (await app.database.pool.query(`select 1 from pg_locks where not granted`)).rowCount)
      .toBeGreaterThan(0)
    await client.query('commit')
    client.release()
    const answer = await waiting
    expect([answer.text, answer.headers['idempotency-replayed']]).toEqual([first.text, 'true'])
    expect(await countOf('transactions')).toBe(before)
  })

  it('is forgotten after 24 hours', async () => {
    const idempotencyKey = randomUUID()
    const first = await create(idempotencyKey)
    app.clock.advance(24 * 3_600_000 - 1_000)
    expect((await create(idempotencyKey)).text).toBe(first.text)
    app.clock.advance(2_000)
    const later = await create(idempotencyKey)
    expect([later.status, later.body.id === first.body.id]).toEqual([201, false])
    app.clock.advance(25 * 3_600_000)
    const loop = forgetIdempotencyKeysLoop(app)
    while ((await loop.run()) === 'more');
    expect(await countOf('idempotency_keys')).toBe(0)
  })
})

describe('Idempotency-Key on every other POST', () => {
  it('the same request again gets the same answer and acts once; another body is refused', async () => {
    const idempotencyKey = randomUUID()
    const first = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'One' })
    const second = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'One' })
    expect([second.status, second.text, second.headers['idempotency-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ])
    const other = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'Two' })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused'])
  })

  it('the same key on another path is another request', async () => {
    const idempotencyKey = randomUUID()
    expect((await send('/v1/accounts', idempotencyKey, { currency: 'USD' })).status).toBe(201)
    expect((await create(idempotencyKey)).status).toBe(201)
  })

  it('while the first runs, the second is told so; a claim whose server died frees itself', async () => {
    const idempotencyKey = randomUUID()
    const first = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'Slow' })
    // As if the server had been killed between the claim and the answer.
    await app.database.pool.query(
      `update idempotency_keys set status = null, body = null, lease_expires_at = $2 where key = $1`,
      [idempotencyKey, new Date(app.clock.now() + 60_000)],
    )
    const running = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'Slow' })
    expect([running.status, running.body.code]).toEqual([409, 'idempotency-key-in-use'])
    const other = await send('/v1/accounts', idempotencyKey, { currency: 'EUR', name: 'Slow' })
    expect(other.body.code).toBe('idempotency-key-reused')
    app.clock.advance(60_001)
    const again = await send('/v1/accounts', idempotencyKey, { currency: 'USD', name: 'Slow' })
    expect([again.status, again.body.id === first.body.id]).toEqual([201, false])
  })

  it('a request whose claim was taken over cannot store its answer', async () => {
    const scope: IdempotencyScope = {
      workspaceId: member.workspaceId,
      mode: 'test',
      method: 'POST',
      path: '/v1/accounts',
      key: randomUUID(),
      requestHash: Buffer.alloc(32, 1),
      principalId: key.id,
    }
    const { pool } = app.database
    const now = app.clock.now()
    expect(await claimIdempotencyKey(pool, scope, { claimId: 'slow', now, leaseMs: 1 })).toEqual({
      outcome: 'claimed',
    })
    expect(await claimIdempotencyKey(pool, scope, { claimId: 'next', now: now + 2, leaseMs: 1_000 })).toEqual(
      { outcome: 'claimed' },
    )
    expect(await completeClaim(pool, scope, 'slow', { status: 201, body: '{}' })).toBe(false)
    expect(await completeClaim(pool, scope, 'next', { status: 201, body: '{}' })).toBe(true)
  })

  it('a secret is shown once: the replay carries null and says so, and the store never holds it', async () => {
    const idempotencyKey = randomUUID()
    const body = { mode: 'test', currency_type: 'fiat', expires_at: null }
    const post = () =>
      member.request('POST', '/v1/api-keys', { body, headers: { 'idempotency-key': idempotencyKey } })
    const first = await post()
    const second = await post()
    expect(first.body.secret_key).toMatch(/^sk_test_/)
    expect(second.body).toMatchObject({ id: first.body.id, secret_key: null, secret_already_shown: true })
    const { rows } = await app.database.pool.query('select body from idempotency_keys where key = $1', [
      idempotencyKey,
    ])
    expect(rows[0].body).not.toContain('sk_test_')
  })

  it('a key that no header should carry is refused', async () => {
    expect((await send('/v1/accounts', 'x'.repeat(256), { currency: 'USD' })).status).toBe(422)
    const body = { currency: 'USD' }
    const spaced = await member.request('POST', '/v1/accounts', {
      body,
      headers: { 'idempotency-key': 'a\tb' },
    })
    expect([spaced.status, spaced.body.errors[0].pointer]).toEqual([422, '/headers/idempotency-key'])
  })

  it('secrets are hidden wherever they stand in an answer, and nothing else is touched', () => {
    expect(withoutSecrets('{"id":"a", "n": 1}')).toBe('{"id":"a", "n": 1}')
    expect(
      JSON.parse(withoutSecrets('{"data":[{"secret":"whsec_x","secret_version":2}],"secret_key":null}')),
    ).toEqual({
      data: [{ secret: null, secret_version: 2, secret_already_shown: true }],
      secret_key: null,
    })
  })
})
