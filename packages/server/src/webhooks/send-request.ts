import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Mode } from '../sessions/principal.ts'
import { dial, TargetRefusedError, type DialTimings } from './dial.ts'
import { systemLookup, type Lookup } from './resolve-name.ts'
import { portOf, type TargetGuard } from './target-guard.ts'

export const ATTEMPT_TIMEOUT_MS = 15_000
export const RESPONSE_BYTES_MAX = 64 * 1024
/** As they come over the wire: what frames an answer can be endless while its headers and body are short. */
const WIRE_BYTES_MAX = 1024 * 1024
const RESPONSE_HEADERS_MAX = 500
/** 1xx before the answer. */
const ANNOUNCEMENTS_MAX = 16
const IDLE_TIMEOUT_MS = 20_000
const IDLE_CONNECTIONS_MAX = 256

export type ErrorKind =
  | 'status'
  | 'redirect'
  | 'timeout'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'tls'
  | 'target_refused'
  | 'invalid_response'
  | 'network'
  | 'stopped'

export type Header = [name: string, value: string]

export type SendInput = { url: string; mode: Mode; headers: readonly Header[]; body: string }

/** One HTTP try, in full. */
export type SendResult = DialTimings & {
  /** As they went over the wire. */
  requestHeaders: Header[]
  statusCode: number | null
  responseHeaders: Header[] | null
  /** The first 64 KiB. */
  responseBody: Buffer | null
  responseTruncated: boolean
  /** From the start of the try to the answer's first byte. */
  firstByteMs: number | null
  durationMs: number
  /** Null after a 2xx. */
  error: ErrorKind | null
  errorDetail: string | null
}

export type Sender = {
  /** One try; never throws, whatever the other side does. */
  send(input: SendInput): Promise<SendResult>
  /** Breaks off the tries that run. */
  close(): Promise<void>
}

export type SenderOptions = { guard: TargetGuard; lookup?: Lookup; timeoutMs?: number }

type Connection = {
  client: Client
  timings: DialTimings
  uses: number
  abort: AbortController
  socket: Socket | null
  /** What the socket had read when the answer that is awaited began. */
  bytesBefore: number
}

/** The other side speaks, but not as HTTP has it or not within our limits. */
class InvalidResponseError extends Error {
  readonly code = 'INVALID_RESPONSE'
}

/**
 * Sends webhooks over kept connections, one request at a time on each. A client per connection, and not a
 * pool, so that every attempt knows its connection's address and timings.
 */
export function createSender({
  guard,
  lookup = systemLookup,
  timeoutMs = ATTEMPT_TIMEOUT_MS,
}: SenderOptions): Sender {
  /** Free connections by mode and origin: what may be dialled depends on the mode. */
  const idle = new Map<string, Connection[]>()
  const busy = new Set<Connection>()
  let idleCount = 0

  const open = (url: URL, mode: Mode): Connection => {
    const timings: DialTimings = { remoteAddress: null, dnsMs: null, connectMs: null, tlsMs: null }
    const abort = new AbortController()
    const target = { hostname: url.hostname, port: portOf(url), secure: url.protocol === 'https:', mode }
    const client = new Client(url.origin, {
      pipelining: 1,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      // The try's own limit covers them; two more timers a request would cost and say less.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        // undici takes a callback, and it handles both outcomes.
        void (async () => {
          let socket
          try {
            socket = await dial(target, timings, { guard, lookup, signal: abort.signal })
          } catch (error) {
            return callback(error as Error, null)
          }
          limitWireBytes(connection, socket)
          callback(null, socket)
        })()
      },
    })
    const connection: Connection = { client, timings, uses: 0, abort, socket: null, bytesBefore: 0 }
    return connection
  }

  const discard = (connection: Connection, error: Error | null = null) => {
    connection.abort.abort(error ?? new Error('discarded'))
    // The outcome is known already; how the socket ends does not matter.
    connection.client.destroy(error).catch(() => {})
  }

  const removeIdle = (key: string, connection: Connection): boolean => {
    const free = idle.get(key)
    const index = free?.indexOf(connection) ?? -1
    if (!free || index < 0) return false
    free.splice(index, 1)
    if (free.length === 0) idle.delete(key)
    idleCount -= 1
    return true
  }

  const keep = (key: string, connection: Connection) => {
    const free = idle.get(key) ?? []
    free.push(connection)
    // Set again so that the map's order is that of use: the first is what was unused longest.
    idle.delete(key)
    idle.set(key, free)
    idleCount += 1
    connection.client.once('disconnect', () => {
      if (removeIdle(key, connection)) discard(connection)
    })
    if (idleCount <= IDLE_CONNECTIONS_MAX) return
    const [oldestKey = '', [oldest] = []] = idle.entries().next().value ?? []
    if (oldest && removeIdle(oldestKey, oldest)) discard(oldest)
  }

  return {
    async send(input) {
      // Judged when it was saved, too; but rules and rows change. Nothing is opened for what is refused here.
      const fault = guard.urlFault(input.url, input.mode)
      if (fault) return refusal(input, fault)
      const url = new URL(input.url)
      const key = `${input.mode} ${url.origin}`
      const free = idle.get(key)?.at(-1)
      if (free) {
        removeIdle(key, free)
        free.client.removeAllListeners('disconnect')
      }
      const connection = free ?? open(url, input.mode)
      connection.uses += 1
      busy.add(connection)
      const { result, reusable } = await exchange({ input, url, connection, timeoutMs })
      busy.delete(connection)
      if (reusable) keep(key, connection)
      else discard(connection)
      return result
    },
    async close() {
      const stopped = Object.assign(new Error('the server stops'), { code: 'STOPPED' })
      for (const connection of busy) discard(connection, stopped)
      for (const connection of [...idle.values()].flat()) discard(connection)
      idle.clear()
      idleCount = 0
    },
  }
}

type Exchange = { result: SendResult; reusable: boolean }

/** Cuts a connection whose answer has no end, whatever it consists of. */
function limitWireBytes(connection: Connection, socket: Socket): void {
  connection.socket = socket
  connection.bytesBefore = socket.bytesRead
  socket.on('readable', () => {
    if (socket.bytesRead - connection.bytesBefore > WIRE_BYTES_MAX)
      socket.destroy(new InvalidResponseError(`the answer was not whole after ${WIRE_BYTES_MAX} bytes`))
  })
}

function refusal(input: SendInput, fault: string): SendResult {
  return {
    ...emptyResult([...input.headers]),
    ...judge(null, new TargetRefusedError(`the URL ${fault}`)),
  }
}

function emptyResult(requestHeaders: Header[]): SendResult {
  return {
    remoteAddress: null,
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    requestHeaders,
    statusCode: null,
    responseHeaders: null,
    responseBody: null,
    responseTruncated: false,
    firstByteMs: null,
    durationMs: 0,
    error: null,
    errorDetail: null,
  }
}

type ExchangeInput = { input: SendInput; url: URL; connection: Connection; timeoutMs: number }

function exchange({ input, url, connection, timeoutMs }: ExchangeInput): Promise<Exchange> {
  const started = performance.now()
  const isFirst = connection.uses === 1
  const body = Buffer.from(input.body)
  const chunks: Buffer[] = []
  let bytes = 0
  let announcements = 0
  const result = emptyResult([
    ['host', url.host],
    ['connection', 'keep-alive'],
    ...input.headers,
    ['content-length', String(body.length)],
  ])
  connection.bytesBefore = connection.socket?.bytesRead ?? 0

  return new Promise((resolve) => {
    let settled = false
    const settle = (error: Error | null, reusable: boolean) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      const { remoteAddress, dnsMs, connectMs, tlsMs } = connection.timings
      result.remoteAddress = remoteAddress
      // A kept connection cost nothing this time.
      result.dnsMs = isFirst ? dnsMs : null
      result.connectMs = isFirst ? connectMs : null
      result.tlsMs = isFirst ? tlsMs : null
      result.durationMs = performance.now() - started
      if (result.statusCode !== null) result.responseBody = Buffer.concat(chunks)
      Object.assign(result, judge(result.statusCode, error))
      resolve({ result, reusable })
    }
    const timer = setTimeout(() => {
      const late = Object.assign(new Error(`no whole answer within ${timeoutMs} ms`), { code: 'TIMEOUT' })
      settle(late, false)
    }, timeoutMs)
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(controller, statusCode) {
        // 1xx are announcements; the answer comes after them.
        if (statusCode < 200) {
          announcements += 1
          if (announcements > ANNOUNCEMENTS_MAX)
            controller.abort(
              new InvalidResponseError(`more than ${ANNOUNCEMENTS_MAX} answers with a 1xx status`),
            )
          return
        }
        result.firstByteMs = performance.now() - started
        result.statusCode = statusCode
        result.responseHeaders = headerPairs(controller.rawHeaders)
        if (result.responseHeaders.length <= RESPONSE_HEADERS_MAX) return
        result.responseHeaders = result.responseHeaders.slice(0, RESPONSE_HEADERS_MAX)
        controller.abort(new InvalidResponseError(`more than ${RESPONSE_HEADERS_MAX} headers`))
      },
      onResponseData(_controller, chunk) {
        const room = RESPONSE_BYTES_MAX - bytes
        chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
        bytes += Math.min(chunk.length, room)
        if (chunk.length <= room) return
        // What comes after the limit does not change the outcome: the connection is cut instead of drained.
        result.responseTruncated = true
        settle(null, false)
      },
      onResponseEnd: () => settle(null, true),
      onResponseError: (_controller, error) => settle(error, false),
    }
    connection.client.dispatch(
      {
        method: 'POST',
        path: url.pathname + url.search,
        headers: input.headers.flat(),
        body,
      },
      handler,
    )
  })
}

function headerPairs(raw: unknown): Header[] {
  if (!Array.isArray(raw)) return []
  const texts = raw.map((entry: unknown) =>
    Buffer.isBuffer(entry) ? entry.toString('latin1') : String(entry),
  )
  const pairs: Header[] = []
  for (let index = 0; index + 1 < texts.length; index += 2)
    pairs.push([texts[index] ?? '', texts[index + 1] ?? ''])
  return pairs
}

const ERROR_KINDS: Record<string, ErrorKind> = {
  INVALID_RESPONSE: 'invalid_response',
  TIMEOUT: 'timeout',
  STOPPED: 'stopped',
  TARGET_REFUSED: 'target_refused',
  DNS: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
}

function judge(
  statusCode: number | null,
  error: Error | null,
): { error: ErrorKind | null; errorDetail: string | null } {
  if (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    // undici's parser gives no code, and calls it a socket's fault when a 100 comes that nobody asked for, a
    // switch of protocols, or an answer before the request.
    if (error.name === 'HTTPParserError' || /^bad (response|upgrade)$/.test(error.message))
      return { error: 'invalid_response', errorDetail: detailOf(error, code) }
    return { error: ERROR_KINDS[code] ?? kindOf(code), errorDetail: detailOf(error, code) }
  }
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { error: null, errorDetail: null }
  if (statusCode !== null && statusCode >= 300 && statusCode < 400)
    return { error: 'redirect', errorDetail: 'redirects are not followed' }
  return { error: 'status', errorDetail: `the answer's status was ${statusCode}` }
}

function kindOf(code: string): ErrorKind {
  if (/^HPE_|^UND_ERR_(HEADERS_OVERFLOW|RES|REQ|INVALID)/.test(code)) return 'invalid_response'
  return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|ALTNAME|^EPROTO/.test(code) ? 'tls' : 'network'
}

function detailOf(error: Error, code: string): string {
  // Messages of the parser may quote what the other side sent.
  return `${error.message}${code && !error.message.includes(code) ? ` (${code})` : ''}`
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 300)
}
