import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { decideCliLogin, findCliLogin, type CliLoginRow } from './cli-login-queries.ts'
import type { CliLogin, ConfirmCliLogin } from './cli-login-schema.ts'
import { makeKey } from './create-key.ts'
import type { Acting, KeysDeps } from './deps.ts'
import type { ApiKey } from './schema.ts'
import { cliLoginStatus } from './start-cli-login.ts'

const DEFAULT_EXPIRY_MS = 90 * 86_400_000
const NAME_CHARACTERS_MAX = 100

type MemberActing = Acting & { principal: MemberPrincipal }

/**
 * Gives the command line its key: one of Ed25519 with the public half that it brought, made as every other key. The
 * login is decided in the same transaction, so that it leads to one key at most.
 * @throws Problem `not-found`, `conflict`, `invalid-input` and what `makeKey` throws
 */
export async function confirmCliLogin(
  deps: KeysDeps,
  acting: MemberActing,
  { id, code, ...input }: ConfirmCliLogin & { id: string },
): Promise<ApiKey & { eventId: string }> {
  const { key } = await decide(deps, acting, id, async (client, login) => {
    if (code !== login.code)
      throw problem('invalid-input', {
        errors: [{ pointer: '/code', message: 'must be the code that page and terminal show' }],
      })
    const made = await makeKey(deps, client, acting, {
      ...input,
      name: input.name ?? `CLI on ${login.device_name}`.slice(0, NAME_CHARACTERS_MAX),
      expires_at:
        input.expires_at === undefined ? new Date(deps.clock.now() + DEFAULT_EXPIRY_MS) : input.expires_at,
      algorithm: 'ed25519',
      ed25519_public_key: Buffer.from(login.ed25519_public_key),
    })
    return made
  })
  if (!key) throw new Error('a confirmed login has a key')
  const { secret_key: _, ...shown } = key
  return shown
}

/** @throws Problem `not-found` or `conflict` */
export async function refuseCliLogin(deps: KeysDeps, acting: MemberActing, id: string): Promise<CliLogin> {
  const { login } = await decide(deps, acting, id, async () => null)
  return cliLoginView({ ...login, status: 'refused' }, deps.clock.now())
}

/** A login that still waits may be seen by whoever has its link; a decided one by the workspace that decided. */
export async function visibleCliLogin(
  executor: Executor,
  principal: MemberPrincipal,
  id: string,
  options: { forUpdate?: boolean } = {},
): Promise<CliLoginRow> {
  const login = await findCliLogin(executor, { id, ...options })
  if (!login || (login.workspace_id !== null && login.workspace_id !== principal.workspaceId))
    throw problem('not-found', {
      detail: 'There is no such login, or it has ended. Begin again in the terminal.',
    })
  return login
}

export function cliLoginView(login: CliLoginRow, nowMs: number): CliLogin {
  return {
    id: login.id,
    code: login.code,
    status: cliLoginStatus(login, nowMs),
    device_name: login.device_name,
    ip: login.ip,
    created_at: login.created_at.toISOString(),
    expires_at: login.expires_at.toISOString(),
    api_key_id: login.api_key_id,
    acknowledged: login.key_kept === true,
  }
}

async function decide<Key extends { id: string }>(
  deps: KeysDeps,
  { principal, ...acting }: MemberActing,
  id: string,
  makeKeyFor: (client: Executor, login: CliLoginRow) => Promise<Key | null>,
): Promise<{ login: CliLoginRow; key: Key | null }> {
  const nowMs = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const login = await visibleCliLogin(client, principal, id, { forUpdate: true })
    const status = cliLoginStatus(login, nowMs)
    if (status !== 'pending')
      throw problem('conflict', { detail: `This login is ${status}: begin again in the terminal.` })
    const key = await makeKeyFor(client, login)
    await decideCliLogin(client, {
      id,
      workspaceId: principal.workspaceId,
      apiKeyId: key?.id ?? null,
      now: new Date(nowMs),
    })
    await recordAudit(client, {
      ...acting,
      workspaceId: principal.workspaceId,
      action: key ? 'cli_login.confirmed' : 'cli_login.refused',
      target: { kind: 'cli_login', id },
      after: { device_name: login.device_name, device_ip: login.ip, api_key_id: key?.id ?? null },
      now: nowMs,
    })
    return { login, key }
  })
}
