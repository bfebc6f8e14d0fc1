import type { FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import type { Exports } from '../http/exports.ts'
import type { Allowance } from '../http/live-stream.ts'
import type { Turns } from '../http/turns.ts'
import type { CurrencyType, Mode, Principal } from '../sessions/principal.ts'
import { problem } from '../problems.ts'
import type { EventRow } from './event-queries.ts'
import type { LiveRows } from './live-rows.ts'
import type { DeliveryRow } from './log-queries.ts'
import type { Scope } from './queries.ts'
import type { TargetGuard } from './target-guard.ts'

/** One line of the audit log, without who did it from where. */
export type AuditChange = {
  action: string
  target: { kind: string; id: string }
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  mode: Mode
  /** Milliseconds since the epoch. */
  now: number
}

type Asking = { principal: Principal; ip: string; id: string }

/** What the verbs of this room stand on. */
export type WebhooksDeps = {
  database: Database
  clock: Clock
  sealer: Sealer
  guard: TargetGuard
  /** Writes a line of the audit log into the caller's transaction. */
  recordChange(executor: Executor, request: Asking, change: AuditChange): Promise<void>
}

/** What Webhook Logs and Events stand on beside that. */
export type LogsDeps = WebhooksDeps & {
  liveDeliveries: LiveRows<DeliveryRow>
  liveEvents: LiveRows<EventRow>
  exports: Exports
  counting: Turns
  streamAllowance(request: FastifyRequest, scope: 'webhook-logs:read' | 'events:read'): Allowance
}

/** Who acts on what: the scope that everything is bound to, and a pen for the audit log. */
export type Acting = {
  scope: Scope
  /** A key's own currency type; null for a person, who may touch both. */
  currencyType: CurrencyType | null
  requestId: string
  record(executor: Executor, change: AuditChange): Promise<void>
}

/** @param mode replaces a member's mode; a key's is its own */
export function actingOn(deps: WebhooksDeps, request: Asking, mode?: Mode): Acting {
  return {
    scope: scopeOf(request.principal, mode),
    currencyType: request.principal.kind === 'key' ? request.principal.currencyType : null,
    requestId: request.id,
    record: (executor, change) => deps.recordChange(executor, request, change),
  }
}

/** What a caller may see: a key its own mode and currency type, and what concerns neither currency type. */
export function scopeOf(principal: Principal, mode: Mode = principal.mode): Scope {
  if (principal.kind === 'key' && mode !== principal.mode) throw problem('mode-mismatch')
  return {
    workspaceId: principal.workspaceId,
    mode,
    currencyTypes: principal.kind === 'key' ? ['', principal.currencyType] : ['', 'fiat', 'crypto'],
  }
}
