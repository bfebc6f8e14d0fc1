import type { Executor } from '../database/database.ts'
import { exportRows } from '../http/export-rows.ts'
import { encodeCursor } from '../http/pagination.ts'
import { listEvents, type EventFilter, type EventRow } from './event-queries.ts'
import { listDeliveries, type DeliveryRow, type LogFilter } from './log-queries.ts'
import type { Scope } from './queries.ts'
import { deliveryView, eventView } from './views.ts'

type Page = 'cursor' | 'limit'
type Format = 'ndjson' | 'csv'

const DELIVERY_COLUMNS = [
  'id',
  'created_at',
  'event_id',
  'event_type',
  'object_id',
  'endpoint_id',
  'endpoint_url',
  'mode',
  'status',
  'reason',
  'attempt_count',
  'next_attempt_at',
  'last_status_code',
  'request_id',
] as const
const EVENT_COLUMNS = [
  'id',
  'created_at',
  'type',
  'mode',
  'currency_type',
  'object_id',
  'sequence',
  'request_id',
] as const

/** Every delivery that matches, newest first. */
export function exportDeliveries(
  executor: Executor,
  scope: Scope,
  { filter, format }: { filter: Omit<LogFilter, Page>; format: Format },
): AsyncGenerator<string> {
  return exportRows({
    format,
    columns: DELIVERY_COLUMNS,
    pageAfter(last: DeliveryRow | undefined, limit) {
      const cursor = last && encodeCursor([last.eventId, last.endpointId])
      // The list answers with one row more than its limit.
      return listDeliveries(executor, scope, { ...filter, cursor, limit: limit - 1 })
    },
    view: (row) => deliveryView(row, scope.mode),
  })
}

/** Every event that matches, newest first; as NDJSON with its data. */
export function exportEvents(
  executor: Executor,
  scope: Scope,
  { filter, format }: { filter: Omit<EventFilter, Page>; format: Format },
): AsyncGenerator<string> {
  return exportRows({
    format,
    columns: EVENT_COLUMNS,
    pageAfter(last: EventRow | undefined, limit) {
      const cursor = last && encodeCursor([last.id])
      return listEvents(executor, scope, { ...filter, cursor, limit: limit - 1 })
    },
    view: eventView,
  })
}
