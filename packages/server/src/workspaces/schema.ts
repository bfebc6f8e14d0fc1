import { z } from 'zod'
import { pageQuery } from '../http/pagination.ts'
import { storable } from '../http/storable-text.ts'
import { emailInput, invitationToken as token } from '../sessions/auth-paths.ts'
import { ROLES } from '../sessions/principal.ts'

const timestamp = z.string().meta({ description: 'RFC 3339, UTC', example: '2025-11-23T12:00:00.000Z' })
const currencyType = z.enum(['fiat', 'crypto'])
const role = z.enum(ROLES).meta({ description: 'From least to most: viewer, developer, admin, owner.' })
const optionalText = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .nullable()
    .transform((text) => text || null)

export const workspace = z
  .object({
    id: z.string().meta({ example: 'wks_01kasp8zqz0000e5m0g2vkqx8t' }),
    name: z.string(),
    legal_name: z.string().nullable(),
    country: z.string().nullable().meta({ description: 'ISO 3166-1 alpha-2', example: 'NL' }),
    website: z.string().nullable(),
    contact_email: z.string().nullable(),
    description: z.string().nullable(),
    production_enabled: z
      .array(currencyType)
      .meta({ description: 'The currency types for which Production Mode is open.' }),
    created_at: timestamp,
  })
  .meta({ id: 'Workspace' })

export const workspacePatch = z
  .object({
    name: z.string().trim().min(1, 'must not be empty').max(100),
    legal_name: optionalText(200),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1), such as NL')
      .nullable(),
    website: z
      .url({ protocol: /^https?$/, error: 'must be a web address such as https://example.com' })
      .max(300)
      .nullable(),
    contact_email: z.email('must be an e-mail address').max(254).nullable(),
    description: optionalText(1000),
  })
  .partial()
  .meta({ id: 'WorkspacePatch' })

export const switchInput = z.object({ workspace_id: z.string().max(64) })
export const switchResult = z.object({ id: z.string(), name: z.string(), role })

export const member = z
  .object({
    id: z.string().meta({ example: 'mem_01kasp8zqz0000e5m0g2vkqx8t' }),
    user_id: z.string(),
    name: z.string(),
    email: z.string(),
    role,
    two_factor_enabled: z.boolean(),
    is_you: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Member' })
export const roleRights = z
  .object({
    role,
    may: z.array(z.string()).meta({ description: 'In words, beside all that the roles before it may do.' }),
  })
  .meta({ id: 'RoleRights' })
export const roleList = z.object({ data: z.array(roleRights), next_cursor: z.null() })
export const memberPatch = z.object({ role })

const invitedBy = z.object({ name: z.string(), email: z.string() })
export const invitation = z
  .object({
    id: z.string().meta({ example: 'inv_01kasp8zqz0000e5m0g2vkqx8t' }),
    email: z.string(),
    role,
    status: z.enum(['pending', 'expired']),
    invited_by: invitedBy,
    created_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: 'Invitation' })
export const invitationWithToken = invitation
  .extend({
    invitation_token: z.string().meta({
      description:
        'Shown this once, and kept only as a digest. The link to send is `/accept-invitation?token=` and this.',
    }),
  })
  .meta({ id: 'InvitationWithToken' })
const sendMail = z
  .boolean()
  .default(true)
  .meta({ description: 'Mail the link to the address; with `false` you send it yourself.' })
export const invitationInput = z
  .object({ email: emailInput, role, send_mail: sendMail })
  .meta({ id: 'CreateInvitation' })
export const resendInput = z.object({ send_mail: sendMail })
export const invitationToken = z.object({ invitation_token: token })
export const invitationLook = z
  .object({
    workspace: z.object({ name: z.string() }),
    email: z.string(),
    role,
    invited_by: invitedBy,
    expires_at: timestamp,
  })
  .meta({ id: 'InvitationLook' })

export const idParams = z.object({ id: z.string().max(64) })

export const approvalStatus = z
  .enum(['none', 'requested', 'approved', 'self-approved', 'refused', 'revoked'])
  .meta({ description: '`self-approved`: by an operator who is a member of the workspace.' })

const approval = z.object({
  status: approvalStatus,
  requested_at: timestamp.nullable(),
  decided_at: timestamp.nullable(),
  reason: z.string().nullable(),
})

export const checklist = z
  .object({
    currency_type: currencyType,
    production_open: z.boolean(),
    self_approved: z.boolean(),
    approval,
    deposit_instructions: z
      .string()
      .nullable()
      .meta({ description: 'Where to send deposits, once Production Mode is open.' }),
    items: z.array(
      z.object({
        code: z.string(),
        title: z.string(),
        done: z.boolean(),
        detail: z.string().meta({ description: 'What to do while it is not done.' }),
      }),
    ),
  })
  .meta({ id: 'ActivationChecklist' })
export const checklists = z.object({ data: z.array(checklist), next_cursor: z.null() })
export const activationParams = z.object({ currency_type: currencyType })

export const operatorActivationParams = activationParams.extend({ workspace_id: z.string().max(64) })
const decisionReason = z
  .string({ error: 'is required' })
  .trim()
  .min(1, 'must not be empty')
  .max(500)
  .refine(storable, 'must not hold NUL or half a surrogate pair')

export const decisionInput = z
  .object({
    reason: z
      .string()
      .trim()
      .max(500)
      .refine(storable, 'must not hold NUL or half a surrogate pair')
      .nullish()
      .transform((text) => text || null)
      .meta({ description: 'The workspace reads it on its Activation page and in its audit log.' }),
  })
  .meta({ id: 'ActivationDecision' })
/** Refusing and taking back: the workspace has to know why. */
export const refusalInput = z
  .object({
    reason: decisionReason.meta({ description: 'The workspace reads it, and so do its owners by mail.' }),
  })
  .meta({ id: 'ActivationRefusal' })
export const suspensionInput = z
  .object({ reason: decisionReason.meta({ description: 'Members read it, and owners get it by mail.' }) })
  .meta({ id: 'SuspensionInput' })
export const operatorActivation = checklist
  .extend({ workspace: z.object({ id: z.string(), name: z.string() }) })
  .meta({ id: 'OperatorActivation' })
export const operatorActivationQuery = pageQuery.pick({ limit: true, cursor: true }).extend({
  status: approvalStatus
    .exclude(['none'])
    .or(z.literal('all'))
    .default('requested')
    .meta({ description: 'The queue is `requested`.' }),
  workspace_id: z.string().max(64).optional(),
})
export const operatorWorkspace = z
  .object({
    id: z.string(),
    name: z.string(),
    legal_name: z.string().nullable(),
    owners: z.array(z.string()).meta({ description: 'Their e-mail addresses.' }),
    member_count: z.int(),
    activations: z.object({ fiat: approvalStatus, crypto: approvalStatus }),
    suspended: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'OperatorWorkspace' })

const mode = z.enum(['test', 'production'])
const money = z.string().meta({ example: '10.00' })
export const operatorWorkspaceDetail = z
  .object({
    id: z.string(),
    name: z.string(),
    legal_name: z.string().nullable(),
    country: z.string().nullable(),
    website: z.string().nullable(),
    contact_email: z.string().nullable(),
    description: z.string().nullable(),
    created_at: timestamp,
    suspension: z
      .object({
        reason: z.string(),
        suspended_at: timestamp,
        suspended_by: z.object({ id: z.string(), email: z.string() }),
      })
      .nullable(),
    members: z
      .array(
        z.object({
          user_id: z.string(),
          name: z.string(),
          email: z.string(),
          role,
          two_factor_enabled: z.boolean(),
          created_at: timestamp,
        }),
      )
      .meta({ description: 'The newest 50.' }),
    keys: z.array(
      z.object({
        mode,
        active: z.int(),
        total: z.int().meta({ description: 'Deleted ones are not counted.' }),
        last_used_at: timestamp.nullable(),
      }),
    ),
    webhook_endpoints: z.array(
      z.object({
        mode,
        total: z.int(),
        enabled: z.int(),
        failing: z.int(),
        waiting: z.int().meta({ description: 'Deliveries still to go out; up to 10 000 an endpoint.' }),
      }),
    ),
    volume_days: z.int(),
    volumes: z
      .array(z.object({ mode, currency: z.string(), type: z.string(), count: z.int(), sum: money }))
      .meta({ description: 'What completed in the last `volume_days`.' }),
    balances: z.array(z.object({ mode, currency: z.string(), posted: money, held: money })),
    activations: z.array(checklist),
  })
  .meta({ id: 'OperatorWorkspaceDetail' })
export const operatorWorkspaceQuery = pageQuery.pick({ limit: true, cursor: true }).extend({
  search: z
    .string()
    .trim()
    .max(100)
    .optional()
    .meta({ description: "Part of the name, of an owner's address, or the whole id." }),
  suspended: z.enum(['true', 'false']).optional(),
})

const filters = {
  action: z.string().max(100).optional(),
  actor_id: z.string().max(64).optional(),
  target_id: z.string().max(64).optional(),
}
export const auditQuery = pageQuery.extend(filters)
export const operatorAuditQuery = auditQuery.extend({ workspace_id: z.string().max(64).optional() })
export const auditExportQuery = pageQuery
  .pick({ created_after: true, created_before: true })
  .extend({ ...filters, format: z.enum(['csv', 'ndjson']).default('ndjson') })

const changes = z.record(z.string(), z.unknown()).nullable()
export const auditEntry = z
  .object({
    id: z.string().meta({ example: 'aud_01kasp8zqz0000e5m0g2vkqx8t' }),
    actor: z.object({
      kind: z.enum(['member', 'key', 'operator', 'system']),
      id: z.string().nullable(),
      label: z.string(),
    }),
    action: z.string().meta({ example: 'member.role_changed' }),
    target: z.object({ kind: z.string(), id: z.string() }),
    before: changes,
    after: changes,
    mode: z.enum(['test', 'production']).nullable(),
    ip: z.string().nullable(),
    request_id: z.string().nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'AuditEntry' })
export const operatorAuditEntry = auditEntry
  .extend({ workspace_id: z.string().nullable().meta({ description: 'Null: it concerns the platform.' }) })
  .meta({ id: 'OperatorAuditEntry' })
