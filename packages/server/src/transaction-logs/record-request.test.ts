import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { createLog } from '../log.ts'
import { findLog, listLogs } from './queries.ts'
import { createRequestLog, type RequestRecord } from './record-request.ts'
import { requestIdToUuid } from './request-id.ts'
import { testRecord } from './test-record.ts'

let testDatabase: TestDatabase
beforeAll(async () => {
  testDatabase = await createTestDatabase()
})
afterAll(() => testDatabase.drop())

function openLog(database = testDatabase.database) {
  return createRequestLog({ database, clock: systemClock, log: createLog('silent') })
}

const list = (workspaceId: string) =>
  listLogs(
    testDatabase.database.pool,
    { workspaceId, mode: 'test' },
    { limit: 10_000, nowMs: Date.now() + 1_000 },
  )

test('a durable row is visible to every other connection when its promise resolves', async () => {
  const requestLog = openLog()
  const other = new pg.Client({ connectionString: testDatabase.url })
  await other.connect()
  for (let round = 0; round < 20; round += 1) {
    const records = Array.from({ length: 10 }, () => testRecord({ workspaceId: 'wks_durable' }))
    await Promise.all(records.map((record) => requestLog.recordDurably(record)))
    const { rowCount } = await other.query(
      'select 1 from transaction_logs l join transaction_log_payloads p using (id) where l.id = any ($1::uuid[])',
      [records.map(({ id }) => requestIdToUuid(id))],
    )
    expect(rowCount).toBe(10)
  }
  await other.end()
  await requestLog.close()
})

test('a large batch, a single row and a read store the same, whatever characters they hold', async () => {
  const requestLog = openLog()
  const awkward = 'tab\t newline\n return\r backslash\\ \\N quote" \u0001 é € 🎉'
  const record = (): RequestRecord =>
    testRecord({
      workspaceId: 'wks_awkward',
      method: 'POST',
      path: '/v1/Ünïcode\\x',
      query: 'password=hunter2&q=1',
      requestHeaders: ['X-Note', awkward, 'Authorization', 'Bearer hunter2'],
      userAgent: '',
      requestBody: Buffer.from(`{\r\n\t"pass\\u0077ord": "hunter2", "note": ${JSON.stringify(awkward)}}`),
      responseBody: JSON.stringify({ note: awkward, secret_key: 'hunter2' }),
      responseHeaders: { 'x-note': awkward, 'set-cookie': ['a=hunter2'], age: 5 },
      idempotencyKey: awkward,
      transactionId: 'txn_1',
      eventIds: ['evt_1', 'evt_2'],
      diagnosis: { signature_base: '"x-token": hunter2', likely_cause: awkward },
    })
  const single = record()
  await requestLog.recordDurably(single)
  const many = Array.from({ length: 200 }, record)
  await Promise.all(many.map((one) => requestLog.recordDurably(one)))
  const read = record()
  requestLog.record(read)
  await requestLog.close()

  const where = { workspaceId: 'wks_awkward', mode: 'test' } as const
  const [alone, among, ofRead] = await Promise.all(
    [single, many[150] as RequestRecord, read].map(({ id }) =>
      findLog(testDatabase.database.pool, { id, ...where }),
    ),
  )
  expect({ ...alone, id: '' }).toEqual({ ...among, id: '' })
  expect({ ...alone, id: '' }).toEqual({ ...ofRead, id: '' })
  expect(JSON.stringify(alone)).not.toContain('hunter2')
  expect(alone).toMatchObject({
    path: '/v1/Ünïcode\\x',
    query: 'password=[redacted]&q=1',
    idempotencyKey: awkward,
    userAgent: '',
    eventIds: ['evt_1', 'evt_2'],
    request: {
      headers: [
        ['X-Note', awkward],
        ['Authorization', '[redacted]'],
      ],
    },
    response: {
      headers: [
        ['x-note', awkward],
        ['set-cookie', '[redacted]'],
        ['age', '5'],
      ],
    },
    diagnosis: { signature_base: '"x-token": [redacted]', likely_cause: awkward },
  })
  expect(JSON.parse(alone?.request.body.text ?? '')).toEqual({ note: awkward, password: '[redacted]' })
})

test('reads are committed within 200 ms without anybody asking', async () => {
  const requestLog = openLog()
  await requestLog.recordDurably(testRecord())
  const committed = new Promise<number>((resolve) => {
    const startedAt = Date.now()
    requestLog.live.subscribe('wks_read', 'test', {
      onRow: () => resolve(Date.now() - startedAt),
      onGap: () => {},
    })
  })
  requestLog.record(testRecord({ workspaceId: 'wks_read' }))
  // The promise is 200 ms; the rest is for a machine that runs the whole suite at once.
  expect(await committed).toBeLessThan(1_000)
  expect(await list('wks_read')).toHaveLength(1)
  await requestLog.close()
})

test('nothing that was recorded is lost by a stop', async () => {
  const requestLog = openLog()
  for (let index = 0; index < 3_000; index += 1) requestLog.record(testRecord({ workspaceId: 'wks_stop' }))
  await requestLog.close()
  expect(requestLog.waiting).toBe(0)
  expect(await list('wks_stop')).toHaveLength(3_000)
})

test('of one key, 600 refusals in a minute are logged and the rest is one counted row', async () => {
  const requestLog = openLog()
  for (let index = 0; index < 1_000; index += 1)
    requestLog.recordRefusal(
      testRecord({ workspaceId: 'wks_refused', status: 401, code: 'signature-invalid', secretVersion: null }),
    )
  requestLog.recordRefusal(testRecord({ workspaceId: 'wks_refused', apiKeyId: 'key_other', status: 401 }))
  await requestLog.close()
  const rows = await list('wks_refused')
  expect(rows.filter((row) => row.apiKeyId === 'key_test')).toHaveLength(601)
  expect(rows.filter((row) => row.requestCount === 400)).toHaveLength(1)
  expect(rows.reduce((sum, row) => sum + row.requestCount, 0)).toBe(1_001)
})

test('with the database away the queue stays within its bound, changes are refused with 503, and what waits is written later', async () => {
  const gate = openDatabase(testDatabase.url, { connectionsMax: 3 })
  let away = true
  const { pool } = gate
  const connect = pool.connect.bind(pool)
  const query = pool.query.bind(pool)
  const lost = () => Promise.reject(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }))
  pool.connect = ((...parameters: []) => (away ? lost() : connect(...parameters))) as typeof pool.connect
  pool.query = ((...parameters: [string]) => (away ? lost() : query(...parameters))) as typeof pool.query
  const database = {
    ...gate,
    transaction: (work: never) => (away ? lost() : gate.transaction(work)) as never,
  }

  const requestLog = openLog(database)
  const late = requestLog.recordDurably(testRecord({ workspaceId: 'wks_away' }))
  for (let index = 0; index < 21_000; index += 1) requestLog.record(testRecord({ workspaceId: 'wks_away' }))
  expect(requestLog.waiting).toBeLessThanOrEqual(20_001)
  expect(requestLog.dropped).toBe(1_000)
  await expect(late).rejects.toMatchObject({ code: 'service-unavailable', status: 503 })

  away = false
  await requestLog.flush()
  await requestLog.close()
  await gate.close()
  const { rows } = await testDatabase.database.pool.query(
    `select count(*)::int as count from transaction_logs l join transaction_log_series s on s.id = l.series_id
      where s.workspace_id = 'wks_away'`,
  )
  expect(rows).toEqual([{ count: 20_001 }])
})

test('a row that the database refuses holds up no other', async () => {
  const requestLog = openLog()
  const records = Array.from({ length: 100 }, (_, index) =>
    testRecord({ workspaceId: 'wks_poison', ...(index === 37 ? { status: 1e9 } : {}) }),
  )
  const outcomes = await Promise.allSettled(records.map((record) => requestLog.recordDurably(record)))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(outcomes[37]?.status).toBe('rejected')
  expect(await list('wks_poison')).toHaveLength(99)
  await requestLog.close()
})

test('a row that was committed before its connection broke is not an error the second time', async () => {
  const requestLog = openLog()
  const record = testRecord({ workspaceId: 'wks_twice' })
  await requestLog.recordDurably(record)
  await requestLog.recordDurably(record)
  expect(await list('wks_twice')).toHaveLength(1)
  await requestLog.close()
})
