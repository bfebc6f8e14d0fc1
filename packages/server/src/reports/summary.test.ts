import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../ids.ts'
import { advanceTransactions } from '../ledger/advance-transaction.ts'
import { currencyOf, formatAmount } from '../ledger/currencies.ts'
import { transactionRequest } from '../ledger/test-transaction.ts'
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

const RUNS = Number(process.env['LEDGER_RUNS'] ?? 25)
const DAY_MS = 86_400_000
const CURRENCIES = ['JPY', 'USD', 'ETH'] as const
type Step = {
  type: 'deposit' | 'payout'
  currency: (typeof CURRENCIES)[number]
  amount: bigint
  atMs: number
  end: 'completed' | 'failed' | 'expired' | 'canceled' | 'processing' | null
}
const step = (fromMs: number): fc.Arbitrary<Step> =>
  fc.record({
    type: fc.constantFrom('deposit' as const, 'deposit' as const, 'payout' as const),
    currency: fc.constantFrom(...CURRENCIES),
    amount: fc.oneof(fc.bigInt({ min: 1n, max: 5_000n }), fc.bigInt({ min: 1n, max: 10n ** 60n })),
    atMs: fc.integer({ min: fromMs, max: fromMs + 3 * DAY_MS }),
    end: fc.constantFrom('completed', 'completed', 'failed', 'expired', 'canceled', 'processing', null),
  })

/** Writes a history as the product does, each step at its own time. */
async function write(workspaceId: string, steps: readonly Step[]): Promise<void> {
  for (const { type, currency: code, amount, atMs, end } of steps.toSorted((a, b) => a.atMs - b.atMs)) {
    const id = newId('txn', atMs)
    const fields = { id, type, workspace_id: workspaceId, currency: code, amount: amount.toString() }
    const { outcome } = await app.writer.write(transactionRequest(fields, atMs), atMs)
    if (outcome !== 'created' || end === null) continue
    const failure = end === 'failed' ? { failure: { code: 'declined', message: 'no' } } : {}
    await advanceTransactions(app.database.pool, [{ transactionId: id, status: end, ...failure }], atMs)
  }
}

/** A time zone's day of a moment, by another implementation than the database's. */
function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
}

const query = (text: string, who: { key: TestKey } | { member: TestMember } = { key }) =>
  'key' in who
    ? app.signed(who.key, 'GET', `/v1/reports/summary${text}`)
    : who.member.request('GET', `/v1/reports/summary${text}`)

// Clocks that go forward and back at midnight, by half an hour, over the date line, and not at all.
const ZONES: readonly [zone: string, near: string][] = [
  ['Europe/Berlin', '2025-10-26T01:00:00Z'],
  ['Europe/Berlin', '2025-03-30T01:00:00Z'],
  ['America/New_York', '2025-11-02T06:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2019-02-17T02:00:00Z'],
  ['America/Havana', '2024-11-03T05:00:00Z'],
  ['America/Havana', '2024-03-10T05:00:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['Asia/Kathmandu', '2025-06-01T18:15:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Beirut', '2024-03-30T22:00:00Z'],
  ['UTC', '2025-01-01T00:00:00Z'],
]

describe('GET /v1/reports/summary', () => {
  it('holds the same numbers as the entries of the ledger, to the last unit, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step(Date.UTC(2025, 10, 1)), { minLength: 1, maxLength: 25 }),
        async (steps) => {
          const person = await app.signUp('History')
          await write(person.workspaceId, steps)
          const range = '?from=2025-11-01&to=2025-11-06'
          const { rows } = await app.database.pool.query<Record<string, string>>(
            `select e.currency, to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
             coalesce(sum(e.posted) filter (where e.posted > 0), 0)::text as money_in,
             coalesce(-sum(e.posted) filter (where e.posted < 0), 0)::text as money_out
           from entries e join accounts a on a.id = e.account_id
           where e.workspace_id = $1 and a.kind = 'customer' group by 1, 2`,
            [person.workspaceId],
          )
          const fromLedger = new Map<string, string>()
          for (const { currency, day, money_in, money_out } of rows) {
            const text = (minor: string) => formatAmount(BigInt(minor), currencyOf(currency!))
            if (money_in !== '0') fromLedger.set(`${day} deposit ${currency}`, text(money_in!))
            if (money_out !== '0') fromLedger.set(`${day} payout ${currency}`, text(money_out!))
          }
          const asked = await query(`${range}&group_by=day,type&time_field=completed_at`, { member: person })
          const reported = new Map(
            asked.body.data.map((row: any) => [
              `${row.period} ${row.type} ${row.currency}`,
              row.completed.sum,
            ]),
          )
          expect(reported).toEqual(fromLedger)

          // What is pending is what the accounts hold back, and no status is counted twice or left out.
          const byType = await query(`${range}&group_by=type`, { member: person })
          const balances = await person.request('GET', '/v1/balances')
          for (const { currency, pending_in, pending_out, posted } of balances.body.data) {
            const of = (type: string) =>
              byType.body.data.find((row: any) => row.type === type && row.currency === currency)
            const zero = formatAmount(0n, currencyOf(currency))
            expect(of('deposit')?.pending.sum ?? zero).toBe(pending_in)
            expect(of('payout')?.pending.sum ?? zero).toBe(pending_out)
            const minor = (text: string | undefined) => BigInt((text ?? zero).replace('.', ''))
            expect(minor(of('deposit')?.completed.sum) - minor(of('payout')?.completed.sum)).toBe(
              minor(posted),
            )
          }
          for (const row of [...byType.body.data, ...byType.body.totals])
            expect(row.completed.count + row.pending.count + row.unsuccessful.count).toBe(row.count)
        },
      ),
      { numRuns: RUNS },
    )
  }, 120_000)

  it('puts every moment into its day of the time zone, around every change of a clock', async () => {
    for (const [zone, near] of ZONES) {
      const person = await app.signUp('Zone')
      const nearMs = Date.parse(near)
      const steps = fc.sample(
        fc.record({
          type: fc.constant('deposit' as const),
          currency: fc.constant('USD' as const),
          amount: fc.constant(1n),
          atMs: fc.oneof(
            fc.integer({ min: nearMs - 2 * DAY_MS, max: nearMs + 2 * DAY_MS }),
            fc.integer({ min: nearMs - 5_400_000, max: nearMs + 5_400_000 }),
            fc.constantFrom(nearMs - 1, nearMs, nearMs + 1),
          ),
          end: fc.constant(null),
        }),
        60,
      )
      await write(person.workspaceId, steps)
      const expected: Record<string, number> = {}
      for (const { atMs } of steps) {
        const day = dayIn(zone, new Date(atMs))
        expected[day] = (expected[day] ?? 0) + 1
      }
      const from = new Date(nearMs - 4 * DAY_MS).toISOString()
      const to = new Date(nearMs + 4 * DAY_MS).toISOString()
      const zoned = `&time_zone=${encodeURIComponent(zone)}&group_by=day`
      const { body } = await query(`?from=${from}&to=${to}${zoned}`, { member: person })
      const reported = Object.fromEntries(body.data.map((row: any) => [row.period, row.count]))
      expect({ zone, near, ...reported }).toEqual({ zone, near, ...expected })

      // Asking for one day alone finds what the report by day said of it.
      for (const [day, count] of Object.entries(expected)) {
        const next = new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
        const one = await query(`?from=${day}&to=${next}${zoned}`, { member: person })
        expect({ zone, day, count: one.body.totals[0]?.count }).toEqual({ zone, day, count })
      }
    }
  }, 120_000)

  it('weeks begin on Monday and months on their first, and groups combine', async () => {
    const { workspaceId, request } = await app.signUp('Weeks')
    const at = (day: string) => Date.parse(`${day}T12:00:00Z`)
    const base = { type: 'deposit', currency: 'USD', amount: 100n } as const
    await write(workspaceId, [
      { ...base, atMs: at('2025-11-02'), end: 'completed' },
      { ...base, atMs: at('2025-11-03'), end: 'failed' },
      { ...base, atMs: at('2025-12-01'), end: null },
      { ...base, currency: 'ETH', atMs: at('2025-12-01'), end: 'completed' },
    ])
    const get = async (groups: string) =>
      (await request('GET', `/v1/reports/summary?from=2025-10-01&to=2026-01-01&group_by=${groups}`)).body
    const rows = (body: any) =>
      body.data.map((row: any) => [row.period, row.type, row.status, row.currency, row.count, row.sum])
    expect(rows(await get('week'))).toEqual([
      ['2025-10-27', null, null, 'USD', 1, '1.00'],
      ['2025-11-03', null, null, 'USD', 1, '1.00'],
      ['2025-12-01', null, null, 'ETH', 1, '0.000000000000000100'],
      ['2025-12-01', null, null, 'USD', 1, '1.00'],
    ])
    expect(rows(await get('month,status'))).toEqual([
      ['2025-11-01', null, 'completed', 'USD', 1, '1.00'],
      ['2025-11-01', null, 'failed', 'USD', 1, '1.00'],
      ['2025-12-01', null, 'completed', 'ETH', 1, '0.000000000000000100'],
      ['2025-12-01', null, 'pending', 'USD', 1, '1.00'],
    ])
    expect(rows(await get('currency'))).toEqual([
      [null, null, null, 'ETH', 1, '0.000000000000000100'],
      [null, null, null, 'USD', 3, '3.00'],
    ])
    const { totals } = await get('type,status,currency')
    expect(totals).toMatchObject([
      { currency: 'ETH', count: 1 },
      {
        currency: 'USD',
        count: 3,
        sum: '3.00',
        completed: { count: 1, sum: '1.00' },
        pending: { count: 1, sum: '1.00' },
        unsuccessful: { count: 1, sum: '1.00' },
      },
    ])
  })

  it('takes the last 30 days, by day, when nothing is said, and the filters of the list', async () => {
    const person = await app.signUp('Defaults')
    const nowMs = app.clock.now()
    await write(person.workspaceId, [
      { type: 'deposit', currency: 'USD', amount: 500n, atMs: nowMs - 40 * DAY_MS, end: null },
      { type: 'deposit', currency: 'USD', amount: 700n, atMs: nowMs - 5 * DAY_MS, end: 'completed' },
      { type: 'payout', currency: 'USD', amount: 200n, atMs: nowMs - DAY_MS, end: null },
    ])
    const { body, status } = await query('', { member: person })
    expect(status).toBe(200)
    expect(body).toMatchObject({ time_zone: 'UTC', time_field: 'created_at', group_by: ['day'] })
    expect(body.totals).toMatchObject([{ count: 2, sum: '9.00' }])
    const filtered = await query('?type=payout,refund&status=pending&group_by=', { member: person })
    expect(filtered.body.data).toMatchObject([{ period: null, count: 1, sum: '2.00' }])
  })

  it('a key sees its own mode and currency type, a viewer all of both', async () => {
    const { workspaceId } = member
    await write(workspaceId, [
      { type: 'deposit', currency: 'USD', amount: 100n, atMs: app.clock.now(), end: null },
      { type: 'deposit', currency: 'ETH', amount: 100n, atMs: app.clock.now(), end: null },
    ])
    const currencies = ({ body }: any) => body.totals.map(({ currency }: any) => currency)
    expect(currencies(await query(''))).toEqual(['USD'])
    const crypto = await app.createKey(member, { currency_type: 'crypto' })
    expect(currencies(await query('', { key: crypto }))).toEqual(['ETH'])
    expect(currencies(await query('', { member }))).toEqual(['ETH', 'USD'])
    const other = await member.request('GET', '/v1/reports/summary', { mode: 'production' })
    expect(other.body.totals).toEqual([])
    const stranger = await app.signUp('Eve')
    expect(currencies(await query('', { member: stranger }))).toEqual([])
  })

  it('bad input is refused with the parameter at fault', async () => {
    const cases: [string, string][] = [
      ['?time_zone=Mars/Olympus', '/query/time_zone'],
      ['?time_zone=FOO%2B3', '/query/time_zone'],
      ['?time_zone=UTC%27--', '/query/time_zone'],
      ['?group_by=day,month', '/query/group_by'],
      ['?group_by=hour', '/query/group_by/0'],
      ['?from=2025-02-30', '/query/from'],
      ['?from=2025-11-02&to=2025-11-02', '/query/to'],
      ['?from=1999-01-01&to=2025-01-01&group_by=month', '/query/from'],
      ['?from=2020-01-01&to=2025-01-01&group_by=day', '/query/from'],
      ['?time_field=updated_at', '/query/time_field'],
      ['?amount_min=1.00', '/query/currency'],
      ['?amount_min=1.001&currency=USD', '/query/amount_min'],
      ['?description_contains=--', '/query/description_contains'],
    ]
    for (const [text, pointer] of cases) {
      const { status, body } = await query(text)
      expect([text, status, body.errors?.[0]?.pointer]).toEqual([text, 422, pointer])
    }
  })

  it('four are made for a workspace at a time, and other workspaces have places of their own', async () => {
    const other = await app.signUp('Other')
    const client = await app.database.pool.connect()
    const waiting: Promise<{ status: number }>[] = []
    try {
      await client.query('begin; lock table transactions in access exclusive mode')
      for (let count = 0; count < 4; count += 1) waiting.push(query(''))
      await untilBlocked(4)
      const fifth = await query('')
      expect([fifth.status, fifth.body.code, fifth.headers['retry-after']]).toEqual([
        429,
        'too-many-at-once',
        '5',
      ])
      for (let count = 0; count < 4; count += 1) waiting.push(query('', { member: other }))
      await untilBlocked(8)
      const third = await query('', { member: await app.signUp('Third') })
      expect([third.status, third.body.code, third.headers['retry-after']]).toEqual([
        503,
        'service-unavailable',
        '5',
      ])
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect((await query('')).status).toBe(200)
  })
})

/** Waits until so many reports wait for the lock. */
async function untilBlocked(count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await app.database.pool.query<{ count: number }>(
      `select count(*)::integer from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query like '%grouping%'`,
    )
    expect(rows[0]?.count).toBe(count)
  }, 10_000)
}
