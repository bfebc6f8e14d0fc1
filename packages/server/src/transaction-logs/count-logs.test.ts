import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { idTime, newId } from '../ids.ts'
import { createLog } from '../log.ts'
import { countLogs, type Histogram } from './count-logs.ts'
import { matchesFilter } from './log-view.ts'
import type { LogFilter, LogRow } from './queries.ts'
import { createRequestLog, type RequestLog, type RequestRecord } from './record-request.ts'
import { testRecord } from './test-record.ts'
import { createTurns } from '../http/turns.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const NOW = Date.UTC(2026, 4, 20, 14, 30)
const ROWS = 6_000
const NEVER = Number.MAX_SAFE_INTEGER
/** Each way to count, forced. */
const WAYS = {
  'by reading every row': { rowsReadMax: NEVER, rowsFoundMax: 0, probesMax: 0 },
  'by the indexes': { rowsReadMax: 0, rowsFoundMax: NEVER, probesMax: NEVER },
}
const TRANSACTIONS = Array.from({ length: 30 }, () => newId('txn', NOW))

let test_: TestDatabase
let requestLog: RequestLog
const records = randomRecords()
beforeAll(async () => {
  test_ = await createTestDatabase()
  requestLog = createRequestLog({ database: test_.database, clock: systemClock, log: createLog('silent') })
  for (const record of records) requestLog.record(record)
  await requestLog.flush()
  await test_.database.pool.query('analyze transaction_logs')
})
afterAll(async () => {
  await requestLog.close()
  await test_.drop()
})

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}

/** Rows over five days, some of them of another workspace and mode. */
function randomRecords(): RequestRecord[] {
  return Array.from({ length: ROWS }, (_, index) => {
    const createdAt = NOW - Math.floor(((ROWS - index) / ROWS) * 5 * DAY_MS)
    const [status, code] = pick([
      [200, null],
      [201, null],
      [404, 'not-found'],
      [500, 'internal-error'],
    ] as const)
    return testRecord({
      id: newId('req', createdAt),
      createdAt,
      workspaceId: Math.random() < 0.9 ? 'wks_a' : 'wks_b',
      mode: Math.random() < 0.9 ? 'test' : 'production',
      apiKeyId: pick(['key_1', 'key_2']),
      method: pick(['GET', 'POST']),
      path: pick(['/v1/me', '/v1/transactions', `/v1/transactions/${pick(TRANSACTIONS)}/cancel`]),
      status,
      code,
    })
  })
}

const isCounted = (record: RequestRecord, filter: LogFilter) =>
  record.workspaceId === filter.workspaceId &&
  matchesFilter({ ...(record as unknown as LogRow), requestCount: 1 }, filter) &&
  idTime(record.id) > (filter.createdAfter?.getTime() ?? -1) &&
  idTime(record.id) < (filter.createdBefore?.getTime() ?? NOW)

/** The same, by looking at every record. */
function expectedCounts(filter: LogFilter, { startsMs, bucketMs }: Histogram): string[] {
  const counts = new Map<string, number>()
  for (const record of records) {
    if (!isCounted(record, filter)) continue
    const bucket = Math.floor((idTime(record.id) - startsMs[0]!) / bucketMs)
    const key = `${bucket} ${Math.floor(record.status / 100)}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([key, rows]) => `${key}: ${rows}`).sort()
}

const shown = ({ counts }: Histogram) =>
  counts.map(({ bucket, statusClass, rows }) => `${bucket} ${statusClass}: ${rows}`).sort()

const all: LogFilter = { workspaceId: 'wks_a', mode: 'test' }
const FILTERS: Partial<LogFilter>[] = [
  {},
  { workspaceId: 'wks_b', mode: 'production' },
  { workspaceId: 'wks_none' },
  { apiKeyId: 'key_1' },
  { method: 'POST', statusClass: 4 },
  { status: 500 },
  { code: 'not-found' },
  { path: '/v1/me' },
  { path: `/v1/transactions/${TRANSACTIONS[0]}/cancel` },
  { path: '/v1/nothing' },
  { pathContains: '/cancel' },
  { pathContains: TRANSACTIONS[1]?.slice(-8) },
  { pathContains: TRANSACTIONS[1]?.slice(-8), statusClass: 2 },
  { pathContains: 'nowhere' },
  { createdAfter: new Date(NOW - 2 * DAY_MS - 12_345), createdBefore: new Date(NOW - DAY_MS - 777) },
  { createdAfter: new Date(NOW - HOUR_MS), apiKeyId: 'key_2' },
  { createdAfter: new Date(NOW + DAY_MS) },
]

describe.each(Object.entries(WAYS))('%s', (_, limits) => {
  test.each(FILTERS.map((filter) => [JSON.stringify(filter), { ...all, ...filter }] as const))(
    'every row that matches %s is in its bucket, and no other',
    async (__, filter) => {
      const found = await countLogs(test_.database, filter, { bucketsMax: 60, nowMs: NOW, limits })
      expect(found.isExact).toBe(true)
      expect(shown(found)).toEqual(expectedCounts(filter, found))
    },
  )
})

test('what is too much to count is estimated from a part of each bucket, and says so', async () => {
  const limits = { rowsReadMax: ROWS / 3, rowsFoundMax: 10, probesMax: NEVER }
  const found = await countLogs(test_.database, all, { bucketsMax: 30, nowMs: NOW, limits })
  expect(found.isExact).toBe(false)
  const total = records.filter((record) => isCounted(record, all)).length
  const estimate = found.counts.reduce((sum, { rows }) => sum + rows, 0)
  expect(estimate / total).toBeGreaterThan(0.85)
  expect(estimate / total).toBeLessThan(1.15)
  // Part of a first bucket counts for as much of it as the range covers.
  const ragged = { ...all, createdAfter: new Date(NOW - 2 * DAY_MS - 12_345) }
  const part = await countLogs(test_.database, ragged, { bucketsMax: 30, nowMs: NOW, limits })
  const inRange = records.filter((record) => isCounted(record, ragged)).length
  const guessed = part.counts.reduce((sum, { rows }) => sum + rows, 0)
  expect(Math.abs(guessed / inRange - 1)).toBeLessThan(0.25)
})

describe('the buckets', () => {
  const bucketsOf = async (filter: Partial<LogFilter>, bucketsMax: number) =>
    countLogs(test_.database, { ...all, ...filter }, { bucketsMax, nowMs: NOW })

  test('are of one round width, begin at its multiples, and are never more than asked for', async () => {
    for (const [spanMs, bucketsMax, widthMs] of [
      [30_000, 60, 1_000],
      [HOUR_MS, 60, 2 * 60_000],
      [HOUR_MS, 61, 60_000],
      [DAY_MS, 200, 10 * 60_000],
      [5 * DAY_MS, 1, 7 * DAY_MS],
    ] as const) {
      const found = await bucketsOf({ createdAfter: new Date(NOW - spanMs - 500) }, bucketsMax)
      expect([found.bucketMs, found.startsMs.length <= bucketsMax]).toEqual([widthMs, true])
      expect(found.startsMs.every((start) => start % widthMs === 0)).toBe(true)
      expect(found.startsMs[0]).toBeLessThanOrEqual(found.fromMs)
      expect(found.startsMs.at(-1)! + widthMs).toBeGreaterThanOrEqual(NOW)
    }
  })

  test('begin with the first day that has a match, and end now', async () => {
    const found = await bucketsOf({}, 60)
    expect(found.fromMs).toBe(Math.floor((NOW - 5 * DAY_MS) / DAY_MS) * DAY_MS)
    expect(found.toMs).toBe(NOW)
    // Whatever is asked for, nothing older than what is kept.
    const early = await bucketsOf({ createdAfter: new Date('0001-01-01') }, 60)
    expect(early.fromMs).toBe(found.fromMs)
    expect((await bucketsOf({ createdBefore: new Date('0001-01-01') }, 60)).counts).toEqual([])
    expect((await bucketsOf({ workspaceId: 'wks_none' }, 60)).fromMs).toBe(Math.floor(NOW / DAY_MS) * DAY_MS)
  })
})

test('counts take turns: so many at once, no workspace behind the many of another, and not without end', async () => {
  const take = createTurns({
    atOnceMax: 3,
    atOncePerWorkspace: 2,
    waitingPerWorkspace: 4,
    detail: 'Too many.',
  })
  const started: string[] = []
  const ends: (() => void)[] = []
  const count = (workspaceId: string) =>
    take(workspaceId, () => {
      started.push(workspaceId)
      return new Promise<void>((end) => ends.push(end))
    })
  const many = Array.from({ length: 6 }, () => count('a'))
  await expect(count('a')).rejects.toMatchObject({ code: 'limit-reached' })
  many.push(count('b'), count('c'))
  await expect.poll(() => started).toEqual(['a', 'a', 'b'])
  while (ends.length > 0) {
    ends.shift()?.()
    await new Promise(setImmediate)
  }
  await Promise.all(many)
  expect(started).toHaveLength(8)
})
