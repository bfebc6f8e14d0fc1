import '../styles/keys.css'
import type { ApiKey } from '../api-types.ts'
import { Chip } from './chip.tsx'
import { Fact } from './facts.tsx'
import { ExactTime, useNow } from './time.tsx'

/** What these facts are read from: a key of any kind. */
type FactsKey = Pick<
  ApiKey,
  | 'public_key'
  | 'algorithm'
  | 'ed25519_public_key'
  | 'previous_secret_expires_at'
  | 'ip_allowlist'
  | 'rate_limit_per_minute'
  | 'expires_at'
>

/** The Public Key, where the half that signs is, and how long an old one still does. */
export function PairFacts({ apiKey, onRotate, onRollBack }: SecretFactProps & { onRollBack?: () => void }) {
  const now = useNow()
  const oldSecretUntil = apiKey.previous_secret_expires_at
  return (
    <>
      <Fact name="Public Key">
        <Chip value={apiKey.public_key} what="Public Key" />
      </Fact>
      <SecretFact apiKey={apiKey} onRotate={onRotate} />
      {oldSecretUntil && Date.parse(oldSecretUntil) > now && (
        <Fact
          name={apiKey.algorithm === 'ed25519' ? 'Old private key works until' : 'Old secret works until'}
        >
          <span className="row">
            <span>
              <ExactTime at={oldSecretUntil} />
            </span>
            {onRollBack && (
              <button type="button" className="link-button" onClick={onRollBack}>
                Roll back the rotation
              </button>
            )}
          </span>
        </Fact>
      )}
    </>
  )
}

/** From where, how often and how long the key may be used. */
export function LimitFacts({ apiKey }: { apiKey: FactsKey }) {
  return (
    <>
      <Fact name="IP allowlist">
        <Addresses ranges={apiKey.ip_allowlist} />
      </Fact>
      <Fact name="Rate limit">{apiKey.rate_limit_per_minute.toLocaleString('en')} requests a minute</Fact>
      <Fact name="Expires">
        {apiKey.expires_at ? <ExactTime at={apiKey.expires_at} /> : <span className="quiet">Never</span>}
      </Fact>
    </>
  )
}

type SecretFactProps = { apiKey: FactsKey; onRotate?: (() => void) | undefined }

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

export function Addresses({ ranges }: { ranges: readonly string[] }) {
  if (ranges.length === 0) return <span className="quiet">Any address</span>
  return (
    <span className="scroll-box stack-tight" role="group" aria-label="Allowed addresses" tabIndex={0}>
      {ranges.map((range) => (
        <code key={range}>{range}</code>
      ))}
    </span>
  )
}
