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

type Free = { term: string; name: string; among: readonly string[] }

/** What an id alone means, or a part of a name: of an event type, or of an endpoint's URL. */
function bareWord(terms: readonly Term[], free: readonly Free[]) {
  const read = (name: string, word: string) => terms.find((each) => each.name === name)?.read(word)
  return (word: string) => {
    const kind = word.startsWith('req_')
      ? 'request'
      : word.startsWith('evt_')
        ? 'event'
        : OBJECT_ID.test(word)
          ? 'about'
          : null
    if (kind !== null) return read(kind, word) ?? nothing(word, terms)
    const wanted = word.toLowerCase()
    for (const { term, name, among } of free) {
      const found = among.filter((value) => value.toLowerCase().includes(wanted))
      const exact = found.find((value) => value.toLowerCase() === wanted)
      const only = exact ?? (found.length === 1 ? found[0] : undefined)
      if (only !== undefined) return read(term, only) ?? nothing(word, terms)
      if (found.length > 1)
        return `“${word}” is a part of ${found.length} ${name}: ${found.slice(0, NAMED_MAX).join(', ')}${found.length > NAMED_MAX ? ', …' : ''}.`
    }
    return nothing(word, terms)
  }
}

const NAMED_MAX = 4
const nothing = (word: string, terms: readonly Term[]) =>
  `“${word}” is no id, and no part of a name. Type a filter: ${terms[0]?.name}:…`
const typesOf = (types: readonly EventType[]): Free => ({
  term: 'type',
  name: 'event types',
  among: types.map(({ type }) => type),
})

/** What can be typed to search Events. */
export function eventLanguage(types: readonly EventType[]): Language {
  const terms = [typeTerm('type', types), aboutTerm, requestTerm, ...TIME_TERMS]
  return { terms, bare: bareWord(terms, [typesOf(types)]) }
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
  const urls = { term: 'endpoint', name: 'URLs', among: endpoints.map(({ url }) => url) }
  return { terms, bare: bareWord(terms, [typesOf(types), urls]) }
}
