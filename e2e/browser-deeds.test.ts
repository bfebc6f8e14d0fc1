import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { signUpPerson } from '../scripts/tour/person.ts'
import { accessibilityFaults, button, fill, heading, settled, useWorld, type Tab } from './browser-helpers.ts'

const world = useWorld()
const OPERATOR = { email: 'olga@example.com', password: 'a password of the operator 1' }

type Made = { id: string; name: string; token: string }
type Api = <Answer = Made>(method: string, path: string, data?: unknown) => Promise<Answer>

// The setup link makes the first account.
beforeAll(async () => {
  const token = new URL(/First run {2}(\S+)/.exec(world.server.output())![1]!).searchParams.get('token')
  const answer = await fetch(`${world.url}/v1/setup`, {
    method: 'POST',
    headers: { origin: world.url, 'content-type': 'application/json' },
    body: JSON.stringify({ ...OPERATOR, name: 'Olga', workspace_name: 'Platform', token }),
  })
  expect(answer.ok).toBe(true)
})

/** A tab of the operator, and the API with the same session. */
async function operator(): Promise<Tab & { api: Api }> {
  const tab = await world.stranger()
  let count = 0
  const api: Api = async (method, path, data) => {
    const headers = { origin: world.url, 'idempotency-key': `deeds-${Date.now()}-${(count += 1)}` }
    const answer = await tab.context.request.fetch(world.url + path, { method, headers, data })
    expect([answer.ok(), await answer.text()]).toEqual([true, expect.any(String)])
    return (await answer.json().catch(() => undefined)) as never
  }
  await api('POST', '/auth/sign-in/email', OPERATOR)
  return { ...tab, api }
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

type Deed = {
  at: string
  /** Opens its dialog. */
  press: (page: Page) => Promise<void>
  /** What has to be typed; a dialog that is enough by itself asks for nothing. */
  name?: string
  deed: string
  keep: string
  sends: string
}
const pressButton = (name: string) => (page: Page) => button(page, name).first().click()
const choose = (whose: string, item: string) => async (page: Page) => {
  await button(page, `Actions for ${whose}`).click()
  await page.getByRole('menuitem', { name: item }).click()
}

/** One of everything that somebody may take away for good. */
async function makeAll(api: Api): Promise<Deed[]> {
  const key = await api('POST', '/v1/api-keys', {
    name: 'Shop',
    mode: 'test',
    currency_type: 'fiat',
    expires_at: null,
  })
  const hook = { url: 'http://127.0.0.1:59999/hooks', event_types: ['*'] }
  const endpoint = await api('POST', '/v1/webhook-endpoints', hook)
  const operatorKey = await api('POST', '/v1/operator/keys', {
    name: 'Gateway',
    expires_at: null,
    scopes: ['operator:events'],
  })
  await api('PUT', '/v1/operator/fees/payout/USD', { basis_points: 100, fixed: '0', minimum: '0' })
  const schema = { type: 'object', properties: { card_id: { type: 'string' } } }
  const example = { card_id: 'card_1' }
  await api('POST', '/v1/operator/event-types', {
    type: 'card.issued',
    description: 'Made.',
    schema,
    example,
  })
  const guest = await signUpPerson(world.url, 'Grace Hopper')
  const invited = await api<{ invitation_token: string }>('POST', '/v1/invitations', {
    email: guest.email,
    role: 'developer',
    send_mail: false,
  })
  await guest.call('POST', '/v1/invitations/accept', { invitation_token: invited.invitation_token })
  const members = await api<{ data: (Made & { email: string })[] }>('GET', '/v1/members')
  const grace = members.data.find(({ email }) => email === guest.email)!
  const waiting = await api('POST', '/v1/invitations', {
    email: 'edsger@example.com',
    role: 'viewer',
    send_mail: false,
  })
  await api('POST', '/auth/sign-in/email', OPERATOR) // a session beside the one that looks
  return [
    {
      at: `/api-keys/${key.id}`,
      press: pressButton('Delete'),
      name: 'Shop',
      deed: 'Delete key',
      keep: 'Keep the key',
      sends: `DELETE /v1/api-keys/${key.id}`,
    },
    {
      at: `/webhooks/${endpoint.id}`,
      press: pressButton('Delete'),
      name: '127.0.0.1:59999',
      deed: 'Delete webhook',
      keep: 'Keep the webhook',
      sends: `DELETE /v1/webhook-endpoints/${endpoint.id}`,
    },
    {
      at: `/operator/keys/${operatorKey.id}`,
      press: pressButton('Delete'),
      name: 'Gateway',
      deed: 'Delete key',
      keep: 'Keep the key',
      sends: `DELETE /v1/operator/keys/${operatorKey.id}`,
    },
    {
      at: '/operator/event-types',
      press: pressButton('Withdraw card.issued'),
      name: 'card.issued',
      deed: 'Withdraw type',
      keep: 'Keep it',
      sends: 'DELETE /v1/operator/event-types/card.issued',
    },
    {
      at: '/operator/fees',
      press: pressButton('Remove the fee: Payout, USD'),
      name: 'Payout, USD',
      deed: 'Remove fee',
      keep: 'Keep it',
      sends: 'DELETE /v1/operator/fees/payout/USD',
    },
    {
      at: '/operator/signing-keys',
      press: pressButton('Rotate the key of Receipts'),
      name: 'Receipts',
      deed: 'Rotate key',
      keep: 'Keep the key',
      sends: 'POST /v1/operator/signing-keys/rotate',
    },
    {
      at: '/test-cases',
      press: pressButton('Reset test data'),
      name: 'Platform',
      deed: 'Delete the test data',
      keep: 'Keep it',
      sends: 'POST /v1/test/reset',
    },
    {
      at: '/settings',
      press: pressButton('Sign out everywhere else'),
      deed: 'Sign out there',
      keep: 'Stay signed in',
      sends: 'POST /v1/sessions/revoke-others',
    },
    {
      at: '/team',
      press: pressButton('Take back'),
      deed: 'Take back',
      keep: 'Keep it',
      sends: `DELETE /v1/invitations/${waiting.id}`,
    },
    {
      at: '/team',
      press: choose('Grace Hopper', 'Remove'),
      name: guest.email,
      deed: 'Remove member',
      keep: 'Keep the member',
      sends: `DELETE /v1/members/${grace.id}`,
    },
  ]
}

/** The same for what the person would not come back from, which is therefore only asked and not done. */
const ONLY_ASKED = (guest: string): Pick<Deed, 'at' | 'press' | 'name' | 'deed' | 'keep'>[] => [
  {
    at: '/team',
    press: choose('Grace Hopper', 'Transfer ownership'),
    name: guest,
    deed: 'Transfer ownership',
    keep: 'Stay owner',
  },
  {
    at: '/team',
    press: choose('Olga', 'Leave workspace'),
    name: 'Platform',
    deed: 'Leave workspace',
    keep: 'Stay',
  },
]

async function isHeldBack(page: Page, asked: Omit<Deed, 'sends'>): Promise<Locator> {
  const { at, press, name, deed, keep } = asked
  const dialog = page.getByRole('dialog')
  const doIt = button(dialog, deed)
  await page.goto(at)
  await settled(page)
  await press(page)
  if (name !== undefined) {
    const field = dialog.getByLabel(`Type “${name}” to confirm`)
    await field.waitFor()
    expect([deed, await doIt.isDisabled()]).toEqual([deed, true])
    await field.fill(`${name}x`)
    await field.press('Enter')
    expect([deed, await doIt.isDisabled()]).toEqual([deed, true])
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await press(page)
  await button(dialog, keep).click()
  await dialog.waitFor({ state: 'detached' })
  await press(page)
  if (name !== undefined) await dialog.getByLabel(`Type “${name}” to confirm`).fill(name)
  expect([deed, await doIt.isEnabled()]).toEqual([deed, true])
  return doIt
}

test('what cannot be undone is done by whoever names it, and by no other press', async () => {
  const { page, api } = await operator()
  const deeds = await makeAll(api)
  const sent = changesOf(page)
  for (const asked of ONLY_ASKED(deeds.at(-1)!.name!)) {
    await isHeldBack(page, asked)
    expect(sent).toEqual([])
  }
  for (const asked of deeds) {
    const doIt = await isHeldBack(page, asked)
    // A dry run tells what would break, and changes nothing.
    expect(sent.filter((one) => !one.endsWith('/dry-run'))).toEqual([])
    await doIt.click()
    await expect.poll(() => sent.filter((one) => !one.endsWith('/dry-run'))).toEqual([asked.sends])
    await doIt.waitFor({ state: 'detached' })
    sent.length = 0
  }
})

test('a fee that was set is taken back with one press', async () => {
  const { page, api } = await operator()
  await api('PUT', '/v1/operator/fees/payout/EUR', { basis_points: 100, fixed: '0', minimum: '0' })
  await page.goto('/operator/fees')
  await settled(page)
  await page.getByRole('combobox', { name: 'Currency' }).fill('EUR')
  await page.getByRole('option', { name: /^EUR / }).click()
  await page.getByText('It takes the place of 1 %').waitFor()
  await fill(page, { 'Share of the amount, in percent (optional)': '10' })
  await button(page, 'Set fee').click()
  await page.locator('tbody').getByText('10 %').waitFor()
  await button(page, 'Undo').click()
  await page.locator('tbody').getByText('1 %', { exact: true }).waitFor()
  const { data } = await api<{ data: unknown[] }>('GET', '/v1/operator/fees')
  expect(data).toContainEqual(expect.objectContaining({ currency: 'EUR', basis_points: 100 }))
})

describe('a dialog', () => {
  test('whose session ends keeps what was typed, also against Escape, and saves it after the sign-in', async () => {
    const { page, context, person } = await world.member()
    const { id } = await person.call<Made>('POST', '/v1/accounts', { currency: 'USD', name: 'Reserve' })
    await page.goto(`/balances/${id}`)
    await button(page, 'Edit').click()
    await fill(page, { Name: 'Savings' })
    await button(page, 'Add a fact').click()
    await fill(page, { 'Name of fact 1': 'branch', 'Value of fact 1': 'A-1' })
    // A click beside it takes nothing away either.
    await page.mouse.click(5, 5)
    expect(await page.getByLabel('Value of fact 1').inputValue()).toBe('A-1')
    await context.clearCookies()
    await button(page, 'Save').click()
    const again = page.getByRole('dialog', { name: 'Your session has ended' })
    await again.waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Savings')
    await again.getByLabel('Password', { exact: true }).fill(person.password)
    await page.keyboard.press('Enter')
    await heading(page, 'Savings').waitFor()
    await page.getByText('metadata.branch').waitFor()
    expect(await person.call('GET', `/v1/accounts/${id}`)).toMatchObject({
      name: 'Savings',
      metadata: { branch: 'A-1' },
    })
  })

  test('is opened, filled in and saved by keyboard alone, and gives the focus back', async () => {
    const { page, person } = await world.member()
    const { id } = await person.call<Made>('POST', '/v1/accounts', { currency: 'EUR', name: 'Reserve' })
    await page.goto(`/balances/${id}`)
    await settled(page)
    await button(page, 'Edit').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('maxlength')))
      .toBe('100')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('By keyboard')
    expect(await accessibilityFaults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await heading(page, 'By keyboard').waitFor()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent?.slice(0, 20)))
      .toBe('Edit')
  })
})
