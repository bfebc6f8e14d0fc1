import { createHmac, randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { Countersign, type ProblemError } from '../packages/sdk/src/index.ts'
import {
  accessibilityFaults,
  button,
  heading,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const world = useWorld()
const WIDTHS = [1440, 390]

/** Looks at the page in both themes; with SHOTS, keeps what was seen. */
async function assertFit(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page)
    await page.evaluate(() => {
      ;(document.activeElement as HTMLElement | null)?.blur()
      window.scrollTo(0, 0)
    })
    expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
    expect(await accessibilityFaults(page)).toEqual([])
    const width = page.viewportSize()?.width
    if (process.env['SHOTS'])
      await page.screenshot({
        path: `${process.env['SHOTS']}/${name}-${width}-${colorScheme}.png`,
        fullPage: true,
      })
  }
}

type Key = { public_key: string; secret_key: string }

/** A request whose query was signed in another order than it is sent. */
function reordered(key: Key, ageSeconds = 0): { url: string; headers: Record<string, string> } {
  const created = Math.floor(Date.now() / 1000) - ageSeconds
  const nonce = randomBytes(12).toString('hex')
  const params = `("@method" "@authority" "@path" "@query");created=${created};nonce="${nonce}";keyid="${key.public_key}"`
  const base = baseOf(new URL(world.url).host, '?cursor=&limit=1', params)
  const mac = createHmac('sha256', key.secret_key).update(base).digest('base64')
  return {
    url: `${world.url}/v1/accounts?limit=1&cursor=`,
    headers: { 'Signature-Input': `sig1=${params}`, Signature: `sig1=:${mac}:` },
  }
}

/** The same as a curl line. */
function reorderedLine(
  key: Key,
  more: { headers?: Record<string, string>; ageSeconds?: number } = {},
): string {
  const { url, headers } = reordered(key, more.ageSeconds)
  const fields = Object.entries({ ...headers, ...more.headers })
  return [`curl '${url}'`, ...fields.map(([name, value]) => `-H '${name}: ${value}'`)].join(' \\\n  ')
}

function baseOf(host: string, query: string, params: string): string {
  return `"@method": GET\n"@authority": ${host}\n"@path": /v1/accounts\n"@query": ${query}\n"@signature-params": ${params}`
}

test.each(WIDTHS)('a refused request shows where the two signature bases part, %i wide', async (width) => {
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
  await assertFit(page, 'log')

  await page.getByRole('link', { name: 'Open in the signature debugger' }).click()
  await heading(page, 'Signature debugger').waitFor()
  await note(page, 'another-keys-secret').waitFor()

  const { url, headers } = reordered((await person.createKey()) as Key)
  expect((await fetch(url, { headers })).status).toBe(401)
  await page.goto('/transaction-logs')
  await page.getByText('query-reordered', { exact: true }).waitFor()
  await assertFit(page, 'logs')
})

test.each(WIDTHS)('a pasted curl line is explained, %i wide: cause, remedy, first byte', async (width) => {
  const { page, person } = await world.member({ viewport: { width, height: 900 } })
  const key = (await person.createKey()) as Key
  await page.goto('/signature-debugger')
  await heading(page, 'Signature debugger').waitFor()
  await assertFit(page, 'debugger-empty')

  const request = page.getByLabel('The request as it was sent')
  await request.fill('curl https://api.example.com/v1/me -H "Signature: $SIGNATURE"')
  await button(page, 'Explain').click()
  await page.getByText('A shell would fill in $SIGNATURE').waitFor()

  const line = reorderedLine(key, { ageSeconds: 4_000 })
  await request.fill(line)
  await button(page, 'Explain').click()
  const found = note(page, 'query-reordered')
  await found.waitFor()
  expect(await found.innerText()).toContain('Remedy: Sign the query in the order in which it is sent')
  expect(await page.getByText('clock-behind').count()).toBe(0)

  const params = /Signature-Input: sig1=([^']*)/.exec(line)?.[1] ?? ''
  const own = baseOf(new URL(world.url).host, '?cursor=&limit=1', params).replaceAll('\n', '\r\n')
  await page.getByLabel('The text that your code signs').fill(JSON.stringify(own))
  const compared = page.getByRole('region', { name: 'Signature bases compared' })
  expect(await compared.locator('mark').first().innerText()).toBe('(end)')
  expect(await compared.innerText()).toContain('\\r')
  await page.getByLabel('The text that your code signs').fill(own.replaceAll('\r', ''))
  expect(await compared.locator('mark').allInnerTexts()).toEqual(['l', 'c'])
  await assertFit(page, 'debugger')

  await page.getByLabel('Judge its age as well').check()
  await button(page, 'Explain').click()
  await note(page, 'clock-behind').waitFor()
})

test('a secret is checked in the browser and never sent, and neither are cookies, credentials or the own base', async () => {
  const { page, person } = await world.member()
  const key = (await person.createKey()) as Key
  const sent: string[] = []
  page.on('request', (one) =>
    sent.push(`${one.url()} ${JSON.stringify(one.headers())} ${one.postData() ?? ''}`),
  )
  await page.goto('/signature-debugger')
  const request = page.getByLabel('The request as it was sent')
  await request.fill(`${reorderedLine(key)} -H 'X-Key: ${key.secret_key}'`)
  await button(page, 'Explain').click()
  await page.getByText('This holds a Secret Key').waitFor()

  await request.fill(
    reorderedLine(key, { headers: { Cookie: 'session=confidential', Authorization: 'confidential' } }),
  )
  await button(page, 'Explain').click()
  await note(page, 'query-reordered').waitFor()
  await page.getByLabel('The text that your code signs').fill('my own confidential base')
  await page.getByText('Check your secret').click()
  await page.getByLabel('Secret Key', { exact: true }).fill(key.secret_key)
  await button(page, 'Check in this browser').click()
  await note(page, 'made the signature over neither text').waitFor()
  const params = /Signature-Input: sig1=([^']*)/.exec(await request.inputValue())?.[1] ?? ''
  await page
    .getByLabel('The text that your code signs')
    .fill(baseOf(new URL(world.url).host, '?cursor=&limit=1', params))
  await button(page, 'Check in this browser').click()
  await note(page, 'Your code signed your text with this secret').waitFor()
  await assertFit(page, 'debugger-secret')

  expect(sent.some((one) => one.includes('/v1/test/explain-signature'))).toBe(true)
  for (const one of sent) {
    expect(one).not.toContain(key.secret_key.slice('sk_test_'.length))
    expect(one).not.toContain('confidential')
  }
})

test.each(WIDTHS)('a request is graded from the browser without side effects, %i wide', async (width) => {
  const { page, person } = await world.member({ viewport: { width, height: 900 } })
  const key = (await person.createKey()) as Key & { id: string }
  const other = (await person.createKey()) as Key
  const sent: string[] = []
  page.on('request', (one) =>
    sent.push(`${one.url()} ${JSON.stringify(one.headers())} ${one.postData() ?? ''}`),
  )
  await page.goto('/signature-debugger')
  await page.getByText('Grade my request').click()
  await page.getByLabel('Public Key of Test Mode').fill(key.public_key)
  await page.getByLabel('Its Secret Key').fill(key.secret_key)
  await button(page, 'Sign and have it graded').click()
  await note(page, 'The signature is right.').waitFor()
  expect(await page.locator('dd strong').allInnerTexts()).not.toContain('failed')
  await assertFit(page, 'debugger-graded')

  await page.getByLabel('Its Secret Key').fill(other.secret_key)
  await button(page, 'Sign and have it graded').click()
  await note(page, 'signature-invalid').waitFor()
  expect(await page.locator('dd strong').allInnerTexts()).toContain('failed')

  expect(sent.filter((one) => one.includes('/v1/test/signature'))).toHaveLength(2)
  for (const one of sent)
    for (const { secret_key: secret } of [key, other])
      expect(one).not.toContain(secret.slice('sk_test_'.length))
  expect(await person.call('GET', `/v1/api-keys/${key.id}`)).toMatchObject({ last_used_at: null })
})
