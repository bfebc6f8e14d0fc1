import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { visibleKey } from '../keys/key-access.ts'
import { dryRun, type KeyUseDeps } from './dry-run.ts'
import { createNeeds } from './route-needs.ts'
import { dryRunResultSchema, dryRunSchema, suggestionsQuery, suggestionsSchema } from './schema.ts'
import { suggestLimits } from './suggest-limits.ts'

const params = z.object({ id: z.string().max(64) })
const tags = ['API Keys']
// Neither changes anything: who may see a key and its callers may see what they need.
const access = { access: { resource: 'api-keys', action: 'read', doors: ['key', 'member'] } } as const

export type KeyUseRoutesDeps = {
  database: Database
  clock: Clock
  config: Pick<Config, 'forwardAuthorities'>
}

/** What a key's logged requests tell of the limits it needs. */
export function keyUseRoutes(app: App, { database, clock, config }: KeyUseRoutesDeps): void {
  let needsOf: KeyUseDeps['needsOf'] | undefined
  const deps = (): KeyUseDeps => {
    // Only after all rooms have declared their routes.
    needsOf ??= createNeeds(app.apiRoutes, { isForwarding: config.forwardAuthorities.size > 0 })
    return { executor: database.pool, clock, needsOf }
  }

  app.get(
    '/v1/api-keys/:id/suggestions',
    {
      config: access,
      schema: {
        tags,
        summary: 'Narrower limits that would refuse nothing a key was used for',
        description:
          'From the Transaction Logs, within their retention. Apply them with PATCH; try them with dry-run.',
        params,
        querystring: suggestionsQuery,
        response: { 200: suggestionsSchema },
      },
    },
    async ({ principal, params: { id }, query }) =>
      suggestLimits(deps(), await visibleKey(database.pool, principal, id), query),
  )

  app.post(
    '/v1/api-keys/:id/dry-run',
    {
      config: access,
      schema: {
        tags,
        summary: 'What other limits would have refused',
        description: 'Holds limits against the logged requests of the key. Nothing is changed.',
        params,
        body: dryRunSchema,
        response: { 200: dryRunResultSchema },
      },
    },
    async ({ principal, params: { id }, body }) =>
      dryRun(deps(), await visibleKey(database.pool, principal, id), body),
  )
}
