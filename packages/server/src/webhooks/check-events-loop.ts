import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../log.ts'
import { schemaFault } from './check-event.ts'
import { listTestEvents } from './event-queries.ts'

const INTERVAL_MS = 5_000
/** An event commits a moment after its id was made; what is younger is looked at in the next round. */
const COMMIT_MARGIN_MS = 2_000
/** Of a busier round it looks at so many: a type that breaks its schema shows soon enough. */
const EVENTS_MAX = 1_000
const LINES_MAX = 20

/**
 * Looks at the events of Test Mode, however they were published, and writes those that break the schema of their type
 * into the server's log. `GET /v1/events/:id` shows the same as `schema_fault`.
 */
export function checkEventsLoop(deps: { database: Database; clock: Clock; log: Log }) {
  let fromMs = deps.clock.now() - COMMIT_MARGIN_MS
  return {
    name: 'check-events',
    intervalMs: INTERVAL_MS,
    async run(): Promise<void> {
      const toMs = deps.clock.now() - COMMIT_MARGIN_MS
      if (toMs <= fromMs) return
      const events = await listTestEvents(deps.database.pool, { fromMs, toMs, limit: EVENTS_MAX })
      fromMs = toMs
      let lines = 0
      for (const { id, type, body } of events) {
        const fault = schemaFault(type, body)
        if (fault === null) continue
        deps.log.error({ event_id: id, type, fault }, 'an event does not fit the schema of its type')
        if ((lines += 1) >= LINES_MAX) return
      }
    },
  }
}
