import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionError, ProblemError, signRequest } from '../../sdk/src/index.ts'
import { problemFrom } from '../../sdk/src/problem-error.ts'
import type { Credentials } from './credentials.ts'

export type StreamEvent = { id: string; event: string; data: string }

export type StreamDeps = {
  credentials: Credentials
  signal: AbortSignal
  /** The connection ended or none came about; it is tried again. */
  onLost?(why: string): void
  onOpen?(): void
}

// The server says that it is there every 10 seconds; after this long without a word the connection is dead.
const SILENCE_MS = 35_000
const RETRY_MS = [250, 500, 1_000, 2_000, 5_000] as const
const EVENT_BYTES_MAX = 4 * 1024 * 1024
const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504])

/**
 * Server-sent events of a signed GET, connection after connection: each begins behind the last event of the one
 * before. Ends with the signal.
 * @throws ProblemError when the server refuses for good
 */
export async function* watch(path: string, deps: StreamDeps): AsyncGenerator<StreamEvent, void, undefined> {
  let lastEventId = ''
  let failures = 0
  while (!deps.signal.aborted) {
    try {
      for await (const event of connect(path, lastEventId, deps)) {
        failures = 0
        if (event.id !== '') lastEventId = event.id
        yield event
      }
      deps.onLost?.('the server ended the connection')
    } catch (error) {
      if (deps.signal.aborted) return
      if (!isPassing(error)) throw error
      deps.onLost?.((error as Error).message)
    }
    const pauseMs = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!
    failures += 1
    await delay(pauseMs, undefined, { signal: deps.signal }).catch(() => {})
  }
}

/** Worth another connection: the network, a server that restarts, one that has just restarted (DESIGN §6). */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  if (!(error instanceof ProblemError)) return false
  return RETRIED_STATUSES.has(error.status) || error.members['reason'] === 'before-server-start'
}

async function* connect(
  path: string,
  lastEventId: string,
  { credentials, signal, onOpen }: StreamDeps,
): AsyncGenerator<StreamEvent> {
  const { baseUrl, publicKey, ...key } = credentials
  const url = new URL(path, baseUrl).href
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  const stop = AbortSignal.any([signal, silence.signal])
  try {
    const signed = await signRequest({ method: 'GET', url, publicKey, ...key })
    const headers = { ...signed, ...(lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }) }
    const response = await fetch(url, { headers, redirect: 'manual', signal: stop })
    if (!response.ok) throw problemFrom(response, await response.text())
    onOpen?.()
    const read = createReader()
    const decoder = new TextDecoder()
    const body = response.body?.getReader()
    for (;;) {
      const { done, value } = (await body?.read()) ?? { done: true, value: undefined }
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      yield* read(decoder.decode(value, { stream: true }))
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause
    const why = silence.signal.aborted ? 'the server fell silent' : `no answer from ${new URL(url).origin}`
    throw new ConnectionError(why, { cause })
  } finally {
    clearTimeout(timer)
    // Whoever leaves early leaves no connection behind.
    silence.abort()
  }
}

/** Puts the lines of an event stream together to events, however the network cut them (HTML, §9.2.6). */
export function createReader(): (text: string) => StreamEvent[] {
  let rest = ''
  let fields: StreamEvent = { id: '', event: '', data: '' }
  return (text) => {
    rest += text
    if (rest.length + fields.data.length > EVENT_BYTES_MAX) throw new Error('an event is too long')
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    const events: StreamEvent[] = []
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line === '') {
        if (fields.data !== '') events.push({ ...fields, data: fields.data.slice(1) })
        fields = { id: '', event: '', data: '' }
        continue
      }
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
      if (name === 'id' || name === 'event') fields[name] = value
      else if (name === 'data') fields.data += `\n${value}`
    }
    return events
  }
}
