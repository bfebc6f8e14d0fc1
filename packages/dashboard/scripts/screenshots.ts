// `npm run pictures`: takes a picture of every page at 1440 and 390 wide, in light and dark, from a month of demo data.
// The pages are those of the router's own source: one that has no address here stops it.
//
//   npm run pictures -- --folder /tmp/shots --data /tmp/shots-data --only '^webhook' --widths 390 --themes dark
//   npm run pictures -- --readme       the few of the README, into docs/images
//
// With --data the month is lived through once and kept. Ends non-zero when a page scrolls sideways, throws or breaks
// the Content-Security-Policy. What axe says is asked by e2e/browser-every-page.test.ts.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { dashboardAddresses, documentAddresses } from './pictures/addresses.ts'
import { EMPTY, README_SHOTS, statesOf, type Shot } from './pictures/shots.ts'
import { openWorld, type PictureWorld } from './pictures/world.ts'

type Theme = 'light' | 'dark'
type Storage = Awaited<ReturnType<BrowserContext['storageState']>>

const { values: asked } = parseArgs({
  options: {
    folder: { type: 'string', default: '/tmp/countersign-pictures' },
    data: { type: 'string' },
    only: { type: 'string', default: '' },
    widths: { type: 'string', default: '1440,390' },
    themes: { type: 'string', default: 'light,dark' },
    readme: { type: 'boolean', default: false },
  },
})
const only = new RegExp(asked.only)
const widths = asked.widths.split(',').map(Number)
const themes = asked.themes.split(',') as Theme[]
const HEIGHTS = { narrow: 844, wide: 900 }
const README_FOLDER = join(import.meta.dirname, '../../../docs/images')
const ACTION_LIMIT_MS = 15_000
// A page of ten thousand pixels says no more than its beginning.
const PICTURE_HEIGHT_MAX = 4_000
const DRAWN_MS = 250
let pictures = 0
const faults = new Set<string>()

async function takeAll(world: PictureWorld): Promise<void> {
  if (asked.readme) return take(world, README_SHOTS, await world.operator())
  const made = await world.seed()
  const { outside, inside } = dashboardAddresses(made)
  const nowhere = { name: 'not-found', path: '/nowhere' }
  await take(world, [...outside, nowhere, ...documentAddresses()])
  await take(world, [...inside, ...statesOf(made)], await world.operator())
  await take(world, EMPTY, await world.newcomer())
}

async function take(world: PictureWorld, shots: Shot[], storageState?: Storage): Promise<void> {
  const waiting = shots.filter(({ name }) => only.test(name))
  if (waiting.length === 0) return
  const lane = async (browser: Browser): Promise<void> => {
    const context = await browser.newContext({
      baseURL: world.origin,
      storageState,
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Amsterdam',
      locale: 'en-GB',
    })
    context.setDefaultTimeout(ACTION_LIMIT_MS)
    for (let shot = waiting.shift(); shot; shot = waiting.shift()) await takeOne(context, shot)
    await context.close()
  }
  await Promise.all(world.browsers.map(lane))
}

/** One page in every look; it is loaded anew for each width, as on another device. */
async function takeOne(context: BrowserContext, shot: Shot): Promise<void> {
  for (const width of widths) {
    const page = await context.newPage()
    watch(page)
    try {
      await page.setViewportSize({ width, height: width < 768 ? HEIGHTS.narrow : HEIGHTS.wide })
      await shot.before?.(page)
      await page.goto(shot.path)
      await page.locator('h1, [aria-busy=true]').first().waitFor()
      if (shot.loads !== false) await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
      await shot.act?.(page)
    } catch (error) {
      faults.add(`${shot.name} ${width}: ${(error as Error).message.split('\n')[0]}`)
    }
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      await picture(page, `${shot.name}-${width}-${colorScheme}`)
    }
    await page.close()
  }
}

async function picture(page: Page, name: string): Promise<void> {
  // Charts draw themselves a moment after their numbers are there.
  await page.waitForTimeout(DRAWN_MS)
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  if (sideways > 0) faults.add(`${name} scrolls sideways by ${sideways} px`)
  const folder = asked.readme ? README_FOLDER : asked.folder
  const path = join(folder, `${asked.readme ? name.replace(/-\d+-(light|dark)$/, '-$1') : name}.png`)
  const { width, height } = page.viewportSize()!
  const isDialog = (await page.getByRole('dialog').count()) > 0
  const whole = await page.evaluate(() => document.documentElement.scrollHeight)
  // A window as high as the page: what Chromium puts together of several windows repeats itself.
  const isCut = whole > height && !isDialog && !asked.readme
  if (isCut) {
    await page.setViewportSize({ width, height: Math.min(whole, PICTURE_HEIGHT_MAX) })
    await page.waitForTimeout(DRAWN_MS)
  }
  await page.screenshot({ path })
  if (isCut) await page.setViewportSize({ width, height })
  pictures += 1
}

function watch(page: Page): void {
  page.on('pageerror', (error) => faults.add(`${page.url()} threw: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.add(`${page.url()}: ${message.text()}`)
  })
}

mkdirSync(asked.folder, { recursive: true })
const world = await openWorld(asked.data)
try {
  await takeAll(world)
} finally {
  await world.close()
}
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.stdout.write(
  `${pictures} pictures in ${asked.readme ? README_FOLDER : asked.folder}; ${faults.size} faults\n`,
)
process.exitCode = faults.size > 0 ? 1 : 0
