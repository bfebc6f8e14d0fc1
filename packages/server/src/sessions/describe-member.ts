import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { findWorkspace, listOwnWorkspaces } from '../workspaces/queries.ts'
import { findSuspension } from '../workspaces/suspension-queries.ts'
import type { MemberPrincipal } from './principal.ts'
import { findPerson } from './queries.ts'

/** What `GET /v1/me` says of a member: the person, the workspace of the session, and all their workspaces. */
export async function describeMember(executor: Executor, member: MemberPrincipal) {
  const [person, workspace, workspaces, suspension] = await Promise.all([
    findPerson(executor, member.userId),
    findWorkspace(executor, member.workspaceId),
    listOwnWorkspaces(executor, member.userId),
    member.isSuspended ? findSuspension(executor, member.workspaceId) : null,
  ])
  if (!person || !workspace) throw problem('session-required')
  return {
    kind: 'member' as const,
    mode: member.mode,
    user: {
      id: person.id,
      name: person.name,
      email: person.email,
      email_verified: person.emailVerified,
      two_factor_enabled: person.twoFactorEnabled,
    },
    workspace: { id: workspace.id, name: workspace.name },
    suspension: suspension && {
      reason: suspension.reason,
      suspended_at: suspension.suspendedAt.toISOString(),
    },
    role: member.role,
    is_operator: member.isOperator,
    workspaces,
  }
}
