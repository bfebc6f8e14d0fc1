import { call, placeHeaders, ProblemError, type Mode } from './api.ts'
import type { Problem } from './api-types.ts'
import type { ExplorerSource, ListedRow } from './explorer-source.ts'
import type { FilterValues } from './query-language.ts'

/** `live`: rows arrive; `waiting`: the connection is away and comes back by itself; `refused`: it does not. */
export type TailState = 'connecting' | 'live' | 'waiting' | 'refused'

export type TailOptions<Row extends ListedRow> = {
  source: ExplorerSource<Row>
  mode: Mode
  filters: FilterValues
  /** A place in the stream: what came after it. */
  after: string
  signal: AbortSignal
  /** @param place where it stands in the stream */
  onRow: (row: Row, place: string) => void
  /** So many rows were missed that the stream does not repeat them all: the list is to be read anew. */
  onGap: () => void
  onState: (state: TailState, refusal?: ProblemError) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000
// The server says something every 10 s; a connection that says nothing for this long is dead.
const SILENCE_MS_MAX = 25_000

/**
 * Follows the log until the signal ends it. After a break it goes on behind the last row it saw; rows may come twice,
 * and their ids tell. Never throws.
 */
export async function followLogs<Row extends ListedRow>(options: TailOptions<Row>): Promise<void> {
  const { signal, onState } = options
  const place = { after: options.after }
  let waitMs = FIRST_WAIT_MS
  onState('connecting')
  while (!signal.aborted) {
    const end = await follow(options, place)
    if (signal.aborted) return
    if (end instanceof ProblemError) return onState('refused', end)
    waitMs = end === 'ended' ? FIRST_WAIT_MS : Math.min(2 * waitMs, LONGEST_WAIT_MS)
    onState('waiting')
    await pause(waitMs * (0.75 + Math.random() / 2), signal)
  }
}

/** One connection. `ended` after it was open, `failed` when it did not open; a problem when it never will. */
async function follow<Row extends ListedRow>(
  options: TailOptions<Row>,
  place: { after: string },
): Promise<'ended' | 'failed' | ProblemError> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX)
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX)
  }
  let isOpen = false
  try {
    const answer = await open(options, place.after, AbortSignal.any([options.signal, silence.signal]))
    if (!answer.ok || !answer.body) return await refusal(answer, options.mode)
    isOpen = true
    options.onState('live')
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return 'ended'
      heard()
      const messages = (rest + value).split('\n\n')
      rest = messages.pop() ?? ''
      for (const message of messages) take(message, options, place)
    }
  } catch {
    return isOpen ? 'ended' : 'failed'
  } finally {
    clearTimeout(timer)
  }
}

function open<Row extends ListedRow>(
  { source, filters, mode }: TailOptions<Row>,
  after: string,
  signal: AbortSignal,
): Promise<Response> {
  const given = Object.entries(filters).filter((entry): entry is [string, string] => {
    const [name, value] = entry
    // What was is no filter of what comes; and what a row may come to fit is seen here.
    const isHere = name === 'created_after' || name === 'created_before' || name === source.moving?.filter
    return value !== undefined && !isHere
  })
  return fetch(`${source.path}/stream?${new URLSearchParams(given)}`, {
    headers: { ...placeHeaders(mode), 'Last-Event-ID': after },
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  })
}

/** A session that has ended is renewed by whoever looks at the page; what a later try may heal is waited for. */
async function refusal(answer: Response, mode: Mode): Promise<'failed' | 'ended' | ProblemError> {
  if (answer.status === 401) {
    await call('GET', '/v1/me', { mode })
    return 'ended'
  }
  if (answer.status >= 500 || answer.status === 429) return 'failed'
  return new ProblemError((await answer.json()) as Problem)
}

/** One message of the stream (WHATWG, server-sent events); lines that begin with a colon are its heartbeat. */
function take<Row extends ListedRow>(
  message: string,
  { source, onRow, onGap }: TailOptions<Row>,
  place: { after: string },
): void {
  let event = ''
  let data = ''
  for (const line of message.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7)
    else if (line.startsWith('data: ')) data += line.slice(6)
    else if (line.startsWith('id: ')) place.after = line.slice(4)
  }
  if (event === 'gap') onGap()
  if (event === source.event) onRow(JSON.parse(data) as Row, place.after)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
