import type { ComponentType } from 'react'
import type { ApiKey, ApiKeyChange } from './api-types.ts'
import type { ScopeCatalogue } from './scope-words.ts'

/** What every key has, a workspace's or the platform's. */
export type AnyKey<Scope extends string> = Pick<
  ApiKey,
  | 'id'
  | 'name'
  | 'public_key'
  | 'algorithm'
  | 'status'
  | 'enabled'
  | 'ip_allowlist'
  | 'rate_limit_per_minute'
  | 'expires_at'
  | 'last_used_at'
  | 'secret_version'
  | 'previous_secret_expires_at'
> & { scopes: Scope[] }

/** A workspace's key of which something is about to end. */
export type EndingKey = Pick<ApiKey, 'id' | 'algorithm' | 'secret_version' | 'previous_secret_expires_at'> & {
  mode?: ApiKey['mode']
}

export type KeyChange<Scope extends string> = Omit<ApiKeyChange, 'scopes'> & { scopes?: Scope[] | undefined }
export type Rotation = { overlapSeconds: number; ed25519PublicKey?: string | undefined }

/** What can be done to keys of one kind, for the dialogs that all kinds share. */
export type KeyDeeds<Scope extends string> = {
  /** The first part of the query keys under which such keys are remembered. */
  queryKey: string
  scopes: ScopeCatalogue<Scope>
  edit(id: string, change: KeyChange<Scope>): Promise<unknown>
  rotate(id: string, rotation: Rotation): Promise<{ secret_key: string | null }>
  remove(id: string): Promise<unknown>
  /** What a deleted key leaves behind, in a sentence. */
  leaves: string
  /** Who and what stops when the key or its present secret ends, where that is known. */
  WhatBreaks?: ComponentType<{ apiKey: EndingKey; ends: 'key' | 'secret' }>
}
