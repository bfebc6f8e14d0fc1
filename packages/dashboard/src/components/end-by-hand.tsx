import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { failTestTransaction, returnTestTransaction, type TestFailure } from '../money.ts'
import { Amount } from './amount.tsx'
import { FailureCode } from './failure-fields.tsx'
import { FormDialog } from './form-dialog.tsx'

type EndProps = { transaction: Transaction; onClose: () => void }

/** Test Mode: the other side refuses it, for a reason that you choose. */
export function FailByHand({ transaction, onClose }: EndProps) {
  const queryClient = useQueryClient()
  const [why, setWhy] = useState<TestFailure>({ code: 'declined' })
  const fail = useMutation({
    mutationFn: () => failTestTransaction(transaction.id, why),
    onSuccess: async () => {
      // Balances, entries, events and deliveries change with it.
      await queryClient.invalidateQueries()
      onClose()
    },
  })
  return (
    <FormDialog
      title="Fail this transaction"
      deed="Fail transaction"
      isDanger
      action={fail}
      onClose={onClose}
    >
      <p className="second">It fails as if the other side had refused it: what it held is free again.</p>
      <WhyFields why={why} onChange={setWhy} />
    </FormDialog>
  )
}

/** Test Mode: the money comes back, as a transaction of its own. */
export function ReturnByHand({ transaction, onClose }: EndProps) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [why, setWhy] = useState<TestFailure>({ code: 'account_closed' })
  const giveBack = useMutation({
    mutationFn: () => returnTestTransaction(transaction.id, why),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries()
      onClose()
      await navigate({ to: '/transactions/$transactionId', params: { transactionId: id } })
    },
  })
  return (
    <FormDialog title="Return this transaction" deed="Return transaction" action={giveBack} onClose={onClose}>
      <p className="second">
        As if the other side had sent it back: a return of{' '}
        <Amount value={transaction.amount} currency={transaction.currency} />
        {/[1-9]/.test(transaction.refunded) && ', less what was given back already,'} is made beside it.
      </p>
      <WhyFields why={why} onChange={setWhy} />
    </FormDialog>
  )
}

function WhyFields({ why, onChange }: { why: TestFailure; onChange: (why: TestFailure) => void }) {
  return (
    <>
      <FailureCode value={why.code} onChange={(code) => onChange({ ...why, code })} autoFocus />
      <TextInput
        label="Message (optional)"
        description="In place of the usual words for the code."
        maxLength={200}
        value={why.message ?? ''}
        onChange={(event) => {
          const message = event.currentTarget.value
          onChange({ code: why.code, ...(message !== '' && { message }) })
        }}
      />
    </>
  )
}
