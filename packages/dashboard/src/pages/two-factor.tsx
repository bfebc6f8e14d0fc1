import { Button, PasswordInput, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { BackLink } from '../components/back-link.tsx'
import { Badge } from '../components/badges.tsx'
import { Chip, CopyButton } from '../components/chip.tsx'
import { SecretBox } from '../components/key-reveal.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { activationQuery } from '../production-lock.ts'
import {
  disableTwoFactor,
  enableTwoFactor,
  meQuery,
  renewBackupCodes,
  useMe,
  verifyCode,
} from '../session.ts'

type Setup = { totpURI: string; backupCodes: string[] }

/** An authenticator app as the second factor of the signed-in person. */
export function TwoFactorPage() {
  const enabled = useMe().user.two_factor_enabled
  const [setup, setSetup] = useState<Setup>()
  return (
    <div className="form-width stack">
      <BackLink to="/settings">Settings</BackLink>
      <div>
        <PageHead
          title={<span className="row">Second factor {enabled && <Badge tone="good">On</Badge>}</span>}
          lead="A code from an authenticator app, asked for at every sign-in after the password."
        />
        <section className="card card-pad">
          {setup ? <Confirm setup={setup} /> : enabled ? <SwitchOff /> : <Begin onBegun={setSetup} />}
        </section>
        {enabled && !setup && (
          <section className="card card-pad" style={{ marginTop: 16 }}>
            <RenewBackupCodes />
          </section>
        )}
      </div>
    </div>
  )
}

function Begin({ onBegun }: { onBegun: (setup: Setup) => void }) {
  const [password, setPassword] = useState('')
  const begin = useMutation({
    mutationFn: () => enableTwoFactor(password),
    onSuccess: onBegun,
    gcTime: 0, // the secret leaves memory with the page
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        begin.mutate()
      }}
    >
      <p>You need an authenticator app on your phone or computer. First confirm that it is you.</p>
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <FormError error={begin.error} />
      <Button type="submit" loading={begin.isPending} style={{ alignSelf: 'flex-end' }}>
        Next
      </Button>
    </form>
  )
}

function Confirm({ setup }: { setup: Setup }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [code, setCode] = useState('')
  const secret = new URL(setup.totpURI).searchParams.get('secret') ?? ''
  const confirm = useMutation({
    mutationFn: () => verifyCode(code.replaceAll(/\s/g, '')),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
      await queryClient.invalidateQueries({ queryKey: activationQuery.queryKey })
      notifications.show({ message: 'The second factor is on.' })
      void navigate({ to: '/settings' }) // the router reports its own failures
    },
  })
  return (
    <form
      className="stack-wide"
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <div className="stack">
        <h2>1. Add Countersign to your app</h2>
        <p>
          On this device,{' '}
          <a className="link" href={setup.totpURI}>
            open your authenticator app
          </a>
          . Elsewhere, choose “enter a key” in the app and type this one:
        </p>
        <SecretBox label="Set-up key" value={secret} hint="Time-based, 6 digits." testId="totp-secret" />
        <div className="row">
          <span className="small quiet">For apps that take an address:</span>
          <Chip value={setup.totpURI} display="otpauth://totp/…" what="otpauth address" />
        </div>
      </div>
      <div className="stack">
        <h2>2. Keep the backup codes</h2>
        <p>Each signs you in once without the app. Store them where the password is not.</p>
        <BackupCodes codes={setup.backupCodes} />
      </div>
      <div className="stack">
        <h2>3. Enter the code that the app shows</h2>
        <TextInput
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          maw={180}
          maxLength={7}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <FormError error={confirm.error} />
        <Button type="submit" loading={confirm.isPending} style={{ alignSelf: 'flex-end' }}>
          Turn on
        </Button>
      </div>
    </form>
  )
}

function SwitchOff() {
  const queryClient = useQueryClient()
  const [password, setPassword] = useState('')
  const off = useMutation({
    mutationFn: () => disableTwoFactor(password),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
      await queryClient.invalidateQueries({ queryKey: activationQuery.queryKey })
      notifications.show({ message: 'The second factor is off.' })
    },
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        off.mutate()
      }}
    >
      <h2>Turn it off</h2>
      <p>
        Your sign-in asks for a code. Without it, Production Mode closes for workspaces that you own, until it
        is on again.
      </p>
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <FormError error={off.error} />
      <Button
        type="submit"
        variant="default"
        c="var(--bad)"
        loading={off.isPending}
        style={{ alignSelf: 'flex-end' }}
      >
        Turn off
      </Button>
    </form>
  )
}

function BackupCodes({ codes }: { codes: string[] }) {
  return (
    <div className="code">
      <div className="code-head">
        <span className="code-title">Backup codes</span>
        <CopyButton value={codes.join('\n')} what="backup codes" />
      </div>
      <pre className="backup-codes">{codes.join('\n')}</pre>
    </div>
  )
}

/** For whoever has used most of them, or fears that somebody saw them. */
function RenewBackupCodes() {
  const [password, setPassword] = useState('')
  const renew = useMutation({
    mutationFn: () => renewBackupCodes(password),
    onSuccess: () => setPassword(''),
    gcTime: 0, // the codes leave memory with the page
  })
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        renew.mutate()
      }}
    >
      <h2>Backup codes</h2>
      {renew.data ? (
        <>
          <p>
            These replace all earlier ones. Each signs you in once without the app; they are shown this once.
          </p>
          <BackupCodes codes={renew.data.backupCodes} />
        </>
      ) : (
        <>
          <p>Used some, or not sure who saw them? New ones replace all that you have.</p>
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <FormError error={renew.error} />
          <Button type="submit" variant="default" loading={renew.isPending} style={{ alignSelf: 'flex-end' }}>
            Make new backup codes
          </Button>
        </>
      )}
    </form>
  )
}
