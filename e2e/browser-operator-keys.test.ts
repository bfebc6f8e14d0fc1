import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { signRequest } from '../packages/sdk/src/index.ts'
import {
  accessibilityFaults,
  button,
  fill,
  heading,
  link,
  menu,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const AUTHORITY = 'pay.example.com'
const world = useWorld({ FORWARD_AUTHORITIES: AUTHORITY })
const OPERATOR = { email: 'operator@example.com', password: 'a password of the operator 1' }

type Pair = { publicKey: string; secretKey: string }

async function shownPair(page: Page): Promise<Pair> {
  const publicKey = await page.getByTestId('public-key').innerText()
  return { publicKey, secretKey: await page.getByTestId('secret-key').innerText() }
}

/** Asks as the platform's own service would. */
async function send(key: Pair, path: string, input: unknown): Promise<{ status: number; body: any }> {
  const body = JSON.stringify(input)
  const url = `${world.url}${path}`
  const typed = { 'content-type': 'application/json' }
  const signed = await signRequest({ method: 'POST', url, body, headers: typed, ...key })
  const answer = await fetch(url, { method: 'POST', headers: { ...typed, ...signed }, body })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
}

/** What a customer signed and the service received. */
async function received(customer: Pair): Promise<unknown> {
  const target = '/orders?draft=1'
  const headers = await signRequest({ method: 'GET', url: `https://${AUTHORITY}${target}`, ...customer })
  return {
    method: 'GET',
    authority: AUTHORITY,
    target,
    headers: Object.entries(headers),
    body_digest: null,
    client_ip: '203.0.113.9',
    scheme: 'https',
  }
}

describe('operator keys', () => {
  test('are made, used, edited, rotated and deleted in the dashboard, and what they verify shows its outcome', async () => {
    const { page } = await world.stranger()
    await page.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
    await fill(page, { 'Your name': 'Olga', 'Workspace name': 'Platform', 'E-mail': OPERATOR.email })
    await fill(page, { Password: OPERATOR.password })
    await button(page, 'Create operator account').click()
    await heading(page, 'Home').waitFor()

    await menu(page, 'Operator keys').click()
    await page.getByRole('heading', { name: 'No operator keys yet' }).waitFor()
    await link(page, 'Create operator key').first().click()
    await fill(page, { Name: 'Orders service' })
    expect(await page.getByRole('checkbox', { name: /^Verify requests/ }).isChecked()).toBe(true)
    await page.getByRole('checkbox', { name: /^Verify requests/ }).uncheck()
    expect(await button(page, 'Next').isDisabled()).toBe(true)
    await page.getByRole('checkbox', { name: /^Verify requests/ }).check()
    await page.getByText('Signing algorithm, IP allowlist, rate limit').click()
    await page.getByLabel('IP allowlist').fill('127.0.0.1\nnonsense')
    await button(page, 'Next').click()
    await page.getByText('nonsense').first().waitFor()
    await page.getByLabel('IP allowlist').fill('127.0.0.1')
    await button(page, 'Next').click()
    const key = await shownPair(page)
    expect(key.secretKey).toMatch(/^sk_op_[0-9A-Za-z]{49}$/)
    await link(page, 'Done').click()
    await page
      .getByRole('dialog', { name: 'The secret key is not stored yet' })
      .getByRole('button', { name: 'Stay and store it' })
      .click()
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    await link(page, 'Done').click()
    const row = page.getByRole('row').filter({ hasText: 'Orders service' })
    for (const cell of ['operator:verify', 'Active', 'Olga']) await row.getByText(cell).first().waitFor()
    expect(await page.content()).not.toContain(key.secretKey)

    // A customer's request, verified with it: in the log before its outcome is told, and then with it.
    await page.goto('/api-keys/new')
    await fill(page, { 'Name (optional)': 'Customer' })
    await button(page, 'Next').click()
    const customer = await shownPair(page)
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    const { body } = await send(key, '/v1/operator/verify-request', await received(customer))
    expect(body.verified).toBe(true)
    await page.goto('/transaction-logs')
    const query = page.getByRole('combobox', { name: 'Search requests' })
    await query.fill('status:')
    await page.getByRole('option', { name: 'forwarded' }).click()
    await page.waitForURL(/status_class=forwarded/)
    const logged = page.getByRole('row').filter({ hasText: '/orders' })
    await logged.getByText('Forwarded', { exact: true }).waitFor()
    await logged.getByRole('link').click()
    await page.getByText('Forwarded, no outcome yet').waitFor()
    await note(page, 'was passed on to the service').waitFor()
    const told = await send(key, `/v1/operator/verify-request/${body.request_id}/outcome`, {
      status: 201,
      duration_ms: 12,
    })
    expect(told.status).toBe(204)
    await page.getByRole('complementary').locator('.http-status', { hasText: '201' }).waitFor()
    expect(await note(page, 'was passed on to the service').count()).toBe(0)

    // Edit, rotate and delete, on the key's own page.
    await page.goto('/operator/keys')
    await link(page, 'Orders service').click()
    await page.getByText('from 127.0.0.1').waitFor()
    await button(page, 'Edit').click()
    const edit = page.getByRole('dialog', { name: 'Edit Orders service' })
    await edit.getByLabel('Name').fill('Orders')
    await edit.getByRole('switch', { name: 'Enabled' }).uncheck()
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Disabled', { exact: true }).waitFor()
    const refused = async (pair: Pair) =>
      (await send(pair, '/v1/operator/verify-request', await received(customer))).body.code ?? 'ok'
    expect(await refused(key)).toBe('key-disabled')
    await button(page, 'Edit').click()
    await page.getByRole('switch', { name: 'Enabled' }).check()
    await button(page, 'Save').click()
    await page.getByText('Active', { exact: true }).waitFor()

    await button(page, 'Rotate').click()
    await page.getByRole('radio', { name: '1 hour' }).check()
    await button(page, 'Rotate key').click()
    const next = await shownPair(page)
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    await button(page, 'Done').click()
    expect([await refused(key), await refused(next)]).toEqual(['ok', 'ok'])
    await page.getByText('Old secret works until').waitFor()

    await button(page, 'Delete').click()
    const confirm = page.getByRole('dialog', { name: 'Delete Orders' })
    expect(await confirm.getByRole('button', { name: 'Delete key' }).isDisabled()).toBe(true)
    await confirm.getByLabel('Type “Orders” to confirm').fill('Orders')
    await confirm.getByRole('button', { name: 'Delete key' }).click()
    await page.getByText('Deleted', { exact: true }).first().waitFor()
    expect(await button(page, 'Rotate').count()).toBe(0)
    expect(await refused(next)).toBe('key-revoked')
  })

  test('with Ed25519 are made in the browser, and the pages fit and read well at 390 and 1440', async () => {
    const { page } = await world.stranger()
    await page.goto('/sign-in?return=%2Foperator%2Fkeys%2Fnew')
    await fill(page, { 'E-mail': OPERATOR.email, Password: OPERATOR.password })
    await button(page, 'Sign in').click()
    await fill(page, { Name: 'Gateway' })
    await page.getByRole('checkbox', { name: 'Never Expire' }).uncheck()
    await page.getByText('Signing algorithm, IP allowlist, rate limit').click()
    await page.getByRole('radio', { name: /^Ed25519/ }).check()
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.postData() ?? ''))
    await button(page, 'Next').click()
    const pem = await page.getByTestId('private-key').innerText()
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect(sent.join()).toContain('ed25519_public_key')
    expect(sent.join()).not.toContain(pem.split('\n')[1])
    await page.getByRole('checkbox', { name: 'I have stored the private key' }).check()
    await link(page, 'Done').click()
    await link(page, 'Gateway').waitFor()

    for (const path of ['/operator/keys', '/operator/keys/new']) {
      await page.goto(path)
      await settled(page)
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
        expect(await accessibilityFaults(page)).toEqual([])
      }
    }
  })

  test('are for operators only: a member finds neither the place nor the keys', async () => {
    const { page } = await world.member()
    await page.goto('/operator/keys')
    await page.getByRole('heading', { name: 'Only operators of this server see this page' }).waitFor()
    expect(await menu(page, 'Operator keys').count()).toBe(0)
  })
})
