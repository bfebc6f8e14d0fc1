export const AUDIT_LOG = '/v1/audit-log'
export const AUDIT_FILTER_NAMES = [
  'action',
  'actor_id',
  'target_id',
  'created_after',
  'created_before',
] as const

/** The deeds that people look for. An address with any other action filters by that one just as well. */
export const AUDIT_ACTIONS: readonly string[] = [
  'activation.approved',
  'activation.requested',
  'api_key.created',
  'api_key.revoked',
  'api_key.rotated',
  'api_key.rotation_rolled_back',
  'api_key.updated',
  'invitation.canceled',
  'invitation.created',
  'invitation.renewed',
  'member.joined',
  'member.left',
  'member.removed',
  'member.role_changed',
  'session.others_revoked',
  'session.revoked',
  'user.password_changed',
  'user.two_factor_disabled',
  'user.two_factor_enabled',
  'webhook_endpoint.created',
  'webhook_endpoint.deleted',
  'webhook_endpoint.secret_rotated',
  'webhook_endpoint.updated',
  'workspace.created',
  'workspace.updated',
]
