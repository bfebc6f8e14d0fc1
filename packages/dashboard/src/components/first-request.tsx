import { Button } from '@mantine/core'
import { PaperPlaneIcon } from '@radix-ui/react-icons'
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { sendSignedRequest } from '../send-signed-request.ts'
import { curlSnippet, typescriptSnippet } from '../snippets.ts'
import { CodeBlock, CodeSample } from './code-sample.tsx'
import { Listener } from './listener.tsx'
import { FormError, Note } from './states.tsx'

type FirstRequestProps = { apiKey: ApiKey; secretKey: string | null }

/** Send a request from here, take code for your own, and watch the first one of yours arrive. */
export function FirstRequest({ apiKey, secretKey }: FirstRequestProps) {
  // Requests that this page sent itself are not "your own code".
  const [ownRequestIds, setOwnRequestIds] = useState<string[]>([])
  const samples = useMemo(
    () => [
      { name: 'curl', code: curlSnippet(location.origin) },
      { name: 'TypeScript', code: typescriptSnippet(location.origin) },
    ],
    [],
  )
  return (
    <section className="card card-pad stack-wide">
      <div>
        <h2>Send your first request</h2>
        <p className="second">A signed GET /v1/me answers who you are. It changes nothing.</p>
      </div>
      {secretKey && (
        <TestRequest
          publicKey={apiKey.public_key}
          secretKey={secretKey}
          onSent={(requestId) => setOwnRequestIds((before) => [...before, requestId])}
        />
      )}
      <div className="stack">
        <div>
          <h3>From your own code</h3>
          <p className="second">
            Both read <code>COUNTERSIGN_PUBLIC_KEY</code> and <code>COUNTERSIGN_SECRET_KEY</code> from the
            environment: load the .env file first.
          </p>
        </div>
        <Listener apiKey={apiKey} ignored={ownRequestIds} />
        <CodeSample samples={samples} />
      </div>
    </section>
  )
}

type TestRequestProps = { publicKey: string; secretKey: string; onSent: (requestId: string) => void }

function TestRequest({ publicKey, secretKey, onSent }: TestRequestProps) {
  const test = useMutation({
    mutationFn: () => sendSignedRequest({ path: '/v1/me', publicKey, secretKey }),
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
        <span className="small quiet">Signed in this browser; the secret does not leave it.</span>
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
