import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import type { z } from 'zod'
import { isDeeperThan } from '../http/nesting.ts'
import { problem } from '../problems.ts'
import { auditChanges, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { dataFault, schemaBreak, schemaRefusal, type Fault } from './declared-schema.ts'
import {
  deleteDeclaredType,
  findDeclaredType,
  insertDeclaredType,
  updateDeclaredType,
  type DeclaredType,
} from './declared-type-queries.ts'
import type { WebhooksDeps } from './deps.ts'
import { isReserved } from './event-types.ts'
import type { declareTypeSchema, redeclareTypeSchema } from './operator-event-schema.ts'

const DECLARED_MAX = 200
const DATA_BYTES_MAX = 64 * 1024
const DATA_DEPTH_MAX = 32

type DeclareDeps = Pick<WebhooksDeps, 'database' | 'clock'>

/**
 * Adds a type of the platform's own to the catalogue.
 * @throws Problem `invalid-input`, `conflict` when it exists, `limit-reached`
 */
export async function declareEventType(
  deps: DeclareDeps,
  audit: AuditContext,
  input: z.infer<typeof declareTypeSchema>,
): Promise<DeclaredType> {
  if (isReserved(input.type))
    throw invalid('/type', 'begins with a word that Countersign keeps for its own events')
  assertDeclarable(input)
  const now = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const outcome = await insertDeclaredType(client, { ...input, now: new Date(now), max: DECLARED_MAX })
    if (outcome === 'exists') throw problem('conflict', { detail: `${input.type} is declared already.` })
    if (outcome === 'full')
      throw problem('limit-reached', { detail: `A platform declares at most ${DECLARED_MAX} event types.` })
    await recordAudit(client, {
      ...audit,
      workspaceId: null,
      action: 'event_type.declared',
      target: { kind: 'event_type', id: input.type },
      after: { description: input.description },
      now,
    })
    return found(client, input.type)
  })
}

/**
 * Changes a declared type. Once its events went out in Production Mode, only so that receivers keep what they rely on.
 * @throws Problem `not-found`, `invalid-input`
 */
export async function redeclareEventType(
  deps: DeclareDeps,
  audit: AuditContext,
  { type, ...changes }: z.infer<typeof redeclareTypeSchema> & { type: string },
): Promise<DeclaredType> {
  return deps.database.transaction(async (client) => {
    const before = await findDeclaredType(client, type, { lock: true })
    if (!before) throw noSuchType()
    const { description, schema, example } = before
    const current = { type, description, schema, example }
    const next = { ...current, ...changes }
    if (isDeepStrictEqual(next, current)) return before
    assertDeclarable(next)
    const broken = before.publishedAt === null ? null : schemaBreak(before.schema, next.schema)
    if (broken)
      throw invalid(
        `/schema${broken.pointer}`,
        `${broken.message}: receivers rely on it. Declare another type for data of another shape`,
      )
    const isNewSchema = !isDeepStrictEqual(next.schema, before.schema)
    const version = before.version + (isNewSchema ? 1 : 0)
    const now = deps.clock.now()
    await updateDeclaredType(client, { ...next, version, now: new Date(now) })
    const difference = auditChanges(
      { description, version: before.version },
      { description: next.description, version },
    )
    await recordAudit(client, {
      ...audit,
      workspaceId: null,
      action: 'event_type.updated',
      target: { kind: 'event_type', id: type },
      ...(difference ?? { after: { example: 'changed' } }),
      now,
    })
    return found(client, type)
  })
}

/** Takes a type out of the catalogue; events that went out stay. @throws Problem `not-found` */
export async function withdrawEventType(deps: DeclareDeps, audit: AuditContext, type: string): Promise<void> {
  await deps.database.transaction(async (client) => {
    const before = await findDeclaredType(client, type, { lock: true })
    if (!before) throw noSuchType()
    await deleteDeclaredType(client, type)
    await recordAudit(client, {
      ...audit,
      workspaceId: null,
      action: 'event_type.withdrawn',
      target: { kind: 'event_type', id: type },
      before: { description: before.description, version: before.version },
      now: deps.clock.now(),
    })
  })
}

function assertDeclarable({ schema, example }: Pick<DeclaredType, 'schema' | 'example'>): void {
  // What a ping sends is no larger than what is published.
  assertSize('/example', example)
  const refusal = schemaRefusal(schema)
  if (refusal) throw invalid(`/schema${refusal.pointer}`, refusal.message)
  const fault: Fault | null = dataFault(schema, example)
  if (fault) throw invalid(`/example${fault.pointer}`, `does not fit the schema: ${fault.message}`)
}

/** @throws Problem `invalid-input` */
export function assertSize(pointer: string, data: Record<string, unknown>): void {
  if (isDeeperThan(data, DATA_DEPTH_MAX))
    throw invalid(pointer, `must be nested at most ${DATA_DEPTH_MAX} levels deep`)
  if (Buffer.byteLength(JSON.stringify(data)) > DATA_BYTES_MAX)
    throw invalid(pointer, `must be at most ${DATA_BYTES_MAX} bytes of JSON`)
}

export function invalid(pointer: string, message: string) {
  return problem('invalid-input', { errors: [{ pointer, message }] })
}

function noSuchType() {
  return problem('not-found', { detail: 'There is no declared event type of this name.' })
}

async function found(client: pg.PoolClient, type: string): Promise<DeclaredType> {
  const row = await findDeclaredType(client, type)
  if (!row) throw new Error('the event type that was just written is not there')
  return row
}
