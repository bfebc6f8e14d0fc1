import { Checkbox } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ApiKeyWithSecret } from '../api-types.ts'
import type { KeyPair } from '../key-pair.ts'
import { KeyReveal, SecretBox } from './key-reveal.tsx'
import { LinkButton } from './link-button.tsx'
import { PairReveal } from './pair-reveal.tsx'
import { Note } from './states.tsx'
import { StoredGuard } from './stored-guard.tsx'

type SecretOnceProps = {
  apiKey: Pick<ApiKeyWithSecret, 'name' | 'public_key' | 'secret_key' | 'algorithm'>
  /** When this browser made one: the server has its public half only. */
  pair: KeyPair | undefined
  doneTo: '/api-keys' | '/operator/keys'
}

/** The two halves of a key that was just made. Leaving is guarded until the one that is shown once is stored. */
export function SecretOnce({ apiKey, pair, doneTo }: SecretOnceProps) {
  const what = pair ? 'private key' : 'secret key'
  const shown = pair !== undefined || apiKey.secret_key !== null
  const [stored, setStored] = useState(!shown)
  // The form may have been left at its far end; what is shown once is at the top.
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up.
    window.scrollTo(0, 0)
  }, [])
  return (
    <section className="card card-pad stack">
      <Revealed apiKey={apiKey} pair={pair} />
      <div className="row ends">
        {shown && (
          <Checkbox
            label={`I have stored the ${what}`}
            checked={stored}
            onChange={(event) => setStored(event.currentTarget.checked)}
          />
        )}
        <LinkButton to={doneTo} variant="default">
          Done
        </LinkButton>
      </div>
      <StoredGuard stored={stored} what={what} />
    </section>
  )
}

function Revealed({ apiKey, pair }: Omit<SecretOnceProps, 'doneTo'>) {
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
