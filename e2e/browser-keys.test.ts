import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import { button, fill, heading, link, menu, note, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()

/** Goes through the form to the page that shows the pair. */
async function createKey(page: Page, name: string) {
  await page.goto('/api-keys/new')
  await fill(page, { 'Name (optional)': name })
  await button(page, 'Next').click()
  return shownPair(page)
}

async function shownPair(page: Page): Promise<{ publicKey: string; secretKey: string }> {
  const publicKey = await page.getByTestId('public-key').innerText()
  return { publicKey, secretKey: await page.getByTestId('secret-key').innerText() }
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

describe('an API key', () => {
  test('is made in the order of the flow, shown once, and guarded until it is stored', async () => {
    const { page } = await world.member({ timezoneId: 'America/New_York', locale: 'en-GB' })
    await page.goto('/')
    await menu(page, 'API Keys').click()
    await link(page, 'Create API Key').first().click()

    const production = page.getByRole('radio', { name: /^Production Mode/ })
    expect(await page.getByRole('radio', { name: /^Test Mode/ }).isChecked()).toBe(true)
    expect(await production.isDisabled()).toBe(true)
    await page.getByText(/Opens when this workspace is activated\. Still to do: .+/).waitFor()

    const never = page.getByRole('checkbox', { name: 'Never Expire' })
    expect(await never.isChecked()).toBe(true)
    await never.uncheck()
    for (const days of [30, 90, 365]) {
      await button(page, `${days} days`).click()
      const { day, utc } = newYorkDayAfter(days)
      await page.getByText(`${day}, 23:59:59 (America/New_York) · ${utc} UTC`).waitFor()
    }
    expect(await page.getByRole('radio', { name: /^Fiat/ }).isChecked()).toBe(true)
    await page.getByRole('radio', { name: /^Crypto/ }).check()
    await never.check()
    await button(page, 'Next').click()

    const pair = await shownPair(page)
    expect(pair.publicKey).toMatch(/^pk_test_[0-9A-Za-z]{28}$/)
    expect(pair.secretKey).toMatch(/^sk_test_[0-9A-Za-z]{49}$/)
    await button(page, 'Copy Public Key').click()
    await expect.poll(() => clipboard(page)).toBe(pair.publicKey)
    await button(page, 'Copy Secret Key').click()
    await expect.poll(() => clipboard(page)).toBe(pair.secretKey)
    expect(await downloadedEnvironment(page)).toEqual([
      expect.stringMatching(/^# Countersign: Test · Crypto · /),
      `COUNTERSIGN_URL=${world.url}`,
      `COUNTERSIGN_PUBLIC_KEY=${pair.publicKey}`,
      `COUNTERSIGN_SECRET_KEY=${pair.secretKey}`,
      '',
    ])

    await menu(page, 'Home').click()
    const guard = page.getByRole('dialog', { name: 'The secret key is not stored yet' })
    await guard.getByRole('button', { name: 'Stay and store it' }).click()
    expect(await shownPair(page)).toEqual(pair)
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    await link(page, 'Done').click()

    const row = page.getByRole('row').filter({ hasText: pair.publicKey.slice(-4) })
    for (const cell of ['Test Mode', 'Crypto', 'Active', 'Never', 'by Ada Lovelace'])
      await row.getByText(cell, { exact: true }).first().waitFor()
    await row.getByRole('link').first().click()
    await page.getByText('Shown once, when it was made.').waitFor()
    await page.goBack()
    expect(await page.content()).not.toContain(pair.secretKey)
  })

  test('works from the browser, then from outside, both live: green, or red with the cause', async () => {
    const { page } = await world.member()
    const pair = await createKey(page, 'Waits for its first request')
    await button(page, 'Send test request').click()
    await note(page, 'The key works.').waitFor()
    const waiting = page.getByText('Listening for the first request from your code.')
    expect(await waiting.isVisible()).toBe(true)

    // A well-formed secret of another key: what happens when two .env files are mixed up.
    const other = await (await signUpPerson(world.url)).createKey()
    const wrong = new Countersign({ baseUrl: world.url, ...pair, secretKey: other.secret_key })
    await expect(wrong.me()).rejects.toMatchObject({ code: 'signature-invalid' })
    const red = note(page, 'A request arrived and was refused')
    await red.getByText('GET /v1/me').waitFor()
    // The cause is read with the request's details, a moment after its row.
    await red.getByText('Likely cause:').waitFor()
    expect(await red.getAttribute('data-tone')).toBe('bad')
    expect(await red.innerText()).toMatch(/Likely cause: .{20,}/)
    expect(await red.innerText()).toContain('signature-invalid')

    await new Countersign({ baseUrl: world.url, ...pair }).currencies.list()
    const green = note(page, 'Signed request received.')
    await green.getByText('GET /v1/currencies').waitFor()
    expect(await green.getAttribute('data-tone')).toBe('good')
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    await green.getByRole('link', { name: 'Open it in Transaction Logs' }).click()
    await heading(page, /GET \/v1\/currencies/).waitFor()
  })

  test('is found by name among others, selected, and disabled together once the deed is typed', async () => {
    const { page, person } = await world.member()
    const make = (name: string) =>
      person.call('POST', '/v1/api-keys', { mode: 'test', currency_type: 'fiat', expires_at: null, name })
    for (const name of ['Till North', 'Till South', 'Shop']) await make(name)
    await page.goto('/api-keys')
    await page.getByLabel('Name or Public Key').fill('till')
    await expect.poll(() => page.url()).toContain('search=till')
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByLabel('Select all shown keys').check()
    await page.getByRole('group', { name: 'Selected keys' }).getByRole('button', { name: 'Disable' }).click()
    const dialog = page.getByRole('dialog', { name: 'Disable 2 keys' })
    const confirm = dialog.getByRole('button', { name: 'Disable 2 keys' })
    await dialog.getByRole('textbox').fill('disable 3 keys')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('disable 2 keys')
    await confirm.click()
    await expect.poll(() => rows.getByText('Disabled', { exact: true }).count()).toBe(2)
    await button(page, 'Clear all').click()
    await expect.poll(() => rows.count()).toBe(3)
    expect(await rows.filter({ hasText: 'Shop' }).getByText('Active').count()).toBe(1)
  })

  test('shows after a rotation who still signs with the old secret, and remembers the language of the code', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const sign = (secretKey: string) =>
      new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey }).me()
    const rotation = { overlap_seconds: 3600 }
    type Rotated = { secret_key: string }
    const { secret_key } = await person.call<Rotated>('POST', `/v1/api-keys/${key.id}/rotate`, rotation)
    await sign(secret_key)
    await sign(key.secret_key)
    const callers = () => person.call<{ data: object[] }>('GET', `/v1/api-keys/${key.id}/callers`)
    await expect.poll(async () => (await callers()).data.length, { timeout: 20_000 }).toBe(2)
    await page.goto(`/api-keys/${key.id}`)
    await note(page, /^The old secret was last used .* by 127\.0\.0\.1/).waitFor()
    for (const version of ['Version 1, old, still works', 'Version 2, current'])
      await page.getByRole('row').filter({ hasText: version }).getByText('127.0.0.1').waitFor()

    const tab = (name: string) => page.getByRole('tab', { name, exact: true })
    await tab('Go').click()
    await page.getByRole('tabpanel').getByText('package main').waitFor()
    await page.goto('/api-keys')
    await link(page, key.name).click()
    await page.getByRole('tabpanel').getByText('package main').waitFor()
    expect(await tab('Go').getAttribute('aria-selected')).toBe('true')
  })

  test('is edited, rotated and deleted from its menu, and a deleted one hides behind the filter', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const sign = (secretKey: string) =>
      new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey }).me()
    const choose = async (name: string, item: string) => {
      await button(page, `Actions for ${name}`).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await page.goto('/api-keys')
    await choose(key.name, 'Edit')
    const edit = page.getByRole('dialog', { name: `Edit ${key.name}` })
    await page.keyboard.press('Escape')
    await edit.waitFor({ state: 'detached' })
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe(`Actions for ${key.name}`)
    await choose(key.name, 'Edit')
    await edit.getByLabel('Name').fill('Checkout')
    await edit.getByRole('switch', { name: 'Enabled' }).click({ force: true })
    await edit.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row').filter({ hasText: 'Checkout' }).getByText('Disabled').waitFor()
    await expect(sign(key.secret_key)).rejects.toMatchObject({ code: 'key-disabled' })
    await choose('Checkout', 'Edit')
    await page.getByRole('switch', { name: 'Enabled' }).click({ force: true })
    await button(page, 'Save').click()
    await page.getByRole('row').filter({ hasText: 'Checkout' }).getByText('Active').waitFor()

    await choose('Checkout', 'Rotate')
    await page.getByRole('radio', { name: '1 hour' }).check()
    await button(page, 'Rotate key').click()
    await page.getByRole('dialog', { name: 'New secret for Checkout' }).waitFor()
    const { secretKey } = await shownPair(page)
    expect(secretKey).not.toBe(key.secret_key)
    expect(await sign(key.secret_key)).toMatchObject({ key: { secret_version: 1 } })
    expect(await sign(secretKey)).toMatchObject({ key: { secret_version: 2 } })
    await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
    await button(page, 'Done').click()

    await choose('Checkout', 'Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete Checkout' })
    const confirm = dialog.getByRole('button', { name: 'Delete key' })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('checkout')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('Checkout')
    await confirm.click()
    await heading(page, 'API Keys').waitFor()
    await page.getByText('No API Keys yet').waitFor()
    await expect(sign(secretKey)).rejects.toMatchObject({ code: 'key-revoked' })
    await page.getByRole('checkbox', { name: 'Show deleted keys' }).check()
    await page.getByRole('row').filter({ hasText: 'Checkout' }).getByText('Deleted').waitFor()
    expect(page.url()).toContain('deleted=show')
  })
})

describe('Transaction Logs', () => {
  test('are filtered by the URL, and a row shows request and response with the secrets redacted', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const client = new Countersign({
      baseUrl: world.url,
      publicKey: key.public_key,
      secretKey: key.secret_key,
    })
    await client.me()
    const headers = { 'X-Api-Token': 'a token that nobody may read' }
    await client.request('GET', '/v1/currencies', { headers })
    await expect(client.request('GET', '/v1/api-keys')).rejects.toMatchObject({ code: 'scope-missing' })

    await page.goto('/')
    await menu(page, 'Transaction Logs').click()
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(3)
    const query = page.getByRole('combobox', { name: 'Search requests' })
    await query.fill('currenc')
    await query.press('Enter')
    await expect.poll(() => page.url()).toContain('path_contains=currenc')
    await expect.poll(() => rows.count()).toBe(1)
    await button(page, 'Clear all').click()
    await query.fill('status:4xx')
    await query.press('Enter')
    await expect.poll(() => page.url()).toContain('status_class=4xx')
    await expect.poll(() => rows.count()).toBe(1)
    await page.reload()
    await rows.getByText('scope-missing').waitFor()
    expect(await rows.count()).toBe(1)

    await page.goto(`/transaction-logs?api_key_id=${key.id}&path_contains=%2Fv1%2Fcurrencies`)
    await rows.getByRole('link').click()
    await page.getByRole('heading', { level: 2, name: /GET \/v1\/currencies/ }).waitFor()
    await link(page, 'Open as a page').click()
    await heading(page, /GET \/v1\/currencies/).waitFor()
    await settled(page)
    const detail = await page.getByRole('main').innerText()
    expect(detail).toMatch(/^signature-input: sig1=/im)
    expect(detail).toMatch(/^x-api-token: redacted/im)
    expect(detail).not.toContain('nobody may read')
    expect(detail).toMatch(/"code": ?"AED"/)
    expect(detail).toContain('Secret version 1, the newest')
    await link(page, 'Transaction Logs').last().click()
    await expect.poll(() => page.url()).toContain('path_contains')
  })

  test('of a refused signature mark the first byte in which the text that was signed differs', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const { secret_key: secretKey } = await person.createKey()
    const client = new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey })
    await expect(client.me()).rejects.toMatchObject({ code: 'signature-invalid' })
    await page.goto('/transaction-logs')
    await page.locator('tbody').getByRole('link').click()
    const base = await page.locator('pre[aria-label="Signature base that the server computed"]').innerText()
    const own = page.getByLabel('The text that your code signs')
    await own.fill(base)
    await note(page, 'Both texts are the same, byte for byte.').waitFor()
    await own.fill(base.replace('/v1/me', '/v1/Me'))
    await note(page, `The first byte that differs is number ${base.indexOf('/me') + 2}`).waitFor()
    expect(await page.locator('mark').allInnerTexts()).toEqual(['m', 'M'])
  })

  test('of another workspace are not to be found', async () => {
    const other = await signUpPerson(world.url)
    const key = await other.createKey()
    await new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey: key.secret_key }).me()
    const { page } = await world.member()
    await page.goto('/transaction-logs')
    await page.getByText('No requests in Test Mode yet').waitFor()
    await page.goto(`/api-keys/${key.id}`)
    await page.getByText('This key is not here').waitFor()
    expect(await page.content()).not.toContain(key.public_key)
  })
})

/** The lines of the .env file that the page hands out. */
async function downloadedEnvironment(page: Page): Promise<string[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download as .env').click(),
  ])
  expect(download.suggestedFilename()).toMatch(/\.env$/)
  return (await readFile(await download.path(), 'utf8')).split('\n')
}

/** The last second of that day in New York: the day in words, and the moment in UTC. */
function newYorkDayAfter(days: number): { day: string; utc: string } {
  const zone = { timeZone: 'America/New_York' }
  const [year, month, date] = new Intl.DateTimeFormat('en-CA', zone).format(new Date()).split('-').map(Number)
  const noon = new Date(Date.UTC(year!, month! - 1, date! + days, 17))
  const day = new Intl.DateTimeFormat('en-GB', { ...zone, dateStyle: 'medium' }).format(noon)
  const offset = new Intl.DateTimeFormat('en', { ...zone, timeZoneName: 'longOffset' })
    .formatToParts(noon)
    .find(({ type }) => type === 'timeZoneName')!.value
  const hoursBehind = Number(offset.slice(4, 6))
  const end = new Date(Date.UTC(year!, month! - 1, date! + days, 23 + hoursBehind, 59, 59))
  return { day, utc: end.toISOString().replace('T', ' ').slice(0, 19) }
}
