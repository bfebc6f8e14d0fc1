import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionError, ProblemError, type Countersign } from '../../../sdk/src/index.ts'
import { command, type Context } from '../command.ts'
import { watch } from '../event-stream.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { forward, type Attempt, type Delivery } from '../forward.ts'
import { styleFor } from '../io.ts'
import { json, printable } from '../words.ts'
import { eventTypes } from './webhooks.ts'

const LISTENERS = '/v1/test/webhook-listeners'
const REPORT_PAUSE_MS = 1_000
const FINISH_LIMIT_MS = 5_000
/** More than the server ever has unanswered. */
const KNOWN_MAX = 1_000

type Listener = { id: string; forward_to: string; caught_up: number; catch_up_capped: boolean }

export const listen = command({
  name: 'listen',
  summary: 'forward the workspace’s test events to a server on this machine, until Ctrl-C',
  options: {
    'forward-to': { type: 'string', value: 'URL', summary: 'such as http://localhost:3000/hook' },
    events: { type: 'string', value: 'TYPE,…', summary: 'the types of events; all by default' },
    'print-secret': { type: 'boolean', summary: 'print the secret that signs, and end' },
  },
  details: `Every event is signed anew with a secret of this profile, the same at every start; COUNTERSIGN_WEBHOOK_SECRET
replaces it. What your server answers is in Webhook Logs. An event gets one attempt; "webhooks resend" sends it again.
When the connection breaks it is opened again, and what happened meanwhile follows: all of it within 15 minutes; after
that the server has ended the listener, and a new one follows the last event seen, the oldest 1000 of what came since.
A new start of the command begins with what happens from then on. The key needs the scopes test:write and events:read.`,
  async run(context, { values }) {
    const secret = localSecret(context)
    if (values['print-secret']) return context.answer({ secret }, () => `${secret}\n`)
    const url = values['forward-to']
    if (url === undefined || !/^https?:/.test(url) || !URL.canParse(url))
      throw new UsageError('--forward-to is an address such as http://localhost:3000/hook.')
    const client = await context.client()
    const session = createSession(context, client, { url, secret })
    let afterEventId: string | undefined
    while (!context.io.signal.aborted) {
      const listener = await client.request<Listener>('POST', LISTENERS, {
        signal: context.io.signal,
        body: {
          forward_to: url,
          event_types: eventTypes(values.events),
          ...(afterEventId === undefined ? {} : { after_event_id: afterEventId }),
        },
      })
      if (afterEventId === undefined)
        context.io.err(`Forwarding to ${printable(url)}, signed with ${secret}\n`)
      if (listener.catch_up_capped)
        context.io.err(
          `More happened meanwhile than the ${listener.caught_up} events that follow. The rest is in Webhook Logs.\n`,
        )
      try {
        await session.follow(listener.id)
      } catch (error) {
        // It was away for so long that the server gave it up.
        if (!(error instanceof ProblemError && error.code === 'not-found')) throw error
        afterEventId = session.lastEventId() ?? afterEventId
        continue
      }
      await client.request('DELETE', `${LISTENERS}/${listener.id}`).catch(() => {})
    }
    return EXIT.interrupted
  },
})

/** The profile's secret for its own server, made at the first use. */
function localSecret({ env, profile, profiles }: Context): string {
  const given = env['COUNTERSIGN_WEBHOOK_SECRET'] || profiles.get(profile)?.webhookSecret
  if (given) return given
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  profiles.change(profile, (before) => ({ ...before, webhookSecret }))
  return webhookSecret
}

/**
 * What is in hand lives longer than a connection: a delivery that the server sends again after a break is not
 * forwarded twice, and an answer that could not be told is told later.
 */
function createSession(context: Context, client: Countersign, to: { url: string; secret: string }) {
  const { io } = context
  const style = styleFor(io, context.env)
  /** What came, and what was answered; null while that is not known yet. */
  const known = new Map<string, Attempt | null>()
  /** The one that is followed now: what an earlier one handed over is told to it. */
  let listenerId = ''
  const running = new Set<Promise<void>>()
  let last: string | undefined

  const handle = async (delivery: Delivery): Promise<void> => {
    const key = `${delivery.event_id}/${delivery.number}`
    const answered = known.get(key)
    // In hand: it will be told. Or answered, and the server has not heard of it.
    if (answered === null) return
    if (answered) return report(answered)
    known.set(key, null)
    const oldest = known.size > KNOWN_MAX ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    const attempt = await forward(delivery, to)
    known.set(key, attempt)
    io.out(context.json ? `${json(lineOf(delivery, attempt))}\n` : words(delivery, attempt))
    await report(attempt)
  }

  const report = async (attempt: Attempt): Promise<void> => {
    for (;;) {
      try {
        await client.request('POST', `${LISTENERS}/${listenerId}/attempts`, { body: attempt })
        return
      } catch (error) {
        const isPassing =
          error instanceof ConnectionError || (error instanceof ProblemError && error.status >= 429)
        if (!isPassing || io.signal.aborted) {
          io.err(
            `The answer to ${attempt.event_id} is not on record: ${printable((error as Error).message)}\n`,
          )
          return
        }
        await delay(REPORT_PAUSE_MS, undefined, { signal: io.signal }).catch(() => {})
      }
    }
  }

  const words = (delivery: Delivery, { status_code, error, error_detail, duration_ms }: Attempt): string => {
    const isFine = status_code !== null && status_code >= 200 && status_code < 300
    const answer = status_code === null ? `${error}: ${error_detail}` : String(status_code)
    const parts = [
      style('dim', new Date().toISOString()),
      printable(delivery.event_type),
      style('dim', printable(delivery.event_id)),
      style(isFine ? 'green' : 'red', printable(answer)),
      style('dim', `${Math.round(duration_ms)} ms`),
      ...(delivery.number > 1 ? [style('dim', `attempt ${delivery.number}`)] : []),
    ]
    return `${parts.join('  ')}\n`
  }

  return {
    lastEventId: () => last,
    /** Until the program ends. @throws ProblemError `not-found` when the listener is gone */
    async follow(id: string): Promise<void> {
      listenerId = id
      const stream = watch(`${LISTENERS}/${id}/stream`, {
        credentials: await context.credentials(),
        signal: io.signal,
        onLost: (why) => io.err(`Connection lost: ${printable(why)}. Trying again …\n`),
        onOpen: () => io.err('Connected. Ctrl-C ends it.\n'),
      })
      for await (const { event, data } of stream) {
        if (event !== 'delivery') continue
        const delivery = JSON.parse(data) as Delivery
        if (last === undefined || delivery.event_id > last) last = delivery.event_id
        // `handle` tells its own faults.
        const one = handle(delivery).finally(() => running.delete(one))
        running.add(one)
      }
      await Promise.race([Promise.all(running), delay(FINISH_LIMIT_MS)])
    },
  }
}

function lineOf(delivery: Delivery, attempt: Attempt) {
  return {
    delivery_id: delivery.delivery_id,
    event_id: delivery.event_id,
    event_type: delivery.event_type,
    attempt: delivery.number,
    status_code: attempt.status_code,
    error: attempt.error,
    duration_ms: Math.round(attempt.duration_ms),
  }
}
