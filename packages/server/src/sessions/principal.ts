/**
 * Who is asking, in which mode. Every `/v1` route sees exactly one of these two
 * as `request.principal`: a key that signed the request, or a member behind a
 * dashboard session. Rooms decide on this type and never on cookies or headers.
 */

export type Mode = 'test' | 'production'
export type CurrencyType = 'fiat' | 'crypto'

/** A member's role in a workspace, from least to most. */
export const ROLES = ['viewer', 'developer', 'admin', 'owner'] as const
export type Role = (typeof ROLES)[number]

export type KeyPrincipal = {
  kind: 'key'
  workspaceId: string
  mode: Mode
  currencyType: CurrencyType
  keyId: string
  publicKey: string
  secretVersion: number
  scopes: ReadonlySet<string>
}

export type MemberPrincipal = {
  kind: 'member'
  workspaceId: string
  mode: Mode
  userId: string
  email: string
  name: string
  role: Role
  isOperator: boolean
  /** Operators have stopped the workspace. */
  isSuspended: boolean
  sessionId: string
}

/** A key of the platform itself. It belongs to no workspace, so it is never a `Principal`. */
export type OperatorKeyPrincipal = {
  keyId: string
  publicKey: string
  secretVersion: number
  scopes: ReadonlySet<string>
}

export type Principal = KeyPrincipal | MemberPrincipal

/** True when `role` may do what `needed` may do. */
export function roleReaches(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}
