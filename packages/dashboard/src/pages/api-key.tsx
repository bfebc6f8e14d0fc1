import '../styles/keys.css'
import { ArrowLeftIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ApiKey, Scope } from '../api-types.ts'
import { API_KEY_DEEDS } from '../components/api-key-deeds.tsx'
import { KeyStatusBadge, ModeBadge } from '../components/badges.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { FirstRequest } from '../components/first-request.tsx'
import { KeyCallers } from '../components/key-callers.tsx'
import { KeyButtons, useKeyDialog } from '../components/key-dialog.tsx'
import { LimitFacts, PairFacts } from '../components/key-facts.tsx'
import { Failed, LoadingRows, Note, PageHead } from '../components/states.tsx'
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
      {key.isPending && <LoadingRows />}
      {key.isError && <Failed what="This key" error={key.error} onRetry={() => void key.refetch()} />}
      {key.isSuccess && <KeyDetail apiKey={key.data} />}
    </div>
  )
}

function KeyDetail({ apiKey }: { apiKey: ApiKey }) {
  const { choose, dialog } = useKeyDialog(apiKey, API_KEY_DEEDS)
  const usable = apiKey.status !== 'revoked'
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {apiKey.name} <KeyStatusBadge status={apiKey.status} />
          </span>
        }
        action={usable && <KeyButtons onChoose={choose} />}
      />
      {usable && <RotationReminder apiKey={apiKey} onRotate={() => choose('rotate')} />}
      <KeyFacts apiKey={apiKey} onRotate={usable ? () => choose('rotate') : undefined} />
      <KeyCallers apiKey={apiKey} />
      {usable && <FirstRequest apiKey={apiKey} signingKey={null} />}
      {dialog}
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
  return (
    <Facts>
      <PairFacts apiKey={apiKey} onRotate={onRotate} />
      <Fact name="Mode">
        <ModeBadge mode={apiKey.mode} />
      </Fact>
      <Fact name="Currency Type">{CURRENCY_TYPE_NAMES[apiKey.currency_type]}</Fact>
      <Fact name="Signing algorithm">{ALGORITHM_NAMES[apiKey.algorithm]}</Fact>
      <Fact name="Scopes">
        <Scopes scopes={apiKey.scopes} />
      </Fact>
      <LimitFacts apiKey={apiKey} />
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
