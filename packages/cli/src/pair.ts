import { generateKeyPairSync } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionError, ProblemError } from '../../sdk/src/index.ts'
import { problemFrom } from '../../sdk/src/problem-error.ts'
import { RefusedError } from './exit-codes.ts'
import type { Io } from './io.ts'
import { printable } from './words.ts'

type Started = { code: string; url: string; secret: string; interval_seconds: number; expires_at: string }
type Polled = {
  status: 'pending' | 'confirmed' | 'refused' | 'expired' | 'abandoned'
  public_key: string | null
  /** Null: as before. */
  interval_seconds: number | null
  /** Absent where the server is of an older version: it keeps the key by itself. */
  acknowledge_by?: string | null
}

export type Paired = {
  publicKey: string
  /** PEM. */
  privateKey: string
  /**
   * Tells the server that the pair is stored. Until then the server holds the key for one that was lost, and revokes it.
   * @throws RefusedError when it has, ConnectionError or ProblemError when it could not be told
   */
  acknowledge(): Promise<void>
}

// What a server may ask for; more would hold the terminal for nothing.
const INTERVAL_SECONDS_MAX = 30
// One question that gets no answer is asked again: the person may take minutes.
const ANSWER_LIMIT_MS = 15_000
const DEVICE_NAME_CHARACTERS_MAX = 100
const ACKNOWLEDGE_TRIES_MAX = 20
const ACKNOWLEDGE_PAUSE_MS = 1_000
const ABANDONED =
  'The server has revoked the key, because nobody said in time that it is stored. Run countersign login again.'
// A clock that is off must not end a login that the server still holds open, nor hold one for ever.
const LIFE_LIMIT_MS = 15 * 60_000

/**
 * Makes an Ed25519 pair here, and has a signed-in person give its public half an API key in the browser.
 * @returns the pair, to be stored and then acknowledged
 * @throws RefusedError, ProblemError, ConnectionError
 */
export async function pair(
  io: Io,
  server: { url: string; deviceName: string | undefined; opensBrowser: boolean },
): Promise<Paired> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const ask = <Answer>(path: string, body: object) => post<Answer>(io, new URL(path, server.url), body)
  const started = await ask<Started>('/v1/cli-logins', {
    device_name: server.deviceName ?? ownName(),
    ed25519_public_key: publicKey.export({ format: 'jwk' }).x,
  })
  const page = pageOf(started.url)
  io.err(`Your pairing code is  ${printable(started.code)}\n\n`)
  io.err(`Confirm it in the dashboard, where you are signed in:\n${page}\n\n`)
  io.err('The page must show the same code. Waiting … Ctrl-C ends it.\n')
  if (server.opensBrowser) io.openBrowser(page)

  let pauseSeconds = started.interval_seconds
  for (const endMs = performance.now() + LIFE_LIMIT_MS; performance.now() < endMs;) {
    const pauseMs = Math.min(pauseSeconds, INTERVAL_SECONDS_MAX) * 1000
    await delay(pauseMs, undefined, { signal: io.signal })
    const polled = await ask<Polled>('/v1/cli-logins/poll', { secret: started.secret }).catch(passing)
    pauseSeconds = polled.interval_seconds ?? pauseSeconds
    if (polled.status === 'refused') throw new RefusedError('The login was refused in the dashboard.')
    if (polled.status === 'expired') break
    if (polled.status === 'abandoned') throw new RefusedError(ABANDONED)
    if (polled.status === 'confirmed' && polled.public_key !== null)
      return {
        publicKey: polled.public_key,
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
        acknowledge: async () => {
          if (!polled.acknowledge_by) return
          await untilAnswered(io, () => ask('/v1/cli-logins/acknowledge', { secret: started.secret }))
        },
      }
  }
  throw new RefusedError('Nobody confirmed the login in time. Run countersign login again.')
}

/** @throws RefusedError when the server has ended the key meanwhile; the last fault when it was never reached */
async function untilAnswered(io: Io, ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await ask()
      return
    } catch (error) {
      if (error instanceof ProblemError && [404, 409].includes(error.status))
        throw new RefusedError(ABANDONED)
      if (tries === ACKNOWLEDGE_TRIES_MAX) throw error
      passing(error)
      await delay(ACKNOWLEDGE_PAUSE_MS, undefined, { signal: io.signal })
    }
  }
}

/** What another try may change: a broken connection, a server that starts anew, too many questions. */
function passing(error: unknown): Polled {
  const isPassing = error instanceof ConnectionError || (error instanceof ProblemError && error.status >= 429)
  if (!isPassing) throw error
  const interval_seconds = error instanceof ProblemError ? error.retryAfterSeconds : null
  return { status: 'pending', public_key: null, interval_seconds }
}

/** The address of the page, when it is one: a browser opens programs and files as well. */
function pageOf(url: string): string {
  const page = URL.canParse(url) ? new URL(url) : null
  if (page?.protocol !== 'https:' && page?.protocol !== 'http:')
    throw new ConnectionError('The server named no page to confirm the login on.')
  return page.href
}

function ownName(): string {
  const name = hostname()
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
  return name.slice(0, DEVICE_NAME_CHARACTERS_MAX) || 'a computer'
}

async function post<Answer>(io: Io, url: URL, body: object): Promise<Answer> {
  let answer: Response
  let text: string
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([io.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    })
    text = await answer.text()
  } catch (cause) {
    throw new ConnectionError(`No answer from ${url.origin}.`, { cause })
  }
  if (!answer.ok) throw problemFrom(answer, text)
  try {
    return JSON.parse(text) as Answer
  } catch {
    throw problemFrom(answer, text)
  }
}
