import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestKey } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  type TestPerson,
} from '../test-production.ts'
import { readReferenceCode } from './reference-code.ts'

let app: TestApp
let operator: TestPerson
let person: TestPerson
let key: TestKey
let count = 0
const INSTRUCTIONS = '/v1/deposit-instructions'

beforeAll(async () => {
  app = await createTestApp()
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  operator = await setUpOperator(app)
  person = await signUpPerson(app, 'customer@example.com')
  await openProduction(app, { operator, person })
  key = await app.createKey(person, { mode: 'production' })
})
afterAll(() => app.stop())

const signed = (by: TestKey, path: string) => signedOverSocket(app, by, 'GET', path)
async function create(body: Record<string, unknown>): Promise<string> {
  const headers = { 'idempotency-key': `settlements-${(count += 1)}` }
  const answer = await signedOverSocket(app, key, 'POST', '/v1/transactions', { body, headers })
  expect(answer.status).toBe(201)
  return answer.body['id'] as string
}
const settle = (id: string, reference: string) =>
  operator.request('POST', `/v1/operator/settlements/${id}/settle`, { body: { reference } })
const queue = async (query: string) =>
  (await operator.request('GET', `/v1/operator/settlements?${query}`)).body['data'] as any[]

describe('the reference code of a deposit', () => {
  it('is one for each workspace, mode and currency, and stays the same, asked by whomever', async () => {
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => signed(key, `${INSTRUCTIONS}?currency=EUR`)),
    )
    const code = asked[0]!.body['reference_code'] as string
    expect(readReferenceCode(code)).toBe(code)
    for (const { status, body } of asked)
      expect([status, body]).toEqual([
        200,
        {
          currency: 'EUR',
          currency_type: 'fiat',
          mode: 'production',
          reference_code: code,
          reference_code_printed: code.replace(/(.{4})(.{4})(.{4})(.{4})/, '$1 $2 $3 $4'),
          instructions: 'IBAN NL00 BANK 0000',
          details: {},
        },
      ])
    const member = await person.request('GET', `${INSTRUCTIONS}?currency=EUR`, { mode: 'production' })
    expect(member.body['reference_code']).toBe(code)
    const usd = await signed(key, `${INSTRUCTIONS}?currency=USD`)
    const test = await person.request('GET', `${INSTRUCTIONS}?currency=EUR`)
    const other = await operator.request('GET', `${INSTRUCTIONS}?currency=EUR`, { mode: 'production' })
    expect(new Set([code, ...[usd, test, other].map(({ body }) => body['reference_code'])]).size).toBe(4)
    expect(test.body['instructions']).toMatch(/no money is needed/)
  })

  it('tells nobody where to send money before it can be taken', async () => {
    const answer = await operator.request('GET', `${INSTRUCTIONS}?currency=EUR`, { mode: 'production' })
    expect(answer.body).toMatchObject({ instructions: null })
    const crypto = await person.request('GET', `${INSTRUCTIONS}?currency=BTC`, { mode: 'production' })
    expect(crypto.body).toMatchObject({ currency_type: 'crypto', instructions: null })
  })

  it('wants a currency that there is, of the type of the key', async () => {
    expect((await signed(key, INSTRUCTIONS)).status).toBe(422)
    expect((await signed(key, `${INSTRUCTIONS}?currency=XXY`)).body['code']).toBe('currency-unknown')
    expect((await signed(key, `${INSTRUCTIONS}?currency=BTC`)).body['code']).toBe('currency-type-mismatch')
    const nobody = await person.request('GET', `${INSTRUCTIONS}?currency=EUR`, { headers: { cookie: '' } })
    expect(nobody.status).toBe(401)
    const narrow = await app.createKey(person, { mode: 'production', scopes: ['balances:read'] })
    expect((await signed(narrow, `${INSTRUCTIONS}?currency=EUR`)).body['code']).toBe('scope-missing')
  })

  it('finds what waits for it in the queue, however it was written, and refuses a misread one', async () => {
    const { body } = await signed(key, `${INSTRUCTIONS}?currency=EUR`)
    const code = body['reference_code'] as string
    const [euros, dollars] = [
      await create({ type: 'deposit', amount: '12.00', currency: 'EUR' }),
      await create({ type: 'deposit', amount: '12.00', currency: 'USD' }),
    ]
    const found = await queue(
      `reference_code=${encodeURIComponent(body['reference_code_printed'].toLowerCase())}`,
    )
    expect(found.map((one) => [one.transaction.id, one.reference_code])).toEqual([[euros, code]])
    expect((await queue('')).map((one) => one.transaction.id)).toEqual([euros, dollars])
    const misread = code.slice(0, -1) + (code.endsWith('7') ? '8' : '7')
    const refused = await operator.request('GET', `/v1/operator/settlements?reference_code=${misread}`)
    expect([refused.status, refused.body['code']]).toEqual([422, 'invalid-input'])
    await settle(euros, 'IN-EUR')
    await settle(dollars, 'IN-USD')
  })
})

describe('whoever writes to the database', () => {
  const run = (text: string, values: unknown[]) => app.database.pool.query(text, values)
  const refused = { code: 'CS006' }

  it('completes no payout with one person where it takes two, and none that nobody has settled', async () => {
    const id = await create({ type: 'payout', amount: '1.00', currency: 'USD', destination: 'NL01' })
    const complete = (one: string) =>
      run(`update transactions set status = 'completed', completed_at = now() where id = $1`, [one])
    await expect(complete(id)).rejects.toMatchObject(refused)
    expect((await settle(id, 'OUT-1')).body).toMatchObject({ state: 'approving', approvals_required: 2 })
    const decide = () =>
      run(
        `update settlements set outcome = 'completed', decided_at = now(), decided_by = 'usr_x' where transaction_id = $1`,
        [id],
      )
    await expect(decide()).rejects.toMatchObject(refused)
    await expect(complete(id)).rejects.toMatchObject(refused)
    // The same person a second time is the same row.
    await expect(
      run(
        `insert into settlement_approvals (transaction_id, approved_by, approved_at)
         select transaction_id, approved_by, now() from settlement_approvals where transaction_id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ code: '23505' })
    await expect(
      run(`update settlement_approvals set approved_by = 'usr_y' where transaction_id = $1`, [id]),
    ).rejects.toMatchObject(refused)
    expect((await run('select status from transactions where id = $1', [id])).rows).toEqual([
      { status: 'pending' },
    ])
  })

  it('changes nothing of what was decided', async () => {
    const id = await create({ type: 'deposit', amount: '3.00', currency: 'USD' })
    await settle(id, 'DECIDED-1')
    for (const text of [
      `update settlements set reference = 'ANOTHER' where transaction_id = $1`,
      `update settlements set approvals_required = 1, decided_by = 'usr_x' where transaction_id = $1`,
      'delete from settlement_approvals where transaction_id = $1',
      'delete from settlements where transaction_id = $1',
    ])
      await expect(run(text, [id])).rejects.toMatchObject(refused)
  })
})
