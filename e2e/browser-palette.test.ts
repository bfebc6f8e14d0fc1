import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import {
  accessibilityFaults,
  button,
  heading,
  sidewaysOverflow,
  settled,
  useWorld,
} from './browser-helpers.ts'

const world = useWorld()
const field = (page: Page) => page.getByRole('combobox', { name: 'Search or go to' })
const option = (page: Page, name: string | RegExp) =>
  page.getByRole('listbox', { name: 'Found' }).getByRole('option', { name })
const palette = (page: Page) => page.getByRole('dialog', { name: 'Search or go to' })

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await field(page).waitFor()
}

describe('Command palette', () => {
  test('goes to pages and finds keys by name and Public Key, with the keyboard alone', async () => {
    const { page, person } = await world.member()
    const key = await person.call<{ id: string; public_key: string }>('POST', '/v1/api-keys', {
      mode: 'test',
      currency_type: 'fiat',
      expires_at: null,
      name: 'Till 100% North_1',
    })
    await page.goto('/')
    await settled(page)
    await openPalette(page)
    expect(await field(page).evaluate((input) => input === document.activeElement)).toBe(true)
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    const active = await field(page).getAttribute('aria-activedescendant')
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true')
    await field(page).fill('trans')
    await option(page, /^Transactions/).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await palette(page).waitFor({ state: 'detached' })
    await heading(page, /^Transaction/).waitFor()

    for (const text of ['100% north', key.public_key, key.public_key.slice(0, 12)]) {
      await openPalette(page)
      await field(page).fill(text)
      await option(page, /^Till 100% North_1/).waitFor()
      await page.keyboard.press('Escape')
      await palette(page).waitFor({ state: 'detached' })
    }
    await openPalette(page)
    await field(page).fill('till')
    await option(page, /^Till/).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/api-keys/${key.id}`)

    // A stranger's workspace has none of it.
    const stranger = await world.member()
    await stranger.page.goto('/')
    await settled(stranger.page)
    await openPalette(stranger.page)
    await field(stranger.page).fill('till')
    await option(stranger.page, /^Search the guides/).waitFor()
    expect(await option(stranger.page, /^Till/).count()).toBe(0)
    await field(stranger.page).fill(key.id)
    await option(stranger.page, /Not found in this workspace/).waitFor()
  })

  test('a pasted id of every kind opens its page; one that nobody has stays to be read', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const endpoint = await person.call<{ id: string }>('POST', '/v1/webhook-endpoints', {
      url: 'http://127.0.0.1:59999/webhooks',
      event_types: ['*'],
    })
    const transaction = await new Countersign({
      baseUrl: world.url,
      publicKey: key.public_key,
      secretKey: key.secret_key,
    }).transactions.create({ type: 'deposit', amount: '5.00', currency: 'USD' })
    const first = async (path: string) => {
      const read = () => person.call<{ data: { id: string }[] }>('GET', path)
      await expect.poll(async () => (await read()).data.length, { timeout: 20_000 }).toBeGreaterThan(0)
      return (await read()).data[0]!.id
    }
    const places = {
      [key.id]: `/api-keys/${key.id}`,
      [endpoint.id]: `/webhooks/${endpoint.id}`,
      [transaction.id]: `/transactions/${transaction.id}`,
      [await first('/v1/transaction-logs')]: '/transaction-logs/req_',
      [await first('/v1/accounts')]: '/balances/acc_',
      [await first('/v1/events')]: '/events/evt_',
      [await first('/v1/webhook-logs')]: '/webhook-logs/dlv_',
    }
    await page.goto('/')
    await settled(page)
    for (const [id, path] of Object.entries(places)) {
      await openPalette(page)
      await page.evaluate((text) => navigator.clipboard.writeText(text), ` ${id}\n`)
      await page.keyboard.press('Control+v')
      await page.waitForURL((url) => url.pathname.startsWith(path))
      await palette(page).waitFor({ state: 'detached' })
    }
    await openPalette(page)
    const unknown = `req_${'0'.repeat(26)}`
    await page.evaluate((text) => navigator.clipboard.writeText(text), unknown)
    await page.keyboard.press('Control+v')
    await option(page, /^Request req_0+ ?Not found in this workspace/).waitFor()
    expect(await field(page).inputValue()).toBe(unknown)
  })

  test('acts: theme, the mode’s lock, a search of the guides in a tab of its own', async () => {
    const { page, context } = await world.member({ colorScheme: 'light' })
    await page.goto('/')
    await settled(page)
    await openPalette(page)
    await field(page).fill('dark')
    await option(page, 'Dark theme').click()
    await expect
      .poll(() => page.locator('html').getAttribute('data-mantine-color-scheme'), { timeout: 5_000 })
      .toBe('dark')
    await openPalette(page)
    expect(await accessibilityFaults(page)).toEqual([])
    await field(page).fill('switch mode')
    await option(page, 'What opens Production Mode').click()
    await heading(page, 'Activation').waitFor()

    await openPalette(page)
    await field(page).fill('overlap')
    const opened = context.waitForEvent('page')
    await option(page, /^Search the guides for “overlap”/).click()
    const guides = await opened
    await guides.getByRole('option').filter({ hasText: /Rotat/ }).first().waitFor()
  })

  test('g and a letter go to a page, ? shows them all; not while somebody types', async () => {
    const { page } = await world.member()
    await page.goto('/')
    await settled(page)
    // Once the palette has been open the shortcuts are there: they come after the first paint.
    await openPalette(page)
    await page.keyboard.press('Escape')
    await palette(page).waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByText('Webhook Logs').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('w')
    await heading(page, 'Webhooks').waitFor()
    await page.goto('/webhooks/new')
    await page.getByLabel('Endpoint URL').click()
    await page.keyboard.type('https://gk.example/?g')
    expect(await page.getByLabel('Endpoint URL').inputValue()).toBe('https://gk.example/?g')
    await heading(page, 'Add Webhook').waitFor()
    expect(await sheet.count()).toBe(0)
  })

  test('on a phone it opens from the top bar and from the menu, and ends with a button', async () => {
    const { page } = await world.member({ viewport: { width: 390, height: 844 } })
    await page.goto('/')
    await settled(page)
    await button(page, 'Search or go to').first().click()
    await field(page).fill('reports')
    await option(page, /^Reports/).waitFor()
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    expect(await accessibilityFaults(page)).toEqual([])
    await button(page, 'Close').click()
    await palette(page).waitFor({ state: 'detached' })
    await button(page, 'Open the menu').click()
    await page
      .getByRole('dialog', { name: 'Menu' })
      .getByRole('button', { name: /^Search or go to/ })
      .click()
    await field(page).waitFor()
    await field(page).fill('api keys')
    await option(page, /^API Keys/).click()
    await heading(page, 'API Keys').waitFor()
  })
})

describe('Home', () => {
  test('shows keys that expire soon; the first steps tick themselves and stay hidden once hidden', async () => {
    const { page, person } = await world.member()
    await page.goto('/')
    const steps = page.getByRole('region', { name: 'First steps' })
    await steps.getByText('0 of 4 done').waitFor()
    expect(await page.getByRole('region', { name: 'Needs attention' }).count()).toBe(0)
    for (const [name, days] of [
      ['Later', 6],
      ['Sooner', 2],
      ['Far away', 300],
    ] as const) {
      const expires_at = new Date(Date.now() + days * 86_400_000).toISOString()
      await person.call('POST', '/v1/api-keys', { mode: 'test', currency_type: 'fiat', name, expires_at })
    }
    await page.reload()
    await steps.getByText('1 of 4 done').waitFor()
    const rows = page.getByRole('region', { name: 'Needs attention' }).getByRole('link')
    await rows.first().waitFor()
    const texts = await rows.allInnerTexts()
    expect(texts).toHaveLength(2)
    expect(texts[0]).toContain('Sooner')
    expect(texts[1]).toContain('Later')
    expect(await accessibilityFaults(page)).toEqual([])

    await button(page, 'Hide the first steps').click()
    await page.reload()
    await settled(page)
    expect(await steps.count()).toBe(0)
    await button(page, 'Show the first steps').click()
    await steps.getByRole('link', { name: 'Set up' }).click()
    await heading(page, /factor/i).waitFor()
  })

  test('shows a webhook that fails, until it is off', async () => {
    const { page, person } = await world.member()
    const endpoint = await person.call<{ id: string }>('POST', '/v1/webhook-endpoints', {
      url: 'http://127.0.0.1:59999/webhooks',
      event_types: ['*'],
    })
    await person.call('POST', `/v1/webhook-endpoints/${endpoint.id}/ping`, {})
    const read = () =>
      person.call<{ failing_since: string | null }>('GET', `/v1/webhook-endpoints/${endpoint.id}`)
    await expect.poll(async () => (await read()).failing_since, { timeout: 20_000 }).not.toBeNull()
    await page.goto('/')
    const attention = page.getByRole('region', { name: 'Needs attention' })
    await attention.getByRole('link', { name: /Failing.*59999/ }).waitFor()
    await person.call('PATCH', `/v1/webhook-endpoints/${endpoint.id}`, { enabled: false })
    await page.reload()
    await settled(page)
    expect(await attention.count()).toBe(0)
  })
})
