import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PAGES } from '../../guides/pages.mjs'
import type { Seeded } from './seed.ts'

/** A page, by a name that a file can have, and where it is. */
export type Address = { name: string; path: string }

const ROUTER = join(import.meta.dirname, '../../src/router.tsx')
const ROUTE = /createRoute\(\{\s+getParentRoute: \(\) => (inside|outside),\s+path: '([^']+)'/g
const LAYOUT = /createRoute\(\{[^}]*\bid: '/g

/** What the seed made, for each route that is about one thing. */
const ADDRESSES: Record<string, (made: Seeded) => string> = {
  '/reset-password': () => '/reset-password?token=example',
  '/verify-email': () => '/verify-email?token=example',
  '/setup': () => '/setup?token=example',
  '/accept-invitation': ({ invitationToken }) => `/accept-invitation?token=${invitationToken}`,
  '/api-keys/$keyId': ({ rotatedKeyId }) => `/api-keys/${rotatedKeyId}`,
  '/cli-login': ({ cliLoginId }) => `/cli-login?id=${cliLoginId}`,
  '/transaction-logs/$requestId': ({ refusedId }) => `/transaction-logs/${refusedId}`,
  '/signature-debugger': ({ refusedId }) => `/signature-debugger?request=${refusedId}`,
  '/webhooks/$endpointId': ({ endpointId }) => `/webhooks/${endpointId}`,
  '/webhook-logs/$deliveryId': ({ deliveryId }) => `/webhook-logs/${deliveryId}`,
  '/events/$eventId': ({ eventId }) => `/events/${eventId}`,
  '/transactions/$transactionId': ({ transactionId }) => `/transactions/${transactionId}`,
  '/balances/$accountId': ({ accountId }) => `/balances/${accountId}`,
  '/operator/settlements/$transactionId': ({ settlementId }) => `/operator/settlements/${settlementId}`,
  '/operator/workspaces/$workspaceId': ({ workspaceId }) => `/operator/workspaces/${workspaceId}`,
  '/operator/keys/$keyId': ({ operatorKeyId }) => `/operator/keys/${operatorKeyId}`,
  '/operator/reconciliation/$subjectId': ({ accountId }) => `/operator/reconciliation/${accountId}`,
}

/**
 * Every page of the dashboard, from the router's own source: one that nobody thought of is among them.
 * @throws Error naming the routes for which there is no address
 */
export function dashboardAddresses(made: Seeded): { outside: Address[]; inside: Address[] } {
  const source = readFileSync(ROUTER, 'utf8')
  const routes = [...source.matchAll(ROUTE)].map(([, parent, path]) => ({ parent, path: path! }))
  const written = source.match(/createRoute\(\{/g)?.length ?? 0
  if (routes.length === 0 || written !== routes.length + (source.match(LAYOUT)?.length ?? 0))
    throw new Error('router.tsx is written in a way that this list cannot read.')
  const missing = routes.filter(({ path }) => path.includes('$') && !ADDRESSES[path])
  if (missing.length > 0)
    throw new Error(`No address for ${missing.map(({ path }) => path).join(', ')}: add it to addresses.ts.`)
  const under = (name: string): Address[] =>
    routes
      .filter(({ parent }) => parent === name)
      .map(({ path }) => ({ name: nameOf(path), path: ADDRESSES[path]?.(made) ?? path }))
  return { outside: under('outside'), inside: under('inside') }
}

/** What the server shows beside the dashboard. */
export function documentAddresses(): Address[] {
  const paths = ['/docs', '/docs/guides', ...PAGES.map(({ slug }) => `/docs/${slug}`)]
  return [...paths, '/problems', '/problems/signature-invalid'].map((path) => ({ name: nameOf(path), path }))
}

function nameOf(path: string): string {
  return path.slice(1).replaceAll('/', '-').replaceAll('$', '') || 'home'
}
