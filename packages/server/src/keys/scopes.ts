/** What a key may be allowed, as `resource:action`; each with the words the dashboard shows. */
export const SCOPES = {
  'accounts:read': 'Read accounts and their entries',
  'accounts:write': 'Create accounts',
  'balances:read': 'Read balances',
  'transactions:read': 'Read transactions',
  'transactions:write': 'Create, cancel and refund transactions',
  'reports:read': 'Read summary reports',
  'events:read': 'Read events',
  'transaction-logs:read': 'Read Transaction Logs',
  'webhook-logs:read': 'Read Webhook Logs',
  'test:write': 'Drive the simulator in Test Mode',
  'api-keys:read': 'Read API keys',
  'api-keys:write': 'Create, edit, rotate and delete API keys',
  'webhook-endpoints:read': 'Read webhook endpoints',
  'webhook-endpoints:write': 'Create, edit and delete webhook endpoints',
  'webhook-logs:write': 'Resend webhooks',
} as const

export type Scope = keyof typeof SCOPES

/** Scopes that manage the workspace rather than use its services: a new key has none of them. */
const MANAGEMENT = new Set<Scope>([
  'api-keys:read',
  'api-keys:write',
  'webhook-endpoints:read',
  'webhook-endpoints:write',
  'webhook-logs:write',
])

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[]

/** What a new key gets when nobody says otherwise: the platform's services. */
export const DEFAULT_SCOPES: readonly Scope[] = ALL_SCOPES.filter((scope) => !MANAGEMENT.has(scope))
