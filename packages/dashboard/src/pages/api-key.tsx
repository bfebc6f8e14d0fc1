import '../styles/keys.css'
import { ArrowLeftIcon, Pencil1Icon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState, type ComponentType } from 'react'
import type { ApiKey, Scope } from '../api-types.ts'
import { API_KEY_DEEDS } from '../components/api-key-deeds.tsx'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { EditableFact, useInPlace } from '../components/edit-in-place.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { FirstRequest } from '../components/first-request.tsx'
import { KeyCallers } from '../components/key-callers.tsx'
import { KeyButtons, useKeyDialog, type KeyDeed } from '../components/key-dialog.tsx'
import {
  AddressesEditor,
  EnabledEditor,
  ExpiryEditor,
  NameEditor,
  RateLimitEditor,
  ScopesEditor,
} from '../components/key-editors.tsx'
import { Addresses, PairFacts } from '../components/key-facts.tsx'
import { KeyUsageChart } from '../components/key-usage-chart.tsx'
import { KeySuggestions } from '../components/key-suggestions.tsx'
import { Loaded } from '../components/loaded.tsx'
import { RollBackKey } from '../components/roll-back-key.tsx'
import { Note, PageHead } from '../components/states.tsx'
import { ExactTime, Time, useNow } from '../components/time.tsx'
import { ALGORITHM_NAMES, CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { apiKeyQuery } from '../keys.ts'
import { KEY_SCOPES, scopesInShort } from '../scope-words.ts'

export function ApiKeyPage() {
  const { keyId } = useParams({ from: '/inside/api-keys/$keyId' })
  const key = useQuery(apiKeyQuery(keyId))
  return (
    <div className="stack read-width">
      <Link to="/api-keys" className="link row" style={{ alignSelf: 'flex-start' }}>
        <ArrowLeftIcon /> API Keys
      </Link>
      <Loaded query={key} what="This key" rows={10} isPage>
        {(apiKey) => <KeyDetail apiKey={apiKey} />}
      </Loaded>
    </div>
  )
}

function KeyDetail({ apiKey }: { apiKey: ApiKey }) {
  const { choose, dialog } = useKeyDialog(apiKey, API_KEY_DEEDS)
  const [rollsBack, setRollsBack] = useState(false)
  const usable = apiKey.status !== 'revoked'
  return (
    <>
      <KeyHead apiKey={apiKey} onChoose={usable ? choose : undefined} />
      {usable && <RotationReminder apiKey={apiKey} onRotate={() => choose('rotate')} />}
      <KeyUsageChart apiKey={apiKey} />
      <KeyFacts
        apiKey={apiKey}
        {...(usable && { onRotate: () => choose('rotate'), onRollBack: () => setRollsBack(true) })}
      />
      {usable && <KeySuggestions apiKey={apiKey} />}
      <KeyCallers apiKey={apiKey} />
      {usable && <FirstRequest apiKey={apiKey} signingKey={null} />}
      {dialog}
      {rollsBack && <RollBackKey apiKey={apiKey} onClose={() => setRollsBack(false)} />}
    </>
  )
}

/** The name, edited where it stands, and the deeds. */
function KeyHead({ apiKey, onChoose }: { apiKey: ApiKey; onChoose?: (deed: KeyDeed) => void }) {
  const { isOpen, open, close, opener } = useInPlace()
  if (isOpen)
    return (
      <div className="card card-pad">
        <h1 className="visually-hidden">{apiKey.name}</h1>
        <NameEditor apiKey={apiKey} onClose={close} />
      </div>
    )
  return (
    <PageHead
      title={
        <span className="row">
          {apiKey.name}
          {onChoose && (
            <button ref={opener} type="button" className="icon-button" aria-label="Edit Name" onClick={open}>
              <Pencil1Icon />
            </button>
          )}
          <KeyStatusBadge status={apiKey.status} />
        </span>
      }
      action={onChoose && <KeyButtons onChoose={onChoose} editsInPlace />}
    />
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

type KeyFactsProps = { apiKey: ApiKey; onRotate?: () => void; onRollBack?: () => void }

/** What the key is, and what it may do; the latter is edited where it stands. */
function KeyFacts({ apiKey, onRotate, onRollBack }: KeyFactsProps) {
  const edit = (Editor: ComponentType<{ apiKey: ApiKey; onClose: () => void }>) =>
    onRotate && ((close: () => void) => <Editor apiKey={apiKey} onClose={close} />)
  return (
    <Facts>
      <PairFacts apiKey={apiKey} onRotate={onRotate} {...(onRollBack && { onRollBack })} />
      <Fact name="Mode">
        <ModeBadge mode={apiKey.mode} />
      </Fact>
      <Fact name="Currency Type">{CURRENCY_TYPE_NAMES[apiKey.currency_type]}</Fact>
      <Fact name="Signing algorithm">{ALGORITHM_NAMES[apiKey.algorithm]}</Fact>
      <EditableFact name="Requests" edit={edit(EnabledEditor)}>
        {apiKey.enabled ? 'Accepted' : 'Refused with key-disabled until it is enabled'}
      </EditableFact>
      <EditableFact name="Scopes" edit={edit(ScopesEditor)}>
        <Scopes scopes={apiKey.scopes} />
      </EditableFact>
      <EditableFact name="IP allowlist" edit={edit(AddressesEditor)}>
        <Addresses ranges={apiKey.ip_allowlist} />
      </EditableFact>
      <EditableFact name="Rate limit" edit={edit(RateLimitEditor)}>
        {apiKey.rate_limit_per_minute.toLocaleString('en')} requests a minute
      </EditableFact>
      <EditableFact name="Expires" edit={edit(ExpiryEditor)}>
        {apiKey.expires_at ? <ExactTime at={apiKey.expires_at} /> : <span className="quiet">Never</span>}
      </EditableFact>
      <Fact name="Last used">
        {apiKey.last_used_at ? (
          <LastUse apiKey={apiKey} at={apiKey.last_used_at} />
        ) : (
          <span className="quiet">Never</span>
        )}
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

/** How much of each group; every scope with its words one click away. */
function Scopes({ scopes }: { scopes: readonly Scope[] }) {
  if (scopes.length === 0) return scopesInShort(scopes)
  return (
    <details className="scope-list">
      <summary>{scopesInShort(scopes)}</summary>
      <ul>
        {scopes.map((scope) => (
          <li key={scope}>
            {KEY_SCOPES.words[scope]} <code className="quiet">{scope}</code>
          </li>
        ))}
      </ul>
    </details>
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
