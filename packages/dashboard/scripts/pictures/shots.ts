import type { Page, Route } from 'playwright-core'
import type { Address } from './addresses.ts'
import type { Seeded } from './seed.ts'

/** One picture: a page, and what is done to it before and after it has loaded. */
export type Shot = Address & {
  before?: (page: Page) => Promise<void>
  act?: (page: Page) => Promise<void>
  /** Never says that it has loaded. */
  loads?: false
}

const press =
  (name: string | RegExp): Shot['act'] =>
  async (page) => {
    await page.getByRole('button', { name, exact: true }).first().click()
    await page.getByRole('dialog').waitFor()
  }

const unfold =
  (summary: RegExp): Shot['act'] =>
  (page) =>
    page.getByText(summary).first().click()

/** Cards have no head with a box for all. */
const selectAll: Shot['act'] = async (page) => {
  for (const box of await page.getByLabel(/^Select (?!all)/).all()) await box.check()
}

const compare: Shot['act'] = async (page) => {
  const base = await page.getByLabel('Signature base that the server computed').last().innerText()
  await page.getByLabel('The text that your code signs').fill(base.replace('/v1/me', '/v1/me/'))
}

const hear =
  (pattern: string, answer: (route: Route) => Promise<void>): Shot['before'] =>
  async (page) => {
    await page.route(pattern, answer)
  }

const failing = (route: Route): Promise<void> =>
  route.fulfill({
    status: 500,
    contentType: 'application/problem+json',
    json: {
      type: '/problems/internal-error',
      title: 'Something failed inside the server',
      status: 500,
      code: 'internal-error',
      detail: 'The request was not carried out. Try again; if it stays, tell the operator the request id.',
      request_id: 'req_01kasqf0000000000000000000',
    },
  })
/** As on a network that swallows everything. */
const silent = (): Promise<void> => new Promise(() => undefined)

/** Dialogs, selections, what was unfolded or found nothing: the states of pages that hold something. */
export function statesOf(made: Seeded): Shot[] {
  const key = `/api-keys/${made.rotatedKeyId}`
  const refused = `/transaction-logs/${made.refusedId}`
  const webhook = `/webhooks/${made.endpointId}`
  return [
    { name: 'menu-open', path: '/', act: openMenu },
    { name: 'palette', path: '/', act: palette },
    { name: 'shortcuts', path: '/', act: (page) => page.keyboard.press('?') },
    { name: 'production-locked', path: '/transactions?mode=production' },
    { name: 'api-keys-selected', path: '/api-keys', act: selectAll },
    { name: 'api-keys-none', path: '/api-keys?search=nothing-like-it' },
    { name: 'api-key-new-advanced', path: '/api-keys/new', act: unfold(/^Advanced$/) },
    { name: 'api-key-edit', path: key, act: unfold(/^Edit$/) },
    { name: 'api-key-rotate', path: key, act: press('Rotate') },
    { name: 'api-key-delete', path: key, act: press('Delete') },
    { name: 'transaction-logs-none', path: '/transaction-logs?method=DELETE' },
    { name: 'transaction-log-compared', path: refused, act: compare },
    { name: 'webhook-new-advanced', path: '/webhooks/new', act: unfold(/^Advanced$/) },
    { name: 'webhook-edit', path: webhook, act: press('Edit') },
    { name: 'webhook-rotate', path: webhook, act: press('Rotate secret') },
    { name: 'webhook-delete', path: webhook, act: press('Delete') },
    { name: 'webhook-replay', path: webhook, act: press('Replay a range') },
    {
      name: 'transactions-more',
      path: '/transactions',
      act: (page) => page.getByText('More filters').click(),
    },
    { name: 'transaction-edit', path: `/transactions/${made.transactionId}`, act: press('Edit') },
    { name: 'transaction-refund', path: `/transactions/${made.transactionId}`, act: press('Refund') },
    { name: 'transaction-return', path: `/transactions/${made.transactionId}`, act: press('Return') },
    { name: 'account-edit', path: `/balances/${made.accountId}`, act: press('Edit') },
    { name: 'account-add', path: '/balances', act: press('Add account') },
    { name: 'reports-more', path: '/reports', act: (page) => page.getByText('More filters').click() },
    { name: 'event-type-publish', path: '/operator/event-types', act: press(/^Publish /) },
    { name: 'signing-key-rotate', path: '/operator/signing-keys', act: press('Rotate the key of Receipts') },
    { name: 'test-case-run', path: `/test-cases?run=${made.transactionId}` },
    { name: 'test-reset', path: '/test-cases', act: press('Reset test data') },
    { name: 'team-invite', path: '/team', act: press('Invite') },
    { name: 'activation-refuse', path: '/operator/activations', act: press('Refuse') },
    {
      name: 'settlement-settle',
      path: `/operator/settlements/${made.settlementId}`,
      act: press('Settle'),
    },
    { name: 'failed-list', path: '/transactions', before: hear('**/v1/transactions*', failing) },
    { name: 'failed-page', path: webhook, before: hear('**/v1/webhook-endpoints/**', failing) },
    {
      name: 'loading-list',
      path: '/transactions',
      before: hear('**/v1/transactions*', silent),
      loads: false,
    },
    { name: 'loading-page', path: key, before: hear('**/v1/api-keys/**', silent), loads: false },
    { name: 'not-found-inside', path: '/transactions/txn_01kasqf0000000000000000000' },
  ]
}

/** The places of the menu as a fresh member finds them. */
export const EMPTY: Shot[] = [
  '/',
  '/api-keys',
  '/transaction-logs',
  '/webhooks',
  '/webhook-logs',
  '/events',
  '/transactions',
  '/transactions/new',
  '/reports',
  '/balances',
  '/team',
  '/audit-log',
  '/activation',
].map((path) => ({ name: `empty-${path.slice(1).replaceAll('/', '-') || 'home'}`, path }))

/** What stands in the README. */
export const README_SHOTS: Shot[] = [
  { name: 'transaction-logs', path: '/transaction-logs' },
  { name: 'refused-request', path: '/transaction-logs?code=signature-invalid', act: openFirst },
]

const openMenu: Shot['act'] = async (page) => {
  const menu = page.getByRole('button', { name: 'Open the menu' })
  await page.setViewportSize({ width: 390, height: 844 })
  await menu.click()
  await page.getByRole('dialog').waitFor()
}

async function openFirst(page: Page): Promise<void> {
  await page.locator('main tbody a').first().click()
  await page.getByText('Likely cause').first().waitFor({ timeout: 10_000 })
}

async function palette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('key')
}
