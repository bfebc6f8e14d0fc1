// The shapes that the dashboard reads, as DESIGN §4 names them. openapi.json is their source.
import type { Mode } from './api.ts'

export type CurrencyType = 'fiat' | 'crypto'
export type Role = 'viewer' | 'developer' | 'admin' | 'owner'
export type KeyStatus = 'active' | 'expiring' | 'expired' | 'disabled' | 'revoked'

export type Problem = {
  type: string
  title: string
  status: number
  code: string
  detail?: string
  request_id?: string
  errors?: { pointer: string; message: string }[]
  likely_cause?: string
  server_time?: string
  skew_seconds?: number
  signature_base?: string
}

export type List<Item> = { data: Item[]; next_cursor: string | null }

export type Me = {
  kind: 'member'
  mode: Mode
  workspace: { id: string; name: string }
  user: { id: string; name: string; email: string; email_verified: boolean; two_factor_enabled: boolean }
  role: Role
  is_operator: boolean
  server_time: string
}

export type ApiKey = {
  id: string
  name: string
  public_key: string
  mode: Mode
  currency_type: CurrencyType
  algorithm: 'hmac-sha256' | 'ed25519'
  status: KeyStatus
  enabled: boolean
  expires_at: string | null
  created_at: string
  created_by: { kind: 'member' | 'key'; id: string; name: string }
  last_used_at: string | null
  last_used_ip: string | null
  secret_version: number
  rotated_at: string | null
  previous_secret_expires_at: string | null
  revoked_at: string | null
}

export type ApiKeyWithSecret = ApiKey & { secret_key: string | null }

export type TransactionLog = {
  id: string
  api_key_id: string
  mode: Mode
  method: string
  path: string
  status: number
  code: string | null
  duration_ms: number
  ip: string | null
  created_at: string
}

/** A body as the log keeps it: at most 16 KiB, redacted; what is not JSON is kept as length and digest only. */
export type LoggedBody = { text: string | null; bytes: number; truncated: boolean; digest: string | null }
export type LoggedMessage = { headers: [string, string][]; body: LoggedBody | null }

export type TransactionLogDetail = TransactionLog & {
  query: string | null
  user_agent: string | null
  secret_version: number | null
  idempotency_key: string | null
  request: LoggedMessage
  response: LoggedMessage
}

export type MailSummary = { id: string; to: string; subject: string; created_at: string }
export type MailMessage = MailSummary & { text: string | null }

export type Workspace = { id: string; name: string; production_enabled: CurrencyType[] }

export type ActivationChecklist = {
  currency_type: CurrencyType
  production_open: boolean
  self_approved: boolean
  items: { code: string; title: string; done: boolean; detail: string }[]
}
