import { Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { ApiKey, Scope } from '../api-types.ts'
import { rangesOf } from '../ip-ranges.ts'
import { endOfDay, localDay } from '../key-words.ts'
import { KEY_SCOPES } from '../scope-words.ts'
import { DryRunResult } from './dry-run-result.tsx'
import { InPlaceForm } from './edit-in-place.tsx'
import { ExpiryField } from './expiry-field.tsx'
import { AddressesField, RateLimitField } from './key-limits.tsx'
import { ScopePicker } from './scope-picker.tsx'

type EditorProps = { apiKey: ApiKey; onClose: () => void }

const TYPING_MS = 500

export function NameEditor({ apiKey, onClose }: EditorProps) {
  const [name, setName] = useState(apiKey.name)
  const trimmed = name.trim()
  return (
    <InPlaceForm
      apiKey={apiKey}
      label="Name"
      change={trimmed === '' ? undefined : { name: trimmed }}
      onClose={onClose}
    >
      {() => (
        <TextInput
          label="Name"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
    </InPlaceForm>
  )
}

export function EnabledEditor({ apiKey, onClose }: EditorProps) {
  const [enabled, setEnabled] = useState(apiKey.enabled)
  return (
    <InPlaceForm apiKey={apiKey} label="Requests" change={{ enabled }} onClose={onClose}>
      {() => (
        <>
          <Switch
            label="Enabled"
            description={
              enabled
                ? 'Requests signed with this key are accepted.'
                : 'Requests are refused with key-disabled until you switch it on.'
            }
            checked={enabled}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
          {!enabled && apiKey.enabled && <DryRunResult apiKey={apiKey} limits={{ enabled: false }} />}
        </>
      )}
    </InPlaceForm>
  )
}

export function ScopesEditor({ apiKey, onClose }: EditorProps) {
  const [scopes, setScopes] = useState<Scope[]>(apiKey.scopes)
  const isNarrower = apiKey.scopes.some((scope) => !scopes.includes(scope))
  return (
    <InPlaceForm apiKey={apiKey} label="Scopes" change={{ scopes }} onClose={onClose}>
      {() => (
        <>
          <ScopePicker catalogue={KEY_SCOPES} chosen={scopes} onChange={setScopes} />
          {isNarrower && <DryRunResult apiKey={apiKey} limits={{ scopes }} />}
        </>
      )}
    </InPlaceForm>
  )
}

export function AddressesEditor({ apiKey, onClose }: EditorProps) {
  const [text, setText] = useState(apiKey.ip_allowlist.join('\n'))
  const ranges = rangesOf(text)
  const [tried] = useDebouncedValue(text, TYPING_MS)
  const limits = { ip_allowlist: rangesOf(tried) }
  return (
    <InPlaceForm
      apiKey={apiKey}
      label="IP allowlist"
      change={{ ip_allowlist: ranges }}
      onClose={onClose}
      shown={['ip_allowlist']}
    >
      {(error) => (
        <>
          <AddressesField text={text} onChange={setText} error={error} />
          {limits.ip_allowlist.length > 0 && <DryRunResult apiKey={apiKey} limits={limits} />}
        </>
      )}
    </InPlaceForm>
  )
}

export function RateLimitEditor({ apiKey, onClose }: EditorProps) {
  const [perMinute, setPerMinute] = useState<number | undefined>(apiKey.rate_limit_per_minute)
  return (
    <InPlaceForm
      apiKey={apiKey}
      label="Rate limit"
      change={perMinute === undefined ? undefined : { rate_limit_per_minute: perMinute }}
      onClose={onClose}
    >
      {() => <RateLimitField perMinute={perMinute} onChange={setPerMinute} />}
    </InPlaceForm>
  )
}

export function ExpiryEditor({ apiKey, onClose }: EditorProps) {
  const before = apiKey.expires_at ? localDay(new Date(apiKey.expires_at)) : null
  const [day, setDay] = useState(before)
  // A day that was not touched keeps its own time of day.
  const expiresAt = day === before ? apiKey.expires_at : day === null ? null : endOfDay(day)
  return (
    <InPlaceForm
      apiKey={apiKey}
      label="Expiry"
      change={day === '' ? undefined : { expires_at: expiresAt }}
      onClose={onClose}
    >
      {() => <ExpiryField day={day} onChange={setDay} />}
    </InPlaceForm>
  )
}
