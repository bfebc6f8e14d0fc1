import { queryOptions, useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import { call, forgetWorkspace, showWorkspace } from './api.ts'
import type { List, Me, Session, Workspace } from './api-types.ts'

const SUSPENDED_LOOK_MS = 15_000

/** Who is signed in, from the API itself; one query for the whole app. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await call<Me>('GET', '/v1/me', { signal, handlesUnauthorized: true })
    showWorkspace(me.workspace.id)
    return me
  },
  staleTime: 60_000,
  retry: false,
  // A stopped workspace goes on by somebody else's deed, which nothing here hears of.
  refetchInterval: (query) => query.state.data?.suspension != null && SUSPENDED_LOOK_MS,
})

/** Whoever is signed in by now, in whichever workspace. */
export const whoIsSignedIn = () =>
  call<Me>('GET', '/v1/me', { handlesUnauthorized: true, anyWorkspace: true })

/** Somebody signed in or out on a page before the sign-in: who it is, and where they work, is asked anew. */
export function meetAgain(queryClient: QueryClient): Promise<void> {
  forgetWorkspace()
  return queryClient.resetQueries({ queryKey: meQuery.queryKey })
}

/** The signed-in member. Only for pages behind the sign-in, where the router has loaded it already. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

export type NewAccount = { name: string; email: string; password: string; workspaceName: string }
const outside = { handlesUnauthorized: true }

// The sign-in service's own calls (Better Auth under /auth).
export const signIn = (email: string, password: string) =>
  call<{ twoFactorRedirect?: boolean } | undefined>('POST', '/auth/sign-in/email', {
    ...outside,
    body: { email, password },
  })

export const verifyCode = (code: string) =>
  call('POST', '/auth/two-factor/verify-totp', { ...outside, body: { code } })

/** One of the codes kept for the day the app is lost; each works once. */
export const verifyBackupCode = (code: string) =>
  call('POST', '/auth/two-factor/verify-backup-code', { ...outside, body: { code } })

/** Makes the account and, with it, the workspace that it owns. */
export const signUp = ({ workspaceName, ...person }: NewAccount) =>
  call('POST', '/auth/sign-up/email', { ...outside, body: { ...person, workspace_name: workspaceName } })

export const renameWorkspace = (name: string) => call<Workspace>('PATCH', '/v1/workspace', { body: { name } })

/** Opens the first account of an empty server with the link that its start printed. It runs the platform. */
export const setUp = (token: string, { workspaceName, ...person }: NewAccount) =>
  call('POST', '/v1/setup', { ...outside, body: { token, ...person, workspace_name: workspaceName } })

export const signOut = () => call('POST', '/auth/sign-out', { ...outside, body: {} })

export const sendVerification = (email: string) =>
  call('POST', '/auth/send-verification-email', { ...outside, body: { email } })

/** Uses the token of the mail's link. The page asks rather than the link itself, so that mail scanners do not use it up. */
export const verifyEmail = (token: string) =>
  call('GET', '/auth/verify-email', { ...outside, query: { token } })

export const requestPasswordReset = (email: string) =>
  call('POST', '/auth/request-password-reset', { ...outside, body: { email } })

export const resetPassword = (token: string, newPassword: string) =>
  call('POST', '/auth/reset-password', { ...outside, body: { token, newPassword } })

export const renamePerson = (name: string) => call('POST', '/auth/update-user', { body: { name } })

/** What the Activation page asks of a workspace beside its name. */
export type WorkspaceProfile = Pick<Workspace, 'legal_name' | 'country' | 'website' | 'contact_email'>

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => call<Workspace>('GET', '/v1/workspace', { signal }),
})

export const saveWorkspaceProfile = (profile: Partial<WorkspaceProfile>) =>
  call<Workspace>('PATCH', '/v1/workspace', { body: profile })

/** Begins the set-up of an authenticator app; a first code finishes it. */
export const enableTwoFactor = (password: string) =>
  call<{ totpURI: string; backupCodes: string[] }>('POST', '/auth/two-factor/enable', {
    ...outside,
    body: { password },
  })

/** New backup codes; the ones before no longer work. */
export const renewBackupCodes = (password: string) =>
  call<{ backupCodes: string[] }>('POST', '/auth/two-factor/generate-backup-codes', {
    ...outside,
    body: { password },
  })
export const disableTwoFactor = (password: string) =>
  call('POST', '/auth/two-factor/disable', { ...outside, body: { password } })

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => call<List<Session>>('GET', '/v1/sessions', { signal }),
})
export const endSession = (id: string) => call('DELETE', `/v1/sessions/${id}`)
export const endOtherSessions = () => call('POST', '/v1/sessions/revoke-others', { body: {} })
