import { ProblemError } from './problem-error.ts'

/** No answer arrived: the network failed or the time limit passed. Whether the server acted is not known. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
}

const RETRIED_STATUSES = new Set([429, 502, 503, 504])
const FIRST_DELAY_SECONDS = 0.25
/** A server that asks for more than this is better answered by the caller's own schedule. */
const RETRY_AFTER_SECONDS_MAX = 30

/**
 * How long to wait before the same call is sent again, or null when it must not be.
 * @param attempt 0 for the first retry
 */
export function retryDelaySeconds(error: unknown, attempt: number): number | null {
  const backoffSeconds = FIRST_DELAY_SECONDS * 2 ** attempt * (0.5 + Math.random() / 2)
  if (error instanceof ConnectionError) return backoffSeconds
  if (!(error instanceof ProblemError)) return null
  if (!RETRIED_STATUSES.has(error.status) && error.code !== 'idempotency-key-in-use') return null
  const asked = error.retryAfterSeconds ?? 0
  return asked > RETRY_AFTER_SECONDS_MAX ? null : Math.max(asked, backoffSeconds)
}

/** The server started after this request was signed, so that it cannot know whether the nonce was used. */
export function isBeforeServerStart(error: unknown): error is ProblemError {
  return (
    error instanceof ProblemError &&
    error.code === 'signature-expired' &&
    error.members['reason'] === 'before-server-start'
  )
}

/** Waits, or rejects with the signal's reason as soon as it aborts. */
export async function wait(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, seconds * 1000)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
