import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Mode } from '../api.ts'
import type { ApiKeyWithSecret, CurrencyType } from '../api-types.ts'
import { Choice } from '../components/choice.tsx'
import { ExpiryField } from '../components/expiry-field.tsx'
import { KeyCreated } from '../components/key-created.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { endOfDay } from '../key-words.ts'
import { createApiKey } from '../keys.ts'
import { MODE_NAMES } from '../mode.ts'
import { useProductionLock, type ProductionLock } from '../production-lock.ts'

/** Mode, expiry, currency type, Next; then the pair, shown once. */
export function CreateApiKeyPage() {
  const [created, setCreated] = useState<ApiKeyWithSecret>()
  return created ? <KeyCreated apiKey={created} /> : <CreateForm onCreated={setCreated} />
}

function CreateForm({ onCreated }: { onCreated: (key: ApiKeyWithSecret) => void }) {
  const queryClient = useQueryClient()
  const [mode, setMode] = useState<Mode>('test')
  const [expiresOn, setExpiresOn] = useState<string | null>(null)
  const [currencyType, setCurrencyType] = useState<CurrencyType>('fiat')
  const [name, setName] = useState('')
  const lock = useProductionLock(currencyType)
  const create = useMutation({
    mutationFn: () =>
      createApiKey({
        mode,
        currency_type: currencyType,
        expires_at: expiresOn === null ? null : endOfDay(expiresOn),
        name: name.trim() || undefined,
      }),
    onSuccess: (key) => {
      void queryClient.invalidateQueries({ queryKey: ['api-keys'] }) // the list can refresh behind the page
      onCreated(key)
    },
    gcTime: 0, // the secret leaves memory with the page
  })
  return (
    <div className="form-width">
      <PageHead title="Create API Key" lead="The next page shows the Public Key and, once, the Secret Key." />
      <form
        className="card card-pad stack-wide"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Choice
          legend="Mode"
          name="mode"
          value={mode}
          onChange={setMode}
          options={[
            { value: 'test', name: MODE_NAMES.test, explain: 'No real money moves.' },
            {
              value: 'production',
              name: MODE_NAMES.production,
              explain: lock.locked ? lockedInShort(lock) : 'Real money moves.',
              disabled: lock.locked,
            },
          ]}
        />
        <ExpiryField day={expiresOn} onChange={setExpiresOn} />
        <Choice
          legend="Currency Type"
          name="currency_type"
          value={currencyType}
          onChange={setCurrencyType}
          options={[
            { value: 'fiat', name: 'Fiat', explain: 'USD, EUR and other national currencies.' },
            { value: 'crypto', name: 'Crypto', explain: 'BTC, ETH, USDC and others.' },
          ]}
        />
        <TextInput
          label="Name (optional)"
          description="Where will it be used? Without a name it gets one that says what it is."
          placeholder="Checkout server"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <FormError error={create.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <LinkButton to="/api-keys" variant="default">
            Cancel
          </LinkButton>
          <Button type="submit" loading={create.isPending}>
            Next
          </Button>
        </div>
      </form>
    </div>
  )
}

/** The reason beside the closed toggle: what it waits for, by name. */
function lockedInShort({ missing }: ProductionLock): string {
  const waits = missing.map(({ title }) => title.toLowerCase()).join(', ')
  return `Opens when this workspace is activated.${waits && ` Still to do: ${waits}.`}`
}
