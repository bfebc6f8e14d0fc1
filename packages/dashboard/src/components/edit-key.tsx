import { Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rangesOf } from '../ip-ranges.ts'
import { endOfDay, localDay } from '../key-words.ts'
import { isAdvancedError } from './advanced-key-fields.tsx'
import { Disclosure } from './disclosure.tsx'
import { ExpiryField } from './expiry-field.tsx'
import { FormDialog } from './form-dialog.tsx'
import type { KeyDialogProps } from './key-dialog.tsx'
import { AddressesField, RateLimitField } from './key-limits.tsx'
import { ScopePicker } from './scope-picker.tsx'

/** Name, expiry, enabled, and what the key may do from where and how often. What a key is never changes. */
export function EditKey<Scope extends string>({ apiKey, deeds, onClose }: KeyDialogProps<Scope>) {
  const queryClient = useQueryClient()
  // The key may change under the open form; what nobody touches here is not sent, so that it cannot undo that.
  const [opened] = useState(apiKey)
  const before = opened.expires_at ? localDay(new Date(opened.expires_at)) : null
  const [name, setName] = useState(apiKey.name)
  const [expiresOn, setExpiresOn] = useState<string | null>(before)
  const [enabled, setEnabled] = useState(apiKey.enabled)
  const [scopes, setScopes] = useState<Scope[]>()
  const [addresses, setAddresses] = useState<string>()
  const [rateLimit, setRateLimit] = useState<number | undefined>(apiKey.rate_limit_per_minute)
  const [limitsOpen, setLimitsOpen] = useState(false)
  const shownAddresses = addresses ?? apiKey.ip_allowlist.join('\n')
  const edit = useMutation({
    mutationFn: () =>
      deeds.edit(apiKey.id, {
        name: name.trim() === opened.name ? undefined : name.trim(),
        enabled: enabled === opened.enabled ? undefined : enabled,
        // An expiry that was not touched keeps its own time of day.
        ...(expiresOn === before ? {} : { expires_at: expiresOn === null ? null : endOfDay(expiresOn) }),
        scopes,
        ip_allowlist: addresses === undefined ? undefined : rangesOf(addresses),
        rate_limit_per_minute: rateLimit === opened.rate_limit_per_minute ? undefined : rateLimit,
      }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [deeds.queryKey] })
      notifications.show({ message: `${name.trim()} saved.` })
      onClose()
    },
    onError: (error) => {
      if (isAdvancedError(error)) setLimitsOpen(true)
    },
  })
  return (
    <FormDialog
      title={`Edit ${apiKey.name}`}
      deed="Save"
      size="lg"
      isDisabled={expiresOn === ''}
      shown={['ip_allowlist']}
      action={edit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <ExpiryField day={expiresOn} onChange={setExpiresOn} />
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
      <Disclosure
        title="Limits"
        hint="Scopes, IP allowlist, rate limit"
        open={limitsOpen}
        onToggle={setLimitsOpen}
      >
        <ScopePicker catalogue={deeds.scopes} chosen={scopes ?? apiKey.scopes} onChange={setScopes} />
        <AddressesField text={shownAddresses} onChange={setAddresses} error={edit.error} />
        <RateLimitField perMinute={rateLimit} onChange={setRateLimit} />
      </Disclosure>
    </FormDialog>
  )
}
