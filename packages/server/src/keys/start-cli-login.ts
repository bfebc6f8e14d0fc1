import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { throttle } from '../sessions/throttle.ts'
import {
  findCliLoginBySecret,
  hasOpenCliLogins,
  insertCliLogin,
  lockCliLoginCount,
  settleKept,
  type CliLoginRow,
} from './cli-login-queries.ts'
import type { CliLogin, StartCliLogin } from './cli-login-schema.ts'

export const CLI_LOGIN_LIFE_MS = 600_000
export const CLI_LOGINS_MAX = 10_000
export const POLL_INTERVAL_SECONDS = 2
/** So long after it was confirmed a login's key waits for its command line. */
export const ACKNOWLEDGE_LIMIT_MS = 300_000
// An office behind one address; a person begins one, seldom two.
const START_RULE = { windowSeconds: 600, max: 30 }
// Twice what the interval allows.
const POLL_RULE = { windowSeconds: 60, max: 60 }
const SECRET_BYTES = 32
// Consonants only, so that no word comes about and no digit is taken for a letter (RFC 8628 §6.1).
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_HALF = 4

export type CliLoginDeps = {
  database: Database
  clock: Clock
  /** Where the dashboard is. */
  config: { publicUrl: string }
  /** Turns an address away that guesses. */
  failures: { assertBelow(address: string): void; count(address: string): void }
}

/**
 * Begins a login for a command line that nobody knows yet. It leads to nothing until a signed-in person confirms it.
 * @param from.network the address, or for IPv6 the network, that the number of logins is counted by
 * @throws Problem `rate-limited` or `limit-reached`
 */
export async function startCliLogin(
  { database, clock, config }: CliLoginDeps,
  input: StartCliLogin,
  from: { ip: string; network: string },
) {
  const nowMs = clock.now()
  const wait = await throttle({ executor: database.pool, clock }, `cli-login|${from.network}`, START_RULE)
  if (wait !== null)
    throw problem('rate-limited', {
      detail: `This address began too many logins. Try again in ${wait} s.`,
      headers: { 'retry-after': String(wait) },
    })
  const id = newId('cli', nowMs)
  const code = `${letters(CODE_HALF)}-${letters(CODE_HALF)}`
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const expiresAt = new Date(nowMs + CLI_LOGIN_LIFE_MS)
  await database.transaction(async (client) => {
    await lockCliLoginCount(client)
    if (await hasOpenCliLogins(client, { count: CLI_LOGINS_MAX, now: new Date(nowMs) }))
      throw problem('limit-reached', {
        detail:
          'Too many logins wait at this server. Try again in some minutes, or log in with --public-key.',
      })
    await insertCliLogin(client, {
      id,
      secret_hash: hashOf(secret),
      code,
      device_name: input.device_name,
      ip: from.ip,
      ed25519_public_key: input.ed25519_public_key,
      created_at: new Date(nowMs),
      expires_at: expiresAt,
    })
  })
  return {
    id,
    code,
    url: `${config.publicUrl}/cli-login?id=${id}`,
    secret,
    interval_seconds: POLL_INTERVAL_SECONDS,
    expires_at: expiresAt.toISOString(),
  }
}

/**
 * What became of a login, for whoever knows its secret. Asked again it says the same, until the login is forgotten.
 * @throws Problem `too-many-failures`, `not-found` or `rate-limited`
 */
export async function pollCliLogin(deps: CliLoginDeps, secret: string, from: { ip: string }) {
  return polledView(await loginOfSecret(deps, secret, from), deps.clock.now())
}

/**
 * The command line says that it has stored its key, which lives on from then. Saying it again changes nothing.
 * @throws Problem `conflict` where there is no such key or it was revoked, and what `pollCliLogin` throws
 */
export async function acknowledgeCliLogin(deps: CliLoginDeps, secret: string, from: { ip: string }) {
  const login = await loginOfSecret(deps, secret, from)
  await settleKept(deps.database.pool, { id: login.id, kept: true })
  const settled = (await findCliLoginBySecret(deps.database.pool, hashOf(secret))) ?? login
  if (settled.key_kept !== true)
    throw problem('conflict', {
      detail: `This login is ${cliLoginStatus(settled, deps.clock.now())}: it has no key to keep. Log in again.`,
    })
  return polledView(settled, deps.clock.now())
}

async function loginOfSecret(
  { database, clock, failures }: CliLoginDeps,
  secret: string,
  from: { ip: string },
) {
  failures.assertBelow(from.ip)
  const login = await findCliLoginBySecret(database.pool, hashOf(secret))
  if (!login) {
    failures.count(from.ip)
    throw problem('not-found', { detail: 'No login has this secret, or it ended long ago. Log in again.' })
  }
  const wait = await throttle({ executor: database.pool, clock }, `cli-login-poll|${login.id}`, POLL_RULE)
  if (wait !== null)
    throw problem('rate-limited', {
      detail: `Ask every ${POLL_INTERVAL_SECONDS} s at most. Ask again in ${wait} s.`,
      headers: { 'retry-after': String(wait) },
    })
  return login
}

function polledView(login: CliLoginRow & { public_key: string | null }, nowMs: number) {
  const status = cliLoginStatus(login, nowMs)
  const isAwaited = status === 'confirmed' && login.key_kept === null && login.decided_at !== null
  return {
    status,
    public_key: status === 'confirmed' ? login.public_key : null,
    interval_seconds: POLL_INTERVAL_SECONDS,
    acknowledge_by: isAwaited
      ? new Date(login.decided_at!.getTime() + ACKNOWLEDGE_LIMIT_MS).toISOString()
      : null,
  }
}

/** `expired` is what time made of a login that nobody decided, `abandoned` of one whose key nobody took. */
export function cliLoginStatus(login: CliLoginRow, nowMs: number): CliLogin['status'] {
  if (login.key_kept === false) return 'abandoned'
  return login.status === 'pending' && login.expires_at.getTime() <= nowMs ? 'expired' : login.status
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function letters(count: number): string {
  return Array.from({ length: count }, () => CODE_LETTERS.charAt(randomInt(CODE_LETTERS.length))).join('')
}
