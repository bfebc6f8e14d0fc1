import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { problem } from '../problems.ts'
import { describeMember } from '../sessions/describe-member.ts'
import type { KeyPrincipal } from '../sessions/principal.ts'
import { findWorkspace } from '../workspaces/queries.ts'
import type { KeyCache } from './key-cache.ts'
import { meSchema } from './schema.ts'
import type { Scope } from './scopes.ts'

type MeDeps = { database: Database; clock: Clock; keyCache: KeyCache }

/** `GET /v1/me`: who is asking, in which mode, with which scopes, and what time it is here. */
export function meRoute(app: App, deps: MeDeps): void {
  app.get(
    '/v1/me',
    {
      config: { access: { resource: null, action: 'read', doors: ['key', 'member'] } },
      schema: { tags: ['API Keys'], summary: 'Who is asking', response: { 200: meSchema } },
    },
    async ({ principal }) => {
      const server_time = new Date(deps.clock.now()).toISOString()
      if (principal.kind === 'key') return { ...(await describeKey(deps, principal)), server_time }
      return { ...(await describeMember(deps.database.pool, principal)), server_time }
    },
  )
}

async function describeKey(deps: MeDeps, principal: KeyPrincipal) {
  const key = await deps.keyCache.find(principal.publicKey)
  const workspace = await findWorkspace(deps.database.pool, principal.workspaceId)
  if (!key || !workspace) throw problem('key-unknown')
  return {
    kind: 'key' as const,
    mode: key.mode,
    currency_type: key.currencyType,
    public_key: key.publicKey,
    key: { id: key.id, name: key.name, public_key: key.publicKey, secret_version: principal.secretVersion },
    workspace: { id: workspace.id, name: workspace.name },
    scopes: [...key.scopes] as Scope[],
    expires_at: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
  }
}
