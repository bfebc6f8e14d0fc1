import { queryOptions } from '@tanstack/react-query'
import { call } from './api.ts'
import type { InvitationLook, InvitationWithToken, List, Member, Me, Role, RoleRights } from './api-types.ts'
import type { NewAccount } from './session.ts'

export const MEMBERS = '/v1/members'
export const INVITATIONS = '/v1/invitations'
export const ROLES: readonly Role[] = ['owner', 'admin', 'developer', 'viewer']
export const ROLE_NAMES: Record<Role, string> = {
  owner: 'Owner',
  admin: 'Admin',
  developer: 'Developer',
  viewer: 'Viewer',
}

/** The roles that this member may give and take: admins deal with everybody but owners. */
export function manageableRoles(me: Pick<Me, 'role'>): readonly Role[] {
  if (me.role === 'owner') return ROLES
  return me.role === 'admin' ? ROLES.filter((role) => role !== 'owner') : []
}

export const roleRightsQuery = queryOptions({
  queryKey: ['role-rights'],
  queryFn: ({ signal }) => call<List<RoleRights>>('GET', '/v1/roles', { signal }),
  staleTime: Infinity,
})

/** The first hundred, for their names. */
export const membersQuery = queryOptions({
  queryKey: [MEMBERS, 'names'],
  queryFn: ({ signal }) => call<List<Member>>('GET', MEMBERS, { signal, query: { limit: 100 } }),
})

export const changeRole = (id: string, role: Role) =>
  call<Member>('PATCH', `${MEMBERS}/${id}`, { body: { role } })
export const removeMember = (id: string) => call('DELETE', `${MEMBERS}/${id}`)
export const leaveWorkspace = () => call('POST', `${MEMBERS}/leave`, { body: {} })
export const transferOwnership = (id: string) =>
  call<Member>('POST', `${MEMBERS}/${id}/transfer-ownership`, { body: {} })

export type NewInvitation = { email: string; role: Role; send_mail: boolean }
export const invite = (body: NewInvitation) => call<InvitationWithToken>('POST', INVITATIONS, { body })
export const resendInvitation = (id: string, sendMail: boolean) =>
  call<InvitationWithToken>('POST', `${INVITATIONS}/${id}/resend`, { body: { send_mail: sendMail } })
export const cancelInvitation = (id: string) => call('DELETE', `${INVITATIONS}/${id}`)

/** What the invited person opens. */
export const invitationLink = ({ invitation_token: token }: InvitationWithToken) =>
  `${location.origin}/accept-invitation?token=${encodeURIComponent(token)}`

const outside = { handlesUnauthorized: true }

export const invitationQuery = (token: string | undefined) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      call<InvitationLook>('POST', `${INVITATIONS}/look-up`, {
        ...outside,
        signal,
        body: { invitation_token: token ?? '' },
      }),
    retry: false,
    staleTime: Infinity,
  })

export const acceptInvitation = (token: string) =>
  call('POST', `${INVITATIONS}/accept`, { body: { invitation_token: token }, anyWorkspace: true })

/** Makes the account as a member of the workspace, with no workspace of its own. */
export const signUpInvited = (token: string, { name, email, password }: NewAccount) =>
  call('POST', '/auth/sign-up/email', {
    ...outside,
    body: { name, email, password, invitation_token: token },
  })

export const switchWorkspace = (id: string) =>
  call('POST', '/v1/workspace/switch', { body: { workspace_id: id }, anyWorkspace: true })
