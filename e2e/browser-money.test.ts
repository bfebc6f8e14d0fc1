import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { accessibilityFaults, button, fill, heading, menu, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()

/** Creates a transaction through the form; ends on its page. */
async function create(
  page: Page,
  { currency = 'USD', amount = '10.00', type = 'Deposit' } = {},
): Promise<void> {
  await page.goto('/transactions/new')
  await page.getByRole('radio', { name: new RegExp(`^${type}`) }).check()
  await page.getByRole('combobox', { name: 'Currency' }).fill(currency)
  await page.getByRole('option', { name: new RegExp(`^${currency} `) }).click()
  await fill(page, { Amount: amount })
  await button(page, 'Create transaction').click()
  await heading(page, new RegExp(`^${type}`)).waitFor()
}
const status = (page: Page, word: string) => page.locator('h1').getByText(word).waitFor()
/** A fact of the page by its name, with the spaces of groups left out. */
async function fact(page: Page, name: string): Promise<string> {
  const value = page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]').first()
  return (await value.innerText()).replace(/\s+/g, ' ').trim()
}

// First: the setup link makes the first account.
describe('Fees', () => {
  test('are set by an operator, told before a transaction is made, and stand on it and among its entries', async () => {
    const { page: operator } = await world.stranger()
    await operator.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
    await fill(operator, { 'Your name': 'Olga', 'Workspace name': 'Platform', 'E-mail': 'olga@example.com' })
    await fill(operator, { Password: 'a password of the operator 1' })
    await button(operator, 'Create operator account').click()
    await menu(operator, 'Fees').click()
    await operator.getByRole('heading', { name: 'Nothing is charged' }).waitFor()
    await operator.getByRole('combobox', { name: 'Transactions' }).click()
    await operator.getByRole('option', { name: 'Deposit' }).click()
    await operator.getByRole('combobox', { name: 'Currency' }).fill('EUR')
    await operator.getByRole('option', { name: /^EUR / }).click()
    await fill(operator, {
      'Share of the amount, in percent (optional)': '2.9',
      'Fixed part (optional)': '0.30',
    })
    await button(operator, 'Set fee').click()
    await operator.locator('tbody').getByText('0.30 EUR + 2.9 %').waitFor()
    expect(await accessibilityFaults(operator)).toEqual([])

    const { page } = await world.member()
    await page.goto('/transactions/new')
    await page.getByRole('combobox', { name: 'Currency' }).fill('EUR')
    await page.getByRole('option', { name: /^EUR / }).click()
    await page.getByText('Fee: 0.30 EUR + 2.9 %, out of the deposit.').waitFor()
    await create(page, { currency: 'EUR', amount: '100.00' })
    await status(page, 'Completed')
    expect(await fact(page, 'Fee')).toBe('3.20 EUR')
    await page.getByText('Fee, booked').waitFor()
    await menu(page, 'Balances').click()
    await page.getByText('96.80').first().waitFor()

    await button(operator, 'Remove the fee: Deposit, EUR').click()
    await fill(operator, { 'Type “Deposit, EUR” to confirm': 'Deposit, EUR' })
    await button(operator, 'Remove fee').click()
    await operator.getByRole('heading', { name: 'Nothing is charged' }).waitFor()
    await page.goto('/operator/fees')
    await page.getByRole('heading', { name: 'Only operators of this server see this page' }).waitFor()
  })
})

describe('Refund', () => {
  test('gives a part and then the rest of a deposit back, says what is too much, and then has nothing left to press', async () => {
    const { page } = await world.member()
    await create(page)
    await status(page, 'Completed')
    const deposit = page.url()

    await button(page, 'Refund').click()
    const dialog = page.getByRole('dialog')
    await fill(page, { 'Amount in USD': '10.01' })
    await dialog.getByRole('button', { name: 'Refund' }).click()
    await dialog.getByText('Of this transaction 10.00 USD can still be refunded.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await fill(page, { 'Amount in USD': '4.00' })
    await dialog.getByRole('button', { name: 'Refund' }).click()
    await heading(page, /^Refund/).waitFor()
    await status(page, 'Completed')
    expect(await fact(page, 'Belongs to')).toBe(deposit.split('/').at(-1))

    await page.goto(deposit)
    expect(await fact(page, 'Given back')).toBe('4.00 USD')
    await button(page, 'Refund').click()
    await dialog.getByRole('button', { name: 'Refund' }).click()
    await heading(page, /^Refund/).waitFor()
    await status(page, 'Completed')
    await page.goto(deposit)
    await settled(page)
    expect(await fact(page, 'Given back')).toBe('10.00 USD')
    expect(await button(page, 'Refund').count()).toBe(0)
  })
})

describe('an amount', () => {
  test('of 10^60 units with 18 decimals is typed, stored and shown without losing one', async () => {
    const { page } = await world.member()
    const amount = '999999999999999999999999999999999999999999.999999999999999999'
    await create(page, { currency: 'ETH', amount })
    await status(page, 'Completed')
    const shown = page.locator('h1 .digits')
    expect((await shown.innerText()).replace(/\s/g, '')).toBe(amount)
    // What is copied from the page is a number that a program can read.
    expect(await shown.evaluate((node) => node.textContent)).toBe(amount)
    await menu(page, 'Balances').click()
    await heading(page, 'Balances').waitFor()
    await expect.poll(() => page.locator('.digits').allTextContents()).toContain(amount)
  })
})
