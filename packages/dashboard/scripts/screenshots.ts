// Takes a picture of every page of a running server, in both themes, at 1440 and 390 wide, and asks axe about
// each. It drives the product as a person would: sets the server up (or signs in), creates a key, signs requests.
//
//   npx tsx packages/dashboard/scripts/screenshots.ts <setup link, or the dashboard's address> [folder]
//
// Ends non-zero when a page scrolls sideways, throws, or has a serious accessibility fault.
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import AxeBuilder from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { seed, type Seeded } from './screenshot-seed.ts'

const [address = '', folder = '/tmp/shots'] = process.argv.slice(2)
const origin = new URL(address).origin
const person = { name: 'Ada Lovelace', email: 'ada@lovelace.example', password: 'orbit maple cello frost' }
const WIDTHS = [1440, 390]
const ACTION_LIMIT_MS = 15_000
const THEMES = ['light', 'dark'] as const
let faults = 0
const run = promisify(execFile)

type Keys = { id: string; publicKey: string; secretKey: string }

async function enter(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = watched(await context.newPage())
  await page.goto(address)
  const isSetup = address.includes('/setup')
  if (isSetup) {
    await page.getByLabel('Your name').fill(person.name)
    await page.getByLabel('Workspace name').fill('Lovelace Payments')
  }
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password', { exact: true }).fill(person.password)
  await page.getByRole('button', { name: isSetup ? 'Create operator account' : 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.close()
  return context
}

/** The user's own words, in their order; every step has its picture. */
async function createKey(context: BrowserContext): Promise<Keys> {
  const page = watched(await context.newPage())
  await page.goto(`${origin}/api-keys`)
  await page.getByRole('link', { name: 'Create API Key' }).first().click()
  await page.getByLabel('Never Expire').uncheck()
  await page.getByRole('button', { name: '365 days' }).click()
  await page.getByLabel('Crypto').check()
  await page.getByLabel('Fiat').check()
  await page.getByLabel('Name (optional)').fill('Checkout server')
  await picture(page, 'create-api-key')
  await page.getByRole('button', { name: 'Next' }).click()
  const publicKey = await page.getByTestId('public-key').innerText()
  const secretKey = await page.getByTestId('secret-key').innerText()
  await page.getByText('Listening for the first request').waitFor()
  await picture(page, 'created-listening')
  await page.getByRole('button', { name: 'Send test request' }).click()
  await page.getByText('The key works.').waitFor()
  await picture(page, 'created-test-request')

  // From "the user's own code": first with a wrong secret, then right.
  await runCurl(publicKey, `${secretKey} `)
  await page.getByText('A request arrived and was refused').waitFor()
  await picture(page, 'created-refused')
  await runCurl(publicKey, secretKey)
  await page.getByText('Signed request received.').waitFor()
  await picture(page, 'created-received')

  await page.getByRole('link', { name: 'Done' }).click()
  await page.getByText('The secret key is not stored yet').waitFor()
  await picture(page, 'created-guard')
  await page.getByRole('button', { name: 'Stay and store it' }).click()
  await page.getByLabel('I have stored the secret key').check()
  await page.getByRole('link', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'Checkout server' }).first().click()
  await page.getByRole('heading', { name: 'Checkout server' }).waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await page.close()
  return { id, publicKey, secretKey }
}

async function runCurl(publicKey: string, secretKey: string): Promise<void> {
  const env = {
    ...process.env,
    COUNTERSIGN_URL: origin,
    COUNTERSIGN_PUBLIC_KEY: publicKey,
    COUNTERSIGN_SECRET_KEY: secretKey,
  }
  await run('sh', [join(import.meta.dirname, '../snippets/hmac-sha256/signed-request.sh')], { env })
}

/** What is shown once, at both widths and in both themes: an Ed25519 pair, and a webhook with its receivers. */
async function shownOnce(browser: Browser, storageState: Storage): Promise<void> {
  await eachLook(browser, storageState, async (context, look) => {
    const page = watched(await context.newPage())
    await page.goto(`${origin}/api-keys/new`)
    await page.getByText('Advanced', { exact: true }).click()
    await page.getByRole('radio', { name: /^Ed25519/ }).check()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('tab', { name: 'Python' }).first().click()
    await picture(page, `created-ed25519-${look}`)
    await page.getByRole('checkbox', { name: /^I have stored/ }).check()
    await page.goto(`${origin}/webhooks/new`)
    await page.getByLabel('Endpoint URL').fill('http://127.0.0.1:9/webhooks')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByTestId('webhook-secret').waitFor()
    await picture(page, `webhook-added-${look}`)
    await page.close()
  })
}

type Act = (page: Page) => Promise<void>
type Shot = { name: string; path: string; act?: Act }

const press =
  (name: string): Act =>
  async (page) => {
    await page.getByRole('button', { name, exact: true }).first().click()
    await page.getByRole('dialog').waitFor()
  }

const pressIn =
  (summary: RegExp): Act =>
  (page) =>
    page.getByText(summary).first().click()

/** Stacked cards have no head with a box for all. */
const selectAll: Act = async (page) => {
  for (const box of await page.getByLabel(/^Select (?!all)/).all()) await box.check()
}

const compare: Act = async (page) => {
  const base = await page.getByLabel('Signature base that the server computed').last().innerText()
  await page.getByLabel('The text that your code signs').fill(base.replace('/v1/me', '/v1/me/'))
}

/** Every page behind the sign-in, and every dialog that opens on one. */
function shotsOf(key: Keys, made: Seeded): Shot[] {
  const keyPath = `/api-keys/${key.id}`
  const refused = `/transaction-logs/${made.refusedId}`
  return [
    { name: 'home', path: '/' },
    { name: 'api-keys', path: '/api-keys' },
    { name: 'api-keys-selected', path: '/api-keys', act: selectAll },
    {
      name: 'api-keys-disable',
      path: '/api-keys?currency_type=fiat',
      act: async (page) => {
        await selectAll(page)
        await press('Disable')(page)
      },
    },
    { name: 'api-keys-none', path: '/api-keys?search=nothing-like-it' },
    { name: 'api-key-new', path: '/api-keys/new', act: pressIn(/^Advanced$/) },
    { name: 'api-key', path: keyPath },
    { name: 'api-key-rotated', path: `/api-keys/${made.rotatedKeyId}` },
    { name: 'api-key-edit', path: keyPath, act: pressIn(/^Edit$/) },
    { name: 'api-key-rotate', path: `/api-keys/${made.rotatedKeyId}`, act: press('Rotate') },
    { name: 'api-key-delete', path: keyPath, act: press('Delete') },
    { name: 'transaction-logs', path: '/transaction-logs' },
    { name: 'transaction-logs-none', path: '/transaction-logs?method=DELETE' },
    { name: 'transaction-log-refused', path: refused },
    { name: 'transaction-log-compared', path: refused, act: compare },
    { name: 'webhooks', path: '/webhooks' },
    { name: 'webhook-new', path: '/webhooks/new', act: pressIn(/^Advanced$/) },
    { name: 'webhook', path: `/webhooks/${made.endpointId}` },
    { name: 'webhook-rotate', path: `/webhooks/${made.endpointId}`, act: press('Rotate secret') },
    { name: 'events', path: '/events' },
    { name: 'event', path: `/events/${made.eventId}` },
    { name: 'event-types', path: '/events/types' },
    { name: 'webhook-logs', path: '/webhook-logs' },
    { name: 'webhook-log', path: `/webhook-logs/${made.deliveryId}` },
    { name: 'transactions', path: '/transactions' },
    { name: 'transaction-new', path: '/transactions/new' },
    { name: 'transaction', path: `/transactions/${made.transactionId}` },
    { name: 'test-cases', path: '/test-cases' },
    { name: 'test-case-run', path: `/test-cases?run=${made.transactionId}` },
    { name: 'test-reset', path: '/test-cases', act: press('Reset test data') },
    { name: 'balances', path: '/balances' },
    { name: 'account', path: `/balances/${made.accountId}` },
    { name: 'team', path: '/team' },
    { name: 'team-invite', path: '/team', act: press('Invite') },
    { name: 'audit-log', path: '/audit-log' },
    { name: 'settings', path: '/settings' },
    { name: 'two-factor', path: '/settings/two-factor' },
    { name: 'activation', path: '/activation' },
    { name: 'operator-activations', path: '/operator/activations' },
    { name: 'operator-settlements', path: '/operator/settlements' },
    { name: 'operator-rails', path: '/operator/payment-connections' },
    { name: 'operator-signing-keys', path: '/operator/signing-keys' },
    { name: 'operator-mail', path: '/operator/mail' },
  ]
}

const OUTSIDE: Shot[] = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'setup-incomplete', path: '/setup' },
  { name: 'forgot-password', path: '/forgot-password' },
  { name: 'reset-password', path: '/reset-password?token=example' },
  { name: 'verify-email', path: '/verify-email?token=example' },
  { name: 'not-found', path: '/nowhere' },
]

type Storage = Awaited<ReturnType<BrowserContext['storageState']>>

async function eachLook(
  browser: Browser,
  storageState: Storage | undefined,
  take: (context: BrowserContext, look: string) => Promise<void>,
): Promise<void> {
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      const context = await browser.newContext({
        viewport: { width, height: width < 500 ? 844 : 900 },
        colorScheme: theme,
        reducedMotion: 'reduce',
        storageState,
      })
      context.setDefaultTimeout(ACTION_LIMIT_MS)
      await take(context, `${width}-${theme}`)
      await context.close()
    }
  }
}

async function takeAll(browser: Browser, shots: Shot[], storageState?: Storage): Promise<void> {
  await eachLook(browser, storageState, async (context, look) => {
    for (const shot of shots) {
      const page = watched(await context.newPage())
      await page.goto(origin + shot.path)
      await page.locator('h1').first().waitFor()
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
      try {
        await shot.act?.(page)
      } catch (error) {
        fault(`${shot.name}-${look}: ${(error as Error).message.split('\n')[0]}`)
      }
      await picture(page, `${shot.name}-${look}`)
      await page.close()
    }
  })
}

async function picture(page: Page, name: string): Promise<void> {
  // Dialogs fade in over 120 ms; a half-faded one has other colours than axe should judge.
  await page.waitForTimeout(300)
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  if (sideways > 0) fault(`${name} scrolls sideways by ${sideways} px`)
  await page.evaluate(() => scrollTo(0, 0))
  const isDialog = (await page.getByRole('dialog').count()) > 0
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !isDialog })
  const { violations } = await new AxeBuilder({ page }).analyze()
  for (const { id, impact, nodes } of violations) {
    if (impact === 'serious' || impact === 'critical')
      fault(`${name}: ${id}: ${nodes[0]?.html.slice(0, 160)}`)
  }
}

function fault(text: string): void {
  faults++
  process.stderr.write(`${text}\n`)
}

function watched(page: Page): Page {
  page.on('pageerror', (error) => fault(`${page.url()} threw: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) fault(`${page.url()}: ${message.text()}`)
  })
  return page
}

mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  const context = await enter(browser)
  const key = await createKey(context)
  await shownOnce(browser, await context.storageState())
  const made = await seed(context, origin)
  await takeAll(browser, OUTSIDE)
  await takeAll(browser, shotsOf(key, made), await context.storageState())
} finally {
  await browser.close()
}
process.stdout.write(`Pictures in ${folder}; ${faults} faults\n`)
process.exitCode = faults > 0 ? 1 : 0
