import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Workspace } from '../api-types.ts'
import { changedFields } from '../changed-fields.ts'
import { formTexts } from '../form-text.ts'
import { activationQuery } from '../production-lock.ts'
import {
  saveWorkspaceProfile,
  workspaceQuery,
  type WorkspaceProfile as WorkspaceProfileFields,
} from '../session.ts'
import { Loaded } from './loaded.tsx'
import { FormError } from './states.tsx'

/** Who the workspace is to the platform: what Activation asks for. */
export function WorkspaceProfile({ locked }: { locked: boolean }) {
  const workspace = useQuery(workspaceQuery)
  return (
    <section className="card card-pad stack" id="profile">
      <div>
        <h2>Workspace profile</h2>
        <p className="second">The platform reads it before it opens Production Mode.</p>
      </div>
      <Loaded query={workspace} what="The profile" rows={4}>
        {(data) => <ProfileForm workspace={data} locked={locked} />}
      </Loaded>
    </section>
  )
}

function ProfileForm({ workspace, locked }: { workspace: Workspace; locked: boolean }) {
  const queryClient = useQueryClient()
  const save = useMutation({
    mutationFn: saveWorkspaceProfile,
    onSuccess: async (saved) => {
      queryClient.setQueryData(workspaceQuery.queryKey, saved)
      await queryClient.invalidateQueries({ queryKey: activationQuery.queryKey })
      notifications.show({ message: 'Workspace profile saved.' })
    },
  })
  // The fields keep what they began with, whatever a later look finds.
  const [before, setBefore] = useState<WorkspaceProfileFields>(workspace)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    const text = formTexts(event)
    const after = {
      legal_name: text('legal_name').trim() || null,
      country: text('country').trim().toUpperCase() || null,
      website: text('website').trim() || null,
      contact_email: text('contact_email').trim() || null,
    }
    save.mutate(changedFields<WorkspaceProfileFields>(before, after), { onSuccess: () => setBefore(after) })
  }
  const fields = [
    { name: 'legal_name', label: 'Legal name', value: workspace.legal_name, maxLength: 200 },
    {
      name: 'country',
      label: 'Country',
      value: workspace.country,
      maxLength: 2,
      description: 'Two letters, such as NL',
    },
    { name: 'contact_email', label: 'Contact e-mail', value: workspace.contact_email, type: 'email' },
    {
      name: 'website',
      label: 'Website (optional)',
      value: workspace.website,
      type: 'url',
      placeholder: 'https://example.com',
    },
  ]
  return (
    <form className="stack" onSubmit={submit}>
      {fields.map(({ value, ...field }) => (
        <TextInput key={field.name} {...field} defaultValue={value ?? ''} disabled={locked} />
      ))}
      {locked && <p className="small quiet">Only owners and admins can change the profile.</p>}
      <FormError error={save.error} />
      <Button
        type="submit"
        variant="default"
        style={{ alignSelf: 'flex-end' }}
        disabled={locked}
        loading={save.isPending}
      >
        Save profile
      </Button>
    </form>
  )
}
