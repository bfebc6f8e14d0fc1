import { Button, Checkbox, FileButton, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { SignatureExplanation } from '../api-types.ts'
import { readOwnBase } from '../base-difference.ts'
import { BaseComparison } from '../components/base-comparison.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { GradeRequest } from '../components/grade-request.tsx'
import { Loaded } from '../components/loaded.tsx'
import { SecretCheck } from '../components/secret-check.tsx'
import { FormError, Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { explainSignature, textOfLog, type Explained } from '../explain-signature.ts'
import { apiKeyQuery } from '../keys.ts'
import { logQuery } from '../logs.ts'
import { useMode } from '../mode.ts'
import { UnreadablePaste } from '../sent-request.ts'

const ACCEPTED_SECONDS = 300

/** Why a signature does not hold, for a request that was pasted or comes from the log (`?request=req_…`). */
export function SignatureDebuggerPage() {
  const { request } = useSearch({ from: '/inside/signature-debugger' })
  return (
    <>
      <PageHead
        title="Signature debugger"
        lead="Paste a refused request and read why its signature does not hold. It is checked and not carried out: no nonce is used, nothing is logged."
      />
      {request === undefined ? (
        <Debugger initial="" receivedAt={undefined} />
      ) : (
        <LoggedRequest id={request} />
      )}
      <div style={{ marginTop: 24 }}>
        <GradeRequest />
      </div>
    </>
  )
}

function LoggedRequest({ id }: { id: string }) {
  const log = useQuery(logQuery(useMode(), id))
  return (
    <Loaded query={log} what="This request" rows={8}>
      {(data) => <Debugger key={id} initial={textOfLog(data)} receivedAt={data.created_at} />}
    </Loaded>
  )
}

function Debugger({ initial, receivedAt }: { initial: string; receivedAt: string | undefined }) {
  const [text, setText] = useState(initial)
  const [isJudgedNow, setJudgedNow] = useState(false)
  const isLogged = receivedAt !== undefined && text === initial
  const explain = useMutation({
    mutationFn: () => explainSignature({ text, isJudgedNow, receivedAt: isLogged ? receivedAt : undefined }),
    gcTime: 0,
  })
  const { mutate } = explain
  useEffect(() => {
    if (initial !== '') mutate()
  }, [initial, mutate])
  const unreadable = explain.error instanceof UnreadablePaste ? explain.error.message : undefined
  const edit = (changed: string) => {
    setText(changed)
    explain.reset()
  }
  return (
    <div className="stack">
      <form
        className="card card-pad stack"
        onSubmit={(event) => {
          event.preventDefault()
          mutate()
        }}
      >
        <Textarea
          label="The request as it was sent"
          description="A curl line, what curl -v prints, or the raw request: request line, headers, an empty line, the body. Never a Secret Key."
          placeholder={PLACEHOLDER}
          autosize
          minRows={7}
          maxRows={18}
          spellCheck={false}
          value={text}
          error={unreadable}
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
          onChange={(event) => edit(event.currentTarget.value)}
        />
        <p className="small quiet">
          A text field turns carriage returns into line feeds. For a body that holds them, open a file, or
          write the body as <code>$'…\r\n…'</code> in a curl line.
        </p>
        {!isLogged && (
          <Checkbox
            label="Judge its age as well, as if it arrived now"
            checked={isJudgedNow}
            onChange={(event) => {
              setJudgedNow(event.currentTarget.checked)
              explain.reset()
            }}
          />
        )}
        <div className="row">
          <Button type="submit" loading={explain.isPending} disabled={text.trim() === ''}>
            Explain
          </Button>
          <FileButton onChange={(file) => void file?.text().then(edit)}>
            {(props) => (
              <Button {...props} variant="default">
                Open a file
              </Button>
            )}
          </FileButton>
        </div>
        {!unreadable && <FormError error={explain.error} />}
      </form>
      {explain.isSuccess && (
        <Result explained={explain.data} isLogged={isLogged} isJudgedNow={isJudgedNow || isLogged} />
      )}
    </div>
  )
}

const PLACEHOLDER = `POST /v1/transactions HTTP/1.1
Host: api.example.com
Content-Type: application/json
Content-Digest: sha-256=:…:
Signature-Input: sig1=("@method" "@authority" …
Signature: sig1=:…:

{"type":"deposit", …`

type ResultProps = { explained: Explained; isLogged: boolean; isJudgedNow: boolean }

function Result({ explained, isLogged, isJudgedNow }: ResultProps) {
  const { explanation, request, coversDigest, signature } = explained
  const [ownText, setOwnText] = useState('')
  return (
    <section className="stack" aria-label="Result">
      {explanation.verifies ? (
        <Holds />
      ) : (
        explanation.findings.map((one) => <Found key={one.likely_cause_code} {...one} />)
      )}
      {coversDigest && request.body === undefined && (
        <Note>
          {isLogged ? 'The log keeps no body of a refused request' : 'The body is not in the paste'}, so its
          digest was not checked.
        </Note>
      )}
      <RequestFacts explained={explained} isJudgedNow={isJudgedNow} />
      {explanation.signature_base !== null && (
        <>
          <BaseComparison serverBase={explanation.signature_base} text={ownText} onText={setOwnText} />
          <SecretCheck
            serverBase={explanation.signature_base}
            ownBase={readOwnBase(ownText)}
            signature={signature}
          />
        </>
      )}
    </section>
  )
}

function Holds() {
  return (
    <Note tone="good">
      <strong>The signature holds.</strong> Where the server refused this very request, it arrived a second
      time (every nonce works once), too late, or changed on its way: compare it with its row in the{' '}
      <Link to="/transaction-logs" className="link">
        Transaction Logs
      </Link>
      .
    </Note>
  )
}

function Found({
  code,
  detail,
  likely_cause,
  likely_cause_code,
  remedy,
}: SignatureExplanation['findings'][number]) {
  return (
    <Note tone="bad">
      <strong>
        <code>{likely_cause_code}</code>
      </strong>{' '}
      {likely_cause}
      {detail !== likely_cause && ` ${detail}`}
      {remedy && (
        <p style={{ marginTop: 6 }}>
          <strong>Remedy:</strong> {remedy}
        </p>
      )}
      <p style={{ marginTop: 6 }}>
        <a className="link" href={`/problems/${code}`} target="_blank" rel="noreferrer">
          What {code} means
        </a>
      </p>
    </Note>
  )
}

function RequestFacts({ explained, isJudgedNow }: { explained: Explained; isJudgedNow: boolean }) {
  const { explanation, request, createdMs } = explained
  const keyId = explanation.api_key_id
  const key = useQuery({ ...apiKeyQuery(keyId ?? ''), enabled: keyId !== null, retry: false })
  const host = request.headers.find(({ name }) => name.toLowerCase() === 'host')?.value
  return (
    <Facts>
      <Fact name="Request">
        <code className="break">
          {request.method} {request.target}
        </code>
      </Fact>
      <Fact name="Host">{host ? <code>{host}</code> : <span className="quiet">None sent</span>}</Fact>
      <Fact name="Key">
        {keyId === null ? (
          <span className="quiet">None of this workspace was found</span>
        ) : (
          <Link to="/api-keys/$keyId" params={{ keyId }} className="link">
            {key.data?.name ?? keyId}
          </Link>
        )}
      </Fact>
      <Fact name="Signed">
        <SignedAt createdMs={createdMs} isJudgedNow={isJudgedNow} />
      </Fact>
    </Facts>
  )
}

function SignedAt({ createdMs, isJudgedNow }: { createdMs: number | null; isJudgedNow: boolean }) {
  const at = new Date(createdMs ?? NaN)
  if (Number.isNaN(at.getTime())) return <span className="quiet">created is missing or no time</span>
  return (
    <>
      <ExactTime at={at.toISOString()} />
      {!isJudgedNow && (
        <div className="quiet">
          Its age was not judged: a signature is accepted for {ACCEPTED_SECONDS} seconds.
        </div>
      )}
    </>
  )
}
