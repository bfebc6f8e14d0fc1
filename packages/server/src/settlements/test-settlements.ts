import { expect } from 'vitest'
import { reconcile } from '../ledger/reconcile.ts'
import { createTestApp, type TestAnswer, type TestApp, type TestKey } from '../test-app.ts'
import {
  openProduction,
  setUpOperator,
  signedOverSocket,
  signUpPerson,
  verifyEmail,
  type TestPerson,
} from '../test-production.ts'

const SECOND_OPERATOR = 'second@platform.example'
let world = 0

/**
 * A platform with two operators, of whom one is enough to say that money came, and customers whose Production Mode is
 * open, with a key of it.
 */
export async function createSettlementWorld(env: Record<string, string> = {}) {
  const app = await createTestApp({ OPERATOR_EMAILS: SECOND_OPERATOR, ...env })
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  const olga = await setUpOperator({ ...app, config: { ...app.config, operatorEmails: new Set() } })
  const second = await signUpPerson(app, SECOND_OPERATOR)
  await verifyEmail(app, olga, second)
  const customer = async () => {
    const person = await signUpPerson(app, `customer-${(world += 1)}@example.com`)
    await openProduction(app, { operator: olga, person })
    const key = await app.createKey(person, { mode: 'production' })
    return { person, key, ...actsOf(app, key) }
  }
  return { app, olga, second, customer, ...deedsOf(olga), as: deedsOf }
}

/** What a customer does and sees with a key. */
function actsOf(app: TestApp, key: TestKey) {
  const signed = (method: string, path: string, body?: unknown) =>
    signedOverSocket(app, key, method, path, {
      ...(body === undefined ? {} : { body }),
      headers: method === 'GET' ? {} : { 'idempotency-key': `settlements-${(world += 1)}` },
    })
  return {
    signed,
    async announce(body: Record<string, unknown>): Promise<string> {
      const answer = await signed('POST', '/v1/transactions', { currency: 'EUR', ...body })
      expect([answer.status, answer.text]).toEqual([201, answer.text])
      return answer.body['id'] as string
    },
    transaction: async (id: string) => (await signed('GET', `/v1/transactions/${id}`)).body,
    balance: async (currency = 'EUR') =>
      ((await signed('GET', `/v1/balances?currency=${currency}`)).body['data'] as any[])[0] as {
        posted: string
        pending_in: string
        pending_out: string
        available: string
      },
    events: async (objectId: string) => {
      const { rows } = await app.database.pool.query<{ type: string; data: any }>(
        `select type, body::json -> 'data' as data from events where object_id = $1 order by id`,
        [objectId],
      )
      return rows
    },
  }
}

/** What an operator does. */
function deedsOf(who: TestPerson) {
  const post = (path: string, body?: unknown): Promise<TestAnswer> =>
    who.request('POST', `/v1/operator/${path}`, { body })
  return {
    post,
    settle: (id: string, reference: string, amount?: string) =>
      post(`settlements/${id}/settle`, { reference, ...(amount === undefined ? {} : { amount }) }),
    queue: async (query = '') =>
      (await who.request('GET', `/v1/operator/settlements?limit=100&${query}`)).body['data'] as any[],
    unmatched: async (query = '') =>
      (await who.request('GET', `/v1/operator/unmatched-deposits?limit=100&${query}`)).body,
  }
}

/** The ledger adds up, whatever was done. */
export async function expectConsistent(app: TestApp): Promise<void> {
  expect(await reconcile(app.database.pool)).toMatchObject({ consistent: true, discrepancies: [] })
}
