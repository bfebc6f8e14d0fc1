import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { clientAddress } from '../http/client-address.ts'
import { problem } from '../problems.ts'
import type { Observation, Rail } from '../rails/rail.ts'
import { applyObservations } from './apply-observations.ts'

export type RailCallDeps = {
  config: Pick<Config, 'trustProxy'>
  database: Database
  clock: Clock
  /** Every rail that may call. */
  rails: readonly Rail[]
  failures: { assertBelow(address: string): void; count(address: string): void }
}

const BODY_BYTES_MAX = 256 * 1024

/**
 * `POST /rails/:rail`: what a bank or provider tells by itself. Outside `/v1`, because the rail knows its caller and no
 * key or session does. A rail that reads no calls has no such address.
 */
export function railCallRoutes(app: App, deps: RailCallDeps): void {
  const byName = new Map(deps.rails.map((rail) => [rail.name, rail]))
  app.post<{ Params: { rail: string } }>(
    '/rails/:rail',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: { hide: true },
    },
    async (request, reply) => {
      const address = clientAddress(request.raw, deps.config.trustProxy)
      deps.failures.assertBelow(address)
      const rail = byName.get(request.params.rail)
      if (!rail?.parseInbound) throw problem('not-found', { detail: 'There is nothing at this path.' })
      let observations: Observation[]
      try {
        observations = await rail.parseInbound({
          headers: Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
          ),
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        })
      } catch (cause) {
        deps.failures.count(address)
        throw problem('rail-call-refused', { cause, internal: `a call to the rail ${rail.name} was refused` })
      }
      await applyObservations(deps.database, { rail, observations, nowMs: deps.clock.now() })
      return reply.code(204).send()
    },
  )
}
