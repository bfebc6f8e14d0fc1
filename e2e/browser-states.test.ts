import type { BrowserContextOptions, Locator, Page, Route } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { dashboardAddresses } from '../packages/dashboard/scripts/pictures/addresses.ts'
import { callsOf, type Seeded } from '../packages/dashboard/scripts/pictures/seed.ts'
import { useWorld } from './browser-helpers.ts'

const world = useWorld()
const ALL_PAGES_LIMIT_MS = 180_000
// One waits for the server while the other draws.
const LANES = 2
const NOWHERE = '01kasqf0000000000000000000'

/** Things that nobody made: pages about one thing are asked for what is not there. */
const MADE: Seeded = {
  rotatedKeyId: `key_${NOWHERE}`,
  operatorKeyId: `key_${NOWHERE}`,
  workspaceId: `wks_${NOWHERE}`,
  settlementId: `txn_${NOWHERE}`,
  endpointId: `ep_${NOWHERE}`,
  transactionId: `txn_${NOWHERE}`,
  accountId: `acc_${NOWHERE}`,
  eventId: `evt_${NOWHERE}`,
  deliveryId: `dlv_${NOWHERE}`,
  refusedId: `req_${NOWHERE}`,
  invitationToken: 'none',
  cliLoginId: `cli_${NOWHERE}`,
}

/** Forms, which stand without an answer of the server. */
const FORMS = [
  '/api-keys/new',
  '/webhooks/new',
  '/settings/two-factor',
  '/operator/statement',
  '/operator/keys/new',
]

/** What an empty list says, and what it offers: a link or a button, or nothing where others fill it. */
const EMPTY: Record<string, { says: string; offers?: string }> = {
  '/': { says: 'No requests in Test Mode yet', offers: 'Create API Key' },
  '/api-keys': { says: 'No API Keys yet', offers: 'Create API Key' },
  '/transaction-logs': { says: 'No requests in Test Mode yet', offers: 'Go to API Keys' },
  '/webhooks': { says: 'No webhooks yet', offers: 'Add Webhook' },
  '/webhook-logs': { says: 'Nothing has happened in Test Mode yet', offers: 'Go to Webhooks' },
  '/events': { says: 'No events in Test Mode yet', offers: 'Event catalogue' },
  '/transactions': { says: 'No transactions in Test Mode yet', offers: 'New transaction' },
  '/reports': { says: 'No transactions in Test Mode in this range', offers: 'Go to Transactions' },
  '/balances': { says: 'No balances in Test Mode yet', offers: 'Go to Transactions' },
  '/team': { says: 'Nobody is invited at the moment' },
  '/operator/activations': { says: 'Nobody is waiting' },
  '/operator/settlements': { says: 'Nothing waits' },
  '/operator/unmatched-deposits': { says: 'Nothing is unmatched', offers: 'Record deposit' },
  '/operator/fees': { says: 'Nothing is charged' },
  '/operator/event-types': { says: 'No event types of your own yet', offers: 'Declare event type' },
  '/operator/keys': { says: 'No operator keys yet', offers: 'Create operator key' },
  '/operator/mail': { says: 'No mail yet' },
}

const { inside } = dashboardAddresses(MADE)
let operator: BrowserContextOptions

beforeAll(async () => {
  const { context } = await world.stranger()
  const token = /First run {2}\S+token=(\S+)/.exec(world.server.output())![1]!
  const account = {
    name: 'Olga Operator',
    email: 'olga@example.com',
    password: 'a password of the operator 1',
  }
  const call = callsOf(context, world.url)
  await call('POST', '/v1/setup', { token, ...account, workspace_name: 'Lumen & Loom' })
  operator = { storageState: await context.storageState() }
})

test(
  'every page holds its place while the server is silent, says what failed when it fails, and is there after “Try again”: empty, with what to do next',
  { timeout: ALL_PAGES_LIMIT_MS },
  async () => {
    const { context } = await world.stranger(operator)
    const waiting = inside.map(({ path }) => path)
    const faults: string[] = []
    const lane = async (): Promise<void> => {
      const page = await context.newPage()
      const server = await openBehind(page)
      for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
        faults.push(...(await faultsOf(page, server, path)).map((fault) => `${path}: ${fault}`))
      await page.close()
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    expect(faults).toEqual([])
    const known = inside.map(({ path }) => path)
    expect([...FORMS, ...Object.keys(EMPTY)].filter((path) => !known.includes(path))).toEqual([])
  },
)

/** What stands between a page and the server. */
type Between = { silence(): void; fail(): void; heal(): void }

const FAULT = {
  type: '/problems/internal-error',
  title: 'Something failed inside the server',
  status: 500,
  code: 'internal-error',
  detail: 'The request was not carried out.',
  request_id: `req_${NOWHERE}`,
}

/** The dashboard, loaded once: from then on it goes from page to page by itself, as a person does. */
async function openBehind(page: Page): Promise<Between> {
  let isFailing = false
  let speak = (): void => undefined
  let silence = Promise.resolve()
  // What failed is asked for twice more by itself; nobody waits for that here.
  await page.clock.install()
  await page.route('**/v1/**', async (route: Route) => {
    if (new URL(route.request().url()).pathname === '/v1/me') return route.continue()
    await silence
    if (!isFailing) return route.continue().catch(() => undefined) // the page has gone on
    return route.fulfill({ status: 500, contentType: 'application/problem+json', json: FAULT })
  })
  await page.goto('/settings/two-factor')
  await page.getByRole('heading', { level: 1 }).waitFor()
  return {
    silence() {
      silence = new Promise((resolve) => (speak = resolve))
    },
    fail() {
      isFailing = true
      speak()
    },
    heal() {
      isFailing = false
    },
  }
}

async function faultsOf(page: Page, server: Between, path: string): Promise<string[]> {
  const faults: string[] = []
  const main = page.locator('main')
  const retry = main.getByRole('button', { name: 'Try again' })
  server.silence()
  await page.evaluate((to) => history.pushState(null, '', to), path)
  if (FORMS.includes(path)) {
    server.heal()
    return (await appears(main.locator('form'))) ? [] : ['no form']
  }
  if (!(await appears(main.locator('[aria-busy=true]')))) faults.push('holds no place while it loads')
  server.fail()
  await expect.poll(() => passRetries(page, retry), { timeout: 20_000 }).toBeGreaterThan(0)
  if (!(await appears(main.getByText('Something failed inside the server').first())))
    faults.push('does not say what failed')
  if (!(await appears(main.getByRole('button', { name: 'Copy id' }).first())))
    faults.push('names no request to quote')
  server.heal()
  for (let left = 8; left > 0 && (await retry.count()) > 0; left -= 1) {
    // It may have been answered by itself meanwhile.
    await retry
      .first()
      .click({ timeout: 2_000 })
      .catch(() => undefined)
    await expect.poll(() => main.locator('[aria-busy=true]').count()).toBe(0)
  }
  if ((await retry.count()) > 0) faults.push('“Try again” brings nothing')
  const empty = EMPTY[path]
  if (empty === undefined) return faults
  if (!(await appears(main.getByText(empty.says)))) faults.push(`does not say “${empty.says}”`)
  if (empty.offers && !(await appears(main.getByText(empty.offers, { exact: true }).first())))
    faults.push(`does not offer “${empty.offers}”`)
  return faults
}

/** Lets time pass for what waits to ask again. @returns how many failures the page shows */
async function passRetries(page: Page, retry: Locator): Promise<number> {
  await page.clock.fastForward(2_500)
  return retry.count()
}

async function appears(what: Locator): Promise<boolean> {
  return what
    .first()
    .waitFor({ timeout: 5_000 })
    .then(
      () => true,
      () => false,
    )
}
