import type { SigningKey } from '@countersign/sdk/request-signature'
import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { ApiKeyWithSecret } from '../api-types.ts'
import type { KeyPair } from '../key-pair.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { Badge, ModeBadge } from './badges.tsx'
import { FirstRequest } from './first-request.tsx'
import { KeyReveal, SecretBox } from './key-reveal.tsx'
import { LinkButton } from './link-button.tsx'
import { PairReveal } from './pair-reveal.tsx'
import { Note, PageHead } from './states.tsx'
import { StoredGuard } from './stored-guard.tsx'
import { Day } from './time.tsx'

/** `pair` when this browser made one: the server has its public half only. */
export type CreatedKey = { apiKey: ApiKeyWithSecret; pair: KeyPair | undefined }

/** The pair, shown once, and the page that waits for the first request. Leaving is guarded until it is stored. */
export function KeyCreated({ apiKey, pair }: CreatedKey) {
  const what = pair ? 'private key' : 'secret key'
  const shown = pair !== undefined || apiKey.secret_key !== null
  const [stored, setStored] = useState(!shown)
  // The form may have been left at its far end; what is shown once is at the top.
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up.
    window.scrollTo(0, 0)
  }, [])
  return (
    <div className="read-width stack-wide">
      <PageHead
        title={apiKey.name}
        lead={
          <span className="row">
            <Badge tone="good">Created</Badge> <ModeBadge mode={apiKey.mode} />
            {CURRENCY_TYPE_NAMES[apiKey.currency_type]}
            <span className="quiet">·</span>
            {apiKey.expires_at ? (
              <span>
                Expires <Day at={apiKey.expires_at} />
              </span>
            ) : (
              'Never expires'
            )}
          </span>
        }
      />
      <section className="card card-pad stack">
        <Revealed apiKey={apiKey} pair={pair} />
        <div className="row" style={{ justifyContent: 'space-between' }}>
          {shown && (
            <Checkbox
              label={`I have stored the ${what}`}
              checked={stored}
              onChange={(event) => setStored(event.currentTarget.checked)}
            />
          )}
          <LinkButton to="/api-keys" variant="default">
            Done
          </LinkButton>
        </div>
      </section>
      <FirstRequest apiKey={apiKey} signingKey={signingKeyOf({ apiKey, pair })} />
      <p>
        Next:{' '}
        <Link to="/webhooks/new" search={{ mode: apiKey.mode }} className="link">
          add a webhook
        </Link>
        , so that your code hears of what happens without asking.
      </p>
      <StoredGuard stored={stored} what={what} />
    </div>
  )
}

function Revealed({ apiKey, pair }: CreatedKey) {
  const { public_key: publicKey, secret_key: secretKey, name } = apiKey
  if (pair) return <PairReveal publicKey={publicKey} pair={pair} name={name} />
  if (secretKey) return <KeyReveal publicKey={publicKey} secretKey={secretKey} name={name} />
  if (apiKey.algorithm === 'hmac-sha256')
    return <Note tone="soon">The secret was already shown once. Rotate the key to get a new one.</Note>
  return (
    <>
      <SecretBox
        label="Public Key"
        value={publicKey}
        hint="Sent with every request. Not secret."
        testId="public-key"
      />
      <Note>
        <strong>Sign with the private key that you hold.</strong> This server has its public half only and
        never had the private one.
      </Note>
    </>
  )
}

/** What this page can sign a test request with; a private key from elsewhere it does not have. */
function signingKeyOf({ apiKey, pair }: CreatedKey): SigningKey | null {
  if (pair) return { privateKey: pair.privateKey }
  return apiKey.secret_key === null ? null : { secretKey: apiKey.secret_key }
}
