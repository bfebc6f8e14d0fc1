import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { roleReaches, ROLES, type MemberPrincipal, type Role } from '../sessions/principal.ts'
import { recordAudit, type AuditContext } from './audit-log.ts'
import { cancelInvitationsBy } from './invitation-queries.ts'
import {
  countOwners,
  deleteMember,
  findMember,
  findMemberOfPerson,
  lockWorkspace,
  updateMemberRole,
  type Member,
} from './queries.ts'

export type MembersDeps = { database: Database; clock: Clock }
type Change = { actor: MemberPrincipal; memberId: string; audit: AuditContext }

/**
 * Gives a member another role. Admins deal with everybody but owners; only owners make or unmake owners.
 * @throws Problem `not-found`, `role-missing`, `last-owner`
 */
export async function changeRole(deps: MembersDeps, input: Change & { role: Role }): Promise<Member> {
  const { workspaceId } = input.actor
  return deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    const acting = await actingRole(client, input.actor)
    const member = await findMember(client, { workspaceId, memberId: input.memberId })
    if (!member) throw problem('not-found')
    assertMayManage(acting, [member.role, input.role])
    if (member.role === input.role) return member
    if (member.role === 'owner') await assertAnotherOwner(client, workspaceId)
    await setRole(client, { member, ...input, now: deps.clock.now() })
    return { ...member, role: input.role }
  })
}

/**
 * Hands the workspace to another member: they become an owner, the one who hands it over an admin, both or neither.
 * @throws Problem `not-found`, `role-missing`, `conflict`
 */
export async function transferOwnership(deps: MembersDeps, input: Change): Promise<Member> {
  const { workspaceId } = input.actor
  const now = deps.clock.now()
  return deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    const own = await findMemberOfPerson(client, input.actor)
    const member = await findMember(client, { workspaceId, memberId: input.memberId })
    if (!own || !member) throw problem('not-found')
    if (own.role !== 'owner') throw problem('role-missing', { detail: 'Only an owner can hand it over.' })
    if (own.id === member.id) throw problem('conflict', { detail: 'You are an owner of it already.' })
    if (member.role !== 'owner') await setRole(client, { ...input, member, role: 'owner', now })
    await setRole(client, { ...input, member: own, role: 'admin', now })
    return { ...member, role: 'owner' }
  })
}

type RoleChange = Pick<Change, 'actor' | 'audit'> & { member: Member; role: Role; now: number }

async function setRole(executor: Executor, { actor, audit, member, role, now }: RoleChange): Promise<void> {
  const { workspaceId } = actor
  await updateMemberRole(executor, member.id, role)
  const canceled = await cancelInvitationsBy(executor, {
    workspaceId,
    inviterId: member.userId,
    roles: ROLES.filter((one) => !mayManage(role, [one])),
  })
  await recordAudit(executor, {
    ...audit,
    workspaceId,
    action: 'member.role_changed',
    target: { kind: 'member', id: member.id },
    before: { role: member.role },
    after: { role, ...(canceled > 0 ? { invitations_canceled: canceled } : {}) },
    now,
  })
}

/**
 * Removes a member; removing oneself is leaving, which needs no role.
 * @throws Problem `not-found`, `role-missing`, `last-owner`
 */
export async function removeMember(deps: MembersDeps, input: Change): Promise<void> {
  const { workspaceId } = input.actor
  await deps.database.transaction(async (client) => {
    await lockWorkspace(client, workspaceId)
    const acting = await actingRole(client, input.actor)
    const member = await findMember(client, { workspaceId, memberId: input.memberId })
    if (!member) throw problem('not-found')
    const leaves = member.userId === input.actor.userId
    if (!leaves) assertMayManage(acting, [member.role])
    if (member.role === 'owner') await assertAnotherOwner(client, workspaceId)
    await deleteMember(client, member, workspaceId)
    // Or they could come back by an invitation to another address of theirs.
    const canceled = await cancelInvitationsBy(client, {
      workspaceId,
      inviterId: member.userId,
      roles: ROLES,
    })
    await recordAudit(client, {
      ...input.audit,
      workspaceId,
      action: leaves ? 'member.left' : 'member.removed',
      target: { kind: 'member', id: member.id },
      before: { email: member.email, role: member.role },
      ...(canceled > 0 ? { after: { invitations_canceled: canceled } } : {}),
      now: deps.clock.now(),
    })
  })
}

/** Leaves the workspace of the session. @throws Problem `last-owner` */
export async function leaveWorkspace(deps: MembersDeps, input: Omit<Change, 'memberId'>): Promise<void> {
  const { workspaceId, userId } = input.actor
  const own = await findMemberOfPerson(deps.database.pool, { workspaceId, userId })
  if (!own) throw problem('not-found')
  await removeMember(deps, { ...input, memberId: own.id })
}

/** The role at this moment, under the lock: it may have been taken away since the request came in. */
export async function actingRole(executor: Executor, actor: MemberPrincipal): Promise<Role> {
  const own = await findMemberOfPerson(executor, actor)
  if (!own) throw problem('not-found')
  return own.role
}

/** @throws Problem `role-missing` */
export function assertMayManage(acting: Role, roles: readonly Role[]): void {
  if (mayManage(acting, roles)) return
  if (!roleReaches(acting, 'admin')) throw problem('role-missing')
  throw problem('role-missing', { detail: 'Only an owner can make, change or remove an owner.' })
}

function mayManage(acting: Role, roles: readonly Role[]): boolean {
  return acting === 'owner' || (acting === 'admin' && !roles.includes('owner'))
}

async function assertAnotherOwner(executor: Executor, workspaceId: string): Promise<void> {
  if ((await countOwners(executor, workspaceId)) < 2) throw problem('last-owner')
}
