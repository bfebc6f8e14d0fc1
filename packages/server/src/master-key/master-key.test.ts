import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSealer, type Sealer } from '../encryption.ts'
import { secretName } from '../keys/key-cache.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { countSealed, resealAll } from './reseal.ts'
import { rotateMasterKey } from './rotate-master-key.ts'
import { SEALED_COLUMNS } from './sealed-columns.ts'

let t: TestApp
let ada: TestMember
let key: TestKey
let next: Sealer
const oldKey = randomBytes(32)

beforeAll(async () => {
  t = await createTestApp({}, oldKey)
  next = createSealer([randomBytes(32), oldKey])
  ada = await t.signUp('Ada')
  key = await t.createKey(ada)
  await ada.request('POST', `/v1/api-keys/${key.id}/rotate`, { body: { overlap_seconds: 600 } })
  const endpoint = await ada.request('POST', '/v1/webhook-endpoints', {
    body: { url: 'http://127.0.0.1:59999/x', event_types: ['*'], headers: { 'x-partner': 'a credential' } },
  })
  expect(endpoint.status, endpoint.text).toBe(201)
})
afterAll(() => t.stop())

const lines: string[] = []
const deps = (sealer: Sealer) => ({
  database: t.database,
  sealer,
  clock: t.clock,
  say: (line: string) => void lines.push(line),
  wait: async () => {},
})
const idsInUse = async () => new Set((await countSealed(t.database.pool)).map((one) => one.masterKeyId))

describe('the list of sealed columns', () => {
  it('names every column of the schema that is called sealed, and no other', async () => {
    const { rows } = await t.database.pool.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = current_schema() and column_name ~ 'sealed' order by 1`,
    )
    const listed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()
    expect(listed).toEqual(rows.map(({ name }) => name))
  })

  it('names the primary key of every table', async () => {
    for (const { table, key: columns } of SEALED_COLUMNS) {
      const { rows } = await t.database.pool.query<{ name: string }>(
        `select a.attname::text as name from pg_index i
           join unnest(i.indkey) with ordinality as k (number, position) on true
           join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
          where i.indrelid = $1::regclass and i.indisprimary order by k.position`,
        [table],
      )
      expect(Object.keys(columns), table).toEqual(rows.map(({ name }) => name))
    }
  })
})

describe('a rotation of the master key', () => {
  it('passes over rows that somebody holds, and goes on with them when it is run again', async () => {
    const client = await t.database.pool.connect()
    await client.query('begin')
    await client.query('select from api_key_secrets where api_key_id = $1 and version = 1 for update', [
      key.id,
    ])
    expect((await resealAll({ database: t.database, sealer: next })).unreadable).toBe(0)
    expect(await idsInUse()).toEqual(new Set([t.sealer.masterKeyId, next.masterKeyId]))
    await client.query('rollback')
    client.release()
    expect(await rotateMasterKey(deps(next), () => expect.fail('a second key was made'))).toBe(true)
    expect(await idsInUse()).toEqual(new Set([next.masterKeyId]))
    expect(lines.join('\n')).toMatch(/Going on: .*[\s\S]*API key secrets: 1 moved, 0 to go/)
    expect(lines).toContain(`Key ${t.sealer.masterKeyId} (opens): nothing. It may be removed.`)
    expect((await resealAll({ database: t.database, sealer: next })).moved).toBe(0)
  })

  it('leaves every kind of value readable under the new key alone', async () => {
    const { rows } = await t.database.pool.query<{ sealed: string }>(
      'select sealed from api_key_secrets where api_key_id = $1 and version = 1',
      [key.id],
    )
    const name = secretName({ keyId: key.id, mode: 'test', version: 1 })
    expect(next.open(rows[0]!.sealed, name).toString()).toBe(key.secretKey)
    const kinds = (await countSealed(t.database.pool)).map(({ what }) => what)
    // What a test of this room makes; the end-to-end proof holds every kind against the schema.
    expect(kinds).toEqual([
      'session secrets',
      'API key secrets',
      'webhook secrets',
      'webhook headers',
      'mails',
    ])
  })

  it('moves nothing that it cannot open, makes no further key, and says which key is missing', async () => {
    const stranger = createSealer([randomBytes(32)])
    const done = await rotateMasterKey(deps(stranger), () => expect.fail('a key was made'))
    expect(done).toBe(false)
    expect(lines.join('\n')).toContain('6 values do not open')
    expect(lines.join('\n')).toContain(`Key ${next.masterKeyId} (MISSING)`)
    expect(await idsInUse()).toEqual(new Set([next.masterKeyId]))
  })
})
