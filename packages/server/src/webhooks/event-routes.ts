import type { App } from '../http/app-type.ts'
import { page } from '../http/pagination.ts'
import { idTime, isId } from '../ids.ts'
import { problem } from '../problems.ts'
import { fullCatalogue } from './catalogue.ts'
import { countEvents } from './count-rows.ts'
import { scopeOf, type LogsDeps } from './deps.ts'
import { findEvent, fitsEvent, listEvents } from './event-queries.ts'
import { exportEvents } from './export-rows.ts'
import {
  eventHistogramQuery,
  EventHistogramSchema,
  eventPage,
  EventSchema,
  eventTypeList,
  exportEventsQuery,
  idParams,
  listEventsQuery,
  streamEventsQuery,
  type EventFilterInput,
} from './schema.ts'
import { streamRows } from './stream-rows.ts'
import { eventHistogramView, eventView } from './views.ts'

const tags = ['Events']
const access = { resource: 'events', action: 'read', doors: ['key', 'member'] } as const
// The catalogue is the same for everybody and holds nobody's data.
const catalogueAccess = { ...access, resource: null } as const

/** `/v1/events`: list and get. `/v1/event-types`: what can happen, with schemas and examples. */
export function eventRoutes(app: App, deps: LogsDeps): void {
  app.get(
    '/v1/events',
    {
      config: { access },
      schema: { tags, summary: 'List events', querystring: listEventsQuery, response: { 200: eventPage } },
    },
    async ({ principal, query }) => {
      const { cursor, limit } = query
      const rows = await listEvents(deps.database.pool, scopeOf(principal), {
        ...filterOf(query),
        cursor,
        limit,
      })
      const { data, next_cursor } = page(rows, limit, (row) => [row.id])
      return { data: data.map(eventView), next_cursor }
    },
  )

  wholeRoutes(app, deps)

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

/** What is of the whole list: live, as a file, counted. */
function wholeRoutes(app: App, deps: LogsDeps): void {
  app.get(
    '/v1/events/stream',
    {
      // A HEAD would drain the stream unseen, for ever.
      exposeHeadRoute: false,
      config: { access },
      schema: {
        tags,
        summary: 'Watch events live (server-sent events)',
        description:
          'Each as an event `event` under its own id. Last-Event-ID or `cursor` goes on where an earlier stream ended; what was told just before comes again. `gap`: more was missed than is repeated, and the list has it.',
        querystring: streamEventsQuery,
      },
    },
    async (request, reply) => {
      const { principal, query } = request
      const given = request.headers['last-event-id']
      const after = typeof given === 'string' && isId('evt', given) ? given : query.cursor
      const scope = scopeOf(principal)
      const filter = filterOf(query)
      const stream = await streamRows(deps.liveEvents, deps.streamAllowance(request, 'events:read'), {
        place: scope,
        fits: (row) => row.id !== after && fitsEvent(row, scope, filter),
        stateOf: ({ id }) => id,
        write: (row) => `id: ${row.id}\nevent: event\ndata: ${JSON.stringify(eventView(row))}\n\n`,
        afterMs: after === undefined ? undefined : idTime(after),
      })
      return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
    },
  )

  app.get(
    '/v1/events/export',
    {
      exposeHeadRoute: false,
      config: { access },
      schema: {
        tags,
        summary: 'Export events as NDJSON or CSV, newest first',
        querystring: exportEventsQuery,
      },
    },
    ({ principal, query }, reply) => {
      const { format } = query
      const rows = exportEvents(deps.database.pool, scopeOf(principal), { filter: filterOf(query), format })
      return deps.exports.send(reply, { workspaceId: principal.workspaceId, name: 'events', format, rows })
    },
  )

  app.get(
    '/v1/events/histogram',
    {
      exposeHeadRoute: false,
      config: { access },
      schema: {
        tags,
        summary: 'Count events over time',
        querystring: eventHistogramQuery,
        response: { 200: EventHistogramSchema },
      },
    },
    async ({ principal, query: { buckets, ...query } }) => {
      const options = { bucketsMax: buckets, nowMs: deps.clock.now() }
      return deps.counting(principal.workspaceId, async () =>
        eventHistogramView(await countEvents(deps.database, scopeOf(principal), filterOf(query), options)),
      )
    },
  )
}

function filterOf(query: EventFilterInput) {
  return {
    type: query.type,
    objectId: query.object_id,
    requestId: query.request_id,
    createdAfter: query.created_after,
    createdBefore: query.created_before,
  }
}
