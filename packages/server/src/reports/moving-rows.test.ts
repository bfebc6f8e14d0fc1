import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { advanceTransactions } from '../ledger/advance-transaction.ts'
import { transactionRequest } from '../ledger/test-transaction.ts'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'

/** Lists that are paged through, and files that are read, while others insert and change what they hold. */
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 8)
let app: TestApp
let member: TestMember
let accountId: string
/** What was there, with its first and last moment, before anything is read. */
let count = 0

beforeAll(async () => {
  app = await createTestApp()
  member = await app.signUp()
  for (let index = 0; index < 60; index += 1) await write(index % 3 === 0)
  const { rows } = await app.database.pool.query<{ id: string }>(
    `select id from accounts where workspace_id = $1 and role = 'main'`,
    [member.workspaceId],
  )
  accountId = rows[0]!.id
})
afterAll(() => app.stop())

/** A deposit; completed at once where asked. */
async function write(isCompleted: boolean): Promise<void> {
  const nowMs = app.clock.now()
  app.clock.advance(1)
  const id = newId('txn', nowMs)
  const fields = {
    id,
    workspace_id: member.workspaceId,
    reference: `moving-${(count += 1)}`,
    metadata: { part: count % 2 === 0 ? 'even' : 'odd' },
  }
  await app.writer.write(transactionRequest(fields, nowMs), nowMs)
  if (isCompleted)
    await advanceTransactions(app.database.pool, [{ transactionId: id, status: 'completed' }], nowMs)
}

/** Runs while three others write without a pause. @returns what it made, and how much they wrote meanwhile */
async function meanwhile<T>(run: () => Promise<T>): Promise<T> {
  let isDone = false
  let written = 0
  const writers = [1, 2, 3].map(async (nth) => {
    while (!isDone) {
      await write((written += 1) % (nth + 1) === 0)
      // No more than the tests have time to read.
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })
  try {
    return await run()
  } finally {
    isDone = true
    await Promise.all(writers)
    expect(written).toBeGreaterThan(0)
  }
}

const get = async (path: string) => {
  const answer = await member.request('GET', path)
  expect([path, answer.status]).toEqual([path, 200])
  return answer
}

async function all(path: string, limit: number): Promise<any[]> {
  const rows: any[] = []
  for (let cursor = ''; ;) {
    const { body } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`)
    rows.push(...body['data'])
    // What comes newest first ends; what is ordered otherwise would go on as long as others write.
    if (body['next_cursor'] === null || rows.length > 20_000) return rows
    cursor = `&cursor=${body['next_cursor']}`
  }
}

const FROM = '2020-01-01T00:00:00Z'
const LISTS: readonly [path: () => string, nameOf: (row: any) => string][] = [
  [() => '/v1/transactions', ({ id }) => id],
  [() => '/v1/transactions?status=pending,completed&currency=USD', ({ id }) => id],
  [() => '/v1/transactions?metadata[part]=even', ({ id }) => id],
  [() => `/v1/transactions?completed_after=${FROM}`, ({ id }) => id],
  [() => `/v1/transactions?effective_after=${FROM}`, ({ id }) => id],
  [() => `/v1/accounts/${accountId}/entries`, ({ version }) => String(version)],
  [() => '/v1/events?type=transaction.created', ({ id }) => id],
]

describe('a list that is paged through while others write', () => {
  it('shows every row that was there once, and none twice, whatever the size of its pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...LISTS),
        fc.integer({ min: 1, max: 40 }),
        async ([path, nameOf], limit) => {
          const before = (await all(path(), 100)).map(nameOf)
          expect(before.length).toBeGreaterThan(10)
          const seen = (await meanwhile(() => all(path(), limit))).map(nameOf)
          expect([path(), limit, new Set(seen).size]).toEqual([path(), limit, seen.length])
          const names = new Set(seen)
          expect(before.filter((name) => !names.has(name))).toEqual([])
        },
      ),
      { numRuns: RUNS, examples: LISTS.map((list) => [list, 7]) },
    )
  }, 120_000)
})

/** The rows of a file, as their first fields or their objects. */
function rowsOf(text: string, format: string): any[] {
  const lines = text.split(format === 'csv' ? '\r\n' : '\n').filter((line) => line !== '')
  if (format === 'ndjson') return lines.map((line) => JSON.parse(line))
  const [head = '', ...rest] = lines
  const names = head.split(',')
  return rest.map((line) => {
    const fields = line.split(',')
    return Object.fromEntries(names.map((name, index) => [name, fields[index]]))
  })
}

describe.each(['csv', 'ndjson'])('a file (%s) that is read while others write', (format) => {
  const read = async (path: string) =>
    rowsOf((await get(`${path}${path.includes('?') ? '&' : '?'}format=${format}`)).text, format)

  it('of transactions and of entries holds what was there at one moment: each row once, none lost, no gap', async () => {
    for (let run = 0; run < 4; run += 1) {
      const before = (await all('/v1/transactions', 100)).map(({ sequence }) => Number(sequence))
      const seen = (await meanwhile(() => read('/v1/transactions/export'))).map(({ sequence }) =>
        Number(sequence),
      )
      // Newest first, without a gap: not only what was there, but all up to some moment.
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => seen.length - index))
      expect(seen.length).toBeGreaterThanOrEqual(before.length)
      const path = `/v1/accounts/${accountId}/entries/export`
      const entries = (await meanwhile(() => read(path))).map(({ version }) => Number(version))
      expect(entries).toEqual(Array.from({ length: entries.length }, (_, index) => entries.length - index))
      expect(entries.length).toBeGreaterThanOrEqual(before.length)
    }
  })

  it('of a statement leads from its opening to its closing balance to the last unit, and says what the page says', async () => {
    for (let run = 0; run < 4; run += 1) {
      const rows = await meanwhile(() => read(`/v1/accounts/${accountId}/statement/export`))
      const cents = (text: string) => BigInt(text.replace('.', ''))
      // CSV has the balances in one field, and NDJSON in the same one.
      expect(rows.map(({ kind }) => kind)).toEqual(['opening', ...rows.slice(2).map(() => 'line'), 'closing'])
      const moved = rows.slice(1, -1).reduce((sum, { amount }) => sum + cents(amount), 0n)
      expect(cents(rows[0].balance) + moved).toBe(cents(rows.at(-1).balance))
      const versions = rows.slice(1, -1).map(({ version }) => Number(version))
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
    }
    // With nobody writing, file and page are the same, in both formats.
    const rows = await read(`/v1/accounts/${accountId}/statement/export`)
    const lines = await all(`/v1/accounts/${accountId}/statement`, 50)
    expect(
      rows.slice(1, -1).map(({ transaction_id, amount, balance }) => [transaction_id, amount, balance]),
    ).toEqual(lines.map(({ transaction_id, amount, balance }) => [transaction_id, amount, balance]))
    const { body } = await get(`/v1/accounts/${accountId}/statement`)
    expect([rows[0].balance, rows.at(-1).balance]).toEqual([body['opening'].posted, body['closing'].posted])
  })
})
