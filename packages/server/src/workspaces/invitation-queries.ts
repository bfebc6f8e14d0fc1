import type { Executor } from '../database/database.ts'
import type { Role } from '../sessions/principal.ts'

/** `pending` until somebody accepts or cancels it; one whose time has passed stays `pending` and opens nothing. */
export type InvitationStatus = 'pending' | 'accepted' | 'canceled'
export type Invitation = {
  id: string
  workspaceId: string
  workspaceName: string
  email: string
  role: Role
  status: InvitationStatus
  inviter: { id: string; name: string; email: string }
  createdAt: Date
  expiresAt: Date
}

type InvitationRecord = {
  id: string
  workspace_id: string
  workspace_name: string
  email: string
  role: Role
  status: InvitationStatus
  inviter_id: string
  inviter_name: string
  inviter_email: string
  created_at: Date
  expires_at: Date
}

const INVITATION_SELECT = `
  select i.id, i.workspace_id, w.name as workspace_name, i.email, i.role, i.status,
         i.inviter_id, u.name as inviter_name, u.email as inviter_email, i.created_at, i.expires_at
  from invitations i join workspaces w on w.id = i.workspace_id join users u on u.id = i.inviter_id`

function invitationFromRecord(row: InvitationRecord): Invitation {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    workspaceName: row.workspace_name,
    email: row.email,
    role: row.role,
    status: row.status,
    inviter: { id: row.inviter_id, name: row.inviter_name, email: row.inviter_email },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export async function insertInvitation(
  executor: Executor,
  invitation: {
    id: string
    workspaceId: string
    email: string
    role: Role
    inviterId: string
    tokenHash: string
    now: Date
    expiresAt: Date
  },
): Promise<void> {
  await executor.query(
    `insert into invitations (id, workspace_id, email, role, status, inviter_id, token_hash, created_at, expires_at)
     values ($1, $2, $3, $4, 'pending', $5, $6, $7, $8)`,
    [
      invitation.id,
      invitation.workspaceId,
      invitation.email,
      invitation.role,
      invitation.inviterId,
      invitation.tokenHash,
      invitation.now,
      invitation.expiresAt,
    ],
  )
}

/** The open ones and those that ended by their time, newest first. */
export async function listPendingInvitations(
  executor: Executor,
  { workspaceId, before, limit }: { workspaceId: string; before: string | null; limit: number },
): Promise<Invitation[]> {
  const { rows } = await executor.query<InvitationRecord>(
    `${INVITATION_SELECT} where i.workspace_id = $1 and i.status = 'pending' and ($2::text is null or i.id < $2)
     order by i.id desc limit $3`,
    [workspaceId, before, limit],
  )
  return rows.map(invitationFromRecord)
}

export async function countPendingInvitations(executor: Executor, workspaceId: string): Promise<number> {
  const { rows } = await executor.query<{ count: string }>(
    `select count(*) from invitations where workspace_id = $1 and status = 'pending'`,
    [workspaceId],
  )
  return Number(rows[0]?.count ?? 0)
}

export async function findPendingInvitation(
  executor: Executor,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Invitation | null> {
  const { rows } = await executor.query<InvitationRecord>(
    `${INVITATION_SELECT} where i.workspace_id = $1 and i.id = $2 and i.status = 'pending'`,
    [workspaceId, id],
  )
  return rows[0] ? invitationFromRecord(rows[0]) : null
}

/** The invitation that a token opens at this moment. */
export async function findOpenInvitation(
  executor: Executor,
  { tokenHash, now }: { tokenHash: string; now: Date },
): Promise<Invitation | null> {
  const { rows } = await executor.query<InvitationRecord>(
    `${INVITATION_SELECT} where i.token_hash = $1 and i.status = 'pending' and i.expires_at > $2`,
    [tokenHash, now],
  )
  return rows[0] ? invitationFromRecord(rows[0]) : null
}

/** A new token and time; the token before it opens nothing from now on. */
export async function renewInvitation(
  executor: Executor,
  renewed: { id: string; inviterId: string; tokenHash: string; expiresAt: Date },
): Promise<void> {
  await executor.query(
    'update invitations set inviter_id = $2, token_hash = $3, expires_at = $4 where id = $1',
    [renewed.id, renewed.inviterId, renewed.tokenHash, renewed.expiresAt],
  )
}

export async function endInvitation(
  executor: Executor,
  { id, status }: { id: string; status: 'accepted' | 'canceled' },
): Promise<void> {
  await executor.query('update invitations set status = $2 where id = $1', [id, status])
}

/** Ends an invitation for this address whose time has passed, so that there is room for a new one. */
export async function endExpiredInvitation(
  executor: Executor,
  { workspaceId, email, now }: { workspaceId: string; email: string; now: Date },
): Promise<void> {
  await executor.query(
    `update invitations set status = 'canceled'
     where workspace_id = $1 and email = $2 and status = 'pending' and expires_at <= $3`,
    [workspaceId, email, now],
  )
}

/** Ends what somebody has invited to and may no longer invite to. @returns how many */
export async function cancelInvitationsBy(
  executor: Executor,
  { workspaceId, inviterId, roles }: { workspaceId: string; inviterId: string; roles: readonly Role[] },
): Promise<number> {
  const { rowCount } = await executor.query(
    `update invitations set status = 'canceled'
     where workspace_id = $1 and inviter_id = $2 and status = 'pending' and role = any($3)`,
    [workspaceId, inviterId, roles],
  )
  return rowCount ?? 0
}

export async function isMemberAddress(
  executor: Executor,
  { workspaceId, email }: { workspaceId: string; email: string },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    `select 1 from members m join users u on u.id = m.user_id
     where m.workspace_id = $1 and lower(u.email) = $2`,
    [workspaceId, email],
  )
  return rowCount === 1
}

export async function insertMember(
  executor: Executor,
  member: { id: string; workspaceId: string; userId: string; role: Role; now: Date },
): Promise<void> {
  await executor.query(
    'insert into members (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, $4, $5)',
    [member.id, member.workspaceId, member.userId, member.role, member.now],
  )
}
