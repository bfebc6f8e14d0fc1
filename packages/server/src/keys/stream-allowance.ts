import type { FastifyRequest } from 'fastify'
import type { Allowance } from '../http/live-stream.ts'
import { principalFromSession, type ReadSessionDeps } from '../sessions/read-session.ts'
import type { KeyCache } from './key-cache.ts'
import type { Scope } from './scopes.ts'
import { isKeyStillAllowed } from './still-allowed.ts'

// A session is read from the database; a key is in memory and is looked at every second.
const SESSION_CHECK_MS = 10_000

export type StreamAllowance = (request: FastifyRequest, scope: Scope) => Allowance

/** Whether whoever opened a stream may still read it; remembered between looks at a session. */
export function createStreamAllowance(
  deps: ReadSessionDeps & { keyCache: Pick<KeyCache, 'find'> },
): StreamAllowance {
  return (request, scope) => {
    const { principal } = request
    const address = request.verification?.address ?? ''
    if (principal.kind === 'key') return () => isKeyStillAllowed(deps, principal, { address, scope })
    let checkedAt = deps.clock.now()
    return async () => {
      const now = deps.clock.now()
      if (now - checkedAt < SESSION_CHECK_MS) return true
      checkedAt = now
      const member = await principalFromSession(deps, request)
      return member?.workspaceId === principal.workspaceId
    }
  }
}
