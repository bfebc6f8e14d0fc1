import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { SignatureGrade } from '../api-types.ts'
import { gradeFromHere, GRADED_PATH } from '../grade-request.ts'
import { CodeSample } from './code-sample.tsx'
import { Disclosure } from './disclosure.tsx'
import { Fact, Facts } from './facts.tsx'
import { FormError, Note } from './states.tsx'

const STEP_WORDS = { passed: 'passed', failed: 'failed', not_reached: 'not reached' } as const

/** How to have a request of one's own code graded, without side effects; and one from this browser, to see it. */
export function GradeRequest() {
  const [open, setOpen] = useState(false)
  const url = `${location.origin}${GRADED_PATH}`
  return (
    <div className="card card-pad">
      <Disclosure
        title="Grade my request"
        hint="Have your own code judged, check by check"
        open={open}
        onToggle={setOpen}
      >
        <div className="stack">
          <p>
            Send any request of your code to <code className="break">{GRADED_PATH}</code> instead, signed for
            that address with a key of Test Mode, with any method, query and body. The answer says what each
            check found. Nothing else happens: no nonce is used up, nothing is logged, nothing is carried out.
          </p>
          <CodeSample
            samples={[
              {
                name: 'Your code',
                code: `POST ${url}\n\n# sign and send as always; only the address differs`,
              },
              {
                name: 'countersign',
                code: `countersign grade POST -d '{"a":1}'\n\n# signed by a program of yours\ncountersign grade POST -d '{"a":1}' --signer './my-signer'`,
              },
            ]}
          />
          <FromHere />
        </div>
      </Disclosure>
    </div>
  )
}

/** Tells a key that is right from code, clock or proxies that are not. */
function FromHere() {
  const [publicKey, setPublicKey] = useState('')
  const [secretKey, setSecretKey] = useState('')
  const grade = useMutation({
    mutationFn: () => gradeFromHere({ publicKey: publicKey.trim(), secretKey: secretKey.trim() }),
    gcTime: 0, // nothing about the secret outlives the page
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        grade.mutate()
      }}
    >
      <h3>Try it from this browser</h3>
      <TextInput
        label="Public Key of Test Mode"
        placeholder="pk_test_…"
        autoComplete="off"
        spellCheck={false}
        value={publicKey}
        onChange={(event) => {
          setPublicKey(event.currentTarget.value)
          grade.reset()
        }}
      />
      <PasswordInput
        label="Its Secret Key"
        description="The browser signs with it (WebCrypto); it is not sent, not stored, and gone when you leave."
        autoComplete="off"
        data-1p-ignore
        value={secretKey}
        onChange={(event) => {
          setSecretKey(event.currentTarget.value)
          grade.reset()
        }}
      />
      <Button
        type="submit"
        variant="default"
        loading={grade.isPending}
        disabled={publicKey.trim() === '' || secretKey.trim() === ''}
        style={{ alignSelf: 'flex-start' }}
      >
        Sign and have it graded
      </Button>
      <FormError error={grade.error} />
      {grade.data && <Graded {...grade.data} />}
    </form>
  )
}

function Graded({ verifies, code, likely_cause, remedy, steps }: SignatureGrade) {
  return (
    <div className="stack" aria-live="polite">
      {verifies ? (
        <Note tone="good">
          <strong>The signature is right.</strong> Key, clock and the way to the server are in order: what
          your code sends can be compared with this.
        </Note>
      ) : (
        <Note tone="bad">
          <strong>
            <code>{code}</code>
          </strong>{' '}
          {likely_cause} {remedy}
        </Note>
      )}
      <Facts>
        {steps.map(({ name, status, detail }) => (
          <Fact key={name} name={name}>
            <strong>{STEP_WORDS[status]}</strong> <span className="quiet break">{detail}</span>
          </Fact>
        ))}
      </Facts>
    </div>
  )
}
