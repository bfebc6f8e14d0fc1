import type { Payload } from './queries.ts'

/**
 * The bytes that an endpoint gets: the event's body as it is stored, or, where it asked for thin ones, the same
 * members in the same order with nothing of the object but its id.
 */
export function payloadBody(event: { body: string; objectId: string }, payload: Payload): string {
  if (payload === 'full') return event.body
  return JSON.stringify({ ...(JSON.parse(event.body) as object), data: { id: event.objectId } })
}
