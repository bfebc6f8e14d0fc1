import { expect, test, vi } from 'vitest'
import { Countersign, type ProblemError } from '../packages/sdk/src/index.ts'
import { accessibilityFaults, settled, sidewaysOverflow, useWorld } from './browser-helpers.ts'

const world = useWorld()

test.each([1440, 390])(
  'a refused request shows where the two signature bases part, %i wide',
  async (width) => {
    const { page, person } = await world.member({ viewport: { width, height: 900 } })
    const { public_key: publicKey } = await person.createKey()
    const { secret_key: secretKey } = await person.createKey()
    const wrong = new Countersign({ baseUrl: world.url, publicKey, secretKey, retriesMax: 0 })
    const refusal = (await wrong.me().catch((error: unknown) => error)) as ProblemError
    const path = `/transaction-logs/${refusal.request_id}`
    // Refusals are written in batches.
    await vi.waitFor(() => person.call('GET', `/v1${path}`), { timeout: 5_000 })
    await page.goto(path)

    const compared = page.getByRole('region', { name: 'Signature bases compared' })
    const base = await compared.locator('pre').first().innerText()
    const own = compared.getByLabel('The text that your code signs')
    await own.fill(base)
    expect(await compared.innerText()).toContain('Both texts are the same')
    await own.fill(base.replace('"@path": /v1/me', '"@path": /v1/me '))
    expect(await compared.locator('mark').allInnerTexts()).toEqual(['(end)', '·'])
    await settled(page)
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    expect(await accessibilityFaults(page)).toEqual([])
    if (process.env['SHOTS'])
      await page.screenshot({ path: `${process.env['SHOTS']}/debugger-${width}.png`, fullPage: true })
  },
)
