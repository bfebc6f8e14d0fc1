import { Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { UnmatchedDeposit } from '../api-types.ts'
import {
  matchUnmatched,
  recordUnmatched,
  returnUnmatched,
  SETTLEMENTS,
  UNMATCHED,
  withdrawMatch,
  type MatchTarget,
} from '../operator.ts'
import { Amount } from './amount.tsx'
import { CurrencyField } from './currency-field.tsx'
import { FormDialog } from './form-dialog.tsx'

/** Writes down money that came, from the statement. */
export function RecordDeposit({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState({
    currency: 'EUR',
    amount: '',
    reference: '',
    sender: '',
    text: '',
    receivedAt: '',
  })
  const set = (name: keyof typeof fields) => (value: string) =>
    setFields((before) => ({ ...before, [name]: value }))
  const act = useDeed(
    () =>
      recordUnmatched({
        currency: fields.currency,
        amount: fields.amount.trim(),
        reference: fields.reference.trim(),
        ...(fields.receivedAt && { received_at: new Date(fields.receivedAt).toISOString() }),
        sender: fields.sender.trim() || null,
        text: fields.text.trim() || null,
      }),
    () => 'Recorded. It is in the ledger until somebody matches it or sends it back.',
    onClose,
  )
  return (
    <FormDialog title="Record a deposit" deed="Record deposit" action={act} onClose={onClose}>
      <CurrencyField
        value={fields.currency}
        onChange={(code) => code && set('currency')(code)}
        allowDeselect={false}
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
        type="datetime-local"
        label="Received (now, if empty)"
        value={fields.receivedAt}
        onChange={(event) => set('receivedAt')(event.currentTarget.value)}
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
export function MatchDeposit({ deposit, people, onClose }: DepositDialogProps & { people: number }) {
  const [target, setTarget] = useState('')
  const [account, setAccount] = useState('')
  const id = target.trim()
  const isWorkspace = id.startsWith('wks_')
  const act = useDeed(
    () =>
      matchUnmatched(
        deposit.id,
        isWorkspace
          ? { workspace_id: id, ...(account.trim() && { account_id: account.trim() }) }
          : { transaction_id: id },
      ),
    matchedWords,
    onClose,
  )
  return (
    <FormDialog
      title="Match this deposit"
      deed={people === 1 ? 'Match deposit' : 'Propose match'}
      action={act}
      onClose={onClose}
    >
      <p>
        <strong>
          <Amount value={deposit.amount} currency={deposit.currency} />
        </strong>{' '}
        goes to the account{' '}
        {people === 1 ? 'at once' : `once ${people} different people have said so; you are the first`}, and
        webhooks go out. What was given to a workspace is taken back by a correction only.
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
      {isWorkspace && (
        <TextInput
          label="Account id (optional)"
          description="Of that workspace; its main account when empty."
          placeholder="acc_…"
          maxLength={64}
          value={account}
          onChange={(event) => setAccount(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}

/** One more person says whom it is to be given to; the last one books it. */
export function ApproveMatch({ deposit, onClose }: DepositDialogProps) {
  const proposed = deposit.proposed_match
  const act = useDeed(() => matchUnmatched(deposit.id, targetOf(proposed)), matchedWords, onClose)
  if (!proposed) return null
  const { transaction_id: transactionId, workspace_name: name } = proposed
  return (
    <FormDialog title="Approve this match" deed="Approve match" action={act} onClose={onClose}>
      <p>
        <strong>
          <Amount value={deposit.amount} currency={deposit.currency} />
        </strong>{' '}
        goes to {name}, {transactionId ? <>as the announced deposit {transactionId}</> : 'as a new deposit'}.
        It was proposed by {proposed.approvals.map(({ by }) => by.email).join(', ')}. Look at the bank’s
        statement yourself: what was given to a workspace is taken back by a correction only.
      </p>
    </FormDialog>
  )
}

/** Takes back what was proposed, or refuses it. */
export function WithdrawMatch({ deposit, onClose }: DepositDialogProps) {
  const act = useDeed(
    () => withdrawMatch(deposit.id),
    () => 'Withdrawn. Nothing was booked.',
    onClose,
  )
  return (
    <FormDialog title="Withdraw this match" deed="Withdraw match" isDanger action={act} onClose={onClose}>
      <p>
        It was to be given to {deposit.proposed_match?.workspace_name}. It stays unmatched, and somebody can
        match it anew or send it back.
      </p>
    </FormDialog>
  )
}

const matchedWords = (deposit: UnmatchedDeposit) =>
  deposit.state === 'matched'
    ? 'Matched. The money is on the account of the workspace.'
    : 'Proposed. Another person has to approve the match.'

function targetOf(proposed: UnmatchedDeposit['proposed_match']): MatchTarget {
  const { transaction_id, workspace_id, account_id } = proposed ?? {}
  if (!workspace_id) return { transaction_id: transaction_id ?? '' }
  return { workspace_id, ...(account_id ? { account_id } : {}) }
}

/** Makes a payout that other people approve in the queue. */
export function ReturnDeposit({ deposit, onClose }: DepositDialogProps) {
  const [destination, setDestination] = useState('')
  const [reason, setReason] = useState('')
  const act = useDeed(
    () => returnUnmatched(deposit.id, { destination: destination.trim(), reason: reason.trim() }),
    () => 'A payout waits in the settlement queue.',
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

function useDeed(
  run: () => Promise<UnmatchedDeposit>,
  message: (deposit: UnmatchedDeposit) => string,
  onClose: () => void,
) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: async (deposit) => {
      await queryClient.invalidateQueries({ queryKey: [UNMATCHED] })
      await queryClient.invalidateQueries({ queryKey: [SETTLEMENTS] })
      notifications.show({ message: message(deposit) })
      onClose()
    },
  })
}
