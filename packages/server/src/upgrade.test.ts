import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { createEmptyTestDatabase, type TestDatabase } from './database/test-database.ts'
import { reconcile } from './ledger/reconcile.ts'
import { createTestApp, TEST_ORIGIN, type TestApp } from './test-app.ts'
import { ensurePartitions } from './transaction-logs/partitions.ts'
import { usageOfCounts, usageOfLogs } from './usage/test-usage.ts'

const RELEASED = fileURLToPath(new URL('database/released-schemas/', import.meta.url))
const MIGRATIONS = fileURLToPath(new URL('database/migrations/', import.meta.url))

/** What a server of an earlier schema left behind; database/released-schemas/README.md says how it is made. */
type Released = {
  schema: number
  masterKey: string
  publicKey: string
  secretKey: string
  keyId: string
  email: string
  password: string
  webhookId: string
  transactionId: string
  balances: { currency: string; posted: string; available: string }[]
  days: string[]
  tables: { name: string; columns: string[]; copy: string }[]
}

const files = (await readdir(RELEASED)).filter((name) => name.endsWith('.json.gz')).sort()

test('every released schema is there to be upgraded', () => {
  expect(files).toEqual(['0010.json.gz', '0038.json.gz', '0047.json.gz'])
})

describe.each(files)('the data of schema %s', (file) => {
  let released: Released
  let testDatabase: TestDatabase
  let testApp: TestApp

  beforeAll(async () => {
    released = JSON.parse(gunzipSync(await readFile(join(RELEASED, file))).toString()) as Released
    testDatabase = await createEmptyTestDatabase()
    await makeOldSchema(testDatabase.url, released.schema)
    await load(testDatabase.database, released)
    await migrate(testDatabase.url)
    testApp = await createTestApp({}, Buffer.from(released.masterKey, 'base64'), testDatabase)
  })
  afterAll(() => testApp.stop())

  test('tells of every secret who made it', async () => {
    const { rows } = await testDatabase.database.pool.query(
      `select s.version, coalesce(s.made_by_id, 'nobody') as maker, k.created_by_id as creator
         from api_key_secrets s join api_keys k on k.id = s.api_key_id`,
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { version, maker, creator } of rows)
      expect(version === 1 ? maker === creator : maker !== 'nobody').toBe(true)
  })

  test('is all there after the upgrade', async () => {
    const written = released.tables.map(({ name, copy }) => [name, copy.trimEnd().split('\n').length])
    expect(written.length).toBeGreaterThan(25)
    expect(await countRows(testDatabase.database, released)).toEqual(Object.fromEntries(written))
    await expect(reconcile(testDatabase.database.pool)).resolves.toMatchObject({ discrepancies: [] })
    const { pool } = testDatabase.database
    expect(await usageOfCounts(pool)).toEqual(await usageOfLogs(pool))
  })

  test('still opens to the key that was made then: it signs, sees its money, and moves more', async () => {
    const me = await testApp.signed(released, 'GET', '/v1/me')
    expect(me).toMatchObject({ status: 200, body: { key: { id: released.keyId, secret_version: 1 } } })
    const balances = await testApp.signed(released, 'GET', '/v1/balances')
    expect(balances.body['data']).toEqual(released.balances)
    const deposit = await testApp.signed(released, 'GET', `/v1/transactions/${released.transactionId}`)
    expect(deposit.body).toMatchObject({ status: 'completed', amount: '12.34', currency: 'USD' })
    const more = await testApp.signed(released, 'POST', '/v1/transactions', {
      body: { type: 'deposit', amount: '1.00', currency: 'USD' },
      headers: { 'idempotency-key': 'after the upgrade' },
    })
    expect(more.status).toBe(201)
  })

  test('still opens to the person, who finds keys with their last use, logs and webhooks', async () => {
    const answer = await testApp.app.inject({
      method: 'POST',
      url: '/auth/sign-in/email',
      headers: { host: 'localhost:4747', origin: TEST_ORIGIN, 'content-type': 'application/json' },
      payload: JSON.stringify({ email: released.email, password: released.password }),
    })
    expect(answer.statusCode).toBe(200)
    const cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const get = async (url: string) =>
      (await testApp.app.inject({ url, headers: { host: 'localhost:4747', cookie } })).json<
        Record<string, unknown>
      >()
    const key = await get(`/v1/api-keys/${released.keyId}`)
    expect(key['last_used_at']).toEqual(expect.any(String))
    const logs = (await get(`/v1/transaction-logs?api_key_id=${released.keyId}`))['data'] as unknown[]
    expect(logs.length).toBeGreaterThan(3)
    const webhook = await get(`/v1/webhook-endpoints/${released.webhookId}`)
    expect(webhook).toMatchObject({ enabled: true, event_types: ['*'] })
    const deliveries = (await get('/v1/webhook-logs'))['data'] as { status: string }[]
    expect(deliveries.length).toBeGreaterThan(3)
  })
})

/** Applies the migrations up to a number, as the program of that time did. */
async function makeOldSchema(url: string, last: number): Promise<void> {
  const migrationsDir = await mkdtemp(join(tmpdir(), 'old-migrations-'))
  try {
    for (const name of await readdir(MIGRATIONS))
      if (Number(name.slice(0, 4)) <= last) await copyFile(join(MIGRATIONS, name), join(migrationsDir, name))
    await migrate(url, { migrationsDir })
  } finally {
    await rm(migrationsDir, { recursive: true })
  }
}

async function load(database: Database, { days, tables }: Released): Promise<void> {
  const starts = days.map((name) => Date.parse(name.replace(/^.*(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')))
  await ensurePartitions(database, starts)
  await database.transaction(async (client) => {
    // Rows come in the order of their tables' names: references and triggers had their say when they were written.
    await client.query('set local session_replication_role = replica')
    await client.query(`truncate ${tables.map(({ name }) => name).join()} cascade`)
    for (const { name, columns, copy } of tables) {
      const stream = client.query(
        copyFrom(`copy ${name} (${columns.map((one) => `"${one}"`).join()}) from stdin`),
      )
      await pipeline(Readable.from([copy]), stream)
    }
    await client.query(
      "select setval(pg_get_serial_sequence('transaction_log_series', 'id'), max(id)) from transaction_log_series",
    )
  })
}

async function countRows(database: Database, { tables }: Released): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const { rows } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from ${name}`,
    )
    counts[name] = rows[0]?.count ?? 0
  }
  return counts
}
