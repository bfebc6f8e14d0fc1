import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { problem } from '../problems.ts'
import { fullCatalogue } from './catalogue.ts'
import { scopeOf, type WebhooksDeps } from './deps.ts'
import { findEvent, listEvents } from './event-queries.ts'
import { eventPage, EventSchema, eventTypeList, idParams, listEventsQuery } from './schema.ts'
import { eventView } from './views.ts'

const tags = ['Events']
const access = { resource: 'events', action: 'read', doors: ['key', 'member'] } as const
// The catalogue is the same for everybody and holds nobody's data.
const catalogueAccess = { ...access, resource: null } as const

/** `/v1/events`: list and get. `/v1/event-types`: what can happen, with schemas and examples. */
export function eventRoutes(app: App, deps: WebhooksDeps): void {
  app.get(
    '/v1/events',
    {
      config: { access },
      schema: { tags, summary: 'List events', querystring: listEventsQuery, response: { 200: eventPage } },
    },
    async ({ principal, query }) => {
      const rows = await listEvents(deps.database.pool, scopeOf(principal), {
        type: query.type,
        objectId: query.object_id,
        requestId: query.request_id,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
        cursor: query.cursor,
        limit: query.limit,
      })
      const { data, next_cursor } = page(rows, query.limit, (row) => [row.id])
      return { data: data.map(eventView), next_cursor }
    },
  )

  app.get(
    '/v1/events/:id',
    {
      config: { access },
      schema: { tags, summary: 'Get an event', params: idParams, response: { 200: EventSchema } },
    },
    async ({ principal, params }) => {
      const event = await findEvent(deps.database.pool, scopeOf(principal), params.id)
      if (!event) throw problem('not-found')
      return eventView(event)
    },
  )

  app.get(
    '/v1/event-types',
    {
      config: { access: catalogueAccess },
      schema: { tags, summary: 'List the types of events', response: { 200: eventTypeList } },
    },
    async () => ({ data: await fullCatalogue(deps.database.pool), next_cursor: null }),
  )
}
