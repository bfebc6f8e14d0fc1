import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { idTime, newId } from '../ids.ts'
import { createLog } from '../log.ts'
import { matchesFilter } from './log-view.ts'
import { daysOf, ensureUpcomingPartitions, pruneTransactionLogs } from './partitions.ts'
import { listLogs, type LogFilter, type LogRow } from './queries.ts'
import { createRequestLog, type RequestLog, type RequestRecord } from './record-request.ts'
import { dayOf } from './request-id.ts'
import { testRecord } from './test-record.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 4, 20, 0, 30)
const NOW_OPTION = { nowMs: NOW + 1_000 }

let test_: TestDatabase
let requestLog: RequestLog
beforeAll(async () => {
  test_ = await createTestDatabase()
  requestLog = createRequestLog({ database: test_.database, clock: systemClock, log: createLog('silent') })
})
afterAll(async () => {
  await requestLog.close()
  await test_.drop()
})

const pick = <T>(list: readonly T[]) => list[Math.floor(Math.random() * list.length)] as T
const TRANSACTIONS = Array.from({ length: 40 }, () => newId('txn', NOW))

/** Rows over eight days, a few of them of other workspaces and modes, of which each filter takes some. */
function randomRecords(count: number): RequestRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const [status, code] = pick([
      [200, null],
      [200, null],
      [201, null],
      [404, 'not-found'],
      [500, 'internal-error'],
    ] as const)
    const createdAt = NOW - Math.floor(((count - index) / count) * 8 * DAY_MS)
    return testRecord({
      id: newId('req', createdAt),
      createdAt,
      workspaceId: Math.random() < 0.9 ? 'wks_a' : 'wks_b',
      mode: Math.random() < 0.9 ? 'test' : 'production',
      currencyType: pick(['fiat', 'crypto']),
      apiKeyId: pick(['key_1', 'key_2', 'key_3']),
      method: pick(['GET', 'GET', 'POST']),
      path: pick([
        '/v1/me',
        '/v1/transactions',
        `/v1/transactions/${pick(TRANSACTIONS)}/cancel`,
        '/v1/Odd.Path',
      ]),
      status,
      code,
    })
  })
}

const rowOf = (record: RequestRecord): LogRow => ({
  ...(record as unknown as LogRow),
  requestCount: 1,
})

describe('every filter, alone and combined, finds exactly what reading every row finds', () => {
  const records = randomRecords(6_000)
  const inOrder = records.toSorted((a, b) => (a.id < b.id ? 1 : -1))

  beforeAll(async () => {
    for (const record of records) requestLog.record(record)
    await requestLog.flush()
    expect(requestLog.dropped).toBe(0)
  })

  const some = inOrder[4_000] as RequestRecord
  const choices: { [Name in keyof LogFilter]?: LogFilter[Name][] } = {
    currencyType: ['fiat'],
    id: [some.id],
    apiKeyId: ['key_1', 'key_none'],
    method: ['POST', 'DELETE'],
    path: ['/v1/me', `/v1/transactions/${TRANSACTIONS[0]}/cancel`, '/v1/none', '/v1/Odd.Path'],
    pathContains: [
      'transactions',
      TRANSACTIONS[1] as string,
      TRANSACTIONS[1]?.slice(-6) as string,
      'ns/txn_0',
      '/cancel',
      'dd.P',
      'zzzz',
      'txn_01',
      '1/m',
    ],
    status: [404, 201, 418],
    statusClass: [2, 5],
    code: ['internal-error', 'none'],
    createdAfter: [new Date(idTime(some.id))],
    createdBefore: [new Date(NOW - 3 * DAY_MS)],
    beforeId: [some.id],
  }
  const names = Object.keys(choices) as (keyof LogFilter)[]
  const filters: LogFilter[] = [
    { workspaceId: 'wks_a', mode: 'test' },
    { workspaceId: 'wks_b', mode: 'production' },
    { workspaceId: 'wks_none', mode: 'test' },
    ...names.flatMap((name) =>
      (choices[name] ?? []).map((value) => ({ [name]: value }) as Partial<LogFilter>),
    ),
    ...Array.from({ length: 150 }, () =>
      Object.fromEntries(
        Array.from({ length: 3 }, () => pick(names)).map((name) => [
          name,
          pick<unknown>(choices[name] ?? []),
        ]),
      ),
    ),
  ].map((filter) => ({ workspaceId: 'wks_a', mode: 'test', ...filter }))

  test.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))('%s', async (_, filter) => {
    const expected = inOrder.filter(
      (record) =>
        record.workspaceId === filter.workspaceId &&
        matchesFilter(rowOf(record), filter) &&
        idTime(record.id) > (filter.createdAfter?.getTime() ?? -1) &&
        idTime(record.id) < (filter.createdBefore?.getTime() ?? Infinity) &&
        record.id < (filter.beforeId ?? 'req_~'),
    )
    const rows = await listLogs(test_.database.pool, filter, { limit: 25, ...NOW_OPTION })
    expect(rows.map((row) => row.id)).toEqual(expected.slice(0, 25).map((record) => record.id))
    if (rows[0] && expected[0])
      expect(rows[0]).toMatchObject({ path: expected[0].path, status: expected[0].status })
  })

  test('paging sees every row once, across days, while new rows arrive', async () => {
    const filter: LogFilter = { workspaceId: 'wks_a', mode: 'test', statusClass: 2 }
    const seen: string[] = []
    for (let beforeId: string | undefined; ; beforeId = seen.at(-1)) {
      const rows = await listLogs(test_.database.pool, { ...filter, beforeId }, { limit: 90, ...NOW_OPTION })
      seen.push(...rows.map((row) => row.id))
      await requestLog.recordDurably(testRecord({ id: newId('req', NOW + 500), workspaceId: 'wks_a' }))
      if (rows.length < 90) break
    }
    const expected = inOrder.filter(
      ({ workspaceId, mode, status }) => workspaceId === 'wks_a' && mode === 'test' && status < 300,
    )
    expect(seen).toEqual(expected.map((record) => record.id))
  })

  test('the last millisecond of a day and the first of the next lie in their own partitions', async () => {
    const midnight = dayOf(NOW) - 2 * DAY_MS
    const workspaceId = 'wks_midnight'
    const ids = [midnight - 1, midnight].map((at) => newId('req', at))
    for (const id of ids) await requestLog.recordDurably(testRecord({ id, workspaceId }))
    const filter: LogFilter = { workspaceId, mode: 'test' }
    const rows = await listLogs(test_.database.pool, filter, { limit: 5, ...NOW_OPTION })
    expect(rows.map((row) => row.id)).toEqual(ids.toReversed())
    const later = { ...filter, createdAfter: new Date(midnight - 1) }
    expect(
      (await listLogs(test_.database.pool, later, { limit: 5, ...NOW_OPTION })).map(({ id }) => id),
    ).toEqual([ids[1]])
  })

  test('retention drops whole days, keeps the rest, and makes the days ahead', async () => {
    const dropped = await pruneTransactionLogs(test_.database, { nowMs: NOW, retentionDays: 3 })
    expect(dropped).toHaveLength(2 * 5)
    const days = await daysOf(test_.database.pool)
    expect(days[0]).toBe(dayOf(NOW) - 3 * DAY_MS)
    expect(days.at(-1)).toBe(dayOf(NOW) + 2 * DAY_MS)
    const filter: LogFilter = { workspaceId: 'wks_a', mode: 'test' }
    const rows = await listLogs(test_.database.pool, filter, { limit: 10_000, ...NOW_OPTION })
    const kept = inOrder.filter(
      ({ id, workspaceId, mode }) =>
        workspaceId === 'wks_a' && mode === 'test' && idTime(id) >= dayOf(NOW) - 3 * DAY_MS,
    )
    // The rows that arrived while paging are newer than all of these.
    expect(rows.slice(-kept.length).map(({ id }) => id)).toEqual(kept.map(({ id }) => id))
  })

  test('servers that start at the same moment make the same partitions once', async () => {
    await Promise.all(
      Array.from({ length: 5 }, () => ensureUpcomingPartitions(test_.database, NOW + 30 * DAY_MS)),
    )
    expect(await daysOf(test_.database.pool)).toContain(dayOf(NOW) + 32 * DAY_MS)
  })
})
