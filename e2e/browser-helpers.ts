import { AxeBuilder } from '@axe-core/playwright'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { chromiumPath } from '../packages/sdk/src/testing/chromium.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

// A machine that also builds and tests at this moment takes its time; a page that works never needs this long.
const ACTION_LIMIT_MS = 45_000

/** A tab with everything that went wrong in it. */
export type Tab = { page: Page; context: BrowserContext; faults: string[] }

/** A server on a fresh data folder and a Chromium, for one test file. */
export type World = {
  server: LaunchedServer
  /** Its data folder, PostgreSQL's among it. */
  dataDir: string
  /** Where people find it: what the start printed. */
  url: string
  /** Stops the server, does something, and starts it again at the same address. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
  /** A stranger's tab, closed after the test. */
  stranger(options?: BrowserContextOptions): Promise<Tab>
  /** A fresh person's tab, signed in, closed after the test. */
  member(options?: BrowserContextOptions): Promise<Tab & { person: Person }>
}

/**
 * Starts and ends the world around a file's tests. After each of them no page may have thrown, complained in the
 * console or broken the Content-Security-Policy.
 * @param env settings of the server
 */
export function useWorld(env: Record<string, string> = {}): World {
  let browser: Browser
  const tabs: Tab[] = []
  let wasAway = false
  const world = {
    async stranger(options) {
      const tab = await openTab(browser, world.url, options)
      tabs.push(tab)
      return tab
    },
    async member(options) {
      const tab = await openTabOf(browser, world.url, options)
      tabs.push(tab)
      return tab
    },
    async restart(meanwhile) {
      const { port } = world.server
      wasAway = true
      await world.server.stop()
      await meanwhile?.()
      world.server = await launchServer({ dataDir: world.dataDir, env: { ...env, PORT: String(port) } })
    },
  } as World

  beforeAll(async () => {
    const dataDir = join(await makeFolder(), 'data')
    world.dataDir = dataDir
    ;[world.server, browser] = await Promise.all([launchServer({ dataDir, env }), openBrowser()])
    world.url = `http://localhost:${world.server.port}`
  })
  afterEach(async () => {
    // Chromium reports every connection that a server which is away does not take.
    const faults = tabs
      .flatMap((tab) => tab.faults)
      .filter((fault) => !wasAway || !fault.includes('net::ERR_'))
    wasAway = false
    await Promise.all(tabs.splice(0).map(({ context }) => context.close()))
    expect(faults).toEqual([])
  })
  afterAll(cleanUp)
  return world
}

let running: Promise<Browser> | undefined

/** One for all files that this process runs, each of whose tabs is a profile of its own; it ends with the process. */
async function openBrowser(): Promise<Browser> {
  if (!(await running)?.isConnected())
    running = chromium.launch({
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
  return running!
}

/** A browser profile of its own with one tab. What its console says against the page is kept in `faults`. */
async function openTab(browser: Browser, baseURL: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1280, height: 900 },
    // Animations only make a loaded machine slower.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  context.setDefaultTimeout(ACTION_LIMIT_MS)
  const faults: string[] = []
  // Also in tabs that a page opens.
  context.on('page', (page) => watch(page, faults))
  return { page: await context.newPage(), context, faults }
}

/** A tab of a fresh person who is signed in. */
async function openTabOf(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Tab & { person: Person }> {
  const person = await signUpPerson(baseURL)
  const tab = await openTab(browser, baseURL, options)
  await tab.context.addCookies(
    person.cookie.split('; ').map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return { name, value: value.join('='), url: baseURL }
    }),
  )
  return { ...tab, person }
}

// An answer of the API that is no success is a fact that the page handles, and Chromium reports each of them.
const API_ANSWER = /^Failed to load resource: the server responded with a status of [45]\d\d/

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
  page.on('crash', () => faults.push(`${page.url()}: the page crashed`))
  // A breach of the Content-Security-Policy is reported here as well.
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const from = message.location().url
    if (API_ANSWER.test(message.text()) && /\/(?:v1|auth)\//.test(from)) return
    // The API reference is somebody else's program, and it is talkative; its errors count.
    if (message.type() === 'warning' && from.endsWith('/docs/reference.js')) return
    faults.push(`${page.url()}: ${message.text()} (${from})`)
  })
}

/** Fills fields by their labels. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).first().fill(value)
  }
}

export const button = (page: Pick<Page, 'getByRole'>, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true })
export const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name, exact: true })
/** An entry of the navigation. */
export const menu = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name })
/** A short message inside a page. */
export const note = (page: Page, text: string | RegExp) => page.locator('.note').filter({ hasText: text })
/** The page's one heading of the first level. */
export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

/** Waits until nothing on the page says that it loads. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: ACTION_LIMIT_MS }).toBe(0)
}

/** What axe holds against the page as it stands, serious and critical, as readable lines; by every rule, or some. */
export async function accessibilityFaults(page: Page, rules?: string[]): Promise<string[]> {
  // It is half a megabyte, which every run would load twice more.
  const axeSource = (await page.evaluate(() => 'axe' in window)) ? 'undefined' : undefined
  // Legacy: without frames, and so without a second tab for the report.
  const axe = new AxeBuilder({ page, axeSource }).setLegacyMode().options({ resultTypes: ['violations'] })
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')} ${failureSummary ?? ''}`,
      ),
    )
}

/** How far the page reaches beyond the window, in pixels; 0 or less when nobody has to scroll sideways. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
