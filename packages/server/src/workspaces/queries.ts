import type { Executor } from '../database/database.ts'
import type { Mode, Role } from '../sessions/principal.ts'
import type { AuditActor, AuditEntry } from './audit-log.ts'

// Making workspaces

export type LockedPerson = { name: string; email: string; workspaceName: string | null }

/** Locks the person's row until the transaction ends. */
export async function lockPerson(executor: Executor, userId: string): Promise<LockedPerson | null> {
  const { rows } = await executor.query<{ name: string; email: string; workspace_name: string | null }>(
    'select name, email, workspace_name from users where id = $1 for update',
    [userId],
  )
  const row = rows[0]
  return row ? { name: row.name, email: row.email, workspaceName: row.workspace_name } : null
}

export async function findOldestMembership(executor: Executor, userId: string): Promise<string | null> {
  const { rows } = await executor.query<{ workspace_id: string }>(
    'select workspace_id from members where user_id = $1 order by id limit 1',
    [userId],
  )
  return rows[0]?.workspace_id ?? null
}

export async function insertWorkspaceWithOwner(
  executor: Executor,
  workspace: { id: string; memberId: string; name: string; userId: string; now: Date },
): Promise<void> {
  await executor.query('insert into workspaces (id, name, slug, created_at) values ($1, $2, $1, $3)', [
    workspace.id,
    workspace.name,
    workspace.now,
  ])
  await executor.query(
    `insert into members (id, workspace_id, user_id, role, created_at) values ($1, $2, $3, 'owner', $4)`,
    [workspace.memberId, workspace.id, workspace.userId, workspace.now],
  )
}

// The workspace's profile

/** What the workspace says about the company behind it. Null where nothing was said yet. */
export type Profile = {
  legal_name: string | null
  country: string | null
  website: string | null
  contact_email: string | null
  description: string | null
}
export type Workspace = Profile & { id: string; name: string; created_at: Date }

const WORKSPACE_SELECT = `
  select w.id, w.name, w.created_at, p.legal_name, p.country, p.website, p.contact_email, p.description
  from workspaces w left join workspace_profiles p on p.workspace_id = w.id`

export async function findWorkspace(executor: Executor, workspaceId: string): Promise<Workspace | null> {
  const { rows } = await executor.query<Workspace>(`${WORKSPACE_SELECT} where w.id = $1`, [workspaceId])
  return rows[0] ?? null
}

export async function lockWorkspace(executor: Executor, workspaceId: string): Promise<void> {
  await executor.query('select 1 from workspaces where id = $1 for update', [workspaceId])
}

export async function updateWorkspace(
  executor: Executor,
  workspace: Omit<Workspace, 'created_at'>,
  now: Date,
): Promise<void> {
  await executor.query('update workspaces set name = $2 where id = $1', [workspace.id, workspace.name])
  await executor.query(
    `insert into workspace_profiles
       (workspace_id, legal_name, country, website, contact_email, description, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id) do update set
       legal_name = excluded.legal_name, country = excluded.country, website = excluded.website,
       contact_email = excluded.contact_email, description = excluded.description,
       updated_at = excluded.updated_at`,
    [
      workspace.id,
      workspace.legal_name,
      workspace.country,
      workspace.website,
      workspace.contact_email,
      workspace.description,
      now,
    ],
  )
}

export type OwnWorkspace = { id: string; name: string; role: Role }

/** The workspaces that a person belongs to, oldest membership first. */
export async function listOwnWorkspaces(executor: Executor, userId: string): Promise<OwnWorkspace[]> {
  const { rows } = await executor.query<OwnWorkspace>(
    `select w.id, w.name, m.role from members m join workspaces w on w.id = m.workspace_id
     where m.user_id = $1 order by m.id limit 200`,
    [userId],
  )
  return rows
}

// Members

export type Member = {
  id: string
  userId: string
  name: string
  email: string
  role: Role
  twoFactorEnabled: boolean
  createdAt: Date
}

const MEMBER_SELECT = `
  select m.id, m.user_id, u.name, u.email, m.role, u.two_factor_enabled, m.created_at
  from members m join users u on u.id = m.user_id`

type MemberRecord = {
  id: string
  user_id: string
  name: string
  email: string
  role: Role
  two_factor_enabled: boolean | null
  created_at: Date
}

function memberFromRecord(row: MemberRecord): Member {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    email: row.email,
    role: row.role,
    twoFactorEnabled: row.two_factor_enabled === true,
    createdAt: row.created_at,
  }
}

/** Newest first. */
export async function listMembers(
  executor: Executor,
  { workspaceId, before, limit }: { workspaceId: string; before: string | null; limit: number },
): Promise<Member[]> {
  const { rows } = await executor.query<MemberRecord>(
    `${MEMBER_SELECT} where m.workspace_id = $1 and ($2::text is null or m.id < $2)
     order by m.id desc limit $3`,
    [workspaceId, before, limit],
  )
  return rows.map(memberFromRecord)
}

export async function findMember(
  executor: Executor,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
): Promise<Member | null> {
  const { rows } = await executor.query<MemberRecord>(
    `${MEMBER_SELECT} where m.workspace_id = $1 and m.id = $2`,
    [workspaceId, memberId],
  )
  return rows[0] ? memberFromRecord(rows[0]) : null
}

export async function findMemberOfPerson(
  executor: Executor,
  { workspaceId, userId }: { workspaceId: string; userId: string },
): Promise<Member | null> {
  const { rows } = await executor.query<MemberRecord>(
    `${MEMBER_SELECT} where m.workspace_id = $1 and m.user_id = $2`,
    [workspaceId, userId],
  )
  return rows[0] ? memberFromRecord(rows[0]) : null
}

const LETTER_READERS_MAX = 50

/** The owners and admins of a workspace whose address was proved. */
export async function findLetterReaders(
  executor: Executor,
  workspaceId: string,
): Promise<{ email: string; name: string; role: Role }[]> {
  const { rows } = await executor.query<{ email: string; name: string; role: Role }>(
    `select u.email, u.name, m.role from members m join users u on u.id = m.user_id
      where m.workspace_id = $1 and u.email_verified and m.role in ('owner', 'admin')
      order by m.id limit $2`,
    [workspaceId, LETTER_READERS_MAX],
  )
  return rows
}

export async function countOwners(executor: Executor, workspaceId: string): Promise<number> {
  const { rows } = await executor.query<{ count: string }>(
    `select count(*) from members where workspace_id = $1 and role = 'owner'`,
    [workspaceId],
  )
  return Number(rows[0]?.count ?? 0)
}

export async function updateMemberRole(executor: Executor, memberId: string, role: Role): Promise<void> {
  await executor.query('update members set role = $2 where id = $1', [memberId, role])
}

/** Removes a member and turns their sessions away from the workspace. */
export async function deleteMember(executor: Executor, member: Member, workspaceId: string): Promise<void> {
  await executor.query('delete from members where id = $1', [member.id])
  await executor.query(
    'update sessions set active_workspace_id = null where user_id = $1 and active_workspace_id = $2',
    [member.userId, workspaceId],
  )
}

// Audit log

export type AuditRow = {
  id: string
  workspaceId: string | null
  actor: AuditActor
  action: string
  targetKind: string
  targetId: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  mode: Mode | null
  ip: string | null
  requestId: string | null
  createdAt: Date
}

export async function insertAuditEntry(executor: Executor, id: string, entry: AuditEntry): Promise<void> {
  await executor.query(
    `insert into audit_log (id, workspace_id, actor_kind, actor_id, actor_label, action, target_kind, target_id,
                            before, after, mode, ip, request_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      id,
      entry.workspaceId,
      entry.actor.kind,
      entry.actor.id,
      entry.actor.label,
      entry.action,
      entry.target.kind,
      entry.target.id,
      entry.before ? JSON.stringify(entry.before) : null,
      entry.after ? JSON.stringify(entry.after) : null,
      entry.mode ?? null,
      entry.ip ?? null,
      entry.requestId ?? null,
      new Date(entry.now),
    ],
  )
}

export type AuditFilter = {
  /** Null: of the whole platform, what belongs to no workspace included. */
  workspaceId: string | null
  action: string | null
  actorId: string | null
  targetId: string | null
  createdAfter: Date | null
  createdBefore: Date | null
  /** Entries older than this id. */
  before: string | null
  limit: number
}

/** Newest first. */
export async function listAuditEntries(executor: Executor, filter: AuditFilter): Promise<AuditRow[]> {
  const { rows } = await executor.query<{
    id: string
    workspace_id: string | null
    actor_kind: AuditActor['kind']
    actor_id: string | null
    actor_label: string
    action: string
    target_kind: string
    target_id: string
    before: Record<string, unknown> | null
    after: Record<string, unknown> | null
    mode: Mode | null
    ip: string | null
    request_id: string | null
    created_at: Date
  }>(
    `select id, workspace_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, before, after, mode, ip,
            request_id, created_at
     from audit_log
     where ${filter.workspaceId === null ? '$1::text is null' : 'workspace_id = $1'}
       and ($2::text is null or action = $2)
       and ($3::text is null or actor_id = $3)
       and ($4::text is null or target_id = $4)
       and ($5::timestamptz is null or created_at > $5)
       and ($6::timestamptz is null or created_at < $6)
       and ($7::text is null or id < $7)
     order by id desc limit $8`,
    [
      filter.workspaceId,
      filter.action,
      filter.actorId,
      filter.targetId,
      filter.createdAfter,
      filter.createdBefore,
      filter.before,
      filter.limit,
    ],
  )
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    action: row.action,
    targetKind: row.target_kind,
    targetId: row.target_id,
    before: row.before,
    after: row.after,
    mode: row.mode,
    ip: row.ip,
    requestId: row.request_id,
    createdAt: row.created_at,
  }))
}
