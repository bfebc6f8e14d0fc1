import { Checkbox, PasswordInput, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ApiKey, TransactionLogDetail } from '../api-types.ts'
import { logQuery } from '../logs.ts'
import { effectOf, keepSecret, keptSecret, replayRequest } from '../replay-request.ts'
import { REDACTED, type RepeatableRequest } from '../request-copies.ts'
import type { SignedAnswer } from '../send-signed-request.ts'
import { CodeBlock } from './code-sample.tsx'
import { Fact } from './facts.tsx'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

// The new row is written within a moment of its answer.
const LOOKS_MAX = 8
const LOOK_MS = 250

type ReplayRequestProps = {
  log: TransactionLogDetail
  apiKey: ApiKey
  request: RepeatableRequest
  onClose: () => void
}

/** Sends a logged request of Test Mode again: signed here, with a secret that never leaves this browser. */
export function ReplayRequest({ log, apiKey, request, onClose }: ReplayRequestProps) {
  const queryClient = useQueryClient()
  const { public_key: publicKey } = apiKey
  const [secret, setSecret] = useState(() => keptSecret(publicKey))
  const [isKept, setKept] = useState(() => keptSecret(publicKey) !== '')
  const [body, setBody] = useState(request.body ?? '')
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const fault = faultOf(request.target, hasBody ? body : '')
  const replay = useMutation({
    mutationFn: async () => {
      const { method, target } = request
      const answer = await replayRequest({ method, target, body: hasBody ? body : '', publicKey, secret })
      keepSecret(publicKey, isKept ? secret : null)
      if (answer.requestId)
        void queryClient.prefetchQuery({
          ...logQuery('test', answer.requestId),
          retry: LOOKS_MAX,
          retryDelay: LOOK_MS,
        }) // a row that is late is asked for again when it is opened
      return answer
    },
    gcTime: 0, // nothing about the secret outlives the dialog
  })
  return (
    <FormDialog
      title="Replay in Test Mode"
      deed={replay.data ? 'Send once more' : 'Sign and send'}
      keep="Close"
      size={720}
      isDisabled={secret.trim() === '' || fault !== null}
      action={replay}
      onClose={onClose}
      outcome={replay.data && <Answer answer={replay.data} before={log.status} onOpen={onClose} />}
    >
      <Note tone="soon">
        <strong>
          This sends{' '}
          <code>
            {request.method} {log.path}
          </code>{' '}
          as a new request.
        </strong>{' '}
        {effectOf(request.method)}
      </Note>
      <dl className="facts">
        <Fact name="Signed with">
          {apiKey.name} <code className="quiet break">{publicKey}</code>
        </Fact>
        <Fact name="New">Nonce, time of signing{request.method === 'POST' && ', Idempotency-Key'}</Fact>
        <Fact name="The same">Method, path, query{hasBody && ', body as below'}</Fact>
      </dl>
      {hasBody && (
        <Textarea
          label="Body"
          description={request.bodyMissing ?? 'As it was logged. It may be changed before it is sent.'}
          autosize
          minRows={3}
          maxRows={12}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
          value={body}
          error={fault}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
      )}
      {!hasBody && fault && <Note tone="bad">{fault}</Note>}
      <SecretFields
        apiKey={apiKey}
        secret={secret}
        onSecret={setSecret}
        isKept={isKept}
        onKept={(keep) => {
          setKept(keep)
          if (!keep) keepSecret(publicKey, null)
        }}
      />
    </FormDialog>
  )
}

/** What stands in the way of sending it as it is. */
function faultOf(target: string, body: string): string | null {
  if (target.includes(REDACTED)) return `The query holds ${REDACTED}: its value was not stored.`
  if (body.includes(REDACTED)) return `Put a value in place of ${REDACTED}: what stood there was not stored.`
  try {
    if (body.trim() !== '') JSON.parse(body)
    return null
  } catch {
    return 'The body is no JSON.'
  }
}

type SecretFieldsProps = {
  apiKey: ApiKey
  secret: string
  onSecret: (secret: string) => void
  isKept: boolean
  onKept: (keep: boolean) => void
}

function SecretFields({ apiKey, secret, onSecret, isKept, onKept }: SecretFieldsProps) {
  const isPair = apiKey.algorithm === 'ed25519'
  return (
    <>
      <PasswordInput
        label={isPair ? 'Private key' : 'Secret Key'}
        description="It signs in this browser and is sent nowhere: the server never asks for it."
        placeholder={isPair ? 'PEM, or its base64' : 'sk_test_…'}
        autoComplete="off"
        data-1p-ignore
        data-lpignore="true"
        spellCheck={false}
        value={secret}
        onChange={(event) => onSecret(event.currentTarget.value)}
      />
      <Checkbox
        label="Keep it in this tab's memory until it is reloaded or closed"
        checked={isKept}
        onChange={(event) => onKept(event.currentTarget.checked)}
      />
    </>
  )
}

function Answer({ answer, before, onOpen }: { answer: SignedAnswer; before: number; onOpen: () => void }) {
  return (
    <section className="stack" aria-label="Answer" aria-live="polite">
      <Note tone={answer.status < 300 ? 'good' : 'bad'}>
        <strong>Answered {answer.status}</strong> in {answer.milliseconds} ms
        {before === answer.status ? ', as before.' : `; before it was ${before}.`}{' '}
        {answer.requestId && (
          <Link to="/transaction-logs" search={{ open: answer.requestId }} className="link" onClick={onOpen}>
            Open the new request
          </Link>
        )}
      </Note>
      <CodeBlock title="Answer" code={answer.body} />
    </section>
  )
}
