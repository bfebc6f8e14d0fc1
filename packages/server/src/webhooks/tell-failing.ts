import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Message } from '../sessions/mail.ts'
import { findLetterReaders } from '../workspaces/queries.ts'
import { disableEndpoint } from './disable-endpoint.ts'
import { lockUntoldEndpoint, markTold, type FailingEndpoint } from './failing-queries.ts'
import { publishEvent } from './publish-event.ts'

export type TellFailingDeps = {
  config: Pick<Config, 'publicUrl'>
  database: Database
  clock: Clock
  sendMail(message: Message, executor: Executor): Promise<void>
}

const HOUR_MS = 3_600_000
/** How long nothing but failures is told of, each once; the last switches the endpoint off. */
const STEPS = [
  { afterMs: HOUR_MS, words: '1 hour' },
  { afterMs: 24 * HOUR_MS, words: '1 day' },
  { afterMs: 96 * HOUR_MS, words: '4 days' },
  { afterMs: 120 * HOUR_MS, words: '5 days' },
] as const
const DISABLING = STEPS.length
const ENDPOINTS_PER_ROUND = 50

/**
 * Tells a workspace of endpoints that answer nothing but failures: its owners and admins by mail, its other
 * endpoints by an event. After five days the endpoint is switched off; one that answered 410 is off already, and
 * only the mail is missing. What counts is the time from the first failure to the last one seen, so that an
 * endpoint with nothing to send is not accused of silence.
 * @returns whether there may be more
 */
export async function tellFailing(deps: TellFailingDeps): Promise<{ told: number; more: boolean }> {
  let told = 0
  while (told < ENDPOINTS_PER_ROUND && (await tellNext(deps))) told += 1
  return { told, more: told === ENDPOINTS_PER_ROUND }
}

/** One endpoint a transaction: its attempts cannot be recorded meanwhile. */
async function tellNext(deps: TellFailingDeps): Promise<boolean> {
  const now = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const endpoint = await lockUntoldEndpoint(
      client,
      STEPS.map(({ afterMs }) => afterMs),
    )
    if (!endpoint) return false
    const step = endpoint.isGone
      ? DISABLING
      : STEPS.filter(({ afterMs }) => endpoint.failedMs >= afterMs).length
    await markTold(client, endpoint.id, step)
    if (step < DISABLING) await publishFailing(client, endpoint, now)
    else if (!endpoint.isGone)
      await disableEndpoint(client, { endpointId: endpoint.id, reason: 'failing', now })
    const { subject, paragraphs } = words(deps, endpoint, step)
    for (const reader of await findLetterReaders(client, endpoint.workspaceId)) {
      const text = [`Hello ${reader.name},`, ...paragraphs, 'Countersign'].join('\n\n')
      await deps.sendMail({ to: reader.email, subject, kind: 'notice', text }, client)
    }
    return true
  })
}

async function publishFailing(client: Executor, endpoint: FailingEndpoint, now: number): Promise<void> {
  await publishEvent(client, {
    workspaceId: endpoint.workspaceId,
    mode: endpoint.mode,
    currencyType: endpoint.currencyType,
    type: 'webhook_endpoint.failing',
    objectId: endpoint.id,
    requestId: null,
    data: {
      id: endpoint.id,
      url: endpoint.url,
      mode: endpoint.mode,
      enabled: true,
      disabled_reason: null,
      failing_since: endpoint.failingSince.toISOString(),
      consecutive_failures: endpoint.consecutiveFailures,
      disabled_after: disabledAfter(endpoint).toISOString(),
    },
    now,
  })
}

function words(
  { config }: TellFailingDeps,
  endpoint: FailingEndpoint,
  step: number,
): { subject: string; paragraphs: string[] } {
  const { origin, pathname } = new URL(endpoint.url)
  const mode = endpoint.mode === 'test' ? 'Test Mode' : 'Production Mode'
  // What comes after the path may be a credential.
  const named = `The webhook endpoint ${origin}${pathname} (${mode})`
  const page = `${config.publicUrl}/webhooks/${endpoint.id}`
  const recover = 'What waited for it is kept. Mend the endpoint, enable it again, and recover what failed:'
  if (endpoint.isGone)
    return {
      subject: 'A webhook endpoint was switched off: it answered 410 Gone',
      paragraphs: [
        `${named} answered 410 Gone, which means that it is not coming back. It was switched off.`,
        recover,
        page,
      ],
    }
  const period = STEPS[step - 1]?.words
  const since = `${named} has answered nothing but failures for ${period}, since ${minute(endpoint.failingSince)}.`
  if (step === DISABLING)
    return {
      subject: 'A webhook endpoint was switched off: it failed for 5 days',
      paragraphs: [`${since} It was switched off.`, recover, page],
    }
  return {
    subject: `A webhook endpoint has failed for ${period}`,
    paragraphs: [
      since,
      `Nothing is lost: every event is tried again by the schedule. If nothing changes, the endpoint is switched off after ${minute(disabledAfter(endpoint))}.`,
      `What went wrong stands in its Webhook Logs:`,
      page,
    ],
  }
}

function disabledAfter({ failingSince }: FailingEndpoint): Date {
  return new Date(failingSince.getTime() + STEPS[DISABLING - 1]!.afterMs)
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
