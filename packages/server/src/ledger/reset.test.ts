import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../ids.ts'
import { ALL_SCOPES } from '../keys/scopes.ts'
import { simulator } from '../rails/simulator.ts'
import { createTestApp, type TestAnswer, type TestApp, type TestKey } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from '../test-production.ts'
import type { Deliverer } from '../webhooks/deliver.ts'
import { deliverFor, listen, type Listener } from '../webhooks/test-webhooks.ts'
import { reconcile } from './reconcile.ts'
import { beginReset, continueReset, findReset, resetLoop } from './reset-test-data.ts'
import { settleDue } from './settle-loop.ts'
import { transactionRequest } from './test-transaction.ts'

/** What a reset leaves of a workspace's Test Mode, as docs/test-mode.md says; every other table must be empty of it. */
const KEPT = new Set([
  'api_keys',
  'audit_log',
  'event_sequences', // of objects that stay, such as endpoints and keys
  'idempotency_keys', // of what stays
  'ledger_sequences',
  'transaction_log_series',
  'transaction_logs',
  'usage_counts',
  'usage_pending',
  'webhook_endpoints',
])
/** Written by the reset itself, or by whoever signs in. */
const WRITTEN = new Set(['audit_log', 'nonce_floor', 'sessions', 'test_clocks', 'test_resets'])

let app: TestApp
let ada: TestPerson
let eve: TestPerson
let test: TestKey
let production: TestKey
let evesKey: TestKey
let listener: Listener
let deliverer: Deliverer
const wait = { timeout: 15_000, interval: 20 }

beforeAll(async () => {
  app = await createTestApp()
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  const operator = await setUpOperator(app)
  ada = await signUpPerson(app, 'ada@acme.example')
  eve = await signUpPerson(app, 'eve@other.example')
  await openProduction(app, { operator, person: ada })
  test = await app.createKey(ada, { scopes: ALL_SCOPES })
  production = await app.createKey(ada, { mode: 'production', scopes: ALL_SCOPES })
  evesKey = await app.createKey(eve, { scopes: ALL_SCOPES })
  listener = await listen()
  deliverer = await deliverFor(app, { retrySchedule: [0, 3_600], clock: app.clock })
})
afterAll(async () => {
  await deliverer.stop()
  await listener.close()
  await app.stop()
})

async function send(key: TestKey, method: string, path: string, body?: unknown): Promise<TestAnswer> {
  const headers = { 'idempotency-key': newId('req') }
  const answer = await signedOverSocket(app, key, method, path, body === undefined ? {} : { body, headers })
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`)
  return answer
}
const deposit = (key: TestKey, fields: Record<string, unknown> = {}) =>
  send(key, 'POST', '/v1/transactions', { type: 'deposit', amount: '10.00', currency: 'USD', ...fields })

/** Something of everything: accounts, ended, waiting and returned transactions, webhooks that arrived, failed and wait. */
async function fill(key: TestKey, url: string): Promise<void> {
  const endpoint = { url, event_types: ['*'] }
  const { body: made } = await send(key, 'POST', '/v1/webhook-endpoints', endpoint)
  await send(key, 'POST', '/v1/accounts', { currency: 'USD', name: 'Savings' })
  await deposit(key)
  await deposit(key, { reference: 'simulate:return' })
  await deposit(key, { reference: 'simulate:pending' })
  app.clock.advance(1_000)
  await settleDue(app, simulator)
  app.clock.advance(5_000)
  await settleDue(app, simulator)
  await deposit(key, { reference: 'simulate:delay_10m' })
  await send(key, 'POST', `/v1/webhook-endpoints/${made['id']}/ping`, {})
  await send(key, 'POST', `/v1/webhook-endpoints/${made['id']}/replays`, {
    created_after: '2025-11-23T12:00:00Z',
  })
}

/**
 * A digest of the rows of every table, without those of a workspace's Test Mode. Rows of tables that name neither
 * workspace nor mode belong to it when the endpoint or the event that they name does.
 */
async function everythingElse(workspaceId: string): Promise<Record<string, string>> {
  const { rows: tables } = await app.database.pool.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     group by c.relname order by c.relname`,
  )
  const digests: Record<string, string> = {}
  for (const { name, columns } of tables) {
    if (WRITTEN.has(name)) continue
    const has = (column: string) => columns.includes(column)
    const ours =
      has('workspace_id') && has('mode')
        ? `(r.workspace_id = $1 or r.workspace_id like 'reset:' || $1 || ':%') and r.mode = 'test'`
        : has('endpoint_id')
          ? `r.endpoint_id in (select id from webhook_endpoints where workspace_id = $1 and mode = 'test')`
          : has('transaction_id')
            ? `r.transaction_id not in (select id from transactions where workspace_id <> $1 or mode <> 'test')`
            : `$1::text is null`
    const { rows } = await app.database.pool.query<{ digest: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(r::text, e'\\n' order by r::text)), '') as digest
       from ${name} r where not coalesce(${ours}, false)`,
      [workspaceId],
    )
    digests[name] = rows[0]!.digest
  }
  return digests
}

/** The tables that still hold something of a workspace's Test Mode. */
async function leftOf(workspaceId: string): Promise<string[]> {
  const { rows: tables } = await app.database.pool.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id')
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'mode')
     order by 1`,
  )
  const left = []
  for (const { name } of tables) {
    const { rowCount } = await app.database.pool.query(
      `select from ${name} where mode = 'test' and (workspace_id = $1 or workspace_id like 'reset:%') limit 1`,
      [workspaceId],
    )
    if (rowCount) left.push(name)
  }
  return left.filter((name) => !KEPT.has(name))
}

describe('a reset', () => {
  it('leaves every row of Production Mode and of other workspaces as it was, and none of its own Test Mode', async () => {
    await fill(test, listener.url)
    await fill(evesKey, listener.url)
    await send(production, 'POST', '/v1/webhook-endpoints', {
      url: 'https://example.com/hooks',
      event_types: ['*'],
    })
    await deposit(production)
    await deposit(production)
    const refusing = await listen(500)
    await send(test, 'POST', '/v1/webhook-endpoints', { url: refusing.url, event_types: ['*'] })
    await deposit(test)
    const of = (workspaceId: string) =>
      app.database.pool.query(
        `select from finished_deliveries where workspace_id = $1 and mode = 'test' and status = 'delivered'`,
        [workspaceId],
      )
    await vi.waitFor(async () => expect((await of(ada.workspaceId)).rowCount).toBeGreaterThan(9), wait)
    await vi.waitFor(async () => expect((await of(eve.workspaceId)).rowCount).toBeGreaterThan(9), wait)
    await vi.waitFor(() => expect(refusing.received.length).toBeGreaterThan(0), wait)
    await deliverer.stop()
    await app.lastUse.flush()
    const { rows: events } = await app.database.pool.query<{ id: string }>(
      `select id from events where workspace_id = $1 and mode = 'test'`,
      [ada.workspaceId],
    )
    expect(events.length).toBeGreaterThan(10)
    const before = await everythingElse(ada.workspaceId)

    const reset = await ada.request('POST', '/v1/test/reset')
    expect(reset.body).toMatchObject({ status: 'completed', deleted_transactions: 6 })
    expect(reset.body['deleted_events']).toBe(events.length)
    expect(await everythingElse(ada.workspaceId)).toEqual(before)
    expect(before['transactions']).toMatch(/^7 /)
    expect(await leftOf(ada.workspaceId)).toEqual([])
    const ids = events.map(({ id }) => id)
    for (const table of ['events', 'pending_deliveries', 'finished_deliveries', 'delivery_attempts']) {
      const column = table === 'events' ? 'id' : 'event_id'
      const { rowCount } = await app.database.pool.query(`select from ${table} where ${column} = any ($1)`, [
        ids,
      ])
      expect([table, rowCount]).toEqual([table, 0])
    }
    for (const path of ['transactions', 'accounts', 'balances', 'events', 'webhook-logs'])
      expect([path, (await send(test, 'GET', `/v1/${path}`)).body['data']]).toEqual([path, []])
    expect((await send(test, 'GET', '/v1/webhook-endpoints')).body['data']).toHaveLength(2)
    expect((await send(test, 'GET', '/v1/transaction-logs')).body['data'].length).toBeGreaterThan(0)
    expect(await reconcile(app.database.pool)).toMatchObject({ consistent: true })
    const entry = (await ada.request('GET', '/v1/audit-log')).body['data'][0]
    expect(entry).toMatchObject({ action: 'test_data.reset', actor: { kind: 'member' }, mode: 'test' })
    await refusing.close()
  })

  it('requests go on meanwhile: each is answered, keeps what it made, and the ledger adds up at every step', async () => {
    const { workspaceId } = ada
    await Promise.all(Array.from({ length: 1_300 }, (_, index) => quickDeposit(`old-${index}`)))
    app.clock.advance(10_000)
    const made: { id: string; begunAfter: boolean }[] = []
    let done = false
    let isReset = false
    const flow = async () => {
      while (!done) {
        const begunAfter = isReset
        const { body } = await deposit(test, { amount: '1.00' })
        made.push({ id: String(body['id']), begunAfter })
      }
    }
    const proofs: boolean[] = []
    const prove = async () => {
      while (!done) proofs.push((await reconcile(app.database.pool)).consistent)
    }
    const flows = [flow(), flow(), prove()]
    await vi.waitFor(() => expect(made.length).toBeGreaterThan(3), wait)
    await beginReset(app, workspaceId, async () => {})
    isReset = true
    await continueReset(app, workspaceId)
    const after = () => made.filter(({ begunAfter }) => begunAfter)
    await vi.waitFor(() => expect(after().length).toBeGreaterThan(4), wait)
    done = true
    await Promise.all(flows)
    expect(proofs.length).toBeGreaterThan(1)
    expect(proofs).not.toContain(false)
    expect(await findReset(app.database.pool, workspaceId)).toMatchObject({ status: 'completed' })
    const { rows } = await app.database.pool.query<{ id: string; events: number }>(
      `select t.id, (select count(*)::int from events where object_id = t.id) as events
       from transactions t where workspace_id = $1 and mode = 'test'`,
      [workspaceId],
    )
    const kept = new Set(rows.map(({ id }) => id))
    for (const { id } of after()) expect(kept).toContain(id)
    for (const { events } of rows) expect(events).toBeGreaterThan(0)
    expect((await send(test, 'GET', '/v1/balances')).body['data'][0].pending_in).toBe(`${kept.size}.00`)
  })

  it('that was interrupted goes on in the worker, and a second one begun meanwhile is one with it', async () => {
    const { workspaceId } = ada
    await Promise.all(Array.from({ length: 20 }, (_, index) => quickDeposit(`interrupted-${index}`)))
    await beginReset(app, workspaceId, async () => {})
    expect((await ada.request('GET', '/v1/test/reset')).body).toMatchObject({
      status: 'running',
      finished_at: null,
    })
    await deposit(test)
    app.clock.advance(10)
    await beginReset(app, workspaceId, async () => {})
    await resetLoop(app).run()
    expect((await ada.request('GET', '/v1/test/reset')).body['status']).toBe('completed')
    expect(await leftOf(workspaceId)).toEqual([])
  })

  it('ends although people and the rail settled meanwhile what was there before', async () => {
    const { workspaceId } = ada
    const [byHand, byRail] = [await deposit(test), await deposit(test)]
    await Promise.all(Array.from({ length: 5 }, (_, index) => quickDeposit(`settled-${index}`)))
    await beginReset(app, workspaceId, async () => {})
    await send(test, 'POST', `/v1/test/transactions/${byHand.body['id']}/settle`, {})
    app.clock.advance(2_000)
    await settleDue(app, simulator)
    expect((await send(test, 'GET', `/v1/transactions/${byRail.body['id']}`)).body['status']).toBe(
      'completed',
    )
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
    await continueReset(app, workspaceId)
    expect(await findReset(app.database.pool, workspaceId)).toMatchObject({ status: 'completed' })
    expect(await leftOf(workspaceId)).toEqual([])
    expect((await reconcile(app.database.pool)).consistent).toBe(true)
  })

  it('ends the listeners, stops replays, and sets the test clock back', async () => {
    await ada.request('POST', '/v1/test/clock', { body: { advance_seconds: 60 } })
    const { body } = await send(test, 'POST', '/v1/test/webhook-listeners', {
      forward_to: 'http://localhost:3000/hooks',
      event_types: ['*'],
    })
    await ada.request('POST', '/v1/test/reset')
    const { rows } = await app.database.pool.query('select deleted_at from webhook_endpoints where id = $1', [
      body['id'],
    ])
    expect(rows[0].deleted_at).not.toBeNull()
    expect((await ada.request('GET', '/v1/test/clock')).body['ahead_seconds']).toBe(0)
  })

  it('needs an admin; a workspace that was never reset says so', async () => {
    const never = await eve.request('GET', '/v1/test/reset')
    expect([never.status, never.body['code']]).toEqual([404, 'not-found'])
    await app.database.pool.query(`update members set role = 'developer' where user_id = $1`, [eve.userId])
    const refused = await eve.request('POST', '/v1/test/reset')
    expect([refused.status, refused.body['code']]).toEqual([403, 'role-missing'])
  })

  it('nothing but a reset deletes accounts, and none that still has entries', async () => {
    await deposit(test)
    const remove = (where: string) => app.database.pool.query(`delete from accounts where ${where}`)
    await expect(remove(`workspace_id = '${ada.workspaceId}'`)).rejects.toThrow('never deleted')
    await expect(app.database.pool.query('truncate accounts')).rejects.toThrow('append-only')
    await app.database.pool.query(
      `update accounts set workspace_id = 'reset:x:1' where workspace_id = $1 and mode = 'test'`,
      [ada.workspaceId],
    )
    await expect(remove(`workspace_id = 'reset:x:1'`)).rejects.toThrow('never deleted')
  })
})

/** Through the writer alone: what a test needs many of. */
async function quickDeposit(reference: string): Promise<void> {
  const nowMs = app.clock.now()
  const fields = {
    workspace_id: ada.workspaceId,
    reference,
    created_by: test.id,
    due_at: new Date(nowMs + 3_600_000),
  }
  await app.writer.write(transactionRequest(fields, nowMs), nowMs)
}
