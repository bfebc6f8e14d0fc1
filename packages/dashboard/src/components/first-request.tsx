import type { SigningKey } from '@countersign/sdk/request-signature'
import { Button } from '@mantine/core'
import { PaperPlaneIcon } from '@radix-ui/react-icons'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { sendSignedRequest } from '../send-signed-request.ts'
import { requestSnippets, SIGNING_VARIABLES } from '../snippets.ts'
import { CodeBlock, CodeSample } from './code-sample.tsx'
import { Listener } from './listener.tsx'
import { FormError, Note } from './states.tsx'

type FirstRequestProps = {
  apiKey: ApiKey
  /** Null where this page does not have it: then only the person's own code can sign. */
  signingKey: SigningKey | null
}

/** Send a request from here, take code for your own, and watch the first one of yours arrive. */
export function FirstRequest({ apiKey, signingKey }: FirstRequestProps) {
  // Requests that this page sent itself are not "your own code".
  const [ownRequestIds, setOwnRequestIds] = useState<string[]>([])
  const { algorithm, public_key: publicKey } = apiKey
  const samples = useMemo(
    () => requestSnippets({ origin: location.origin, publicKey, algorithm }),
    [algorithm, publicKey],
  )
  return (
    <section className="card card-pad stack-wide">
      <div>
        <h2>{apiKey.last_used_at === null ? 'Send your first request' : 'Send a request'}</h2>
        <p className="second">A signed GET /v1/me answers who you are. It changes nothing.</p>
      </div>
      {signingKey && (
        <TestRequest
          publicKey={publicKey}
          signingKey={signingKey}
          onSent={(requestId) => setOwnRequestIds((before) => [...before, requestId])}
        />
      )}
      <div className="stack">
        <div>
          <h3>From your own code</h3>
          <p className="second">
            Whole programs that need no package
            {algorithm === 'ed25519' && ', except cryptography for Python'}. They read what signs from{' '}
            <code>{SIGNING_VARIABLES[algorithm]}</code> in the environment: load the .env file first.
          </p>
        </div>
        <Listener apiKey={apiKey} ignored={ownRequestIds} />
        <CodeSample samples={samples} languages />
      </div>
    </section>
  )
}

type TestRequestProps = {
  publicKey: string
  signingKey: SigningKey
  onSent: (requestId: string) => void
}

function TestRequest({ publicKey, signingKey, onSent }: TestRequestProps) {
  const test = useMutation({
    mutationFn: () => sendSignedRequest({ path: '/v1/me', publicKey, signingKey }),
    onSuccess: (answer) => {
      if (answer.requestId) onSent(answer.requestId)
    },
    gcTime: 0,
  })
  return (
    <div className="stack">
      <div className="row">
        <Button
          variant="default"
          leftSection={<PaperPlaneIcon />}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          Send test request
        </Button>
        <span className="small quiet">
          Signed in this browser; the {signingKey.privateKey ? 'private key' : 'secret'} does not leave it.
        </span>
      </div>
      <FormError error={test.error} />
      {test.data && (
        <>
          <Note tone={test.data.status < 300 ? 'good' : 'bad'}>
            <strong>{test.data.status < 300 ? 'The key works.' : 'The server refused the request.'}</strong>{' '}
            <code>GET /v1/me</code> answered {test.data.status} in {test.data.milliseconds} ms.
          </Note>
          <div className="side-by-side short">
            <CodeBlock title="Sent" code={test.data.sent} />
            <CodeBlock title="Answer" code={test.data.body} />
          </div>
        </>
      )}
    </div>
  )
}
