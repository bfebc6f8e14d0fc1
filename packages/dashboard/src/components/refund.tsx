import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Transaction } from '../api-types.ts'
import { readMetadata, type MetadataRow } from '../metadata.ts'
import { refundTransaction, type RefundFields } from '../money.ts'
import { Amount } from './amount.tsx'
import { Disclosure } from './disclosure.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useIdempotencyKey } from './idempotency-key.ts'
import { MetadataFields } from './metadata-fields.tsx'

/** Gives a deposit back, whole or in part, and leads to the refund that this makes. */
export function Refund({ transaction, onClose }: { transaction: Transaction; onClose: () => void }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const keyFor = useIdempotencyKey()
  const [texts, setTexts] = useState({ amount: '', reference: '', description: '' })
  const [rows, setRows] = useState<MetadataRow[]>([])
  const [isOpen, setOpen] = useState(false)
  const { id, currency, refunded } = transaction
  const refund = useMutation({
    mutationFn: (fields: RefundFields) => refundTransaction(id, fields, keyFor(fields)),
    onSuccess: async ({ id: transactionId }) => {
      await queryClient.invalidateQueries()
      onClose()
      await navigate({ to: '/transactions/$transactionId', params: { transactionId } })
    },
  })
  const given = Object.entries(texts).filter(([, text]) => text.trim() !== '')
  const fields: RefundFields = {
    ...Object.fromEntries(given.map(([name, text]) => [name, text.trim()])),
    ...(rows.length > 0 && { metadata: readMetadata(rows) }),
  }
  const field = (name: keyof typeof texts) => ({
    value: texts[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setTexts((before) => ({ ...before, [name]: value }))
    },
  })
  return (
    <FormDialog
      title="Refund"
      deed="Refund"
      action={{ ...refund, mutate: () => refund.mutate(fields) }}
      onClose={onClose}
    >
      <p className="second">
        The amount is held at once and leaves the account when it has been paid out. Of{' '}
        <Amount value={transaction.amount} currency={currency} />, <Amount value={refunded} /> was given back
        so far.
      </p>
      <TextInput
        label={`Amount in ${currency}`}
        description="Empty: all that is left."
        inputMode="decimal"
        autoComplete="off"
        data-autofocus
        {...field('amount')}
      />
      <Disclosure title="More" hint="Reference, description, metadata" open={isOpen} onToggle={setOpen}>
        <TextInput label="Reference (optional)" maxLength={200} {...field('reference')} />
        <TextInput label="Description (optional)" maxLength={500} {...field('description')} />
        <MetadataFields rows={rows} onChange={setRows} />
      </Disclosure>
    </FormDialog>
  )
}
