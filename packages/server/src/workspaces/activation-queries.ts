import type { Executor } from '../database/database.ts'
import type { CurrencyType } from '../sessions/principal.ts'

export type ActivationKey = { workspaceId: string; currencyType: CurrencyType }

export type ApprovalStatus = 'none' | 'requested' | 'approved' | 'self-approved' | 'refused' | 'revoked'

/** What the workspace asked for and the platform decided. */
export type Approval = {
  status: ApprovalStatus
  requestedAt: Date | null
  decidedAt: Date | null
  /** Of the latest decision. */
  reason: string | null
}

/** Everything of the checklist that this room knows. */
export type OwnFacts = {
  owners: number
  emailsVerified: number
  secondFactors: number
  legalName: string | null
  country: string | null
  contactEmail: string | null
  approval: Approval
}

const APPROVAL_COLUMNS = `a.requested_at, a.approved_at, a.self_approved, a.refusal, a.refused_at, a.reason`

type ApprovalRecord = {
  requested_at: Date | null
  approved_at: Date | null
  self_approved: boolean | null
  refusal: 'refused' | 'revoked' | null
  refused_at: Date | null
  reason: string | null
}

function approvalFromRecord(row: ApprovalRecord): Approval {
  return {
    status: statusOf(row),
    requestedAt: row.requested_at,
    decidedAt: row.approved_at ?? row.refused_at,
    reason: row.reason,
  }
}

function statusOf(row: ApprovalRecord): ApprovalStatus {
  if (row.approved_at) return row.self_approved ? 'self-approved' : 'approved'
  return row.refusal ?? (row.requested_at ? 'requested' : 'none')
}

/** One round trip: production transactions ask this every time. Null when there is no such workspace. */
export async function findOwnFacts(
  executor: Executor,
  { workspaceId, currencyType }: ActivationKey,
): Promise<OwnFacts | null> {
  const { rows } = await executor.query<
    ApprovalRecord & {
      owners: number
      emails: number
      factors: number
      legal_name: string | null
      country: string | null
      contact_email: string | null
    }
  >(
    `select o.owners, o.emails, o.factors, p.legal_name, p.country, p.contact_email, ${APPROVAL_COLUMNS}
     from workspaces w
       left join workspace_profiles p on p.workspace_id = w.id
       left join activations a on a.workspace_id = w.id and a.currency_type = $2
       cross join lateral (
         select count(*)::int as owners, count(*) filter (where u.email_verified)::int as emails,
           count(*) filter (where u.two_factor_enabled)::int as factors
         from members m join users u on u.id = m.user_id where m.workspace_id = w.id and m.role = 'owner'
       ) o
     where w.id = $1`,
    [workspaceId, currencyType],
  )
  const row = rows[0]
  if (!row) return null
  return {
    owners: row.owners,
    emailsVerified: row.emails,
    secondFactors: row.factors,
    legalName: row.legal_name,
    country: row.country,
    contactEmail: row.contact_email,
    approval: approvalFromRecord(row),
  }
}

/** The approval, its row locked until the transaction ends; made when it is missing. */
export async function lockApproval(
  executor: Executor,
  { workspaceId, currencyType }: ActivationKey,
): Promise<Approval> {
  await executor.query(
    'insert into activations (workspace_id, currency_type) values ($1, $2) on conflict do nothing',
    [workspaceId, currencyType],
  )
  const { rows } = await executor.query<ApprovalRecord>(
    `select ${APPROVAL_COLUMNS} from activations a where workspace_id = $1 and currency_type = $2 for update`,
    [workspaceId, currencyType],
  )
  return approvalFromRecord(rows[0]!)
}

export type Change = { by: string; at: Date }

/** Asks anew: an earlier refusal is answered by it. */
export async function saveRequest(executor: Executor, key: ActivationKey, { by, at }: Change): Promise<void> {
  await executor.query(
    `update activations
     set requested_at = $3, requested_by = $4, refusal = null, refused_at = null, refused_by = null, reason = null
     where workspace_id = $1 and currency_type = $2`,
    [key.workspaceId, key.currencyType, at, by],
  )
}

export async function saveApproval(
  executor: Executor,
  key: ActivationKey,
  { by, at, reason, selfApproved }: Change & { reason: string | null; selfApproved: boolean },
): Promise<void> {
  await executor.query(
    `update activations
     set approved_at = $3, approved_by = $4, self_approved = $5, reason = $6,
       refusal = null, refused_at = null, refused_by = null
     where workspace_id = $1 and currency_type = $2`,
    [key.workspaceId, key.currencyType, at, by, selfApproved, reason],
  )
}

export async function saveRefusal(
  executor: Executor,
  key: ActivationKey,
  { by, at, reason, refusal }: Change & { reason: string | null; refusal: 'refused' | 'revoked' },
): Promise<void> {
  await executor.query(
    `update activations
     set approved_at = null, approved_by = null, self_approved = false,
       refusal = $5, refused_at = $3, refused_by = $4, reason = $6
     where workspace_id = $1 and currency_type = $2`,
    [key.workspaceId, key.currencyType, at, by, refusal, reason],
  )
}

export type ActivationListing = ActivationKey & { workspaceName: string; approval: Approval }

/**
 * What operators look through. Those that wait come oldest request first; every other list, by workspace, newest
 * first. `after` is the place of the last one seen: [requested_at or workspace id, workspace id, currency type].
 */
export async function listActivations(
  executor: Executor,
  filter: {
    status: ApprovalStatus | null
    workspaceId: string | null
    after: { requestedAt: Date; workspaceId: string; currencyType: string } | null
    limit: number
  },
): Promise<ActivationListing[]> {
  const { rows } = await executor.query<
    ApprovalRecord & { workspace_id: string; currency_type: CurrencyType; name: string }
  >(
    `select a.workspace_id, a.currency_type, w.name, ${APPROVAL_COLUMNS}
     from activations a join workspaces w on w.id = a.workspace_id
     where coalesce(a.requested_at, a.approved_at, a.refused_at) is not null
       and ($1::text is null or $1 = case
         when a.approved_at is not null then case when a.self_approved then 'self-approved' else 'approved' end
         else coalesce(a.refusal, 'requested') end)
       and ($2::text is null or a.workspace_id = $2)
       and ($3::timestamptz is null
         or (coalesce(a.requested_at, a.approved_at, a.refused_at), a.workspace_id, a.currency_type) > ($3, $4, $5))
     order by coalesce(a.requested_at, a.approved_at, a.refused_at), a.workspace_id, a.currency_type
     limit $6`,
    [
      filter.status,
      filter.workspaceId,
      filter.after?.requestedAt ?? null,
      filter.after?.workspaceId ?? null,
      filter.after?.currencyType ?? null,
      filter.limit,
    ],
  )
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    currencyType: row.currency_type,
    workspaceName: row.name,
    approval: approvalFromRecord(row),
  }))
}

/** Whether a person belongs to a workspace, in whatever role. */
export async function isMember(
  executor: Executor,
  { workspaceId, userId }: { workspaceId: string; userId: string },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    'select 1 from members where workspace_id = $1 and user_id = $2 limit 1',
    [workspaceId, userId],
  )
  return rowCount === 1
}

export type WorkspaceListing = {
  id: string
  name: string
  legalName: string | null
  createdAt: Date
  members: number
  owners: string[]
  approvals: { fiat: ApprovalStatus; crypto: ApprovalStatus }
  isSuspended: boolean
}

/** Every workspace of the platform, newest first. */
export async function listWorkspaces(
  executor: Executor,
  filter: { search: string | null; suspended: boolean | null; before: string | null; limit: number },
): Promise<WorkspaceListing[]> {
  const { rows } = await executor.query<{
    id: string
    name: string
    legal_name: string | null
    created_at: Date
    members: number
    owners: string[] | null
    approvals: Record<string, ApprovalRecord> | null
    is_suspended: boolean
  }>(
    `select w.id, w.name, p.legal_name, w.created_at, m.members, m.owners, a.approvals,
       s.workspace_id is not null as is_suspended
     from workspaces w
       left join workspace_profiles p on p.workspace_id = w.id
       left join workspace_suspensions s on s.workspace_id = w.id
       cross join lateral (
         select count(*)::int as members, array_agg(u.email order by m.id) filter (where m.role = 'owner') as owners
         from members m join users u on u.id = m.user_id where m.workspace_id = w.id
       ) m
       cross join lateral (
         select json_object_agg(a.currency_type, row_to_json(a)) as approvals
         from activations a where a.workspace_id = w.id
       ) a
     where ($1::text is null or w.id = $1 or strpos(lower(w.name), lower($1)) > 0
         or strpos(lower(coalesce(p.legal_name, '')), lower($1)) > 0
         or exists (select from unnest(m.owners) email where strpos(lower(email), lower($1)) > 0))
       and ($2::text is null or w.id < $2) and ($4::boolean is null or $4 = (s.workspace_id is not null))
     order by w.id desc limit $3`,
    [filter.search, filter.before, filter.limit, filter.suspended],
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    legalName: row.legal_name,
    createdAt: row.created_at,
    members: row.members,
    owners: row.owners ?? [],
    approvals: { fiat: listed(row.approvals?.['fiat']), crypto: listed(row.approvals?.['crypto']) },
    isSuspended: row.is_suspended,
  }))
}

function listed(row: ApprovalRecord | undefined): ApprovalStatus {
  return row ? statusOf(row) : 'none'
}

/** Whom a decision is told: the owners who have proved that their address is theirs. */
export async function findVerifiedOwners(
  executor: Executor,
  workspaceId: string,
): Promise<{ id: string; name: string; email: string }[]> {
  const { rows } = await executor.query<{ id: string; name: string; email: string }>(
    `select u.id, u.name, u.email from members m join users u on u.id = m.user_id
     where m.workspace_id = $1 and m.role = 'owner' and u.email_verified order by m.id`,
    [workspaceId],
  )
  return rows
}
