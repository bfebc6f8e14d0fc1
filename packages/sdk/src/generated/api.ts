// Stands in for what generate.mjs writes from openapi.json, in the same form.

export interface paths {
  '/v1/me': { get: { responses: { 200: Json<components['schemas']['Me']> } } }
  '/v1/currencies': { get: { responses: { 200: Json<{ data: components['schemas']['Currency'][] }> } } }
  '/v1/api-keys': {
    get: {
      parameters: { query?: PageQuery & { mode?: Mode; currency_type?: CurrencyType; status?: string } }
      responses: { 200: Json<Page<components['schemas']['ApiKey']>> }
    }
    post: {
      requestBody: Json<components['schemas']['CreateApiKey']>
      responses: { 201: Json<components['schemas']['CreatedApiKey']> }
    }
  }
  '/v1/api-keys/{id}': {
    get: { responses: { 200: Json<components['schemas']['ApiKey']> } }
    patch: {
      requestBody: Json<components['schemas']['UpdateApiKey']>
      responses: { 200: Json<components['schemas']['ApiKey']> }
    }
    delete: { responses: { 204: object } }
  }
  '/v1/api-keys/{id}/rotate': {
    post: {
      requestBody: Json<{ overlap_seconds: number }>
      responses: { 200: Json<components['schemas']['CreatedApiKey']> }
    }
  }
  '/v1/transaction-logs': {
    get: {
      parameters: {
        query?: PageQuery & {
          api_key_id?: string
          method?: string
          path?: string
          status?: string
          code?: string
        }
      }
      responses: { 200: Json<Page<components['schemas']['TransactionLog']>> }
    }
  }
  '/v1/transaction-logs/{id}': { get: { responses: { 200: Json<components['schemas']['TransactionLog']> } } }
}

type Json<Body> = { content: { 'application/json': Body } }
type Page<Row> = { data: Row[]; next_cursor: string | null }
type PageQuery = { limit?: number; cursor?: string; created_after?: string; created_before?: string }
type Mode = 'test' | 'production'
type CurrencyType = 'fiat' | 'crypto'

export interface components {
  schemas: {
    Me: {
      kind: 'key'
      mode: Mode
      currency_type: CurrencyType
      scopes: string[]
      expires_at: string | null
      server_time: string
    }
    Currency: { currency: string; type: CurrencyType; decimals: number }
    ApiKey: {
      id: string
      name: string
      public_key: string
      mode: Mode
      currency_type: CurrencyType
      algorithm: 'hmac-sha256' | 'ed25519'
      status: 'active' | 'expiring' | 'expired' | 'disabled' | 'revoked'
      expires_at: string | null
      created_at: string
    }
    CreateApiKey: {
      name?: string
      mode: Mode
      currency_type: CurrencyType
      expires_at: string | null
      algorithm?: 'hmac-sha256' | 'ed25519'
      ed25519_public_key?: string
      scopes?: string[]
      ip_allowlist?: string[]
    }
    CreatedApiKey: components['schemas']['ApiKey'] & { secret_key: string | null }
    UpdateApiKey: {
      name?: string
      expires_at?: string | null
      enabled?: boolean
      scopes?: string[]
      ip_allowlist?: string[]
      rate_limit_per_minute?: number
    }
    TransactionLog: {
      id: string
      api_key_id: string
      mode: Mode
      method: string
      path: string
      status: number
      code: string | null
      duration_ms: number
      ip: string
      created_at: string
    }
  }
}
