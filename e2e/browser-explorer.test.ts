import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { findEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import type { Person } from '../scripts/tour/person.ts'
import {
  accessibilityFaults,
  button,
  heading,
  link,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const run = promisify(execFile)
const world = useWorld()
// A hundred pages, one after the other: half a minute on a busy machine.
const TEN_THOUSAND_LIMIT_MS = 240_000

const query = (page: Page) => page.getByRole('combobox', { name: 'Search requests' })
const panel = (page: Page) => page.getByRole('complementary', { name: 'The open request' })
const rows = (page: Page) => page.locator('tbody tr[data-row]')
const chips = (page: Page) => page.locator('.query-chip')
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

async function customerOf(person: Person) {
  const key = await person.createKey()
  const options = { baseUrl: world.url, publicKey: key.public_key, receipts: false as const }
  return { key, client: new Countersign({ ...options, secretKey: key.secret_key }) }
}

/** The ids of the rows on the page, from the top. */
const ids = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((found) => found.map((row) => row.getAttribute('data-row') ?? ''))

const isFocused = (element: Locator) => element.evaluate((node) => node === document.activeElement)

describe('Transaction Logs', () => {
  test('are searched, opened, walked and closed with the keyboard alone; the address brings all of it back', async () => {
    const { page, person } = await world.member()
    const { client } = await customerOf(person)
    for (const currency of ['USD', 'EUR'])
      await client.transactions.create({ type: 'deposit', amount: '10.00', currency })
    await client.me()
    await expect(client.request('GET', '/v1/api-keys')).rejects.toMatchObject({ code: 'scope-missing' })
    await page.goto('/transaction-logs')
    await expect.poll(() => rows(page).count(), { timeout: 20_000 }).toBe(4)

    await page.locator('body').press('/')
    expect(await isFocused(query(page))).toBe(true)
    await page.keyboard.type('meth')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await query(page).inputValue()).toBe('method:')
    await page.keyboard.type('post status:2xx /v1/transactions colour:red')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows(page).count()).toBe(2)
    expect(search(page)).toEqual({ method: 'POST', status_class: '2xx', path_contains: '/v1/transactions' })
    expect(await chips(page).allInnerTexts()).toEqual(['Status 2xx', 'Method POST', 'Path /v1/transactions'])
    await page.getByText('“colour” is no filter here.', { exact: false }).waitFor()
    expect(await query(page).inputValue()).toBe('colour:red')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Backspace')
    await expect.poll(() => search(page)['path_contains']).toBeUndefined()

    // From the list into the row, to the next one, back to the list.
    const [newest, older] = await ids(page)
    await rows(page).first().getByRole('link').focus()
    await page.keyboard.press('Enter')
    await panel(page)
      .getByRole('heading', { name: /^POST \/v1\/transactions/ })
      .waitFor()
    expect(search(page)['open']).toBe(newest)
    await page.keyboard.press('j')
    await expect.poll(() => search(page)['open']).toBe(older)
    await panel(page).getByText(older!).first().waitFor()
    await page.reload()
    await panel(page).getByText(older!).first().waitFor()
    expect(await chips(page).allInnerTexts()).toEqual(['Status 2xx', 'Method POST'])
    expect(await rows(page).count()).toBe(2)
    await page.keyboard.press('k')
    await expect.poll(() => search(page)['open']).toBe(newest)
    await page.keyboard.press('Escape')
    await panel(page).waitFor({ state: 'detached' })
    expect(await isFocused(rows(page).first().getByRole('link'))).toBe(true)
    await page.goBack()
  })

  test('show request and response side by side: JSON folds, one search goes through both, secrets are marked', async () => {
    const { page, person } = await world.member()
    const { client } = await customerOf(person)
    const metadata = { order: 'A-1', card_number: '4111111111111111' }
    const made = await client.transactions.create({
      type: 'deposit',
      amount: '12.50',
      currency: 'USD',
      metadata,
    })
    await page.goto(`/transaction-logs?open=${made.request_id}`)
    const response = panel(page).getByRole('region', { name: 'Response' })
    const request = panel(page).getByRole('region', { name: 'Request', exact: true })
    await request.getByText('"A-1"').waitFor()
    expect(await request.locator('.redacted').allInnerTexts()).toContain('redacted')
    expect(await page.content()).not.toContain('4111111111111111')
    await request.getByRole('button', { name: 'Fold "metadata"' }).click()
    await request.getByText('2 inside').waitFor()
    expect(await request.getByText('"A-1"').count()).toBe(0)

    await panel(page).getByLabel('Find in request and response').fill('a-1')
    await panel(page).getByText('1 of 2').waitFor()
    await page.keyboard.press('Enter')
    await panel(page).getByText('2 of 2').waitFor()
    expect(await response.locator('mark[data-current]').innerText()).toBe('A-1')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await accessibilityFaults(page)).toEqual([])
    }
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    await link(page, made.id).first().waitFor()
  })

  test('follow live: paused they stand still, and a restart of the server loses and repeats nothing', async () => {
    const { page, person } = await world.member()
    const { client, key } = await customerOf(person)
    const sent: string[] = []
    const send = async () => {
      const made = await client.transactions.create({ type: 'deposit', amount: '1.00', currency: 'USD' })
      sent.unshift(made.request_id!)
    }
    await page.goto(`/transaction-logs?api_key_id=${key.id}`)
    await page.getByText('Live', { exact: true }).waitFor()
    for (let index = 0; index < 3; index += 1) await send()
    await expect.poll(() => ids(page)).toEqual(sent)

    await button(page, 'Pause').click()
    await page.getByText('Paused', { exact: true }).waitFor()
    await send()
    await button(page, 'Resume').click()
    await expect.poll(() => ids(page)).toEqual(sent)

    // While nobody looks there is no connection; what was missed is there when somebody does again.
    const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/stream'))
    await show(page, 'hidden')
    await ended
    await send()
    expect(await ids(page)).toEqual(sent.slice(1))
    await show(page, 'visible')
    await expect.poll(() => ids(page)).toEqual(sent)

    await world.restart()
    for (let index = 0; index < 3; index += 1) await send()
    await expect.poll(() => ids(page), { timeout: 30_000 }).toEqual(sent)
    await send()
    await expect.poll(() => ids(page)).toEqual(sent)

    // More than the stream repeats: the list begins anew, without a gap.
    await button(page, 'Pause').click()
    await fillLog(key.id, 1_500, { newestMsAgo: 0 })
    const path = `/v1/transaction-logs?limit=20&api_key_id=${key.id}`
    const { data } = await person.call<{ data: { id: string }[] }>('GET', path)
    await button(page, 'Resume').click()
    const newest = data.map(({ id }) => id)
    await expect.poll(async () => (await ids(page)).slice(0, 20)).toEqual(newest)
  })

  test(
    'stay smooth with ten thousand rows: only those in view are on the page, and what is new waits further up',
    { timeout: TEN_THOUSAND_LIMIT_MS },
    async () => {
      const { page, person } = await world.member()
      const { client, key } = await customerOf(person)
      await client.me()
      await fillLog(key.id, 10_000)
      await page.goto('/transaction-logs')
      await settled(page)
      const table = page.getByRole('table')
      await expect
        .poll(
          async () => {
            await page.mouse.wheel(0, 60_000)
            return Number(await table.getAttribute('aria-rowcount'))
          },
          { timeout: TEN_THOUSAND_LIMIT_MS / 2, interval: 20 },
        )
        .toBe(10_001)
      expect(await rows(page).count()).toBeLessThan(100)
      await page.getByText('The newest 10,000 are loaded.', { exact: false }).waitFor()
      const frames = await framesWhileScrolling(page)
      const told = JSON.stringify(frames)
      expect(frames.rowsMax, told).toBeLessThan(100)
      expect(frames.blankFrames, told).toBe(0)

      await client.request('GET', '/v1/balances')
      const news = page.getByRole('button', { name: '1 new' })
      await news.click()
      await rows(page).filter({ hasText: '/v1/balances' }).waitFor()
      expect(await page.evaluate(() => scrollY)).toBeLessThan(1_000)
    },
  )

  test('leave as code that runs, and are sent again in Test Mode with a secret that never leaves the browser', async () => {
    const { page, person } = await world.member()
    const { client, key } = await customerOf(person)
    const made = await client.transactions.create({
      type: 'deposit',
      amount: '3.00',
      currency: 'USD',
      description: "it's",
    })
    await page.goto(`/transaction-logs?open=${made.request_id}`)
    await button(page, 'Copy as SDK call').click()
    await button(page, /^Copied/)
      .first()
      .waitFor()
    const call = await page.evaluate(() => navigator.clipboard.readText())
    expect(call).toContain(`await countersign.request("POST", "/v1/transactions", {\n  body: {`)
    expect(call).toContain(key.public_key)
    await button(page, 'Copy as curl').click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^sh -s -- /)
    const command = await page.evaluate(() => navigator.clipboard.readText())
    expect(command + call).not.toContain(key.secret_key.slice(8))
    const { stdout } = await run('sh', ['-c', command], {
      env: { ...process.env, COUNTERSIGN_SECRET_KEY: key.secret_key },
    })
    expect(JSON.parse(stdout)).toMatchObject({ amount: '3.00', description: "it's" })
    expect(JSON.parse(stdout).id).not.toBe(made.id)

    const wire: string[] = []
    page.on('request', (request) => {
      void request
        .allHeaders()
        .then((headers) => wire.push(`${request.url()} ${JSON.stringify(headers)} ${request.postData()}`))
    })
    await button(page, 'Replay in Test Mode').click()
    const dialog = page.getByRole('dialog', { name: 'Replay in Test Mode' })
    await note(page, 'as a new request.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await dialog.getByLabel('Body').fill('{"type":"deposit","amount":"4.00","currency":"USD"}')
    await dialog.getByLabel('Secret Key').fill(key.secret_key)
    await dialog.getByRole('button', { name: 'Sign and send' }).click()
    await dialog.getByText('Answered 201').waitFor()
    await dialog.getByRole('link', { name: 'Open the new request' }).click()
    await expect.poll(() => search(page)['open']).not.toBe(made.request_id)
    await panel(page).getByText('"4.00"').first().waitFor()
    expect(wire.filter((text) => text.includes('/v1/transactions '))).toHaveLength(1)
    expect(wire.filter((text) => text.includes(key.secret_key.slice(8)))).toEqual([])
    const { data } = await client.transactions.list({ limit: 10 })
    expect(data.map(({ amount }) => amount).sort()).toEqual(['3.00', '3.00', '4.00'])
  })

  test('are counted over time: the counts are those of the list, and a part of the time becomes the filter', async () => {
    const { page, person } = await world.member()
    const { client, key } = await customerOf(person)
    await client.me()
    await fillLog(key.id, 600)
    await page.goto('/transaction-logs')
    const histogram = page.getByRole('region', { name: 'Requests over time' })
    await histogram.getByText('601 requests').waitFor()
    await page.keyboard.press('Tab')
    const slider = histogram.getByRole('slider')
    await slider.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^Selected: .*2xx accepted: 601/)
    await page.keyboard.press('Enter')
    await expect.poll(() => search(page)['created_before']).toBeDefined()
    const from = Date.parse(search(page)['created_after']!)
    expect(Date.now() - from).toBeLessThan(86_400_000)
    await button(page, 'Whole time').click()
    await expect.poll(() => search(page)['created_after']).toBeUndefined()

    const box = (await slider.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 2, box.y + 20, { steps: 5 })
    await page.mouse.up()
    await expect.poll(() => search(page)['created_after']).toBeDefined()
    await settled(page)
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test('show the columns that somebody chose, also the next time', async () => {
    const { page, person } = await world.member()
    const { client } = await customerOf(person)
    await client.me()
    await page.goto('/transaction-logs')
    await rows(page).first().waitFor()
    await button(page, 'Columns').click()
    await page.getByRole('checkbox', { name: 'Address' }).uncheck()
    await page.getByRole('checkbox', { name: 'Currency Type' }).check()
    await page.keyboard.press('Escape')
    const heads = () => page.locator('thead th').allInnerTexts()
    const wanted = ['Request', 'Status', 'Problem', 'Currency Type', 'Duration', 'Time']
    expect(await heads()).toEqual(wanted)
    await page.reload()
    await rows(page).first().waitFor()
    expect(await heads()).toEqual(wanted)
  })
})

describe('Webhook Logs and Events', () => {
  test('are searched and opened the same way', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    for (const [path, label, what, text] of [
      ['/events', 'Search events', 'event', 'type:api_key.created'],
      ['/webhook-logs', 'Search deliveries', 'delivery', 'status:skipped type:api_key.created'],
    ] as const) {
      await page.goto(path)
      await page.locator('tbody tr').first().waitFor()
      await page.getByRole('combobox', { name: label }).fill(`${text} ${key.id}`)
      await page.keyboard.press('Enter')
      await expect.poll(() => search(page)['object_id']).toBe(key.id)
      await page.locator('tbody tr').first().getByRole('link').click()
      const open = page.getByRole('complementary', { name: `The open ${what}` })
      await open.getByRole('heading', { name: /^api_key\.created/ }).waitFor()
      expect(await accessibilityFaults(page)).toEqual([])
      await page.reload()
      await open.getByRole('heading', { name: /^api_key\.created/ }).waitFor()
      await page.keyboard.press('Escape')
      await open.waitFor({ state: 'detached' })
      await link(page, 'api_key.created').first().click()
      await link(page, 'Open as a page').click()
      await heading(page, /^api_key\.created/).waitFor()
    }
  })
})

/** As if the tab were behind another one, or in front again. */
function show(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

/** More rows of a key, straight into the log, five milliseconds apart, the newest a minute ago. */
async function fillLog(keyId: string, count: number, { newestMsAgo = 60_000 } = {}): Promise<void> {
  const postgres = await findEmbeddedPostgres(world.dataDir)
  const client = new pg.Client({ connectionString: postgres!.databaseUrl('countersign') })
  await client.connect()
  try {
    const { rows: made } = await client.query<{ id: number }>(
      `insert into transaction_log_series
         (workspace_id, mode, currency_type, api_key_id, method, path_pattern, status, code, first_day, last_day)
       select workspace_id, 'test', 'fiat', id, 'GET', '/v1/currencies', 200, '', date 'yesterday', date 'today'
         from api_keys where id = $1 returning id`,
      [keyId],
    )
    await client.query(
      `insert into transaction_logs (id, series_id, duration_ms)
       select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - $3 - 5 * number), 12, '0')
               || left(md5(number::text), 20))::uuid, $1, 1 + number % 40
         from generate_series(1, $2) as number`,
      [made[0]!.id, count, newestMsAgo],
    )
  } finally {
    await client.end()
  }
}

type Frames = {
  frames: number
  medianMs: number
  p95Ms: number
  longestMs: number
  rowsMax: number
  blankFrames: number
}

/** Scrolls up through the loaded rows, 600 pixels a frame, and times the frames. */
function framesWhileScrolling(page: Page): Promise<Frames> {
  return page.evaluate(async () => {
    const times: number[] = []
    let rowsMax = 0
    let blankFrames = 0
    let before = performance.now()
    for (let frame = 0; frame < 120; frame += 1) {
      scrollBy(0, frame < 60 ? -600 : 600)
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      times.push(now - before)
      before = now
      rowsMax = Math.max(rowsMax, document.querySelectorAll('tbody tr[data-row]').length)
      // After the frame in which it was drawn, there is a row in the middle of the window.
      await new Promise((resolve) => setTimeout(resolve))
      const middle = document.elementFromPoint(400, innerHeight / 2)
      if (!middle?.closest('tr[data-row]')) blankFrames += 1
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => Math.round(times[Math.floor(times.length * share)]! * 10) / 10
    return {
      frames: times.length,
      medianMs: at(0.5),
      p95Ms: at(0.95),
      longestMs: at(0.999),
      rowsMax,
      blankFrames,
    }
  })
}
