import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'

let app: TestApp
let member: TestMember
let key: TestKey
beforeAll(async () => {
  app = await createTestApp()
  member = await app.signUp()
  key = await app.createKey(member)
})
afterAll(() => app.stop())

const BEGIN = Date.UTC(2025, 9, 1)
const HOUR_MS = 3_600_000
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 40)

/** An account whose entries lie so many ms apart; some a little before the one that was committed ahead of them. */
async function accountWith(gaps: readonly { gapMs: number; posted: number }[]): Promise<string> {
  const created = await app.signed(key, 'POST', '/v1/accounts', {
    body: { currency: 'USD' },
    headers: { 'idempotency-key': newId('req') },
  })
  const accountId = created.body.id as string
  let posted = 0
  let atMs = BEGIN
  const transactionId = await anyTransaction()
  for (const [index, { gapMs, posted: change }] of gaps.entries()) {
    atMs += gapMs
    posted += change
    // The trigger wants every transaction to sum to zero: the other side is an account that nobody has.
    await app.database.pool.query(
      `insert into entries (account_id, version, workspace_id, mode, currency, transaction_id, step, posted, pending_in,
         pending_out, posted_after, pending_in_after, pending_out_after, created_at)
       values ($1, $2, $3, 'test', 'USD', $4, 'direct', $5, 0, 0, $6, 0, 0, $7),
         ('acc_other', (select coalesce(max(version), 0) + 1 from entries where account_id = 'acc_other'), $3, 'test', 'USD',
          $4, 'direct', -$5::numeric, 0, 0, 0, 0, 0, $7)`,
      [accountId, index + 1, member.workspaceId, transactionId, change, posted, new Date(atMs)],
    )
  }
  return accountId
}

let made = ''
async function anyTransaction(): Promise<string> {
  if (made === '') {
    const { body } = await app.signed(key, 'POST', '/v1/transactions', {
      body: { type: 'deposit', amount: '1.00', currency: 'USD', reference: 'order-1', description: '=1+1' },
      headers: { 'idempotency-key': newId('req') },
    })
    made = body.id
  }
  return made
}

const statement = (id: string, text: string, as = key) =>
  app.signed(as, 'GET', `/v1/accounts/${id}/statement${text}`)
const time = (ms: number) => new Date(ms).toISOString()
const minor = (amount: string) => Number(amount.replace('.', ''))

describe('GET /v1/accounts/:id/statement', () => {
  it("one period's closing is the next one's opening, and the lines lead from one to the other", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            gapMs: fc.oneof(
              fc.integer({ min: 0, max: 2_000 }),
              fc.integer({ min: 0, max: 30 * HOUR_MS }),
              fc.integer({ min: -20_000, max: 0 }),
            ),
            posted: fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 500 })),
          }),
          { maxLength: 25 },
        ),
        fc.uniqueArray(fc.integer({ min: -24, max: 24 * 20 }), { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (entries, hours, limit) => {
          const id = await accountWith(entries)
          const cuts = hours.sort((a, b) => a - b).map((hour) => time(BEGIN + hour * HOUR_MS))
          let closing: unknown = null
          const versions: number[] = []
          for (const [index, from] of cuts.slice(0, -1).entries()) {
            const text = `?from=${from}&to=${cuts[index + 1]}`
            const { body, status } = await statement(id, `${text}&limit=${limit}`)
            expect(status).toBe(200)
            if (closing !== null) expect(body.opening).toEqual(closing)
            closing = body.closing
            const lines = [...body.data]
            for (let cursor = body.next_cursor; cursor !== null;) {
              const next = await statement(id, `${text}&limit=${limit}&cursor=${cursor}`)
              expect(next.body).toMatchObject({ opening: body.opening, closing: body.closing })
              lines.push(...next.body.data)
              cursor = next.body.next_cursor
            }
            let balance = minor(body.opening.posted)
            for (const line of lines) {
              balance += minor(line.amount)
              expect(minor(line.balance)).toBe(balance)
              versions.push(line.version)
            }
            expect(balance).toBe(minor(body.closing.posted))
            const sum = (some: any[]) => some.reduce((total, line) => total + minor(line.amount), 0)
            const incoming = lines.filter((line) => minor(line.amount) > 0)
            const outgoing = lines.filter((line) => minor(line.amount) < 0)
            expect([body.total_in.count, minor(body.total_in.sum)]).toEqual([incoming.length, sum(incoming)])
            expect([body.total_out.count, minor(body.total_out.sum)]).toEqual([
              outgoing.length,
              -sum(outgoing) || 0,
            ])
          }
          // In the order of the ledger, and no entry in two periods.
          expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('a day of the time zone begins where it begins there', async () => {
    const id = await accountWith([
      { gapMs: 24 * 24 * HOUR_MS + 21.5 * HOUR_MS, posted: 100 },
      { gapMs: HOUR_MS, posted: 200 },
    ])
    // 25 October 2025, 21:30 and 22:30 UTC: in Berlin 23:30, and 00:30 of the day after.
    const { body } = await statement(id, '?from=2025-10-26&to=2025-10-27&time_zone=Europe/Berlin')
    expect(body).toMatchObject({
      account_id: id,
      currency: 'USD',
      from: '2025-10-25T22:00:00.000Z',
      // The day on which clocks go back has 25 hours.
      to: '2025-10-26T23:00:00.000Z',
      opening: { posted: '1.00', available: '1.00' },
      closing: { posted: '3.00' },
      total_in: { count: 1, sum: '2.00' },
      total_out: { count: 0, sum: '0.00' },
      data: [{ amount: '2.00', balance: '3.00', type: 'deposit', reference: 'order-1' }],
      next_cursor: null,
    })
  })

  it('the file holds opening, every line and closing, and no formula', async () => {
    const id = await accountWith([
      { gapMs: HOUR_MS, posted: 100 },
      { gapMs: HOUR_MS, posted: -30 },
    ])
    const path = `/v1/accounts/${id}/statement/export?from=2025-10-01&to=2025-10-02`
    const csv = await app.signed(key, 'GET', `${path}&format=csv`)
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
    const lines = csv.text.split('\r\n')
    expect(lines[0]).toBe(
      'kind,created_at,transaction_id,type,reference,description,amount,balance,currency,version',
    )
    expect(lines[1]).toBe('opening,2025-10-01T00:00:00.000Z,,,,,,0.00,USD,')
    expect(lines[3]).toBe(`line,2025-10-01T02:00:00.000Z,${made},deposit,order-1,"'=1+1",-0.30,0.70,USD,2`)
    expect(lines.slice(4)).toEqual(['closing,2025-10-02T00:00:00.000Z,,,,,,0.70,USD,', ''])
    const ndjson = await app.signed(key, 'GET', path)
    const rows = ndjson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ kind, balance }) => [kind, balance])).toEqual([
      ['opening', '0.00'],
      ['line', '1.00'],
      ['line', '0.70'],
      ['closing', '0.70'],
    ])
  })

  it('a range, a time zone or a cursor that is none is refused; so is an account of the other currency type', async () => {
    const id = await accountWith([])
    for (const [text, pointer] of [
      ['?from=2025-10-02&to=2025-10-01', '/query/to'],
      ['?from=yesterday', '/query/from'],
      ['?time_zone=Nowhere', '/query/time_zone'],
      ['?cursor=x', '/query/cursor'],
    ] as const) {
      const { status, body } = await statement(id, text)
      expect([text, status, body.errors?.[0]?.pointer]).toEqual([text, 422, pointer])
    }
    const crypto = await app.createKey(member, { currency_type: 'crypto' })
    expect((await statement(id, '', crypto)).body.code).toBe('currency-type-mismatch')
    const { body } = await statement(id, '')
    expect(body).toMatchObject({ opening: { posted: '0.00' }, closing: { posted: '0.00' }, data: [] })
  })
})
