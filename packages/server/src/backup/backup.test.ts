import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { createWriteStream } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { migrate, readMigrations, RESTORE_MARK } from '../database/migrate.ts'
import { createEmptyTestDatabase, createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import { ALL_SCOPES } from '../keys/scopes.ts'
import { reconcile } from '../ledger/reconcile.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { setUpOperator } from '../test-production.ts'
import { ensurePartitions } from '../transaction-logs/partitions.ts'
import { splitComingDays } from '../webhooks/partitions.ts'
import { createFrameWriter } from './backup-file.ts'
import { checkBackup, restoreBackup } from './restore-backup.ts'
import { listTables, quoted } from './tables.ts'
import { writeBackup } from './write-backup.ts'

let folder: string
let path: string
let source: TestDatabase
let t: TestApp
let ada: TestMember
let key: TestKey
let endpointId: string
const masterKey = randomBytes(32)
const restored: TestDatabase[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-backup-'))
  path = join(folder, 'one.backup')
  source = await createTestDatabase()
  t = await createTestApp({}, masterKey, source)
  await setUpOperator(t)
  ada = await t.signUp('Ada')
  key = await t.createKey(ada, { scopes: ALL_SCOPES })
  const endpoint = await ada.request('POST', '/v1/webhook-endpoints', {
    body: {
      url: 'http://127.0.0.1:59999/x',
      event_types: ['*'],
      description: 'tab\t, newline\n and \\N',
      headers: { 'x-a': 'secret' },
    },
  })
  endpointId = endpoint.body['id']
  // Days beside the ones that exist, so that partitions are carried that no migration makes.
  await ensurePartitions(source.database, [Date.UTC(2025, 0, 1)])
  await splitComingDays(source.database, { nowMs: Date.now(), retentionDays: 30 })
  await pay('0.01')
  for (const amount of ['10.00', '2500000.99']) await settle(await pay(amount))
})
afterAll(async () => {
  await t.stop()
  for (const one of restored) await one.drop()
  await rm(folder, { recursive: true, force: true })
})

async function pay(amount: string): Promise<string> {
  const { status, body, text } = await t.signed(key, 'POST', '/v1/transactions', {
    body: { type: 'deposit', amount, currency: 'USD', description: 'ünïcödé \u2028 "quoted"' },
    headers: { 'idempotency-key': newId('req') },
  })
  expect(status, text).toBe(201)
  return body['id'] as string
}
const settle = async (id: string) =>
  expect((await ada.request('POST', `/v1/test/transactions/${id}/settle`)).status).toBe(200)

async function empty(): Promise<TestDatabase> {
  const database = await createEmptyTestDatabase()
  restored.push(database)
  return database
}

/** Every row of every table, as text: what two databases with the same contents have alike. */
async function contents(executor: Executor): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const { table } of await listTables(executor)) {
    // The floor is raised by the restore on purpose.
    if (table === 'nonce_floor') continue
    const { rows } = await executor.query<{ row: string }>(
      `select x::text as row from ${quoted(table)} x order by 1`,
    )
    found[table] = rows.map(({ row }) => row)
  }
  return found
}

describe('a backup', () => {
  it('carries every row of every table, partitions, sequences and schema into an empty database', async () => {
    await t.requestLog.flush()
    await t.lastUse.flush()
    const done = await writeBackup(source.url, path)
    const target = await empty()
    const { header, rows } = await restoreBackup(target.url, path)
    expect(rows).toBe(done.rows)
    const before = await contents(source.database.pool)
    expect(await contents(target.database.pool)).toEqual(before)
    for (const table of [
      'entries',
      'api_key_secrets',
      'webhook_endpoints',
      'audit_log',
      'delivery_attempts_after',
    ])
      expect(Object.keys(before), table).toContain(table)
    for (const table of ['entries', 'api_key_secrets', 'webhook_endpoints', 'audit_log', 'users'])
      expect(before[table]!.length, table).toBeGreaterThan(0)
    const logDay = Object.keys(before).filter((name) => /^transaction_logs_\d{8}$/.test(name))
    expect(logDay.some((name) => before[name]!.length > 0)).toBe(true)
    expect(header.master_key_ids).toEqual([t.sealer.masterKeyId])
    // Sequences go on where they were; triggers guard again.
    const sequences = 'select sequencename, last_value from pg_sequences order by 1'
    expect((await target.database.pool.query(sequences)).rows).toEqual(
      (await source.database.pool.query(sequences)).rows,
    )
    for (const [table, sql] of Object.entries({
      entries: 'delete from entries',
      audit_log: 'delete from audit_log',
      transactions: "update transactions set amount = 1 where status = 'completed'",
    }))
      await expect(target.database.pool.query(sql), table).rejects.toThrow()
    await expect(migrate(target.url)).resolves.toMatchObject({ applied: [] })
  })

  it('is a database that goes on: an old key signs, balances and webhook endpoints are there, the ledger adds up', async () => {
    const target = await empty()
    await restoreBackup(target.url, path)
    const again = await createTestApp({}, masterKey, target)
    try {
      // Above the floor that keeps signatures from before the restore out.
      again.clock.advance(60_000)
      const balances = await again.signed(key, 'GET', '/v1/balances')
      expect(balances.status, balances.text).toBe(200)
      expect(balances.body['data']).toMatchObject([
        { currency: 'USD', posted: '2500010.99', pending_in: '0.01' },
      ])
      const paid = await again.signed(key, 'POST', '/v1/transactions', {
        body: { type: 'payout', amount: '10.00', currency: 'USD', destination: 'NL00' },
        headers: { 'idempotency-key': newId('req') },
      })
      expect(paid.status, paid.text).toBe(201)
      const endpoint = await again.signed(key, 'GET', `/v1/webhook-endpoints/${endpointId}`)
      expect(endpoint.body).toMatchObject({ id: endpointId, description: 'tab\t, newline\n and \\N' })
      expect((await reconcile(again.database.pool)).discrepancies).toEqual([])
    } finally {
      await again.app.close()
      await again.close()
    }
  })

  it('made while money moves is one moment: every transaction in it has its entries', async () => {
    let busy = true
    const traffic = (async () => {
      while (busy) await settle(await pay('1.00'))
    })()
    const busyPath = join(folder, 'busy.backup')
    await writeBackup(source.url, busyPath)
    busy = false
    await traffic
    const target = await empty()
    await restoreBackup(target.url, busyPath)
    expect((await reconcile(target.database.pool)).discrepancies).toEqual([])
  })

  it('lets no signature from before the restore in', async () => {
    const target = await empty()
    const atSeconds = Math.floor(Date.now() / 1000)
    await restoreBackup(target.url, path)
    const { rows } = await target.database.pool.query<{ floor: string; epoch: string }>(
      'select * from nonce_floor',
    )
    expect(Number(rows[0]!.floor)).toBeGreaterThanOrEqual(atSeconds + 30)
    expect(rows[0]!.epoch).toMatch(/^restored /)
  })

  it('is its owner’s alone, replaces no file, and appears only when it is whole', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await expect(writeBackup(source.url, path)).rejects.toThrow(/exists already/)
    const other = join(folder, 'other.backup')
    await writeFile(`${other}.partial`, 'of somebody else')
    await expect(writeBackup(source.url, other)).rejects.toThrow(/another backup is under way/)
    expect(await readFile(`${other}.partial`, 'utf8')).toBe('of somebody else')
    await expect(writeBackup(source.url, join(folder, 'no', 'such.backup'))).rejects.toThrow()
  })
})

describe('a restore', () => {
  it('goes into nothing that holds anything', async () => {
    const target = await empty()
    await target.database.pool.query('create table mine (id integer)')
    await expect(restoreBackup(target.url, path)).rejects.toThrow(/not empty \(it has mine\)/)
    await expect(restoreBackup(source.url, path)).rejects.toThrow(/not empty/)
  })

  it('that was cut off leaves a database on which no server starts, and nothing of the rows', async () => {
    const target = await empty()
    // The check of the schema passes, the load fails: a row that its table does not take.
    const broken = join(folder, 'refused.backup')
    await rewrite(
      broken,
      (text) => text.replaceAll(key.id, 'key_that_refers_to_nothing'),
      /^api_key_secrets$/,
    )
    await expect(restoreBackup(target.url, broken)).rejects.toThrow(/foreign key|violates/)
    expect((await target.database.pool.query('select from users')).rowCount).toBe(0)
    await expect(migrate(target.url)).rejects.toThrow(/has not ended/)
    await expect(restoreBackup(target.url, path)).rejects.toThrow(new RegExp(`not empty`))
    expect(
      (await target.database.pool.query(`select to_regclass('${RESTORE_MARK}') as mark`)).rows[0].mark,
    ).not.toBeNull()
  })

  it('refuses a file that was cut or changed anywhere, before it writes anything', async () => {
    const bytes = await readFile(path)
    const plain = gunzipSync(bytes)
    const damaged: Record<string, Buffer> = {
      'cut in the middle': bytes.subarray(0, bytes.length >> 1),
      'cut before its last frame': gzipSync(plain.subarray(0, -40)),
      'cut after a frame': gzipSync(plain.subarray(0, lastFrameAt(plain))),
      'one bit of a row': gzipSync(flipped(plain, plain.indexOf('2500000'))),
      'one bit of a sum': gzipSync(flipped(plain, plain.lastIndexOf('sha256') + 12)),
      'no backup': Buffer.from('hello'),
      'gzip of something else': gzipSync(Buffer.from('hello, this is no backup')),
      'with more after its end': gzipSync(Buffer.concat([plain, plain])),
      empty: Buffer.alloc(0),
    }
    for (const [what, content] of Object.entries(damaged)) {
      const file = join(folder, 'damaged.backup')
      await writeFile(file, content)
      await expect(checkBackup(file), what).rejects.toThrow(
        /damaged|cut|sum|no backup|empty|after its end|Data without/,
      )
    }
    await expect(checkBackup(join(folder, 'missing'))).rejects.toThrow(/There is no file/)
  })

  it('refuses names that could carry SQL, a schema that it does not know, and newer formats', async () => {
    const file = join(folder, 'crafted.backup')
    const migrations = (await readMigrations()).map(({ number, name, checksum }) => ({
      number,
      name,
      checksum,
    }))
    const header = {
      format: 'countersign-backup',
      version: 1,
      created_at: '',
      migrations,
      master_key_ids: [],
    }
    const craft = async (
      frames: [Parameters<ReturnType<typeof createFrameWriter>['frame']>[0], object][],
    ) => {
      const { frame, end } = createFrameWriter()
      await writeFile(
        file,
        gzipSync(Buffer.concat([...frames.map(([type, body]) => frame(type, body)), end()])),
      )
    }
    const table = { table: 'users', columns: ['id'], partition: null }
    const cases: [[Parameters<typeof craft>[0][number][0], object][], RegExp][] = [
      [
        [
          ['H', header],
          ['T', { ...table, table: 'users"; drop table users; --' }],
        ],
        /no name/,
      ],
      [
        [
          ['H', header],
          ['T', { ...table, columns: ["id) from program 'id'"] }],
        ],
        /no name/,
      ],
      [
        [
          ['H', header],
          ['T', { ...table, partition: { of: 'events', bound: 'DEFAULT; drop table users' } }],
        ],
        /no bound/,
      ],
      [
        [
          ['H', header],
          ['S', [{ name: 'webhook_leases', last_value: '1; drop' }]],
        ],
        /cannot be used/,
      ],
      [[['H', { ...header, version: 2 }]], /newer Countersign/],
      [
        [['H', { ...header, migrations: [{ number: 1, name: '0001_sessions.sql', checksum: 'other' }] }]],
        /0001_sessions/,
      ],
      [[['T', table]], /no backup/],
    ]
    for (const [frames, message] of cases) {
      await craft(frames)
      await expect(checkBackup(file)).rejects.toThrow(message)
    }
  })

  it('brings a backup of an older schema to the newest', async () => {
    const old = await empty()
    const all = await readMigrations()
    await migrate(old.url, { through: all.at(-2)!.number })
    await old.database.pool.query(
      "insert into users (id, name, email, email_verified, is_operator) values ('usr_1', 'Olga', 'olga@x.example', true, true)",
    )
    const file = join(folder, 'old.backup')
    await writeBackup(old.url, file)
    const target = await empty()
    await restoreBackup(target.url, file)
    await expect(migrate(target.url)).resolves.toMatchObject({ applied: [] })
    expect((await target.database.pool.query('select name from users')).rows).toEqual([{ name: 'Olga' }])
  })

  it('and a backup hold little in memory, whatever the size of a table', async () => {
    const big = await empty()
    await migrate(big.url)
    await big.database.pool.query(
      `insert into outgoing_mail (id, recipient, subject, kind, sealed_body, status, created_at)
       select 'msg_' || n, 'a@b.example', 'x', 'notice', (select string_agg(md5(n::text || g::text), '') from generate_series(1, 300) g), 'sent', now()
       from generate_series(1, 4000) n`,
    )
    const file = join(folder, 'big.backup')
    global.gc?.()
    const before = process.memoryUsage().rss
    let peak = before
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10)
    await writeBackup(big.url, file)
    const target = await empty()
    await restoreBackup(target.url, file)
    clearInterval(watch)
    expect((await target.database.pool.query('select count(*)::int as n from outgoing_mail')).rows).toEqual([
      { n: 4000 },
    ])
    expect((await stat(file)).size).toBeGreaterThan(20_000_000)
    // 38 MB of rows went through twice.
    expect(peak - before).toBeLessThan(70_000_000)
  }, 60_000)
})

/** A backup whose rows of some tables are others, with sums that fit them. */
async function rewrite(to: string, change: (text: string) => string, tables: RegExp): Promise<void> {
  const { readFrames } = await import('./backup-file.ts')
  const { createHash } = await import('node:crypto')
  const file = await open(path)
  const { frame, end } = createFrameWriter()
  async function* changed(): AsyncGenerator<Buffer> {
    let table = ''
    let data: Buffer[] = []
    for await (const { type, payload } of readFrames(file.createReadStream().pipe(createGunzip()))) {
      if (type === 'T') table = (JSON.parse(payload.toString()) as { table: string }).table
      if (type === 'D') data.push(Buffer.from(payload))
      else if (type === 'E') {
        const text = Buffer.concat(data).toString()
        const body = Buffer.from(tables.test(table) ? change(text) : text)
        data = []
        if (body.length > 0) yield frame('D', body)
        const sha256 = createHash('sha256').update(body).digest('hex')
        yield frame('E', { ...(JSON.parse(payload.toString()) as object), bytes: body.length, sha256 })
      } else if (type !== 'Z') yield frame(type, payload)
    }
    yield end()
  }
  await pipeline(Readable.from(changed()), createGzip(), createWriteStream(to))
}

function flipped(bytes: Buffer, at: number): Buffer {
  expect(at).toBeGreaterThan(0)
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

function lastFrameAt(plain: Buffer): number {
  let at = 0
  let last = 0
  while (at < plain.length) {
    last = at
    at += 5 + plain.readUInt32BE(at + 1)
  }
  return last
}
