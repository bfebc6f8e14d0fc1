import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import {
  dashboardAddresses,
  documentAddresses,
  type Address,
} from '../packages/dashboard/scripts/pictures/addresses.ts'
import { callsOf, seed, type Seeded } from '../packages/dashboard/scripts/pictures/seed.ts'
import { accessibilityFaults, settled, sidewaysOverflow, useWorld } from './browser-helpers.ts'

const world = useWorld()
const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 390, height: 844 }
const PASSWORD = 'a password of the operator 1'
// Each page is judged by axe four times: some seconds on a busy machine.
const ALL_PAGES_LIMIT_MS = 300_000
// One waits for the server while the other is judged.
const LANES = 2
const LATE_MS = 300
// What a reader would notice; the web's own limit for "good" is 0.1.
const SHIFT_MAX = 0.05

let operator: BrowserContextOptions
let made: Seeded

beforeAll(async () => {
  const { context } = await world.stranger()
  const call = callsOf(context, world.url)
  const token = /First run {2}\S+token=(\S+)/.exec(world.server.output())![1]!
  const account = { name: 'Olga Operator', email: 'olga@example.com', password: PASSWORD }
  await call('POST', '/v1/setup', { token, ...account, workspace_name: 'Lumen & Loom' })
  made = await seed(call, world.url, PASSWORD)
  operator = { storageState: await context.storageState(), viewport: WIDE }
}, 60_000)

/** Takes what waits to a page, two at a time. @returns all that was found on them */
async function eachPage<Found>(
  context: BrowserContext,
  addresses: readonly Address[],
  look: (page: Page, path: string) => Promise<Found[]>,
): Promise<Found[]> {
  const waiting = addresses.map(({ path }) => path)
  const found: Found[] = []
  const lane = async (): Promise<void> => {
    const page = await context.newPage()
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift())
      found.push(...(await look(page, path)))
    await page.close()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return found
}

/** Loads a page once and says what is wrong with it, wide and narrow, in light and dark. */
const faultsOf = (page: Page, path: string): Promise<string[]> => faultsIn(page, path, ['light', 'dark'])

/** Documents are all set alike: light when wide, and dark when narrow. */
const documentFaultsOf = (page: Page, path: string): Promise<string[]> =>
  faultsIn(page, path, ['light'], ['dark'])

type Themes = readonly ('light' | 'dark')[]

async function faultsIn(page: Page, path: string, wide: Themes, narrow: Themes = wide): Promise<string[]> {
  const faults: string[] = []
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(WIDE)
  await page.goto(path)
  await settled(page)
  for (const [viewport, themes] of [
    [WIDE, wide],
    [NARROW, narrow],
  ] as const) {
    await page.setViewportSize(viewport)
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      // In the dark nothing but the colours is different.
      const found = await accessibilityFaults(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)
      for (const fault of found) faults.push(`${path} ${viewport.width} ${colorScheme}: ${fault}`)
    }
    const overflow = await sidewaysOverflow(page)
    if (overflow > 0) faults.push(`${path} ${viewport.width}: ${overflow} px wider than the window`)
  }
  return faults
}

test(
  'every page behind the sign-in has no serious accessibility fault in light and dark, and fits, at 390 and 1440',
  { timeout: ALL_PAGES_LIMIT_MS },
  async () => {
    const { inside } = dashboardAddresses(made)
    const { context } = await world.stranger(operator)
    expect(await eachPage(context, inside, faultsOf)).toEqual([])
  },
)

test(
  'every page before the sign-in, and every document, has no serious accessibility fault, and fits, at 390 and 1440',
  { timeout: ALL_PAGES_LIMIT_MS },
  async () => {
    const { outside } = dashboardAddresses(made)
    // The API reference is somebody else's program.
    const documents = documentAddresses().filter(({ path }) => path !== '/docs')
    const nowhere = { name: 'not-found', path: '/no-such-page' }
    const { context } = await world.stranger()
    expect(await eachPage(context, [...outside, nowhere], faultsOf)).toEqual([])
    expect(await eachPage(context, documents, documentFaultsOf)).toEqual([])
  },
)

test(
  'nothing jumps while a page loads, though the server’s answers come late',
  { timeout: ALL_PAGES_LIMIT_MS },
  async () => {
    const { context } = await world.stranger(operator)
    await context.route('**/v1/**', async (route) => {
      await delay(LATE_MS)
      await route.continue().catch(() => undefined) // the page may be gone by now
    })
    await context.addInitScript(countShifts)
    const shifts = await eachPage(context, dashboardAddresses(made).inside, async (page, path) => {
      const found: string[] = []
      for (const viewport of [WIDE, NARROW]) {
        await page.setViewportSize(viewport)
        await page.goto(path)
        await settled(page)
        const { shift, moved } = await page.evaluate(() => window.layoutShift)
        if (shift > SHIFT_MAX)
          found.push(`${path} ${viewport.width}: ${shift.toFixed(3)}, by ${[...new Set(moved)].join(', ')}`)
      }
      return found
    })
    expect(shifts).toEqual([])
  },
)

declare global {
  interface Window {
    layoutShift: { shift: number; moved: string[] }
  }
  interface PerformanceEntry {
    value: number
    hadRecentInput: boolean
    sources: { node: Node | null }[]
  }
}

/** In the page: sums up how far things moved by themselves, and which. */
function countShifts(): void {
  const seen = { shift: 0, moved: [] as string[] }
  window.layoutShift = seen
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue
      seen.shift += value
      for (const { node } of sources) {
        const element = node instanceof Element ? node : node?.parentElement
        seen.moved.push(`${element?.tagName.toLowerCase()}.${element?.className}`)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
}
