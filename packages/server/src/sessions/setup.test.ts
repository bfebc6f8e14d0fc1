import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setupLink } from './setup.ts'
import { createPeopleApp, type PeopleApp } from './test-app.ts'

let people: PeopleApp
beforeEach(async () => {
  people = await createPeopleApp()
})
afterEach(() => people.close())

const operator = {
  name: 'Olive Operator',
  email: 'olive@example.com',
  password: 'correct horse battery',
  workspace_name: 'The Platform',
}
const newToken = async () => new URL((await setupLink(people)) as string).searchParams.get('token') as string

describe('the setup link', () => {
  test('opens the account that runs the platform, signed in, with its workspace', async () => {
    const browser = people.browser()
    const answer = await browser.post('/v1/setup', { ...operator, token: await newToken() })
    expect(answer.status).toBe(201)
    expect(answer.body.user).toMatchObject({ name: 'Olive Operator', email: 'olive@example.com' })
    expect((await browser.get('/v1/me')).body).toMatchObject({
      is_operator: true,
      role: 'owner',
      workspace: { name: 'The Platform' },
      user: { email_verified: true },
    })
    expect((await browser.get('/v1/operator/mail')).status).toBe(200)
  })

  test('works once, and none is printed afterwards', async () => {
    const token = await newToken()
    await people.browser().post('/v1/setup', { ...operator, token })
    const again = await people
      .browser()
      .post('/v1/setup', { ...operator, email: 'second@example.com', token })
    expect([again.status, again.body.code]).toEqual([403, 'setup-token-invalid'])
    expect(await setupLink(people)).toBeNull()
  })

  test('makes one operator when two use it at the same moment', async () => {
    const token = await newToken()
    const answers = await Promise.all(
      ['one@example.com', 'two@example.com', 'three@example.com'].map((email) =>
        people.browser().post('/v1/setup', { ...operator, email, token }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403, 403])
    const { rows } = await people.database.pool.query('select count(*)::int as count from users')
    expect(rows[0].count).toBe(1)
  })

  test('survives a mistake: a short password or a taken address does not use it up', async () => {
    await people.browser().signUp({ email: operator.email })
    const token = await newToken()
    const send = (fields: object) => people.browser().post('/v1/setup', { ...operator, token, ...fields })
    expect((await send({ password: 'short' })).body.code).toBe('password-too-short')
    expect((await send({})).body.code).toBe('email-taken')
    expect((await send({ email: 'olive2@example.com' })).status).toBe(201)
  })

  test('of an earlier start dies with the next start', async () => {
    const old = await newToken()
    const current = await newToken()
    expect((await people.browser().post('/v1/setup', { ...operator, token: old })).status).toBe(403)
    expect((await people.browser().post('/v1/setup', { ...operator, token: current })).status).toBe(201)
  })

  test('is not in the database, and cannot be guessed from one address for long', async () => {
    const token = await newToken()
    const { rows } = await people.database.pool.query('select token_hash from setup_tokens')
    expect(rows).toHaveLength(1)
    expect(rows[0].token_hash).not.toContain(token)
    const browser = people.browser()
    const statuses = []
    for (let index = 0; index < 11; index += 1)
      statuses.push((await browser.post('/v1/setup', { ...operator, token: `guess${index}` })).status)
    expect(statuses).toEqual([...Array(10).fill(403), 429])
  })

  test('is not usable from somebody else’s page', async () => {
    const body = { ...operator, token: await newToken() }
    const answer = await people.browser().post('/v1/setup', body, { origin: 'https://evil.example' })
    expect(answer.body.code).toBe('origin-not-allowed')
  })
})

describe('the operator’s mail page', () => {
  test('shows what waits, reads one mail, and puts the reading on record', async () => {
    const browser = people.browser()
    await browser.post('/v1/setup', { ...operator, token: await newToken() })
    const { email } = await people.browser().signUp()
    const list = await browser.get('/v1/operator/mail')
    expect(list.body.data[0]).toMatchObject({
      to: email,
      status: 'held',
      subject: 'Confirm your e-mail address',
    })
    expect(list.text).not.toContain('token=')
    const mail = await browser.get(`/v1/operator/mail/${list.body.data[0].id}`)
    expect(mail.body.text).toContain('/auth/verify-email?token=')
    const { rows } = await people.database.pool.query(
      `select actor_kind, actor_label, target_id from audit_log where action = 'mail.read'`,
    )
    expect(rows).toEqual([
      { actor_kind: 'operator', actor_label: operator.email, target_id: list.body.data[0].id },
    ])
    expect((await browser.get('/v1/operator/mail/msg_nonsense')).status).toBe(404)
  })

  test('is closed to everybody else', async () => {
    const browser = people.browser()
    await browser.signUp()
    for (const path of ['/v1/operator/mail', '/v1/operator/mail/msg_01kasp8zqz0000e5m0g2vkqx8t']) {
      const answer = await browser.get(path)
      expect([answer.status, answer.body.code]).toEqual([403, 'operator-required'])
      expect((await people.browser().get(path)).status).toBe(401)
    }
  })
})

describe('OPERATOR_EMAILS', () => {
  test('makes an operator of a verified address only, and then needs no setup link', async () => {
    const other = await createPeopleApp({ config: { operatorEmails: new Set(['boss@example.com']) } })
    try {
      const browser = other.browser()
      await browser.signUp({ email: 'boss@example.com' })
      expect((await browser.get('/v1/me')).body.is_operator).toBe(false)
      const link = new URL((await other.latestMail('boss@example.com')).link)
      await browser.get(link.pathname + link.search)
      expect((await browser.get('/v1/me')).body.is_operator).toBe(true)
      expect(await setupLink(other)).toBeNull()
    } finally {
      await other.close()
    }
  })

  test('whoever opened the account of such an address without owning it never runs the platform', async () => {
    const other = await createPeopleApp({ config: { operatorEmails: new Set(['boss@example.com']) } })
    try {
      const stranger = other.browser()
      await stranger.signUp({ email: 'boss@example.com' })
      const link = new URL((await other.latestMail('boss@example.com')).link)
      // The owner opens the link in a browser that knows nothing of the account.
      const owner = other.browser()
      await owner.get(link.pathname + link.search)
      expect((await stranger.get('/v1/me')).status).toBe(401)
      const password = 'correct horse battery'
      expect(
        (await stranger.post('/auth/sign-in/email', { email: 'boss@example.com', password })).status,
      ).toBe(401)

      await owner.post('/auth/request-password-reset', { email: 'boss@example.com' })
      const token = new URL((await other.latestMail('boss@example.com')).link).searchParams.get('token')
      const newPassword = 'another horse battery'
      expect((await owner.post('/auth/reset-password', { token, newPassword })).status).toBe(200)
      const signIn = { email: 'boss@example.com', password: newPassword }
      expect((await owner.post('/auth/sign-in/email', signIn)).status).toBe(200)
      expect((await owner.get('/v1/me')).body.is_operator).toBe(true)
    } finally {
      await other.close()
    }
  })

  test('away from loopback operator pages ask for a second factor, and cookies are Secure', async () => {
    const publicUrl = 'https://money.example'
    const other = await createPeopleApp({
      config: {
        publicUrl,
        origins: [publicUrl],
        isLoopback: false,
        signUp: 'invite',
        smtpUrl: 'smtp://127.0.0.1:1',
      },
    })
    try {
      const token = new URL((await setupLink(other)) as string).searchParams.get('token')
      const browser = other.browser()
      const answer = await browser.post('/v1/setup', { ...operator, token }, { origin: publicUrl })
      expect(answer.status).toBe(201)
      expect(String(answer.headers['set-cookie'])).toMatch(/^__Secure-countersign\.session_token=.*; Secure/)
      // There is a mail server, so the address must be proved like any other.
      expect((await browser.get('/v1/me')).body.user.email_verified).toBe(false)
      const mail = await browser.get('/v1/operator/mail')
      expect([mail.status, mail.body.code]).toEqual([403, 'two-factor-required'])
    } finally {
      await other.close()
    }
  })
})

describe('SIGN_UP=invite', () => {
  test('lets in only who holds an open invitation for that address', async () => {
    const other = await createPeopleApp({ config: { signUp: 'invite' } })
    try {
      const token = new URL((await setupLink(other)) as string).searchParams.get('token')
      const browser = other.browser()
      await browser.post('/v1/setup', { ...operator, token })
      const invited = await browser.post('/v1/invitations', { email: 'guest@example.com', role: 'viewer' })
      const invitation_token = invited.body.invitation_token as string
      const person = { name: 'G', password: 'correct horse battery' }
      const send = (fields: object) => other.browser().post('/auth/sign-up/email', { ...person, ...fields })
      expect((await send({ email: 'guest@example.com' })).body.code).toBe('sign-up-closed')
      expect((await send({ email: 'other@example.com', invitation_token })).body.code).toBe(
        'invitation-invalid',
      )
      expect((await send({ email: 'guest@example.com', invitation_token })).status).toBe(200)
    } finally {
      await other.close()
    }
  })
})
