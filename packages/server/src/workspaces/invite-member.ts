import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import type { Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { problem } from '../problems.ts'
import { invitationMail, sendMail, type MailDeps } from '../sessions/mail.ts'
import type { MemberPrincipal, Role } from '../sessions/principal.ts'
import { throttle } from '../sessions/throttle.ts'
import { recordAudit, type AuditContext } from './audit-log.ts'
import {
  countPendingInvitations,
  endExpiredInvitation,
  endInvitation,
  findPendingInvitation,
  insertInvitation,
  isMemberAddress,
  renewInvitation,
  type Invitation,
} from './invitation-queries.ts'
import { newInvitationToken } from './invitation-token.ts'
import { actingRole, assertMayManage } from './members.ts'
import { lockWorkspace } from './queries.ts'

export type InvitationsDeps = MailDeps & { config: Pick<Config, 'publicUrl'> }
type Deed = { actor: MemberPrincipal; audit: AuditContext }
/** The token opens the workspace to whoever has the address; it is told here and never again. */
export type Invited = { invitation: Invitation; token: string }

const UNIQUE_VIOLATION = '23505'
const INVITATION_MS = 7 * 86_400_000
export const PENDING_INVITATIONS_MAX = 100
// Each may send a mail to an address that never asked for one.
const MAIL_RULE = { windowSeconds: 3600, max: 100 }
const RECIPIENT_RULE = { windowSeconds: 86_400, max: 10 }

/**
 * Invites an address to a role, which nobody may give who could not give it to a member.
 * @throws Problem `role-missing`, `already-member`, `already-invited`, `limit-reached`, `rate-limited`
 */
export async function inviteMember(
  deps: InvitationsDeps,
  input: Deed & { email: string; role: Role; sendMail: boolean },
): Promise<Invited> {
  const { actor, email, role } = input
  const { workspaceId } = actor
  const now = new Date(deps.clock.now())
  return deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    assertMayManage(await actingRole(client, actor), [role])
    if (await isMemberAddress(client, { workspaceId, email })) throw problem('already-member')
    await endExpiredInvitation(client, { workspaceId, email, now })
    if ((await countPendingInvitations(client, workspaceId)) >= PENDING_INVITATIONS_MAX)
      throw problem('limit-reached', {
        detail: `A workspace has at most ${PENDING_INVITATIONS_MAX} invitations that nobody has accepted.`,
      })
    const id = newId('inv', now.getTime())
    const { token, tokenHash } = newInvitationToken()
    const expiresAt = new Date(now.getTime() + INVITATION_MS)
    try {
      await insertInvitation(client, {
        id,
        workspaceId,
        email,
        role,
        inviterId: actor.userId,
        tokenHash,
        now,
        expiresAt,
      })
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw problem('already-invited')
      throw error
    }
    const invitation = await readInvitation(client, { workspaceId, id })
    await recordAudit(client, {
      ...input.audit,
      workspaceId,
      action: 'invitation.created',
      target: { kind: 'invitation', id },
      after: { email, role, mailed: input.sendMail },
      now: now.getTime(),
    })
    if (input.sendMail) await mail(deps, { invitation, token }, client)
    return { invitation, token }
  })
}

/**
 * Gives an invitation a new link and seven more days; the link before it opens nothing from then on. Who does it
 * answers for the invitation from then on.
 * @throws Problem `not-found`, `role-missing`, `rate-limited`
 */
export async function resendInvitation(
  deps: InvitationsDeps,
  input: Deed & { id: string; sendMail: boolean },
): Promise<Invited> {
  const { actor, id } = input
  const { workspaceId } = actor
  const now = new Date(deps.clock.now())
  return deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    const acting = await actingRole(client, actor)
    const before = await readInvitation(client, { workspaceId, id })
    assertMayManage(acting, [before.role])
    const { token, tokenHash } = newInvitationToken()
    const expiresAt = new Date(now.getTime() + INVITATION_MS)
    await renewInvitation(client, { id, inviterId: actor.userId, tokenHash, expiresAt })
    const invitation = await readInvitation(client, { workspaceId, id })
    await recordAudit(client, {
      ...input.audit,
      workspaceId,
      action: 'invitation.renewed',
      target: { kind: 'invitation', id },
      after: { email: before.email, role: before.role, mailed: input.sendMail },
      now: now.getTime(),
    })
    if (input.sendMail) await mail(deps, { invitation, token }, client)
    return { invitation, token }
  })
}

/** Takes an invitation back. @throws Problem `not-found`, `role-missing` */
export async function cancelInvitation(deps: InvitationsDeps, input: Deed & { id: string }): Promise<void> {
  const { workspaceId } = input.actor
  await deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    const acting = await actingRole(client, input.actor)
    const { id, email, role } = await readInvitation(client, { workspaceId, id: input.id })
    assertMayManage(acting, [role])
    await endInvitation(client, { id, status: 'canceled' })
    await recordAudit(client, {
      ...input.audit,
      workspaceId,
      action: 'invitation.canceled',
      target: { kind: 'invitation', id },
      before: { email, role },
      now: deps.clock.now(),
    })
  })
}

async function readInvitation(
  executor: Executor,
  which: { workspaceId: string; id: string },
): Promise<Invitation> {
  const invitation = await findPendingInvitation(executor, which)
  if (!invitation) throw problem('not-found')
  return invitation
}

async function mail(
  deps: InvitationsDeps,
  { invitation, token }: Invited,
  executor: Executor,
): Promise<void> {
  const counter = { executor: deps.database.pool, clock: deps.clock }
  const recipient = createHash('sha256').update(invitation.email).digest('hex')
  // Counted apart from the transaction, so that a refusal counts too.
  const wait =
    (await throttle(counter, `invitation-mail|${invitation.workspaceId}`, MAIL_RULE)) ??
    (await throttle(counter, `invitation-mail-to|${recipient}`, RECIPIENT_RULE))
  if (wait !== null)
    throw problem('rate-limited', {
      detail: 'Too many invitations were mailed of late. Wait, or send the link yourself.',
      headers: { 'Retry-After': String(wait) },
    })
  await sendMail(deps, invitationMail(deps.config, invitation, token), executor)
}
