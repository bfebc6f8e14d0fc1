import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { OperatorKey } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { KeyStatusBadge } from '../components/badges.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { KeyButtons, useKeyDialog } from '../components/key-dialog.tsx'
import { LimitFacts, PairFacts } from '../components/key-facts.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PageHead } from '../components/states.tsx'
import { ExactTime, Time } from '../components/time.tsx'
import { ALGORITHM_NAMES } from '../key-words.ts'
import { OPERATOR_KEY_DEEDS, operatorKeyQuery } from '../operator-keys.ts'
import { PLATFORM_SCOPES } from '../scope-words.ts'

export function OperatorKeyPage() {
  return (
    <OperatorOnly>
      <div className="stack read-width">
        <BackLink to="/operator/keys">Operator keys</BackLink>
        <Key />
      </div>
    </OperatorOnly>
  )
}

function Key() {
  const { keyId } = useParams({ from: '/inside/operator/keys/$keyId' })
  const key = useQuery(operatorKeyQuery(keyId))
  return (
    <Loaded query={key} what="This key" isPage>
      {(operatorKey) => <KeyDetail operatorKey={operatorKey} />}
    </Loaded>
  )
}

function KeyDetail({ operatorKey }: { operatorKey: OperatorKey }) {
  const { choose, dialog } = useKeyDialog(operatorKey, OPERATOR_KEY_DEEDS)
  const isUsable = operatorKey.status !== 'revoked'
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {operatorKey.name} <KeyStatusBadge status={operatorKey.status} />
          </span>
        }
        action={isUsable && <KeyButtons onChoose={choose} />}
      />
      <Facts>
        <PairFacts apiKey={operatorKey} onRotate={isUsable ? () => choose('rotate') : undefined} />
        <Fact name="Signing algorithm">{ALGORITHM_NAMES[operatorKey.algorithm]}</Fact>
        <Fact name="Scopes">
          <Scopes of={operatorKey} />
        </Fact>
        <LimitFacts apiKey={operatorKey} />
        <Fact name="Last used">
          <LastUse of={operatorKey} />
        </Fact>
        <Fact name="Created">
          <ExactTime at={operatorKey.created_at} /> <span className="quiet">by</span>{' '}
          {operatorKey.created_by.name}
        </Fact>
        {operatorKey.revoked_at && (
          <Fact name="Deleted">
            <ExactTime at={operatorKey.revoked_at} />
          </Fact>
        )}
      </Facts>
      {dialog}
    </>
  )
}

function Scopes({ of: { scopes } }: { of: OperatorKey }) {
  if (scopes.length === 0) return <span className="quiet">None: every request with it is refused</span>
  return (
    <span className="stack-tight">
      {scopes.map((scope) => (
        <span key={scope}>
          {PLATFORM_SCOPES.words[scope]} <code className="quiet">{scope}</code>
        </span>
      ))}
    </span>
  )
}

function LastUse({ of: { last_used_at, last_used_ip } }: { of: OperatorKey }) {
  if (last_used_at === null) return <span className="quiet">Never</span>
  return (
    <span className="row">
      <Time at={last_used_at} />
      {last_used_ip && (
        <span>
          from <code>{last_used_ip}</code>
        </span>
      )}
    </span>
  )
}
