import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setupLink } from '../sessions/setup.ts'
import { createPeopleApp, type Browser, type PeopleApp } from '../sessions/test-app.ts'
import { PENDING_INVITATIONS_MAX } from './invite-member.ts'

const DAY_MS = 86_400_000

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp()
})
afterAll(() => people.close())

let guests = 0
const guestAddress = () => `guest-${++guests}@example.com`

async function newOwner() {
  const browser = people.browser()
  const person = await browser.signUp()
  const { workspace, user } = (await browser.get('/v1/me')).body
  return { browser, ...person, workspaceId: workspace.id as string, userId: user.id as string }
}

async function invite(browser: Browser, fields: { email?: string; role?: string; send_mail?: boolean } = {}) {
  const body = { email: guestAddress(), role: 'developer', ...fields }
  const answer = await browser.post('/v1/invitations', body)
  return { ...body, answer, id: answer.body.id as string, token: answer.body.invitation_token as string }
}

/** Somebody who has accepted, with an account that they had before. */
async function newMember(owner: { browser: Browser }, role: string) {
  const browser = people.browser()
  const { email } = await browser.signUp()
  const { token } = await invite(owner.browser, { email, role })
  expect((await accept(browser, token)).status).toBe(200)
  const own = (await browser.get('/v1/members')).body.data.find(({ is_you }: { is_you: boolean }) => is_you)
  return { browser, email, memberId: own.id as string }
}

const accept = (browser: Browser, token: string) =>
  browser.post('/v1/invitations/accept', { invitation_token: token })
const lookUp = (token: string) =>
  people.browser().post('/v1/invitations/look-up', { invitation_token: token })

describe('an invitation', () => {
  test('is mailed with a link, and its holder sees what it is for before having an account', async () => {
    const owner = await newOwner()
    const { email, token } = await invite(owner.browser)
    const mail = await people.latestMail(email)
    expect(mail.link).toBe(`${people.config.publicUrl}/accept-invitation?token=${token}`)
    expect(mail.text).toContain(owner.email)
    expect((await lookUp(token)).body).toMatchObject({
      workspace: { name: (await owner.browser.get('/v1/workspace')).body.name },
      email,
      role: 'developer',
      invited_by: { email: owner.email },
    })
  })

  test('sends no mail when the link is copied instead', async () => {
    const owner = await newOwner()
    const { email, token } = await invite(owner.browser, { send_mail: false })
    const { rows } = await people.database.pool.query('select 1 from outgoing_mail where recipient = $1', [
      email,
    ])
    expect(rows).toEqual([])
    expect((await lookUp(token)).status).toBe(200)
  })

  test('is kept without its token: in the table, the list, the audit log and the answer to a second try', async () => {
    const owner = await newOwner()
    const body = { email: guestAddress(), role: 'viewer' }
    const headers = { 'idempotency-key': 'invite-once' }
    const first = await owner.browser.post('/v1/invitations', body, { headers })
    const token = first.body.invitation_token as string
    expect(token.length).toBeGreaterThanOrEqual(43)
    const again = await owner.browser.post('/v1/invitations', body, { headers })
    expect(again.body).toMatchObject({
      id: first.body.id,
      invitation_token: null,
      secret_already_shown: true,
    })
    const { rows } = await people.database.pool.query(
      `select (select string_agg(i::text, '') from invitations i) || (select string_agg(k::text, '') from idempotency_keys k) as all`,
    )
    const kept = [
      rows[0].all as string,
      (await owner.browser.get('/v1/invitations')).text,
      (await owner.browser.get('/v1/audit-log')).text,
      (await owner.browser.get('/v1/transaction-logs')).text,
    ]
    for (const text of kept) expect(text).not.toContain(token)
  })

  test('makes a new account a member of the workspace, and of no other', async () => {
    const owner = await newOwner()
    const { email, token, id } = await invite(owner.browser)
    const guest = people.browser()
    const person = { name: 'Grace', email: email.toUpperCase(), password: 'correct horse battery' }
    const signUp = await guest.post('/auth/sign-up/email', { ...person, invitation_token: token })
    expect(signUp.status).toBe(200)
    expect((await guest.get('/v1/me')).body).toMatchObject({
      role: 'developer',
      workspace: { id: owner.workspaceId },
      workspaces: [{ id: owner.workspaceId }],
      user: { email_verified: false },
    })
    const [entry] = (await owner.browser.get('/v1/audit-log?action=member.joined')).body.data
    expect(entry).toMatchObject({ actor: { label: email }, after: { invitation_id: id, role: 'developer' } })
    expect((await owner.browser.get('/v1/invitations')).body.data).toEqual([])
  })

  test('brings an existing account in, whose session works there from then on', async () => {
    const owner = await newOwner()
    const guest = people.browser()
    const { email } = await guest.signUp()
    const { token } = await invite(owner.browser, { email, role: 'admin' })
    expect((await accept(guest, token)).body).toMatchObject({ id: owner.workspaceId, role: 'admin' })
    expect((await guest.get('/v1/me')).body).toMatchObject({
      role: 'admin',
      workspace: { id: owner.workspaceId },
      workspaces: [{ role: 'owner' }, { role: 'admin' }],
    })
  })

  test('opens nothing for another address, and stays open for its own', async () => {
    const owner = await newOwner()
    const { email, token } = await invite(owner.browser)
    const other = people.browser()
    await other.signUp()
    const refused = await accept(other, token)
    expect([refused.status, refused.body.code]).toEqual([403, 'invitation-invalid'])
    expect(refused.body.detail).toContain(email)
    const person = { name: 'E', email: guestAddress(), password: 'correct horse battery' }
    const signUp = await people.browser().post('/auth/sign-up/email', { ...person, invitation_token: token })
    expect(signUp.body.code).toBe('invitation-invalid')
    const guest = people.browser()
    await guest.signUp({ email })
    expect((await accept(guest, token)).status).toBe(200)
  })

  test('works once, even for two tabs that accept at the same moment', async () => {
    const owner = await newOwner()
    const guest = people.browser()
    const { email } = await guest.signUp()
    const { token } = await invite(owner.browser, { email })
    const answers = await Promise.all([accept(guest, token), accept(guest, token), accept(guest, token)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403])
    expect((await owner.browser.get('/v1/members')).body.data).toHaveLength(2)
    expect((await lookUp(token)).body.code).toBe('invitation-invalid')
  })

  test('ends after seven days, and resending it ends the old link and gives seven more', async () => {
    const owner = await newOwner()
    const { email, token, id } = await invite(owner.browser)
    people.clock.advance(7 * DAY_MS - 60_000)
    expect((await lookUp(token)).status).toBe(200)
    people.clock.advance(61_000)
    expect((await lookUp(token)).body.code).toBe('invitation-invalid')
    const browser = people.browser()
    await browser.post('/auth/sign-in/email', { email: owner.email, password: owner.password })
    expect((await browser.get('/v1/invitations')).body.data).toMatchObject([{ id, status: 'expired' }])

    const resent = await browser.post(`/v1/invitations/${id}/resend`)
    expect(resent.body).toMatchObject({ id, email, status: 'pending' })
    const renewed = resent.body.invitation_token as string
    expect((await people.latestMail(email)).link).toContain(renewed)
    expect([(await lookUp(token)).status, (await lookUp(renewed)).status]).toEqual([403, 200])
  })

  test('can be taken back', async () => {
    const owner = await newOwner()
    const { token, id } = await invite(owner.browser)
    expect((await owner.browser.delete(`/v1/invitations/${id}`)).status).toBe(204)
    expect((await lookUp(token)).body.code).toBe('invitation-invalid')
    expect((await owner.browser.delete(`/v1/invitations/${id}`)).status).toBe(404)
    expect((await owner.browser.post(`/v1/invitations/${id}/resend`)).status).toBe(404)
    const actions = (await owner.browser.get('/v1/audit-log')).body.data.map((row: any) => row.action)
    expect(actions.slice(0, 2)).toEqual(['invitation.canceled', 'invitation.created'])
  })

  test('is one for an address, and none for a member', async () => {
    const owner = await newOwner()
    const { email } = await invite(owner.browser)
    const answers = await Promise.all(
      [email, email.toUpperCase(), owner.email].map((one) => invite(owner.browser, { email: one })),
    )
    expect(answers.map(({ answer }) => [answer.status, answer.body.code])).toEqual([
      [409, 'already-invited'],
      [409, 'already-invited'],
      [409, 'already-member'],
    ])
  })

  test.each([{ email: 'nobody' }, { role: 'king' }, { email: `${'x'.repeat(260)}@example.com` }])(
    'is refused for %j',
    async (fields) => {
      const owner = await newOwner()
      expect((await invite(owner.browser, fields)).answer.body.code).toBe('invalid-input')
    },
  )

  test(`is one of at most ${PENDING_INVITATIONS_MAX} open ones`, async () => {
    const owner = await newOwner()
    await people.database.pool.query(
      `insert into invitations (id, workspace_id, email, role, status, inviter_id, token_hash, created_at, expires_at)
       select 'inv_full' || n, $1, n || '@full.example', 'viewer', 'pending', $2, 'full' || n, now(), now() + interval '30 days'
       from generate_series(1, $3) n`,
      [owner.workspaceId, owner.userId, PENDING_INVITATIONS_MAX - 1],
    )
    const answers = await Promise.all([invite(owner.browser), invite(owner.browser)])
    expect(answers.map(({ answer }) => answer.body.code ?? 'made').toSorted()).toEqual([
      'limit-reached',
      'made',
    ])
  })
})

test('one address gets at most ten invitation mails a day, from all workspaces together', async () => {
  const owner = await newOwner()
  const { id, email } = await invite(owner.browser)
  for (let mails = 1; mails < 10; mails += 1)
    expect((await owner.browser.post(`/v1/invitations/${id}/resend`)).status).toBe(200)
  const other = await newOwner()
  const refused = await invite(other.browser, { email })
  expect([refused.answer.status, refused.answer.body.code]).toEqual([429, 'rate-limited'])
  expect((await invite(other.browser, { email, send_mail: false })).answer.status).toBe(201)
})

describe('who may invite', () => {
  test('are admins, but only owners make owners', async () => {
    const owner = await newOwner()
    const admin = await newMember(owner, 'admin')
    const developer = await newMember(owner, 'developer')
    expect((await invite(developer.browser)).answer.body.code).toBe('role-missing')
    expect((await invite(admin.browser, { role: 'owner' })).answer.body.code).toBe('role-missing')
    expect((await invite(admin.browser, { role: 'admin' })).answer.status).toBe(201)
    const ofOwner = await invite(owner.browser, { role: 'owner' })
    expect(ofOwner.answer.status).toBe(201)
    for (const answer of [
      await admin.browser.post(`/v1/invitations/${ofOwner.id}/resend`),
      await admin.browser.delete(`/v1/invitations/${ofOwner.id}`),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'role-missing'])
  })

  test('lose what they have invited to with the right to it, so that nobody comes back by a second address', async () => {
    const owner = await newOwner()
    const admin = await newMember(owner, 'admin')
    const first = await invite(admin.browser)
    await owner.browser.patch(`/v1/members/${admin.memberId}`, { role: 'developer' })
    expect((await lookUp(first.token)).body.code).toBe('invitation-invalid')
    await owner.browser.patch(`/v1/members/${admin.memberId}`, { role: 'admin' })
    const second = await invite(admin.browser)
    await owner.browser.delete(`/v1/members/${admin.memberId}`)
    expect((await lookUp(second.token)).body.code).toBe('invitation-invalid')
  })
})

describe('the ownership', () => {
  test('is handed to another member, both roles or neither', async () => {
    const owner = await newOwner()
    const next = await newMember(owner, 'developer')
    const before = await next.browser.post(`/v1/members/${next.memberId}/transfer-ownership`)
    expect(before.body.code).toBe('role-missing')
    const answer = await owner.browser.post(`/v1/members/${next.memberId}/transfer-ownership`)
    expect(answer.body).toMatchObject({ id: next.memberId, role: 'owner' })
    expect((await owner.browser.get('/v1/me')).body.role).toBe('admin')
    expect((await next.browser.get('/v1/me')).body.role).toBe('owner')
    const own = await next.browser.post(`/v1/members/${next.memberId}/transfer-ownership`)
    expect([own.status, own.body.code]).toEqual([409, 'conflict'])
  })

  test('is never lost, whatever happens at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = await newOwner()
      const next = await newMember(owner, 'admin')
      const answers = await Promise.all([
        owner.browser.post(`/v1/members/${next.memberId}/transfer-ownership`),
        next.browser.post('/v1/members/leave'),
        owner.browser.post('/v1/members/leave'),
      ])
      for (const { status } of answers) expect(status).toBeLessThan(500)
      const { rows } = await people.database.pool.query(
        `select count(*) from members where workspace_id = $1 and role = 'owner'`,
        [owner.workspaceId],
      )
      expect(Number(rows[0].count)).toBe(1)
    }
  })
})

test('with SIGN_UP=invite the token of an open invitation is the way in', async () => {
  const closed = await createPeopleApp({ config: { signUp: 'invite' } })
  try {
    const setUpToken = new URL((await setupLink(closed)) as string).searchParams.get('token')
    const operator = closed.browser()
    const person = { name: 'O', password: 'correct horse battery' }
    await operator.post('/v1/setup', { ...person, email: 'operator@example.com', token: setUpToken })
    const { token, id } = await invite(operator, { email: 'guest@closed.example', role: 'viewer' })
    const signUp = (fields: object) =>
      closed.browser().post('/auth/sign-up/email', { ...person, email: 'guest@closed.example', ...fields })
    expect((await signUp({})).body.code).toBe('sign-up-closed')
    for (const wrong of ['x', id])
      expect((await signUp({ invitation_token: wrong })).body.code).toBe('invitation-invalid')
    expect((await signUp({ invitation_token: token })).status).toBe(200)
    expect((await operator.get('/v1/members')).body.data).toMatchObject([
      { role: 'viewer' },
      { role: 'owner' },
    ])
  } finally {
    await closed.close()
  }
})
