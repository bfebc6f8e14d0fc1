import { ProblemError } from '../api.ts'
import type { Algorithm, Scope } from '../api-types.ts'
import type { PairSource } from '../key-pair.ts'
import { RATE_LIMIT_DEFAULT } from '../key-words.ts'
import { KEY_SCOPES, SERVICE_SCOPES } from '../scope-words.ts'
import { Disclosure } from './disclosure.tsx'
import { AddressesField, RateLimitField } from './key-limits.tsx'
import { ScopePicker } from './scope-picker.tsx'
import { AlgorithmField, PairField } from './signing-field.tsx'

export type AdvancedChoices = {
  algorithm: Algorithm
  source: PairSource
  scopes: readonly Scope[]
  /** One range a line, as typed. */
  addresses: string
  rateLimit: number | undefined
}

/** What a key is when nobody opens this part. */
export const DEFAULT_ADVANCED: AdvancedChoices = {
  algorithm: 'hmac-sha256',
  source: { from: 'browser' },
  scopes: SERVICE_SCOPES,
  addresses: '',
  rateLimit: RATE_LIMIT_DEFAULT,
}

/** The fields that show what the API says about them. */
export const ADVANCED_FIELDS = ['ip_allowlist', 'ed25519_public_key']

/** Whether a refusal is about something in this part, which must then be open. */
export function isAdvancedError(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    (error.problem.errors ?? []).some(({ pointer }) => ADVANCED_FIELDS.includes(pointer.split('/')[1] ?? ''))
  )
}

type AdvancedKeyFieldsProps = {
  choices: AdvancedChoices
  onChange: (choices: AdvancedChoices) => void
  open: boolean
  onToggle: (open: boolean) => void
  error: unknown
}

/** Scopes, addresses, rate limit and signing algorithm: out of the way of the flow, closed by default. */
export function AdvancedKeyFields({ choices, onChange, open, onToggle, error }: AdvancedKeyFieldsProps) {
  const set = (change: Partial<AdvancedChoices>) => onChange({ ...choices, ...change })
  return (
    <Disclosure
      title="Advanced"
      hint="Signing algorithm, scopes, IP allowlist, rate limit"
      open={open}
      onToggle={onToggle}
    >
      <AlgorithmField algorithm={choices.algorithm} onChange={(algorithm) => set({ algorithm })} />
      {choices.algorithm === 'ed25519' && (
        <PairField source={choices.source} onChange={(source) => set({ source })} error={error} />
      )}
      <ScopePicker catalogue={KEY_SCOPES} chosen={choices.scopes} onChange={(scopes) => set({ scopes })} />
      <AddressesField text={choices.addresses} onChange={(addresses) => set({ addresses })} error={error} />
      <RateLimitField perMinute={choices.rateLimit} onChange={(rateLimit) => set({ rateLimit })} />
    </Disclosure>
  )
}
