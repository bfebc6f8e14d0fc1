/**
 * What Better Auth calls its models and columns in our database: people are `users`, its organisations are
 * our `workspaces`, everything in snake_case. `accounts` belongs to the ledger, so its credential rows are
 * `user_credentials`. Migration 0001 was compiled from exactly these names.
 */

const times = { createdAt: 'created_at', updatedAt: 'updated_at' }

export const userTable = {
  modelName: 'users',
  fields: { emailVerified: 'email_verified', ...times },
  additionalFields: {
    // Asked for at sign-up and kept, so that a workspace made later (a crash in between) has the right name.
    workspace_name: { type: 'string', required: false, returned: false, fieldName: 'workspace_name' },
    is_operator: {
      type: 'boolean',
      required: true,
      defaultValue: false,
      input: false,
      fieldName: 'is_operator',
    },
  },
} as const

export const sessionTable = {
  modelName: 'sessions',
  fields: {
    userId: 'user_id',
    expiresAt: 'expires_at',
    ipAddress: 'ip_address',
    userAgent: 'user_agent',
    ...times,
  },
} as const

export const credentialTable = {
  modelName: 'user_credentials',
  fields: {
    userId: 'user_id',
    accountId: 'account_id',
    providerId: 'provider_id',
    accessToken: 'access_token',
    refreshToken: 'refresh_token',
    idToken: 'id_token',
    accessTokenExpiresAt: 'access_token_expires_at',
    refreshTokenExpiresAt: 'refresh_token_expires_at',
    ...times,
  },
} as const

export const verificationTable = {
  modelName: 'user_verifications',
  fields: { expiresAt: 'expires_at', ...times },
} as const

export const organizationTables = {
  session: { fields: { activeOrganizationId: 'active_workspace_id' } },
  organization: { modelName: 'workspaces', fields: { createdAt: 'created_at' } },
  member: {
    modelName: 'members',
    fields: { organizationId: 'workspace_id', userId: 'user_id', createdAt: 'created_at' },
  },
  invitation: {
    modelName: 'invitations',
    fields: {
      organizationId: 'workspace_id',
      inviterId: 'inviter_id',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
    },
  },
} as const

export const twoFactorTables = {
  user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
  twoFactor: {
    modelName: 'user_second_factors',
    fields: {
      userId: 'user_id',
      backupCodes: 'backup_codes',
      failedVerificationCount: 'failed_verification_count',
      lockedUntil: 'locked_until',
    },
  },
} as const
