import { expect, test } from 'vitest'
import { sidewaysOverflow, useWorld } from './browser-helpers.ts'

const world = useWorld()

test('the live signer’s own signature is verified by the server, with HMAC; one changed byte in it is not', async () => {
  const { page, person } = await world.member()
  const key = await person.createKey()
  await page.goto('/docs/live-signer')
  await page.getByLabel('Public Key').fill(key.public_key)
  await page.getByLabel(/^Secret Key/).fill(key.secret_key)
  await page.getByLabel('URL').fill(`${world.url}/v1/test/signature?limit=5&cursor=`)
  await page.getByRole('button', { name: 'Check with this server' }).click()
  const verdict = page.getByRole('status')
  await page.getByText('The server verifies this signature.').waitFor()

  await page.getByLabel(/^Secret Key/).fill(secretLike(key.secret_key))
  await page.getByRole('button', { name: 'Check with this server' }).click()
  await expect.poll(() => verdict.innerText()).toMatch(/^signature-invalid/)
})

test('an edit of the body shows at once in digest, base and signature, and what it changed is marked', async () => {
  const { page } = await world.stranger()
  await page.goto('/docs/live-signer')
  const step = (name: string) => page.locator(`[data-step="${name}"]`)
  const before = await Promise.all(['digest', 'base', 'signature'].map((name) => step(name).innerText()))
  await page.getByLabel('Body, byte for byte').fill('{"type":"deposit","amount":"10.01","currency":"USD"}')
  await step('digest').locator('mark').waitFor()
  const after = await Promise.all(['digest', 'base', 'signature'].map((name) => step(name).innerText()))
  for (const [index, text] of after.entries()) expect(text).not.toBe(before[index])
  await page.getByLabel('nonce').fill('short')
  await page
    .getByRole('alert')
    .getByText(/nonce must be 16 to 128/)
    .waitFor()
})

test('the search finds a section by keyboard alone and goes there', async () => {
  const { page } = await world.stranger()
  await page.goto('/docs/guides')
  await page.keyboard.press('/')
  await page.keyboard.type('overlap')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/docs\/(?!guides)[a-z-]+#/)
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
})

test('a chosen language holds on every guide, and a guide that is not there says so', async () => {
  const { page } = await world.stranger({ viewport: { width: 390, height: 844 } })
  await page.goto('/docs/first-request')
  await page.getByRole('tab', { name: 'Go' }).click()
  await page.reload()
  await page.getByRole('tab', { name: 'Go', selected: true }).waitFor()
  for (const path of ['/docs/first-request', '/docs/live-signer', '/docs/event-types', '/docs/guides']) {
    await page.goto(path)
    expect(await sidewaysOverflow(page), path).toBeLessThanOrEqual(0)
  }
  const missing = await fetch(`${world.url}/docs/no-such-guide`)
  expect(missing.status).toBe(404)
  expect(((await missing.json()) as { code: string }).code).toBe('not-found')
})

/** Another secret of the right form is refused by the server; one with a typo would not leave the page. */
function secretLike(secret: string): string {
  return secret.startsWith('sk_test_') ? 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781' : secret
}
