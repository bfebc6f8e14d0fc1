import { Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OperatorWorkspaceDetail } from '../api-types.ts'
import { suspendWorkspace, WORKSPACES } from '../operator.ts'
import { meQuery } from '../session.ts'
import { FormDialog } from './form-dialog.tsx'
import { OPERATOR_AUDIT_LOG } from '../audit-log.ts'

type SuspendWorkspaceProps = { workspace: OperatorWorkspaceDetail; onClose: () => void }

/** Stops a workspace or lets it go on, with the reason that its members read. */
export function SuspendWorkspace({ workspace, onClose }: SuspendWorkspaceProps) {
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const verb = workspace.suspension ? 'resume' : 'suspend'
  const act = useMutation({
    mutationFn: () => suspendWorkspace(workspace.id, verb, reason.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [WORKSPACES] })
      await queryClient.invalidateQueries({ queryKey: [OPERATOR_AUDIT_LOG] })
      // It may be one's own.
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
      notifications.show({
        message: `${workspace.name} ${verb === 'suspend' ? 'is suspended.' : 'goes on.'} Its owners are told by mail.`,
      })
      onClose()
    },
  })
  const title = `${verb === 'suspend' ? 'Suspend' : 'Resume'} ${workspace.name}`
  return (
    <FormDialog
      title={title}
      deed={verb === 'suspend' ? 'Suspend workspace' : 'Resume workspace'}
      isDanger={verb === 'suspend'}
      action={act}
      onClose={onClose}
    >
      <p>
        {verb === 'suspend'
          ? 'From now on every request signed with its keys is refused, in both modes, and its members can read and change nothing. What is under way goes on, and webhooks tell of it.'
          : 'Its keys work again at once, and its members can change things as before.'}
      </p>
      <Textarea
        label="Reason"
        description="The members read it, and the owners get it by mail."
        required
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
