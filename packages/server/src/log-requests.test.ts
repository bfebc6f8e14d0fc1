import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from './test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.stop())

describe('the row of a request', () => {
  it('says how long the request took', async () => {
    const key = await app.createKey(await app.signUp())
    const body = { type: 'deposit', amount: '10.00', currency: 'USD' }
    const headers = { 'idempotency-key': 'order-1' }
    const before = performance.now()
    const answer = await app.signed(key, 'POST', '/v1/transactions', { body, headers })
    const took = performance.now() - before
    expect(answer.status).toBe(201)
    const { rows } = await app.database.pool.query<{ ms: number }>(
      'select duration_ms::float8 as ms from transaction_logs',
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.ms).toBeGreaterThan(0)
    expect(rows[0]?.ms).toBeLessThanOrEqual(Math.ceil(took))
  })
})
