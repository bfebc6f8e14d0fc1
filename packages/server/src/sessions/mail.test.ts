import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliverMail, pruneMail, sendMail, smtpTransport, type MailTransport } from './mail.ts'
import { createPeopleApp, type PeopleApp } from './test-app.ts'
import { startTestMailServer } from './test-mail-server.ts'

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp()
})
afterAll(() => people.close())

const path = (link: string) => {
  const url = new URL(link)
  return url.pathname + url.search
}

describe('the verification mail', () => {
  test('is sent at sign-up and its link verifies the address, whoever opens it', async () => {
    const browser = people.browser()
    const { email } = await browser.signUp()
    const mail = await people.latestMail(email)
    expect(mail.subject).toBe('Confirm your e-mail address')
    const answer = await people.browser().get(path(mail.link))
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe('/verify-email')
    expect((await browser.get('/v1/me')).body.user.email_verified).toBe(true)
  })

  test('can be asked for again, and says so when it is not needed', async () => {
    const browser = people.browser()
    const { email } = await browser.signUp()
    expect((await browser.post('/auth/send-verification-email', { email })).status).toBe(200)
    await browser.get(path((await people.latestMail(email)).link))
    const again = await browser.post('/auth/send-verification-email', { email })
    expect([again.status, again.body.code]).toEqual([409, 'conflict'])
  })

  test('with a changed token verifies nothing and leads to the page that says so', async () => {
    const browser = people.browser()
    const { email } = await browser.signUp()
    const { link } = await people.latestMail(email)
    const answer = await browser.get(path(link.replace('token=ey', 'token=eX')))
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toMatch(/^\/verify-email\?error=/)
    expect((await browser.get('/v1/me')).body.user.email_verified).toBe(false)
  })

  test('never leads to a page of somebody else', async () => {
    const browser = people.browser()
    const { email } = await browser.signUp()
    const { link } = await people.latestMail(email)
    const evil = path(link).replace('callbackURL=%2Fverify-email', 'callbackURL=https%3A%2F%2Fevil.example')
    const answer = await browser.get(evil)
    expect([answer.status, answer.body.code]).toEqual([403, 'origin-not-allowed'])
    expect(answer.headers.location).toBeUndefined()
  })
})

describe('the reset mail', () => {
  test('opens the account once with a new password and ends every session', async () => {
    const laptop = people.browser()
    const { email, password } = await laptop.signUp()
    const phone = people.browser()
    expect((await phone.post('/auth/request-password-reset', { email })).status).toBe(200)
    const mail = await people.latestMail(email)
    expect(mail.link).toMatch(/^http:\/\/localhost:4747\/reset-password\?token=/)
    const token = new URL(mail.link).searchParams.get('token') as string

    const short = await phone.post('/auth/reset-password', { token, newPassword: 'short' })
    expect(short.body.code).toBe('password-too-short')
    const answers = await Promise.all(
      ['first new password', 'second new password'].map((newPassword) =>
        phone.post('/auth/reset-password', { token, newPassword }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
    const third = await phone.post('/auth/reset-password', { token, newPassword: 'third new password' })
    expect([third.status, third.body.code]).toEqual([400, 'link-invalid'])

    expect((await laptop.get('/v1/me')).status).toBe(401)
    expect((await phone.post('/auth/sign-in/email', { email, password })).status).toBe(401)
  })

  test('for an address without an account: the same answer, and no mail', async () => {
    const { email } = await people.browser().signUp()
    const known = await people.browser().post('/auth/request-password-reset', { email })
    const unknown = await people
      .browser()
      .post('/auth/request-password-reset', { email: 'nobody@example.com' })
    expect(unknown.status).toBe(known.status)
    expect(unknown.text).toBe(known.text)
    const { rowCount } = await people.database.pool.query(
      `select 1 from outgoing_mail where recipient = 'nobody@example.com'`,
    )
    expect(rowCount).toBe(0)
  })

  test('leaves nothing in the database that opens the account', async () => {
    const { email } = await people.browser().signUp()
    await people.browser().post('/auth/request-password-reset', { email })
    const token = new URL((await people.latestMail(email)).link).searchParams.get('token') as string
    const { rows } = await people.database.pool.query(
      `select (select json_agg(v) from user_verifications v)::text || (select json_agg(m) from outgoing_mail m)::text as dump`,
    )
    expect(rows[0].dump).not.toContain(token)
  })
})

describe('the outbox', () => {
  test('without SMTP_URL prints the letter on the terminal and holds it for the operator', async () => {
    const { email } = await people.browser().signUp()
    expect(people.printed.at(-1)).toContain(`Mail to ${email}`)
    expect(people.printed.at(-1)).toContain('/auth/verify-email?token=')
    const { rows } = await people.database.pool.query(
      'select status from outgoing_mail where recipient = $1',
      [email],
    )
    expect(rows).toEqual([{ status: 'held' }])
  })

  test('with SMTP_URL hands the letter to a real mail server, prints nothing, and destroys the text', async () => {
    const server = await startTestMailServer()
    try {
      const deps = { ...people, config: { ...people.config, smtpUrl: server.url } }
      const printed = people.printed.length
      await sendMail(deps, {
        to: 'smtp@example.com',
        subject: 'Hello',
        text: 'Line one\n\nhttps://x/?t=1',
        kind: 'notice',
      })
      expect(people.printed).toHaveLength(printed)
      expect(await deliverMail(deps, smtpTransport(server.url))).toBe(1)
      expect(server.letters).toHaveLength(1)
      expect(server.letters[0]).toContain('Subject: Hello')
      expect(server.letters[0]).toContain('To: smtp@example.com')
      const { rows } = await people.database.pool.query(
        `select status, sealed_body from outgoing_mail where recipient = 'smtp@example.com'`,
      )
      expect(rows).toEqual([{ status: 'sent', sealed_body: null }])
      expect(await deliverMail(deps, smtpTransport(server.url))).toBe(0)
    } finally {
      await server.close()
    }
  })

  test('tries a mail server that is down five times, later and later, and then gives up', async () => {
    const deps = { ...people, config: { ...people.config, smtpUrl: 'smtp://127.0.0.1:1' } }
    await sendMail(deps, { to: 'down@example.com', subject: 'S', text: 'T', kind: 'notice' })
    const broken: MailTransport = {
      sendMail: () => Promise.reject(Object.assign(new Error('secret detail'), { code: 'ECONNECTION' })),
    }
    const waits: number[] = []
    for (const seconds of [60, 300, 1800, 7200]) {
      waits.push(await deliverMail(deps, broken))
      people.clock.advance((seconds - 30) * 1000)
      waits.push(await deliverMail(deps, broken))
      people.clock.advance(30_000)
    }
    waits.push(await deliverMail(deps, broken))
    expect(waits).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1])
    people.clock.advance(86_400_000)
    expect(await deliverMail(deps, broken)).toBe(0)
    const { rows } = await people.database.pool.query(
      `select status, attempt_count, last_error from outgoing_mail where recipient = 'down@example.com'`,
    )
    expect(rows).toEqual([{ status: 'failed', attempt_count: 5, last_error: 'ECONNECTION' }])
  })

  test('destroys texts after 7 days', async () => {
    people.clock.advance(8 * 86_400_000)
    await pruneMail(people)
    const { rows } = await people.database.pool.query(
      'select count(*)::int as rows, count(sealed_body)::int as texts from outgoing_mail',
    )
    expect(rows[0].rows).toBeGreaterThan(0)
    expect(rows[0].texts).toBe(0)
  })
})
