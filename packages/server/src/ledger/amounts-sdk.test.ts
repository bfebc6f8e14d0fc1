import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALL_SCOPES } from '../keys/scopes.ts'
import { createTestApp, TEST_ORIGIN, type TestApp } from '../test-app.ts'
import { currencyOf, formatAmount } from './currencies.ts'

// By address: the SDK's types are a browser's, which this package does not know.
const { Countersign } = (await import(new URL('../../../sdk/src/index.ts', import.meta.url).href)) as any

let t: TestApp
let client: any
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 20)

beforeAll(async () => {
  t = await createTestApp()
  const ada = await t.signUp()
  const keys = await t.createKey(ada, { currency_type: 'crypto', scopes: ALL_SCOPES })
  const through: typeof fetch = async (input, init) => {
    const url = new URL(input as string)
    const answer = await t.app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: url.pathname + url.search,
      headers: { host: url.host, ...Object.fromEntries(new Headers(init?.headers)) },
      ...(init?.body ? { payload: init.body as string } : {}),
    })
    return new Response(new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: new Headers(answer.headers as Record<string, string>),
    })
  }
  client = new Countersign({ baseUrl: TEST_ORIGIN, ...keys, fetch: through, receipts: false })
})
afterAll(() => t.stop())

it('10^60 units with 18 decimals go from the SDK over HTTP into the ledger and back without losing one', async () => {
  const currency = currencyOf('ETH')
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: 10n ** 59n, max: 10n ** 60n }), async (minor) => {
      const amount = formatAmount(minor, currency)
      const made = await client.transactions.create({ type: 'deposit', amount, currency: 'ETH' })
      expect(made.amount).toBe(amount)
      expect((await client.transactions.get(made.id)).amount).toBe(amount)
    }),
    { numRuns: RUNS },
  )
}, 60_000)
