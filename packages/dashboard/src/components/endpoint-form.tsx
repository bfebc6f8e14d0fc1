import { Button, Select, Switch, Textarea, TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { CurrencyType, WebhookEndpoint } from '../api-types.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import type { EndpointSettings } from '../webhooks.ts'
import { Choice } from './choice.tsx'
import { Disclosure } from './disclosure.tsx'
import { EventTypePicker } from './event-type-picker.tsx'
import { HeaderFields, readHeaders, type HeaderRow } from './header-fields.tsx'
import { FormError } from './states.tsx'

const EITHER = 'either'
const CURRENCY_OPTIONS = [
  { value: EITHER, label: 'Fiat and Crypto' },
  { value: 'fiat', label: `${CURRENCY_TYPE_NAMES.fiat} only` },
  { value: 'crypto', label: `${CURRENCY_TYPE_NAMES.crypto} only` },
]

const ORDER_OPTIONS = [
  {
    value: 'none' as const,
    name: 'As they happen',
    explain: 'Each event goes out at once. One that is tried again can arrive after a younger one.',
  },
  {
    value: 'object' as const,
    name: 'In order per object',
    explain:
      'The events of one transaction or account arrive one after the other. One that fails holds back those behind it, and no others.',
  },
]

type EndpointFormProps = {
  /** What is edited; absent for a new one. */
  endpoint?: WebhookEndpoint
  save: UseMutationResult<WebhookEndpoint, Error, EndpointSettings>
  cancel: ReactNode
}

/** Endpoint URL, event types, Save; what most people leave alone is folded away. */
export function EndpointForm({ endpoint, save, cancel }: EndpointFormProps) {
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [eventTypes, setEventTypes] = useState(endpoint?.event_types ?? ['*'])
  const [description, setDescription] = useState(endpoint?.description ?? '')
  const [currencyType, setCurrencyType] = useState<CurrencyType | null>(endpoint?.currency_type ?? null)
  const [schemes, setSchemes] = useState<WebhookEndpoint['signature_schemes']>(
    endpoint?.signature_schemes ?? ['v1'],
  )
  const [payload, setPayload] = useState<WebhookEndpoint['payload']>(endpoint?.payload ?? 'full')
  const [ordering, setOrdering] = useState<WebhookEndpoint['ordering']>(endpoint?.ordering ?? 'none')
  const [isOpen, setOpen] = useState(false)
  // Undefined: the headers stay as they are.
  const [headers, setHeaders] = useState<HeaderRow[] | undefined>(endpoint ? undefined : [])
  return (
    <form
      className="stack-wide"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({
          url: url.trim(),
          event_types: eventTypes,
          description: description.trim() || null,
          currency_type: currencyType,
          signature_schemes: schemes,
          payload,
          ordering,
          ...(headers && { headers: readHeaders(headers) }),
        })
      }}
    >
      <TextInput
        label="Endpoint URL"
        description="Where Countersign sends each event by POST. It must answer with 2xx within 15 seconds."
        placeholder="https://example.com/webhooks"
        type="url"
        inputMode="url"
        required
        maxLength={2048}
        data-autofocus
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <EventTypePicker chosen={eventTypes} onChange={setEventTypes} />
      <Disclosure
        title="Advanced"
        hint="Currency Type, description, order, thin payload, Ed25519, headers"
        open={isOpen}
        onToggle={setOpen}
      >
        <Select
          label="Currency Type"
          data={CURRENCY_OPTIONS}
          value={currencyType ?? EITHER}
          onChange={(value) => setCurrencyType(value === 'fiat' || value === 'crypto' ? value : null)}
        />
        <Textarea
          label="Description"
          maxLength={500}
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Choice
          legend="Order"
          name="ordering"
          value={ordering}
          onChange={setOrdering}
          options={ORDER_OPTIONS}
        />
        <Switch
          label="Thin payload"
          description="Each webhook carries the object's id instead of its contents. Fetch what you need with an API key."
          checked={payload === 'thin'}
          onChange={(event) => setPayload(event.currentTarget.checked ? 'thin' : 'full')}
        />
        <Switch
          label="Sign with Ed25519 as well (v1a)"
          description="Each webhook then carries a second signature, made with the platform's own key. A receiver verifies it with the public key and needs no secret."
          checked={schemes.includes('v1a')}
          onChange={(event) => setSchemes(event.currentTarget.checked ? ['v1', 'v1a'] : ['v1'])}
        />
        <HeaderFields rows={headers} names={endpoint?.header_names ?? []} onChange={setHeaders} />
      </Disclosure>
      <FormError error={save.error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        {cancel}
        <Button type="submit" loading={save.isPending} disabled={eventTypes.length === 0}>
          Save
        </Button>
      </div>
    </form>
  )
}
