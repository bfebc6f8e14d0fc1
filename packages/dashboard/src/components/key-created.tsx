import type { SigningKey } from '@countersign/sdk/request-signature'
import { Link } from '@tanstack/react-router'
import type { ApiKeyWithSecret } from '../api-types.ts'
import type { KeyPair } from '../key-pair.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { Badge, ModeBadge } from './badges.tsx'
import { FirstRequest } from './first-request.tsx'
import { SecretOnce } from './secret-once.tsx'
import { PageHead } from './states.tsx'
import { Day } from './time.tsx'

/** `pair` when this browser made one: the server has its public half only. */
export type CreatedKey = { apiKey: ApiKeyWithSecret; pair: KeyPair | undefined }

/** The pair, shown once, and the page that waits for the first request. Leaving is guarded until it is stored. */
export function KeyCreated({ apiKey, pair }: CreatedKey) {
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
      <SecretOnce apiKey={apiKey} pair={pair} doneTo="/api-keys" />
      <FirstRequest apiKey={apiKey} signingKey={signingKeyOf({ apiKey, pair })} />
      <p>
        Next:{' '}
        <Link to="/webhooks/new" search={{ mode: apiKey.mode }} className="link">
          add a webhook
        </Link>
        , so that your code hears of what happens without asking.
      </p>
    </div>
  )
}

/** What this page can sign a test request with; a private key from elsewhere it does not have. */
function signingKeyOf({ apiKey, pair }: CreatedKey): SigningKey | null {
  if (pair) return { privateKey: pair.privateKey }
  return apiKey.secret_key === null ? null : { secretKey: apiKey.secret_key }
}
