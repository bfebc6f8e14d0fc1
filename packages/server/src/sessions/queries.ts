import type { Executor } from '../database/database.ts'
import type { MailKind } from './mail.ts'
import type { Role } from './principal.ts'

// Throttle windows

export async function countThrottleAttempt(
  executor: Executor,
  { key, now, expiresAt }: { key: string; now: Date; expiresAt: Date },
): Promise<{ attempts: number; expiresAt: Date }> {
  const { rows } = await executor.query<{ attempts: number; expires_at: Date }>(
    `insert into throttle_windows as w (key, attempts, expires_at) values ($1, 1, $3)
     on conflict (key) do update set
       attempts = case when w.expires_at <= $2 then 1 else w.attempts + 1 end,
       expires_at = case when w.expires_at <= $2 then $3 else w.expires_at end
     returning attempts, expires_at`,
    [key, now, expiresAt],
  )
  const row = rows[0]!
  return { attempts: row.attempts, expiresAt: row.expires_at }
}

export async function clearThrottleWindow(executor: Executor, key: string): Promise<void> {
  await executor.query('delete from throttle_windows where key = $1', [key])
}

export async function deleteExpiredThrottleWindows(executor: Executor, now: Date): Promise<number> {
  const { rowCount } = await executor.query('delete from throttle_windows where expires_at <= $1', [now])
  return rowCount ?? 0
}

// Outgoing mail

export type MailStatus = 'held' | 'pending' | 'sent' | 'failed'
export type MailRow = {
  id: string
  recipient: string
  subject: string
  kind: MailKind
  status: MailStatus
  /** Null once it was destroyed. */
  sealedBody: string | null
  attemptCount: number
  lastError: string | null
  createdAt: Date
  sentAt: Date | null
}

export async function insertMail(
  executor: Executor,
  mail: Pick<MailRow, 'id' | 'recipient' | 'subject' | 'kind' | 'status'> & { sealedBody: string; now: Date },
): Promise<void> {
  await executor.query(
    `insert into outgoing_mail (id, recipient, subject, kind, sealed_body, status, next_attempt_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [mail.id, mail.recipient, mail.subject, mail.kind, mail.sealedBody, mail.status, mail.now],
  )
}

export async function claimDueMail(
  executor: Executor,
  { now, leasedUntil, limit }: { now: Date; leasedUntil: Date; limit: number },
): Promise<{ id: string; recipient: string; subject: string; sealedBody: string; attemptCount: number }[]> {
  const { rows } = await executor.query<{
    id: string
    recipient: string
    subject: string
    sealed_body: string
    attempt_count: number
  }>(
    `update outgoing_mail set next_attempt_at = $2
     where id in (
       select id from outgoing_mail
       where status = 'pending' and next_attempt_at <= $1 and sealed_body is not null
       order by next_attempt_at limit $3 for update skip locked)
     returning id, recipient, subject, sealed_body, attempt_count`,
    [now, leasedUntil, limit],
  )
  return rows.map((row) => ({
    id: row.id,
    recipient: row.recipient,
    subject: row.subject,
    sealedBody: row.sealed_body,
    attemptCount: row.attempt_count,
  }))
}

export async function markMailSent(executor: Executor, id: string, now: Date): Promise<void> {
  await executor.query(
    `update outgoing_mail
     set status = 'sent', sent_at = $2, sealed_body = null, attempt_count = attempt_count + 1, last_error = null
     where id = $1`,
    [id, now],
  )
}

/** Counts a failed attempt; without a next one the mail has failed for good. */
export async function markMailFailed(
  executor: Executor,
  id: string,
  { error, nextAttemptAt }: { error: string; nextAttemptAt: Date | null },
): Promise<void> {
  await executor.query(
    `update outgoing_mail
     set attempt_count = attempt_count + 1, last_error = $2, next_attempt_at = $3,
         status = case when $3::timestamptz is null then 'failed' else status end
     where id = $1`,
    [id, error, nextAttemptAt],
  )
}

export async function emptyMailBodiesBefore(executor: Executor, time: Date): Promise<void> {
  await executor.query(
    `update outgoing_mail set sealed_body = null where sealed_body is not null and created_at < $1`,
    [time],
  )
}

export async function deleteMailBefore(executor: Executor, time: Date): Promise<void> {
  await executor.query('delete from outgoing_mail where created_at < $1', [time])
}

const MAIL_COLUMNS =
  'id, recipient, subject, kind, status, sealed_body, attempt_count, last_error, created_at, sent_at'

type MailRecord = {
  id: string
  recipient: string
  subject: string
  kind: MailKind
  status: MailStatus
  sealed_body: string | null
  attempt_count: number
  last_error: string | null
  created_at: Date
  sent_at: Date | null
}

function mailFromRecord(row: MailRecord): MailRow {
  return {
    id: row.id,
    recipient: row.recipient,
    subject: row.subject,
    kind: row.kind,
    status: row.status,
    sealedBody: row.sealed_body,
    attemptCount: row.attempt_count,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }
}

/** Newest first. */
export async function listMail(
  executor: Executor,
  { before, limit }: { before: string | null; limit: number },
): Promise<MailRow[]> {
  const { rows } = await executor.query<MailRecord>(
    `select ${MAIL_COLUMNS} from outgoing_mail
     where $1::text is null or id < $1 order by id desc limit $2`,
    [before, limit],
  )
  return rows.map(mailFromRecord)
}

export async function findMail(executor: Executor, id: string): Promise<MailRow | null> {
  const { rows } = await executor.query<MailRecord>(
    `select ${MAIL_COLUMNS} from outgoing_mail where id = $1`,
    [id],
  )
  return rows[0] ? mailFromRecord(rows[0]) : null
}

// People and their sessions

export type Membership = { workspaceId: string; workspaceName: string; role: Role; isSuspended: boolean }

/** The membership that a session acts for: its active workspace, else the person's oldest. */
export async function findActiveMembership(
  executor: Executor,
  { userId, activeWorkspaceId }: { userId: string; activeWorkspaceId: string | null },
): Promise<Membership | null> {
  const { rows } = await executor.query<{
    workspace_id: string
    name: string
    role: Role
    is_suspended: boolean
  }>(
    `select m.workspace_id, w.name, m.role,
       exists (select from workspace_suspensions s where s.workspace_id = m.workspace_id) as is_suspended
     from members m join workspaces w on w.id = m.workspace_id
     where m.user_id = $1
     order by (m.workspace_id = $2) desc nulls last, m.id
     limit 1`,
    [userId, activeWorkspaceId],
  )
  const row = rows[0]
  if (!row) return null
  return {
    workspaceId: row.workspace_id,
    workspaceName: row.name,
    role: row.role,
    isSuspended: row.is_suspended,
  }
}

export async function setActiveWorkspace(
  executor: Executor,
  { sessionId, workspaceId }: { sessionId: string; workspaceId: string },
): Promise<void> {
  await executor.query('update sessions set active_workspace_id = $2 where id = $1', [sessionId, workspaceId])
}

export type SessionRow = {
  id: string
  ipAddress: string | null
  userAgent: string | null
  createdAt: Date
  updatedAt: Date
  expiresAt: Date
}

export async function listSessions(executor: Executor, userId: string, now: Date): Promise<SessionRow[]> {
  const { rows } = await executor.query<{
    id: string
    ip_address: string | null
    user_agent: string | null
    created_at: Date
    updated_at: Date
    expires_at: Date
  }>(
    `select id, ip_address, user_agent, created_at, updated_at, expires_at
     from sessions where user_id = $1 and expires_at > $2 order by created_at desc, id desc limit 100`,
    [userId, now],
  )
  return rows.map((row) => ({
    id: row.id,
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  }))
}

/** @returns whether there was such a session of this person */
export async function deleteSession(
  executor: Executor,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<boolean> {
  const { rowCount } = await executor.query('delete from sessions where id = $1 and user_id = $2', [
    sessionId,
    userId,
  ])
  return rowCount === 1
}

/** @returns how many were ended */
export async function deleteOtherSessions(
  executor: Executor,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<number> {
  const { rowCount } = await executor.query('delete from sessions where user_id = $2 and id <> $1', [
    sessionId,
    userId,
  ])
  return rowCount ?? 0
}

/** Whether a session still stands: for streams, which end with the session that opened them. */
export async function isSessionLive(executor: Executor, sessionId: string, now: Date): Promise<boolean> {
  const { rowCount } = await executor.query('select 1 from sessions where id = $1 and expires_at > $2', [
    sessionId,
    now,
  ])
  return rowCount === 1
}

/** Removes sessions and links that have ended by themselves. */
export async function deleteExpiredSessions(executor: Executor, now: Date): Promise<void> {
  await executor.query('delete from sessions where expires_at <= $1', [now])
  await executor.query('delete from user_verifications where expires_at <= $1', [now])
}

export type Person = {
  id: string
  name: string
  email: string
  emailVerified: boolean
  twoFactorEnabled: boolean
  isOperator: boolean
  createdAt: Date
}

export async function findPerson(executor: Executor, userId: string): Promise<Person | null> {
  const { rows } = await executor.query<{
    id: string
    name: string
    email: string
    email_verified: boolean
    two_factor_enabled: boolean | null
    is_operator: boolean
    created_at: Date
  }>(
    `select id, name, email, email_verified, two_factor_enabled, is_operator, created_at
     from users where id = $1`,
    [userId],
  )
  const row = rows[0]
  if (!row) return null
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    emailVerified: row.email_verified,
    twoFactorEnabled: row.two_factor_enabled === true,
    isOperator: row.is_operator,
    createdAt: row.created_at,
  }
}

// First start

export async function operatorExists(executor: Executor): Promise<boolean> {
  const { rowCount } = await executor.query('select 1 from users where is_operator limit 1')
  return rowCount === 1
}

/** Keeps the newest setup token's hash; an older link dies. */
export async function replaceSetupToken(executor: Executor, tokenHash: string, now: Date): Promise<void> {
  await executor.query(
    `insert into setup_tokens (singleton, token_hash, created_at) values (true, $1, $2)
     on conflict (singleton) do update set token_hash = excluded.token_hash, created_at = excluded.created_at`,
    [tokenHash, now],
  )
}

export async function setupTokenIs(executor: Executor, tokenHash: string): Promise<boolean> {
  const { rowCount } = await executor.query('select 1 from setup_tokens where token_hash = $1', [tokenHash])
  return rowCount === 1
}

/** Takes the token, for one caller only: a second waits for the first's transaction and then finds nothing. */
export async function takeSetupToken(executor: Executor, tokenHash: string): Promise<boolean> {
  const { rowCount } = await executor.query('delete from setup_tokens where token_hash = $1', [tokenHash])
  return rowCount === 1
}

export async function insertOperator(
  executor: Executor,
  person: {
    id: string
    credentialId: string
    name: string
    email: string
    passwordHash: string
    emailVerified: boolean
    workspaceName: string | null
    now: Date
  },
): Promise<void> {
  await executor.query(
    `insert into users (id, name, email, email_verified, workspace_name, is_operator, two_factor_enabled,
                        created_at, updated_at)
     values ($1, $2, $3, $4, $5, true, false, $6, $6)`,
    [person.id, person.name, person.email, person.emailVerified, person.workspaceName, person.now],
  )
  await executor.query(
    `insert into user_credentials (id, user_id, account_id, provider_id, password, created_at, updated_at)
     values ($1, $2, $2, 'credential', $3, $4, $4)`,
    [person.credentialId, person.id, person.passwordHash, person.now],
  )
}

/** Whether a session's token belongs to a person and still lives. */
export async function sessionIsOf(
  executor: Executor,
  { token, userId }: { token: string; userId: string },
): Promise<boolean> {
  const { rowCount } = await executor.query(
    'select 1 from sessions where token = $1 and user_id = $2 and expires_at > now()',
    [token, userId],
  )
  return rowCount === 1
}

/** Ends a person's password, second factor and sessions: only a mailed link gives a new password. */
export async function removePassword(executor: Executor, userId: string): Promise<void> {
  await executor.query('update user_credentials set password = null, updated_at = now() where user_id = $1', [
    userId,
  ])
  await executor.query('delete from user_second_factors where user_id = $1', [userId])
  await executor.query('update users set two_factor_enabled = false where id = $1', [userId])
  await executor.query('delete from sessions where user_id = $1', [userId])
}
