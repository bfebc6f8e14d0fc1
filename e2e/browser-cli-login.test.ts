import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  accessibilityFaults,
  button,
  fill,
  heading,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'
import { makeFolder } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))
const WIDTHS = [1440, 390]
const world = useWorld()
let home: string
const programs = new Set<ChildProcess>()

beforeAll(async () => {
  home = await makeFolder()
})
afterAll(() => {
  for (const program of programs) program.kill('SIGKILL')
})

/** `countersign` as somebody starts it at home. */
function start(args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: 'pipe',
  })
  programs.add(child)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exited, out: () => out, err: () => err }
}

/** The login, once it has said where to confirm it. */
async function login(profile: string, more: string[] = []) {
  const program = start(['login', '--url', world.url, '--profile', profile, ...more])
  const [url, code] = await vi.waitFor(
    () => {
      const said = [
        /http\S+\/cli-login\S+/.exec(program.err())?.[0],
        /[A-Z]{4}-[A-Z]{4}/.exec(program.err())?.[0],
      ]
      expect(said).toEqual([expect.any(String), expect.any(String)])
      return said as [string, string]
    },
    { timeout: 15_000 },
  )
  return { ...program, url, code }
}

async function assertFit(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    expect(await accessibilityFaults(page)).toEqual([])
    if (process.env['SHOTS'])
      await page.screenshot({
        path: `${process.env['SHOTS']}/${name}-${page.viewportSize()?.width}-${colorScheme}.png`,
        fullPage: true,
      })
  }
}

test.each(WIDTHS)('a person compares the code and gives the command line a key, %i wide', async (width) => {
  const { page } = await world.member({ viewport: { width, height: 900 } })
  const profile = `at-${width}`
  const program = await login(profile, ['--device-name', 'ada-laptop'])
  await page.goto(program.url)
  await page.getByText(program.code, { exact: true }).waitFor()
  await page.getByText('ada-laptop', { exact: true }).waitFor()
  await page.getByText('127.0.0.1', { exact: true }).waitFor()
  await assertFit(page, 'cli-login')

  // Nothing is given before the person says that they compared.
  expect(await button(page, 'Give it the key').isDisabled()).toBe(true)
  await page.getByText('Scopes', { exact: true }).first().click()
  await page.getByLabel('Read balances', { exact: true }).uncheck()
  await page.getByLabel(`I started this login, and my terminal shows ${program.code}`).check()
  await button(page, 'Give it the key').click()
  await note(page, 'ada-laptop is logged in.').waitFor()
  await assertFit(page, 'cli-login-confirmed')

  expect([await program.exited, program.out()]).toEqual([0, expect.stringContaining('CLI on ada-laptop')])
  const file = join(home, '.config', 'countersign', 'credentials.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { publicKey, privateKey } = JSON.parse(readFileSync(file, 'utf8')).profiles[profile]
  expect(privateKey).toContain('PRIVATE KEY')
  const whoami = start(['whoami', '--profile', profile, '--json'])
  expect(await whoami.exited).toBe(0)
  const me = JSON.parse(whoami.out())
  expect(me).toMatchObject({ public_key: publicKey, mode: 'test', currency_type: 'fiat' })
  expect(me.scopes).toContain('transactions:write')
  expect(me.scopes).not.toContain('balances:read')
  const days = (Date.parse(me.expires_at) - Date.now()) / 86_400_000
  expect(Math.round(days)).toBeGreaterThanOrEqual(90)
  expect(Math.round(days)).toBeLessThanOrEqual(91)

  await page.getByRole('link', { name: 'Show the key' }).click()
  await heading(page, 'CLI on ada-laptop').waitFor()
  expect(await page.content()).not.toContain(privateKey)
  await page.goto(program.url)
  await note(page, 'ada-laptop is logged in.').waitFor()
})

test('a refusal ends the command line, which keeps nothing', async () => {
  const { page } = await world.member()
  const program = await login('refused')
  await page.goto(program.url)
  await button(page, 'Refuse').click()
  await page.getByRole('heading', { name: 'Refused' }).waitFor()
  expect([await program.exited, program.err()]).toEqual([
    1,
    expect.stringContaining('refused in the dashboard'),
  ])
  const profiles = start(['profiles', '--json'])
  await profiles.exited
  expect(profiles.out()).not.toContain('"refused"')
})

test('whoever is not signed in signs in first and comes back to the same login', async () => {
  const { person } = await world.member()
  const program = await login('later')
  const { page } = await world.stranger()
  await page.goto(program.url)
  await fill(page, { 'E-mail': person.email, Password: person.password })
  await button(page, 'Sign in').click()
  await page.getByText(program.code, { exact: true }).waitFor()
  await page.getByLabel(/^I started this login/).check()
  await button(page, 'Give it the key').click()
  expect(await program.exited).toBe(0)
})

test('a login that is nobody’s, and one of another workspace, are told alike', async () => {
  const { page } = await world.member()
  const { page: other } = await world.member()
  const program = await login('theirs')
  await other.goto(program.url)
  await button(other, 'Refuse').click()
  await other.getByRole('heading', { name: 'Refused' }).waitFor()
  for (const address of [program.url, '/cli-login?id=cli_01kasqf0000000000000000000', '/cli-login']) {
    await page.goto(address)
    await page.getByRole('heading', { name: 'This login has ended' }).waitFor()
    expect(await button(page, 'Give it the key').count()).toBe(0)
  }
})
