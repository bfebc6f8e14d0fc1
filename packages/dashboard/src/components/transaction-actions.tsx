import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Transaction } from '../api-types.ts'
import { cancelTransaction, endTestTransaction, isUnderWay } from '../money.ts'
import { FormError } from './states.tsx'

type Deed = 'cancel' | 'settle' | 'fail'

/** Test Mode: end it as the other side would, or cancel it. In Production Mode requests and rails do that. */
export function TransactionActions({ transaction }: { transaction: Transaction }) {
  const queryClient = useQueryClient()
  const act = useMutation({
    mutationFn: (deed: Deed) =>
      deed === 'cancel' ? cancelTransaction(transaction.id) : endTestTransaction(transaction.id, deed),
    // Balances, entries, events and deliveries change with it.
    onSettled: () => queryClient.invalidateQueries(),
  })
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
