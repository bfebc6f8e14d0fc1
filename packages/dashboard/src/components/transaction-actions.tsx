import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { cancelTransaction, isRefundable, isReturnable, isUnderWay, settleTestTransaction } from '../money.ts'
import { EditTransaction } from './edit-transaction.tsx'
import { FailByHand, ReturnByHand } from './end-by-hand.tsx'
import { Refund } from './refund.tsx'
import { FormError } from './states.tsx'

type Dialog = 'edit' | 'refund' | 'fail' | 'return'
type AtOnce = 'cancel' | 'settle'

/** Test Mode: end it as the other side would, cancel, refund or edit it. In Production Mode requests and rails do that. */
export function TransactionActions({ transaction }: { transaction: Transaction }) {
  const queryClient = useQueryClient()
  const [dialog, setDialog] = useState<Dialog>()
  const act = useMutation({
    mutationFn: (deed: AtOnce) =>
      deed === 'cancel' ? cancelTransaction(transaction.id) : settleTestTransaction(transaction.id),
    // Balances, entries, events and deliveries change with it.
    onSettled: () => queryClient.invalidateQueries(),
  })
  if (transaction.mode !== 'test') return null
  const atOnce = (deed: AtOnce, label: string) => (
    <Button
      variant="default"
      loading={act.isPending && act.variables === deed}
      onClick={() => act.mutate(deed)}
    >
      {label}
    </Button>
  )
  const opens = (name: Dialog, label: string) => (
    <Button variant="default" onClick={() => setDialog(name)}>
      {label}
    </Button>
  )
  const props = { transaction, onClose: () => setDialog(undefined) }
  return (
    <div className="stack-tight">
      <div className="row">
        {isUnderWay(transaction) && atOnce('settle', 'Settle')}
        {isUnderWay(transaction) && opens('fail', 'Fail')}
        {transaction.status === 'pending' && atOnce('cancel', 'Cancel')}
        {isRefundable(transaction) && opens('refund', 'Refund')}
        {isReturnable(transaction) && opens('return', 'Return')}
        {opens('edit', 'Edit')}
      </div>
      <FormError error={act.error} />
      {dialog === 'edit' && <EditTransaction {...props} />}
      {dialog === 'refund' && <Refund {...props} />}
      {dialog === 'fail' && <FailByHand {...props} />}
      {dialog === 'return' && <ReturnByHand {...props} />}
    </div>
  )
}
