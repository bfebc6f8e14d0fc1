import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { GateCard } from '../components/gate.tsx'
import { FormError } from '../components/states.tsx'
import { formTexts } from '../form-text.ts'
import { safeReturn } from '../safe-return.ts'
import { meetAgain, signIn, verifyBackupCode, verifyCode } from '../session.ts'

export function SignInPage() {
  const [asksCode, setAsksCode] = useState(false)
  const enter = useEnter()
  return asksCode ? (
    <CodeForm onDone={enter} />
  ) : (
    <PasswordForm onCode={() => setAsksCode(true)} onDone={enter} />
  )
}

/** Goes where the person wanted to go before the sign-in stood in the way. */
function useEnter(): () => Promise<void> {
  const queryClient = useQueryClient()
  const router = useRouter()
  const search = useSearch({ from: '/outside/sign-in' })
  return async () => {
    await meetAgain(queryClient)
    router.history.push(safeReturn(search.return) ?? '/')
  }
}

function PasswordForm({ onCode, onDone }: { onCode: () => void; onDone: () => Promise<void> }) {
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: async (answer) => (answer?.twoFactorRedirect ? onCode() : onDone()),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    const text = formTexts(event)
    attempt.mutate({ email: text('email').trim(), password: text('password') })
  }
  return (
    <GateCard
      title="Sign in"
      lead={
        <>
          New here?{' '}
          <Link to="/sign-up" className="link">
            Create an account
          </Link>
        </>
      }
    >
      <form className="stack" onSubmit={submit}>
        <TextInput name="email" label="E-mail" type="email" autoComplete="username" required autoFocus />
        <div className="stack-tight">
          <PasswordInput name="password" label="Password" autoComplete="current-password" required />
          <Link to="/forgot-password" className="link small">
            Forgot your password?
          </Link>
        </div>
        <FormError error={attempt.error} />
        <Button type="submit" loading={attempt.isPending}>
          Sign in
        </Button>
      </form>
    </GateCard>
  )
}

function CodeForm({ onDone }: { onDone: () => Promise<void> }) {
  const [withBackupCode, setWithBackupCode] = useState(false)
  const check = useMutation({ mutationFn: withBackupCode ? verifyBackupCode : verifyCode, onSuccess: onDone })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    check.mutate(formTexts(event)('code').replaceAll(' ', ''))
  }
  return (
    <GateCard
      title="Second factor"
      lead={
        withBackupCode
          ? 'Type one of the backup codes that you kept. It works this one time.'
          : 'Type the six digits that your authenticator app shows now.'
      }
    >
      <form className="stack" onSubmit={submit}>
        <TextInput
          key={String(withBackupCode)}
          name="code"
          label={withBackupCode ? 'Backup code' : 'Code'}
          {...(withBackupCode ? {} : { inputMode: 'numeric' as const })}
          autoComplete={withBackupCode ? 'off' : 'one-time-code'}
          spellCheck={false}
          required
          autoFocus
        />
        <FormError error={check.error} />
        <Button type="submit" loading={check.isPending}>
          Sign in
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            check.reset()
            setWithBackupCode(!withBackupCode)
          }}
        >
          {withBackupCode ? 'Use the authenticator app' : 'Use a backup code'}
        </Button>
      </form>
    </GateCard>
  )
}
