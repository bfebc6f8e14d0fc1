/**
 * The workspace of the platform's own books, which nobody can sign in to: money that came and that nobody could be
 * given yet lies there, on accounts with the role `unmatched`. No workspace has this id (they are `wks_…`).
 */
export const PLATFORM_BOOKS = 'platform'

/** Whose audit log an entry belongs to; null for the platform alone. */
export const workspaceInAudit = (workspaceId: string) => (workspaceId === PLATFORM_BOOKS ? null : workspaceId)
