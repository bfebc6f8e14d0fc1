import { randomUUID } from 'node:crypto'
import type { Countersign, Transaction } from '../../packages/sdk/src/index.ts'
import { expectThat, until, type Report, type Saw } from './report.ts'
import type { Arrival, WebhookListener } from './webhook-listener.ts'

const DEPOSIT = { type: 'deposit', amount: '10.00', currency: 'USD' } as const

/** A deposit, made twice under one Idempotency-Key, until the simulator has completed it; then the balance. */
export async function depositMoney(report: Report, client: Countersign): Promise<Transaction> {
  const before = await usdPosted(client)
  const created = await report.step('Deposit 10.00 USD, twice under one Idempotency-Key', async (saw) => {
    const idempotencyKey = `tour-${randomUUID()}`
    const first = await client.transactions.create(DEPOSIT, { idempotencyKey })
    saw(`${first.id} is ${first.status}.`)
    const second = await client.transactions.create(DEPOSIT, { idempotencyKey })
    saw(`The same call again answers the same transaction: money moves once.`)
    expectThat(second.id === first.id, `The second call made another transaction, ${second.id}.`)
    return first
  })
  const completed = await report.step('Wait until the simulator has settled it', async (saw) => {
    const settled = await until('the deposit to complete', async () => {
      const now = await client.transactions.get(created.id)
      return now.status === 'pending' || now.status === 'processing' ? undefined : now
    })
    expectThat(settled.status === 'completed', `It is ${settled.status} instead of completed.`)
    const seconds = (Date.parse(settled.completed_at ?? '') - Date.parse(settled.created_at)) / 1000
    saw(`Completed after ${seconds.toFixed(1)} seconds.`)
    return settled
  })
  await report.step('Read the balance', async (saw) => {
    const { data } = await client.balances.list({ currency: DEPOSIT.currency })
    const posted = data[0]?.posted ?? '0.00'
    saw(`${posted} USD are posted, ${data[0]?.available ?? '0.00'} available; it was ${before} before.`)
    expectThat(
      Math.round((Number(posted) - Number(before)) * 100) === 1000,
      'The balance did not grow by 10.00.',
    )
  })
  return completed
}

async function usdPosted(client: Countersign): Promise<string> {
  const { data } = await client.balances.list({ currency: DEPOSIT.currency })
  return data[0]?.posted ?? '0.00'
}

/** Tells the server where to send events; returns the endpoint's id. */
export function addEndpoint(report: Report, client: Countersign, listener: WebhookListener): Promise<string> {
  return report.step('Add a webhook endpoint on this machine', async (saw) => {
    const endpoint = await client.webhookEndpoints.create({ url: listener.url, event_types: ['*'] })
    expectThat(endpoint.secret, 'The answer holds no secret.')
    listener.trust(endpoint.secret)
    saw(`${endpoint.id} → ${endpoint.url}, signed with ${endpoint.secret.slice(0, 6)}…`)
    return endpoint.id
  })
}

type Delivered = { client: Countersign; listener: WebhookListener; transaction: Transaction }

/** The deposit's webhook, verified; once more by hand; and every log that leads from one to the other. */
export async function followWebhook(report: Report, delivered: Delivered): Promise<void> {
  const { client, listener, transaction } = delivered
  const completed = await report.step('Receive the webhook and verify its signature', async (saw) => {
    const event = await arrival(delivered, 'transaction.completed', 1)
    for (const each of listener.arrivals)
      if ('event' in each) saw(`${each.event.type}  ${each.event.id}  verified`)
    return event
  })
  await report.step('Send the same webhook again from Webhook Logs', async (saw) => {
    const { data } = await client.webhookLogs.list({ event_id: completed.event.id })
    expectThat(data[0], 'Webhook Logs do not know the event.')
    await client.webhookLogs.resend(data[0].id)
    const again = await arrival(delivered, 'transaction.completed', 2)
    saw(`It arrived again as ${again.event.id}: a receiver knows by the id that it has it already.`)
    const log = await until('both attempts to be in the log', async () => {
      const now = await client.webhookLogs.get(data[0]!.id)
      return now.attempts.length >= 2 ? now : undefined
    })
    for (const { number, status_code, duration_ms } of log.attempts)
      saw(`Attempt ${number} answered ${status_code} in ${duration_ms.toFixed(0)} ms.`)
  })
  await report.step('Follow one request id through both logs', (saw) =>
    followRequestId(client, transaction, saw),
  )
}

/** The nth verified arrival of that type for the deposit. */
function arrival({ listener, transaction }: Delivered, type: string, nth: number) {
  return until(`webhook ${nth} of ${type}`, () => {
    const refused = listener.arrivals.find((each): each is { refused: string } => 'refused' in each)
    expectThat(!refused, `A webhook could not be verified: ${refused?.refused}`)
    return listener.arrivals.filter(
      (each): each is Extract<Arrival, { event: unknown }> =>
        'event' in each &&
        each.event.type === type &&
        JSON.stringify(each.event.data).includes(transaction.id),
    )[nth - 1]
  })
}

async function followRequestId(client: Countersign, transaction: Transaction, saw: Saw): Promise<void> {
  const requestId = transaction.request_id
  expectThat(requestId, 'The transaction names no request.')
  const log = await client.transactionLogs.get(requestId)
  saw(`Transaction Logs  ${log.method} ${log.path} answered ${log.status}  ${log.id}`)
  saw(`  made            ${log.transaction_id} and ${log.event_ids.join(', ')}`)
  expectThat(log.transaction_id === transaction.id, 'The log row does not name the transaction.')
  const { data: events } = await client.events.list({ request_id: requestId })
  for (const event of events) saw(`Event             ${event.type}  ${event.id}`)
  expectThat(
    log.event_ids.every((id) => events.some((event) => event.id === id)),
    'The events of the log row are not found by its request id.',
  )
  const { data: deliveries } = await client.webhookLogs.list({ request_id: requestId })
  for (const each of deliveries)
    saw(
      `Webhook Logs      ${each.event_type} ${each.status} after ${each.attempt_count} attempt(s)  ${each.id}`,
    )
  expectThat(
    events.every((event) => deliveries.some((each) => each.event_id === event.id)),
    'Some event has no row in Webhook Logs.',
  )
}
