import { Button, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { refundTransaction } from '../money.ts'
import { Amount } from './amount.tsx'
import { useIdempotencyKey } from './idempotency-key.ts'
import { FormError } from './states.tsx'

/** Gives a deposit back, whole or in part, and leads to the refund that this makes. */
export function Refund({ transaction, onClose }: { transaction: Transaction; onClose: () => void }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const keyFor = useIdempotencyKey()
  const [amount, setAmount] = useState('')
  const { id, currency, refunded } = transaction
  const refund = useMutation({
    mutationFn: (asked: string | null) => refundTransaction(id, asked, keyFor(asked)),
    onSuccess: async ({ id: transactionId }) => {
      await queryClient.invalidateQueries()
      onClose()
      await navigate({ to: '/transactions/$transactionId', params: { transactionId } })
    },
  })
  return (
    <Modal opened onClose={onClose} title="Refund">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          refund.mutate(amount.trim() || null)
        }}
      >
        <p className="second">
          The amount is held at once and leaves the account when it has been paid out. Of{' '}
          <Amount value={transaction.amount} currency={currency} />, <Amount value={refunded} /> was given
          back so far.
        </p>
        <TextInput
          label={`Amount in ${currency}`}
          description="Empty: all that is left."
          inputMode="decimal"
          data-autofocus
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
        />
        <FormError error={refund.error} />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={refund.isPending}>
            Refund
          </Button>
        </div>
      </form>
    </Modal>
  )
}
