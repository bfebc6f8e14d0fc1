import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'
import { createLog } from '../log.ts'
import { openKeyChanges, type KeyChanges } from './key-changes.ts'
import { destroyRetiredSecrets, touchKeys } from './queries.ts'

let t: TestApp
let ada: TestMember
let bob: TestMember
let changes: KeyChanges
const heard: string[] = []
let gaps = 0

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp()
  bob = await t.signUp('Bob')
  changes = await openKeyChanges({
    url: t.databaseUrl as string,
    log: createLog('silent'),
    isAlone: false,
    onChange: (publicKey) => heard.push(publicKey),
    onGap: () => (gaps += 1),
  })
})
afterAll(async () => {
  await changes.close()
  await t.stop()
})

/** Waits until everything that was committed so far has been heard. */
async function settle(): Promise<void> {
  await delay(0)
  const end = performance.now() + 5_000
  const key = await t.createKey(bob)
  while (!heard.includes(key.publicKey)) {
    if (performance.now() > end) throw new Error('nothing was heard')
    await delay(5)
  }
}

it('every change of a key that verification depends on is heard, and a noted use is not', async () => {
  const key = await t.createKey(ada)
  const { pool } = t.database
  const isHeardAfter = async (work: () => Promise<unknown>) => {
    await settle()
    heard.length = 0
    await work()
    await settle()
    return heard.includes(key.publicKey)
  }
  const path = `/v1/api-keys/${key.id}`
  expect(await isHeardAfter(() => ada.request('PATCH', path, { body: { enabled: false } }))).toBe(true)
  const rotation = { overlap_seconds: 0 }
  expect(await isHeardAfter(() => ada.request('POST', `${path}/rotate`, { body: rotation }))).toBe(true)
  expect(
    await isHeardAfter(() =>
      pool.query('update api_key_secrets set sealed = sealed where api_key_id = $1', [key.id]),
    ),
  ).toBe(false)
  const past = { endedBefore: new Date(Date.now() + 60_000), now: new Date(), limit: 10 }
  expect(await isHeardAfter(() => destroyRetiredSecrets(pool, past))).toBe(true)
  const use = { keyId: key.id, at: new Date(), ip: '203.0.113.7' }
  expect(await isHeardAfter(() => touchKeys(pool, [use]))).toBe(false)
  const suspend = `insert into workspace_suspensions (workspace_id, reason, suspended_at, suspended_by)
    values ($1, 'x', now(), 'usr_1')`
  expect(await isHeardAfter(() => pool.query(suspend, [ada.workspaceId]))).toBe(true)
  const resume = 'delete from workspace_suspensions where workspace_id = $1'
  expect(await isHeardAfter(() => pool.query(resume, [ada.workspaceId]))).toBe(true)
  expect(await isHeardAfter(() => ada.request('DELETE', path))).toBe(true)
  expect(await isHeardAfter(() => pool.query('delete from api_keys where id = $1', [key.id]))).toBe(true)
})

it('every column of a key either notifies or is known not to matter to verification', async () => {
  const silent = {
    api_keys: [
      'created_at',
      'rotated_at',
      'created_by_kind',
      'created_by_id',
      'created_by_name',
      'name_folded',
      'expiry_told_days',
      'rotation_told_version',
      'rotation_told_at',
    ],
    api_key_secrets: ['api_key_id', 'sealed', 'created_at', 'made_by_kind', 'made_by_id'],
  }
  for (const [table, expected] of Object.entries(silent)) {
    const { rows } = await t.database.pool.query<{ name: string }>(
      `select a.attname as name from pg_attribute a
        where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
          and not exists (select 1 from pg_trigger g where g.tgrelid = a.attrelid and a.attnum = any(g.tgattr::int2[]))`,
      [table],
    )
    expect(rows.map(({ name }) => name).sort(), table).toEqual(expected.sort())
  }
})

it('a connection that is cut is missed at once, replaced, and its gap is told', async () => {
  await vi.waitFor(() => expect(changes.isHearing()).toBe(true))
  const before = gaps
  await t.database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'countersign key changes' and datname = current_database()`,
  )
  await vi.waitFor(() => expect(changes.isHearing()).toBe(false), { interval: 1 })
  await vi.waitFor(() => expect([changes.isHearing(), gaps]).toEqual([true, before + 1]))
  heard.length = 0
  await settle()
})
