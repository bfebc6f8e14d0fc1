import { queryOptions } from '@tanstack/react-query'
import { call, type Mode } from './api.ts'
import type { CurrencyType, DeclaredEventType, List, PublishedEvent } from './api-types.ts'

// The platform's own event types: operators declare them, members find them in the catalogue.
const DECLARED_TYPES = '/v1/operator/event-types'

export const declaredTypesQuery = queryOptions({
  queryKey: [DECLARED_TYPES],
  queryFn: ({ signal }) => call<List<DeclaredEventType>>('GET', DECLARED_TYPES, { signal }),
})

export type Declaration = Pick<DeclaredEventType, 'type' | 'description' | 'schema' | 'example'>

export const declareType = (declaration: Declaration) =>
  call<DeclaredEventType>('POST', DECLARED_TYPES, { body: declaration })

export const redeclareType = ({ type, ...change }: Declaration) =>
  call<DeclaredEventType>('PATCH', `${DECLARED_TYPES}/${encodeURIComponent(type)}`, { body: change })

export const withdrawType = (type: string) =>
  call<unknown>('DELETE', `${DECLARED_TYPES}/${encodeURIComponent(type)}`)

export type Publication = {
  workspace_id: string
  mode: Mode
  type: string
  currency_type: CurrencyType | null
  object_id?: string
  data: Record<string, unknown>
}

/** @param idempotencyKey the same for every try of the same event, so that it is published once */
export const publishEvent = (body: Publication, idempotencyKey: string) =>
  call<PublishedEvent>('POST', '/v1/operator/events', { body, idempotencyKey })

/** What stands in a new declaration's fields. */
export const FIRST_DECLARATION: Declaration = {
  type: '',
  description: '',
  schema: {
    type: 'object',
    properties: { card_id: { type: 'string' }, last_four: { type: 'string' } },
    required: ['card_id'],
  },
  example: { card_id: 'card_123', last_four: '4242' },
}

/** A JSON object that somebody typed, or what is wrong with it. */
export function readJson(text: string): { value: Record<string, unknown> } | { fault: string } {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> }
    return { fault: 'This is not a JSON object.' }
  } catch (error) {
    return { fault: `This is not JSON: ${(error as Error).message}` }
  }
}
