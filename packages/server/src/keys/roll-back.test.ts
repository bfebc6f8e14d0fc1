import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp, type TestKey, type TestMember } from '../test-app.ts'

const HOUR_S = 3_600
let t: TestApp
let ada: TestMember

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
})
afterAll(() => t.stop())

const rotate = async (key: TestKey, overlap_seconds = HOUR_S, more: object = {}) => {
  const { body } = await ada.request('POST', `/v1/api-keys/${key.id}/rotate`, {
    body: { overlap_seconds, ...more },
  })
  return { ...key, secretKey: body['secret_key'] as string }
}
const rollBack = (id: string, body: object = {}, member = ada) =>
  member.request('POST', `/v1/api-keys/${id}/roll-back`, { body })
/** The version of the secret that signs, or why it does not. */
const signs = async (key: TestKey, privateKey?: KeyObject) => {
  const { status, body } = await t.signed(key, 'GET', '/v1/me', privateKey ? { privateKey } : {})
  return status === 200 ? (body['key'].secret_version as number) : (body['code'] as string)
}

describe('a rotation that is rolled back', () => {
  it('gives the old secret back without an end, and ends the new one', async () => {
    const old = await t.createKey(ada)
    const renewed = await rotate(old)
    expect([await signs(old), await signs(renewed)]).toEqual([1, 2])
    const answer = await rollBack(old.id)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ secret_version: 3, previous_secret_expires_at: null })
    expect(answer.text).not.toContain('secret_key"')
    expect(answer.text).not.toContain(old.secretKey)
    expect([await signs(old), await signs(renewed)]).toEqual([3, 'signature-invalid'])
    t.clock.advance(2 * HOUR_S * 1000)
    expect(await signs(old)).toBe(3)

    const [entry] = (await ada.request('GET', `/v1/audit-log?target_id=${old.id}`)).body['data']
    expect(entry).toMatchObject({
      action: 'api_key.rotation_rolled_back',
      before: { secret_version: 2 },
      after: { secret_version: 3, overlap_seconds: 0 },
    })
    const events = await ada.request('GET', '/v1/events?type=api_key.rotated&limit=1')
    expect(events.body['data'][0].data).toMatchObject({ id: old.id, secret_version: 3 })
  })

  it('leaves the new secret an overlap where that is asked for, and can be rotated and rolled back again', async () => {
    const old = await t.createKey(ada)
    const renewed = await rotate(old)
    await rollBack(old.id, { overlap_seconds: 60 })
    expect([await signs(old), await signs(renewed)]).toEqual([3, 2])
    expect((await rollBack(old.id)).status).toBe(200)
    expect([await signs(renewed), await signs(old)]).toEqual([4, 'signature-invalid'])
    expect(await signs(await rotate(old))).toBe(5)
  })

  it('does not make the old secret younger than it is', async () => {
    const old = await t.createKey(ada)
    const before = (await ada.request('GET', `/v1/api-keys/${old.id}`)).body
    t.clock.advance(HOUR_S * 1000)
    await rotate(old)
    const { body } = await rollBack(old.id)
    expect(body['rotation_due_at']).toBe(before['rotation_due_at'])
  })

  it('gives an Ed25519 key its old public half back', async () => {
    const pair = () => generateKeyPairSync('ed25519')
    const [first, second] = [pair(), pair()]
    const halfOf = (one: typeof first) => one.publicKey.export({ format: 'jwk' }).x
    const key = await t.createKey(ada, { algorithm: 'ed25519', ed25519_public_key: halfOf(first) })
    await rotate(key, HOUR_S, { ed25519_public_key: halfOf(second) })
    const { body } = await rollBack(key.id)
    expect(Buffer.from(body['ed25519_public_key'], 'base64').toString('base64url')).toBe(halfOf(first))
    expect(await signs(key, first.privateKey)).toBe(3)
    expect(await signs(key, second.privateKey)).toBe('signature-invalid')
  })

  it('is refused where there is nothing to roll back, or the old secret has ended', async () => {
    const key = await t.createKey(ada)
    const code = async (body: object = {}) => (await rollBack(key.id, body)).body['code']
    expect(await code()).toBe('conflict')
    await rotate(key, 0)
    expect(await code()).toBe('conflict')
    await rotate(key, 60)
    t.clock.advance(60_000)
    expect(await code()).toBe('conflict')
    expect(await code({ overlap_seconds: -1 })).toBe('invalid-input')
    await ada.request('DELETE', `/v1/api-keys/${key.id}`)
    expect(await code()).toBe('key-not-changeable')
  })

  it('is for those who may rotate the key, and no key does it to itself or to one that can more', async () => {
    const key = await t.createKey(ada)
    await rotate(key)
    const eve = await t.signUp('Eve')
    expect((await rollBack(key.id, {}, eve)).status).toBe(404)
    const path = `/v1/api-keys/${key.id}/roll-back`
    const weak = await t.createKey(ada, { scopes: ['api-keys:write'] })
    expect((await t.signed(weak, 'POST', path, { body: {} })).body['code']).toBe('scope-missing')
    expect((await t.signed(weak, 'POST', `/v1/api-keys/${weak.id}/roll-back`)).body['code']).toBe('conflict')
    const other = await t.createKey(ada, { currency_type: 'crypto', scopes: ['api-keys:write'] })
    expect((await t.signed(other, 'POST', path, { body: {} })).status).toBe(404)
    await t.database.pool.query(`update members set role = 'viewer' where user_id = $1`, [ada.userId])
    expect((await rollBack(key.id)).body['code']).toBe('role-missing')
    await t.database.pool.query(`update members set role = 'owner' where user_id = $1`, [ada.userId])
  })
})

describe('keys that a person may know', () => {
  const knownTo = async (id: string, member = ada) =>
    (await member.request('GET', `/v1/api-keys?known_to=${id}&limit=100`)).body['data'].map(
      ({ id: key }: { id: string }) => key,
    ) as string[]

  it('are those with a live secret that they made, until somebody else’s secret is the only one', async () => {
    const bob = await joined('Bob')
    const made = await t.createKey(bob)
    const rotated = await t.createKey(ada)
    await t.createKey(ada)
    expect(await knownTo(bob.userId)).toEqual([made.id])
    await bob.request('POST', `/v1/api-keys/${rotated.id}/rotate`, { body: { overlap_seconds: 0 } })
    expect(await knownTo(bob.userId)).toEqual([rotated.id, made.id])
    // Removed, they are still told of.
    const members = (await ada.request('GET', '/v1/members')).body['data']
    const { id } = members.find(({ user_id }: { user_id: string }) => user_id === bob.userId)
    expect((await ada.request('DELETE', `/v1/members/${id}`)).status).toBe(204)
    expect(await knownTo(bob.userId)).toEqual([rotated.id, made.id])

    await rotate(made, 60)
    expect(await knownTo(bob.userId)).toEqual([rotated.id, made.id])
    t.clock.advance(60_000)
    expect(await knownTo(bob.userId)).toEqual([rotated.id])
    // The old secret is back, and with it who knows it.
    await rotate(rotated, 60)
    await rollBack(rotated.id)
    t.clock.advance(60_000)
    expect(await knownTo(bob.userId)).toEqual([rotated.id])
    await ada.request('DELETE', `/v1/api-keys/${rotated.id}`)
    expect(await knownTo(bob.userId)).toEqual([])
  })

  it('are told of within the workspace alone, and nobody knows a key by naming somebody else', async () => {
    const eve = await t.signUp('Eve')
    await t.createKey(eve)
    expect(await knownTo(eve.userId)).toEqual([])
    expect(await knownTo(ada.userId, eve)).toEqual([])
    expect(await knownTo('nobody')).toEqual([])
    const reader = await t.createKey(eve, { scopes: ['api-keys:read'], currency_type: 'crypto' })
    const seen = await t.signed(reader, 'GET', `/v1/api-keys?known_to=${eve.userId}`)
    expect(seen.body['data'].map(({ id }: { id: string }) => id)).toEqual([reader.id])
  })

  async function joined(name: string): Promise<TestMember> {
    const member = await t.signUp(name)
    const invited = await ada.request('POST', '/v1/invitations', {
      body: { email: member.email, role: 'admin', send_mail: false },
    })
    const answer = await member.request('POST', '/v1/invitations/accept', {
      body: { invitation_token: invited.body['invitation_token'] },
    })
    expect(answer.status).toBe(200)
    return member
  }
})
