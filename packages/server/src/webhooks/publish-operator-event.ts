import type { z } from 'zod'
import { claimIdempotencyKey, type IdempotencyScope, type StoredAnswer } from '../http/idempotency-store.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { findWorkspace } from '../workspaces/queries.ts'
import { dataFault } from './declared-schema.ts'
import { findDeclaredType, markTypePublished } from './declared-type-queries.ts'
import { assertSize, invalid } from './declare-event-type.ts'
import type { WebhooksDeps } from './deps.ts'
import type { publishEventSchema, PublishedEvent } from './operator-event-schema.ts'
import { publishDeclaredEvent } from './publish-event.ts'

export type PublishInput = z.infer<typeof publishEventSchema> & {
  requestId: string
  idempotency: IdempotencyScope
  /** Of a person, whose every deed is on record; null for a key, whose events carry their request's id. */
  audit: AuditContext | null
}

/**
 * Publishes an event of a declared type to a workspace's endpoints. The event, its deliveries and the answer under its
 * Idempotency-Key are one database transaction: it is published once, however often it is asked for.
 * @throws Problem `invalid-input`, or an idempotency refusal; then nothing was published
 */
export async function publishOperatorEvent(
  deps: Pick<WebhooksDeps, 'database' | 'clock'>,
  input: PublishInput,
): Promise<{ made: PublishedEvent } | { replay: StoredAnswer }> {
  assertSize('/data', input.data)
  const now = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const id = newId('evt', now)
    const made: PublishedEvent = {
      id,
      type: input.type,
      workspace_id: input.workspace_id,
      mode: input.mode,
      currency_type: input.currency_type,
      object_id: input.object_id ?? id,
      created_at: new Date(now).toISOString(),
    }
    // Another try with the same key waits here for the first one's commit.
    const claim = await claimIdempotencyKey(client, input.idempotency, {
      claimId: input.requestId,
      now,
      leaseMs: 0,
      answer: { status: 201, body: JSON.stringify(made) },
    })
    if (claim.outcome === 'replayed') return { replay: claim.answer }
    if (claim.outcome === 'key-reused') throw problem('idempotency-key-reused')
    if (claim.outcome === 'key-in-use')
      throw problem('idempotency-key-in-use', { headers: { 'retry-after': '1' } })

    let declared = await findDeclaredType(client, input.type)
    // The first event in Production Mode fixes the schema: it waits for a change that is under way.
    const isFirst = input.mode === 'production' && declared?.publishedAt === null
    if (isFirst) declared = await findDeclaredType(client, input.type, { lock: true })
    if (!declared) throw invalid('/type', 'names no declared event type')
    const fault = dataFault(declared.schema, input.data)
    if (fault) throw invalid(`/data${fault.pointer}`, fault.message)
    if (!(await findWorkspace(client, input.workspace_id)))
      throw invalid('/workspace_id', 'names no workspace')
    if (isFirst) await markTypePublished(client, declared.type, new Date(now))
    await publishDeclaredEvent(
      client,
      {
        workspaceId: made.workspace_id,
        mode: made.mode,
        currencyType: made.currency_type,
        type: made.type,
        objectId: made.object_id,
        requestId: input.requestId,
        data: input.data,
        now,
      },
      id,
    )
    if (input.audit)
      await recordAudit(client, {
        ...input.audit,
        workspaceId: made.workspace_id,
        action: 'event.published',
        target: { kind: 'event', id },
        after: { type: made.type, object_id: made.object_id },
        mode: made.mode,
        now,
      })
    return { made }
  })
}
