import { expect, test } from 'vitest'
import { accessibilityFaults, button, fill, heading, useWorld } from './browser-helpers.ts'
import { totp } from '../packages/server/src/sessions/test-totp.ts'

const world = useWorld()

test('a person without their app signs in with a backup code, once, renews the codes, and goes on when a session ends', async () => {
  const { page, person } = await world.member()
  await page.goto('/settings/two-factor')
  await fill(page, { Password: person.password })
  await button(page, 'Next').click()
  const codes = page.locator('.backup-codes')
  const [first = '', second = ''] = (await codes.innerText()).split('\n')
  const secret = await page.getByTestId('totp-secret').innerText()
  await fill(page, { Code: totp(secret.replaceAll(/\s/g, '')) })
  await button(page, 'Turn on').click()
  await heading(page, 'Settings').waitFor()

  const { page: phone, context } = await world.stranger()
  const signInTo = async (path: string): Promise<void> => {
    await phone.goto(path)
    await heading(phone, 'Sign in').waitFor()
    await fill(phone, { 'E-mail': person.email, Password: person.password })
    await button(phone, 'Sign in').click()
    await heading(phone, 'Second factor').waitFor()
    await button(phone, 'Use a backup code').click()
  }
  await signInTo('/settings/two-factor')
  expect(await accessibilityFaults(phone)).toEqual([])
  await fill(phone, { 'Backup code': first })
  await button(phone, 'Sign in').click()
  await phone.getByRole('heading', { name: 'Second factor' }).first().waitFor()

  await fill(phone, { 'Your password': person.password })
  await button(phone, 'Make new backup codes').click()
  await codes.waitFor({ state: 'detached' })
  const renewed = (await phone.locator('.backup-codes').innerText()).split('\n')
  expect(renewed).not.toContain(second)

  await context.clearCookies()
  await signInTo('/api-keys/new')
  // The codes of before are dead, the one that was used among them.
  await fill(phone, { 'Backup code': second })
  await button(phone, 'Sign in').click()
  await phone.getByRole('alert').waitFor()
  await fill(phone, { 'Backup code': renewed[0]! })
  await button(phone, 'Sign in').click()

  await fill(phone, { 'Name (optional)': 'Typed before the end' })
  await context.clearCookies()
  await button(phone, 'Next').click()
  const dialog = phone.getByRole('dialog', { name: 'Your session has ended' })
  await dialog.getByLabel('Password', { exact: true }).fill(person.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await dialog.getByLabel('Code').fill(renewed[1]!)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await heading(phone, 'Typed before the end').waitFor()
})
