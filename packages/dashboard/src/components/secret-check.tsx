import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { checkSecret, type SecretCheck as Checked, type SecretUse } from '../check-secret.ts'
import { Disclosure } from './disclosure.tsx'
import { Note } from './states.tsx'

const HOW_USED: Record<SecretUse, string> = {
  'as it is': '',
  newline: ' with a line break at its end',
  quotes: ' with quotes around it',
  decoded: ' after it was base64-decoded',
  trimmed: ' without the spaces around it',
}

type SecretCheckProps = { serverBase: string; ownBase: string; signature: string | null }

/** Whether a secret made the signature that was sent, found out in this browser: the secret is sent nowhere. */
export function SecretCheck({ serverBase, ownBase, signature }: SecretCheckProps) {
  const [open, setOpen] = useState(false)
  const [secret, setSecret] = useState('')
  const check = useMutation({
    mutationFn: () => checkSecret({ secret, serverBase, ownBase, signature }),
    gcTime: 0, // nothing about the secret outlives the page
  })
  return (
    <Disclosure title="Check your secret" hint="In this browser only" open={open} onToggle={setOpen}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          check.mutate()
        }}
      >
        <PasswordInput
          label="Secret Key"
          description="For HMAC keys. The browser computes with it (WebCrypto); it is not sent, not stored, and gone when you leave."
          autoComplete="off"
          data-1p-ignore
          value={secret}
          onChange={(event) => {
            setSecret(event.currentTarget.value)
            check.reset()
          }}
        />
        <Button
          type="submit"
          variant="default"
          loading={check.isPending}
          disabled={secret.trim() === ''}
          style={{ alignSelf: 'flex-start' }}
        >
          Check in this browser
        </Button>
        {check.isSuccess && <CheckResult {...check.data} hasOwnBase={ownBase !== ''} />}
        {check.isError && (
          <Note tone="bad">
            This browser cannot compute an HMAC here: it needs https, or localhost. The secret was not sent.
          </Note>
        )}
      </form>
    </Disclosure>
  )
}

function CheckResult({ signs, use, expected, hasOwnBase }: Checked & { hasOwnBase: boolean }) {
  const header = (
    <>
      {' '}
      Over the server’s text this secret makes <code className="break">sig1=:{expected}:</code>
    </>
  )
  if (signs === 'server' && use === 'as it is')
    return (
      <Note tone="good">
        <strong>This secret made the signature, over the server’s text.</strong> Where the server refuses it,
        the secret belongs to another key, or was rotated away.
      </Note>
    )
  if (signs === 'server')
    return (
      <Note tone="bad">
        <strong>Your code signed the right text with this secret{HOW_USED[use]}.</strong> Use the characters
        of the secret as they are.{header}
      </Note>
    )
  if (signs === 'own')
    return (
      <Note tone="bad">
        <strong>Your code signed your text with this secret{HOW_USED[use]}.</strong> The text is what differs:
        mend the first byte marked above.{header}
      </Note>
    )
  return (
    <Note tone="bad">
      <strong>This secret made the signature over neither text.</strong> Your code uses another secret
      {hasOwnBase
        ? ', or signs a text that is not the one you pasted.'
        : ', or signs another text: paste it above.'}
      {header}
    </Note>
  )
}
