import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import { createLog } from '../log.ts'
import { ensurePartitions } from '../transaction-logs/partitions.ts'
import { createRequestLog, type RequestRecord } from '../transaction-logs/record-request.ts'
import { recordOutcome } from '../transaction-logs/record-outcome.ts'
import { testRecord } from '../transaction-logs/test-record.ts'
import { dayOf } from '../transaction-logs/request-id.ts'
import { foldUsage } from './fold-usage.ts'
import { pruneUsage } from './prune-usage.ts'
import { usageOfCounts, usageOfLogs } from './test-usage.ts'
import { RESOLUTION_MS } from './usage.ts'

let testDatabase: TestDatabase
let database: Database
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  database = testDatabase.database
  const today = dayOf(Date.now())
  await ensurePartitions(database, [today - RESOLUTION_MS.day, today, today + RESOLUTION_MS.day])
})
afterAll(() => testDatabase.drop())
beforeEach(() => database.pool.query('truncate transaction_logs, usage_pending, usage_counts'))

const openLog = (on = database) =>
  createRequestLog({ database: on, clock: systemClock, log: createLog('silent') })

async function expectExact(): Promise<void> {
  expect(await usageOfCounts(database.pool)).toEqual(await usageOfLogs(database.pool))
}

async function foldAll(rowsMax?: number): Promise<void> {
  while ((await foldUsage(database, rowsMax)) > 0);
}

const isPending = async () => (await database.pool.query('select from usage_pending limit 1')).rowCount === 1

/** Of a few keys, in the hours around now: within one minute, or minutes, hours and a midnight apart. */
const record = fc
  .record({
    keyIndex: fc.integer({ min: 0, max: 3 }),
    minutesAgo: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_500 })),
    status: fc.constantFrom(0, 101, 200, 201, 304, 401, 422, 429, 500, 503),
    durationMs: fc.integer({ min: 0, max: 8_000_000 }).map((microseconds) => microseconds / 1_000),
    path: fc.constantFrom('/v1/me', '/v1/accounts', `/v1/transactions/${newId('txn')}`),
  })
  .map(({ keyIndex, minutesAgo, ...rest }) =>
    testRecord({
      ...rest,
      workspaceId: keyIndex === 3 ? 'wks_other' : 'wks_usage',
      apiKeyId: `key_${keyIndex}`,
      mode: keyIndex === 2 ? 'production' : 'test',
      currencyType: keyIndex === 1 ? 'crypto' : 'fiat',
      code: rest.status >= 400 ? 'some-code' : null,
      createdAt: Date.now() - minutesAgo * 60_000,
    }),
  )

type Step = { how: 'read' | 'change' | 'refusal'; record: RequestRecord } | { how: 'fold'; rowsMax: number }
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        how: fc.constantFrom('read' as const, 'change' as const, 'refusal' as const),
        record,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ how: fc.constant('fold' as const), rowsMax: fc.integer({ min: 1, max: 40 }) }),
    },
  ),
  { minLength: 1, maxLength: 300 },
)

/** @returns when everything is written */
async function take(all: readonly Step[], requestLog: ReturnType<typeof openLog>): Promise<void> {
  const waiting: Promise<unknown>[] = []
  for (const step of all) {
    if (step.how === 'fold') waiting.push(requestLog.flush().then(() => foldUsage(database, step.rowsMax)))
    else if (step.how === 'read') requestLog.record(step.record)
    else if (step.how === 'refusal') requestLog.recordRefusal(step.record)
    else waiting.push(requestLog.recordDurably(step.record))
  }
  await Promise.all(waiting)
}

test('usage equals the rows of the log, whatever came in which order and however much of it is added up', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const requestLog = openLog()
      await take(all, requestLog)
      await requestLog.close()
      expect(requestLog.dropped).toBe(0)
      await expectExact()
      await foldAll()
      expect(await isPending()).toBe(false)
      await expectExact()
    }),
    { numRuns: 12 },
  )
})

test('two servers that write, and add up, at the same time count everything once', async () => {
  const other = openDatabase(testDatabase.url)
  const logs = [openLog(), openLog(other)]
  const records = fc.sample(record, 1_200)
  let writing = true
  const folding = [database, other].map(async (on) => {
    while (writing) await foldUsage(on, 7)
  })
  await Promise.all(
    records.map(async (one, index) => {
      await new Promise((resolve) => setTimeout(resolve, index / 4))
      if (index % 3 === 0) await logs[index % 2]!.recordDurably(one)
      else logs[index % 2]!.record(one)
    }),
  )
  await Promise.all(logs.map((log) => log.close()))
  writing = false
  await Promise.all(folding)
  await expectExact()
  await foldAll()
  await expectExact()
  await other.close()
})

test('connections that are killed at any moment, while rows are written and added up, cost no count', async () => {
  const doomed = openDatabase(
    { connectionString: testDatabase.url, application_name: 'doomed' },
    { onIdleError: () => {} },
  )
  const requestLog = openLog(doomed)
  let writing = true
  const folding = (async () => {
    while (writing) await foldUsage(doomed, 3).catch(() => {})
  })()
  let kills = 0
  const killing = (async () => {
    while (writing) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 12))
      const { rowCount } = await database.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed' and state <> 'idle'`,
      )
      kills += rowCount ?? 0
    }
  })()
  for (const [index, one] of fc.sample(record, 1_000).entries()) {
    if (index % 2 === 0) await requestLog.recordDurably(one).catch(() => {})
    else requestLog.record(one)
    if (kills >= 40 && index > 300) break
  }
  writing = false
  await Promise.all([folding, killing])
  await requestLog.close()
  await doomed.close()
  expect(kills).toBeGreaterThan(10)
  await expectExact()
  await foldAll()
  await expectExact()
})

test('a read that was passed on, and so measured nothing yet, is logged and counted', async () => {
  const requestLog = openLog()
  requestLog.record(testRecord({ status: 0, durationMs: 0 }))
  await requestLog.close()
  expect(requestLog.dropped).toBe(0)
  expect(Object.values(await usageOfCounts(database.pool))).toContain('1 0 0 0 0 0 | ')
  await expectExact()
})

test('an outcome that is told later takes the place of none, also when it is told twice', async () => {
  const requestLog = openLog()
  const one = testRecord({ status: 0, durationMs: 0 })
  await requestLog.recordDurably(one)
  await foldAll()
  await expectExact()
  const outcome = { id: one.id, status: 503, code: null, durationMs: 12.5, headers: [], body: null }
  const told = await Promise.all([1, 2, 3].map(() => recordOutcome({ database, requestLog }, outcome)))
  expect(told.sort()).toEqual(['recorded', 'told', 'told'])
  await requestLog.close()
  await expectExact()
  await foldAll()
  await expectExact()
  expect(Object.values(await usageOfCounts(database.pool))[0]).toMatch(/^0 0 0 0 0 1 \| /)
})

test('the migration counts the rows that an earlier server left', async () => {
  const requestLog = openLog()
  await take(
    fc.sample(record, 500).map((one) => ({ how: 'change', record: one })),
    requestLog,
  )
  await requestLog.close()
  const before = await usageOfLogs(database.pool)
  const migration = await readFile(new URL('../database/migrations/0044_usage.sql', import.meta.url), 'utf8')
  await database.transaction(async (client) => {
    await client.query('drop table usage_pending, usage_counts; drop function usage_slot')
    await client.query(migration)
  })
  expect(await isPending()).toBe(false)
  expect(await usageOfCounts(database.pool)).toEqual(before)
})

test('minutes go with the logs, hours and days after 400 days', async () => {
  const nowMs = Date.UTC(2026, 5, 15, 12)
  const daysAgo = [0, 30, 31, 400, 401]
  for (const days of daysAgo)
    await database.pool.query(
      `insert into usage_counts select 'wks_old', 'test', 'key_old', resolution, $1, 'fiat', 0, 0, 1, 0, 0, 0, ''
       from unnest(array['minute', 'ten_minutes', 'hour', 'six_hours', 'day']) as r (resolution)`,
      [new Date(dayOf(nowMs) - days * RESOLUTION_MS.day)],
    )
  await pruneUsage(database.pool, { nowMs, retentionDays: 30 })
  const { rows } = await database.pool.query(
    `select resolution, count(*)::integer from usage_counts where workspace_id = 'wks_old' group by 1 order by 1`,
  )
  expect(rows).toEqual([
    { resolution: 'day', count: 4 },
    { resolution: 'hour', count: 4 },
    { resolution: 'minute', count: 2 },
    { resolution: 'six_hours', count: 4 },
    { resolution: 'ten_minutes', count: 2 },
  ])
})
