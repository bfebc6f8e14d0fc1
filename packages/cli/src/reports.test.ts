import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from './exit-codes.ts'
import { KEY_ENV, makeUser, startServer } from './test-world.ts'

const FIGURES = { count: 1, sum: '1.00' }
const SUMMARY = {
  data: [
    {
      period: '2025-11-01',
      type: 'deposit',
      status: null,
      currency: 'USD',
      count: 3,
      sum: '6.00',
      completed: { count: 1, sum: '4.00' },
      pending: FIGURES,
      unsuccessful: FIGURES,
    },
  ],
}
const STATEMENT = {
  from: '2025-11-01T00:00:00.000Z',
  to: '2025-12-01T00:00:00.000Z',
  opening: { posted: '1.00' },
  closing: { posted: '0.70' },
  data: [
    {
      created_at: '2025-11-02T00:00:00.000Z',
      transaction_id: 'txn_1',
      type: 'payout',
      reference: null,
      amount: '-0.30',
      balance: '0.70',
    },
  ],
  next_cursor: null,
}
let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  server = await startServer(({ path }) => {
    if (path.includes('/export')) return { type: 'text/csv', body: 'id\r\ntxn_1\r\n' }
    if (path.includes('/statement')) return { body: STATEMENT }
    return { body: path.includes('/reports') ? SUMMARY : { data: [], next_cursor: null } }
  })
})
afterAll(() => server.close())
const run = (args: string[]) => makeUser({ ...KEY_ENV, COUNTERSIGN_URL: server.url }).run(args)

describe('reports and files', () => {
  it('a summary is asked for by its options and shown apart by what became of it', async () => {
    const period = ['--time-zone', 'Europe/Berlin', '--from', '2025-11-01', '--group-by', 'day,type']
    const filters = ['--status', 'failed,expired', '--metadata', 'order=A=1', '--metadata', 'b=2']
    const { code, out } = await run(['reports', 'summary', ...period, ...filters])
    expect(code).toBe(EXIT.ok)
    const asked = new URL(server.seen.at(-1)!.path, 'http://x')
    expect(asked.pathname).toBe('/v1/reports/summary')
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      time_zone: 'Europe/Berlin',
      group_by: 'day,type',
      from: '2025-11-01',
      status: 'failed,expired',
      'metadata[order]': 'A=1',
      'metadata[b]': '2',
    })
    expect(out).toMatch(/2025-11-01 +deposit +– +USD +3 +4\.00 +1\.00 +1\.00/)
  })

  it('a statement begins with its opening balance and ends with its closing one', async () => {
    const { out } = await run(['accounts', 'statement', 'acc_1', '--from', '2025-11-01'])
    expect(server.seen.at(-1)!.path).toBe('/v1/accounts/acc_1/statement?from=2025-11-01')
    const lines = out.trimEnd().split('\n')
    expect(lines[1]).toMatch(/opening balance .* 1\.00$/)
    expect(lines[2]).toMatch(/txn_1 +payout .* -0\.30 +0\.70$/)
    expect(lines[3]).toMatch(/closing balance .* 0\.70$/)
  })

  it.each([
    [
      ['transactions', 'export', '--format', 'csv', '--type', 'payout'],
      '/v1/transactions/export?format=csv&type=payout',
    ],
    [['accounts', 'export', 'acc_1', '--format', 'csv'], '/v1/accounts/acc_1/entries/export?format=csv'],
    [['accounts', 'export-statement', 'acc_1'], '/v1/accounts/acc_1/statement/export'],
  ])('%j prints the file as it is', async (args, path) => {
    const { code, out } = await run(args)
    expect([code, out, server.seen.at(-1)!.path]).toEqual([EXIT.ok, 'id\r\ntxn_1\r\n', path])
  })

  it('metadata without a value, or an id that is none, is a mistake in the command', async () => {
    expect((await run(['transactions', 'list', '--metadata', 'order'])).code).toBe(EXIT.usage)
    expect((await run(['accounts', 'export', '../transactions'])).code).not.toBe(EXIT.ok)
  })
})
