import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { GateCard } from '../components/gate.tsx'
import { FormError, Note } from '../components/states.tsx'
import { formTexts } from '../form-text.ts'
import { requestPasswordReset } from '../session.ts'

export function ForgotPasswordPage() {
  const request = useMutation({ mutationFn: requestPasswordReset })
  return (
    <GateCard title="Reset your password" lead="A link to choose a new one is sent to your e-mail address.">
      {request.isSuccess ? (
        // The same words whether or not the account exists, so that nobody can find out who has one.
        <Note tone="good">
          <strong>Look into your mailbox.</strong> If {request.variables} has an account here, the link
          arrives within a minute and works for an hour.
        </Note>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            request.mutate(formTexts(event)('email').trim())
          }}
        >
          <TextInput name="email" label="E-mail" type="email" autoComplete="username" required autoFocus />
          <FormError error={request.error} />
          <Button type="submit" loading={request.isPending}>
            Send the link
          </Button>
        </form>
      )}
      <Link to="/sign-in" className="link">
        Back to sign in
      </Link>
    </GateCard>
  )
}
