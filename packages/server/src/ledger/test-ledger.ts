import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { simulator } from '../rails/simulator.ts'
import { createTestApp, type TestAnswer, type TestApp, type TestKey, type TestMember } from '../test-app.ts'
import { reconcile } from './reconcile.ts'
import { settleDue } from './settle-loop.ts'

export type TestLedger = ReturnType<typeof useTestLedger>

/**
 * One app for a file, a workspace with a key for each test, so that a test's numbers are its own; and at the end the
 * ledger must add up. Call it at the top of the file.
 */
export function useTestLedger(env: Record<string, string> = {}) {
  let app: TestApp
  let person: TestMember
  let key: TestKey
  let count = 0

  beforeAll(async () => {
    app = await createTestApp(env)
  })
  beforeEach(async () => {
    person = await app.signUp('Ada')
    key = await app.createKey(person)
  })
  afterAll(async () => {
    expect(await reconcile(app.database.pool)).toMatchObject({ consistent: true, discrepancies: [] })
    await app.stop()
  })

  type Asked = { headers?: Record<string, string>; by?: TestKey }
  const call = (
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, by = key }: Asked = {},
  ): Promise<TestAnswer> => app.signed(by, method, path, body === undefined ? { headers } : { body, headers })
  /** A deposit of 10 USD, but for what is said otherwise; each with an Idempotency-Key of its own. */
  const post = (fields: Record<string, unknown> = {}, asked: Asked = {}) =>
    call(
      'POST',
      '/v1/transactions',
      { type: 'deposit', amount: '10.00', currency: 'USD', ...fields },
      { ...asked, headers: { 'idempotency-key': `test-${(count += 1)}`, ...asked.headers } },
    )

  return {
    get app() {
      return app
    },
    get person() {
      return person
    },
    get key() {
      return key
    },
    call,
    post,
    /** The id of what `post` creates. */
    async create(fields: Record<string, unknown> = {}, asked: Asked = {}): Promise<string> {
      const created = await post(fields, asked)
      expect([created.status, created.text]).toEqual([201, expect.any(String)])
      return String(created.body['id'])
    },
    get: async (id: string) => (await call('GET', `/v1/transactions/${id}`)).body,
    /** What the workspace has in its one currency. */
    balance: async () => (await call('GET', '/v1/balances')).body['data'][0],
    /** The types of the events of an object, the newest first. */
    eventsOf: async (id: string) =>
      (await call('GET', `/v1/events?object_id=${id}`)).body['data'].map(
        (event: { type: string }) => event.type,
      ) as string[],
    /** Time goes on, and the worker looks. */
    async pass(ms = 1_000): Promise<void> {
      app.clock.advance(ms)
      while ((await settleDue(app, simulator)) > 0);
    },
  }
}
