import type { Role } from '../sessions/principal.ts'

/** One thing that a role may do, in words for people, and the access of the routes that do it. */
export type RoleRight = { role: Role; says: string; allows: readonly string[] }

/**
 * What each role may do beyond the role before it. Each route declares its own access, which the doors enforce;
 * `role-rights.test.ts` holds this table and the routes equal, both ways.
 */
export const ROLE_RIGHTS: readonly RoleRight[] = [
  {
    role: 'viewer',
    says: 'See API Keys without their secrets, logs, money, webhooks and members',
    allows: [
      'api-keys:read',
      'transaction-logs:read',
      'transactions:read',
      'accounts:read',
      'balances:read',
      'reports:read',
      'webhook-endpoints:read',
      'webhook-logs:read',
      'events:read',
      'workspace:read',
      'members:read',
      'activation:read',
    ],
  },
  {
    role: 'viewer',
    says: 'Leave the workspace, end their own sessions, ask why a signature fails',
    allows: ['members:write', 'sessions:read', 'sessions:write', 'test:write'],
  },
  {
    role: 'developer',
    says: 'Create, change, rotate and delete API Keys, and log in command lines',
    allows: ['api-keys:write', 'api-keys:read'],
  },
  {
    role: 'developer',
    says: 'Add, change and delete webhooks, and send deliveries again',
    allows: ['webhook-endpoints:write', 'webhook-logs:write'],
  },
  {
    role: 'developer',
    says: 'Create accounts and transactions, and steer Test Mode',
    allows: ['accounts:write', 'transactions:write', 'test:write'],
  },
  {
    role: 'admin',
    says: 'Invite people, give roles and remove members, but no owners',
    allows: ['members:write', 'members:read'],
  },
  {
    role: 'admin',
    says: 'Change the workspace, ask for Production Mode, reset test data',
    allows: ['workspace:write', 'activation:write', 'test:write'],
  },
  { role: 'admin', says: 'Read and export the audit log', allows: ['audit-log:read'] },
  { role: 'owner', says: 'Make and remove owners, hand the workspace over', allows: ['members:write'] },
]
