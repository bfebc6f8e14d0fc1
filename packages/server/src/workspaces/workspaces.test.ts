import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Role } from '../sessions/principal.ts'
import { createPeopleApp, type Browser, type PeopleApp } from '../sessions/test-app.ts'
import { newId } from '../ids.ts'

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp()
})
afterAll(() => people.close())

async function newOwner() {
  const browser = people.browser()
  const person = await browser.signUp()
  const { workspace, user } = (await browser.get('/v1/me')).body
  return { browser, ...person, workspaceId: workspace.id as string, userId: user.id as string }
}

/** A second person in a workspace, who works in it. Invitations come later; the row is what they will make. */
async function newMember(workspaceId: string, role: Role) {
  const person = await newOwner()
  const memberId = newId('mem', people.clock.now())
  await people.database.pool.query(
    'insert into members (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, $4, now())',
    [memberId, workspaceId, person.userId, role],
  )
  const switched = await person.browser.post('/v1/workspace/switch', { workspace_id: workspaceId })
  expect(switched.status).toBe(200)
  return { ...person, memberId }
}

const ownMemberId = async (browser: Browser) =>
  (await browser.get('/v1/members')).body.data.find(({ is_you }: { is_you: boolean }) => is_you).id as string

describe('the workspace', () => {
  test('shows and changes its profile, and says in the audit log what changed', async () => {
    const { browser, email, workspaceId } = await newOwner()
    expect((await browser.get('/v1/workspace')).body).toMatchObject({
      id: workspaceId,
      legal_name: null,
      production_enabled: [],
    })
    const patch = { name: 'Acme', legal_name: 'Acme B.V.', country: 'NL', website: 'https://acme.example' }
    const answer = await browser.patch('/v1/workspace', patch)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject(patch)
    expect((await browser.patch('/v1/workspace', { website: null })).body).toMatchObject({
      name: 'Acme',
      website: null,
    })

    const log = (await browser.get('/v1/audit-log?action=workspace.updated')).body.data
    expect(log).toHaveLength(2)
    expect(log[0]).toMatchObject({
      actor: { kind: 'member', label: email },
      target: { kind: 'workspace', id: workspaceId },
      before: { website: 'https://acme.example' },
      after: { website: null },
      ip: browser.address,
    })
    expect(Object.keys(log[0].after)).toEqual(['website'])
    expect(log[0].request_id).toMatch(/^req_/)
  })

  test.each([
    { name: '' },
    { country: 'Netherlands' },
    { website: 'javascript:alert(1)' },
    { contact_email: 'nobody' },
    { legal_name: 'x'.repeat(201) },
  ])('refuses %j', async (patch) => {
    const { browser } = await newOwner()
    const answer = await browser.patch('/v1/workspace', patch)
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid-input'])
  })

  test('a patch that changes nothing leaves no entry', async () => {
    const { browser } = await newOwner()
    const { name } = (await browser.get('/v1/workspace')).body
    await browser.patch('/v1/workspace', { name })
    expect((await browser.get('/v1/audit-log?action=workspace.updated')).body.data).toEqual([])
  })

  test('only admins change it', async () => {
    const { workspaceId } = await newOwner()
    for (const [role, status] of [
      ['viewer', 403],
      ['developer', 403],
      ['admin', 200],
    ] as const) {
      const { browser } = await newMember(workspaceId, role)
      expect((await browser.patch('/v1/workspace', { name: `By ${role}` })).status).toBe(status)
    }
  })
})

describe('another workspace', () => {
  test('and its members are invisible', async () => {
    const mine = await newOwner()
    const theirs = await newOwner()
    const theirMember = await ownMemberId(theirs.browser)
    expect((await mine.browser.get('/v1/members')).text).not.toContain(theirs.email)
    expect((await mine.browser.get('/v1/audit-log')).text).not.toContain(theirs.workspaceId)
    expect((await mine.browser.get('/v1/audit-log/export')).text).not.toContain(theirs.workspaceId)
    for (const answer of [
      await mine.browser.patch(`/v1/members/${theirMember}`, { role: 'viewer' }),
      await mine.browser.delete(`/v1/members/${theirMember}`),
      await mine.browser.post('/v1/workspace/switch', { workspace_id: theirs.workspaceId }),
      await mine.browser.patch(`/v1/members/${newId('mem')}`, { role: 'viewer' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([404, 'not-found'])
    expect((await theirs.browser.get('/v1/me')).body.role).toBe('owner')
  })

  test('can be switched to by its member, for this session alone', async () => {
    const { workspaceId } = await newOwner()
    const member = await newMember(workspaceId, 'developer')
    expect((await member.browser.get('/v1/me')).body).toMatchObject({
      workspace: { id: workspaceId },
      role: 'developer',
      workspaces: [{ role: 'owner' }, { id: workspaceId, role: 'developer' }],
    })
    const phone = people.browser()
    await phone.post('/auth/sign-in/email', { email: member.email, password: member.password })
    expect((await phone.get('/v1/me')).body.role).toBe('owner')
  })

  test('nobody who is not signed in sees anything', async () => {
    for (const path of [
      '/v1/workspace',
      '/v1/members',
      '/v1/audit-log',
      '/v1/audit-log/export',
      '/v1/activation',
      '/v1/sessions',
    ])
      expect((await people.browser().get(path)).status).toBe(401)
  })
})

describe('members', () => {
  test('are listed page by page, newest first', async () => {
    const { browser, workspaceId, email } = await newOwner()
    const second = await newMember(workspaceId, 'viewer')
    const first = await browser.get('/v1/members?limit=1')
    expect(first.body.data[0]).toMatchObject({ email: second.email, role: 'viewer', is_you: false })
    const rest = await browser.get(`/v1/members?limit=1&cursor=${first.body.next_cursor}`)
    expect(rest.body.data[0]).toMatchObject({ email, role: 'owner', is_you: true })
    expect(rest.body.next_cursor).toBeNull()
  })

  test('get another role from an admin, but only an owner deals with owners', async () => {
    const owner = await newOwner()
    const admin = await newMember(owner.workspaceId, 'admin')
    const viewer = await newMember(owner.workspaceId, 'viewer')
    const ownerMember = await ownMemberId(owner.browser)

    const promoted = await admin.browser.patch(`/v1/members/${viewer.memberId}`, { role: 'developer' })
    expect(promoted.body).toMatchObject({ role: 'developer' })
    for (const answer of [
      await admin.browser.patch(`/v1/members/${viewer.memberId}`, { role: 'owner' }),
      await admin.browser.patch(`/v1/members/${ownerMember}`, { role: 'viewer' }),
      await admin.browser.delete(`/v1/members/${ownerMember}`),
      await viewer.browser.patch(`/v1/members/${viewer.memberId}`, { role: 'admin' }),
      await viewer.browser.delete(`/v1/members/${admin.memberId}`),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'role-missing'])
    expect((await owner.browser.patch(`/v1/members/${admin.memberId}`, { role: 'owner' })).status).toBe(200)

    const log = (await owner.browser.get('/v1/audit-log?action=member.role_changed')).body.data
    expect(log.map(({ before, after }: { before: unknown; after: unknown }) => [before, after])).toEqual([
      [{ role: 'admin' }, { role: 'owner' }],
      [{ role: 'viewer' }, { role: 'developer' }],
    ])
  })

  test('a workspace keeps an owner, even when two owners leave at the same moment', async () => {
    const owner = await newOwner()
    const alone = await owner.browser.post('/v1/members/leave')
    expect([alone.status, alone.body.code]).toEqual([409, 'last-owner'])
    const self = await ownMemberId(owner.browser)
    expect((await owner.browser.patch(`/v1/members/${self}`, { role: 'admin' })).body.code).toBe('last-owner')

    const second = await newMember(owner.workspaceId, 'owner')
    const answers = await Promise.all([
      owner.browser.post('/v1/members/leave'),
      second.browser.post('/v1/members/leave'),
    ])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409])
  })

  test('who are removed are out at once, also where they are signed in', async () => {
    const owner = await newOwner()
    const member = await newMember(owner.workspaceId, 'admin')
    expect((await owner.browser.delete(`/v1/members/${member.memberId}`)).status).toBe(204)
    expect((await member.browser.get('/v1/me')).body.workspace.id).toBe(member.workspaceId)
    expect((await member.browser.get('/v1/members')).text).not.toContain(owner.email)
    expect((await owner.browser.delete(`/v1/members/${member.memberId}`)).status).toBe(404)
  })

  test('may leave, whatever their role', async () => {
    const owner = await newOwner()
    const viewer = await newMember(owner.workspaceId, 'viewer')
    expect((await viewer.browser.delete(`/v1/members/${viewer.memberId}`)).status).toBe(204)
    const log = (await owner.browser.get('/v1/audit-log?action=member.left')).body.data
    expect(log[0]).toMatchObject({ actor: { label: viewer.email }, before: { role: 'viewer' } })
  })
})

describe('the audit log', () => {
  test('cannot be changed or emptied, not even by the server', async () => {
    await newOwner()
    for (const sql of ['update audit_log set action = $$x$$', 'delete from audit_log', 'truncate audit_log'])
      await expect(people.database.pool.query(sql)).rejects.toThrow('append-only')
  })

  test('is read by admins only, with filters and cursor', async () => {
    const owner = await newOwner()
    const developer = await newMember(owner.workspaceId, 'developer')
    for (const path of ['/v1/audit-log', '/v1/audit-log/export'])
      expect((await developer.browser.get(path)).body.code).toBe('role-missing')

    for (let index = 0; index < 5; index += 1) {
      people.clock.advance(1000)
      await owner.browser.patch('/v1/workspace', { name: `Name ${index}` })
    }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const url: string = `/v1/audit-log?limit=2${cursor ? `&cursor=${cursor}` : ''}`
      const { body } = await owner.browser.get(url)
      seen.push(...body.data.map(({ after }: { after: { name: string } }) => after.name))
      cursor = body.next_cursor
    } while (cursor)
    expect(seen.slice(0, 5)).toEqual(['Name 4', 'Name 3', 'Name 2', 'Name 1', 'Name 0'])
    expect(seen).toHaveLength(6)

    const after = new Date(people.clock.now() - 1500).toISOString()
    const recent = await owner.browser.get(`/v1/audit-log?created_after=${after}&actor_id=${owner.userId}`)
    expect(recent.body.data).toHaveLength(2)
    expect((await owner.browser.get(`/v1/audit-log?actor_id=${developer.userId}`)).body.data).toEqual([])
    expect((await owner.browser.get('/v1/audit-log?cursor=nonsense')).body.code).toBe('invalid-input')
  })

  test('is exported as NDJSON and as CSV', async () => {
    const { browser } = await newOwner()
    people.clock.advance(1000)
    await browser.patch('/v1/workspace', { name: 'With, comma and "quotes"' })
    const ndjson = await browser.get('/v1/audit-log/export')
    const lines = ndjson.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ action }) => action)).toEqual(['workspace.updated', 'workspace.created'])
    const csv = await browser.get('/v1/audit-log/export?format=csv')
    expect(csv.headers['content-type']).toMatch(/^text\/csv/)
    expect(csv.headers['content-disposition']).toContain('audit-log.csv')
    expect(csv.text.split('\r\n')[0]).toMatch(/^id,created_at,actor_kind,/)
    expect(csv.text).toContain('"{""name"":""With, comma and \\""quotes\\""""}"')
  })
})

describe('activation', () => {
  type Listed = { data: { currency_type: string; items: { code: string; done: boolean }[] }[] }
  const items = (body: Listed, currencyType: string) =>
    Object.fromEntries(
      body.data
        .find(({ currency_type }) => currency_type === currencyType)
        ?.items.map(({ code, done }) => [code, done]) ?? [],
    )

  test('is a list of facts, each with what to do, and is closed at first', async () => {
    const { browser, workspaceId } = await newOwner()
    const { body } = await browser.get('/v1/activation')
    expect(body.data.map(({ currency_type }: { currency_type: string }) => currency_type)).toEqual([
      'fiat',
      'crypto',
    ])
    expect(items(body, 'fiat')).toEqual({
      email_verified: false,
      two_factor: false,
      profile: false,
      payment_connection: false,
      approval: false,
    })
    for (const item of body.data[0].items) expect(item.detail.length).toBeGreaterThan(10)
    expect(await people.activation.isProductionOpen(people.database.pool, workspaceId, 'fiat')).toBe(false)
  })

  test('opens one currency type when every fact holds, and closes again when one no longer does', async () => {
    let healthy = true
    const other = await createPeopleApp({
      facts: {
        paymentConnection: async (_executor, currencyType) => ({
          done: healthy && currencyType === 'fiat',
          detail: 'd',
        }),
        webhook: async () => ({ done: true, detail: 'It answered.' }),
      },
    })
    try {
      const browser = other.browser()
      const { email } = await browser.signUp()
      const { pool } = other.database
      const workspaceId = (await browser.get('/v1/me')).body.workspace.id
      const open = () => other.activation.isProductionOpen(pool, workspaceId, 'fiat')
      await pool.query('update users set email_verified = true, two_factor_enabled = true where email = $1', [
        email,
      ])
      await browser.patch('/v1/workspace', { legal_name: 'A', country: 'NL', contact_email: 'a@example.com' })
      expect(await open()).toBe(false)
      await pool.query(
        `insert into activations (workspace_id, currency_type, approved_at, approved_by, self_approved)
         values ($1, 'fiat', now(), 'usr_x', true)`,
        [workspaceId],
      )
      expect(await open()).toBe(true)
      expect((await browser.get('/v1/workspace')).body.production_enabled).toEqual(['fiat'])
      const { body } = await browser.get('/v1/activation')
      expect(body.data[0]).toMatchObject({ production_open: true, self_approved: true })
      expect(body.data[1]).toMatchObject({ production_open: false })
      healthy = false
      expect(await open()).toBe(false)
    } finally {
      await other.close()
    }
  })
})
