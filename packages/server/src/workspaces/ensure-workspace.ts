import type { Clock } from '../clock.ts'
import type { Database, Executor } from '../database/database.ts'
import { newId } from '../ids.ts'
import { recordAudit } from './audit-log.ts'
import { findOldestMembership, insertWorkspaceWithOwner, lockPerson } from './queries.ts'

const NAME_CHARACTERS_MAX = 100

/**
 * Sees to it that a person belongs to a workspace, and makes one with them as owner when they belong to none:
 * after sign-up, and at any later session read should sign-up have died in between. Safe to call at once from
 * several places: the person's row is locked.
 * @returns the id of the workspace, or null when the person does not exist
 */
export async function ensureWorkspace(
  deps: { database: Database; clock: Clock },
  userId: string,
): Promise<string | null> {
  return deps.database.transaction((client) => ensureWorkspaceWithin(client, deps.clock, userId))
}

/** The same inside the caller's transaction. */
export async function ensureWorkspaceWithin(
  executor: Executor,
  clock: Clock,
  userId: string,
): Promise<string | null> {
  const person = await lockPerson(executor, userId)
  if (!person) return null
  const existing = await findOldestMembership(executor, userId)
  if (existing) return existing

  const now = clock.now()
  const workspace = {
    id: newId('wks', now),
    memberId: newId('mem', now),
    name: person.workspaceName?.trim() || defaultName(person.name),
    userId,
    now: new Date(now),
  }
  await insertWorkspaceWithOwner(executor, workspace)
  await recordAudit(executor, {
    workspaceId: workspace.id,
    actor: { kind: 'member', id: userId, label: person.email },
    action: 'workspace.created',
    target: { kind: 'workspace', id: workspace.id },
    after: { name: workspace.name },
    now,
  })
  return workspace.id
}

/** "Ada's workspace": what a person would call it before they rename it. */
function defaultName(personName: string): string {
  const first = personName.trim().split(/\s+/)[0] ?? ''
  return (first ? `${first}’s workspace` : 'My workspace').slice(0, NAME_CHARACTERS_MAX)
}
