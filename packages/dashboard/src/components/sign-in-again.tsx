import { Button, Modal, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { onSessionEnd } from '../api.ts'
import type { Me } from '../api-types.ts'
import { meQuery, signIn, verifyBackupCode, verifyCode, whoIsSignedIn } from '../session.ts'
import { switchWorkspace } from '../team.ts'
import { FormError } from './states.tsx'

/**
 * Asks for the password when the session ends while a page is open. The page stays as it is underneath, so
 * nothing typed is lost; the request that met the 401 is sent again afterwards.
 */
export function SignInAgain() {
  const queryClient = useQueryClient()
  const [waiting, setWaiting] = useState<(() => void)[]>([])
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  /** What the second factor asks for, once the password was right; null: not asked yet. */
  const [code, setCode] = useState<string | null>(null)

  useEffect(() => {
    onSessionEnd(() => {
      setEmail(queryClient.getQueryData<Me>(meQuery.queryKey)?.user.email ?? '')
      return new Promise((resolve) => setWaiting((others) => [...others, resolve]))
    })
  }, [queryClient])

  useKeptDialogs(waiting.length > 0)

  const again = useMutation({
    mutationFn: async () => {
      if (code === null) return signIn(email, password)
      const typed = code.replaceAll(/\s/g, '')
      await (/^\d{6}$/.test(typed) ? verifyCode(typed) : verifyBackupCode(typed))
    },
    onSuccess: async (answer) => {
      if (answer?.twoFactorRedirect) return setCode('')
      const before = queryClient.getQueryData<Me>(meQuery.queryKey)
      const me = await whoIsSignedIn()
      // Another person must not inherit an open form of the first.
      if (before && before.user.id !== me.user.id) return location.reload()
      await goBackTo(before, me)
      setPassword('')
      setCode(null)
      setWaiting([])
      for (const resolve of waiting) resolve()
    },
  })

  return (
    <Modal
      opened={waiting.length > 0}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title="Your session has ended"
      zIndex={500}
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          again.mutate()
        }}
      >
        <p className="second">Sign in again to go on. The page underneath keeps everything that you typed.</p>
        {code === null ? (
          <>
            <TextInput
              label="E-mail"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              data-autofocus
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        ) : (
          <TextInput
            label="Code"
            description="Of your authenticator app, or one of your backup codes."
            autoComplete="one-time-code"
            spellCheck={false}
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <FormError error={again.error} />
        <Button type="submit" loading={again.isPending}>
          Sign in
        </Button>
      </form>
    </Modal>
  )
}

/**
 * Every open dialog hears Escape, the ones underneath too: while the password is asked for, none of them may close with
 * what was typed into it. This listens since before any of them was opened, and is asked first.
 */
function useKeptDialogs(isAsking: boolean): void {
  const asks = useRef(isAsking)
  useEffect(() => {
    asks.current = isAsking
  }, [isAsking])
  useEffect(() => {
    const hold = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && asks.current) event.stopImmediatePropagation()
    }
    addEventListener('keydown', hold, { capture: true })
    return () => removeEventListener('keydown', hold, { capture: true })
  }, [])
}

/** A new session works in the person's first workspace; the page may show another of theirs. */
async function goBackTo(before: Me | undefined, me: Me): Promise<void> {
  if (!before || before.workspace.id === me.workspace.id) return
  // Where they belong no longer, what the page sends is refused and says why.
  if (me.workspaces.some(({ id }) => id === before.workspace.id)) await switchWorkspace(before.workspace.id)
}
