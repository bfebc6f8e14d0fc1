import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'

let t: TestApp
let ada: TestMember
/** Has a workspace of her own, and works in Ada's. */
let eve: TestMember

beforeAll(async () => {
  t = await createTestApp()
  ada = await t.signUp('Ada')
  eve = await t.signUp('Eve')
})
afterAll(() => t.stop())

const shows = (workspaceId: string) => ({ headers: { 'countersign-workspace-id': workspaceId } })
const key = { mode: 'test', currency_type: 'fiat', expires_at: null }
const keyNames = async (member: TestMember) =>
  (await member.request('GET', '/v1/api-keys')).body['data'].map(({ name }: { name: string }) => name)

/** Makes Eve an admin of Ada's workspace, and has her session work there. */
async function join(): Promise<string> {
  const id = newId('mem')
  await t.database.pool.query(
    `insert into members (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, 'admin', now())`,
    [id, ada.workspaceId, eve.userId],
  )
  await switchTo(ada.workspaceId)
  return id
}
const switchTo = (id: string) => eve.request('POST', '/v1/workspace/switch', { body: { workspace_id: id } })

describe('a page that shows a workspace', () => {
  it('does nothing in the workspace of its own person, once they were removed from the one it shows', async () => {
    const memberId = await join()
    const form = { body: { ...key, name: 'meant for Ada’s' }, ...shows(ada.workspaceId) }
    expect((await eve.request('GET', '/v1/me', shows(ada.workspaceId))).status).toBe(200)
    expect((await ada.request('DELETE', `/v1/members/${memberId}`)).status).toBe(204)
    const answer = await eve.request('POST', '/v1/api-keys', form)
    expect([answer.status, answer.body['code']]).toEqual([409, 'workspace-mismatch'])
    expect(answer.body['detail']).toContain('do not belong')
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['GET', '/v1/api-keys'],
      ['POST', '/v1/workspace/switch'],
    ] as const)
      expect((await eve.request(method, path, shows(ada.workspaceId))).body['code']).toBe(
        'workspace-mismatch',
      )
    expect(await keyNames(eve)).toEqual([])
    expect(await keyNames(ada)).toEqual([])
  })

  it('does nothing in the workspace to which another tab has switched, and says which that is', async () => {
    const memberId = await join()
    await switchTo(eve.workspaceId)
    const answer = await eve.request('POST', '/v1/api-keys', { body: key, ...shows(ada.workspaceId) })
    expect([answer.status, answer.body['code']]).toEqual([409, 'workspace-mismatch'])
    expect(answer.body['detail']).toContain('Eve’s workspace')
    expect(await keyNames(eve)).toEqual([])
    await switchTo(ada.workspaceId)
    const form = { body: { ...key, name: 'in time' }, ...shows(ada.workspaceId) }
    expect((await eve.request('POST', '/v1/api-keys', form)).status).toBe(201)
    expect(await keyNames(ada)).toEqual(['in time'])
    await ada.request('DELETE', `/v1/members/${memberId}`)
  })

  it('learns nothing of workspaces by naming them: one that exists and one that does not are told alike', async () => {
    const [foreign, unknown] = [ada.workspaceId, newId('wks')]
    const told = async (id: string): Promise<Record<string, unknown>> => {
      const { body } = await eve.request('GET', '/v1/me', shows(id))
      return { ...body, request_id: null }
    }
    expect(await told(foreign)).toEqual(await told(unknown))
    expect((await told('\u00ff'))['code']).toBe('workspace-mismatch')
  })

  it('goes on where the names agree, or none is named', async () => {
    expect((await eve.request('GET', '/v1/me', shows(eve.workspaceId))).status).toBe(200)
    expect((await eve.request('GET', '/v1/me')).status).toBe(200)
  })
})
