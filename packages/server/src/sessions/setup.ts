import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { recordAudit } from '../workspaces/audit-log.ts'
import { ensureWorkspaceWithin } from '../workspaces/ensure-workspace.ts'
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, type Auth } from './auth.ts'
import { insertOperator, operatorExists, replaceSetupToken, setupTokenIs, takeSetupToken } from './queries.ts'

const TOKEN_BYTES = 32
const UNIQUE_VIOLATION = '23505'

/**
 * The one-time link whose account runs the platform, for the start to print: while there is no operator and
 * OPERATOR_EMAILS names none. Each start makes a new link, and the one before it dies.
 * @returns null when it is not needed
 */
export async function setupLink(deps: {
  config: Pick<Config, 'publicUrl' | 'operatorEmails'>
  database: Database
  clock: Clock
}): Promise<string | null> {
  if (deps.config.operatorEmails.size > 0 || (await operatorExists(deps.database.pool))) return null
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await replaceSetupToken(deps.database.pool, hashToken(token), new Date(deps.clock.now()))
  return `${deps.config.publicUrl}/setup?token=${token}`
}

export type SetupDeps = {
  auth: Auth
  config: Pick<Config, 'isLoopback' | 'smtpUrl'>
  database: Database
  clock: Clock
}
export type SetupInput = {
  token: string
  name: string
  email: string
  password: string
  workspace_name?: string
}

/**
 * Makes the operator's account with its workspace and ends the link, all in one transaction: of two that come at
 * once, the second waits and finds the link used.
 *
 * Its address counts as verified only where no mail leaves the machine (no SMTP_URL): a mail that this very person
 * reads on their own operator page would prove nothing. With SMTP the address must be proved like any other; being
 * an operator does not depend on it.
 * @throws Problem `setup-token-invalid`, `password-too-short`, `password-too-long`, `email-taken`
 */
export async function completeSetup(
  deps: SetupDeps,
  input: SetupInput,
  from: { ip: string; requestId: string },
): Promise<{ userId: string }> {
  if (input.password.length < PASSWORD_CHARACTERS_MIN) throw problem('password-too-short')
  if (input.password.length > PASSWORD_CHARACTERS_MAX) throw problem('password-too-long')
  // Asked before the costly hash, so that strangers cannot make the server work; decided by the take below.
  if (!(await setupTokenIs(deps.database.pool, hashToken(input.token)))) throw problem('setup-token-invalid')
  const { password } = await deps.auth.$context
  const passwordHash = await password.hash(input.password)
  const now = deps.clock.now()
  const userId = newId('usr', now)
  try {
    await deps.database.transaction(async (client) => {
      if (!(await takeSetupToken(client, hashToken(input.token)))) throw problem('setup-token-invalid')
      await insertOperator(client, {
        id: userId,
        credentialId: randomUUID(),
        name: input.name,
        email: input.email,
        passwordHash,
        emailVerified: deps.config.smtpUrl === null,
        workspaceName: input.workspace_name ?? null,
        now: new Date(now),
      })
      await ensureWorkspaceWithin(client, deps.clock, userId)
      await recordAudit(client, {
        workspaceId: null,
        actor: { kind: 'operator', id: userId, label: input.email },
        action: 'platform.set_up',
        target: { kind: 'user', id: userId },
        ip: from.ip,
        requestId: from.requestId,
        now,
      })
    })
  } catch (error) {
    // The rollback gives the link back: the person tries again with another address, or signs in.
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw problem('email-taken')
    throw error
  }
  return { userId }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
