import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../test-app.ts'
let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.stop())
describe('keys', () => {
  it('a member creates a key and the key calls', async () => {
    const ada = await t.signUp()
    const key = await t.createKey(ada)
    const me = await t.signed(key, 'GET', '/v1/me')
    expect(me.status, me.text).toBe(200)
    expect(me.body).toMatchObject({ kind: 'key', public_key: key.publicKey })
  })
})
