import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { listenForWebhooks, type WebhookListener } from '../scripts/tour/webhook-listener.ts'
import {
  accessibilityFaults,
  button,
  fill,
  heading,
  link,
  menu,
  note,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

// Deliveries come in their own time, on a machine that may be busy.
const DELIVERY_LIMIT_MS = 30_000
const run = promisify(execFile)
const world = useWorld()
const listeners: WebhookListener[] = []

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

async function listen(): Promise<WebhookListener> {
  const listener = await listenForWebhooks()
  listeners.push(listener)
  return listener
}

/** Through the form in its order, to the page that shows the secret once; the listener learns it. */
async function addWebhook(page: Page, listener: WebhookListener, eventTypes: string[] = []): Promise<string> {
  await page.goto('/')
  await menu(page, 'Webhooks').click()
  await link(page, 'Add Webhook').first().click()
  await fill(page, { 'Endpoint URL': listener.url })
  if (eventTypes.length > 0) await page.getByRole('radio', { name: /^Chosen events/ }).check()
  for (const type of eventTypes) await page.getByRole('checkbox', { name: type }).check()
  await button(page, 'Save').click()
  const secret = await page.getByTestId('webhook-secret').innerText()
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  listener.trust(secret)
  return secret
}

const received = (listener: WebhookListener) =>
  listener.arrivals.map((arrival) => ('event' in arrival ? arrival.event.type : arrival.refused))

describe('event types of the platform', () => {
  test('are declared, changed and withdrawn by an operator, and members find and choose them', async () => {
    const { page } = await world.stranger()
    await page.goto(/First run {2}(\S+)/.exec(world.server.output())![1]!)
    await fill(page, { 'Your name': 'Olga', 'Workspace name': 'Platform', 'E-mail': 'olga@example.com' })
    await fill(page, { Password: 'a password of the operator 1' })
    await button(page, 'Create operator account').click()
    await heading(page, 'Home').waitFor()

    await menu(page, 'Event types').click()
    await page.getByRole('heading', { name: 'No event types of your own yet' }).waitFor()
    await button(page, 'Declare event type').first().click()
    const dialog = page.getByRole('dialog')
    const field = (name: string) => dialog.getByRole('textbox', { name })
    const declare = dialog.getByRole('button', { name: 'Declare', exact: true })
    await field('Event type').fill('card.issued')
    await field('Description').fill('A card was issued.')
    await field('Example of data').fill('{"card_id": 7}')
    await declare.click()
    await dialog.getByText('does not fit the schema', { exact: false }).waitFor()
    await field('Example of data').fill('{"card_id": ')
    await declare.click()
    await dialog.getByText('This is not JSON', { exact: false }).waitFor()
    await field('Example of data').fill('{"card_id": "card_7"}')
    await declare.click()
    await dialog.waitFor({ state: 'hidden' })

    await button(page, 'Edit card.issued').click()
    await field('Description').fill('A card was issued to a person.')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.locator('tbody').getByText('A card was issued to a person.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)

    const { page: theirs } = await world.member()
    await theirs.goto('/operator/event-types')
    await theirs.getByRole('heading', { name: 'Only operators of this server see this page' }).waitFor()
    await theirs.goto('/events/types?type=card.issued')
    await theirs.getByText('A card was issued to a person.').waitFor()
    await theirs.getByText('card_7').first().waitFor()
    await theirs.goto('/webhooks/new')
    await theirs.getByRole('radio', { name: /^Chosen events/ }).check()
    await theirs.getByRole('checkbox', { name: 'card.issued' }).check()

    await button(page, 'Withdraw card.issued').click()
    await fill(page, { 'Type “card.issued” to confirm': 'card.issued' })
    await button(page, 'Withdraw type').click()
    await page.getByRole('heading', { name: 'No event types of your own yet' }).waitFor()
  })
})

describe('a webhook', () => {
  test('is added in the order of the flow, guarded until its secret is stored, and takes a test event that verifies', async () => {
    const { page } = await world.member()
    const listener = await listen()
    await addWebhook(page, listener, ['transaction.completed'])
    await menu(page, 'Home').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stay and store it' }).click()
    await button(page, 'Send test event').click()
    await note(page, 'Test event received.').waitFor()
    expect(received(listener)).toEqual(['webhook_endpoint.ping'])

    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    await link(page, 'Open it in Webhook Logs').click()
    await heading(page, /webhook_endpoint\.ping/).waitFor()
    await page.getByText('Attempt 1', { exact: true }).waitFor()
    await button(page, 'Resend').click()
    await page.getByText('Attempt 2', { exact: true }).waitFor()
    expect(received(listener)).toEqual(['webhook_endpoint.ping', 'webhook_endpoint.ping'])
    const [first, second] = listener.arrivals as { event: { id: string } }[]
    expect(second!.event.id).toBe(first!.event.id)
  })

  test('of a deposit is one click from its event, its request and its attempts', async () => {
    const { page, person } = await world.member()
    const listener = await listen()
    await addWebhook(page, listener)
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    const key = await person.createKey()
    const options = { publicKey: key.public_key, secretKey: key.secret_key }
    const client = new Countersign({ baseUrl: world.url, ...options })
    const deposit = await client.transactions.create({ type: 'deposit', amount: '12.34', currency: 'USD' })
    await expect
      .poll(() => received(listener), { timeout: DELIVERY_LIMIT_MS })
      .toEqual(expect.arrayContaining(['transaction.created', 'transaction.completed', 'balance.updated']))
    expect(received(listener)).toEqual(expect.not.arrayContaining([expect.stringContaining(' ')]))

    await page.goto(`/transaction-logs?path_contains=${encodeURIComponent('/v1/transactions')}`)
    await page.locator('tbody').getByRole('link').click()
    await page.getByRole('heading', { level: 2, name: /POST \/v1\/transactions/ }).waitFor()
    await link(page, deposit.id).waitFor()
    await page.getByRole('link', { name: /^evt_/ }).first().click()
    await heading(page, /^transaction\.created/).waitFor()
    await page.locator('tbody').getByRole('link', { name: listener.url }).click()
    await page.getByText('Attempt 1', { exact: true }).waitFor()
    await page.getByText('12.34').first().waitFor()
    await link(page, deposit.request_id!).click()
    await heading(page, /POST \/v1\/transactions/).waitFor()
  })

  test('that nobody takes shows as failed attempt, and an event without an endpoint as skipped', async () => {
    const { page, person } = await world.member()
    await person.createKey()
    await page.goto('/webhook-logs')
    const row = page.locator('tbody tr').filter({ hasText: 'api_key.created' })
    await row.getByText('Skipped').waitFor()
    await row
      .getByText(/endpoint/i)
      .first()
      .waitFor()

    const listener = await listen()
    await addWebhook(page, listener)
    await listener.close()
    listeners.splice(0)
    await button(page, 'Send test event').click()
    await note(page, 'The test event did not arrive.').waitFor()
    expect(received(listener)).toEqual([])
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
  })

  test('is signed with Ed25519 as well when the form asks for it, and no longer when it is switched off', async () => {
    const { page, person } = await world.member()
    const listener = await listen()
    await page.goto('/webhooks/new')
    await fill(page, { 'Endpoint URL': listener.url })
    await page.getByText('Advanced', { exact: true }).click()
    const toggle = page.getByRole('switch', { name: /Ed25519/ })
    await toggle.click({ force: true })
    await button(page, 'Save').click()
    await page.getByTestId('webhook-secret').waitFor()
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    await link(page, 'Done').click()
    await heading(page, listener.url).waitFor()
    const schemes = async () => {
      const path = '/v1/webhook-endpoints'
      const { data } = await person.call<{ data: { signature_schemes: string[] }[] }>('GET', path)
      return data[0]!.signature_schemes
    }
    expect(await schemes()).toEqual(['v1', 'v1a'])
    await button(page, 'Edit').click()
    await page.getByRole('dialog').getByText('Advanced', { exact: true }).click()
    expect(await toggle.isChecked()).toBe(true)
    await toggle.click({ force: true })
    await button(page, 'Save').click()
    await expect.poll(schemes).toEqual(['v1'])
  })

  test('gets events in order when the form asks for it; one behind another says so and leads there', async () => {
    const { page, person } = await world.member()
    const listener = await listen()
    await page.goto('/webhooks/new')
    await fill(page, { 'Endpoint URL': listener.url })
    await page.getByText('Advanced', { exact: true }).click()
    await page.getByRole('radio', { name: /^In order per object/ }).check()
    await button(page, 'Save').click()
    await page.getByTestId('webhook-secret').waitFor()
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    await link(page, 'Done').click()
    await page.getByText('In order per object', { exact: true }).waitFor()
    // Nobody listens any more: the first event of the key holds back the second.
    await listener.close()
    listeners.splice(0)
    const key = await person.createKey()
    await person.call('PATCH', `/v1/api-keys/${key.id}`, { name: 'Renamed' })
    await person.call('POST', `/v1/api-keys/${key.id}/rotate`, { overlap_seconds: 0 })
    await page.goto('/webhook-logs?event_type=api_key.rotated')
    const row = page.locator('tbody tr')
    await row.getByText('Behind an earlier event of its object').waitFor()
    await row.getByRole('link').first().click()
    await note(page, 'Held back for the order.').waitFor()
    await link(page, 'Open the one in front').click()
    await heading(page, /^api_key\.created/).waitFor()

    await page.goto('/webhooks')
    await page.locator('tbody').getByRole('link', { name: listener.url }).click()
    await button(page, 'Edit').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Advanced', { exact: true }).click()
    expect(await dialog.getByRole('radio', { name: /^In order per object/ }).isChecked()).toBe(true)
    await dialog.getByRole('radio', { name: /^As they happen/ }).check()
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('As they happen', { exact: true }).waitFor()
  })

  test('of the command line stands in the list as what it is, and can only be ended', async () => {
    const { page, person } = await world.member()
    const key = await person.createKey()
    const options = { publicKey: key.public_key, secretKey: key.secret_key }
    const client = new Countersign({ baseUrl: world.url, ...options })
    await client.request('POST', '/v1/test/webhook-listeners', {
      body: { forward_to: 'http://localhost:3000/hook' },
    })
    await page.goto('/webhooks')
    const row = page.locator('tbody tr').filter({ hasText: 'listener:http://localhost:3000/hook' })
    await row.getByText('Listener', { exact: true }).waitFor()
    await row.getByText('on somebody’s machine', { exact: false }).waitFor()
    await row.getByRole('link').click()
    await note(page, 'This is a listener, not a server of yours.').waitFor()
    for (const name of ['Edit', 'Disable', 'Rotate secret']) expect(await button(page, name).count()).toBe(0)
    await button(page, 'Delete').click()
    await fill(page, { 'Type “localhost:3000” to confirm': 'localhost:3000' })
    await button(page, 'End listener').click()
    await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor()
  })

  test('explains an attempt: its signature is verified without sending the secret, and it runs as curl', async () => {
    const { page, context, person } = await world.member()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const listener = await listen()
    const secret = await addWebhook(page, listener)
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    await person.createKey()
    await expect.poll(() => received(listener), { timeout: DELIVERY_LIMIT_MS }).toEqual(['api_key.created'])

    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.goto('/webhook-logs?event_type=api_key.created&status=delivered')
    await page.locator('tbody').getByRole('link').first().click()
    await page.getByText('Attempt 1', { exact: true }).waitFor()
    await page.getByText('Verify this signature').click()
    const field = page.getByLabel('Webhook secret', { exact: true })
    await field.fill(`whsec_${'A'.repeat(43)}=`)
    await note(page, 'This secret did not make the signature.').waitFor()
    await field.fill(secret)
    await note(page, 'The signature is genuine.').waitFor()
    const shown = await page.locator('.signature-check code.break').allInnerTexts()
    expect(shown).toHaveLength(2)
    expect(shown[1]).toBe(shown[0])

    await button(page, 'Copy as curl').click()
    await button(page, /^Copied/)
      .first()
      .waitFor()
    const command = await page.evaluate(() => navigator.clipboard.readText())
    await run('sh', ['-c', command])
    expect(received(listener)).toEqual(['api_key.created', 'api_key.created'])
    expect(sent.length).toBeGreaterThan(3)
    expect(sent.filter((text) => text.includes(secret.slice(6, 40)))).toEqual([])
  })

  test('shows how it is doing, and replays a range after it said how much that is', async () => {
    const { page, person } = await world.member()
    const listener = await listen()
    await addWebhook(page, listener)
    await page.getByRole('checkbox', { name: 'I have stored the webhook secret' }).check()
    await person.createKey()
    await expect.poll(() => received(listener), { timeout: DELIVERY_LIMIT_MS }).toEqual(['api_key.created'])

    await page.goto('/webhooks')
    await page.locator('tbody').getByText('100 %').waitFor()
    await page.locator('tbody').getByRole('link', { name: listener.url }).click()
    await page.getByRole('region', { name: 'Health' }).getByText('100 %').waitFor()
    await button(page, 'Replay a range').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 delivery would go out', { exact: false }).waitFor()
    await dialog.getByRole('textbox', { name: 'Transaction or account' }).fill('txn_none')
    await dialog.getByText('Nothing matches.', { exact: false }).waitFor()
    expect(await dialog.getByRole('button', { name: 'Replay', exact: true }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox', { name: 'Transaction or account' }).fill('')
    await dialog.getByText('1 delivery would go out', { exact: false }).waitFor()
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click()
    const progress = page.getByRole('region', { name: 'Replay' })
    await progress.getByText('Completed').waitFor()
    await progress.getByText('1 of 1 on their way', { exact: false }).waitFor()
    await expect
      .poll(() => received(listener), { timeout: DELIVERY_LIMIT_MS })
      .toEqual(['api_key.created', 'api_key.created'])
  })
})
