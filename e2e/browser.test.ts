import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import {
  accessibilityFaults,
  button,
  fill,
  heading,
  link,
  menu,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const OPERATOR = { email: 'operator@example.com', password: 'a password of the operator 1' }
const world = useWorld()

/** Asks for a page, meets the sign-in, and passes it. */
async function signIn(page: Page, path: string, account: { email: string; password: string }): Promise<void> {
  await page.goto(path)
  await heading(page, 'Sign in').waitFor()
  await fill(page, { 'E-mail': account.email, Password: account.password })
  await button(page, 'Sign in').click()
  await heading(page, 'Sign in').waitFor({ state: 'detached' })
}

describe('people', () => {
  test('the setup link opens the first account, which runs the platform, and then is dead', async () => {
    const setupLink = /First run {2}(\S+)/.exec(world.server.output())![1]!
    const { page } = await world.stranger()
    await page.goto(setupLink)
    await fill(page, { 'Your name': 'Olga Operator', 'E-mail': OPERATOR.email, Password: OPERATOR.password })
    await fill(page, { 'Workspace name': 'The platform' })
    await button(page, 'Create operator account').click()
    await heading(page, 'Home').waitFor()
    await menu(page, 'Mail').waitFor()

    const { page: late } = await world.stranger()
    await late.goto(setupLink)
    await fill(late, { 'Your name': 'Eve', 'E-mail': 'eve@example.com', Password: 'a password of eve 12' })
    await fill(late, { 'Workspace name': 'Eve' })
    await button(late, 'Create operator account').click()
    await late.getByRole('alert').waitFor()
    expect(await heading(late, 'Set up this server').count()).toBe(1)
  })

  test('a stranger signs up, works in Test Mode at once, signs out and signs in again', async () => {
    const { page } = await world.stranger()
    await page.goto('/')
    await heading(page, 'Sign in').waitFor()
    await link(page, 'Create an account').click()
    await fill(page, { 'Your name': 'Grace Hopper', 'E-mail': 'grace@example.com', Password: 'short' })
    await fill(page, { 'Workspace name': 'Compilers' })
    await button(page, 'Create account').click()
    // The browser itself refuses the short one.
    await heading(page, 'Create your account').waitFor()
    await fill(page, { Password: 'a long enough password' })
    await button(page, 'Create account').click()
    await heading(page, 'Home').waitFor()
    await page.getByText('Test Mode', { exact: true }).first().waitFor()
    await page.getByText('Compilers').first().waitFor()
    expect(await menu(page, 'Mail').count()).toBe(0)

    await button(page, /^Account menu/).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await heading(page, 'Sign in').waitFor()
    await page.goto('/api-keys')
    await heading(page, 'Sign in').waitFor()
    await fill(page, { 'E-mail': 'grace@example.com', Password: 'not the password 1' })
    await button(page, 'Sign in').click()
    await page.getByRole('alert').waitFor()
    await fill(page, { Password: 'a long enough password' })
    await button(page, 'Sign in').click()
    await heading(page, 'API Keys').waitFor()
  })

  test('a forgotten password is reset with the link on the operator’s mail page, and the old one is dead', async () => {
    const person = await signUpPerson(world.url)
    const { page } = await world.stranger()
    await page.goto('/sign-in')
    await link(page, 'Forgot your password?').click()
    await fill(page, { 'E-mail': person.email })
    await button(page, 'Send the link').click()
    await page.getByText('Look into your mailbox.').waitFor()

    const { page: mail } = await world.stranger()
    await signIn(mail, '/operator/mail', OPERATOR)
    await heading(mail, 'Mail').waitFor()
    await link(mail, new RegExp(`password[\\s\\S]*${person.email}`, 'i')).click()
    await mail.getByText(`To ${person.email}`).waitFor()
    const resetLink = await link(mail, /\/reset-password\?token=/).getAttribute('href')

    await page.goto(resetLink!)
    await fill(page, { 'New password': 'a wholly new password' })
    await button(page, 'Set the new password').click()
    await link(page, 'Sign in').click()
    await fill(page, { 'E-mail': person.email, Password: person.password })
    await button(page, 'Sign in').click()
    await page.getByRole('alert').waitFor()
    await fill(page, { Password: 'a wholly new password' })
    await button(page, 'Sign in').click()
    await heading(page, 'Home').waitFor()

    await page.goto(resetLink!)
    await fill(page, { 'New password': 'once more a new one' })
    await button(page, 'Set the new password').click()
    await page.getByText('This link does not work any more.').waitFor()
    expect(await button(page, 'Set the new password').count()).toBe(0)
  })

  test('the operator rotates what the platform signs with, and the old key stays published until it is retired', async () => {
    const { page } = await world.stranger()
    await signIn(page, '/operator/signing-keys', OPERATOR)
    const published = async () =>
      (await (await fetch(`${world.url}/.well-known/webhook-keys`)).json()) as { keys: { kid: string }[] }
    const [{ kid: old }] = (await published()).keys as [{ kid: string }]
    await button(page, 'Rotate the key of Webhooks').click()
    const retire = button(page, `Retire ${old.slice(0, 8)}`)
    await retire.click()
    expect((await published()).keys).toHaveLength(2)
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByRole('button', { name: 'Retire key' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill(old.slice(0, 8))
    await dialog.getByRole('button', { name: 'Retire key' }).click()
    await retire.waitFor({ state: 'detached' })
    expect((await published()).keys.map(({ kid }) => kid)).not.toContain(old)
  })

  test('an ended session leads to the sign-in and back to the very page, with its filters', async () => {
    const { page, context, person } = await world.member()
    await page.goto('/transaction-logs?status_class=4xx')
    await heading(page, 'Transaction Logs').waitFor()
    await context.clearCookies()
    await page.reload()
    await heading(page, 'Sign in').waitFor()
    await fill(page, { 'E-mail': person.email, Password: person.password })
    await button(page, 'Sign in').click()
    await heading(page, 'Transaction Logs').waitFor()
    expect(new URL(page.url()).searchParams.get('status_class')).toBe('4xx')
  })

  test('a session that ends under an open form asks for the password and loses nothing that was typed', async () => {
    const { page, context, person } = await world.member()
    await page.goto('/api-keys/new')
    await fill(page, { 'Name (optional)': 'Typed before the end' })
    await context.clearCookies()
    await button(page, 'Next').click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    expect(await dialog.getByLabel('E-mail').inputValue()).toBe(person.email)
    await dialog.getByLabel('Password', { exact: true }).fill(person.password)
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await heading(page, 'Typed before the end').waitFor()
  })
})

/** Pages before the sign-in; problem pages are plain HTML. */
const OUTSIDE = [
  '/sign-in',
  '/sign-up',
  '/forgot-password',
  '/reset-password?token=x',
  '/reset-password',
  '/setup?token=x',
  '/setup',
  '/problems/signature-invalid',
]

/** Pages that no list and no menu leads to. */
const ELSEWHERE = [
  '/transaction-logs?code=there-is-none',
  '/transaction-logs?mode=production',
  '/settings',
  '/no-such-page',
]

/** Where the menu leads. */
const menuPlaces = (page: Page): Promise<string[]> =>
  page
    .getByRole('navigation', { name: 'Main' })
    .locator('a:not([target=_blank])')
    .evaluateAll((links) => links.map((each) => each.getAttribute('href') ?? '/'))

/** From a list: the page of its first row, and the one that its button opens. */
const pagesBehind = (page: Page): Promise<string[]> =>
  page
    .locator('.page-head a[href^="/"]:not([href^="/v1/"]), main tbody tr:first-child td:first-child a')
    .evaluateAll((links) => links.map((each) => each.getAttribute('href') ?? '/'))

const SIZES = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } }
// Each page is judged by axe twice and measured twice: some seconds on a busy machine.
const ALL_PAGES_LIMIT_MS = 300_000

/** Loads a page once and says what is wrong with it in light, in dark, wide and narrow. */
async function faultsOf(page: Page, path: string): Promise<string[]> {
  const faults: string[] = []
  await page.setViewportSize(SIZES.wide)
  await page.goto(path)
  await settled(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // In the dark nothing but the colours is different.
    const found = await accessibilityFaults(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)
    for (const fault of found) faults.push(`${path} ${colorScheme}: ${fault}`)
  }
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    const overflow = await sidewaysOverflow(page)
    if (overflow > 0) faults.push(`${path} ${size}: ${overflow} px wider than the window`)
  }
  return faults
}

describe('every page', () => {
  test(
    'before the sign-in has no serious accessibility fault in light and dark, and fits at 390 and 1280',
    { timeout: ALL_PAGES_LIMIT_MS },
    async () => {
      const { page } = await world.stranger()
      const faults: string[] = []
      for (const path of OUTSIDE) faults.push(...(await faultsOf(page, path)))
      expect(faults).toEqual([])
    },
  )

  test(
    'behind the sign-in has no serious accessibility fault in light and dark, and fits at 390 and 1280',
    { timeout: ALL_PAGES_LIMIT_MS },
    async () => {
      const { page } = await world.stranger()
      await signIn(page, '/', OPERATOR)
      await haveSomething(page)
      const faults: string[] = []
      const places = new Set(await menuPlaces(page))
      const further = new Set(ELSEWHERE)
      for (const path of places) {
        faults.push(...(await faultsOf(page, path)))
        for (const behind of await pagesBehind(page)) if (!places.has(behind)) further.add(behind)
      }
      for (const path of further) faults.push(...(await faultsOf(page, path)))
      // Each list has led to a page of its own.
      expect(further.size).toBeGreaterThan(ELSEWHERE.length + 6)
      expect(faults).toEqual([])
    },
  )

  test('needs less than 250 kB of compressed scripts before the first one shows, and no snippet among them', async () => {
    const html = await (await fetch(world.url)).text()
    const scripts = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1]!)
    const texts = await Promise.all(
      scripts.map(async (path) => (await fetch(new URL(path, world.url))).text()),
    )
    expect(texts.length).toBeGreaterThan(1)
    const sizes = texts.map((text) => gzipSync(text).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000)
    expect(texts.filter((text) => /COUNTERSIGN_(SECRET_KEY|WEBHOOK_SECRET)=/.test(text))).toEqual([])
  })

  test('can be reached at 390 wide through the menu', async () => {
    const { page } = await world.member({ viewport: SIZES.narrow })
    await page.goto('/')
    await button(page, 'Open the menu').click()
    await page.getByRole('dialog').getByRole('link', { name: 'Transaction Logs' }).click()
    await heading(page, 'Transaction Logs').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
  })

  test('of the API reference shows the calls, without a breach of the Content-Security-Policy', async () => {
    const { page } = await world.stranger()
    await page.goto('/docs')
    await page.getByText('Accounts, balances and transactions behind signed requests.').waitFor()
    await page.getByText('API Keys', { exact: true }).first().waitFor()
    await page.getByText('/v1/api-keys').first().waitFor()
    expect(await page.title()).toMatch(/Countersign/)
  })
})

/** As the person in this tab: a webhook, a key, a deposit, and a request that is refused, so that no list is empty. */
async function haveSomething(page: Page): Promise<void> {
  const post = (path: string, body: object) =>
    page.evaluate(
      async ([target, text]) => {
        const headers = { 'Content-Type': 'application/json' }
        return (await fetch(target!, { method: 'POST', headers, body: text })).json()
      },
      [path, JSON.stringify(body)],
    )
  const nowhere = 'http://127.0.0.1:59999/webhooks'
  await post('/v1/webhook-endpoints', { url: nowhere, event_types: ['*'] })
  const key = await post('/v1/api-keys', { mode: 'test', currency_type: 'fiat', expires_at: null })
  const options = { baseUrl: world.url, publicKey: key.public_key }
  const client = new Countersign({ ...options, secretKey: key.secret_key })
  await client.transactions.create({ type: 'deposit', amount: '10.00', currency: 'USD' })
  const other = await (await signUpPerson(world.url)).createKey()
  await expect(new Countersign({ ...options, secretKey: other.secret_key }).me()).rejects.toThrow('signature')
  const refusals = async () => (await client.transactionLogs.list({ code: 'signature-invalid' })).data.length
  await expect.poll(refusals, { timeout: 20_000 }).toBe(1)
}
