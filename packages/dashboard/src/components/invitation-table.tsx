import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Invitation, InvitationWithToken } from '../api-types.ts'
import { useMe } from '../session.ts'
import { cancelInvitation, INVITATIONS, manageableRoles, resendInvitation, ROLE_NAMES } from '../team.ts'
import { Badge } from './badges.tsx'
import { Dialog } from './dialog.tsx'
import { FormDialog } from './form-dialog.tsx'
import { InvitationReady } from './invite-dialog.tsx'
import { Time } from './time.tsx'

/** Who was invited and has not come yet. */
export function InvitationTable({ invitations }: { invitations: Invitation[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Address</th>
            <th>Role</th>
            <th>State</th>
            <th>Ends</th>
            <th aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const me = useMe()
  const [renewed, setRenewed] = useState<{ invitation: InvitationWithToken; mailed: boolean }>()
  const queryClient = useQueryClient()
  const onError = (error: Error) => notifications.show({ color: 'red', message: error.message })
  const changed = () => queryClient.invalidateQueries({ queryKey: [INVITATIONS] })
  const renew = useMutation({
    mutationFn: (mailed: boolean) => resendInvitation(invitation.id, mailed),
    onSuccess: async (made, mailed) => {
      setRenewed({ invitation: made, mailed })
      await changed()
    },
    onError,
    gcTime: 0, // the link leaves memory with the dialog
  })
  const [isEnding, setEnding] = useState(false)
  return (
    <tr>
      <td>
        <div>
          <span className="lead">{invitation.email}</span>
          <div className="small quiet">Invited by {invitation.invited_by.name}</div>
        </div>
      </td>
      <td data-label="Role">{ROLE_NAMES[invitation.role]}</td>
      <td data-label="State">
        {invitation.status === 'pending' ? (
          <Badge tone="soon">Open</Badge>
        ) : (
          <Badge tone="off">Expired</Badge>
        )}
      </td>
      <td data-label="Ends">
        <Time at={invitation.expires_at} />
      </td>
      <td className="actions">
        {manageableRoles(me).includes(invitation.role) && (
          <div className="row">
            <Button size="xs" variant="default" loading={renew.isPending} onClick={() => renew.mutate(true)}>
              Resend
            </Button>
            <Button size="xs" variant="default" loading={renew.isPending} onClick={() => renew.mutate(false)}>
              New link
            </Button>
            <Button size="xs" variant="default" onClick={() => setEnding(true)}>
              Take back
            </Button>
          </div>
        )}
        {isEnding && <TakeBack invitation={invitation} onClose={() => setEnding(false)} />}
        {renewed && (
          <Dialog onClose={() => setRenewed(undefined)} title="Invitation renewed">
            <InvitationReady {...renewed} onClose={() => setRenewed(undefined)} />
          </Dialog>
        )}
      </td>
    </tr>
  )
}

function TakeBack({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const queryClient = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => cancelInvitation(invitation.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [INVITATIONS] })
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Take back the invitation of ${invitation.email}`}
      deed="Take back"
      keep="Keep it"
      isDanger
      action={cancel}
      onClose={onClose}
    >
      <p>The link that they have stops working at once. You may invite them again.</p>
    </FormDialog>
  )
}
