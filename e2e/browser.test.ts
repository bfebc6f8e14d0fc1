import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { signUpPerson } from '../scripts/tour/person.ts'
import { button, fill, heading, link, menu, sidewaysOverflow, useWorld } from './browser-helpers.ts'

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
    await fill(page, { 'Type “Webhooks” to confirm': 'Webhooks' })
    await button(page.getByRole('dialog'), 'Rotate key').click()
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

const NARROW = { width: 390, height: 844 }

describe('pages', () => {
  test('need less than 250 kB of compressed scripts before the first one shows, and no snippet among them', async () => {
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
    const { page } = await world.member({ viewport: NARROW })
    await page.goto('/')
    await button(page, 'Open the menu').click()
    await page.getByRole('dialog').getByRole('link', { name: 'Transaction Logs' }).click()
    await heading(page, 'Transaction Logs').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
  })

  test('of the API reference show the calls, without a breach of the Content-Security-Policy', async () => {
    const { page } = await world.stranger()
    await page.goto('/docs')
    await page.getByText('Accounts, balances and transactions behind signed requests.').waitFor()
    await page.getByText('API Keys', { exact: true }).first().waitFor()
    await page.getByText('/v1/api-keys').first().waitFor()
    expect(await page.title()).toMatch(/Countersign/)
  })
})
