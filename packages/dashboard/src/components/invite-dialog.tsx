import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { InvitationWithToken, Role } from '../api-types.ts'
import { useMe } from '../session.ts'
import { INVITATIONS, invitationLink, invite, manageableRoles, ROLE_NAMES, roleRightsQuery } from '../team.ts'
import { Chip, shortened } from './chip.tsx'
import { Dialog } from './dialog.tsx'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

/** Asks for address and role; then the mail is on its way, or the link is there to copy. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<{ invitation: InvitationWithToken; mailed: boolean }>()
  if (!made)
    return <InviteForm onMade={(invitation, mailed) => setMade({ invitation, mailed })} onClose={onClose} />
  return (
    <Dialog onClose={onClose} title="Invitation made">
      <InvitationReady {...made} onClose={onClose} />
    </Dialog>
  )
}

type InviteFormProps = {
  onMade: (invitation: InvitationWithToken, mailed: boolean) => void
  onClose: () => void
}

function InviteForm({ onMade, onClose }: InviteFormProps) {
  const me = useMe()
  const queryClient = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const send = useMutation({
    mutationFn: (mailed: boolean) => invite({ email: email.trim(), role, send_mail: mailed }),
    onSuccess: async (invitation, mailed) => {
      await queryClient.invalidateQueries({ queryKey: [INVITATIONS] })
      onMade(invitation, mailed)
    },
    gcTime: 0, // the link leaves memory with the dialog
  })
  const rights = useQuery(roleRightsQuery).data?.data.find((one) => one.role === role)
  const makeLink = (
    <Button
      variant="default"
      disabled={email.trim() === ''}
      loading={send.isPending && !send.variables}
      onClick={() => send.mutate(false)}
    >
      Make a link
    </Button>
  )
  return (
    <FormDialog
      title="Invite somebody"
      deed="Send invitation"
      other={makeLink}
      action={{
        mutate: () => send.mutate(true),
        isPending: send.isPending && send.variables === true,
        error: send.error,
      }}
      onClose={onClose}
    >
      <TextInput
        label="E-mail"
        type="email"
        required
        data-autofocus
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Select
        label="Role"
        data={manageableRoles(me).map((one) => ({ value: one, label: ROLE_NAMES[one] }))}
        value={role}
        allowDeselect={false}
        description={rights && `${rights.may.join('. ')}.`}
        onChange={(next) => setRole((next ?? role) as Role)}
      />
    </FormDialog>
  )
}

type ReadyProps = { invitation: InvitationWithToken; mailed: boolean; onClose: () => void }

/** The link, which nobody can see again. */
export function InvitationReady({ invitation, mailed, onClose }: ReadyProps) {
  const link = invitationLink(invitation)
  return (
    <div className="stack">
      <Note tone="good">
        {mailed && <strong>A mail is on its way to {invitation.email}. </strong>}
        {mailed ? 'You may send the link yourself as well.' : `Send this link to ${invitation.email}.`} It
        works for that address alone, once, for 7 days, and is not shown again.
      </Note>
      <div data-testid="invitation-link" data-link={link}>
        <Chip value={link} display={shortened(link, 34, 6)} what="invitation link" />
      </div>
      <Button variant="default" onClick={onClose} style={{ alignSelf: 'flex-end' }}>
        Done
      </Button>
    </div>
  )
}
