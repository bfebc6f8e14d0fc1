import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestAnswer, type TestApp } from '../test-app.ts'
import { setUpOperator, type TestPerson } from '../test-production.ts'
import { LIVE_KEYS_MAX } from './create-key.ts'
import { OPERATOR_KEYS_MAX } from './create-operator-key.ts'

const AT_ONCE = 6
let t: TestApp
let olga: TestPerson

beforeAll(async () => {
  t = await createTestApp()
  olga = await setUpOperator(t)
})
afterAll(() => t.stop())

/** What became of so many that came at once. */
async function outcomes(send: () => Promise<TestAnswer>): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, send))
  return answers.map(({ status, body }) => (status === 201 ? 'made' : String(body['code']))).sort()
}
const oneMade = [...Array<string>(AT_ONCE - 1).fill('limit-reached'), 'made']

it('of keys that are made at once, none goes beyond what a workspace may hold', async () => {
  const ada = await t.signUp()
  await t.database.pool.query(
    `insert into api_keys (id, workspace_id, public_key, name, mode, currency_type, algorithm, scopes,
                           rate_limit_per_minute, created_at, created_by_kind, created_by_id, created_by_name)
     select 'key_bulk' || n, $1, 'pk_test_bulk' || n, 'Bulk ' || n, 'test', 'fiat', 'hmac-sha256', '{}', 1,
            now(), 'member', 'x', 'x' from generate_series(1, $2) n`,
    [ada.workspaceId, LIVE_KEYS_MAX - 1],
  )
  const body = { mode: 'test', currency_type: 'fiat', expires_at: null }
  expect(await outcomes(() => ada.request('POST', '/v1/api-keys', { body }))).toEqual(oneMade)
  // One that is revoked makes room.
  await t.database.pool.query(`update api_keys set revoked_at = now() where id = 'key_bulk1'`)
  expect(await outcomes(() => ada.request('POST', '/v1/api-keys', { body }))).toEqual(oneMade)
})

it('nor do the keys of the platform', async () => {
  await t.database.pool.query(
    `insert into operator_keys (id, public_key, name, algorithm, scopes, rate_limit_per_minute, created_at,
                                created_by_id, created_by_name)
     select 'opk_bulk' || n, 'pk_op_bulk' || n, 'Bulk ' || n, 'hmac-sha256', '{}', 1, now(), 'x', 'x'
       from generate_series(1, $1) n`,
    [OPERATOR_KEYS_MAX - 1],
  )
  const body = { name: 'Orders', scopes: ['operator:verify'], expires_at: null }
  expect(await outcomes(() => olga.request('POST', '/v1/operator/keys', { body }))).toEqual(oneMade)
})
