import type { CallOptions, RequestOptions } from './call-options.ts'
import { assertKeyPair, assertPublicKey } from './key-format.ts'
import { problemFrom } from './problem-error.ts'
import { acceptSignature } from './receipt.ts'
import { createReceiptCheck, hasReceipt, rememberReceipt, type ReceiptOptions } from './receipts.ts'
import { requestTarget, signRequest, type SigningKey } from './request-signature.ts'
import {
  accounts,
  apiKeys,
  balances,
  currencies,
  events,
  eventTypes,
  fees,
  reports,
  test,
  transactionLogs,
  transactions,
  usage,
  webhookEndpoints,
  webhookLogs,
} from './resources.ts'
import { ConnectionError, isBeforeServerStart, retryDelaySeconds, wait } from './retry.ts'
import { randomHex } from './web-crypto.ts'
import type { Me } from './wire-types.ts'

/** Where the server is and which key signs. */
export type CountersignOptions = {
  /** The server's own address, such as `https://api.example.com`, without a path. */
  baseUrl: string
  /** `pk_…` */
  publicKey: string
  /** Sends requests; the global fetch by default. */
  fetch?: typeof fetch
  /** Seconds that one attempt may take, its answer included; 30 by default. */
  timeoutSeconds?: number
  /** How often a call that is safe to repeat is sent again; 2 by default. */
  retriesMax?: number
  /**
   * Every answer is asked for with the platform's signature and checked; `false` asks for none. Without `keys` the
   * platform's are read from its directory, once.
   */
  receipts?: false | ReceiptOptions
} & SigningKey

type Call = {
  method: string
  url: URL
  headers: Headers
  body: string | null
  signal: AbortSignal | undefined
}

/**
 * A client of one Countersign server with one key. It signs every attempt anew, repeats what is safe to repeat
 * and throws `ProblemError` for what the server refuses, `ConnectionError` when no answer arrived.
 */
export class Countersign {
  readonly currencies = currencies(this)
  readonly apiKeys = apiKeys(this)
  readonly transactions = transactions(this)
  readonly accounts = accounts(this)
  readonly balances = balances(this)
  readonly fees = fees(this)
  readonly reports = reports(this)
  readonly events = events(this)
  readonly eventTypes = eventTypes(this)
  readonly webhookEndpoints = webhookEndpoints(this)
  readonly webhookLogs = webhookLogs(this)
  readonly transactionLogs = transactionLogs(this)
  readonly usage = usage(this)
  /** Test Mode only. */
  readonly test = test(this)

  readonly #baseUrl: URL
  readonly #publicKey: string
  readonly #signingKey: SigningKey
  readonly #fetch: typeof fetch
  readonly #timeoutSeconds: number
  readonly #retriesMax: number
  readonly #checkReceipt: ReturnType<typeof createReceiptCheck> | null

  /** @throws KeyFormatError when a key cannot work, TypeError when another option cannot */
  constructor(options: CountersignOptions) {
    this.#baseUrl = parseBaseUrl(options.baseUrl)
    if (options.privateKey) assertPublicKey(options.publicKey)
    else assertKeyPair(options.publicKey, options.secretKey)
    this.#publicKey = options.publicKey
    this.#signingKey = options.privateKey
      ? { privateKey: options.privateKey }
      : { secretKey: options.secretKey }
    // Called as a bare function: browsers refuse a fetch that is called as somebody's method.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.#timeoutSeconds = positive(options.timeoutSeconds ?? 30, 'timeoutSeconds')
    this.#retriesMax = options.retriesMax ?? 2
    this.#checkReceipt =
      options.receipts === false
        ? null
        : createReceiptCheck(options.receipts ?? {}, (path) => this.#readPublic(path))
  }

  /** The key that asks, as the server sees it: mode, currency type, scopes, expiry; and the server's time. */
  me(options?: CallOptions): Promise<Me> {
    return this.request<Me>('GET', '/v1/me', options)
  }

  /**
   * Any call of the API, signed. Repeats GETs, and POSTs under their Idempotency-Key, after network faults and
   * 429, 502, 503 and 504, for at most `retriesMax` times.
   * @param path begins with `/v1/`; values from outside belong in `query`
   * @returns the answer's JSON; its text when it is something else; undefined when it is empty
   * @throws ProblemError, ConnectionError, ReceiptError; the signal's reason when `signal` aborts
   */
  async request<Result = unknown>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Result> {
    const call = this.#prepare(method.toUpperCase(), path, options)
    const repeatable = call.method === 'GET' || call.method === 'HEAD' || call.method === 'POST'
    let signedAgain = false
    for (let retries = 0; ;) {
      try {
        return (await this.#attempt(call)) as Result
      } catch (error) {
        // Refused before anything was done, so every method may be signed again, once.
        if (isBeforeServerStart(error) && !signedAgain) {
          signedAgain = true
          // `created` counts whole seconds, and the new one must be later.
          await wait(error.retryAfterSeconds ?? 1, call.signal)
          continue
        }
        const delaySeconds =
          repeatable && retries < this.#retriesMax ? retryDelaySeconds(error, retries) : null
        if (delaySeconds === null) throw error
        retries += 1
        await wait(delaySeconds, call.signal)
      }
    }
  }

  /**
   * A file, as it arrives: a signed GET whose answer is not gathered in memory. It is asked for once; `timeoutSeconds`
   * is how long it may take to begin. Cancel the stream to stop reading.
   * @throws as `request` does; the stream breaks where the connection does, so a whole file ends and half a file throws
   */
  async download(path: string, options: RequestOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const call = this.#prepare('GET', path, options)
    call.signal?.throwIfAborted()
    const { headers } = await this.#sign(call)
    const init: RequestInit = { method: 'GET', headers, redirect: 'manual', credentials: 'omit' }
    const { result, response } = await this.#exchange(call.url, init, call.signal, async (answer) =>
      answer.ok ? answer.body : answer.text(),
    )
    if (typeof result === 'string') throw problemFrom(response, result)
    return result ?? new Blob([]).stream()
  }

  #prepare(method: string, path: string, options: RequestOptions): Call {
    const url = new URL(path, this.#baseUrl)
    // URL would quietly follow `//other.example` to another host and fold `..` into another path.
    if (url.origin !== this.#baseUrl.origin || url.pathname !== path.split(/[?#]/)[0]) {
      throw new TypeError(
        `The path ${path} must begin with one slash and stand as it is sent: no .., spaces or full URL.`,
      )
    }
    for (const [name, value] of Object.entries(options.query ?? {})) appendParameter(url, name, value)
    const headers = new Headers(options.headers)
    if (!headers.has('accept')) headers.set('Accept', 'application/json, application/problem+json')
    const body = options.body === undefined ? null : JSON.stringify(options.body)
    if (body !== null) headers.set('Content-Type', 'application/json')
    if (options.idempotencyKey !== undefined) headers.set('Idempotency-Key', options.idempotencyKey)
    else if (method === 'POST' && !headers.has('idempotency-key'))
      headers.set('Idempotency-Key', randomHex(16))
    return { method, url, headers, body, signal: options.signal }
  }

  /** One signed attempt: a new signature and nonce every time. */
  async #attempt(call: Call): Promise<unknown> {
    call.signal?.throwIfAborted()
    const { method, url, body } = call
    const { headers, signed } = await this.#sign(call)
    const check = hasReceipt(url.pathname) ? this.#checkReceipt : null
    if (check) headers.set('Accept-Signature', acceptSignature(signed['Signature-Input']))
    // Cookies would be ignored beside a signature, and a redirect would not be the address that was signed.
    const init: RequestInit = { method, headers, body, redirect: 'manual', credentials: 'omit' }
    const { response, result: bytes } = await this.#exchange(url, init, call.signal, bytesOf)
    const receipt = check
      ? await check({ method, ...requestTarget(url), headers, body }, response, bytes)
      : null
    const text = new TextDecoder().decode(bytes)
    const answer = response.ok ? readAnswer(response, text) : problemFrom(response, text)
    rememberReceipt(answer, receipt)
    if (!response.ok) throw answer
    return answer
  }

  async #sign(call: Call) {
    const signed = await signRequest({ ...call, publicKey: this.#publicKey, ...this.#signingKey })
    const headers = new Headers(call.headers)
    for (const [name, value] of Object.entries(signed)) headers.set(name, value)
    return { headers, signed }
  }

  /** What the server tells everybody. */
  async #readPublic(path: string) {
    const init: RequestInit = { redirect: 'manual', credentials: 'omit' }
    const url = new URL(path, this.#baseUrl)
    const { response, result: bytes } = await this.#exchange(url, init, undefined, bytesOf)
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, type, text: new TextDecoder().decode(bytes) }
  }

  /** Sends and reads within the time limit. Everything that keeps an answer from arriving is a ConnectionError. */
  async #exchange<Result>(
    url: URL,
    init: RequestInit,
    signal: AbortSignal | undefined,
    read: (response: Response) => Promise<Result>,
  ) {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), this.#timeoutSeconds * 1000)
    // The caller's signal still ends an answer that is read later.
    const either = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
    try {
      const response = await this.#fetch(url.href, { ...init, signal: either })
      return { response, result: await read(response) }
    } catch (cause) {
      signal?.throwIfAborted()
      const why = limit.signal.aborted
        ? `no answer within ${this.#timeoutSeconds} seconds.`
        : `no answer from ${url.origin}. Check baseUrl and that the server runs.`
      throw new ConnectionError(`${init.method ?? 'GET'} ${url.pathname}: ${why}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}

function appendParameter(url: URL, name: string, value: unknown): void {
  if (Array.isArray(value)) for (const each of value) appendParameter(url, name, each)
  else if (typeof value === 'object' && value !== null)
    for (const [member, each] of Object.entries(value)) appendParameter(url, `${name}[${member}]`, each)
  else if (value !== null && value !== undefined) url.searchParams.append(name, String(value as string))
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}

function readAnswer(response: Response, text: string): unknown {
  if (text === '') return undefined
  if (!response.headers.get('content-type')?.startsWith('application/json')) return text
  try {
    return JSON.parse(text)
  } catch {
    throw problemFrom(response, text)
  }
}

function parseBaseUrl(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new TypeError('baseUrl must be an absolute address, such as https://api.example.com.')
  }
  if (
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    throw new TypeError('baseUrl must be http(s), a host and perhaps a port: no path, query or credentials.')
  }
  return url
}

function positive(value: number, name: string): number {
  if (!(value > 0)) throw new TypeError(`${name} must be greater than 0.`)
  return value
}
