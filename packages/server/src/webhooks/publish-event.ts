import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { EventType } from './event-types.ts'

export type NewEvent = {
  workspaceId: string
  mode: Mode
  /** Null when the event concerns neither currency type: every endpoint may get it. */
  currencyType: CurrencyType | null
  type: EventType
  /** What it happened to; events of one object are counted in `sequence`. */
  objectId: string
  /** The request that caused it, if one did. */
  requestId: string | null
  /** The object as the API shows it. Sent as it is serialised here. */
  data: Record<string, unknown>
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * Writes an event and its deliveries. Call it with the client of the transaction that makes the change, so that
 * neither exists without the other; the deliverer wakes when it commits.
 * @returns the event's id, which is also the `webhook-id` of every delivery
 */
export async function publishEvent(executor: Executor, event: NewEvent): Promise<string> {
  return writeEvent(executor, event, { id: newId('evt', event.now), endpointId: null })
}

type AnyEvent = Omit<NewEvent, 'type'> & { type: string }

/** The same for a type that the platform declared, under an id that the caller made. */
export async function publishDeclaredEvent(executor: Executor, event: AnyEvent, id: string): Promise<void> {
  await writeEvent(executor, event, { id, endpointId: null })
}

/** The same for one endpoint alone, whatever types it has selected. */
export async function publishPing(executor: Executor, event: AnyEvent, endpointId: string): Promise<string> {
  return writeEvent(executor, event, { id: newId('evt', event.now), endpointId })
}

async function writeEvent(
  executor: Executor,
  event: AnyEvent,
  { id, endpointId }: { id: string; endpointId: string | null },
): Promise<string> {
  await executor.query('select publish_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
    id,
    event.workspaceId,
    event.mode,
    event.currencyType,
    event.type,
    event.objectId,
    event.requestId,
    JSON.stringify(event.data),
    new Date(event.now),
    endpointId,
  ])
  return id
}
