import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { ProblemError } from '../api.ts'
import { NewPassword } from '../components/account-form.tsx'
import { GateCard } from '../components/gate.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { FormError, Note } from '../components/states.tsx'
import { formTexts } from '../form-text.ts'
import { resetPassword } from '../session.ts'

export function ResetPasswordPage() {
  const { token } = useSearch({ from: '/outside/reset-password' })
  const reset = useMutation({ mutationFn: (password: string) => resetPassword(token ?? '', password) })
  if (!token || (reset.error instanceof ProblemError && reset.error.code === 'link-invalid')) {
    return (
      <GateCard title="Choose a new password">
        <Note tone="bad">
          <strong>This link does not work any more.</strong> It was used already, or it is older than an hour.
        </Note>
        <LinkButton to="/forgot-password">Send a new link</LinkButton>
      </GateCard>
    )
  }
  if (reset.isSuccess) {
    return (
      <GateCard title="Choose a new password">
        <Note tone="good">
          <strong>The new password is in place.</strong> Every other session of this account has ended.
        </Note>
        <LinkButton to="/sign-in">Sign in</LinkButton>
      </GateCard>
    )
  }
  return (
    <GateCard title="Choose a new password">
      <form
        className="stack"
        onSubmit={(event) => {
          reset.mutate(formTexts(event)('password'))
        }}
      >
        <NewPassword label="New password" />
        <FormError error={reset.error} />
        <Button type="submit" loading={reset.isPending}>
          Set the new password
        </Button>
      </form>
    </GateCard>
  )
}
