import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { totp } from '../packages/server/src/sessions/test-totp.ts'
import { accessibilityFaults, fill, heading, menu, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()
type Part = Pick<Page, 'getByRole'>
/** The same as the shared helpers, also inside a part of the page. */
const button = (part: Part, name: string) => part.getByRole('button', { name, exact: true })
const link = (part: Part, name: string) => part.getByRole('link', { name, exact: true })
const PASSWORD = 'correct horse battery'
const INSTRUCTIONS = 'Pay to NL00 BANK 0000 0000 00, and name the transaction.'

test('one person, on loopback, goes from a locked Production Mode to a settled deposit', async () => {
  const { page } = await world.stranger()
  await setUp(page)

  await page.goto('/activation')
  const fiat = page.getByRole('region', { name: 'Fiat' })
  await fiat.getByText('Production Mode is locked for Fiat').waitFor()
  await button(fiat, 'Request activation').click()
  await fiat
    .getByText(/^Requested/)
    .first()
    .waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])

  await link(fiat, 'Set up second factor').click()
  await enrolSecondFactor(page)
  await page.goto('/settings#profile')
  await fill(page, { 'Legal name': 'Acme B.V.', Country: 'NL', 'Contact e-mail': 'money@acme.example' })
  await button(page, 'Save profile').click()
  await page.getByText('Workspace profile saved.').waitFor()

  await menu(page, 'Payment connections').click()
  const rail = page.locator('form').filter({ hasText: 'Manual · Fiat' })
  await rail.getByLabel('Deposit instructions (optional)').fill(INSTRUCTIONS)
  await rail.getByRole('switch', { name: 'Switched on' }).check()
  await button(rail, 'Save').click()
  await rail.getByText('On', { exact: true }).waitFor()

  await menu(page, 'Activation queue').click()
  await button(page, 'Approve').waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Approve').click()
  await button(page, 'Approve workspace').click()
  await page.getByText(/the record says self-approved/).waitFor()

  await page.goto('/activation')
  await fiat.getByText('Production Mode is open for Fiat. Real money moves there.').waitFor()
  await fiat.getByText(INSTRUCTIONS).waitFor()
  await page
    .getByRole('region', { name: 'Crypto' })
    .getByText('Production Mode is locked for Crypto')
    .waitFor()

  const client = await createProductionKey(page)
  const deposit = await client.transactions.create(
    { type: 'deposit', amount: '125.50', currency: 'USD', reference: 'order-1' },
    { idempotencyKey: 'order-1' },
  )
  expect(deposit).toMatchObject({ status: 'pending', mode: 'production', currency_type: 'fiat' })

  await page.goto('/operator/settlements')
  const item = page.getByRole('article').filter({ hasText: deposit.id.slice(-4) })
  await item.getByText('order-1').waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  expect((await client.transactions.get(deposit.id)).status).toBe('pending')
  await button(item, 'Settle').click()
  await fill(page, { 'Bank reference or transaction hash': 'BANK-0001' })
  await button(page, 'Settle transaction').click()
  await page.getByText('Settled: the transaction is completed.').waitFor()

  expect(await client.transactions.get(deposit.id)).toMatchObject({ id: deposit.id, status: 'completed' })
  const { data } = await client.balances.list()
  expect(data).toMatchObject([{ currency: 'USD', posted: '125.50', available: '125.50' }])
  await page.goto('/transactions?mode=production')
  await page.getByRole('row').filter({ hasText: '125.50' }).getByText('Completed').first().waitFor()
  expect(await audited(page)).toEqual(
    expect.arrayContaining(['activation.requested', 'activation.approved', 'settlement.completed']),
  )
})

async function setUp(page: Page): Promise<void> {
  await page.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
  await fill(page, { 'Your name': 'Olga', 'E-mail': 'olga@platform.example', Password: PASSWORD })
  await fill(page, { 'Workspace name': 'Acme' })
  await button(page, 'Create operator account').click()
  await heading(page, 'Home').waitFor()
  await menu(page, 'Settlement queue').waitFor()
}

async function enrolSecondFactor(page: Page): Promise<void> {
  await fill(page, { Password: PASSWORD })
  await button(page, 'Next').click()
  const secret = await page.getByTestId('totp-secret').innerText()
  await fill(page, { Code: totp(secret.replaceAll(/\s/g, '')) })
  await button(page, 'Turn on').click()
  await page.getByText('The second factor is on.').waitFor()
}

async function createProductionKey(page: Page): Promise<Countersign> {
  await page.goto('/api-keys/new')
  const production = page.getByRole('radio', { name: /^Production Mode/ })
  await expect.poll(() => production.isEnabled(), { timeout: 20_000 }).toBe(true)
  await production.check()
  await button(page, 'Next').click()
  const publicKey = await page.getByTestId('public-key').innerText()
  const secretKey = await page.getByTestId('secret-key').innerText()
  expect(publicKey).toMatch(/^pk_prod_/)
  await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
  return new Countersign({ baseUrl: world.url, publicKey, secretKey })
}

/** What the workspace's audit log says was done, read with the page's own session. */
const audited = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const answer = await fetch('/v1/audit-log?limit=100')
    const { data } = (await answer.json()) as { data: { action: string }[] }
    return data.map(({ action }) => action)
  })
