import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database, Executor } from '../database/database.ts'
import { problem } from '../problems.ts'
import { activationMail, sendMail, type MailDeps } from '../sessions/mail.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import {
  findVerifiedOwners,
  isMember,
  lockApproval,
  saveApproval,
  saveRefusal,
  saveRequest,
  type ActivationKey,
} from './activation-queries.ts'
import { recordAudit, type AuditContext } from './audit-log.ts'
import { findWorkspace } from './queries.ts'

type RequestDeps = { database: Database; clock: Clock }
type Deps = MailDeps & { config: Pick<Config, 'publicUrl'> }
type Input = { key: ActivationKey; actor: MemberPrincipal; audit: AuditContext }
type Decision = Input & { reason: string | null }

/** Asks the platform for approval. Asking twice, or when it is given already, changes nothing. */
export async function requestActivation(deps: RequestDeps, { key, actor, audit }: Input): Promise<void> {
  const now = deps.clock.now()
  await deps.database.transaction(async (client) => {
    const { status } = await lockApproval(client, key)
    if (status === 'requested' || status === 'approved' || status === 'self-approved') return
    await saveRequest(client, key, { by: actor.userId, at: new Date(now) })
    await recordAudit(client, {
      ...audit,
      ...targetOf(key),
      action: 'activation.requested',
      before: { status },
      after: { status: 'requested' },
      now,
    })
  })
}

/**
 * Puts the operator's approval on record; the other lines of the checklist stay what they are. Approving one's own
 * workspace is allowed and is called `self-approved` wherever it shows. Approving twice changes nothing.
 * @throws Problem `not-found`
 */
export async function approveActivation(deps: Deps, { key, actor, audit, reason }: Decision): Promise<void> {
  const now = deps.clock.now()
  await deps.database.transaction(async (client) => {
    const workspace = await findWorkspace(client, key.workspaceId)
    if (!workspace) throw problem('not-found')
    const { status } = await lockApproval(client, key)
    if (status === 'approved' || status === 'self-approved') return
    const selfApproved = await isMember(client, { workspaceId: key.workspaceId, userId: actor.userId })
    await saveApproval(client, key, { by: actor.userId, at: new Date(now), reason, selfApproved })
    await recordAudit(client, {
      ...audit,
      ...targetOf(key),
      action: 'activation.approved',
      before: { status },
      after: { status: selfApproved ? 'self-approved' : 'approved', ...(reason ? { reason } : {}) },
      now,
    })
    await tellOwners(deps, client, {
      key,
      actor,
      workspaceName: workspace.name,
      decision: 'approved',
      reason,
    })
  })
}

/**
 * Refuses a request, or takes an approval back: production keys stay and move no more money. Doing it twice changes
 * nothing.
 * @throws Problem `not-found`; `conflict` when there is no request to refuse, or no approval to take back
 */
export async function refuseActivation(
  deps: Deps,
  { key, actor, audit, reason, refusal }: Decision & { refusal: 'refused' | 'revoked' },
): Promise<void> {
  const now = deps.clock.now()
  await deps.database.transaction(async (client) => {
    const workspace = await findWorkspace(client, key.workspaceId)
    if (!workspace) throw problem('not-found')
    const { status } = await lockApproval(client, key)
    if (status === refusal) return
    const isApproved = status === 'approved' || status === 'self-approved'
    if (refusal === 'revoked' && !isApproved)
      throw problem('conflict', { detail: 'There is no approval to take back.' })
    if (refusal === 'refused' && status !== 'requested')
      throw problem('conflict', {
        detail: isApproved
          ? 'It is approved already: revoke the approval instead.'
          : 'There is no open request to refuse.',
      })
    await saveRefusal(client, key, { by: actor.userId, at: new Date(now), reason, refusal })
    await recordAudit(client, {
      ...audit,
      ...targetOf(key),
      action: `activation.${refusal}`,
      before: { status },
      after: { status: refusal, ...(reason ? { reason } : {}) },
      now,
    })
    await tellOwners(deps, client, { key, actor, workspaceName: workspace.name, decision: refusal, reason })
  })
}

/** Every owner whose address is theirs, except whoever decided it. In the same transaction as what it tells of. */
async function tellOwners(
  deps: Deps,
  client: Executor,
  told: Omit<Decision, 'audit'> & { workspaceName: string; decision: 'approved' | 'refused' | 'revoked' },
): Promise<void> {
  const { currencyType, workspaceId } = told.key
  for (const owner of await findVerifiedOwners(client, workspaceId))
    if (owner.id !== told.actor.userId)
      await sendMail(deps, activationMail(deps.config, owner, { ...told, currencyType }), client)
}

function targetOf({ workspaceId, currencyType }: ActivationKey) {
  return {
    workspaceId,
    target: { kind: 'activation', id: `${workspaceId}:${currencyType}` },
    mode: 'production' as const,
  }
}
