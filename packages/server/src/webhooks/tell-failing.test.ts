import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sendMail, mailSealName } from '../sessions/mail.ts'
import { createTestApp, type TestApp, type TestMember } from '../test-app.ts'
import { completeDeliveries } from './delivery-queries.ts'
import { disableGoneEndpoint } from './disable-endpoint.ts'
import { outcome } from './test-outcome.ts'
import { tellFailing } from './tell-failing.ts'

const HOUR_MS = 3_600_000
let t: TestApp
let ada: TestMember
let sick: { id: string }
let other: { id: string }
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.stop())
beforeEach(async () => {
  ada = await t.signUp()
  await t.database.pool.query('update users set email_verified = true where id = $1', [ada.userId])
  const create = async (url: string) =>
    (
      await ada.request('POST', '/v1/webhook-endpoints', {
        body: { url, event_types: ['*'] },
      })
    ).body as { id: string }
  sick = await create('http://127.0.0.1:59999/sick?token=hush')
  other = await create('http://127.0.0.1:59999/other')
})

const tell = () => tellFailing({ ...t, sendMail: (message, executor) => sendMail(t, message, executor) })
const now = () => new Date(t.clock.now())

/** The deliverer's part: one attempt at the sick endpoint, by hand, because days pass between them. */
async function attempt(error: string | null): Promise<void> {
  await ada.request('POST', `/v1/webhook-endpoints/${sick.id}/ping`, { body: {} })
  await t.database.pool.query(
    'update webhook_endpoint_health set breaker_open_until = null where endpoint_id = $1',
    [sick.id],
  )
  const { rows } = await t.database.pool.query<{ event_id: string }>(
    `update pending_deliveries set lease_id = 1, leased_until = $2 where endpoint_id = $1 returning event_id`,
    [sick.id, now()],
  )
  const [row] = rows
  await completeDeliveries(
    t.database.pool,
    [
      outcome({
        endpoint_id: sick.id,
        event_id: row!.event_id,
        lease_id: '1',
        workspace_id: ada.workspaceId,
        at: now().toISOString(),
        outcome: error ? 'failed' : 'delivered',
        error,
      }),
    ],
    now(),
  )
}

/** What went to the person, newest first, without what keys and sign-up sent. */
async function mails() {
  const { rows } = await t.database.pool.query<{ id: string; subject: string; sealed_body: string }>(
    `select id, subject, sealed_body from outgoing_mail where recipient = $1 and subject ilike '%webhook%' order by id`,
    [ada.email],
  )
  return rows.map((row) => ({
    subject: row.subject,
    text: t.sealer.open(row.sealed_body, mailSealName(row.id)).toString(),
  }))
}

/** Events about endpoints and which endpoint waits for them or was passed by. */
async function events() {
  const { rows } = await t.database.pool.query<{ type: string; told: string[]; own: string[] }>(
    `select v.type, array(select endpoint_id from pending_deliveries where event_id = v.id) as told,
       array(select endpoint_id || ' ' || reason from finished_deliveries where event_id = v.id) as own
     from events v where workspace_id = $1 and type in ('webhook_endpoint.failing', 'webhook_endpoint.disabled') order by v.id`,
    [ada.workspaceId],
  )
  return rows
}

test('an endpoint with nothing but failures is told of after 1 hour, 1 day and 4 days, and switched off after 5: each once, by mail and to the others', async () => {
  const hours: [number, string[]][] = [
    [0, []],
    [0.9, []],
    [1.1, ['A webhook endpoint has failed for 1 hour']],
    [2, []],
    [25, ['A webhook endpoint has failed for 1 day']],
    [97, ['A webhook endpoint has failed for 4 days']],
    [119, []],
    [121, ['A webhook endpoint was switched off: it failed for 5 days']],
  ]
  let at = 0
  const seen: string[] = []
  for (const [hour, subjects] of hours) {
    t.clock.advance((hour - at) * HOUR_MS)
    at = hour
    await attempt('status')
    await tell()
    await tell()
    seen.push(...subjects)
    expect(
      (await mails()).map((mail) => mail.subject),
      `after ${hour} h`,
    ).toEqual(seen)
  }
  const endpoint = (await ada.request('GET', `/v1/webhook-endpoints/${sick.id}`)).body
  expect(endpoint).toMatchObject({ enabled: false, disabled_reason: 'failing' })
  expect(await events()).toEqual([
    ...Array.from({ length: 3 }, () => ({
      type: 'webhook_endpoint.failing',
      told: [other.id],
      own: [`${sick.id} own_event`],
    })),
    { type: 'webhook_endpoint.disabled', told: [other.id], own: [`${sick.id} endpoint_disabled`] },
  ])
  const [first] = await mails()
  expect(first!.text).toContain(`/webhooks/${sick.id}`)
  expect(first!.text).toContain('http://127.0.0.1:59999/sick (Test Mode)')
  // What stands behind the path may be a credential.
  expect(JSON.stringify(await mails())).not.toContain('hush')
})

test('silence is no failure: what counts is the time up to the last failure seen', async () => {
  await attempt('status')
  t.clock.advance(6 * 24 * HOUR_MS)
  await tell()
  expect(await mails()).toEqual([])
})

test('a success ends the period, and the next one is told of from its beginning', async () => {
  const failFor = async (hours: number) => {
    await attempt('timeout')
    t.clock.advance(hours * HOUR_MS)
    await attempt('timeout')
    await tell()
  }
  await failFor(2)
  await attempt(null)
  await failFor(2)
  expect((await mails()).map((mail) => mail.subject)).toEqual([
    'A webhook endpoint has failed for 1 hour',
    'A webhook endpoint has failed for 1 hour',
  ])
})

test('an endpoint that answered 410 and is off is told of once by mail', async () => {
  await attempt('status')
  await disableGoneEndpoint(t.database, { endpointId: sick.id, now: t.clock.now() })
  await tell()
  await tell()
  expect((await mails()).map((mail) => mail.subject)).toEqual([
    'A webhook endpoint was switched off: it answered 410 Gone',
  ])
  expect((await events()).map((event) => event.type)).toEqual(['webhook_endpoint.disabled'])
})

test('two workers that look at once tell once', async () => {
  await attempt('status')
  t.clock.advance(2 * HOUR_MS)
  await attempt('status')
  await Promise.all([tell(), tell(), tell()])
  expect((await mails()).length).toBe(1)
})
