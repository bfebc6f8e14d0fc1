import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Algorithm, OperatorKeyWithSecret, OperatorScope } from '../api-types.ts'
import { ADVANCED_FIELDS, isAdvancedError } from '../components/advanced-key-fields.tsx'
import { Badge } from '../components/badges.tsx'
import { Disclosure } from '../components/disclosure.tsx'
import { ExpiryField } from '../components/expiry-field.tsx'
import { AddressesField, RateLimitField } from '../components/key-limits.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { ScopePicker } from '../components/scope-picker.tsx'
import { SecretOnce } from '../components/secret-once.tsx'
import { AlgorithmField, PairField } from '../components/signing-field.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { Day } from '../components/time.tsx'
import { rangesOf } from '../ip-ranges.ts'
import { bringPublicHalf, type KeyPair, type PairSource } from '../key-pair.ts'
import { endOfDay, RATE_LIMIT_DEFAULT } from '../key-words.ts'
import { createOperatorKey, OPERATOR_KEYS } from '../operator-keys.ts'
import { PLATFORM_SCOPES } from '../scope-words.ts'

type Created = { operatorKey: OperatorKeyWithSecret; pair: KeyPair | undefined }

/** Name, scopes, expiry, Next; then the pair, shown once. */
export function CreateOperatorKeyPage() {
  const [created, setCreated] = useState<Created>()
  return (
    <OperatorOnly>
      {created ? <KeyCreated {...created} /> : <CreateForm onCreated={setCreated} />}
    </OperatorOnly>
  )
}

function CreateForm({ onCreated }: { onCreated: (created: Created) => void }) {
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<OperatorScope[]>(['operator:verify'])
  const [expiresOn, setExpiresOn] = useState<string | null>(null)
  const [algorithm, setAlgorithm] = useState<Algorithm>('hmac-sha256')
  const [source, setSource] = useState<PairSource>({ from: 'browser' })
  const [addresses, setAddresses] = useState('')
  const [rateLimit, setRateLimit] = useState<number | undefined>(RATE_LIMIT_DEFAULT)
  const [open, setOpen] = useState(false)
  const create = useMutation({
    mutationFn: async (): Promise<Created> => {
      const half = algorithm === 'ed25519' ? await bringPublicHalf(source) : undefined
      const operatorKey = await createOperatorKey({
        name: name.trim(),
        scopes,
        expires_at: expiresOn === null ? null : endOfDay(expiresOn),
        algorithm,
        ed25519_public_key: half?.publicHalf,
        ip_allowlist: rangesOf(addresses),
        rate_limit_per_minute: rateLimit,
      })
      return { operatorKey, pair: half?.pair }
    },
    onSuccess: (created) => {
      void queryClient.invalidateQueries({ queryKey: [OPERATOR_KEYS] }) // the list can refresh behind the page
      onCreated(created)
    },
    onError: (error) => {
      if (isAdvancedError(error)) setOpen(true)
    },
    gcTime: 0, // the secret leaves memory with the page
  })
  return (
    <div className="form-width">
      <PageHead
        title="Create operator key"
        lead="The next page shows the Public Key and, once, the Secret Key."
      />
      <form
        className="card card-pad stack-wide"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <TextInput
          label="Name"
          description="The service that will sign with it."
          placeholder="Orders service"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ScopePicker catalogue={PLATFORM_SCOPES} chosen={scopes} onChange={setScopes} />
        <ExpiryField day={expiresOn} onChange={setExpiresOn} />
        <Disclosure
          title="Advanced"
          hint="Signing algorithm, IP allowlist, rate limit"
          open={open}
          onToggle={setOpen}
        >
          <AlgorithmField algorithm={algorithm} onChange={setAlgorithm} />
          {algorithm === 'ed25519' && <PairField source={source} onChange={setSource} error={create.error} />}
          <AddressesField text={addresses} onChange={setAddresses} error={create.error} />
          <RateLimitField perMinute={rateLimit} onChange={setRateLimit} />
        </Disclosure>
        <FormError error={create.error} shown={ADVANCED_FIELDS} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <LinkButton to="/operator/keys" variant="default">
            Cancel
          </LinkButton>
          <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
            Next
          </Button>
        </div>
      </form>
    </div>
  )
}

function KeyCreated({ operatorKey, pair }: Created) {
  return (
    <div className="read-width stack-wide">
      <PageHead
        title={operatorKey.name}
        lead={
          <span className="row">
            <Badge tone="good">Created</Badge>
            {operatorKey.scopes.map((scope) => (
              <code key={scope}>{scope}</code>
            ))}
            <span className="quiet">·</span>
            {operatorKey.expires_at ? (
              <span>
                Expires <Day at={operatorKey.expires_at} />
              </span>
            ) : (
              'Never expires'
            )}
          </span>
        }
      />
      <SecretOnce apiKey={operatorKey} pair={pair} doneTo="/operator/keys" />
      {operatorKey.scopes.includes('operator:verify') && (
        <p>
          Next: let the service sign <code>POST /v1/operator/verify-request</code> with it, over https. The{' '}
          <a className="link" href="/docs" target="_blank" rel="noreferrer">
            API reference
          </a>{' '}
          shows what to send and what comes back.
        </p>
      )}
    </div>
  )
}
