import type { ApiKey } from './api-types.ts'
import { PATH_TEXT_MIN } from './logs.ts'
import { idCheck, plainTerm, TIME_TERMS, type Language, type Term } from './query-language.ts'

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].map((value) => ({ value }))

const status: Term = {
  name: 'status',
  label: 'Status',
  hint: 'a class such as 4xx, or one status',
  owns: ['status_class', 'status'],
  values: [
    { value: '2xx', label: '2xx accepted' },
    { value: '4xx', label: '4xx refused' },
    { value: '5xx', label: '5xx failed' },
    { value: 'forwarded', label: 'forwarded, no outcome yet' },
  ],
  read(text) {
    const value = text.toLowerCase()
    if (/^([1-5]xx|forwarded)$/.test(value)) return { status_class: value, status: undefined }
    if (/^[1-5]\d\d$/.test(value)) return { status: value, status_class: undefined }
    return `“${text}” is no status: 4xx, 404 or forwarded.`
  },
  show: (filters) => filters['status'] ?? filters['status_class'] ?? null,
}

const path: Term = {
  name: 'path',
  label: 'Path',
  hint: 'any part of it; = before it for the whole path',
  owns: ['path_contains', 'path'],
  read(text) {
    if (text.startsWith('=')) return { path: text.slice(1), path_contains: undefined }
    return text.length < PATH_TEXT_MIN
      ? `A text needs ${PATH_TEXT_MIN} characters or more.`
      : { path_contains: text, path: undefined }
  },
  show: ({ path: whole, path_contains: part }) => (whole === undefined ? (part ?? null) : `=${whole}`),
}

/** What can be typed to search Transaction Logs. Keys may be named by their name, too. */
export function logLanguage(keys: readonly ApiKey[], codes: readonly string[]): Language {
  const key: Term = {
    name: 'key',
    label: 'Key',
    hint: 'its name, id or Public Key',
    owns: ['api_key_id'],
    values: keys.map(({ name, public_key: publicKey }) => ({ value: name, label: `${name}  ${publicKey}` })),
    read(text) {
      if (/^key_[0-9a-z]{26}$/.test(text)) return { api_key_id: text }
      const wanted = text.toLowerCase()
      const found = keys.filter(({ name, public_key: publicKey }) =>
        [name.toLowerCase(), publicKey.toLowerCase()].includes(wanted),
      )
      if (found.length === 1) return { api_key_id: found[0]?.id }
      return found.length === 0
        ? `No key is called “${text}”. Its id or Public Key works as well.`
        : `${found.length} keys are called “${text}”: use the id or Public Key.`
    },
    show({ api_key_id: id }) {
      if (id === undefined) return null
      const known = keys.find((each) => each.id === id)
      const isOnly = keys.filter(({ name }) => name === known?.name).length === 1
      return known && isOnly ? known.name : id
    },
  }
  const terms: Term[] = [
    status,
    {
      ...plainTerm({
        name: 'method',
        label: 'Method',
        hint: 'such as POST',
        filter: 'method',
        values: METHODS,
      }),
      read: (text) => ({ method: text.toUpperCase() }),
    },
    key,
    path,
    plainTerm({
      name: 'code',
      label: 'Problem',
      hint: 'such as signature-invalid',
      filter: 'code',
      lower: true,
      values: codes.map((value) => ({ value })),
    }),
    plainTerm({
      name: 'currency',
      label: 'Currency Type',
      hint: 'fiat or crypto',
      filter: 'currency_type',
      values: [{ value: 'fiat' }, { value: 'crypto' }],
      closed: true,
      lower: true,
    }),
    plainTerm({
      name: 'id',
      label: 'Request',
      hint: 'a request id',
      filter: 'id',
      check: idCheck('req'),
    }),
    ...TIME_TERMS,
  ]
  return {
    terms,
    bare(word) {
      if (idCheck('req')(word) === null) return { id: word }
      if (/^(key_[0-9a-z]{26}|pk_(test|prod)_)/.test(word)) return key.read(word)
      return path.read(word)
    },
  }
}
