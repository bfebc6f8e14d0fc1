import '../styles/keys.css'
import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ManySettled, Settlement } from '../api-types.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { failMany, MANY_MAX, settleMany, SETTLEMENTS, type SettlementFailure } from '../operator.ts'
import { sumAmounts } from '../sum-amounts.ts'
import { Amount } from './amount.tsx'
import { FailureFields } from './failure-fields.tsx'
import { FormDialog } from './form-dialog.tsx'
import { Note } from './states.tsx'

type ManySettlementsProps = { settlements: Settlement[]; onClear: () => void }

/** What can be done to the selected transactions: at the foot of the window, so that no row moves. */
export function ManySettlements({ settlements, onClear }: ManySettlementsProps) {
  const [open, setOpen] = useState<'settle' | 'fail'>()
  const tooMany = settlements.length > MANY_MAX
  const dialog = { settlements, onClear, onClose: () => setOpen(undefined) }
  return (
    <div className="card row selection-bar" role="group" aria-label="Selected transactions">
      <strong>{settlements.length} selected</strong>
      <Totals settlements={settlements} />
      <Button size="xs" disabled={tooMany} onClick={() => setOpen('settle')}>
        Settle
      </Button>
      <Button variant="default" size="xs" disabled={tooMany} onClick={() => setOpen('fail')}>
        Fail
      </Button>
      <Button variant="subtle" size="xs" onClick={onClear}>
        Select none
      </Button>
      {tooMany && <span className="small quiet">At most {MANY_MAX} at once.</span>}
      {open === 'settle' && <SettleMany {...dialog} />}
      {open === 'fail' && <FailMany {...dialog} />}
    </div>
  )
}

/** What is confirmed of each: what came, where somebody approved another amount than was announced. */
const totalsOf = (settlements: Settlement[]) =>
  sumAmounts(
    settlements.map(({ transaction: { currency, amount }, received_amount: received }) => ({
      currency,
      amount: received ?? amount,
    })),
  )

function Totals({ settlements }: { settlements: Settlement[] }) {
  return (
    <span className="row grow">
      {totalsOf(settlements).map(({ currency, amount }) => (
        <Amount key={currency} value={amount} currency={currency} />
      ))}
    </span>
  )
}

type DialogProps = ManySettlementsProps & { onClose: () => void }

/** Each transaction keeps its own reference; one confirmation for all, with what they add up to. */
function SettleMany({ settlements, onClear, onClose }: DialogProps) {
  const [references, setReferences] = useState<Record<string, string>>(() =>
    Object.fromEntries(settlements.map((row) => [row.transaction.id, row.reference ?? ''])),
  )
  const { act, refused } = useMany({
    settlements,
    run: () =>
      settleMany(
        settlements.map(({ transaction: { id }, received_amount: received }) => ({
          transaction_id: id,
          reference: references[id]?.trim() ?? '',
          ...(received === null ? {} : { amount: received }),
        })),
        totalsOf(settlements),
      ),
    done: (count) => `${count} of ${settlements.length} settled or approved.`,
    onDone: () => {
      onClear()
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Settle ${countOf(settlements)}`}
      size="lg"
      deed={`Settle ${countOf(settlements)}`}
      action={act}
      onClose={onClose}
    >
      <p>
        Each has its own bank reference or hash. It completes when enough different people have approved it.
        This cannot be undone.
      </p>
      <div className="stack-tight">
        {settlements.map((row) => (
          <TextInput
            key={row.transaction.id}
            label={nameOf(row)}
            required
            maxLength={200}
            placeholder="Bank reference or transaction hash"
            error={refused[row.transaction.id]}
            value={references[row.transaction.id] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget
              setReferences((before) => ({ ...before, [row.transaction.id]: value }))
            }}
          />
        ))}
      </div>
      <ConfirmedTotals settlements={settlements} />
    </FormDialog>
  )
}

function FailMany({ settlements, onClear, onClose }: DialogProps) {
  const [failure, setFailure] = useState<SettlementFailure>({ reason: '', code: 'declined' })
  const { act, refused } = useMany({
    settlements,
    run: () =>
      failMany(
        settlements.map(({ transaction }) => transaction.id),
        { ...failure, reason: failure.reason.trim() },
        totalsOf(settlements),
      ),
    done: (count) => `${count} of ${settlements.length} have failed; what they held is free again.`,
    onDone: () => {
      onClear()
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Fail ${countOf(settlements)}`}
      deed={`Fail ${countOf(settlements)}`}
      isDanger
      action={act}
      onClose={onClose}
    >
      <p>What they held is free again. This cannot be undone.</p>
      <ConfirmedTotals settlements={settlements} />
      <FailureFields failure={failure} onChange={setFailure} readBy="Each customer reads it." autoFocus />
      {Object.entries(refused).map(([id, says]) => (
        <Note key={id} tone="bad">
          <code>{id}</code> {says}
        </Note>
      ))}
    </FormDialog>
  )
}

function ConfirmedTotals({ settlements }: { settlements: Settlement[] }) {
  return (
    <Note>
      Together{' '}
      {totalsOf(settlements).map(({ currency, amount }, index) => (
        <strong key={currency}>
          {index > 0 && ', '}
          <Amount value={amount} currency={currency} />
        </strong>
      ))}
      . When they add up to anything else on the server, nothing is done.
    </Note>
  )
}

type Many = {
  settlements: Settlement[]
  run: () => Promise<ManySettled>
  done: (count: number) => string
  onDone: () => void
}

/** What was refused stays in the dialog, with the reason; what was done leaves the queue. */
function useMany({ run, done, onDone }: Many) {
  const queryClient = useQueryClient()
  const [refused, setRefused] = useState<Record<string, string>>({})
  const act = useMutation({
    mutationFn: run,
    onSuccess: async ({ data }) => {
      const faults = data.flatMap(({ transaction_id, problem }) =>
        problem ? [[transaction_id, problem.detail] as const] : [],
      )
      setRefused(Object.fromEntries(faults))
      notifications.show({ message: done(data.length - faults.length) })
      if (faults.length === 0) onDone()
      await queryClient.invalidateQueries({ queryKey: [SETTLEMENTS] })
    },
  })
  return { act, refused }
}

const nameOf = ({ transaction, workspace }: Settlement) =>
  [
    `${TRANSACTION_TYPE_NAMES[transaction.type]} ${transaction.amount} ${transaction.currency}`,
    workspace.name,
    ...(transaction.reference === null ? [] : [transaction.reference]),
  ].join(' · ')

const countOf = (settlements: readonly unknown[]) =>
  settlements.length === 1 ? '1 transaction' : `${settlements.length} transactions`
