import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKeyWithSecret } from '../api-types.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { Badge, ModeBadge } from './badges.tsx'
import { FirstRequest } from './first-request.tsx'
import { KeyReveal } from './key-reveal.tsx'
import { LinkButton } from './link-button.tsx'
import { Note, PageHead } from './states.tsx'
import { StoredGuard } from './stored-guard.tsx'
import { Day } from './time.tsx'

/** The pair, shown once, and the page that waits for the first request. Leaving is guarded until it is stored. */
export function KeyCreated({ apiKey }: { apiKey: ApiKeyWithSecret }) {
  const [stored, setStored] = useState(apiKey.secret_key === null)
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
        {apiKey.secret_key ? (
          <KeyReveal publicKey={apiKey.public_key} secretKey={apiKey.secret_key} name={apiKey.name} />
        ) : (
          <Note tone="soon">The secret was already shown once. Rotate the key to get a new one.</Note>
        )}
        <div className="row" style={{ justifyContent: 'space-between' }}>
          <Checkbox
            label="I have stored the secret key"
            checked={stored}
            onChange={(event) => setStored(event.currentTarget.checked)}
          />
          <LinkButton to="/api-keys" variant="default">
            Done
          </LinkButton>
        </div>
      </section>
      <FirstRequest apiKey={apiKey} secretKey={apiKey.secret_key} />
      <p>
        Next:{' '}
        <Link to="/webhooks/new" search={{ mode: apiKey.mode }} className="link">
          add a webhook
        </Link>
        , so that your code hears of what happens without asking.
      </p>
      <StoredGuard stored={stored} what="secret key" />
    </div>
  )
}
