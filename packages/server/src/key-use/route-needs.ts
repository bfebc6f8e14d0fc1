import type { Access, App } from '../http/app-type.ts'

/** What a request asks of the key that signs it. */
export type Needs =
  | {
      known: true
      scopes: readonly string[]
      /** It may hand scopes on, and only those that the key holds: how many, the request does not tell. */
      grants: boolean
    }
  /** No route of ours: one of the platform's own services may have asked for anything. */
  | { known: false }

export type NeedsOf = (method: string, path: string) => Needs

const NOTHING: Needs = { known: true, scopes: [], grants: false }
const UNKNOWN: Needs = { known: false }

/**
 * Reads off the routes what a request needs, by its path or the pattern of it (`/v1/transactions/txn_*`).
 * @param options.isForwarding whether keys sign requests to other services too, so that a path which is none of ours
 *   may be one of theirs
 */
export function createNeeds(routes: App['apiRoutes'], { isForwarding }: { isForwarding: boolean }): NeedsOf {
  const table = routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url, access }) => ({
      method,
      pattern: new RegExp(`^${url.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`),
      // As the router does: what is written out goes before what stands for anything.
      parameters: url.split(':').length,
      needs: needsOf(method, url, access),
    }))
    .sort((a, b) => a.parameters - b.parameters)
  const seen = new Map<string, Needs>()
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method
    const name = `${asked} ${path}`
    let needs = seen.get(name)
    if (!needs) {
      needs =
        table.find((route) => route.method === asked && route.pattern.test(path))?.needs ??
        (isForwarding ? UNKNOWN : NOTHING)
      if (seen.size < SEEN_MAX) seen.set(name, needs)
    }
    return needs
  }
}

const SEEN_MAX = 5_000

function needsOf(method: string, url: string, access: Access): Needs {
  if (access.public || access.operator || !access.doors.includes('key')) return NOTHING
  const own = access.resource === null ? [] : [`${access.resource}:${access.action}`]
  const grants = url.startsWith('/v1/api-keys') && access.action === 'write' && method !== 'DELETE'
  return { known: true, scopes: [...own, ...(access.alsoScopes ?? [])], grants }
}
