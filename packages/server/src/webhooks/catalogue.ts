import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import {
  declaredAmong,
  findDeclaredType,
  listDeclaredTypes,
  type DeclaredType,
} from './declared-type-queries.ts'
import {
  EVENT_TYPES,
  eventCatalogue,
  exampleBody,
  wholeBodySchema,
  type EventTypeView,
} from './event-types.ts'

/** Every type that an event can have: Countersign's own, then those that the platform declared. */
export async function fullCatalogue(executor: Executor): Promise<EventTypeView[]> {
  return [...eventCatalogue, ...(await listDeclaredTypes(executor)).map(declaredView)]
}

/** The example of `data` of a type. @throws Problem `invalid-input` when nobody knows the type */
export async function exampleOf(executor: Executor, type: string): Promise<Record<string, unknown>> {
  if (isOwn(type)) return EVENT_TYPES[type].example
  const declared = await findDeclaredType(executor, type)
  if (!declared) throw unknownType('/event_type')
  return declared.example
}

/**
 * @param kept types that an endpoint has chosen before: one that was withdrawn since does no harm
 * @throws Problem `invalid-input` when a type is in no catalogue
 */
export async function assertKnownTypes(
  executor: Executor,
  types: readonly string[],
  kept: readonly string[] = [],
): Promise<void> {
  const others = types.filter((type) => type !== '*' && !isOwn(type) && !kept.includes(type))
  if (others.length === 0) return
  const declared = await declaredAmong(executor, others)
  const unknown = others.find((type) => !declared.has(type))
  if (unknown !== undefined) throw unknownType(`/event_types/${types.indexOf(unknown)}`)
}

function isOwn(type: string): type is keyof typeof EVENT_TYPES {
  return Object.hasOwn(EVENT_TYPES, type)
}

function unknownType(pointer: string) {
  return problem('invalid-input', { errors: [{ pointer, message: 'names no event type of the catalogue' }] })
}

function declaredView({ type, description, version, schema, example }: DeclaredType): EventTypeView {
  const { $schema: _dialect, ...data } = schema
  return {
    type,
    description,
    source: 'platform',
    version,
    schema: wholeBodySchema(type, data),
    example: exampleBody(type, example),
  }
}
