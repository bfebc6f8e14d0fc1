import type { Config } from '../config.ts'
import type { Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { sendMail, suspensionMail, type MailDeps } from '../sessions/mail.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { findVerifiedOwners } from './activation-queries.ts'
import { recordAudit, type AuditContext } from './audit-log.ts'
import { findWorkspace, lockWorkspace } from './queries.ts'
import { deleteSuspension, findSuspension, insertSuspension } from './suspension-queries.ts'

type Deps = MailDeps & {
  config: Pick<Config, 'publicUrl'>
  /** What this server remembers of the workspace's keys is old. */
  keysChanged(workspaceId: string): void
}
type Input = { workspaceId: string; actor: MemberPrincipal; audit: AuditContext; reason: string }

/**
 * Stops a workspace: signed requests of its keys are refused, in both modes, and its members can read and change
 * nothing. What is under way goes on: operators settle it, and webhooks tell of it. Its owners are told by mail. Again
 * with the same reason, nothing changes.
 * @throws Problem `not-found`; `conflict` when it is suspended for another reason
 */
export async function suspendWorkspace(deps: Deps, input: Input): Promise<void> {
  const { workspaceId, actor, audit, reason } = input
  const now = deps.clock.now()
  await deps.database.transaction(async (client) => {
    const name = await lockNamed(client, workspaceId)
    const before = await findSuspension(client, workspaceId)
    if (before?.reason === reason) return
    if (before) throw problem('conflict', { detail: `It is suspended already. Reason: ${before.reason}` })
    await insertSuspension(client, { workspaceId, reason, at: new Date(now), by: actor.userId })
    await recordAudit(client, {
      ...audit,
      workspaceId,
      action: 'workspace.suspended',
      target: { kind: 'workspace', id: workspaceId },
      after: { reason },
      now,
    })
    await tellOwners(deps, client, { ...input, name, deed: 'suspended' })
  })
  deps.keysChanged(workspaceId)
}

/**
 * Lets a workspace go on: keys and members are what they were before. Its owners are told by mail. One that is not
 * suspended stays as it is.
 * @throws Problem `not-found`
 */
export async function resumeWorkspace(deps: Deps, input: Input): Promise<void> {
  const { workspaceId, audit, reason } = input
  const now = deps.clock.now()
  await deps.database.transaction(async (client) => {
    const name = await lockNamed(client, workspaceId)
    const before = await findSuspension(client, workspaceId)
    if (!before) return
    await deleteSuspension(client, workspaceId)
    await recordAudit(client, {
      ...audit,
      workspaceId,
      action: 'workspace.resumed',
      target: { kind: 'workspace', id: workspaceId },
      before: { reason: before.reason, suspended_at: before.suspendedAt.toISOString() },
      after: { reason },
      now,
    })
    await tellOwners(deps, client, { ...input, name, deed: 'resumed' })
  })
  deps.keysChanged(workspaceId)
}

/** The name of the workspace, whose row is locked: of two who decide at once, the second sees what the first did. */
async function lockNamed(client: Executor, workspaceId: string): Promise<string> {
  await lockWorkspace(client, workspaceId)
  const workspace = await findWorkspace(client, workspaceId)
  if (!workspace) throw problem('not-found')
  return workspace.name
}

async function tellOwners(
  deps: Deps,
  client: Executor,
  { workspaceId, actor, ...told }: Input & { name: string; deed: 'suspended' | 'resumed' },
): Promise<void> {
  for (const owner of await findVerifiedOwners(client, workspaceId))
    if (owner.id !== actor.userId) await sendMail(deps, suspensionMail(deps.config, owner, told), client)
}
