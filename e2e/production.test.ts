import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { totp } from '../packages/server/src/sessions/test-totp.ts'
import { accessibilityFaults, fill, heading, menu, settled, useWorld } from './browser-helpers.ts'

const world = useWorld()
type Part = Pick<Page, 'getByRole'>
/** The same as the shared helpers, also inside a part of the page. */
const button = (part: Part, name: string) => part.getByRole('button', { name, exact: true })
const link = (part: Part, name: string) => part.getByRole('link', { name, exact: true })
const PASSWORD = 'correct horse battery'
const INSTRUCTIONS = 'Pay to NL00 BANK 0000 0000 00, and name the transaction.'

test('one person, on loopback, goes from a locked Production Mode to deposits settled by hand and from a statement', async () => {
  const { page } = await world.stranger()
  await setUp(page)

  await page.goto('/activation')
  const fiat = page.getByRole('region', { name: 'Fiat' })
  await fiat.getByText('Production Mode is locked for Fiat').waitFor()
  await button(fiat, 'Request activation').click()
  await fiat
    .getByText(/^Requested/)
    .first()
    .waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])

  await link(fiat, 'Set up second factor').click()
  await enrolSecondFactor(page)
  await page.goto('/settings#profile')
  await fill(page, { 'Legal name': 'Acme B.V.', Country: 'NL', 'Contact e-mail': 'money@acme.example' })
  await button(page, 'Save profile').click()
  await page.getByText('Workspace profile saved.').waitFor()

  await menu(page, 'Payment connections').click()
  const rail = page.locator('form').filter({ hasText: 'Manual · Fiat' })
  await rail.getByLabel('Deposit instructions (optional)').fill(INSTRUCTIONS)
  await rail.getByRole('switch', { name: 'Switched on' }).check()
  await button(rail, 'Save').click()
  await rail.getByText('On', { exact: true }).waitFor()

  await menu(page, 'Activation queue').click()
  await button(page, 'Approve').waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Approve').click()
  await button(page, 'Approve workspace').click()
  await page.getByText(/the record says self-approved/).waitFor()

  await page.goto('/activation')
  await fiat.getByText('Production Mode is open for Fiat. Real money moves there.').waitFor()
  await fiat.getByText(INSTRUCTIONS).waitFor()
  await page
    .getByRole('region', { name: 'Crypto' })
    .getByText('Production Mode is locked for Crypto')
    .waitFor()

  const client = await createProductionKey(page)
  const deposit = await client.transactions.create(
    { type: 'deposit', amount: '125.50', currency: 'USD', reference: 'order-1' },
    { idempotencyKey: 'order-1' },
  )
  expect(deposit).toMatchObject({ status: 'pending', mode: 'production', currency_type: 'fiat' })

  await page.goto('/operator/settlements')
  await page.getByRole('link', { name: 'Deposit · order-1' }).waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  expect((await client.transactions.get(deposit.id)).status).toBe('pending')
  await page.getByRole('link', { name: 'Deposit · order-1' }).click()
  await button(page, 'Settle').click()
  await fill(page, { 'Bank reference or transaction hash': 'BANK-0001' })
  await button(page, 'Settle transaction').click()
  await page.getByText('Settled: the transaction is completed.').waitFor()

  expect(await client.transactions.get(deposit.id)).toMatchObject({ id: deposit.id, status: 'completed' })
  const { data } = await client.balances.list()
  expect(data).toMatchObject([{ currency: 'USD', posted: '125.50', available: '125.50' }])
  await page.goto('/transactions?mode=production')
  await page.getByRole('row').filter({ hasText: '125.50' }).getByText('Completed').first().waitFor()
  await importStatement(page, client)
  await matchAndSendBack(page, client)
  await proposeCorrection(page, deposit.id)
  await suspendAndResume(page, client)
  expect(await audited(page)).toEqual(
    expect.arrayContaining([
      'activation.requested',
      'activation.approved',
      'settlement.completed',
      'workspace.suspended',
      'workspace.resumed',
    ]),
  )
})

/** What the bank says: one deposit as announced, one of less, money that nobody knows, and a line that cannot be read. */
async function importStatement(page: Page, client: Countersign): Promise<void> {
  const announce = (amount: string) =>
    client.transactions.create({ type: 'deposit', amount, currency: 'USD' }, { idempotencyKey: amount })
  const [exact, less] = [await announce('40.00'), await announce('60.00')]
  const { reference_code: code } = await depositInstructions(page)
  const csv = [
    'date,amount,currency,reference,text,sender',
    `2025-11-23,40.00,USD,NL-1,deposit ${code},Acme`,
    `2025-11-23,55.00,USD,NL-2,${code},Acme`,
    '2025-11-23,7.77,USD,NL-3,who knows,J. Doe',
    '2025-11-23,seven,USD,NL-4,,',
  ].join('\n')
  await page.goto('/operator/settlements')
  await link(page, 'Import statement').click()
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'statement.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
  await button(page, 'Propose matches').click()
  await page.getByText(/^Line 5: the amount "seven" is no number/).waitFor()
  // The sure one is ticked; the others are for a person to look at.
  const row = (line: number) => page.getByRole('checkbox', { name: new RegExp(`^Select line ${line},`) })
  expect([await row(2).isChecked(), await row(3).isChecked(), await row(4).isChecked()]).toEqual([
    true,
    false,
    false,
  ])
  await row(3).check()
  await row(4).check()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Book selected').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('2 settled, or approved where others have to approve too').waitFor()
  await dialog.getByText('1 recorded as unmatched').waitFor()
  await dialog.getByText('102.77').waitFor()
  expect((await client.transactions.get(exact.id)).status).toBe('pending')
  // Money moves only for whoever types how many lines they mean.
  expect(await button(dialog, 'Book 3 lines').isDisabled()).toBe(true)
  await fill(page, { 'Type “3 lines” to confirm': '3 lines' })
  await button(dialog, 'Book 3 lines').click()
  await page.getByText('3 of 3 booked.').waitFor()
  expect(await client.transactions.get(exact.id)).toMatchObject({ status: 'completed', amount: '40.00' })
  expect(await client.transactions.get(less.id)).toMatchObject({
    status: 'completed',
    amount: '55.00',
    announced_amount: '60.00',
  })
  // Read once more, the file books nothing.
  await expect.poll(() => page.getByText('Already booked').count(), { timeout: 20_000 }).toBe(3)
  await menu(page, 'Unmatched deposits').click()
  await page.getByRole('row').filter({ hasText: 'J. Doe' }).getByText('NL-3').waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
}

/** Money that nobody knew is given to the workspace; what was recorded by hand goes back to who sent it. */
async function matchAndSendBack(page: Page, client: Countersign): Promise<void> {
  const me = (await (await page.request.get('/v1/me')).json()) as { workspace: { id: string } }
  const unknown = page.getByRole('row').filter({ hasText: 'J. Doe' })
  await button(unknown, 'Match').click()
  await fill(page, { 'Transaction id or workspace id': me.workspace.id })
  await button(page, 'Match deposit').click()
  await page.getByText('Matched. The money is on the account of the workspace.').waitFor()
  await unknown.waitFor({ state: 'detached' })
  expect((await client.balances.list()).data).toMatchObject([{ currency: 'USD', posted: '228.27' }])

  await button(page, 'Record deposit').first().click()
  await fill(page, {
    Amount: '9.00',
    'Bank reference or transaction hash': 'NL-9',
    'Sender (optional)': 'K. Roe',
  })
  await button(page.getByRole('dialog'), 'Record deposit').click()
  const recorded = page.getByRole('row').filter({ hasText: 'K. Roe' })
  await button(recorded, 'Send back').click()
  await fill(page, { Destination: 'NL02 BANK 0000 0002 00' })
  await page.getByLabel(/^Reason/).fill('Not for us.')
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Make the payout').click()
  await page.getByText('A payout waits in the settlement queue.').waitFor()
  await menu(page, 'Settlement queue').click()
  await page.getByRole('row').filter({ hasText: 'NL02 BANK 0000 0002 00' }).getByText('9.00').waitFor()
}

async function proposeCorrection(page: Page, transactionId: string): Promise<void> {
  await page.goto(`/operator/settlements/${transactionId}`)
  await button(page, 'Correct').click()
  await fill(page, { 'Amount in USD': '0.50', Evidence: 'TICKET-1' })
  await page.getByLabel(/^Reason/).fill('Booked twice.')
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Propose correction').click()
  await page.getByText('One more person has to approve.').waitFor()
}

async function suspendAndResume(page: Page, client: Countersign): Promise<void> {
  await menu(page, 'Workspaces').click()
  await page.getByRole('link', { name: 'Acme' }).first().click()
  await button(page, 'Suspend').click()
  await page.getByLabel(/^Reason/).fill('Asked for by the bank.')
  await button(page, 'Suspend workspace').click()
  await page.getByText(/^Suspended .* Reason: Asked for by the bank\.$/).waitFor()
  await expect
    .poll(() => client.balances.list().catch((error: unknown) => (error as { code?: string }).code))
    .toBe('workspace-suspended')
  // It is one's own: the page says so without being loaded anew.
  const notice = page.getByText('The platform has suspended this workspace.')
  await notice.waitFor()
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Resume').click()
  await page.getByLabel(/^Reason/).fill('The bank is content.')
  await button(page, 'Resume workspace').click()
  await button(page, 'Suspend').waitFor()
  await notice.waitFor({ state: 'detached' })
  await expect.poll(async () => (await client.balances.list().catch(() => null))?.data.length).toBe(1)
}

async function depositInstructions(page: Page): Promise<{ reference_code: string }> {
  const answer = await page.request.get('/v1/deposit-instructions?currency=USD&mode=production')
  return (await answer.json()) as { reference_code: string }
}

async function setUp(page: Page): Promise<void> {
  await page.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
  await fill(page, { 'Your name': 'Olga', 'E-mail': 'olga@platform.example', Password: PASSWORD })
  await fill(page, { 'Workspace name': 'Acme' })
  await button(page, 'Create operator account').click()
  await heading(page, 'Home').waitFor()
  await menu(page, 'Settlement queue').waitFor()
}

async function enrolSecondFactor(page: Page): Promise<void> {
  await fill(page, { Password: PASSWORD })
  await button(page, 'Next').click()
  const secret = await page.getByTestId('totp-secret').innerText()
  await fill(page, { Code: totp(secret.replaceAll(/\s/g, '')) })
  await button(page, 'Turn on').click()
  await page.getByText('The second factor is on.').waitFor()
}

async function createProductionKey(page: Page): Promise<Countersign> {
  await page.goto('/api-keys/new')
  const production = page.getByRole('radio', { name: /^Production Mode/ })
  await expect.poll(() => production.isEnabled(), { timeout: 20_000 }).toBe(true)
  await production.check()
  await button(page, 'Next').click()
  const publicKey = await page.getByTestId('public-key').innerText()
  const secretKey = await page.getByTestId('secret-key').innerText()
  expect(publicKey).toMatch(/^pk_prod_/)
  await page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
  return new Countersign({ baseUrl: world.url, publicKey, secretKey })
}

/** What the workspace's audit log says was done, read with the page's own session. */
const audited = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const answer = await fetch('/v1/audit-log?limit=100')
    const { data } = (await answer.json()) as { data: { action: string }[] }
    return data.map(({ action }) => action)
  })
