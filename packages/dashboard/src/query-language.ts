/** The filters of a list as its URL holds them. */
export type FilterValues = Readonly<Record<string, string | undefined>>
/** What a query changes in them; undefined takes a filter away. */
export type FilterChange = Record<string, string | undefined>

export type Term = {
  /** What is typed before the colon: `status`. */
  name: string
  /** On the chip: `Status`. */
  label: string
  /** What it is for, beside its suggestion. */
  hint: string
  /** The filters that it sets; taking the chip away clears them. */
  owns: readonly string[]
  /** What is offered once its name stands there. Others may be typed. */
  values?: readonly { value: string; label?: string }[]
  /** The change that a typed value asks for, or a sentence that says what is wrong with it. */
  read(value: string): FilterChange | string
  /** The value as it is typed, null while the filter is not set. */
  show(filters: FilterValues): string | null
}

/** What can be typed on one page. */
export type Language = {
  terms: readonly Term[]
  /** What a word without a name asks for: an id, or a free text. */
  bare(word: string): FilterChange | string
}

export type ReadQuery = {
  change: FilterChange
  /** The words that ask for nothing, as they were typed. */
  rest: string
  /** Why, a sentence each. */
  faults: string[]
}

/** Reads `status:4xx key:"Checkout server" req_…`. What can be read is; the rest is handed back with the reason. */
export function readQuery(text: string, { terms, bare }: Language): ReadQuery {
  const change: FilterChange = {}
  const rest: string[] = []
  const faults: string[] = []
  for (const word of wordsOf(text)) {
    const found = readWord(word, { terms, bare }, change)
    if (typeof found === 'string') {
      rest.push(word)
      faults.push(found)
    } else Object.assign(change, found)
  }
  return { change, rest: rest.join(' '), faults }
}

function readWord(word: string, { terms, bare }: Language, before: FilterChange): FilterChange | string {
  const { name, value } = named(word)
  if (name === null) {
    const found = bare(value)
    // Two texts cannot both be looked for: the second would hide the first.
    const isTaken =
      typeof found === 'object' && Object.keys(found).some((filter) => before[filter] !== undefined)
    return isTaken ? `One at a time: “${value}” was left out.` : found
  }
  const term = terms.find((each) => each.name === name)
  if (!term) return `“${name}” is no filter here. There are ${terms.map((each) => each.name).join(', ')}.`
  return value === '' ? `“${name}:” needs a value.` : term.read(value)
}

/** The words of a query; blanks inside quotes belong to their word. */
export function wordsOf(text: string): string[] {
  return text.match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? []
}

/** A value as it is typed: in quotes where blanks would end it. */
export function typed(name: string, value: string): string {
  return `${name}:${/\s/.test(value) ? `"${value}"` : value}`
}

function named(word: string): { name: string | null; value: string } {
  const match = /^([a-z][a-z_-]*):(.*)$/is.exec(word)
  const value = (match?.[2] ?? word).replaceAll('"', '')
  return { name: match?.[1]?.toLowerCase() ?? null, value }
}

/** A term that is one filter, taken as it is typed. */
export function plainTerm(
  term: Pick<Term, 'name' | 'label' | 'hint'> & {
    filter: string
    values?: Term['values']
    /** Whether only `values` are taken. */
    closed?: boolean
    check?: (value: string) => string | null
    lower?: boolean
  },
): Term {
  const { filter, values, closed, check, lower, ...rest } = term
  return {
    ...rest,
    owns: [filter],
    values,
    read(text) {
      const value = lower ? text.toLowerCase() : text
      if (closed && !values?.some((option) => option.value === value))
        return `“${value}” is no ${rest.label.toLowerCase()}: ${values?.map((option) => option.value).join(', ')}.`
      return check?.(value) ?? { [filter]: value }
    },
    show: (filters) => filters[filter] ?? null,
  }
}

/** An id of one kind, as a check of a term. */
export const idCheck =
  (...kinds: string[]) =>
  (value: string): string | null =>
    kinds.some((kind) => new RegExp(`^${kind}_[0-9a-z]{26}$`).test(value))
      ? null
      : `“${value}” is no id of this kind: ${kinds.map((kind) => `${kind}_…`).join(', ')}.`

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `last:15m`, `after:2026-11-26T10:00`, `before:…`: the time of a list. The page's own time field shows it. */
export const TIME_TERMS: Term[] = [
  {
    name: 'last',
    label: 'Last',
    hint: 'a span up to now',
    owns: [],
    values: [{ value: '15m' }, { value: '1h' }, { value: '24h' }, { value: '7d' }, { value: '30d' }],
    read(value) {
      const match = /^(\d{1,5})([mhd])$/.exec(value)
      if (!match) return `“${value}” is no span: 15m, 24h or 7d.`
      const span = Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0)
      return { created_after: new Date(Date.now() - span).toISOString(), created_before: undefined }
    },
    show: () => null,
  },
  timeTerm('after', 'created_after'),
  timeTerm('before', 'created_before'),
]

function timeTerm(name: string, filter: string): Term {
  return {
    name,
    label: name === 'after' ? 'After' : 'Before',
    hint: 'a date, or a date and a time',
    owns: [],
    read(value) {
      // A date alone is a day of the viewer, and not of UTC.
      const at = new Date(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00` : value)
      return Number.isNaN(at.getTime())
        ? `“${value}” is no time: 2026-11-26 or 2026-11-26T14:30.`
        : { [filter]: at.toISOString() }
    },
    show: () => null,
  }
}
