import pg from 'pg'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { findEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { Countersign } from '../packages/sdk/src/index.ts'
import type { Person } from '../scripts/tour/person.ts'
import {
  accessibilityFaults,
  button,
  heading,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const world = useWorld()

type Key = { id: string; name: string; public_key: string; secret_key: string }
type Shown = { scopes: string[]; ip_allowlist: string[]; name: string; last_used_at: string | null }

const signer = (key: Key, secretKey = key.secret_key) =>
  new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey })
const shown = (person: Person, key: Key) => person.call<Shown>('GET', `/v1/api-keys/${key.id}`)

/** Waits until what the key was used for is on record, callers too. */
async function written(person: Person, key: Key): Promise<void> {
  const callers = () => person.call<{ data: object[] }>('GET', `/v1/api-keys/${key.id}/callers`)
  await expect.poll(async () => (await callers()).data.length, { timeout: 20_000 }).toBe(1)
}

async function assertFit(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await accessibilityFaults(page)).toEqual([])
  }
  expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
}

test('rotating and deleting tell who and what stops, and a rotation is rolled back', async () => {
  const { page, person } = await world.member()
  const key = await person.createKey()
  await signer(key).me()
  await signer(key).currencies.list()
  await written(person, key)
  await page.goto(`/api-keys/${key.id}`)
  await settled(page)
  await button(page, 'Rotate').click()
  const rotation = page.getByRole('dialog')
  await rotation.getByText(/^1 caller used this secret in the last 24 hours, the last /).waitFor()
  await rotation.getByText('127.0.0.1', { exact: true }).waitFor()
  for (const route of ['GET /v1/me', 'GET /v1/currencies'])
    await rotation.getByText(route, { exact: true }).waitFor()
  await assertFit(page)
  await page.getByRole('radio', { name: '1 hour' }).check()
  await button(page, 'Rotate key').click()
  const renewed = await page.getByTestId('secret-key').innerText()
  await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
  await button(page, 'Done').click()
  expect(await signer(key, renewed).me()).toMatchObject({ key: { secret_version: 2 } })

  await button(page, 'Roll back the rotation').click()
  await page.getByRole('dialog').getByText('The old secret becomes the newest again').waitFor()
  await assertFit(page)
  await button(page, 'Roll back').click()
  await page.getByText(/is the newest again\.$/).waitFor()
  expect(await signer(key).me()).toMatchObject({ key: { secret_version: 3 } })
  await expect(signer(key, renewed).me()).rejects.toMatchObject({ code: 'signature-invalid' })
  await button(page, 'Roll back the rotation').waitFor({ state: 'detached' })

  await button(page, 'Delete').click()
  await page
    .getByRole('dialog')
    .getByText(/used this key in the last 24 hours/)
    .waitFor()
  await assertFit(page)
  await button(page, 'Keep the key').click()
})

test('shows in the list and on its page how much it was used, with one question for a whole list', async () => {
  const { page, person } = await world.member()
  const key = await person.createKey()
  await person.createKey()
  for (const path of ['/v1/me', '/v1/currencies']) await signer(key).request('GET', path)
  await expect(signer(key).request('GET', '/v1/api-keys')).rejects.toMatchObject({ code: 'scope-missing' })
  await written(person, key)
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('/v1/usage/') && asked.push(request.url()))
  await page.goto('/api-keys')
  const bars = page.getByRole('img', { name: '3 requests in 7 days, 1 refused.' })
  await bars.waitFor({ timeout: 60_000 })
  await page.getByRole('img', { name: '0 requests in 7 days.' }).waitFor()
  expect(new Set(asked).size).toBe(1)
  await assertFit(page)
  const frame = page.locator('.table-frame')
  expect(await frame.evaluate((one) => one.scrollWidth - one.clientWidth)).toBeLessThanOrEqual(0)
  await page.getByText('30 days', { exact: true }).click()
  await page.getByRole('img', { name: '3 requests in 30 days, 1 refused.' }).waitFor()
  expect(page.url()).toContain('use=30d')

  await page.goto(`/api-keys/${key.id}`)
  const use = page.getByRole('region', { name: 'Use' })
  await use.getByText('3 requests in 7 days, 1 refused.').waitFor()
  await use.getByText('Figures').click()
  await use.getByRole('table', { name: 'Requests in 7 days' }).waitFor()
  await assertFit(page)
  const slider = use.getByRole('slider', { name: 'Requests over time, point' })
  await slider.focus()
  await page.keyboard.press('End')
  expect(await slider.getAttribute('aria-valuetext')).toMatch(
    /Accepted: 2, Refused \(4xx\): 1, Failed \(5xx\): 0$/,
  )
  await page.keyboard.press('Enter')
  await heading(page, 'Transaction Logs').waitFor()
  await page.getByText('/v1/currencies').first().waitFor()
  expect(page.url()).toContain(`api_key_id=${key.id}`)
})

test.each([1280, 390])('is edited where it stands, after a try against the logs, %i wide', async (width) => {
  const { page, person } = await world.member({ viewport: { width, height: 900 } })
  const key = await person.createKey()
  await signer(key).balances.list()
  await signer(key).me()
  await written(person, key)
  await page.goto(`/api-keys/${key.id}`)
  await settled(page)

  await button(page, 'Edit Name').click()
  await page.getByLabel('Name', { exact: true }).fill('Till')
  await page.keyboard.press('Escape')
  expect(await button(page, 'Edit Name').evaluate((one) => one === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(key.name)
  await page.getByLabel('Name', { exact: true }).fill('Till')
  await page.keyboard.press('Enter')
  await heading(page, /^Till/).waitFor()

  await button(page, 'Edit Scopes').click()
  expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('checkbox')
  await page.getByLabel('Read balances', { exact: true }).uncheck()
  await note(page, 'Of 2 requests of the last 30 days, 1 would have been refused:').waitFor()
  const refused = page.getByRole('table', { name: 'Requests that would have been refused' })
  await refused.getByText('GET /v1/balances').waitFor()
  await refused.getByText('Lacks balances:read').waitFor()
  await assertFit(page)
  await page.getByLabel('Read balances', { exact: true }).check()
  await page.getByLabel('Read events', { exact: true }).uncheck()
  await note(page, 'Of 2 requests of the last 30 days, none would have been refused.').waitFor()
  await button(page, 'Save').click()
  await button(page, 'Edit Scopes').waitFor()
  expect((await shown(person, key)).scopes).not.toContain('events:read')

  await button(page, 'Edit IP allowlist').click()
  const ranges = page.getByRole('textbox', { name: 'IP allowlist' })
  await ranges.fill('198.51.100.0/24')
  await refused.getByText('Address not allowed').first().waitFor()
  await ranges.fill('not an address')
  await button(page, 'Save').click()
  await page.getByText(/^Line 1: must be an IPv4 or IPv6 range/).waitFor()
  await ranges.fill('127.0.0.1')
  await note(page, 'none would have been refused.').waitFor()
  await button(page, 'Save').click()
  await button(page, 'Edit IP allowlist').waitFor()
  expect((await shown(person, key)).ip_allowlist).toEqual(['127.0.0.1/32'])

  await button(page, 'Edit Requests').click()
  await page.getByRole('switch', { name: 'Enabled' }).click({ force: true })
  await note(page, 'Of 2 requests of the last 30 days, 2 would have been refused:').waitFor()
  await button(page, 'Save').click()
  await page.getByText('Refused with key-disabled until it is enabled').waitFor()
  await expect(signer(key).me()).rejects.toMatchObject({ code: 'key-disabled' })
})

test('is tightened to what it used, with one click and nothing refused', async () => {
  const { page, person } = await world.member()
  const key = await person.createKey()
  for (let count = 0; count < 100; count += 1) await signer(key).balances.list()
  await written(person, key)
  await page.goto(`/api-keys/${key.id}`)
  await page.getByText(/Suggestions begin with 100 requests over a week/).waitFor()

  await makeOlder(key, 8)
  await page.reload()
  const tighten = page.getByRole('region', { name: 'Tighten this key' })
  await tighten.getByText(/^In the last 30 days it used 1 of \d+ scopes, from 1 address\./).waitFor()
  await tighten.getByLabel(/^Drop the \d+ scopes that it never used/).waitFor()
  await note(page, 'Of 100 requests of the last 30 days, none would have been refused.').waitFor()
  await assertFit(page)
  await tighten.getByRole('button', { name: 'Apply' }).click()
  await tighten.getByText('It uses every scope that it holds.').waitFor()
  expect(await shown(person, key)).toMatchObject({
    scopes: ['balances:read'],
    ip_allowlist: ['127.0.0.1/32'],
  })
  await signer(key).balances.list()
  await expect(signer(key).request('GET', '/v1/events')).rejects.toMatchObject({ code: 'scope-missing' })
})

/** As if the key had begun to work so many days ago. */
async function makeOlder({ id }: Key, days: number): Promise<void> {
  const postgres = await findEmbeddedPostgres(world.dataDir)
  const client = new pg.Client({ connectionString: postgres!.databaseUrl('countersign') })
  await client.connect()
  try {
    await client.query(
      'update transaction_log_series set first_day = first_day - $2::integer where api_key_id = $1',
      [id, days],
    )
  } finally {
    await client.end()
  }
}
