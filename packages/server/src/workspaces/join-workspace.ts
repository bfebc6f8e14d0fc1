import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import type { Role } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from './audit-log.ts'
import { endInvitation, findOpenInvitation, insertMember, type Invitation } from './invitation-queries.ts'
import { hashInvitationToken } from './invitation-token.ts'
import { findMemberOfPerson, lockWorkspace } from './queries.ts'

export type JoinDeps = { database: Database; clock: Clock }
type Joining = { token: string; person: { id: string; email: string }; audit: AuditContext }

/** The invitation of a token, for whoever holds the link. @throws Problem `invitation-invalid` */
export async function readOpenInvitation(deps: JoinDeps, token: string): Promise<Invitation> {
  return openInvitation(deps.database.pool, deps.clock, token)
}

/**
 * Makes a person a member by the token of an invitation that is theirs, once. Whoever is a member already keeps the
 * role they have.
 * @throws Problem `invitation-invalid`
 */
export async function joinWorkspace(
  deps: JoinDeps,
  input: Joining,
): Promise<{ invitation: Invitation; role: Role }> {
  const { token, person } = input
  const now = deps.clock.now()
  const { workspaceId } = await readOpenInvitation(deps, token)
  return deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    // Read again under the lock: of two who come at once the second finds it used.
    const invitation = await openInvitation(client, deps.clock, token)
    assertInvitationIsFor(invitation, person.email)
    await endInvitation(client, { id: invitation.id, status: 'accepted' })
    const already = await findMemberOfPerson(client, { workspaceId, userId: person.id })
    if (already) return { invitation, role: already.role }
    const memberId = newId('mem', now)
    const { role } = invitation
    await insertMember(client, { id: memberId, workspaceId, userId: person.id, role, now: new Date(now) })
    await recordAudit(client, {
      ...input.audit,
      workspaceId,
      action: 'member.joined',
      target: { kind: 'member', id: memberId },
      after: {
        email: person.email,
        role,
        invitation_id: invitation.id,
        invited_by: invitation.inviter.email,
      },
      now,
    })
    return { invitation, role }
  })
}

/** @throws Problem `invitation-invalid` */
export function assertInvitationIsFor(invitation: Invitation, email: string): void {
  if (invitation.email === email.toLowerCase()) return
  throw problem('invitation-invalid', {
    detail: `The invitation is for ${invitation.email}. Sign in with that address, or ask for another invitation.`,
  })
}

async function openInvitation(executor: Executor, clock: Clock, token: string): Promise<Invitation> {
  const tokenHash = hashInvitationToken(token)
  const invitation = await findOpenInvitation(executor, { tokenHash, now: new Date(clock.now()) })
  if (!invitation) throw problem('invitation-invalid')
  return invitation
}
