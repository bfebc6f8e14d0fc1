import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { formTexts } from '../form-text.ts'
import type { NewAccount } from '../session.ts'
import { PASSWORD_CHARACTERS_MIN, passwordStrength } from '../password-strength.ts'
import { FormError } from './states.tsx'

type AccountFormProps = {
  action: string
  create: (account: NewAccount) => Promise<unknown>
  onDone: () => unknown
  /** Of somebody who is invited: the address is settled, and so is the workspace. */
  invitedEmail?: string
}

/** Name, e-mail, password and workspace name: the same for sign-up and for the first account. */
export function AccountForm({ action, create, onDone, invitedEmail }: AccountFormProps) {
  const attempt = useMutation({ mutationFn: create, onSuccess: onDone })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    const text = formTexts(event)
    attempt.mutate({
      name: text('name').trim(),
      email: text('email').trim(),
      password: text('password'),
      workspaceName: text('workspace').trim(),
    })
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput name="name" label="Your name" autoComplete="name" required maxLength={100} autoFocus />
      <TextInput
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        defaultValue={invitedEmail}
        readOnly={invitedEmail !== undefined}
      />
      <NewPassword label="Password" />
      {invitedEmail === undefined && (
        <TextInput
          name="workspace"
          label="Workspace name"
          description="Your company or project. Keys, logs and members belong to it."
          autoComplete="organization"
          required
          maxLength={100}
        />
      )}
      <FormError error={attempt.error} />
      <Button type="submit" loading={attempt.isPending}>
        {action}
      </Button>
    </form>
  )
}

const METER_STEPS = 4

/** A new password with a meter that says in words how strong it is. */
export function NewPassword({ label }: { label: string }) {
  const [value, setValue] = useState('')
  const strength = passwordStrength(value)
  return (
    <div className="stack-tight">
      <PasswordInput
        name="password"
        label={label}
        autoComplete="new-password"
        required
        minLength={PASSWORD_CHARACTERS_MIN}
        maxLength={128}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        aria-describedby="password-strength"
      />
      <div className="meter" data-score={strength.score} aria-hidden>
        {Array.from({ length: METER_STEPS }, (_, step) => (
          <span key={step} data-on={step < strength.score || undefined} />
        ))}
      </div>
      <span className="small quiet" id="password-strength" role="status">
        {strength.says}
      </span>
    </div>
  )
}
