import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Person } from '../scripts/tour/person.ts'
import { listenForWebhooks } from '../scripts/tour/webhook-listener.ts'
import { accessibilityFaults, button, settled, sidewaysOverflow, useWorld } from './browser-helpers.ts'

const world = useWorld()
const LIVE_LIMIT_MS = 20_000

const rows = (page: Page) => page.locator('tbody tr[data-row]')
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)
const counts = (page: Page, many: string) => page.getByRole('region', { name: `${many} over time` })
const happen = (person: Person, type = 'transaction.completed') =>
  person.call<{ event_id: string }>('POST', '/v1/test/events', { event_type: type })

describe('Webhook Logs', () => {
  test('show each delivery as it happens and as it ends, without a look at the list again', async () => {
    const { page, person } = await world.member()
    const listener = await listenForWebhooks()
    const endpoint = { url: listener.url, event_types: ['transaction.completed'] }
    listener.trust((await person.call<{ secret: string }>('POST', '/v1/webhook-endpoints', endpoint)).secret)
    await happen(person)
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto('/webhook-logs?status=delivered')
    await expect.poll(() => rows(page).count(), { timeout: LIVE_LIMIT_MS }).toBe(1)
    await page.getByText('Live', { exact: true }).waitFor()
    for (let index = 0; index < 3; index += 1) await happen(person)
    await happen(person, 'transaction.failed')
    await expect.poll(() => rows(page).count(), { timeout: LIVE_LIMIT_MS }).toBe(4)
    expect(asked.filter((path) => path === '/v1/webhook-logs')).toHaveLength(1)

    // A word finds the type or the endpoint that it is a part of.
    await page.goto('/webhook-logs')
    await expect.poll(() => rows(page).count(), { timeout: LIVE_LIMIT_MS }).toBe(5)
    const query = page.getByRole('combobox', { name: 'Search deliveries' })
    await query.fill(new URL(listener.url).host)
    await page.keyboard.press('Enter')
    await expect.poll(() => search(page)['endpoint_id']).toMatch(/^ep_/)
    await query.fill('transaction.fai status:skipped')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows(page).count()).toBe(1)
    await rows(page).getByText('Skipped').waitFor()
    await listener.close()
  })

  test('are counted by what became of them, open beside the list, and leave as a file', async () => {
    const { page, person } = await world.member({ viewport: { width: 1440, height: 900 } })
    const listener = await listenForWebhooks()
    const endpoint = { url: listener.url, event_types: ['transaction.completed'] }
    listener.trust((await person.call<{ secret: string }>('POST', '/v1/webhook-endpoints', endpoint)).secret)
    for (const type of ['transaction.completed', 'transaction.completed', 'transaction.failed'])
      await happen(person, type)
    await page.goto('/webhook-logs')
    const chart = counts(page, 'Deliveries')
    await chart.getByText('delivered 2', { exact: true }).waitFor({ timeout: LIVE_LIMIT_MS })
    await settled(page)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await accessibilityFaults(page)).toEqual([])
    }
    await button(page, 'Show as table').click()
    // One row or two: between two deliveries a bucket may end.
    const cells = chart.getByRole('table').locator('td[data-label="delivered"]')
    await expect
      .poll(async () => (await cells.allInnerTexts()).reduce((sum, text) => sum + Number(text), 0))
      .toBe(2)
    expect(await accessibilityFaults(page)).toEqual([])
    await button(page, 'Show chart').click()
    await chart.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+End')
    await page.keyboard.press('Enter')
    await expect.poll(() => search(page)['created_before']).toBeDefined()
    await button(page, 'Whole time').click()

    await rows(page).filter({ hasText: 'Delivered' }).first().getByRole('link').click()
    const panel = page.getByRole('complementary', { name: 'The open delivery' })
    await panel.getByRole('button', { name: 'Fold "data"' }).click()
    await panel
      .getByText(/inside$/)
      .first()
      .waitFor()
    await panel.getByRole('button', { name: 'Resend' }).click()
    await panel.getByText('Attempt 2', { exact: true }).waitFor({ timeout: LIVE_LIMIT_MS })
    await page.keyboard.press('Escape')
    const file = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export deliveries as CSV' }).click()
    expect((await file).suggestedFilename()).toBe('webhook-logs.csv')
    expect((await file).url()).toContain('in_workspace=wks_')
    await listener.close()
  })
})

describe('Events', () => {
  test('come live and wait above while somebody reads further down; a phone shows them in two lines', async () => {
    const { page, person } = await world.member({ viewport: { width: 390, height: 844 } })
    for (let index = 0; index < 30; index += 1) await happen(person)
    await page.goto('/events')
    await page.getByText('Live', { exact: true }).waitFor({ timeout: LIVE_LIMIT_MS })
    await expect.poll(() => page.getByText(/in all$/).innerText()).toMatch(/3\d in all/)
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    expect(
      await counts(page, 'Events')
        .getByText(/^3\d events$/)
        .count(),
    ).toBe(1)
    await page.mouse.wheel(0, 3_000)
    const { event_id: id } = await happen(person, 'transaction.failed')
    await page.getByRole('button', { name: '1 new' }).click({ timeout: LIVE_LIMIT_MS })
    await page.locator(`tr[data-row="${id}"]`).waitFor()
    await page.locator(`tr[data-row="${id}"]`).getByRole('link').click()
    await page.getByRole('heading', { name: 'transaction.failed' }).waitFor()
  })
})
