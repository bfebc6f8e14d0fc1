import { BlockList } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPeopleApp, type PeopleApp } from './test-app.ts'
import { pruneThrottles } from './throttle.ts'

const proxies = new BlockList()
proxies.addAddress('192.0.2.1')

let people: PeopleApp
beforeAll(async () => {
  people = await createPeopleApp({ config: { trustProxy: proxies } })
})
afterAll(() => people.close())

const wrong = (email: string) => ({ email, password: 'wrong wrong wrong' })
/** Wrong as well, and refused before the costly hash: counted all the same, and the test is quick. */
const tooLong = (email: string) => ({ email, password: 'x'.repeat(129) })

const RESETS_MAX = 5

/** Asks for resets from one socket address; answers how many were let through before the first 429. */
async function resetsUntilThrottled(address: string, headers: (index: number) => Record<string, string>) {
  const browser = people.browser(address)
  for (let index = 0; index < 3 * RESETS_MAX; index += 1) {
    const body = { email: `spray-${index}@example.com` }
    const answer = await browser.post('/auth/request-password-reset', body, { headers: headers(index) })
    if (answer.status === 429) return index
    expect(answer.status).toBe(200)
  }
  return Infinity
}

describe('the throttle', () => {
  test('turns an address away that tries many accounts, and says for how long', async () => {
    const browser = people.browser('203.0.113.50')
    for (let index = 0; index < 30; index += 1)
      expect((await browser.post('/auth/sign-in/email', tooLong(`spray-${index}@example.com`))).status).toBe(
        422,
      )
    const answer = await browser.post('/auth/sign-in/email', wrong('one-more@example.com'))
    expect([answer.status, answer.body.code]).toEqual([429, 'rate-limited'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60)
    people.clock.advance(61_000)
    expect((await browser.post('/auth/sign-in/email', wrong('one-more@example.com'))).status).toBe(401)
  })

  test('is not evaded by X-Forwarded-For, nor by the header that carries the address inside', async () => {
    const tries = await resetsUntilThrottled('203.0.113.51', (index) => ({
      'x-forwarded-for': `10.0.0.${index}`,
      'x-real-ip': `10.0.0.${index}`,
      forwarded: `for=10.0.0.${index}`,
      'countersign-client-ip': `10.0.0.${index}`,
    }))
    expect(tries).toBe(RESETS_MAX)
  })

  test('counts the address that a trusted proxy names', async () => {
    const tries = await resetsUntilThrottled('192.0.2.1', (index) => ({
      'x-forwarded-for': `203.0.112.${index}`,
    }))
    expect(tries).toBe(Infinity)
    const same = await resetsUntilThrottled('192.0.2.1', () => ({ 'x-forwarded-for': '203.0.112.99' }))
    expect(same).toBe(RESETS_MAX)
  })

  test('protects one account against many addresses; the right password waits too, a reset frees it', async () => {
    const { email, password } = await people.browser().signUp()
    for (let index = 0; index < 20; index += 1) {
      const guess = index % 5 === 0 ? wrong(email) : tooLong(email)
      expect([401, 422]).toContain((await people.browser().post('/auth/sign-in/email', guess)).status)
    }
    const refused = await people.browser().post('/auth/sign-in/email', { email, password })
    expect([refused.status, refused.body.code]).toEqual([429, 'rate-limited'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60)

    const browser = people.browser()
    await browser.post('/auth/request-password-reset', { email })
    const token = new URL((await people.latestMail(email)).link).searchParams.get('token')
    await browser.post('/auth/reset-password', { token, newPassword: 'a fresh password' })
    const after = await browser.post('/auth/sign-in/email', { email, password: 'a fresh password' })
    expect(after.status).toBe(200)
  })

  test('forgets the failures of an account when its owner signs in', async () => {
    const { email, password } = await people.browser().signUp()
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 15; index += 1)
        await people.browser().post('/auth/sign-in/email', tooLong(email))
      expect((await people.browser().post('/auth/sign-in/email', { email, password })).status).toBe(200)
    }
  })

  test('lets exactly its limit through when requests come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        people
          .browser('203.0.113.52')
          .post('/auth/request-password-reset', { email: `burst-${index}@example.com` }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(RESETS_MAX)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20 - RESETS_MAX)
  })

  test('leaves no rows behind once its windows have passed', async () => {
    people.clock.advance(3_600_000)
    await pruneThrottles({ executor: people.database.pool, clock: people.clock })
    const { rows } = await people.database.pool.query('select count(*)::int as count from throttle_windows')
    expect(rows[0].count).toBe(0)
  })
})
