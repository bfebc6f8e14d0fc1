import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { totp } from '../packages/server/src/sessions/test-totp.ts'
import { accessibilityFaults, button, fill, heading, menu, settled, useWorld } from './browser-helpers.ts'

const SECOND = 'second@platform.example'
const PASSWORD = 'correct horse battery'
const env: Record<string, string> = { DEPOSIT_APPROVERS: '2' }
const world = useWorld(env)

/** What a page's session asks the API for. */
const callAs =
  (page: Page) =>
  async (method: string, path: string, data?: unknown): Promise<any> => {
    const answer = await page.request.fetch(path, {
      method,
      data,
      headers: { origin: world.url, 'idempotency-key': randomUUID() },
    })
    const text = await answer.text()
    expect([path, answer.status(), text]).toEqual([path, answer.status() < 300 ? answer.status() : 200, text])
    return text.startsWith('{') ? JSON.parse(text) : {}
  }

/** A fact of the page by its name. */
async function fact(page: Page, name: string): Promise<string> {
  const value = page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]').first()
  return (await value.innerText()).replace(/\s+/g, ' ').trim()
}

test('a payout that comes back, on the manual connection by two people and in the simulator by itself, gives the money back', async () => {
  const { page: olga } = await world.stranger()
  const { page: second } = await world.stranger()
  const client = await openProduction(olga)
  // The setup link is printed only where no operators are named.
  env['OPERATOR_EMAILS'] = SECOND
  await world.restart()
  await becomeOperator(second, olga)

  // Money that came is on the account once two people have said so.
  const usd = { currency: 'USD' } as const
  const deposit = await client.transactions.create({ type: 'deposit', amount: '80.00', ...usd })
  await olga.goto(`/operator/settlements/${deposit.id}`)
  await button(olga, 'Approve').click()
  await fill(olga, { 'Bank reference or transaction hash': 'BANK-IN-1' })
  await fill(olga, { 'Amount that came, in USD': '75.00' })
  await button(olga, 'Approve transaction').click()
  await olga.getByText('Approved. Another person has to approve too.').waitFor()
  expect(await fact(olga, 'Approved as having come')).toBe('75.00 USD')
  expect((await client.balances.list()).data).toMatchObject([{ posted: '0.00' }])
  await second.goto(`/operator/settlements/${deposit.id}`)
  await button(second, 'Settle').click()
  // The other person sees what the first one said, and says the same or something else.
  await second.getByRole('button', { name: 'Settle transaction' }).click()
  await second.getByText('Settled: the transaction is completed.').waitFor()
  expect((await client.balances.list()).data).toMatchObject([{ posted: '75.00' }])

  const payout = await client.transactions.create({
    type: 'payout',
    amount: '75.00',
    destination: 'NL02 BANK 0000 0002 00',
    ...usd,
  })
  for (const page of [olga, second])
    await callAs(page)('POST', `/v1/operator/settlements/${payout.id}/settle`, { reference: 'BANK-OUT-1' })
  expect((await client.balances.list()).data).toMatchObject([{ posted: '0.00' }])

  await olga.goto(`/operator/settlements/${payout.id}`)
  await button(olga, 'It came back').click()
  await fill(olga, { 'Bank reference or transaction hash': 'BANK-BACK-1' })
  await fill(olga, { 'Amount that came back, in USD': '72.50' })
  await olga.getByLabel(/^Reason/).fill('The account is closed.')
  await settled(olga)
  expect(await accessibilityFaults(olga)).toEqual([])
  await button(olga, 'Propose the return').click()
  await olga.getByText('One more person has to approve.').waitFor()
  const returned = olga.url().split('/').at(-1)!.split('?')[0]!
  expect(returned).not.toBe(payout.id)
  expect((await client.balances.list()).data).toMatchObject([{ posted: '0.00', pending_in: '72.50' }])

  await menu(second, 'Settlement queue').click()
  await second.getByRole('row').filter({ hasText: '72.50' }).getByRole('link', { name: 'Return' }).click()
  await button(second, 'Settle').click()
  await button(second, 'Settle transaction').click()
  await expect
    .poll(async () => (await client.balances.list()).data, { timeout: 20_000 })
    .toMatchObject([{ posted: '72.50', pending_in: '0.00' }])
  expect(await client.transactions.get(returned)).toMatchObject({
    type: 'return',
    status: 'completed',
    linked_transaction_id: payout.id,
  })

  await olga.goto(`/transactions/${payout.id}?mode=production`)
  await heading(olga, /^Payout/).waitFor()
  expect(await fact(olga, 'Given back')).toBe('72.50 USD')
  await olga.goto(`/transactions/${returned}?mode=production`)
  await heading(olga, /^Return/).waitFor()
  expect(await fact(olga, 'Belongs to')).toBe(payout.id)
  await settled(olga)
  expect(await accessibilityFaults(olga)).toEqual([])

  // In Test Mode the simulator sends it back, some seconds after it had completed.
  const call = callAs(olga)
  const make = (body: object): Promise<{ id: string }> =>
    call('POST', '/v1/transactions', { mode: 'test', currency: 'EUR', ...body })
  const funded = await make({ type: 'deposit', amount: '30.00' })
  await call('POST', `/v1/test/transactions/${funded.id}/settle`)
  const late = await make({ type: 'payout', amount: '30.00', reference: 'simulate:return' })
  await olga.goto(`/transactions/${late.id}?mode=test`)
  await heading(olga, /^Payout/).waitFor()
  await olga.locator('h1').getByText('Completed').waitFor()
  await expect.poll(() => fact(olga, 'Given back').catch(() => ''), { timeout: 30_000 }).toBe('30.00 EUR')
  await menu(olga, 'Balances').click()
  await olga.getByText('30.00').first().waitFor()
})

/** The account of the setup link, whose own workspace is open for real money. */
async function openProduction(page: Page): Promise<Countersign> {
  await page.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
  await fill(page, { 'Your name': 'Olga', 'E-mail': 'olga@platform.example', Password: PASSWORD })
  await fill(page, { 'Workspace name': 'Acme' })
  await button(page, 'Create operator account').click()
  await heading(page, 'Home').waitFor()
  const call = callAs(page)
  const { totpURI } = await call('POST', '/auth/two-factor/enable', { password: PASSWORD })
  const code = totp(new URL(totpURI as string).searchParams.get('secret')!)
  await call('POST', '/auth/two-factor/verify-totp', { code })
  const profile = { legal_name: 'Acme B.V.', country: 'NL', contact_email: 'money@acme.example' }
  await call('PATCH', '/v1/workspace', profile)
  await call('PUT', '/v1/operator/rails', {
    currency_type: 'fiat',
    enabled: true,
    deposit_instructions: 'Pay to NL00 BANK 0000 0000 00.',
  })
  await call('POST', '/v1/activation/fiat/request')
  const { workspace } = await call('GET', '/v1/me')
  await call('POST', `/v1/operator/activations/${workspace.id}/fiat/approve`)
  const key = await call('POST', '/v1/api-keys', {
    mode: 'production',
    currency_type: 'fiat',
    expires_at: null,
  })
  return new Countersign({ baseUrl: world.url, publicKey: key.public_key, secretKey: key.secret_key })
}

/** Somebody of OPERATOR_EMAILS, once their address is proved: the mail waits where operators read it. */
async function becomeOperator(page: Page, operator: Page): Promise<void> {
  const body = { name: 'Sam Second', email: SECOND, password: PASSWORD, workspace_name: 'Platform' }
  await callAs(page)('POST', '/auth/sign-up/email', body)
  const { data } = await callAs(operator)('GET', '/v1/operator/mail?limit=100')
  const mail = data.find((one: { to: string; kind: string }) => one.to === SECOND && /verif/.test(one.kind))
  const { text } = await callAs(operator)('GET', `/v1/operator/mail/${mail.id}`)
  await page.goto(/https?:\/\/\S+/.exec(text as string)![0])
  await page.waitForLoadState()
  await page.goto('/operator/settlements')
  await heading(page, 'Settlement queue').waitFor()
}
