import type {
  Event,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookLogRow,
} from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { listCommand } from '../lists.ts'
import { json, members, table } from '../words.ts'

/** As the API takes them: `--events a,b`. */
export function eventTypes(text: string | undefined): string[] {
  const types = (text ?? '*').split(',').map((type) => type.trim())
  return types.filter((type) => type !== '')
}

const endpointCommands = [
  listCommand<WebhookEndpoint>({
    name: 'webhooks list',
    summary: 'list webhook endpoints',
    path: '/v1/webhook-endpoints',
    filters: { enabled: { type: 'string', choices: ['true', 'false'], summary: 'only those' } },
    columns: [
      { title: 'id', value: (row) => row.id },
      { title: 'url', value: (row) => row.url },
      { title: 'events', value: (row) => row.event_types },
      { title: 'enabled', value: (row) => row.enabled },
      { title: 'breaker', value: (row) => row.breaker.state },
    ],
  }),

  command({
    name: 'webhooks get',
    summary: 'show a webhook endpoint',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const endpoint = await (await context.client()).webhookEndpoints.get(id)
      context.answer(endpoint, () => members(endpoint))
    },
  }),

  command({
    name: 'webhooks create',
    summary: 'create a webhook endpoint; its secret is printed this once',
    takes: ['URL'],
    options: {
      events: { type: 'string', value: 'TYPE,…', summary: 'the types of events; all by default' },
      description: { type: 'string', summary: 'words for people' },
    },
    async run(context, { args: [url = ''], values }) {
      const endpoint = await (
        await context.client()
      ).webhookEndpoints.create({
        url,
        event_types: eventTypes(values.events),
        ...(values.description === undefined ? {} : { description: values.description }),
      })
      context.answer(endpoint, () => withSecret(endpoint))
    },
  }),

  command({
    name: 'webhooks delete',
    summary: 'delete a webhook endpoint; its logs stay',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      await (await context.client()).webhookEndpoints.delete(id)
      context.answer({ id, status: 'deleted' }, () => `${id} is deleted.\n`)
    },
  }),

  command({
    name: 'webhooks rotate-secret',
    summary: 'make a new secret, printed this once',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const endpoint = await (await context.client()).webhookEndpoints.rotateSecret(id)
      context.answer(endpoint, () => withSecret(endpoint))
    },
  }),

  command({
    name: 'webhooks ping',
    summary: 'send an example event to one endpoint',
    takes: ['ID', '[EVENT_TYPE]'],
    async run(context, { args: [id = '', type] }) {
      const pinged = await (
        await context.client()
      ).webhookEndpoints.ping(id, type === undefined ? {} : { event_type: type })
      context.answer(pinged, () => members(pinged))
    },
  }),
]

const logCommands = [
  listCommand<WebhookLogRow>({
    name: 'webhooks logs',
    summary: 'list deliveries: what became of every event for every endpoint',
    path: '/v1/webhook-logs',
    filters: {
      status: {
        type: 'string',
        choices: ['pending', 'delivered', 'failed', 'skipped'],
        summary: 'only those',
      },
      'endpoint-id': { type: 'string', value: 'ep_…', summary: 'of one endpoint' },
      'event-id': { type: 'string', value: 'evt_…', summary: 'of one event' },
      type: { type: 'string', summary: 'of one type of event' },
    },
    columns: [
      { title: 'id', value: (row) => row.id },
      { title: 'event', value: (row) => row.event_type },
      { title: 'status', value: (row) => row.reason ?? row.status },
      { title: 'answer', value: (row) => row.last_status_code },
      { title: 'attempts', value: (row) => row.attempt_count, right: true },
      { title: 'to', value: (row) => row.endpoint_url },
      { title: 'created', value: (row) => row.created_at },
    ],
  }),

  command({
    name: 'webhooks resend',
    summary: 'send a delivery once more',
    takes: ['DELIVERY_ID'],
    async run(context, { args: [id = ''] }) {
      const delivery = await (await context.client()).webhookLogs.resend(id)
      context.answer(delivery, () => members(delivery))
    },
  }),
]

const eventCommands = [
  listCommand<Event>({
    name: 'events list',
    summary: 'list events',
    path: '/v1/events',
    filters: {
      type: { type: 'string', summary: 'such as transaction.completed' },
      'object-id': { type: 'string', value: 'ID', summary: 'of one transaction, account, key …' },
      'request-id': { type: 'string', value: 'req_…', summary: 'that one request caused' },
    },
    columns: [
      { title: 'id', value: (row) => row.id },
      { title: 'type', value: (row) => row.type },
      { title: 'object', value: (row) => row.object_id },
      { title: 'created', value: (row) => row.created_at },
    ],
  }),

  command({
    name: 'events get',
    summary: 'show an event',
    takes: ['ID'],
    async run(context, { args: [id = ''] }) {
      const event = await (await context.client()).events.get(id)
      context.answer(event, () => `${json(event, 2)}\n`)
    },
  }),

  command({
    name: 'events types',
    summary: 'list the types of events',
    async run(context) {
      const types = await (await context.client()).eventTypes.list()
      context.answer(types, () =>
        table(types.data, [
          { title: 'type', value: (row) => row.type },
          { title: 'when', value: (row) => row.description },
        ]),
      )
    },
  }),
]

export const webhookCommands = [...endpointCommands, ...logCommands, ...eventCommands]

function withSecret({ secret, ...shown }: WebhookEndpointWithSecret): string {
  if (secret === null) return members(shown)
  return `${members({ ...shown, secret })}\nThe secret is shown this once.\n`
}
