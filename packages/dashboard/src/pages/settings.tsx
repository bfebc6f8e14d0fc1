import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Badge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { OwnSessions } from '../components/own-sessions.tsx'
import { FormError, PageHead } from '../components/states.tsx'
import { VerificationNotice } from '../components/verification-notice.tsx'
import { WorkspaceProfile } from '../components/workspace-profile.tsx'
import { meQuery, renamePerson, renameWorkspace, useMe } from '../session.ts'

export function SettingsPage() {
  const me = useMe()
  const verified = me.user.email_verified
  const mayRename = me.role === 'owner' || me.role === 'admin'
  return (
    <div className="form-width">
      <PageHead title="Settings" lead="You and your workspace." />
      <div className="stack-wide">
        <Section title="Profile">
          <NameForm label="Your name" value={me.user.name} save={renamePerson} />
          <dl className="facts">
            <dt>E-mail</dt>
            <dd className="row">
              {me.user.email}
              {verified && <Badge tone="good">Verified</Badge>}
              {!verified && <Badge tone="soon">Not verified</Badge>}
            </dd>
            <dt>Role</dt>
            <dd>{me.role[0]?.toUpperCase() + me.role.slice(1)}</dd>
          </dl>
          {!verified && <VerificationNotice email={me.user.email} />}
        </Section>
        <Section title="Second factor">
          <div className="row ends">
            <span className="row">
              {me.user.two_factor_enabled ? <Badge tone="good">On</Badge> : <Badge tone="off">Off</Badge>}
              <span className="second">A code from an authenticator app, after the password.</span>
            </span>
            <LinkButton to="/settings/two-factor" variant="default">
              {me.user.two_factor_enabled ? 'Manage' : 'Set up'}
            </LinkButton>
          </div>
        </Section>
        <Section title="Sessions">
          <OwnSessions />
        </Section>
        <Section title="Workspace">
          <NameForm
            label="Workspace name"
            value={me.workspace.name}
            save={renameWorkspace}
            locked={mayRename ? undefined : 'Only owners and admins can rename the workspace.'}
          />
          <dl className="facts">
            <dt>Workspace id</dt>
            <dd>
              <Chip value={me.workspace.id} what="workspace id" />
            </dd>
          </dl>
        </Section>
        <WorkspaceProfile locked={!mayRename} />
      </div>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card card-pad stack">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

type NameFormProps = {
  label: string
  value: string
  save: (name: string) => Promise<unknown>
  locked?: string
}

function NameForm({ label, value, save, locked }: NameFormProps) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(value)
  const change = useMutation({
    mutationFn: () => save(name.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
      notifications.show({ message: `${label} saved.` })
    },
  })
  const same = name.trim() === value || name.trim() === ''
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate()
      }}
    >
      <div className="field-row">
        <TextInput
          label={label}
          description={locked}
          value={name}
          disabled={locked !== undefined}
          maxLength={100}
          required
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          disabled={same || locked !== undefined}
          loading={change.isPending}
        >
          Save
        </Button>
      </div>
      <FormError error={change.error} />
    </form>
  )
}
