import { PasswordInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { WebhookAttempt } from '../api-types.ts'
import {
  checkAttempt,
  fetchWebhookKeys,
  sentSchemes,
  signedContent,
  type PublishedKey,
  type SentSignature,
} from '../verify-attempt.ts'
import { Badge } from './badges.tsx'
import { Disclosure } from './disclosure.tsx'
import { MessageBlock } from './logged-message.tsx'
import { Note } from './states.tsx'

// One and the same list, so that it changes nothing.
const NO_KEYS: readonly PublishedKey[] = []

/** Whether an attempt was signed with the secret that one has, worked out in this browser alone. */
export function VerifySignature({ attempt }: { attempt: WebhookAttempt }) {
  const [open, setOpen] = useState(false)
  return (
    <Disclosure
      title="Verify this signature"
      hint="In this browser; nothing is sent"
      open={open}
      onToggle={setOpen}
    >
      {open && <Check attempt={attempt} />}
    </Disclosure>
  )
}

function Check({ attempt }: { attempt: WebhookAttempt }) {
  const schemes = sentSchemes(attempt)
  // In this component alone: no query, cache or storage ever holds it.
  const [secret, setSecret] = useState('')
  const keys = useQuery({
    queryKey: ['webhook-keys'],
    queryFn: ({ signal }) => fetchWebhookKeys(signal),
    enabled: schemes.includes('v1a'),
  })
  const { checks, error } = useChecks(attempt, secret.trim(), keys.data ?? NO_KEYS)
  return (
    <div className="stack">
      {schemes.includes('v1') && (
        <PasswordInput
          label="Webhook secret"
          description="It stays on this page and is gone when you leave it."
          placeholder="whsec_…"
          autoComplete="off"
          data-1p-ignore
          data-lpignore="true"
          spellCheck={false}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
      )}
      {error && <Note tone="bad">{error}</Note>}
      {keys.error && <Note tone="bad">{keys.error.message}</Note>}
      <Verdict checks={checks} />
      <MessageBlock title="Signed content" text={signedContent(attempt)} empty="Nothing was signed." />
      {checks.map((check) => (
        <Signature key={check.sent} check={check} />
      ))}
    </div>
  )
}

/** The checks of what is typed now; a slower answer to what was typed before is dropped. */
function useChecks(attempt: WebhookAttempt, secret: string, keys: readonly PublishedKey[]) {
  const [result, setResult] = useState<{ checks: SentSignature[]; error?: string }>({ checks: [] })
  useEffect(() => {
    let current = true
    checkAttempt(attempt, { secret, keys })
      .catch(async (fault: unknown) => ({
        checks: await checkAttempt(attempt, { secret: '', keys }).catch(() => []),
        error: fault instanceof Error ? fault.message : String(fault),
      }))
      .then((found) => current && setResult(Array.isArray(found) ? { checks: found } : found))
      .catch(() => {})
    return () => {
      current = false
    }
  }, [attempt, secret, keys])
  return result
}

function Verdict({ checks }: { checks: SentSignature[] }) {
  const checked = checks.filter(({ holds }) => holds !== null)
  if (checked.length === 0) return null
  const good = checked.filter(({ holds }) => holds)
  const v1 = checked.filter(({ scheme }) => scheme === 'v1')
  if (v1.length > 0 && !v1.some(({ holds }) => holds))
    return (
      <Note tone="bad">
        <strong>This secret did not make the signature.</strong> It is another endpoint’s, or a rotation has
        replaced it since or before.
      </Note>
    )
  if (good.length === 0)
    return (
      <Note tone="bad">
        <strong>No published key made this signature.</strong> The platform’s key may have been rotated since.
      </Note>
    )
  return (
    <Note tone="good">
      <strong>The signature is genuine.</strong>{' '}
      {v1.length > 1 &&
        'During the overlap of a rotation there is one of each secret; yours made one of them.'}
    </Note>
  )
}

function Signature({ check }: { check: SentSignature }) {
  return (
    <dl className="facts signature-check">
      <div className="fact">
        <dt>
          Sent, <code>{check.scheme}</code>
        </dt>
        <dd>
          <code className="break">{check.sent}</code>
        </dd>
      </div>
      {check.computed && (
        <div className="fact">
          <dt>Computed with your secret</dt>
          <dd>
            <code className="break">{check.computed}</code>
          </dd>
        </div>
      )}
      <div className="fact">
        <dt>Result</dt>
        <dd>
          <Result check={check} />
        </dd>
      </div>
    </dl>
  )
}

function Result({ check: { scheme, holds, key } }: { check: SentSignature }) {
  if (holds === null)
    return (
      <span className="quiet">
        {scheme === 'v1' ? 'Paste the secret to check it.' : 'There is no key to check it with.'}
      </span>
    )
  if (!holds) return <Badge tone="off">{scheme === 'v1' ? 'Of another secret' : 'Of no published key'}</Badge>
  return (
    <span className="row">
      <Badge tone="good">Holds</Badge>
      {key && (
        <span className="small quiet">
          Made with the published key <code className="break">{key}</code>
        </span>
      )}
    </span>
  )
}
