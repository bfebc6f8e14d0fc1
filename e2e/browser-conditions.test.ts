import { setTimeout as delay } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Person } from '../scripts/tour/person.ts'
import { button, fill, heading, menu, note, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()
const SLOW_MS = 600
const TAB_PRESSES_MAX = 60

type Key = { id: string; name: string; enabled: boolean; status: string }

const keysOf = async (person: Person): Promise<Key[]> =>
  (await person.call<{ data: Key[] }>('GET', '/v1/api-keys')).data

/** Every answer of the API comes late. */
async function slowDown(page: Page): Promise<void> {
  await page.route('**/v1/**', async (route) => {
    await delay(SLOW_MS)
    // The page may have lost interest, or be gone.
    await route.continue().catch(() => undefined)
  })
}

/** What the page sends that changes something. */
function changesOf(page: Page): string[] {
  const sent: string[] = []
  page.on('request', (request) => {
    if (!['GET', 'HEAD'].includes(request.method()))
      sent.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return sent
}

/** How what has the focus is called, near enough to what a screen reader says. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText
    return (label ?? element.textContent ?? '').trim()
  })

/** Opens the form of a key from its row. */
async function editInList(page: Page, name: string): Promise<Locator> {
  await page.goto('/api-keys')
  await button(page, `Actions for ${name}`).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  return page.getByRole('dialog')
}

/** Adds a webhook through the API. */
const addWebhook = (person: Person, description = 'Orders') =>
  person.call<{ id: string }>('POST', '/v1/webhook-endpoints', {
    url: 'http://127.0.0.1:59999/webhooks',
    event_types: ['*'],
    description,
  })

describe('two people at once', () => {
  test('a key that the other deletes while its form is open is refused in words, and what was typed stays', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const dialog = await editInList(page, key.name)
    await dialog.getByLabel('Name').fill('A name that took a while')
    await person.call('DELETE', `/v1/api-keys/${key.id}`)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.getByRole('alert').innerText()).toMatch(/deleted|revoked/i)
    expect(await dialog.getByLabel('Name').inputValue()).toBe('A name that took a while')
  })

  test('a key that one renames and the other switches off is renamed and off', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const dialog = await editInList(page, key.name)
    await dialog.getByLabel('Name').fill('Renamed meanwhile')
    await person.call('PATCH', `/v1/api-keys/${key.id}`, { enabled: false })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await keysOf(person)).toMatchObject([{ name: 'Renamed meanwhile', enabled: false }])
  })

  test('a webhook that both edit keeps what each of them changed', async () => {
    const { page, person } = await world.member()
    const { id } = await addWebhook(person)
    await page.goto(`/webhooks/${id}`)
    await button(page, 'Edit').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Endpoint URL').fill('http://127.0.0.1:59998/new-address')
    await person.call('PATCH', `/v1/webhook-endpoints/${id}`, { description: 'Changed by the other' })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await person.call('GET', `/v1/webhook-endpoints/${id}`)).toMatchObject({
      url: 'http://127.0.0.1:59998/new-address',
      description: 'Changed by the other',
    })
  })

  test('a webhook that the other deletes stays readable, says that it is gone, and the form under hands is kept', async () => {
    const { page, person } = await world.member()
    const { id } = await addWebhook(person)
    await page.goto(`/webhooks/${id}`)
    await button(page, 'Edit').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Endpoint URL').fill('http://127.0.0.1:59998/typed')
    await person.call('DELETE', `/v1/webhook-endpoints/${id}`)
    // The page looks every five seconds.
    await page.getByText('This webhook is not there any more').waitFor()
    expect(await dialog.getByLabel('Endpoint URL').inputValue()).toBe('http://127.0.0.1:59998/typed')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').waitFor()
  })
})

describe('on a slow network', () => {
  test('a list holds its place until its rows are there', async () => {
    const { page, person } = await world.member()
    await addWebhook(person)
    await slowDown(page)
    await page.goto('/webhooks')
    const skeleton = page.getByRole('status', { name: 'Loading' })
    await skeleton.first().waitFor()
    await page.getByText('127.0.0.1:59999').first().waitFor()
    expect(await skeleton.count()).toBe(0)
  })

  test('the list of currencies, when it comes, writes over nothing that was typed', async () => {
    const { page } = await world.member()
    await slowDown(page)
    await page.goto('/transactions/new')
    const currency = page.getByRole('combobox', { name: 'Currency' })
    await currency.waitFor()
    expect(await currency.isEditable()).toBe(false)
    await page.getByText('Up to 2 decimals.').waitFor()
    await currency.fill('EUR')
    expect(await currency.inputValue()).toBe('EUR')
    await page.getByRole('option', { name: /^EUR / }).click()
    expect(await currency.inputValue()).toMatch(/^EUR · /)
  })

  test('a second press on the button of a form makes no second key, webhook or transaction', async () => {
    const { page, person } = await world.member()
    const sent = changesOf(page)
    await page.goto('/api-keys/new')
    await slowDown(page)
    await button(page, 'Next').dblclick()
    await page.getByTestId('secret-key').waitFor()
    expect(await keysOf(person)).toHaveLength(1)
    await page.getByRole('checkbox', { name: /^I have stored/ }).check()

    await page.goto('/webhooks/new')
    await fill(page, { 'Endpoint URL': 'http://127.0.0.1:59999/webhooks' })
    await button(page, 'Save').dblclick()
    await page.getByTestId('webhook-secret').waitFor()
    await page.getByRole('checkbox', { name: /^I have stored/ }).check()

    await page.goto('/transactions/new')
    await button(page, 'Create transaction').dblclick()
    await page.waitForURL(/\/transactions\/txn_/)
    expect(sent).toEqual(['POST /v1/api-keys', 'POST /v1/webhook-endpoints', 'POST /v1/transactions'])
  })

  test('the late answer to an older search does not replace the newer one', async () => {
    const { page, person } = await world.member()
    for (const name of ['Till North', 'Till South'])
      await person.call('POST', '/v1/api-keys', {
        mode: 'test',
        currency_type: 'fiat',
        expires_at: null,
        name,
      })
    await page.goto('/api-keys')
    await settled(page)
    let late: Promise<void> | undefined
    await page.route(/\/v1\/api-keys\?.*search=till&/i, async (route) => {
      late = delay(2 * SLOW_MS)
      await late
      await route.continue().catch(() => undefined)
    })
    const field = page.getByLabel('Name or Public Key')
    await field.fill('till')
    await expect.poll(() => late !== undefined).toBe(true)
    await field.fill('till south')
    const rows = page.locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(1)
    await late
    await delay(SLOW_MS)
    expect(await rows.count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('search')).toBe('till south')
  })

  test('without an answer a form says so and keeps what was typed; the next press goes through', async () => {
    const { page, person, faults } = await world.member()
    await page.goto('/api-keys/new')
    await fill(page, { 'Name (optional)': 'On a train' })
    await page.route('**/v1/api-keys', (route) => route.abort('connectionreset'))
    await button(page, 'Next').click()
    await note(page, 'The server did not answer').waitFor()
    expect(faults.splice(0)).toEqual([expect.stringContaining('ERR_CONNECTION_RESET')])
    await page.unroute('**/v1/api-keys')
    await button(page, 'Next').click()
    await heading(page, 'On a train').waitFor()
    expect(await keysOf(person)).toHaveLength(1)
    await page.getByRole('checkbox', { name: /^I have stored/ }).check()
  })
})

describe('with the keyboard alone', () => {
  test('a key is created: mode, expiry, currency type, Next, the pair, stored, done', async () => {
    const { page, person } = await world.member()
    await page.goto('/api-keys')
    await settled(page)
    /** Presses Tab until what has the focus is called so. */
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < TAB_PRESSES_MAX; presses += 1) {
        if (name.test(await focusedName(page))) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`Tab does not reach ${name}`)
    }
    await tabTo(/^Create API Key$/)
    await page.keyboard.press('Enter')
    await heading(page, 'Create API Key').waitFor()
    await tabTo(/^Test Mode/)
    await tabTo(/^Never Expire/)
    await page.keyboard.press('Space')
    await tabTo(/^90 days$/)
    await page.keyboard.press('Enter')
    await tabTo(/^Fiat/)
    await page.keyboard.press('ArrowDown')
    expect(await page.getByRole('radio', { name: /^Crypto/ }).isChecked()).toBe(true)
    await tabTo(/^Name \(optional\)/)
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Enter')
    await heading(page, 'By keyboard').waitFor()
    await tabTo(/^Copy Secret Key$/)
    await page.keyboard.press('Enter')
    const secret = await page.getByTestId('secret-key').innerText()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
    await tabTo(/^I have stored the secret key/)
    await page.keyboard.press('Space')
    await tabTo(/^Done$/)
    await page.keyboard.press('Enter')
    await heading(page, 'API Keys').waitFor()
    expect(await keysOf(person)).toMatchObject([{ name: 'By keyboard', currency_type: 'crypto' }])
  })
})

describe('the mode', () => {
  test('stays in view at the foot of a long page, in words, pattern and the title of the tab, in either mode', async () => {
    const { page } = await world.member({ viewport: { width: 390, height: 844 } })
    for (const [mode, says, other] of [
      ['test', 'Test Mode', 'Production Mode'],
      ['production', 'Production Mode', 'Test Mode'],
    ] as const) {
      await page.goto(`/transactions?mode=${mode}`)
      await settled(page)
      await page.evaluate(() => {
        document.querySelector('main')!.style.minHeight = '3000px'
        scrollTo(0, 3000)
      })
      const strip = page.locator(`.mode-strip[data-mode=${mode}]`)
      expect(await strip.innerText()).toContain(says)
      expect((await strip.boundingBox())!.y).toBe(0)
      const ground = await strip.evaluate((element) => getComputedStyle(element).backgroundImage)
      expect(/gradient/.test(ground)).toBe(mode === 'test')
      expect(await page.title()).toContain(says)
      expect(await page.title()).not.toContain(other)
    }
    // The links of the menu keep the mode that is shown.
    await page.setViewportSize({ width: 1280, height: 900 })
    await menu(page, 'Webhooks').click()
    await heading(page, 'Webhooks').waitFor()
    expect(new URL(page.url()).searchParams.get('mode')).toBe('production')
  })
})
