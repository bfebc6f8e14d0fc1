import { Select, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { UnmatchedDeposit } from '../api-types.ts'
import { currencyOptions } from '../money-words.ts'
import { currenciesQuery } from '../money.ts'
import { matchUnmatched, recordUnmatched, returnUnmatched, SETTLEMENTS, UNMATCHED } from '../operator.ts'
import { Amount } from './amount.tsx'
import { FormDialog } from './form-dialog.tsx'

/** Writes down money that came, from the statement. */
export function RecordDeposit({ onClose }: { onClose: () => void }) {
  const currencies = useQuery(currenciesQuery)
  const [fields, setFields] = useState({ currency: 'EUR', amount: '', reference: '', sender: '', text: '' })
  const set = (name: keyof typeof fields) => (value: string) =>
    setFields((before) => ({ ...before, [name]: value }))
  const act = useDeed(
    () =>
      recordUnmatched({
        ...fields,
        amount: fields.amount.trim(),
        sender: fields.sender.trim() || null,
        text: fields.text.trim() || null,
      }),
    'Recorded. It is in the ledger until somebody matches it or sends it back.',
    onClose,
  )
  return (
    <FormDialog title="Record a deposit" deed="Record deposit" action={act} onClose={onClose}>
      <Select
        label="Currency"
        data={currencyOptions(currencies.data?.data ?? [])}
        value={fields.currency}
        onChange={(code) => code && set('currency')(code)}
        allowDeselect={false}
        searchable
      />
      <TextInput
        label="Amount"
        required
        inputMode="decimal"
        data-autofocus
        value={fields.amount}
        onChange={(event) => set('amount')(event.currentTarget.value)}
      />
      <TextInput
        label="Bank reference or transaction hash"
        description="Every movement has its own; the same one is recorded once."
        required
        maxLength={200}
        value={fields.reference}
        onChange={(event) => set('reference')(event.currentTarget.value)}
      />
      <TextInput
        label="Sender (optional)"
        maxLength={200}
        value={fields.sender}
        onChange={(event) => set('sender')(event.currentTarget.value)}
      />
      <Textarea
        label="What they wrote (optional)"
        maxLength={500}
        autosize
        minRows={2}
        value={fields.text}
        onChange={(event) => set('text')(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

type DepositDialogProps = { deposit: UnmatchedDeposit; onClose: () => void }

/** Gives it to a deposit that was announced, or to a workspace that announced none. */
export function MatchDeposit({ deposit, onClose }: DepositDialogProps) {
  const [target, setTarget] = useState('')
  const id = target.trim()
  const act = useDeed(
    () => matchUnmatched(deposit.id, id.startsWith('wks_') ? { workspace_id: id } : { transaction_id: id }),
    'Matched. The money is on the account of the workspace.',
    onClose,
  )
  return (
    <FormDialog title="Match this deposit" deed="Match deposit" action={act} onClose={onClose}>
      <p>
        <strong>
          <Amount value={deposit.amount} currency={deposit.currency} />
        </strong>{' '}
        goes to the account at once, and webhooks go out. What was given to a workspace is taken back by a
        correction only.
      </p>
      <TextInput
        label="Transaction id or workspace id"
        description="txn_…: the deposit that was announced; it completes with what came. wks_…: a new deposit is made for the workspace."
        placeholder="txn_… or wks_…"
        required
        maxLength={64}
        data-autofocus
        value={target}
        onChange={(event) => setTarget(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

/** Makes a payout that other people approve in the queue. */
export function ReturnDeposit({ deposit, onClose }: DepositDialogProps) {
  const [destination, setDestination] = useState('')
  const [reason, setReason] = useState('')
  const act = useDeed(
    () => returnUnmatched(deposit.id, { destination: destination.trim(), reason: reason.trim() }),
    'A payout waits in the settlement queue.',
    onClose,
  )
  return (
    <FormDialog title="Send this deposit back" deed="Make the payout" action={act} onClose={onClose}>
      <p>
        <strong>
          <Amount value={deposit.amount} currency={deposit.currency} />
        </strong>{' '}
        {deposit.sender && <>from {deposit.sender} </>}waits in the settlement queue until enough people have
        approved the payout.
      </p>
      <TextInput
        label="Destination"
        description="The account or address of the sender."
        required
        maxLength={500}
        data-autofocus
        value={destination}
        onChange={(event) => setDestination(event.currentTarget.value)}
      />
      <Textarea
        label="Reason"
        required
        maxLength={200}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

function useDeed(run: () => Promise<unknown>, message: string, onClose: () => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [UNMATCHED] })
      await queryClient.invalidateQueries({ queryKey: [SETTLEMENTS] })
      notifications.show({ message })
      onClose()
    },
  })
}
