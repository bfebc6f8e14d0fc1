import { Button, Select } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { startOver } from '../api.ts'
import type { Member, Role } from '../api-types.ts'
import { knownKeysQuery } from '../keys.ts'
import { meQuery, useMe } from '../session.ts'
import {
  changeRole,
  INVITATIONS,
  leaveWorkspace,
  manageableRoles,
  MEMBERS,
  removeMember,
  ROLE_NAMES,
  transferOwnership,
} from '../team.ts'
import { Dialog } from './dialog.tsx'
import { FormDialog } from './form-dialog.tsx'
import { KeysKnownTo, RenewKnownKeys } from './known-keys.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

export type MemberDeed = 'role' | 'transfer' | 'leave' | 'remove'
type DialogProps = {
  member: Member
  onClose: () => void
  /** Told when they are out and keys are left whose secret they know. */
  onRemoved: (member: Member) => void
}

export function MemberDialog({ deed, ...props }: DialogProps & { deed: MemberDeed }) {
  if (deed === 'role') return <ChangeRole {...props} />
  if (deed === 'transfer') return <Transfer {...props} />
  return deed === 'leave' ? <Leave {...props} /> : <Remove {...props} />
}

/** What a change of the team makes stale: the lists, and perhaps one's own role. */
function useTeamChanged() {
  const queryClient = useQueryClient()
  return () =>
    Promise.all(
      [[MEMBERS], [INVITATIONS], meQuery.queryKey].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    )
}

function ChangeRole({ member, onClose }: DialogProps) {
  const me = useMe()
  const changed = useTeamChanged()
  const [role, setRole] = useState<Role>(member.role)
  const change = useMutation({
    mutationFn: () => changeRole(member.id, role),
    onSuccess: async () => {
      await changed()
      notifications.show({ message: `${member.name} is ${ROLE_NAMES[role]} from now on.` })
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Role of ${member.name}`}
      deed="Change role"
      isDisabled={role === member.role}
      action={change}
      onClose={onClose}
    >
      <Select
        label="Role"
        data={manageableRoles(me).map((one) => ({ value: one, label: ROLE_NAMES[one] }))}
        value={role}
        allowDeselect={false}
        onChange={(next) => setRole((next ?? role) as Role)}
      />
      <p className="second">
        It holds at once, also where they are signed in. Their API Keys stay as they are.
      </p>
    </FormDialog>
  )
}

function Transfer({ member, onClose }: DialogProps) {
  const changed = useTeamChanged()
  const { workspace } = useMe()
  const transfer = useMutation({
    mutationFn: () => transferOwnership(member.id),
    onSuccess: async () => {
      await changed()
      notifications.show({ message: `${member.name} is an owner now, and you are an admin.` })
      onClose()
    },
  })
  return (
    <TypedConfirmation
      name={member.email}
      title={`Hand ${workspace.name} to ${member.name}`}
      deed="Transfer ownership"
      keep="Stay owner"
      action={transfer}
      onClose={onClose}
    >
      <p>They become an owner and you an admin. Only an owner can make you one again.</p>
    </TypedConfirmation>
  )
}

function Leave({ onClose }: DialogProps) {
  const { workspace } = useMe()
  const leave = useMutation({
    mutationFn: leaveWorkspace,
    onSuccess: startOver,
  })
  return (
    <TypedConfirmation
      name={workspace.name}
      title={`Leave ${workspace.name}`}
      deed="Leave workspace"
      keep="Stay"
      action={leave}
      onClose={onClose}
    >
      <p>
        You see nothing of it from then on, and come back only by an invitation. API Keys that you made stay.
      </p>
    </TypedConfirmation>
  )
}

function Remove({ member, onClose, onRemoved }: DialogProps) {
  const changed = useTeamChanged()
  const queryClient = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeMember(member.id),
    onSuccess: async () => {
      // Read again: until a moment ago they could still make keys.
      const known = await queryClient.fetchQuery(knownKeysQuery(member.user_id)).catch(() => undefined)
      notifications.show({ message: `${member.name} is no longer a member.` })
      if (known?.data.length !== 0) onRemoved(member)
      onClose()
      await changed()
    },
  })
  return (
    <TypedConfirmation
      name={member.email}
      title={`Remove ${member.name}`}
      deed="Remove member"
      keep="Keep the member"
      action={remove}
      onClose={onClose}
    >
      <p>
        They are out at once, also where they are signed in, and invitations that they made end. API Keys
        belong to the workspace and stay.
      </p>
      <KeysKnownTo userId={member.user_id} name={member.name} />
    </TypedConfirmation>
  )
}

/** What follows a removal, so that it is not forgotten: the keys that they may know, each to rotate or delete. */
export function RemovedMember({ member, onClose }: Pick<DialogProps, 'member' | 'onClose'>) {
  return (
    <Dialog onClose={onClose} title={`${member.name} is removed`} size="lg">
      <div className="stack">
        <RenewKnownKeys userId={member.user_id} name={member.name} />
        <Button style={{ alignSelf: 'flex-end' }} onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}
