import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { cancelTransaction, endTestTransaction, isRefundable, isUnderWay } from '../money.ts'
import { Refund } from './refund.tsx'
import { FormError } from './states.tsx'

type Deed = 'cancel' | 'settle' | 'fail'

/** Test Mode: end it as the other side would, cancel it, or refund it. In Production Mode requests and rails do that. */
export function TransactionActions({ transaction }: { transaction: Transaction }) {
  const queryClient = useQueryClient()
  const act = useMutation({
    mutationFn: (deed: Deed) =>
      deed === 'cancel' ? cancelTransaction(transaction.id) : endTestTransaction(transaction.id, deed),
    // Balances, entries, events and deliveries change with it.
    onSettled: () => queryClient.invalidateQueries(),
  })
  if (transaction.mode === 'test' && isRefundable(transaction))
    return <RefundButton transaction={transaction} />
  if (transaction.mode !== 'test' || !isUnderWay(transaction)) return <FormError error={act.error} />
  const busy = (deed: Deed) => act.isPending && act.variables === deed
  return (
    <div className="stack-tight">
      <div className="row">
        <Button variant="default" loading={busy('settle')} onClick={() => act.mutate('settle')}>
          Settle
        </Button>
        <Button variant="default" loading={busy('fail')} onClick={() => act.mutate('fail')}>
          Fail
        </Button>
        {transaction.status === 'pending' && (
          <Button variant="default" loading={busy('cancel')} onClick={() => act.mutate('cancel')}>
            Cancel
          </Button>
        )}
      </div>
      <FormError error={act.error} />
    </div>
  )
}

function RefundButton({ transaction }: { transaction: Transaction }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => setOpen(true)}>
        Refund
      </Button>
      {open && <Refund transaction={transaction} onClose={() => setOpen(false)} />}
    </>
  )
}
