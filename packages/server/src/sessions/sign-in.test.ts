import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPeopleApp, type PeopleApp } from './test-app.ts'

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp()
})
afterAll(() => people.close())

describe('signing up', () => {
  test('makes an account, a session and a workspace that works in Test Mode at once', async () => {
    const browser = people.browser()
    const { answer, email } = await browser.signUp({ name: 'Grace Hopper', workspace_name: 'Compilers Ltd' })
    expect(answer.status).toBe(200)
    const me = await browser.get('/v1/me')
    expect(me.status).toBe(200)
    expect(me.body).toMatchObject({
      kind: 'member',
      mode: 'test',
      role: 'owner',
      is_operator: false,
      user: { name: 'Grace Hopper', email, email_verified: false },
      workspace: { name: 'Compilers Ltd' },
      workspaces: [{ name: 'Compilers Ltd', role: 'owner' }],
    })
    expect(me.body.workspace.id).toMatch(/^wks_[0-9a-hjkmnp-tv-z]{26}$/)
    expect(me.body.user.id).toMatch(/^usr_/)
  })

  test('names the workspace after the person when they name none', async () => {
    const browser = people.browser()
    await browser.signUp({ name: 'Edsger Dijkstra' })
    expect((await browser.get('/v1/me')).body.workspace.name).toBe('Edsger’s workspace')
  })

  test('that died before the workspace was made is healed by the next session read', async () => {
    const browser = people.browser()
    const { email } = await browser.signUp({ workspace_name: 'Phoenix' })
    const { pool } = people.database
    await pool.query('delete from members where user_id = (select id from users where email = $1)', [email])
    const answers = await Promise.all([browser.get('/v1/me'), browser.get('/v1/me'), browser.get('/v1/me')])
    expect(answers.map(({ body }) => body.workspace.name)).toEqual(['Phoenix', 'Phoenix', 'Phoenix'])
    expect(new Set(answers.map(({ body }) => body.workspace.id)).size).toBe(1)
  })

  test('gives the cookie to nobody but the browser: HttpOnly, SameSite=Lax, and no token in any body', async () => {
    const browser = people.browser()
    const { answer } = await browser.signUp()
    const cookie = String(answer.headers['set-cookie'])
    expect(cookie).toMatch(/^countersign\.session_token=/)
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).not.toMatch(/Secure/)
    const session = await browser.get('/auth/get-session')
    expect(session.body.user.email).toBe(answer.body.user.email)
    const token = decodeURIComponent(browser.cookies.get('countersign.session_token') as string).split(
      '.',
    )[0] as string
    expect(token.length).toBeGreaterThan(20)
    expect(answer.text).not.toContain(token)
    expect(session.text).not.toContain(token)
  })

  test.each([
    [{ password: 'short' }, 422, 'password-too-short'],
    [{ password: 'x'.repeat(129) }, 422, 'password-too-long'],
    [{ email: 'not an address' }, 422, 'invalid-input'],
    [{ name: '' }, 422, 'invalid-input'],
    [{ name: 'x'.repeat(101) }, 422, 'invalid-input'],
  ])('refuses %j', async (fields, status, code) => {
    const person = { name: 'A', email: 'refused@example.com', password: 'correct horse battery', ...fields }
    const answer = await people.browser().post('/auth/sign-up/email', person)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers['content-type']).toMatch(/application\/problem\+json/)
  })

  test('with an address that has an account says so', async () => {
    const { email } = await people.browser().signUp()
    const { answer } = await people.browser().signUp({ email: email.toUpperCase() })
    expect([answer.status, answer.body.code]).toEqual([409, 'email-taken'])
  })

  test('twice at the same moment makes one account', async () => {
    const person = { email: 'twice@example.com' }
    const signUps = await Promise.all([1, 2, 3].map(() => people.browser().signUp(person)))
    const statuses = signUps.map(({ answer }) => answer.status).toSorted((a, b) => a - b)
    expect(statuses).toEqual([200, 409, 409])
    const { rows } = await people.database.pool.query(
      `select count(*)::int as count from members m join users u on u.id = m.user_id where u.email = $1`,
      [person.email],
    )
    expect(rows[0].count).toBe(1)
  })

  test('cannot make oneself an operator or verified', async () => {
    const browser = people.browser()
    await browser.post('/auth/sign-up/email', {
      name: 'Eve',
      email: 'eve@example.com',
      password: 'correct horse battery',
      is_operator: true,
      emailVerified: true,
    })
    expect((await browser.get('/v1/me')).body).toMatchObject({
      is_operator: false,
      user: { email_verified: false },
    })
  })
})

describe('signing in', () => {
  test('opens a new session each time, and the one that the browser had ends', async () => {
    const browser = people.browser()
    const person = await browser.signUp()
    const before = new Map(browser.cookies)
    const answer = await browser.post('/auth/sign-in/email', {
      email: person.email,
      password: person.password,
    })
    expect(answer.status).toBe(200)
    expect(browser.cookies.get('countersign.session_token')).not.toBe(before.get('countersign.session_token'))
    expect((await browser.get('/v1/me')).status).toBe(200)
    const old = people.browser()
    for (const [name, value] of before) old.cookies.set(name, value)
    expect((await old.get('/v1/me')).status).toBe(401)
  })

  test('says the same for a wrong password as for an unknown address', async () => {
    const { email } = await people.browser().signUp()
    const wrong = await people.browser().post('/auth/sign-in/email', { email, password: 'wrong wrong wrong' })
    const unknown = await people
      .browser()
      .post('/auth/sign-in/email', { email: 'nobody@example.com', password: 'wrong wrong wrong' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'sign-in-failed'])
    expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' })
  })

  test('out ends the session on the server, not only in the browser', async () => {
    const browser = people.browser()
    await browser.signUp()
    const kept = new Map(browser.cookies)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    expect(browser.cookies.size).toBe(0)
    const thief = people.browser()
    for (const [name, value] of kept) thief.cookies.set(name, value)
    expect((await thief.get('/v1/me')).status).toBe(401)
  })

  test('needs the signature in the cookie: a token from the database alone opens nothing', async () => {
    const { email } = await people.browser().signUp()
    const { rows } = await people.database.pool.query(
      'select token from sessions where user_id = (select id from users where email = $1)',
      [email],
    )
    const forged = people.browser()
    forged.cookies.set('countersign.session_token', rows[0].token)
    expect((await forged.get('/v1/me')).status).toBe(401)
    forged.cookies.set('countersign.session_token', `${rows[0].token}.AAAA`)
    expect((await forged.get('/v1/me')).status).toBe(401)
  })
})

describe('sessions', () => {
  test('are listed, can be revoked one by one, and another person cannot revoke them', async () => {
    const laptop = people.browser()
    const person = await laptop.signUp()
    const phone = people.browser('203.0.113.8')
    await phone.post('/auth/sign-in/email', { email: person.email, password: person.password })

    const list = await laptop.get('/v1/sessions')
    expect(list.body.data).toHaveLength(2)
    const other = list.body.data.find(({ current }: { current: boolean }) => !current)
    expect(other.ip).toBe('203.0.113.8')

    const stranger = people.browser()
    await stranger.signUp()
    expect((await stranger.delete(`/v1/sessions/${other.id}`)).status).toBe(404)
    expect((await phone.get('/v1/me')).status).toBe(200)

    expect((await laptop.delete(`/v1/sessions/${other.id}`)).status).toBe(204)
    expect((await phone.get('/v1/me')).status).toBe(401)
    expect((await laptop.get('/v1/me')).status).toBe(200)
  })

  test('can all be ended but the one that asks', async () => {
    const laptop = people.browser()
    const person = await laptop.signUp()
    const phone = people.browser()
    await phone.post('/auth/sign-in/email', { email: person.email, password: person.password })
    expect((await laptop.post('/v1/sessions/revoke-others')).body).toEqual({ revoked: 1 })
    expect((await phone.get('/v1/me')).status).toBe(401)
    expect((await laptop.get('/v1/me')).status).toBe(200)
  })

  test('end everywhere else when the password changes', async () => {
    const laptop = people.browser()
    const person = await laptop.signUp()
    const phone = people.browser()
    await phone.post('/auth/sign-in/email', { email: person.email, password: person.password })
    const wrong = { currentPassword: 'wrong wrong wrong', newPassword: 'another good one' }
    expect((await laptop.post('/auth/change-password', wrong)).body.code).toBe('password-incorrect')
    const right = { currentPassword: person.password, newPassword: 'another good one' }
    expect((await laptop.post('/auth/change-password', right)).status).toBe(200)
    expect((await laptop.get('/v1/me')).status).toBe(200)
    expect((await phone.get('/v1/me')).status).toBe(401)
  })
})

describe('a session that somebody else found open', () => {
  test.each([
    ['/auth/change-password', 'currentPassword', { newPassword: 'another good one' }],
    ['/auth/two-factor/enable', 'password', {}],
  ])('guesses at the password in %s end, from whatever address', async (path, field, rest) => {
    const browser = people.browser()
    const { password } = await browser.signUp()
    const guess = async (text: string) => {
      const elsewhere = people.browser()
      for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value)
      return elsewhere.post(path, { [field]: text, ...rest })
    }
    expect((await guess('wrong wrong wrong')).body.code).toBe('password-incorrect')
    // Eighteen more would each cost a hash.
    await people.database.pool.query(
      "update throttle_windows set attempts = attempts + 18 where key like 'password|%'",
    )
    expect((await guess('wrong wrong wrong')).body.code).toBe('password-incorrect')
    expect((await guess(password)).body.code).toBe('rate-limited')
    people.clock.advance(901_000)
    expect((await guess(password)).status).toBe(200)
  })
})

describe('the audit log', () => {
  test('says when a member changed what protects their account', async () => {
    const browser = people.browser()
    const { password, email } = await browser.signUp()
    await browser.post('/auth/update-user', { name: 'Ada King' })
    await browser.post('/auth/change-password', {
      currentPassword: 'wrong wrong wrong',
      newPassword: 'another good one',
    })
    await browser.post('/auth/change-password', {
      currentPassword: password,
      newPassword: 'another good one',
    })
    const { body } = await browser.get('/v1/audit-log')
    const entries = body.data.filter(({ target }: { target: { kind: string } }) => target.kind === 'user')
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'user.password_changed',
      'user.renamed',
    ])
    expect(entries[0]).toMatchObject({ actor: { label: email }, ip: browser.address })
    expect((await browser.get('/v1/me')).body.user.name).toBe('Ada King')
  })
})

describe('the mode', () => {
  test('comes from the header, or from the query of a GET, and is test by default', async () => {
    const browser = people.browser()
    await browser.signUp()
    const mode = async (url: string, headers = {}) => (await browser.get(url, { headers })).body.mode
    expect(await mode('/v1/me')).toBe('test')
    expect(await mode('/v1/me?mode=production')).toBe('production')
    expect(await mode('/v1/me', { 'countersign-mode': 'production' })).toBe('production')
    const bad = await browser.get('/v1/me', { headers: { 'countersign-mode': 'live' } })
    expect([bad.status, bad.body.code]).toEqual([422, 'invalid-input'])
  })
})

describe('a request from somebody else’s page', () => {
  test.each(['https://evil.example', 'http://localhost:4748', 'null'])(
    'cannot change anything: Origin %s',
    async (origin) => {
      const browser = people.browser()
      await browser.signUp()
      for (const send of [
        () => browser.patch('/v1/workspace', { name: 'Taken over' }, { origin }),
        () => browser.post('/auth/sign-out', {}, { origin }),
        () => browser.post('/auth/update-user', { name: 'Taken over' }, { origin }),
      ]) {
        const answer = await send()
        expect([answer.status, answer.body.code]).toEqual([403, 'origin-not-allowed'])
      }
      expect((await browser.get('/v1/me')).status).toBe(200)
    },
  )

  test('cannot sign anybody in or up', async () => {
    for (const path of ['/auth/sign-up/email', '/auth/sign-in/email']) {
      const body = { name: 'A', email: 'a@example.com', password: 'correct horse battery' }
      const answer = await people.browser().post(path, body, { origin: 'https://evil.example' })
      expect(answer.body.code).toBe('origin-not-allowed')
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
      const silent = await people.browser().post(path, body, { origin: null, headers })
      expect(silent.body.code).toBe('origin-not-allowed')
    }
  })

  test('is told from our own by Origin; without one a change with a cookie is refused', async () => {
    const browser = people.browser()
    await browser.signUp()
    const without = await browser.patch('/v1/workspace', { name: 'X' }, { origin: null })
    expect(without.body.code).toBe('origin-not-allowed')
    const other = await browser.patch('/v1/workspace', { name: 'X' }, { origin: 'http://127.0.0.1:4747' })
    expect(other.status).toBe(200)
  })
})

describe('paths under /auth', () => {
  test.each([
    ['POST', '/auth/organization/create'],
    ['POST', '/auth/organization/invite-member'],
    ['GET', '/auth/organization/list'],
    ['POST', '/auth/sign-in/social'],
    ['GET', '/auth/list-sessions'],
    ['POST', '/auth/delete-user'],
    ['POST', '/auth/change-email'],
    ['GET', '/auth/ok'],
    ['GET', '/auth/error'],
    ['GET', '/auth/reset-password/abc?callbackURL=/'],
    ['POST', '/auth/get-session'],
    ['GET', '/auth/sign-up/email'],
    ['POST', '/auth/two-factor/send-otp'],
    ['POST', '/auth/sign-in/email/'],
  ] as const)('that the product does not use do not exist: %s %s', async (method, path) => {
    const answer = await people.browser().send(method, path, method === 'POST' ? {} : undefined)
    expect([answer.status, answer.body?.code]).toEqual([404, 'not-found'])
  })

  test.each(['/auth//sign-in/email', '/auth/sign-in/%65mail'])(
    'are reached under one spelling only, not as %s',
    async (path) => {
      const answer = await people.browser().post(path, { email: 'a@example.com', password: 'x' })
      expect([answer.status, answer.body?.code]).toEqual([400, 'invalid-request'])
    },
  )
})
