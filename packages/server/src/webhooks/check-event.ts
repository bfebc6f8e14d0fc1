import type { z } from 'zod'
import { EVENT_TYPE_NAMES, eventBody, isReserved } from './event-types.ts'

const BODIES: ReadonlyMap<string, z.ZodType> = new Map(
  EVENT_TYPE_NAMES.map((type) => [type, eventBody(type)]),
)

/**
 * How the body of an event breaks the schema that the catalogue shows for its type, as `/data/amount: …`; null when it
 * fits. The event goes out either way: receivers are told of a fault of ours, never robbed of what happened.
 */
export function schemaFault(type: string, body: string): string | null {
  const schema = BODIES.get(type)
  // What the platform declares is checked before it is published.
  if (!schema) return isReserved(type) ? 'the catalogue does not list this type' : null
  const issue = schema.safeParse(JSON.parse(body)).error?.issues[0]
  return issue ? `${['', ...issue.path].join('/')}: ${issue.message}` : null
}
