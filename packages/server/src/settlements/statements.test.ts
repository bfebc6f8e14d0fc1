import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStatement } from './read-statement.ts'
import { createSettlementWorld, expectConsistent } from './test-settlements.ts'

type World = Awaited<ReturnType<typeof createSettlementWorld>>
type Customer = Awaited<ReturnType<World['customer']>>
let w: World
let ada: Customer
let code: string
let count = 0
const reference = () => `STM-${(count += 1)}`

beforeAll(async () => {
  w = await createSettlementWorld()
  ada = await w.customer()
  const told = await ada.signed('GET', '/v1/deposit-instructions?currency=EUR')
  code = told.body['reference_code_printed'] as string
})
afterAll(() => w.app.stop())

const options = { currency: null, decimalMark: '.' as const }
const match = async (csv: string, over: Record<string, unknown> = {}) =>
  (await w.post('statements/match', { csv, ...over })).body as { data: any[]; faults: any[] }
const HEAD = 'date,amount,currency,reference,text,sender\n'

describe('a statement', () => {
  it('is read with the names, separators, quotes and marks that banks use', () => {
    const german = readStatement(
      '\uFEFFBuchungstag;Betrag;Währung;Referenz;Verwendungszweck;Name\r\n23.11.2025;"1.234,56";EUR;A1;"Rechnung ""7""\r\nzweite Zeile";Müller\r\n\r\n24.11.2025;-5,00;EUR;A2;;\r\n',
      { currency: null, decimalMark: ',' },
    )
    expect(german.faults).toEqual([])
    expect(german.rows).toMatchObject([
      {
        line: 2,
        amount: '1234.56',
        direction: 'in',
        reference: 'A1',
        text: 'Rechnung "7" zweite Zeile',
        sender: 'Müller',
      },
      { line: 5, amount: '5.00', direction: 'out', reference: 'A2', text: null },
    ])
    const chain = readStatement(`amount\tasset\thash\n0.5\tETH\t0x${'AB'.repeat(32)}`, options)
    expect(chain.rows).toMatchObject([{ amount: '0.500000000000000000', reference: `0x${'ab'.repeat(32)}` }])
  })

  it('whose letters were lost, as of a file in another encoding, is not taken for another one', () => {
    const { rows, faults } = readStatement('amount,currency,reference\n5,EUR,M\uFFFDller\n6,EUR,b\n', options)
    expect([rows.map(({ reference }) => reference), faults]).toEqual([
      ['b'],
      [{ line: 2, message: 'holds characters that cannot be read: save the file as UTF-8' }],
    ])
  })

  it('takes money that left for what it is where a column of its own says so', () => {
    const { rows, faults } = readStatement(
      'Datum,Bedrag,Af Bij,Currency,Kenmerk\nx,10.00,Af,EUR,a\nx,20.00,Bij,EUR,b\nx,-30.00,D,EUR,c\nx,+40.00,cr.,EUR,d\nx,-50.00,Bij,EUR,e\nx,60.00,,EUR,f\nx,70.00,maybe,EUR,g\n',
      options,
    )
    expect(rows.map(({ direction, amount }) => [direction, amount])).toEqual([
      ['out', '10.00'],
      ['in', '20.00'],
      ['out', '30.00'],
      ['in', '40.00'],
    ])
    expect(faults).toEqual([
      { line: 6, message: 'says "Bij", and the sign of its amount says the opposite' },
      { line: 7, message: 'says "" where it has to say credit or debit' },
      { line: 8, message: 'says "maybe" where it has to say credit or debit' },
    ])
  })

  it('says of each line that it cannot read what is wrong, and guesses nothing', () => {
    const { rows, faults } = readStatement(
      `${HEAD}2025-11-23,10.00,EUR,ok-1,,\nx,"1.234,56",EUR,a,,\nx,10.001,EUR,b,,\nx,5,XXY,c,,\nx,5,,d,,\nx,0,EUR,e,,\nx,,EUR,f,,\nx,5,EUR,,,\nx,5,EUR,ok-1,,\nx,5,EUR\nx,1e3,EUR,g,,\nx,NaN,EUR,h,,\nx,12,34,i,,\n`,
      options,
    )
    expect(rows.map((row) => row.reference)).toEqual(['ok-1'])
    expect(faults.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    const messages = Object.fromEntries(faults.map(({ line, message }) => [line, message]))
    expect(messages[3]).toBe('the amount "1.234,56" is no number with a decimal point')
    expect(messages[6]).toBe('names no currency, and none was given for the file')
    expect(messages[9]).toBe('the reference must not be empty')
    expect(messages[10]).toBe('has the reference of line 2')
    expect(messages[11]).toBe('has 3 fields; the first line names 6')
  })

  it.each([
    ['', 'invalid-input'],
    ['amount,reference', 'invalid-input'],
    ['date,text\n1,2', 'invalid-input'],
    ['amount,reference\n"5,a', 'invalid-input'],
    [`amount,reference\n${'5,a\n'.repeat(1_002)}`, 'invalid-input'],
    [`${'a,'.repeat(61)}\n`, 'invalid-input'],
  ])('that is none is refused as a whole: %#', async (csv, expected) => {
    const answer = await w.post('statements/match', { csv })
    expect([answer.status, answer.body['code']]).toEqual([422, expected])
  })

  it('of the largest size is read in a moment', () => {
    const line = `2025-11-23,10.00,EUR,REF,${'x'.repeat(700)},s`
    const csv = HEAD + Array.from({ length: 1_000 }, (_, at) => line.replace('REF', `R${at}`)).join('\n')
    const start = performance.now()
    expect(readStatement(csv, options).rows).toHaveLength(1_000)
    expect(performance.now() - start).toBeLessThan(3_000)
  })
})

describe('what its lines may be', () => {
  it('is proposed from sure to weak, each transaction once, and nothing is booked', async () => {
    const other = await w.customer()
    const [exact, inexact] = [
      await ada.announce({ type: 'deposit', amount: '250.00' }),
      await ada.announce({ type: 'deposit', amount: '80.00' }),
    ]
    const byId = await other.announce({ type: 'deposit', amount: '31.00' })
    const byAmount = await other.announce({ type: 'deposit', amount: '77.77' })
    const twins = [
      await other.announce({ type: 'deposit', amount: '12.00' }),
      await other.announce({ type: 'deposit', amount: '12.00' }),
    ]
    const booked = reference()
    await w.settle(await other.announce({ type: 'deposit', amount: '500.00' }), booked)
    const payout = await other.announce({ type: 'payout', amount: '44.00', destination: 'NL01' })
    const out = reference()
    await w.settle(payout, out)
    const before = await ada.balance()

    const { data, faults } = await match(
      HEAD +
        [
          // First in the file, and yet the exact one is not taken from the line below.
          `2025-11-23,75.00,EUR,${reference()},${code},`,
          `2025-11-23,250.00,EUR,${reference()},deposit ${code.toLowerCase()} thank you,`,
          `2025-11-23,30.00,EUR,${reference()},${byId},`,
          `2025-11-23,77.77,EUR,${reference()},no code,J. Doe`,
          `2025-11-23,12.00,EUR,${reference()},,`,
          `2025-11-23,9.99,EUR,${reference()},who knows,`,
          `2025-11-23,3.00,EUR,${reference()},${code},`,
          `2025-11-23,500.00,EUR,${booked},,`,
          `2025-11-23,-44.00,EUR,${out},,`,
          `2025-11-23,-1.00,EUR,${reference()},bank fee,`,
        ].join('\n'),
    )
    expect(faults).toEqual([])
    expect(data.map(({ proposal: one }) => [one.kind, one.matched_by, one.transaction_id])).toEqual([
      ['settle', 'reference_code', inexact],
      ['settle', 'reference_code', exact],
      ['settle', 'transaction_id', byId],
      ['settle', 'amount', byAmount],
      ['unmatched', null, null],
      ['unmatched', null, null],
      ['credit', 'reference_code', null],
      ['already_booked', null, expect.any(String)],
      ['settle', 'reference', payout],
      ['none', null, null],
    ])
    expect(data[0].proposal).toMatchObject({
      announced_amount: '80.00',
      workspace: { id: ada.person.workspaceId },
    })
    expect(data[1].proposal.announced_amount).toBeNull()
    expect(data[4].proposal.note).toBe('2 open of this amount: choose by hand.')
    expect(data[6].proposal.workspace.id).toBe(ada.person.workspaceId)
    expect(await ada.balance()).toEqual(before)

    // Confirmed in one go, then the same file again books nothing more.
    const chosen = data.filter(({ proposal }) => proposal.kind === 'settle')
    const items = chosen.map((row) => ({
      transaction_id: row.proposal.transaction_id,
      reference: row.reference,
      amount: row.amount,
    }))
    const settled = await w.as(w.second).post('settlements/settle-many', {
      items,
      totals: [{ currency: 'EUR', amount: '476.77' }],
    })
    expect(settled.body['data'].map((one: any) => one.settlement?.state)).toEqual(
      items.map(() => 'completed'),
    )
    expect((await ada.balance()).posted).toBe('325.00')
    for (const id of twins) await w.settle(id, reference())
    await expectConsistent(w.app)
  })

  it('is not fooled by a code that was misread, a foreign currency, or an id of Test Mode', async () => {
    const id = await ada.announce({ type: 'deposit', amount: '66.00', currency: 'USD' })
    const misread = code.slice(0, -1) + (code.endsWith('7') ? '8' : '7')
    const { data } = await match(
      `${HEAD}x,66.00,EUR,${reference()},${misread},\nx,66.00,EUR,${reference()},${id},\n`,
    )
    expect(data.map(({ proposal }) => proposal.kind)).toEqual(['unmatched', 'unmatched'])
    await w.settle(id, reference())
  })

  it('leaves a line in the audit log, with the digest of the file', async () => {
    await match(`${HEAD}x,1.00,EUR,${reference()},,\n`)
    const log = await w.olga.request('GET', '/v1/operator/audit-log?action=statement.read&limit=1')
    expect(log.body['data']).toMatchObject([
      {
        workspace_id: null,
        after: { lines: 1, faults: 0 },
        target: { id: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
    expect(
      (await ada.person.request('POST', '/v1/operator/statements/match', { body: { csv: 'x' } })).body[
        'code'
      ],
    ).toBe('operator-required')
  })
})

describe('many at once', () => {
  it('are settled under one confirmation of what they add up to, each by itself', async () => {
    const customer = await w.customer()
    const ids = [
      await customer.announce({ type: 'deposit', amount: '10.00' }),
      await customer.announce({ type: 'deposit', amount: '20.00' }),
      await customer.announce({ type: 'deposit', amount: '5.00', currency: 'USD' }),
    ]
    const items = ids.map((transaction_id) => ({ transaction_id, reference: reference() }))
    const wrong = await w.post('settlements/settle-many', {
      items,
      totals: [{ currency: 'EUR', amount: '30.00' }],
    })
    expect(wrong.body).toMatchObject({
      code: 'conflict',
      totals: [
        { currency: 'EUR', amount: '30.00' },
        { currency: 'USD', amount: '5.00' },
      ],
    })
    expect((await customer.balance()).posted).toBe('0.00')
    // One whose reference is taken is refused and does not hold up the others.
    items[1]!.reference = items[0]!.reference
    const body = { items, totals: wrong.body['totals'] as unknown }
    const answers = await Promise.all(
      [w.olga, w.second].map((who) => w.as(who).post('settlements/settle-many', body)),
    )
    for (const { status, body: done } of answers) {
      expect(status).toBe(200)
      expect(done['data'].filter((one: any) => one.settlement !== null)).toHaveLength(2)
      expect(done['data'].filter((one: any) => one.problem?.code === 'conflict')).toHaveLength(1)
    }
    const eur = Number((await customer.balance()).posted)
    expect([10, 20]).toContain(eur)
    expect((await customer.balance('USD')).posted).toBe('5.00')
    await w.settle(eur === 10 ? ids[1]! : ids[0]!, reference())
    await expectConsistent(w.app)
  })

  it('fail for one reason, and free what they held', async () => {
    const customer = await w.customer()
    await w.settle(await customer.announce({ type: 'deposit', amount: '30.00' }), reference())
    const ids = [
      await customer.announce({ type: 'payout', amount: '10.00', destination: 'NL01' }),
      await customer.announce({ type: 'payout', amount: '20.00', destination: 'NL01' }),
    ]
    expect((await customer.balance()).available).toBe('0.00')
    const body = {
      transaction_ids: [...ids, 'txn_01kasqf0000000000000000001'],
      reason: 'The bank is closed.',
      totals: [{ currency: 'EUR', amount: '30.00' }],
    }
    const failed = await w.post('settlements/fail-many', body)
    expect(failed.body['data'].map((one: any) => one.settlement?.state ?? one.problem.code)).toEqual([
      'failed',
      'failed',
      'not-found',
    ])
    expect((await w.post('settlements/fail-many', body)).body).toEqual(failed.body)
    expect((await customer.balance()).available).toBe('30.00')
    await expectConsistent(w.app)
  })

  it('are at most a hundred, each named once', async () => {
    const one = { transaction_id: 'txn_01kasqf0000000000000000001', reference: 'x' }
    for (const items of [[], [one, one], Array.from({ length: 101 }, () => one)])
      expect((await w.post('settlements/settle-many', { items, totals: [] })).status).toBe(422)
  })
})

it('the queue is narrowed by amount, age, workspace and currency, whatever the decimals', async () => {
  const customer = await w.customer()
  const own = `workspace_id=${customer.person.workspaceId}`
  const ids: string[] = []
  for (const amount of ['5.00', '50.00', '500.00'])
    ids.push(await customer.announce({ type: 'deposit', amount }))
  const yen = await customer.announce({ type: 'deposit', amount: '50', currency: 'JPY' })
  const list = async (query: string) =>
    (await w.queue(`${own}&${query}`)).map((one) => one.transaction.id as string)
  expect(await list('amount_min=50')).toEqual([ids[1], ids[2], yen])
  expect(await list('amount_max=50.00&currency=EUR')).toEqual([ids[0], ids[1]])
  expect(await list('amount_min=50&amount_max=50')).toEqual([ids[1], yen])
  w.app.clock.advance(3_600_000)
  const later = await customer.announce({ type: 'deposit', amount: '1.00' })
  const moment = encodeURIComponent(new Date(w.app.clock.now() - 60_000).toISOString())
  expect(await list(`created_before=${moment}`)).toEqual([...ids, yen])
  expect(await list(`created_after=${moment}`)).toEqual([later])
  for (const wrong of ['amount_min=-1', 'amount_max=1e3', 'created_after=yesterday'])
    expect((await w.olga.request('GET', `/v1/operator/settlements?${wrong}`)).status).toBe(422)
})

it.each(['csv', 'ndjson'])(
  'the exported queue (%s) is of one moment, whatever is settled or comes while it is read',
  async (format) => {
    const customer = await w.customer()
    const ids: string[] = []
    for (let index = 0; index < 25; index += 1)
      ids.push(await customer.announce({ type: 'deposit', amount: '1.00' }))
    let isDone = false
    const deeds = (async () => {
      for (const id of ids.toReversed()) {
        await w.settle(id, reference())
        if (isDone) return
        await customer.announce({ type: 'deposit', amount: '2.00' })
      }
    })()
    const path = `/v1/operator/settlements/export?workspace_id=${customer.person.workspaceId}&format=${format}&state=`
    for (let run = 0; run < 5; run += 1) {
      const [open, closed] = [
        await w.olga.request('GET', `${path}open`),
        await w.olga.request('GET', `${path}closed`),
      ]
      const idsOf = ({ text }: { text: string }) => text.match(/txn_[0-9a-z]{26}(?=[,"])/g) ?? []
      const [left, decided] = [idsOf(open), idsOf(closed)].map((found) => [...new Set(found)])
      // Read later, the decided ones may hold some that were open before; none is in neither.
      expect(ids.filter((id) => !left!.includes(id) && !decided!.includes(id))).toEqual([])
      const lines = open.text.trim().split(/\r?\n/).length - (format === 'csv' ? 1 : 0)
      expect(lines).toBe(left!.length)
    }
    isDone = true
    await deeds
  },
)

it('the exported queue runs no formula that a customer wrote', async () => {
  const customer = await w.customer()
  const formula = '=HYPERLINK("https://evil.example","x")'
  await w.settle(await customer.announce({ type: 'deposit', amount: '9.00' }), reference())
  const id = await customer.announce({
    type: 'payout',
    amount: '9.00',
    destination: formula,
    reference: '@SUM(A1)',
  })
  const path = `/v1/operator/settlements/export?workspace_id=${customer.person.workspaceId}&format=`
  const csv = await w.olga.request('GET', `${path}csv`)
  expect(csv.headers['content-type']).toContain('text/csv')
  const [head, row] = csv.text.split('\r\n')
  expect(head).toMatch(/^transaction_id,created_at,type,state,amount,currency,/)
  expect(row).toContain(id)
  expect(row).toContain(`"'=HYPERLINK(""https://evil.example"",""x"")"`)
  expect(row).toContain(`'@SUM(A1)`)
  const ndjson = await w.olga.request('GET', `${path}ndjson`)
  expect(JSON.parse(ndjson.text.trim())).toMatchObject({ transaction: { id, destination: formula } })
})
