import { readFile } from 'node:fs/promises'
import type { Download, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  accessibilityFaults,
  button,
  fill,
  heading,
  menu,
  note,
  settled,
  sidewaysOverflow,
  useWorld,
} from './browser-helpers.ts'

const world = useWorld()

/** Makes a link on the Team page, as somebody who sends it by another way than mail. */
async function makeLink(page: Page, email: string): Promise<string> {
  await button(page, 'Invite').click()
  await fill(page, { 'E-mail': email })
  await button(page, 'Make a link').click()
  const link = await page.getByTestId('invitation-link').getAttribute('data-link')
  await button(page, 'Done').click()
  return link!
}

/** Does what loads the page anew, and waits for it: a second navigation would race the first. */
async function reloads(page: Page, deed: () => Promise<void>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), deed()])
}

async function act(page: Page, name: string, deed: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: deed }).click()
}

test('an invited person makes an account, works, and loses a right while they work', async () => {
  const owner = await world.member()
  const guest = await world.stranger()
  await owner.page.goto('/team')
  await settled(owner.page)
  const link = await makeLink(owner.page, 'grace@example.com')
  await owner.page.getByText('grace@example.com').waitFor()
  expect(await accessibilityFaults(owner.page)).toEqual([])
  expect(await sidewaysOverflow(owner.page)).toBeLessThanOrEqual(0)

  await guest.page.goto(link)
  await heading(guest.page, /^Join /).waitFor()
  expect(await accessibilityFaults(guest.page)).toEqual([])
  expect(await guest.page.getByLabel('E-mail').inputValue()).toBe('grace@example.com')
  await fill(guest.page, { 'Your name': 'Grace Hopper', Password: 'a password of Grace 1' })
  await button(guest.page, 'Create account and join').click()
  await menu(guest.page, 'API Keys').click()
  await guest.page.getByRole('link', { name: 'Create API Key' }).first().click()
  await fill(guest.page, { 'Name (optional)': 'of Grace' })

  await owner.page.getByText('Grace Hopper').waitFor()
  await act(owner.page, 'Grace Hopper', 'Change role')
  await owner.page.getByRole('combobox', { name: 'Role' }).click()
  await owner.page.getByRole('option', { name: 'Viewer' }).click()
  await button(owner.page, 'Change role').click()
  await owner.page.getByText('Grace Hopper is Viewer from now on.').waitFor()

  await button(guest.page, 'Next').click()
  await note(guest.page, /role/).waitFor()
  await menu(guest.page, 'Team').click()
  await settled(guest.page)
  await guest.page
    .getByRole('row', { name: /Grace Hopper/ })
    .getByText('Viewer')
    .waitFor()
  expect(await button(guest.page, 'Invite').count()).toBe(0)

  await guest.page.goto(link)
  await note(guest.page, 'The invitation does not work').waitFor()
})

test('a person with an account joins, switches workspaces, and leaves', async () => {
  const owner = await world.member()
  const guest = await world.member()
  await owner.page.goto('/team')
  const link = await makeLink(owner.page, guest.person.email)

  const other = await world.member()
  await other.page.goto(link)
  await note(other.page, `The invitation is for ${guest.person.email}`).waitFor()

  await guest.page.goto(link)
  await button(guest.page, 'Join').click()
  const workspaces = guest.page.getByRole('button', { name: /^Workspace .* Switch$/ })
  await workspaces.click()
  await expect.poll(() => guest.page.getByRole('menuitem').count()).toBe(2)
  await reloads(guest.page, () => guest.page.getByRole('menuitem', { name: /Owner/ }).click())
  await expect
    .poll(async () => (await guest.person.call<{ role: string }>('GET', '/v1/me')).role)
    .toBe('owner')
  await guest.page.goto('/team')
  await settled(guest.page)
  await workspaces.click()
  await reloads(guest.page, () => guest.page.getByRole('menuitem', { name: /Developer/ }).click())
  await expect
    .poll(async () => (await guest.person.call<{ role: string }>('GET', '/v1/me')).role)
    .toBe('developer')

  await guest.page.goto('/team')
  const own = guest.page.getByRole('row', { name: /\(you\)/ })
  await own.getByRole('button', { name: /^Actions for/ }).click()
  await guest.page.getByRole('menuitem', { name: 'Leave workspace' }).click()
  const { workspace } = await guest.person.call<{ workspace: { name: string } }>('GET', '/v1/me')
  await fill(guest.page, { [`Type “${workspace.name}” to confirm`]: workspace.name })
  await reloads(guest.page, () => button(guest.page, 'Leave workspace').click())
  await expect
    .poll(async () => (await guest.person.call<{ workspaces: unknown[] }>('GET', '/v1/me')).workspaces.length)
    .toBe(1)
})

test('who is removed does nothing with an open form, and the keys that they know are renewed in the same dialog', async () => {
  const owner = await world.member()
  const guest = await world.member()
  await owner.page.goto('/team')
  const link = await makeLink(owner.page, guest.person.email)
  await guest.page.goto(link)
  await button(guest.page, 'Join').click()
  await menu(guest.page, 'API Keys').click()
  await settled(guest.page)
  const made = await guest.person.createKey()
  await guest.page.getByRole('link', { name: 'Create API Key' }).first().click()
  await fill(guest.page, { 'Name (optional)': 'meant for the owner’s workspace' })

  await owner.page.reload()
  await settled(owner.page)
  const row = owner.page.getByRole('row').filter({ hasText: guest.person.email })
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await owner.page.getByRole('menuitem', { name: 'Remove' }).click()
  const dialog = owner.page.getByRole('dialog')
  await dialog.getByText('may know the secret of 1 key:').waitFor()
  await dialog.getByText(made.name).waitFor()
  expect(await accessibilityFaults(owner.page)).toEqual([])
  await dialog.getByRole('textbox').fill(guest.person.email)
  await dialog.getByRole('button', { name: 'Remove member' }).click()
  const known = owner.page.getByRole('dialog', { name: /is removed$/ })
  await known.getByRole('row').filter({ hasText: made.name }).waitFor()
  expect(await accessibilityFaults(owner.page)).toEqual([])
  // The list behind it has lost the row by then; the dialog stays.
  await row.waitFor({ state: 'detached' })
  await known.getByRole('button', { name: `Delete ${made.name}` }).click()
  const deletion = owner.page.getByRole('dialog', { name: `Delete ${made.name}` })
  await deletion.getByText('Nobody signed with this key in the last 24 hours.').waitFor()
  await deletion.getByRole('textbox').fill(made.name)
  await deletion.getByRole('button', { name: 'Delete key' }).click()
  await known.getByText('knows no secret that still works').waitFor()
  await known.getByRole('button', { name: 'Done' }).click()
  await expect
    .poll(async () => (await owner.person.call<{ status: string }>('GET', `/v1/api-keys/${made.id}`)).status)
    .toBe('revoked')

  await button(guest.page, 'Next').click()
  const told = guest.page.getByRole('dialog', { name: 'This page shows another workspace' })
  await told.getByText(/do not belong to the workspace/).waitFor()
  expect(await accessibilityFaults(guest.page)).toEqual([])
  await told.getByRole('button', { name: 'Stay on this page' }).click()
  expect(await guest.page.getByLabel('Name (optional)').inputValue()).toBe('meant for the owner’s workspace')
  await note(guest.page, 'The session works in another workspace').waitFor()
  // Neither here nor there.
  for (const { person } of [guest, owner])
    expect((await person.call<{ data: unknown[] }>('GET', '/v1/api-keys?status=active')).data).toEqual([])
  await guest.page.reload()
  await settled(guest.page)
  await button(guest.page, 'Next').click()
  await guest.page.getByTestId('public-key').waitFor()
  await guest.page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
})

test('a session that ends under an open form comes back to the workspace that the form shows', async () => {
  const owner = await world.member()
  const guest = await world.member()
  await owner.page.goto('/team')
  const link = await makeLink(owner.page, guest.person.email)
  await guest.page.goto(link)
  await button(guest.page, 'Join').click()
  await menu(guest.page, 'API Keys').click()
  await guest.page.getByRole('link', { name: 'Create API Key' }).first().click()
  await fill(guest.page, { 'Name (optional)': 'after a pause' })
  await guest.context.clearCookies()
  await button(guest.page, 'Next').click()
  await guest.page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(guest.person.password)
  await button(guest.page, 'Sign in').click()
  await guest.page.getByTestId('public-key').waitFor()
  await guest.page.getByRole('checkbox', { name: 'I have stored the secret key' }).check()
  const keys = await owner.person.call<{ data: { name: string }[] }>('GET', '/v1/api-keys')
  expect(keys.data.map(({ name }) => name)).toEqual(['after a pause'])
})

test('an admin finds in the audit log who changed what, and ends a session that is elsewhere', async () => {
  const { page, person } = await world.member()
  const other = await world.stranger()
  await other.page.goto('/sign-in')
  await fill(other.page, { 'E-mail': person.email, Password: person.password })
  await button(other.page, 'Sign in').click()
  await heading(other.page, 'Home').waitFor()

  await page.goto('/settings')
  await settled(page)
  expect(await accessibilityFaults(page)).toEqual([])
  await button(page, 'Sign out').click()
  await button(page.getByRole('dialog'), 'Sign out there').click()
  await button(page, 'Sign out').waitFor({ state: 'detached' })
  await other.page.reload()
  await heading(other.page, 'Sign in').waitFor()

  await page.goto('/audit-log')
  const ended = page.getByRole('row', { name: /session\.revoked/ })
  await ended.waitFor()
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await sidewaysOverflow(page)).toBeLessThanOrEqual(0)
  await page.getByLabel('Action', { exact: true }).first().click()
  await page.getByRole('option', { name: 'workspace.created' }).click()
  await ended.waitFor({ state: 'detached' })
  await page.getByRole('row', { name: /workspace\.created/ }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export the audit log as CSV' }).click()
  const rows = await text(await download)
  expect(rows.match(/workspace\.created/g)).toHaveLength(1)
  expect(rows).not.toContain('session.revoked')
})

async function text(download: Download): Promise<string> {
  return readFile(await download.path(), 'utf8')
}
