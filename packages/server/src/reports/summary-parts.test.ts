import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { advanceTransactions } from '../ledger/advance-transaction.ts'
import { currencyOf, formatAmount } from '../ledger/currencies.ts'
import { transactionRequest } from '../ledger/test-transaction.ts'
import { createTestApp, type TestApp } from '../test-app.ts'

let app: TestApp
beforeAll(async () => (app = await createTestApp()))
afterAll(() => app.stop())

const RUNS = Number(process.env['LEDGER_RUNS'] ?? 8)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CURRENCIES = ['JPY', 'USD', 'ETH'] as const
/** Zones with what their clocks did: forward and back, at midnight, by half an hour, a whole day left out, nothing. */
const ZONES: readonly [zone: string, near: string][] = [
  ['Europe/Amsterdam', '2025-03-30T01:00:00Z'],
  ['Europe/Amsterdam', '2025-10-26T01:00:00Z'],
  ['America/New_York', '2025-11-02T06:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Havana', '2024-03-10T05:00:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Kathmandu', '2025-06-01T18:15:00Z'],
  ['UTC', '2025-01-01T00:00:00Z'],
]

const step = fc.record({
  type: fc.constantFrom('deposit', 'deposit', 'payout', 'transfer'),
  currency: fc.constantFrom(...CURRENCIES),
  amount: fc.oneof(fc.bigInt({ min: 1n, max: 5_000n }), fc.bigInt({ min: 1n, max: 10n ** 60n })),
  // Close to where the clock changes, or up to three weeks away.
  afterMs: fc.oneof(
    fc.integer({ min: -5_400_000, max: 5_400_000 }),
    fc.integer({ min: -21 * DAY_MS, max: 21 * DAY_MS }),
  ),
  laterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * DAY_MS })),
  end: fc.constantFrom('completed', 'completed', 'completed', 'failed', 'canceled', 'processing', null),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Writes a history, creations and ends in the order of their times. */
async function write(workspaceId: string, steps: readonly Step[], nearMs: number): Promise<void> {
  const { rows } = await app.database.pool.query<{ id: string; currency: string }>(
    `insert into accounts (id, workspace_id, mode, currency_type, currency, decimals, kind, name, created_at)
     select 'acc_' || $1 || c.code, $1, 'test', c.type, c.code, c.decimals, 'customer', 'Other', now()
     from json_to_recordset($2::json) as c (code text, type text, decimals integer)
     returning id, currency`,
    [workspaceId, JSON.stringify(CURRENCIES.map(currencyOf))],
  )
  const others = new Map(rows.map(({ id, currency }) => [currency, id]))
  const deeds: { atMs: number; run: () => Promise<void> }[] = []
  for (const one of steps) {
    const atMs = nearMs + one.afterMs
    const id = newId('txn', atMs)
    let created = false
    deeds.push({
      atMs,
      async run() {
        const fields = {
          id,
          type: one.type as 'deposit',
          workspace_id: workspaceId,
          currency: one.currency,
          amount: one.amount.toString(),
          ...(one.type === 'transfer' && { destination_account_id: others.get(one.currency)!, rail: null }),
        }
        const { outcome } = await app.writer.write(transactionRequest(fields, atMs), atMs)
        created = outcome === 'created'
      },
    })
    if (one.type === 'transfer' || one.end === null) continue
    const status = one.end as 'completed'
    const failure = one.end === 'failed' ? { failure: { code: 'declined', message: 'no' } } : {}
    deeds.push({
      atMs: atMs + one.laterMs,
      async run() {
        if (created)
          await advanceTransactions(
            app.database.pool,
            [{ transactionId: id, status, ...failure }],
            atMs + one.laterMs,
          )
      },
    })
  }
  for (const { run } of deeds.sort((a, b) => a.atMs - b.atMs)) await run()
}

/** The day, the Monday of the week or the first of the month of a moment, by another implementation than the database's. */
function periodOf(unit: string, timeZone: string, at: Date): string {
  const day = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
  if (unit === 'day') return day
  if (unit === 'month') return `${day.slice(0, 7)}-01`
  const midnightMs = Date.parse(`${day}T00:00:00Z`)
  return new Date(midnightMs - ((new Date(midnightMs).getUTCDay() + 6) % 7) * DAY_MS)
    .toISOString()
    .slice(0, 10)
}

type Figures = {
  count: number
  sum: string
  completed: Part
  pending: Part
  unsuccessful: Part
  fees: string
}
type Part = { count: number; sum: string }
type Row = Figures & { period: string | null; type: string | null; status: string | null; currency: string }
const minor = (amount: string) => BigInt(amount.replace('.', ''))

/** What rows add up to, by currency. */
function addUp(rows: readonly Row[]): Record<string, string[]> {
  const sums: Record<string, bigint[]> = {}
  for (const { currency, count, sum, completed, pending, unsuccessful, fees } of rows) {
    const parts = [completed, pending, unsuccessful].flatMap((part) => [BigInt(part.count), minor(part.sum)])
    const figures = [BigInt(count), minor(sum), ...parts, minor(fees)]
    sums[currency] = figures.map((figure, index) => figure + (sums[currency]?.[index] ?? 0n))
  }
  return Object.fromEntries(Object.entries(sums).map(([code, figures]) => [code, figures.map(String)]))
}

it('by day, week or month of any zone, by type, status and currency: the parts add up to the whole, and the whole is the ledger', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ZONES),
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.subarray(['type', 'status', 'currency']),
      fc.integer({ min: -20 * DAY_MS, max: 20 * DAY_MS }),
      async ([zone, near], steps, groups, cutMs) => {
        const nearMs = Date.parse(near)
        const person = await app.signUp('Parts')
        await write(person.workspaceId, steps, nearMs)
        const ask = async (groupBy: readonly string[], from: number, to: number, more = '') => {
          const range = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
          const path = `/v1/reports/summary?${range}&time_zone=${encodeURIComponent(zone)}&group_by=${groupBy.join(',')}${more}`
          const answer = await person.request('GET', path)
          expect([path, answer.status]).toEqual([path, 200])
          return answer.body as { data: Row[]; totals: Row[] }
        }
        const [from, to] = [nearMs - 40 * DAY_MS, nearMs + 40 * DAY_MS]
        for (const field of ['created_at', 'completed_at']) {
          const at = `&time_field=${field}`
          const { totals } = await ask(['currency'], from, to, at)
          const whole = addUp(totals)
          for (const unit of ['day', 'week', 'month']) {
            const parts = await ask([unit, ...groups], from, to, at)
            expect({ zone, unit, field, ...addUp(parts.data) }).toEqual({ zone, unit, field, ...whole })
            expect(addUp(parts.totals)).toEqual(whole)
          }
          // Two ranges that meet anywhere, also in the hour that comes twice, are their sum.
          const by = ['currency', ...groups.filter((group) => group !== 'currency')]
          const before = await ask(by, from, nearMs + cutMs, at)
          const after = await ask(by, nearMs + cutMs, to, at)
          expect(addUp([...before.totals, ...after.totals])).toEqual(whole)
        }

        // What completed in each period is what the ledger posted to and from the customer's accounts in it.
        const { rows } = await app.database.pool.query<Record<string, string> & { created_at: Date }>(
          `select e.currency, t.type, e.created_at, abs(e.posted)::text as moved
           from entries e join transactions t on t.id = e.transaction_id
           where e.workspace_id = $1 and e.posted <> 0 and e.account_id = t.account_id`,
          [person.workspaceId],
        )
        for (const unit of ['day', 'week', 'month']) {
          const ledger: Record<string, bigint> = {}
          for (const { currency, type, created_at, moved } of rows) {
            const key = `${periodOf(unit, zone, created_at)} ${type} ${currency}`
            ledger[key] = (ledger[key] ?? 0n) + BigInt(moved!)
          }
          const { data } = await ask([unit, 'type', 'currency'], from, to, '&time_field=completed_at')
          const said = data.map((row) => [`${row.period} ${row.type} ${row.currency}`, row.completed.sum])
          const posted = Object.entries(ledger).map(([key, sum]) => [
            key,
            formatAmount(sum, currencyOf(key.split(' ')[2]!)),
          ])
          expect({ zone, unit, ...Object.fromEntries(said) }).toEqual({
            zone,
            unit,
            ...Object.fromEntries(posted),
          })
        }
      },
    ),
    { numRuns: RUNS },
  )
}, 120_000)
