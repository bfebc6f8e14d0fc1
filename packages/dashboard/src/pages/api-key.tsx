import '../styles/keys.css'
import { Button } from '@mantine/core'
import { ArrowLeftIcon, Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey, Scope } from '../api-types.ts'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { DeleteKey } from '../components/delete-key.tsx'
import { EditKey } from '../components/edit-key.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { FirstRequest } from '../components/first-request.tsx'
import { KeyCallers } from '../components/key-callers.tsx'
import { RotateKey } from '../components/rotate-key.tsx'
import { Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
import { ExactTime, Time, useNow } from '../components/time.tsx'
import { ALGORITHM_NAMES, CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeyQuery } from '../keys.ts'
import { SCOPE_WORDS, scopesInShort } from '../scope-words.ts'

export function ApiKeyPage() {
  const { keyId } = useParams({ from: '/inside/api-keys/$keyId' })
  const key = useQuery(apiKeyQuery(keyId))
  return (
    <div className="stack read-width">
      <Link to="/api-keys" className="link row" style={{ alignSelf: 'flex-start' }}>
        <ArrowLeftIcon /> API Keys
      </Link>
      {key.isPending && <LoadingRows />}
      {key.isError && <Failed what="This key" error={key.error} onRetry={() => void key.refetch()} />}
      {key.isSuccess && <KeyDetail apiKey={key.data} />}
    </div>
  )
}

function KeyDetail({ apiKey }: { apiKey: ApiKey }) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete'>()
  const close = () => setOpen(undefined)
  const usable = apiKey.status !== 'revoked'
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {apiKey.name} <KeyStatusBadge status={apiKey.status} />
          </span>
        }
        action={
          usable && (
            <div className="row">
              <Button variant="default" leftSection={<Pencil1Icon />} onClick={() => setOpen('edit')}>
                Edit
              </Button>
              <Button variant="default" leftSection={<ReloadIcon />} onClick={() => setOpen('rotate')}>
                Rotate
              </Button>
              <Button
                variant="default"
                leftSection={<TrashIcon />}
                c="var(--bad)"
                onClick={() => setOpen('delete')}
              >
                Delete
              </Button>
            </div>
          )
        }
      />
      {usable && <RotationReminder apiKey={apiKey} onRotate={() => setOpen('rotate')} />}
      <KeyFacts apiKey={apiKey} onRotate={usable ? () => setOpen('rotate') : undefined} />
      <KeyCallers apiKey={apiKey} />
      {usable && <FirstRequest apiKey={apiKey} signingKey={null} />}
      {open === 'edit' && <EditKey apiKey={apiKey} onClose={close} />}
      {open === 'rotate' && <RotateKey apiKey={apiKey} onClose={close} />}
      {open === 'delete' && <DeleteKey apiKey={apiKey} onClose={close} />}
    </>
  )
}

/** A secret that is 90 days old: nothing is wrong, but it is time. */
function RotationReminder({ apiKey, onRotate }: { apiKey: ApiKey; onRotate: () => void }) {
  const now = useNow()
  if (apiKey.rotation_due_at === null || Date.parse(apiKey.rotation_due_at) > now) return null
  const since = apiKey.rotated_at ?? apiKey.created_at
  const days = Math.floor((now - Date.parse(since)) / 86_400_000)
  return (
    <Note tone="soon">
      The current {apiKey.algorithm === 'ed25519' ? 'key pair' : 'secret'} is {days} days old.{' '}
      <button type="button" className="link-button" onClick={onRotate}>
        Rotate it
      </button>{' '}
      when it suits you; the old one can go on for up to 7 days.
    </Note>
  )
}

function KeyFacts({ apiKey, onRotate }: { apiKey: ApiKey; onRotate?: () => void }) {
  const now = useNow()
  const never = <span className="quiet">Never</span>
  const isPair = apiKey.algorithm === 'ed25519'
  const oldSecretUntil = apiKey.previous_secret_expires_at
  return (
    <Facts>
      <Fact name="Public Key">
        <Chip value={apiKey.public_key} what="Public Key" />
      </Fact>
      <SecretFact apiKey={apiKey} onRotate={onRotate} />
      {oldSecretUntil && Date.parse(oldSecretUntil) > now && (
        <Fact name={isPair ? 'Old private key works until' : 'Old secret works until'}>
          <ExactTime at={oldSecretUntil} />
        </Fact>
      )}
      <Fact name="Mode">
        <ModeBadge mode={apiKey.mode} />
      </Fact>
      <Fact name="Currency Type">{CURRENCY_TYPE_NAMES[apiKey.currency_type]}</Fact>
      <Fact name="Signing algorithm">{ALGORITHM_NAMES[apiKey.algorithm]}</Fact>
      <Fact name="Scopes">
        <Scopes scopes={apiKey.scopes} />
      </Fact>
      <Fact name="IP allowlist">
        <Addresses ranges={apiKey.ip_allowlist} />
      </Fact>
      <Fact name="Rate limit">{apiKey.rate_limit_per_minute.toLocaleString('en')} requests a minute</Fact>
      <Fact name="Expires">{apiKey.expires_at ? <ExactTime at={apiKey.expires_at} /> : never}</Fact>
      <Fact name="Last used">
        {apiKey.last_used_at ? <LastUse apiKey={apiKey} at={apiKey.last_used_at} /> : never}
      </Fact>
      <Fact name="Refused?">
        <Link to="/signature-debugger" className="link">
          Find out why with the signature debugger
        </Link>
      </Fact>
      <Fact name="Created">
        <ExactTime at={apiKey.created_at} /> <span className="quiet">by</span> {apiKey.created_by.name}
      </Fact>
    </Facts>
  )
}

type SecretFactProps = { apiKey: ApiKey; onRotate?: () => void }

/** Where the half that signs is; the way to a new one leads over Rotate. */
function SecretFact({ apiKey, onRotate }: SecretFactProps) {
  const lost = (question: string) =>
    onRotate && (
      <button type="button" className="link-button" onClick={onRotate}>
        {question}
      </button>
    )
  if (apiKey.ed25519_public_key === null) {
    return (
      <Fact name="Secret Key">
        <span className="row">
          <span className="quiet">Shown once, when it was made.</span> {lost('Lost the secret?')}
        </span>
      </Fact>
    )
  }
  return (
    <>
      <Fact name="Private key">
        <span className="row">
          <span className="quiet">With you. This server never had it.</span> {lost('Lost the private key?')}
        </span>
      </Fact>
      <Fact name="Ed25519 public half">
        <Chip value={apiKey.ed25519_public_key} what="Ed25519 public half" />
      </Fact>
    </>
  )
}

/** How much of each group; every scope with its words one click away. */
function Scopes({ scopes }: { scopes: readonly Scope[] }) {
  if (scopes.length === 0) return scopesInShort(scopes)
  return (
    <details className="scope-list">
      <summary>{scopesInShort(scopes)}</summary>
      <ul>
        {scopes.map((scope) => (
          <li key={scope}>
            {SCOPE_WORDS[scope]} <code className="quiet">{scope}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Addresses({ ranges }: { ranges: readonly string[] }) {
  if (ranges.length === 0) return <span className="quiet">Any address</span>
  return (
    <span className="scroll-box stack-tight" role="group" aria-label="Allowed addresses" tabIndex={0}>
      {ranges.map((range) => (
        <code key={range}>{range}</code>
      ))}
    </span>
  )
}

function LastUse({ apiKey, at }: { apiKey: ApiKey; at: string }) {
  return (
    <span className="row">
      <Time at={at} />
      {apiKey.last_used_ip && (
        <span>
          from <code>{apiKey.last_used_ip}</code>
        </span>
      )}
      <Link to="/transaction-logs" search={{ mode: apiKey.mode, api_key_id: apiKey.id }} className="link">
        Show its requests
      </Link>
    </span>
  )
}
