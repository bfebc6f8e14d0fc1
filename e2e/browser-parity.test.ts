import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { accessibilityFaults, button, fill, heading, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()
const dialogOf = (page: Page) => page.getByRole('dialog')

test('a transaction is made with metadata and a unique reference, edited, returned, and found by what it says', async () => {
  const { page, person } = await world.member()
  await page.goto('/transactions/new')
  await settled(page)
  await fill(page, { Amount: '12.00', 'Reference (optional)': 'order-1' })
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Refuse it if the reference was used before').check()
  await button(page, 'Add a fact').click()
  await fill(page, { 'Name of fact 1': 'order', 'Value of fact 1': 'A-1' })
  await button(page, 'Create transaction').click()
  await heading(page, /^Deposit/).waitFor()
  await page.getByText('metadata.order').waitFor()
  const id = page.url().split('/').at(-1)!.split('?')[0]!

  // The same again is refused: the reference is taken.
  const again = { type: 'deposit', amount: '12.00', currency: 'USD', reference: 'order-1' }
  await page.goto('/transactions/new')
  await fill(page, { Amount: again.amount, 'Reference (optional)': again.reference })
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel('Refuse it if the reference was used before').check()
  await button(page, 'Create transaction').click()
  await page.getByRole('alert').waitFor()

  await page.goto(`/transactions/${id}`)
  await page.locator('h1').getByText('Completed').waitFor()
  await button(page, 'Edit').click()
  await fill(page, { Description: 'Two socks', 'Value of fact 1': 'A-2' })
  expect(await accessibilityFaults(page)).toEqual([])
  await button(dialogOf(page), 'Save').click()
  await page.getByText('Two socks').waitFor()
  expect(await person.call('GET', `/v1/transactions/${id}`)).toMatchObject({
    description: 'Two socks',
    metadata: { order: 'A-2' },
  })

  await button(page, 'Return').click()
  await dialogOf(page).getByRole('combobox', { name: 'Failure code' }).click()
  await page.getByRole('option', { name: 'wrong_details' }).click()
  expect(await accessibilityFaults(page)).toEqual([])
  await button(dialogOf(page), 'Return transaction').click()
  await heading(page, /^Return/).waitFor()
  await page
    .getByText(/wrong_details/)
    .first()
    .waitFor()

  await page.goto('/transactions')
  await settled(page)
  expect(await page.locator('tbody tr').count()).toBe(2)
  await button(page, 'More filters').click()
  await fill(page, { Metadata: 'order=A-2' })
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  expect(new URL(page.url()).searchParams.get('metadata')).toBe('order=A-2')
  expect(await accessibilityFaults(page)).toEqual([])
  await page.reload()
  await settled(page)
  expect(await page.locator('tbody tr').count()).toBe(1)
  await fill(page, { Metadata: 'order' })
  await page.getByText('A name, =, and its value').waitFor()
})

test('a transaction of Test Mode fails for the reason that is chosen', async () => {
  const { page, person } = await world.member()
  await person.call('POST', '/v1/test/clock', { frozen_at: new Date(Date.now() + 2_000).toISOString() })
  await page.goto('/transactions/new')
  await settled(page)
  await fill(page, { Amount: '12.00' })
  await button(page, 'Create transaction').click()
  await heading(page, /^Deposit/).waitFor()
  await button(page, 'Fail').click()
  await dialogOf(page).getByRole('combobox', { name: 'Failure code' }).click()
  await page.getByRole('option', { name: 'limit_exceeded' }).click()
  await fill(page, { 'Message (optional)': 'Too much for today.' })
  await button(dialogOf(page), 'Fail transaction').click()
  await page.getByText('Too much for today.').waitFor()
  const { data } = await person.call<{ data: { failure: unknown }[] }>('GET', '/v1/transactions')
  expect(data).toMatchObject([{ failure: { code: 'limit_exceeded', message: 'Too much for today.' } }])
})

test('a report is narrowed to a type, and leads to the very transactions that it counted', async () => {
  const { page, person } = await world.member()
  for (const [currency, amount] of [
    ['USD', '10.00'],
    ['EUR', '20.00'],
  ]) {
    await page.request.post(`${world.url}/v1/transactions`, {
      headers: { origin: world.url, 'idempotency-key': `report-${currency}` },
      data: { type: 'deposit', amount, currency },
    })
  }
  expect((await person.call<{ data: unknown[] }>('GET', '/v1/transactions')).data).toHaveLength(2)
  await page.goto('/reports?currency=EUR&type=deposit')
  await settled(page)
  await page.getByRole('heading', { name: 'EUR' }).waitFor()
  expect(await page.getByRole('heading', { name: 'USD' }).count()).toBe(0)
  const exported = page.getByRole('link', { name: 'Export the transactions of this range as CSV' })
  const answer = await page.request.get(world.url + (await exported.getAttribute('href'))!)
  expect((await answer.text()).trim().split('\n')).toHaveLength(2)
  await page.getByRole('link', { name: 'Open in Transactions' }).click()
  await heading(page, 'Transactions').waitFor()
  await settled(page)
  expect(await page.locator('tbody tr').count()).toBe(1)
})
