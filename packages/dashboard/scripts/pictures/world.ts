import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { cleanUp, launchServer, makeFolder } from '../../../../e2e/harness.ts'
import { createRandom } from '../../../../scripts/demo-data/random.ts'
import { startReceivers, type Receivers } from '../../../../scripts/demo-data/receivers.ts'
import { signUpPerson } from '../../../../scripts/tour/person.ts'
import { chromiumPath } from '../../../sdk/src/testing/chromium.ts'
import { callsOf, seed, type Call, type Seeded } from './seed.ts'

type Storage = Awaited<ReturnType<BrowserContext['storageState']>>

/** A server with a month of a shop's life, and a browser. */
export type PictureWorld = {
  origin: string
  /**
   * Two pages load while two are drawn, each in a Chromium of its own: one that draws two windows of different sizes
   * at once puts the picture of one together of pieces as large as the other.
   */
  browsers: [Browser, Browser]
  /** Who runs the platform, in the workspace of the shop. */
  operator(): Promise<Storage>
  /** Makes what only the pictures need; once on the same data. */
  seed(): Promise<Seeded>
  /** Somebody who signed up a moment ago. */
  newcomer(): Promise<Storage>
  close(): Promise<void>
}

/** What a second run on the same data needs: the demo account's session, and what was seeded. */
type Kept = { storage: Storage; made?: Seeded }

const root = join(import.meta.dirname, '../../../..')
const EMAIL = 'demo@example.com'

/** @param data a folder that is kept, so that the month is lived through once; absent: a fresh one each time */
export async function openWorld(data?: string): Promise<PictureWorld> {
  const folder = data ?? (await makeFolder())
  const dataDir = join(folder, 'data')
  const note = join(folder, 'pictures.json')
  await mkdir(dataDir, { recursive: true })
  const kept = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as Kept) : undefined
  const password = kept ? '' : await fillWithDemoData(dataDir)
  const [server, ...browsers] = await Promise.all([launchServer({ dataDir }), openBrowser(), openBrowser()])
  const [browser] = browsers
  const origin = `http://localhost:${server.port}`
  const context = await browser.newContext({ storageState: kept?.storage })
  const call = callsOf(context, origin)
  if (!kept) await call('POST', '/auth/sign-in/email', { email: EMAIL, password })
  const receivers = await openReceivers(call)
  let made = kept?.made
  return {
    origin,
    browsers,
    operator: () => context.storageState(),
    async seed() {
      made ??= await seed(call, origin, password)
      const keep: Kept = { storage: await context.storageState(), made }
      writeFileSync(note, JSON.stringify(keep), { mode: 0o600 })
      return made
    },
    async newcomer() {
      const fresh = await browser.newContext()
      const { cookie } = await signUpPerson(origin)
      await fresh.addCookies(
        cookie.split('; ').map((pair) => {
          const [name = '', ...value] = pair.split('=')
          return { name, value: value.join('='), url: origin }
        }),
      )
      return fresh.storageState()
    },
    async close() {
      await Promise.all(browsers.map((one) => one.close()))
      await receivers.close()
      await server.stop()
      await cleanUp()
    },
  }
}

function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
}

/** The shop's systems go on where its endpoints look for them; without them every webhook would fail. */
async function openReceivers(call: Call): Promise<Receivers> {
  const { data } = await call<{ data: { url: string }[] }>('GET', '/v1/webhook-endpoints')
  const { port } = new URL(data.find(({ url }) => url.endsWith('/orders/webhooks'))!.url)
  const receivers = await startReceivers(createRandom(1), { port: Number(port) })
  receivers.breakCrm()
  receivers.calmDown()
  return receivers
}

/** @returns the password of the demo account */
async function fillWithDemoData(dataDir: string): Promise<string> {
  const child = spawn(join(root, 'node_modules/.bin/tsx'), ['scripts/demo-data.ts'], {
    cwd: root,
    env: { ...process.env, DATA_DIR: dataDir, DEMO_RECEIVERS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  const password = /^Password {3}(\S+)/m.exec(output)?.[1]
  if (!password) throw new Error(`The demo data could not be made:\n${output}`)
  return password
}
