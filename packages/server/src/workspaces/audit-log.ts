import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import type { MemberPrincipal, Principal } from '../sessions/principal.ts'
import { insertAuditEntry } from './queries.ts'

export type AuditActor = {
  kind: 'member' | 'key' | 'operator' | 'system'
  /** A person's or key's id; null for the system. */
  id: string | null
  /** What people call it at that time: an e-mail address, a key's name. It outlives a rename or removal. */
  label: string
}

export type AuditEntry = {
  /** Null for what concerns the platform and no workspace. */
  workspaceId: string | null
  actor: AuditActor
  /** `thing.happened`, such as `api_key.rotated`. */
  action: string
  target: { kind: string; id: string }
  /** Only the fields that changed, in the API's names. Never a secret: the caller leaves secrets out. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  mode?: 'test' | 'production' | null
  ip?: string | null
  requestId?: string | null
  /** Milliseconds since the epoch. */
  now: number
}

/** What every entry of one request has in common. */
export type AuditContext = Pick<AuditEntry, 'actor' | 'ip' | 'requestId'>

/**
 * Writes one line of the audit log. Call it with the client of the transaction that makes the change, so that
 * neither exists without the other. The table refuses update and delete.
 */
export async function recordAudit(executor: Executor, entry: AuditEntry): Promise<void> {
  await insertAuditEntry(executor, newId('aud', entry.now), entry)
}

/** Who acts and from where, taken from a request that has passed the access check. */
export function auditContext(request: { principal: Principal; ip: string; id: string }): AuditContext {
  const { principal } = request
  const actor: AuditActor =
    principal.kind === 'key'
      ? { kind: 'key', id: principal.keyId, label: principal.publicKey }
      : { kind: 'member', id: principal.userId, label: principal.email }
  return { actor, ip: request.ip, requestId: request.id }
}

/** The same for somebody who acts for the platform. */
export function operatorAudit(request: { principal: MemberPrincipal; ip: string; id: string }): AuditContext {
  const { userId, email } = request.principal
  return {
    actor: { kind: 'operator', id: userId, label: email },
    ip: request.ip,
    requestId: request.id,
  }
}

/** The fields of a patch that differ, before and after: what belongs into an entry. */
export function auditChanges<Row extends Record<string, unknown>>(
  before: Row,
  after: Row,
): { before: Partial<Row>; after: Partial<Row> } | null {
  const keys = Object.keys(after).filter((key) => !Object.is(before[key], after[key])) as (keyof Row)[]
  if (keys.length === 0) return null
  const pick = (row: Row) => Object.fromEntries(keys.map((key) => [key, row[key]])) as Partial<Row>
  return { before: pick(before), after: pick(after) }
}
