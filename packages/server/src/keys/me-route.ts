import { isoTime, type Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { describeMember } from '../sessions/describe-member.ts'
import type { KeyPrincipal, MemberPrincipal } from '../sessions/principal.ts'
import { createWorkspaceNames } from '../workspaces/workspace-names.ts'
import type { KeyCache, VerificationKey } from './key-cache.ts'
import { meSchema } from './schema.ts'
import type { Scope } from './scopes.ts'

type MeDeps = { database: Database; clock: Clock; keyCache: KeyCache }

/** `GET /v1/me`: who is asking, in which mode, with which scopes, and what time it is here. */
export function meRoute(app: App, deps: MeDeps): void {
  const names = createWorkspaceNames({ executor: deps.database.pool, clock: deps.clock })
  app.get(
    '/v1/me',
    {
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
      schema: { tags: ['API Keys'], summary: 'Who is asking', response: { 200: meSchema } },
    },
    ({ principal }) => {
      if (principal.kind === 'member') return describeAsMember(deps, principal)
      const name = names.find(principal.workspaceId)
      const key = deps.keyCache.find(principal.publicKey)
      // Both are remembered for nearly every request: then the answer costs no turn of the event loop.
      if (name instanceof Promise || key instanceof Promise)
        return Promise.all([key, name]).then(([found, called]) => describeKey(deps, principal, found, called))
      return describeKey(deps, principal, key, name)
    },
  )
}

async function describeAsMember(deps: MeDeps, principal: MemberPrincipal) {
  return { ...(await describeMember(deps.database.pool, principal)), server_time: now(deps) }
}

function describeKey(
  deps: MeDeps,
  principal: KeyPrincipal,
  key: VerificationKey | null,
  workspaceName: string | null,
) {
  if (key?.kind !== 'workspace' || workspaceName === null) throw problem('key-unknown')
  return {
    kind: 'key' as const,
    mode: key.mode,
    currency_type: key.currencyType,
    public_key: key.publicKey,
    key: { id: key.id, name: key.name, public_key: key.publicKey, secret_version: principal.secretVersion },
    workspace: { id: key.workspaceId, name: workspaceName },
    scopes: [...key.scopes] as Scope[],
    expires_at: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    server_time: now(deps),
  }
}

function now(deps: MeDeps): string {
  return isoTime(deps.clock.now())
}
