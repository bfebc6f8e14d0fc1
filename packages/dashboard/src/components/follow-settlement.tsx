import { SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Settlement } from '../api-types.ts'
import { correctTransaction, returnSettled, type SettlementFailure } from '../operator.ts'
import { FailureFields } from './failure-fields.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useRefreshSettlements } from './settle.tsx'

type DialogProps = { settlement: Settlement; onClose: () => void }

/** A payout came back: a new transaction gives the money back. */
export function ReturnSettlement({ settlement, onClose }: DialogProps) {
  const { transaction } = settlement
  const people = settlement.deposit_approvers
  const finish = useFinish(onClose)
  const [reference, setReference] = useState('')
  const [amount, setAmount] = useState(transaction.amount)
  const [failure, setFailure] = useState<SettlementFailure>({ reason: '', code: 'account_closed' })
  const act = useMutation({
    mutationFn: () =>
      returnSettled(transaction.id, {
        reference: reference.trim(),
        ...failure,
        reason: failure.reason.trim(),
        ...(amount.trim() === transaction.amount ? {} : { amount: amount.trim() }),
      }),
    onSuccess: (back) =>
      finish(
        back,
        back.state === 'completed'
          ? 'The money is back on the account.'
          : 'Proposed. Another person has to approve.',
      ),
  })
  return (
    <FormDialog
      title="The payout came back"
      deed={people === 1 ? 'Book the return' : 'Propose the return'}
      action={act}
      onClose={onClose}
    >
      <p>
        A new transaction of the type Return gives it back to {settlement.workspace.name}
        {people === 1
          ? ' at once (DEPOSIT_APPROVERS=1).'
          : `, once ${people} different people have approved it; you are the first.`}
      </p>
      <TextInput
        label="Bank reference or transaction hash"
        description="Under which it came back; not that of the payout."
        required
        maxLength={200}
        data-autofocus
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
      <TextInput
        label={`Amount that came back, in ${transaction.currency}`}
        description="Less than had left, where the bank kept some of it."
        required
        inputMode="decimal"
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
      />
      <FailureFields failure={failure} onChange={setFailure} />
    </FormDialog>
  )
}

/** Something was booked wrongly: what is missing or too much, with the reason, for another person to approve. */
export function CorrectSettlement({ settlement, onClose }: DialogProps) {
  const { transaction } = settlement
  const people = Math.max(settlement.payout_approvers, settlement.deposit_approvers)
  const finish = useFinish(onClose)
  const [direction, setDirection] = useState<'credit' | 'debit'>('debit')
  const [amount, setAmount] = useState('')
  const [reason, setReason] = useState('')
  const [reference, setReference] = useState('')
  const act = useMutation({
    mutationFn: () =>
      correctTransaction(transaction.id, {
        direction,
        amount: amount.trim(),
        reason: reason.trim(),
        reference: reference.trim(),
      }),
    onSuccess: (made) =>
      finish(
        made,
        made.state === 'completed' ? 'The correction is booked.' : 'Proposed. Another person has to approve.',
      ),
  })
  return (
    <FormDialog
      title="Correct this transaction"
      deed={people === 1 ? 'Book correction' : 'Propose correction'}
      action={act}
      onClose={onClose}
    >
      <p>
        The transaction stays as it is; a new one, linked to it, corrects the account of{' '}
        {settlement.workspace.name}.{' '}
        {people === 1
          ? 'It is booked at once (PAYOUT_APPROVERS=1, DEPOSIT_APPROVERS=1).'
          : `It is booked once ${people} different people have approved it; you are the first.`}
      </p>
      <SegmentedControl
        aria-label="Direction"
        data={[
          { value: 'debit', label: 'Take from it' },
          { value: 'credit', label: 'Give to it' },
        ]}
        value={direction}
        onChange={(value) => setDirection(value as 'credit' | 'debit')}
      />
      <TextInput
        label={`Amount in ${transaction.currency}`}
        description="The difference, not what would have been right."
        required
        inputMode="decimal"
        data-autofocus
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
      />
      <Textarea
        label="Reason"
        description="The customer reads it."
        required
        maxLength={200}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <TextInput
        label="Evidence"
        description="A ticket or a line of the statement. Every transaction has its own."
        required
        maxLength={200}
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

/** Goes to what was made: that is what waits or was booked now. */
function useFinish(onClose: () => void) {
  const refresh = useRefreshSettlements()
  const navigate = useNavigate()
  return async (made: Settlement, message: string) => {
    await refresh()
    notifications.show({ message })
    onClose()
    await navigate({
      to: '/operator/settlements/$transactionId',
      params: { transactionId: made.transaction.id },
    })
  }
}
