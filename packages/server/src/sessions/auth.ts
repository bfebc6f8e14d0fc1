import { randomUUID } from 'node:crypto'
import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { APIError } from 'better-auth/api'
import { organization, twoFactor } from 'better-auth/plugins'
import { createAccessControl } from 'better-auth/plugins/access'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { Sealer } from '../encryption.ts'
import { newId, type IdKind } from '../ids.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problems.ts'
import { ensureWorkspace } from '../workspaces/ensure-workspace.ts'
import { joinWorkspace } from '../workspaces/join-workspace.ts'
import type { AuthSecret } from './auth-secrets.ts'
import {
  credentialTable,
  organizationTables,
  sessionTable,
  twoFactorTables,
  userTable,
  verificationTable,
} from './auth-tables.ts'
import { resetMail, sendMail, verificationMail, type MailDeps } from './mail.ts'
import { dropUnprovedPassword } from './unproved-password.ts'
import { accountThrottleKey, clearThrottle, throttle } from './throttle.ts'

export type AuthDeps = {
  config: Pick<Config, 'publicUrl' | 'origins' | 'isLoopback' | 'smtpUrl' | 'mailFrom' | 'operatorEmails'>
  database: Database
  clock: Clock
  log: Log
  sealer: Sealer
  authSecrets: readonly AuthSecret[]
  printToTerminal?: MailDeps['printToTerminal']
}

/** The header that tells Better Auth the caller's address. The bridge sets it; one from outside never arrives. */
export const CLIENT_IP_HEADER = 'countersign-client-ip'

export const PASSWORD_CHARACTERS_MIN = 10
export const PASSWORD_CHARACTERS_MAX = 128
const SESSION_SECONDS = 7 * 86_400
const SESSION_REFRESH_SECONDS = 86_400
const LINK_SECONDS = 3600
// A code is accepted in its own 30 seconds and one period either side.
const TOTP_ACCEPTED_SECONDS = 90

const ID_KIND_OF_MODEL: Record<string, IdKind> = {
  user: 'usr',
  session: 'ses',
  organization: 'wks',
  member: 'mem',
  invitation: 'inv',
}

/** What each role may do through Better Auth's organisation API; our own routes compare ranks instead. */
const access = createAccessControl({
  organization: ['update', 'delete'],
  member: ['create', 'update', 'delete'],
  invitation: ['create', 'cancel'],
})
const roles = {
  owner: access.newRole({
    organization: ['update', 'delete'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
  }),
  admin: access.newRole({
    organization: ['update'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
  }),
  developer: access.newRole({ organization: [], member: [], invitation: [] }),
  viewer: access.newRole({ organization: [], member: [], invitation: [] }),
}

/** Better Auth, wired to our database, addresses, mail and clock. Mounted under `/auth` by `auth-bridge.ts`. */
export function createAuth(deps: AuthDeps) {
  return betterAuth(authOptions(deps))
}
export type Auth = ReturnType<typeof createAuth>

/** Better Auth's options. Exported for the migration test, which asks what the schema still lacks. */
export function authOptions(deps: AuthDeps) {
  const { config, database, clock, log, authSecrets } = deps
  return {
    appName: 'Countersign',
    baseURL: config.publicUrl,
    basePath: '/auth',
    trustedOrigins: [...config.origins],
    secrets: [...authSecrets],
    database: database.pool,
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      // Its messages may quote addresses and links; only that something failed goes to our log.
      log: (level, message, ...details) => {
        if (level !== 'error') return
        log.error({ err: details.find((detail) => detail instanceof Error) }, `auth: ${safeMessage(message)}`)
      },
    },
    user: userTable,
    session: { ...sessionTable, expiresIn: SESSION_SECONDS, updateAge: SESSION_REFRESH_SECONDS },
    account: { ...credentialTable, accountLinking: { enabled: false } },
    verification: { ...verificationTable, storeIdentifier: 'hashed' },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_CHARACTERS_MIN,
      maxPasswordLength: PASSWORD_CHARACTERS_MAX,
      resetPasswordTokenExpiresIn: LINK_SECONDS,
      revokeSessionsOnPasswordReset: true,
      // Whoever proved that the mailbox is theirs need not wait for a guesser's window to pass.
      onPasswordReset: async ({ user }) => clearThrottle(database.pool, accountThrottleKey(user.email)),
      sendResetPassword: async ({ user, token }) => sendMail(deps, resetMail(config, user, token)),
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: LINK_SECONDS * 24,
      afterEmailVerification: (user, request) => dropUnprovedPassword(deps, user, request),
      sendVerificationEmail: async ({ user, token }) => sendMail(deps, verificationMail(config, user, token)),
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 60,
      customRules: {
        // Read on every page; a session is a look-up by a random token, so there is nothing to guess.
        '/get-session': false,
        '/sign-in/email': { window: 60, max: 30 },
        '/sign-up/email': { window: 60, max: 60 },
        '/request-password-reset': { window: 60, max: 5 },
        '/send-verification-email': { window: 60, max: 5 },
        '/reset-password': { window: 60, max: 10 },
        '/two-factor/*': { window: 60, max: 10 },
      },
      customStorage: {
        consume: async (key, rule) => {
          const retryAfter = await throttle({ executor: database.pool, clock }, key, {
            windowSeconds: rule.window,
            max: rule.max,
          })
          return { allowed: retryAfter === null, retryAfter }
        },
      },
    },
    advanced: {
      cookiePrefix: 'countersign',
      useSecureCookies: config.publicUrl.startsWith('https:'),
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
      // Said outright, because Better Auth relaxes both when NODE_ENV is "test".
      disableOriginCheck: false,
      disableCSRFCheck: false,
      database: {
        generateId: ({ model }) => {
          const kind = ID_KIND_OF_MODEL[model]
          return kind ? newId(kind, clock.now()) : randomUUID()
        },
        // The migration test keeps schema and options equal; no need to ask at every start.
        validateSchema: false,
      },
    },
    plugins: [
      organization({ ac: access, roles, creatorRole: 'owner', schema: organizationTables }),
      twoFactor({ issuer: 'Countersign', schema: twoFactorTables }),
    ],
    databaseHooks: {
      user: {
        create: {
          // Runs after the commit. Should we die in between, the next session read makes the workspace.
          after: async (user, context) => {
            const { invitation_token: token } = (context?.body ?? {}) as { invitation_token?: string }
            if (token !== undefined) await joinByInvitation(deps, user, token)
            await ensureWorkspace({ database, clock }, user.id)
          },
        },
      },
      session: {
        create: {
          before: async (session, context) => {
            if (context?.path !== '/two-factor/verify-totp') return
            await assertCodeUnused(deps, session.userId, (context.body as { code: string }).code)
          },
        },
      },
    },
  } satisfies BetterAuthOptions
}

/**
 * The first workspace of somebody who signed up by an invitation. Should it have ended since the bridge looked, they
 * have an account all the same, and a workspace of their own.
 */
async function joinByInvitation(
  deps: AuthDeps,
  person: { id: string; email: string },
  token: string,
): Promise<void> {
  const audit = { actor: { kind: 'member' as const, id: person.id, label: person.email } }
  try {
    await joinWorkspace(deps, { token, person, audit })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

/** A one-time code opens one session (RFC 6238 §5.2); Better Auth alone would take it again within its window. */
async function assertCodeUnused(deps: AuthDeps, userId: string, code: string): Promise<void> {
  const seen = await throttle({ executor: deps.database.pool, clock: deps.clock }, `totp|${userId}|${code}`, {
    windowSeconds: TOTP_ACCEPTED_SECONDS,
    max: 1,
  })
  if (seen !== null)
    throw new APIError('UNAUTHORIZED', { code: 'INVALID_CODE', message: 'Code already used' })
}

/** The first words of a message: what follows a colon may be an address, an origin or a token. */
function safeMessage(message: string): string {
  return message.split(':')[0]?.slice(0, 80) ?? ''
}
