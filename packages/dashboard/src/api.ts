import type { Problem } from './api-types.ts'

export type Mode = 'test' | 'production'

/** A refusal as the API words it (RFC 9457), or a fault on the way to it (`code` is then `network`). */
export class ProblemError extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly requestId: string | undefined
  readonly problem: Problem

  constructor(problem: Problem, requestId?: string) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.requestId = problem.request_id ?? requestId
    this.problem = problem
  }

  /** The messages of invalid fields by field name, as forms show them; `/expires_at` becomes `expires_at`. */
  get fields(): Record<string, string> {
    const entries = (this.problem.errors ?? []).map(({ pointer, message }) => [
      pointer.replace(/^\//, ''),
      message,
    ])
    return Object.fromEntries(entries) as Record<string, string>
  }
}

type CallOptions = {
  body?: unknown
  query?: Record<string, string | number | boolean | undefined>
  signal?: AbortSignal
  /** When the question is about one thing whose mode is known; else the mode of the URL. */
  mode?: Mode
  /** The same text sends the same deed once, however often it is sent. */
  idempotencyKey?: string
  /** Pages before the sign-in handle a 401 themselves. */
  handlesUnauthorized?: boolean
  /** What is true of the person in every workspace, and the way into another. */
  anyWorkspace?: boolean
}

const REQUEST_TIMEOUT_MS = 30_000

/** The mode that the URL holds; the URL is the only place where it lives. */
export function modeInUrl(): Mode {
  return new URLSearchParams(location.search).get('mode') === 'production' ? 'production' : 'test'
}

let shownWorkspace: string | undefined

/** Which workspace this page shows, for as long as it is loaded: nothing that it sends may happen in another. */
export function showWorkspace(id: string): void {
  shownWorkspace ??= id
}

/** Somebody else is about to sign in. */
export function forgetWorkspace(): void {
  shownWorkspace = undefined
}

let tellMismatch: ((problem: ProblemError) => void) | undefined

/** Says whom to tell when the session turns out to work in another workspace than the page shows. */
export function onWorkspaceMismatch(tell: (problem: ProblemError) => void): void {
  tellMismatch = tell
}

/** The session works in another workspace from now on, as the person wished: a full load leaves nothing of this one. */
export function startOver(): void {
  tellMismatch = undefined
  location.assign('/')
}

let signInAgain: (() => Promise<void>) | undefined

/** Says how to ask for a new sign-in when the session ends under an open page; the page and its form stay. */
export function onSessionEnd(ask: () => Promise<void>): void {
  signInAgain = ask
}

/** Changes that have no answer yet: a second press on a button is the same deed, not another one. */
const underWay = new Map<string, Promise<unknown>>()

/**
 * Sends one request to this server as the signed-in member, in the mode of the URL. A change that is sent again
 * before it is answered is not sent: both get the one answer.
 * A 401 waits for a new sign-in and sends the same request once more, so that no form is lost.
 * @throws ProblemError for every answer that is not 2xx, and when there is no answer.
 */
export function call<Result>(method: string, path: string, options: CallOptions = {}): Promise<Result> {
  if (method === 'GET') return ask<Result>(method, path, options)
  const { body, query, idempotencyKey, mode = modeInUrl() } = options
  const deed = JSON.stringify([method, path, mode, body, query, idempotencyKey])
  const answer = underWay.get(deed) ?? ask(method, path, options).finally(() => underWay.delete(deed))
  underWay.set(deed, answer)
  return answer as Promise<Result>
}

async function ask<Result>(method: string, path: string, options: CallOptions): Promise<Result> {
  const answer = await send(method, path, options)
  if (answer.status === 401 && signInAgain && !options.handlesUnauthorized) {
    await signInAgain()
    return read<Result>(await send(method, path, options))
  }
  return read<Result>(answer)
}

/** Where a request is meant to act: the mode, and the workspace that the page shows. */
export function placeHeaders(
  mode: Mode,
  { anyWorkspace = false }: { anyWorkspace?: boolean } = {},
): Record<string, string> {
  if (anyWorkspace || shownWorkspace === undefined) return { 'Countersign-Mode': mode }
  return { 'Countersign-Mode': mode, 'Countersign-Workspace-Id': shownWorkspace }
}

/** The same in an address that the browser follows by itself: links to files send no headers. */
export function placeQuery(mode: Mode): { mode: Mode; in_workspace: string | undefined } {
  return { mode, in_workspace: shownWorkspace }
}

async function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const url = new URL(path, location.origin)
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  }
  const headers = placeHeaders(options.mode ?? modeInUrl(), options)
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
  const signals = [AbortSignal.timeout(REQUEST_TIMEOUT_MS)]
  if (options.signal) signals.push(options.signal)
  try {
    return await fetch(url, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: 'same-origin',
      signal: AbortSignal.any(signals),
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ProblemError({
      type: 'about:blank',
      title: 'The server did not answer',
      status: 0,
      code: 'network',
      detail: 'Check the connection, then try again. Nothing that you typed is lost.',
    })
  }
}

async function read<Result>(answer: Response): Promise<Result> {
  const text = await answer.text()
  const body = parseJson(text)
  if (answer.ok) return body as Result
  const error = new ProblemError(
    asProblem(body, answer.status),
    answer.headers.get('request-id') ?? undefined,
  )
  if (error.code === 'workspace-mismatch') tellMismatch?.(error)
  throw error
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Problems pass as they are; the sign-in service answers `{code, message}`; anything else is named by its status. */
function asProblem(body: unknown, status: number): Problem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem> & {
    message?: string
  }
  return {
    ...fields,
    type: fields.type ?? 'about:blank',
    title: fields.title ?? fields.message ?? `The server answered ${status}`,
    status,
    code: fields.code ?? `http-${status}`,
  }
}
