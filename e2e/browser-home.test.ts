import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Countersign, ProblemError } from '../packages/sdk/src/index.ts'
import { listenForWebhooks } from '../scripts/tour/webhook-listener.ts'
import type { Person } from '../scripts/tour/person.ts'
import {
  accessibilityFaults,
  button,
  heading,
  link,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const world = useWorld()
const ACCEPTED = 7
const REFUSED = 3

const chart = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
const plot = (page: Page, title: string) => page.getByRole('slider', { name: `${title}, point` })

/** Requests that are accepted and refused, and an event for each of two endpoints: one that hears and one that is dead. */
async function haveTraffic(person: Person): Promise<{ close(): Promise<void> }> {
  const listener = await listenForWebhooks()
  for (const url of ['http://127.0.0.1:59998/dead', listener.url]) {
    const endpoint = { url, event_types: ['api_key.created'] }
    listener.trust((await person.call<{ secret: string }>('POST', '/v1/webhook-endpoints', endpoint)).secret)
  }
  const { public_key: publicKey, secret_key: secretKey } = await person.createKey()
  const client = new Countersign({ baseUrl: world.url, publicKey, secretKey, receipts: false })
  for (let index = 0; index < ACCEPTED; index += 1) await client.me()
  for (let index = 0; index < REFUSED; index += 1)
    await client.accounts
      .get('acc_none')
      .catch((error: unknown) => expect(error).toBeInstanceOf(ProblemError))
  await expect
    .poll(
      async () => {
        const { totals } = await person.call<{
          totals: { requests: { total: number }; webhook_attempts: { total: number; delivered: number } }
        }>('GET', '/v1/usage')
        const { requests, webhook_attempts: attempts } = totals
        return requests.total === ACCEPTED + REFUSED && attempts.delivered === 1 && attempts.total > 1
      },
      { timeout: 30_000 },
    )
    .toBe(true)
  return listener
}

/** Where a point of a chart lies in the window; the last one is now. */
async function lastPoint(slider: Locator): Promise<{ x: number; y: number }> {
  const box = (await slider.boundingBox())!
  return { x: box.x + box.width - 12, y: box.y + box.height / 2 }
}

describe('Home over time', () => {
  test('a new workspace reads what will be here and how to begin', async () => {
    const { page } = await world.member()
    await page.goto('/')
    await page.getByRole('heading', { name: 'No requests in Test Mode yet' }).waitFor()
    expect(await page.getByRole('slider').count()).toBe(0)
    await page.getByRole('region', { name: 'First steps' }).waitFor()
    expect(await link(page, 'Create API Key').count()).toBeGreaterThan(0)
  })

  test('shows what was sent, opens the rows behind a point, zooms into a part and back, in both themes', async () => {
    const { page, person } = await world.member({ viewport: { width: 1440, height: 1100 } })
    const listener = await haveTraffic(person)
    await page.goto('/?range=1h')
    await settled(page)
    expect(
      await chart(page, 'Requests')
        .getByRole('banner')
        .or(chart(page, 'Requests').locator('header'))
        .innerText(),
    ).toMatch(/10/)
    await chart(page, 'Error rate').getByText('30 %').first().waitFor()
    await chart(page, 'Webhook attempts')
      .getByText(/% delivered$/)
      .waitFor()
    expect(await accessibilityFaults(page)).toEqual([])

    // A drag over the end of the chart is a part of the time, in the address as well.
    const { x, y } = await lastPoint(plot(page, 'Requests'))
    await page.mouse.move(x - 300, y)
    await page.mouse.down()
    await page.mouse.move(x - 100, y, { steps: 4 })
    await page.mouse.move(x + 10, y, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/from=.*to=/)
    await button(page, 'Zoom out').waitFor()
    await chart(page, 'Requests').locator('header').getByText('10').waitFor()
    await page.reload()
    await button(page, 'Zoom out').waitFor()
    await page.goBack()
    await button(page, 'Zoom out').waitFor({ state: 'detached' })

    // By the keyboard to the point of the requests; what it holds is read out, and Enter opens its rows.
    const slider = plot(page, 'Requests')
    await slider.focus()
    await page.keyboard.press('End')
    for (let step = 0; step < 8; step += 1) {
      if (/2xx: [1-9]/.test((await slider.getAttribute('aria-valuetext')) ?? '')) break
      await page.keyboard.press('ArrowLeft')
    }
    const spoken = (await slider.getAttribute('aria-valuetext'))!
    const shown = Number(/2xx: (\d+)/.exec(spoken)![1]) + Number(/4xx: (\d+)/.exec(spoken)![1])
    await page.keyboard.press('Enter')
    await heading(page, 'Transaction Logs').waitFor()
    expect(page.url()).toMatch(/created_after=.*created_before=/)
    const { searchParams } = new URL(page.url())
    const { data } = await person.call<{ data: unknown[] }>(
      'GET',
      `/v1/transaction-logs?created_after=${searchParams.get('created_after')}&created_before=${searchParams.get('created_before')}`,
    )
    expect(data).toHaveLength(shown)

    // A press on the refused part of a bar leads to these alone.
    await page.goBack()
    await settled(page)
    await button(page, 'Show as table').click()
    const rows = page.getByRole('table', { name: /over time/ }).locator('tbody tr')
    expect(
      (await rows.locator('td[data-label="Requests"]').allInnerTexts()).reduce(
        (sum, text) => sum + Number(text),
        0,
      ),
    ).toBe(10)
    expect(page.url()).toContain('figures=table')
    expect(await accessibilityFaults(page)).toEqual([])
    await button(page, 'Show charts').click()
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.evaluate(() => document.documentElement.setAttribute('data-mantine-color-scheme', 'dark'))
    await chart(page, 'Latency').getByText(/^p95 /).first().waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await listener.close()
  })

  test('a press on a part of a bar opens its class, and a phone has it all in one column', async () => {
    const { page, person } = await world.member({ viewport: { width: 390, height: 844 }, hasTouch: true })
    const listener = await haveTraffic(person)
    await page.goto('/?range=1h')
    await settled(page)
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    const slider = plot(page, 'Requests')
    await slider.scrollIntoViewIfNeeded()
    const bars = slider.locator('svg > rect')
    const box = (await bars.last().boundingBox())!
    const refused = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    // The first tap shows the figures, the second opens what is behind them.
    await page.touchscreen.tap(refused.x, refused.y)
    await page.locator('.chart-readout').waitFor()
    expect(page.url()).not.toContain('transaction-logs')
    await page.touchscreen.tap(refused.x, refused.y)
    await heading(page, 'Transaction Logs').waitFor()
    expect(page.url()).toContain('status_class=4xx')
    await listener.close()
  })
})
