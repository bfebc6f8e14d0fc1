import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Settlement } from '../api-types.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { failSettlement, settle, SETTLEMENTS, withdrawApproval, type SettlementFailure } from '../operator.ts'
import { Amount } from './amount.tsx'
import { FailureFields } from './failure-fields.tsx'
import { FormDialog } from './form-dialog.tsx'
import { FormError, Note } from './states.tsx'

type DialogProps = { settlement: Settlement; onClose: () => void }

/** Says that the money has moved, with the reference that proves it. */
export function Settle({ settlement, onClose }: DialogProps) {
  const { transaction, approvals, approvals_required: required } = settlement
  const refresh = useRefreshSettlements()
  const [reference, setReference] = useState(settlement.reference ?? '')
  const [amount, setAmount] = useState(settlement.received_amount ?? transaction.amount)
  const completes = required - approvals.length <= 1
  const isDeposit = transaction.type === 'deposit'
  const act = useMutation({
    mutationFn: () => settle(transaction.id, reference.trim(), isDeposit ? amount.trim() : undefined),
    onSuccess: async (settled) => {
      await refresh()
      const done = settled.state === 'completed'
      notifications.show({
        message: done
          ? 'Settled: the transaction is completed.'
          : 'Approved. Another person has to approve too.',
      })
      onClose()
    },
  })
  return (
    <FormDialog
      title={completes ? 'Settle' : 'Approve'}
      deed={completes ? 'Settle transaction' : 'Approve transaction'}
      action={act}
      onClose={onClose}
    >
      <p>
        {TRANSACTION_TYPE_NAMES[transaction.type]} of{' '}
        <strong>
          <Amount value={transaction.amount} currency={transaction.currency} />
        </strong>{' '}
        for {settlement.workspace.name}.{' '}
        {completes
          ? 'It completes at once, its balance changes, and its webhooks go out. This cannot be undone.'
          : 'It completes when enough different people have approved.'}
      </p>
      <TextInput
        label="Bank reference or transaction hash"
        description="Copied from where the money moved. Every transaction has its own."
        required
        maxLength={200}
        data-autofocus
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      {isDeposit && (
        <TextInput
          label={`Amount that came, in ${transaction.currency}`}
          description="Change it where another amount came than was announced: what came is booked."
          required
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
        />
      )}
      {isDeposit && amount.trim() !== transaction.amount && (
        <Note tone="soon">
          <Amount value={transaction.amount} currency={transaction.currency} /> was announced. The customer
          sees both amounts.
        </Note>
      )}
    </FormDialog>
  )
}

/** Says that no money moved and why; the customer reads it. */
export function FailSettlement({ settlement, onClose }: DialogProps) {
  const refresh = useRefreshSettlements()
  const [failure, setFailure] = useState<SettlementFailure>({ reason: '', code: 'declined' })
  const act = useMutation({
    mutationFn: () =>
      failSettlement(settlement.transaction.id, { ...failure, reason: failure.reason.trim() }),
    onSuccess: async () => {
      await refresh()
      notifications.show({ message: 'The transaction has failed; what it held is free again.' })
      onClose()
    },
  })
  return (
    <FormDialog title="Fail this transaction" deed="Fail transaction" isDanger action={act} onClose={onClose}>
      <p>What it held is free again. This cannot be undone.</p>
      <FailureFields failure={failure} onChange={setFailure} autoFocus />
    </FormDialog>
  )
}

/** Takes one's own approval back while others are still missing. */
export function Withdraw({ settlement }: { settlement: Settlement }) {
  const refresh = useRefreshSettlements()
  const act = useMutation({
    mutationFn: () => withdrawApproval(settlement.transaction.id),
    onSuccess: refresh,
  })
  return (
    <>
      <Button variant="default" loading={act.isPending} onClick={() => act.mutate()}>
        Withdraw your approval
      </Button>
      <FormError error={act.error} />
    </>
  )
}

/** Where one person is enough, every page says so; null where it takes two or more. */
export function singlePersonWords(server: {
  payout_approvers: number
  deposit_approvers: number
}): string | null {
  const settings = [
    ...(server.payout_approvers === 1 ? ['a payout (PAYOUT_APPROVERS=1)'] : []),
    ...(server.deposit_approvers === 1 ? ['money that came (DEPOSIT_APPROVERS=1)'] : []),
  ]
  return settings.length === 0
    ? null
    : `One person is enough for ${settings.join(' and for ')} on this server. Two are safer.`
}

export function useRefreshSettlements() {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: [SETTLEMENTS] })
}
