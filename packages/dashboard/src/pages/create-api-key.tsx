import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Mode } from '../api.ts'
import type { CurrencyType } from '../api-types.ts'
import {
  ADVANCED_FIELDS,
  AdvancedKeyFields,
  DEFAULT_ADVANCED,
  isAdvancedError,
  type AdvancedChoices,
} from '../components/advanced-key-fields.tsx'
import { Choice } from '../components/choice.tsx'
import { ExpiryField } from '../components/expiry-field.tsx'
import { KeyCreated, type CreatedKey } from '../components/key-created.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { endOfDay } from '../key-words.ts'
import { rangesOf } from '../ip-ranges.ts'
import { bringPublicHalf } from '../key-pair.ts'
import { createApiKey } from '../keys.ts'
import { MODE_NAMES } from '../mode.ts'
import { useProductionLock, type ProductionLock } from '../production-lock.ts'

/** Mode, expiry, currency type, Next; then the pair, shown once. */
export function CreateApiKeyPage() {
  const [created, setCreated] = useState<CreatedKey>()
  return created ? <KeyCreated {...created} /> : <CreateForm onCreated={setCreated} />
}

function CreateForm({ onCreated }: { onCreated: (created: CreatedKey) => void }) {
  const queryClient = useQueryClient()
  const [mode, setMode] = useState<Mode>('test')
  const [expiresOn, setExpiresOn] = useState<string | null>(null)
  const [currencyType, setCurrencyType] = useState<CurrencyType>('fiat')
  const [name, setName] = useState('')
  const lock = useProductionLock(currencyType)
  const [advanced, setAdvanced] = useState<AdvancedChoices>(DEFAULT_ADVANCED)
  const [open, setOpen] = useState(false)
  const create = useMutation({
    mutationFn: async (): Promise<CreatedKey> => {
      const { algorithm, source, scopes, addresses, rateLimit } = advanced
      const half = algorithm === 'ed25519' ? await bringPublicHalf(source) : undefined
      const apiKey = await createApiKey({
        mode,
        currency_type: currencyType,
        expires_at: expiresOn === null ? null : endOfDay(expiresOn),
        name: name.trim() || undefined,
        algorithm,
        ed25519_public_key: half?.publicHalf,
        scopes: [...scopes],
        ip_allowlist: rangesOf(addresses),
        rate_limit_per_minute: rateLimit,
      })
      return { apiKey, pair: half?.pair }
    },
    onSuccess: (created) => {
      void queryClient.invalidateQueries({ queryKey: ['api-keys'] }) // the list can refresh behind the page
      onCreated(created)
    },
    onError: (error) => {
      if (isAdvancedError(error)) setOpen(true)
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
        <AdvancedKeyFields
          choices={advanced}
          onChange={setAdvanced}
          open={open}
          onToggle={setOpen}
          error={create.error}
        />
        <FormError error={create.error} shown={ADVANCED_FIELDS} />
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
