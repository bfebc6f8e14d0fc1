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

const [address = '', folder = '/tmp/shots'] = process.argv.slice(2)
const origin = new URL(address).origin
const person = { name: 'Ada Lovelace', email: 'ada@lovelace.example', password: 'orbit maple cello frost' }
const WIDTHS = [1440, 390]
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

type Shot = { name: string; path: string; act?: (page: Page) => Promise<void> }

function shotsOf(key: Keys, requestId: string): Shot[] {
  const keyPath = `/api-keys/${key.id}`
  const press = (name: string) => async (page: Page) => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.getByRole('dialog').waitFor()
  }
  return [
    { name: 'home', path: '/' },
    { name: 'api-keys', path: '/api-keys' },
    { name: 'api-key', path: keyPath },
    { name: 'api-key-edit', path: keyPath, act: press('Edit') },
    { name: 'api-key-rotate', path: keyPath, act: press('Rotate') },
    { name: 'api-key-delete', path: keyPath, act: press('Delete') },
    { name: 'transaction-logs', path: '/transaction-logs' },
    { name: 'transaction-logs-none', path: '/transaction-logs?method=DELETE' },
    { name: 'transaction-log', path: `/transaction-logs/${requestId}` },
    { name: 'settings', path: '/settings' },
    { name: 'operator-mail', path: '/operator/mail' },
  ]
}

const OUTSIDE: Shot[] = [
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'setup-incomplete', path: '/setup' },
  { name: 'forgot-password', path: '/forgot-password' },
  { name: 'reset-password', path: '/reset-password?token=example' },
  { name: 'not-found', path: '/nowhere' },
]

async function takeAll(
  browser: Browser,
  shots: Shot[],
  storageState?: Awaited<ReturnType<BrowserContext['storageState']>>,
) {
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      const context = await browser.newContext({
        viewport: { width, height: width < 500 ? 844 : 900 },
        colorScheme: theme,
        reducedMotion: 'reduce',
        storageState,
      })
      for (const shot of shots) {
        const page = watched(await context.newPage())
        await page.goto(origin + shot.path)
        await page.locator('h1').first().waitFor()
        await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
        await shot.act?.(page)
        await picture(page, `${shot.name}-${width}-${theme}`)
        await page.close()
      }
      await context.close()
    }
  }
}

async function picture(page: Page, name: string): Promise<void> {
  // Dialogs fade in over 120 ms; a half-faded one has other colours than axe should judge.
  await page.waitForTimeout(300)
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  if (sideways > 0) fault(`${name} scrolls sideways by ${sideways} px`)
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
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
  const page = await context.newPage()
  await page.goto(`${origin}/transaction-logs?code=signature-invalid&api_key_id=${key.id}`)
  await page.getByRole('link', { name: 'GET /v1/me' }).first().click()
  await page.getByRole('heading', { name: '/v1/me' }).waitFor()
  const requestId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  await takeAll(browser, OUTSIDE)
  await takeAll(browser, shotsOf(key, requestId), await context.storageState())
} finally {
  await browser.close()
}
process.stdout.write(`Pictures in ${folder}; ${faults} faults\n`)
process.exitCode = faults > 0 ? 1 : 0
