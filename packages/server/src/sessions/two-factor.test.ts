import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPeopleApp, type Browser, type PeopleApp } from './test-app.ts'
import { base32, totp } from './test-totp.ts'

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp()
})
afterAll(() => people.close())

/** The code of this period; `next` of the one after, which the server takes as well. */
const codeOf = (secret: string, next = false) => totp(secret, Date.now() + (next ? 30_000 : 0))

async function enrol(browser: Browser, password: string) {
  const started = await browser.post('/auth/two-factor/enable', { password })
  expect(started.status).toBe(200)
  const secret = new URL(started.body.totpURI).searchParams.get('secret') as string
  const confirmed = await browser.post('/auth/two-factor/verify-totp', { code: codeOf(secret) })
  expect(confirmed.status).toBe(200)
  return { secret, backupCodes: started.body.backupCodes as string[], uri: started.body.totpURI as string }
}

describe('the second factor', () => {
  test('is asked for at every sign-in once it is set up; the password alone opens nothing', async () => {
    const browser = people.browser()
    const { email, password } = await browser.signUp()
    const { secret, uri } = await enrol(browser, password)
    expect(uri).toMatch(/^otpauth:\/\/totp\/Countersign/)
    expect((await browser.get('/v1/me')).body.user.two_factor_enabled).toBe(true)

    const phone = people.browser()
    const first = await phone.post('/auth/sign-in/email', { email, password })
    expect([first.status, first.body.twoFactorRedirect]).toEqual([200, true])
    expect((await phone.get('/v1/me')).status).toBe(401)

    const wrong = await phone.post('/auth/two-factor/verify-totp', { code: '000000' })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'two-factor-code-invalid'])
    const right = await phone.post('/auth/two-factor/verify-totp', { code: codeOf(secret, true) })
    expect(right.status).toBe(200)
    expect((await phone.get('/v1/me')).body.user.email).toBe(email)
  })

  test('takes each code once', async () => {
    const browser = people.browser()
    const { email, password } = await browser.signUp()
    const { secret } = await enrol(browser, password)
    const code = codeOf(secret, true)
    const signIn = async () => {
      const phone = people.browser()
      await phone.post('/auth/sign-in/email', { email, password })
      return phone.post('/auth/two-factor/verify-totp', { code })
    }
    expect((await signIn()).status).toBe(200)
    const again = await signIn()
    expect([again.status, again.body.code]).toEqual([401, 'two-factor-code-invalid'])
    expect(again.headers['set-cookie'] ?? '').not.toMatch(/session_token=[^;]/)
  })

  test('can be replaced by a backup code, once', async () => {
    const browser = people.browser()
    const { email, password } = await browser.signUp()
    const { backupCodes } = await enrol(browser, password)
    expect(backupCodes.length).toBeGreaterThanOrEqual(8)
    const signIn = async () => {
      const phone = people.browser()
      await phone.post('/auth/sign-in/email', { email, password })
      return phone.post('/auth/two-factor/verify-backup-code', { code: backupCodes[0] })
    }
    expect((await signIn()).status).toBe(200)
    expect((await signIn()).body.code).toBe('two-factor-code-invalid')
  })

  test('ends the attempt after five wrong codes, so that codes cannot be guessed', async () => {
    const browser = people.browser()
    const { email, password } = await browser.signUp()
    const { secret } = await enrol(browser, password)
    const phone = people.browser()
    await phone.post('/auth/sign-in/email', { email, password })
    const codes = []
    for (let index = 0; index < 6; index += 1)
      codes.push((await phone.post('/auth/two-factor/verify-totp', { code: `00000${index}` })).body.code)
    expect(codes).toEqual([...Array(5).fill('two-factor-code-invalid'), 'two-factor-expired'])
    const late = await phone.post('/auth/two-factor/verify-totp', { code: codeOf(secret, true) })
    expect(late.body.code).toBe('two-factor-expired')
  })

  test('needs the password to be set up or removed', async () => {
    const browser = people.browser()
    const { password } = await browser.signUp()
    const wrong = { password: 'wrong wrong wrong' }
    expect((await browser.post('/auth/two-factor/enable', wrong)).body.code).toBe('password-incorrect')
    await enrol(browser, password)
    expect((await browser.post('/auth/two-factor/disable', wrong)).body.code).toBe('password-incorrect')
    expect((await browser.post('/auth/two-factor/enable', { password })).body.code).toBe('conflict')
    expect((await browser.post('/auth/two-factor/disable', { password })).status).toBe(200)
    expect((await browser.get('/v1/me')).body.user.two_factor_enabled).toBe(false)
    expect((await people.browser().post('/auth/two-factor/enable', { password })).body.code).toBe(
      'session-required',
    )
  })

  test('is stored encrypted: neither its secret nor a backup code is in the database', async () => {
    const browser = people.browser()
    const { password } = await browser.signUp()
    const { secret, backupCodes } = await enrol(browser, password)
    const { rows } = await people.database.pool.query(
      'select json_agg(t)::text as dump from user_second_factors t',
    )
    expect(rows[0].dump).not.toContain(base32(secret).toString())
    for (const code of backupCodes) expect(rows[0].dump).not.toContain(code)
  })
})
