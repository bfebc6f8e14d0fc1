import { Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OperatorActivation } from '../api-types.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { ACTIVATIONS, decideActivation, type Decision } from '../operator.ts'
import { activationQuery } from '../production-lock.ts'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

const WORDS: Record<Decision, { title: string; explain: string; deed: string; done: string }> = {
  approve: {
    title: 'Approve',
    explain: 'Production Mode opens once every other step is done as well.',
    deed: 'Approve workspace',
    done: 'is approved.',
  },
  refuse: {
    title: 'Refuse',
    explain: 'The workspace reads the reason on its Activation page and can ask again.',
    deed: 'Refuse request',
    done: 'is refused.',
  },
  revoke: {
    title: 'Revoke the approval of',
    explain: 'Production Mode closes at once: new transactions are refused until it is approved again.',
    deed: 'Revoke approval',
    done: 'has lost its approval.',
  },
}

type DecideActivationProps = { activation: OperatorActivation; decision: Decision; onClose: () => void }

/** One decision with its reason, which the workspace can read. */
export function DecideActivation({ activation, decision, onClose }: DecideActivationProps) {
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const words = WORDS[decision]
  const name = `${activation.workspace.name} · ${CURRENCY_TYPE_NAMES[activation.currency_type]}`
  const missing = activation.items.filter(({ code, done }) => code !== 'approval' && !done)
  const decide = useMutation({
    mutationFn: () => decideActivation(activation, decision, reason.trim() || null),
    onSuccess: async (decided) => {
      await queryClient.invalidateQueries({ queryKey: [ACTIVATIONS] })
      await queryClient.invalidateQueries({ queryKey: activationQuery.queryKey })
      const own =
        decided.approval.status === 'self-approved'
          ? ' It is your own workspace, so the record says self-approved.'
          : ''
      notifications.show({ message: `${name} ${words.done}${own}` })
      onClose()
    },
  })
  return (
    <FormDialog
      title={`${words.title} ${name}`}
      deed={words.deed}
      isDanger={decision === 'revoke'}
      action={decide}
      onClose={onClose}
    >
      <p>{words.explain}</p>
      {decision === 'approve' && missing.length > 0 && (
        <Note tone="soon">Not done yet: {missing.map(({ title }) => title).join(', ')}.</Note>
      )}
      <Textarea
        label={decision === 'approve' ? 'Reason (optional)' : 'Reason'}
        description="The workspace reads it."
        required={decision !== 'approve'}
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
