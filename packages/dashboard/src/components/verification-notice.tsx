import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { sendVerification } from '../session.ts'
import { FormError, Note } from './states.tsx'

/** Says that the address waits for its verification, and sends the mail again. */
export function VerificationNotice({ email }: { email: string }) {
  const send = useMutation({ mutationFn: () => sendVerification(email) })
  if (send.isSuccess) {
    return (
      <Note tone="good">
        <strong>Sent.</strong> Open the link in the mail to {email}; it works for a day.
      </Note>
    )
  }
  return (
    <Note tone="soon">
      <strong>{email} is not verified yet.</strong> Open the link in the mail that was sent to it. Test Mode
      works meanwhile.
      <div style={{ marginTop: 8 }}>
        <Button variant="default" size="xs" loading={send.isPending} onClick={() => send.mutate()}>
          Send the mail again
        </Button>
      </div>
      <FormError error={send.error} />
    </Note>
  )
}
