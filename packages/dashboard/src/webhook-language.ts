import type { EventType, WebhookEndpoint } from './api-types.ts'
import { idCheck, plainTerm, TIME_TERMS, type Language, type Term } from './query-language.ts'

const OBJECT_ID = /^(txn|acc|key|ep)_[0-9a-z]{26}$/

const aboutTerm = plainTerm({
  name: 'about',
  label: 'About',
  hint: 'a transaction, account, key or endpoint',
  filter: 'object_id',
})
const requestTerm = plainTerm({
  name: 'request',
  label: 'Request',
  hint: 'the request that caused it',
  filter: 'request_id',
  check: idCheck('req'),
})
const typeTerm = (filter: string, types: readonly EventType[]): Term =>
  plainTerm({
    name: 'type',
    label: 'Event type',
    hint: 'such as transaction.completed',
    filter,
    lower: true,
    values: types.map(({ type }) => ({ value: type })),
  })

/** What an id alone means, or the name of an event type; anything else is nothing here. */
function bareWord(terms: readonly Term[], types: readonly EventType[]) {
  return (word: string) => {
    const name = word.startsWith('req_')
      ? 'request'
      : word.startsWith('evt_')
        ? 'event'
        : OBJECT_ID.test(word)
          ? 'about'
          : types.some(({ type }) => type === word)
            ? 'type'
            : null
    const term = terms.find((each) => each.name === name)
    return term?.read(word) ?? `“${word}” is no id and no event type. Type a filter: ${terms[0]?.name}:…`
  }
}

/** What can be typed to search Events. */
export function eventLanguage(types: readonly EventType[]): Language {
  const terms = [typeTerm('type', types), aboutTerm, requestTerm, ...TIME_TERMS]
  return { terms, bare: bareWord(terms, types) }
}

/** What can be typed to search Webhook Logs. */
export function deliveryLanguage(
  endpoints: readonly WebhookEndpoint[],
  types: readonly EventType[],
): Language {
  const endpoint: Term = {
    name: 'endpoint',
    label: 'Endpoint',
    hint: 'its id, or its URL',
    owns: ['endpoint_id'],
    values: endpoints.map(({ url }) => ({ value: url })),
    read(text) {
      if (idCheck('ep')(text) === null) return { endpoint_id: text }
      const found = endpoints.filter(({ url }) => url === text)
      return found.length === 1
        ? { endpoint_id: found[0]?.id }
        : `${found.length === 0 ? 'No endpoint has' : 'Several endpoints have'} the URL “${text}”: use the id.`
    },
    show({ endpoint_id: id }) {
      if (id === undefined) return null
      const url = endpoints.find((each) => each.id === id)?.url
      return url !== undefined && endpoints.filter((each) => each.url === url).length === 1 ? url : id
    },
  }
  const terms = [
    plainTerm({
      name: 'status',
      label: 'Status',
      hint: 'what became of it',
      filter: 'status',
      values: ['pending', 'delivered', 'failed', 'skipped'].map((value) => ({ value })),
      closed: true,
      lower: true,
    }),
    typeTerm('event_type', types),
    endpoint,
    plainTerm({
      name: 'event',
      label: 'Event',
      hint: 'an event id',
      filter: 'event_id',
      check: idCheck('evt'),
    }),
    aboutTerm,
    requestTerm,
    ...TIME_TERMS,
  ]
  return { terms, bare: bareWord(terms, types) }
}
