import { Button, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FeeRule } from '../api-types.ts'
import { CurrencyField } from '../components/currency-field.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { Empty, FormError, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { TypedConfirmation } from '../components/typed-confirmation.tsx'
import { showUndo } from '../components/undo.tsx'
import { basisPointsOf, feeInWords, feeRulesQuery, feesQuery, removeFeeRule, setFeeRule } from '../fees.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'

const TYPES: readonly FeeRule['type'][] = ['deposit', 'payout', 'transfer', 'refund']
const ALL = {
  fiat: 'Every other fiat currency',
  crypto: 'Every other crypto currency',
} as const

/** What transactions cost. Without a rule, nothing. */
export function OperatorFeesPage() {
  return (
    <OperatorOnly>
      <div className="form-width">
        <PageHead
          title="Fees"
          lead="What a transaction costs from now on, in both modes; what was made before keeps its fee. Without a rule there is none. A fee comes out of a deposit, and on top of what leaves; it is charged when the transaction completes."
        />
        <div className="stack-wide">
          <Rules />
          <RuleForm />
        </div>
      </div>
    </OperatorOnly>
  )
}

function Rules() {
  const rules = useQuery(feeRulesQuery)
  return (
    <Loaded query={rules} what="The fees" rows={3}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title="Nothing is charged">The first rule below begins to charge at once.</Empty>
        ) : (
          <RuleTable rules={data} />
        )
      }
    </Loaded>
  )
}

function RuleTable({ rules }: { rules: FeeRule[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Transactions</th>
            <th>Currency</th>
            <th>Fee</th>
            <th>Set</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <Rule key={`${rule.type} ${rule.currency_type} ${rule.currency}`} rule={rule} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Rule({ rule }: { rule: FeeRule }) {
  const [isRemoving, setRemoving] = useState(false)
  const name = `${TRANSACTION_TYPE_NAMES[rule.type]}, ${rule.currency ?? ALL[rule.currency_type]}`
  return (
    <tr>
      <td>
        <span className="lead">{TRANSACTION_TYPE_NAMES[rule.type]}</span>
      </td>
      <td data-label="Currency">
        {rule.currency ?? <span className="second">{ALL[rule.currency_type]}</span>}
      </td>
      <td data-label="Fee">{feeInWords(rule)}</td>
      <td data-label="Set">
        <Time at={rule.updated_at} />
      </td>
      <td className="actions">
        <span className="row">
          <Button
            size="xs"
            variant="default"
            aria-label={`Remove the fee: ${name}`}
            onClick={() => setRemoving(true)}
          >
            Remove
          </Button>
        </span>
        {isRemoving && <RemoveRule rule={rule} name={name} onClose={() => setRemoving(false)} />}
      </td>
    </tr>
  )
}

function RemoveRule({ rule, name, onClose }: { rule: FeeRule; name: string; onClose: () => void }) {
  const refresh = useRefresh()
  const remove = useMutation({
    mutationFn: () => removeFeeRule(rule),
    onSuccess: async () => {
      notifications.show({ message: 'The fee is removed.' })
      onClose()
      await refresh()
    },
  })
  return (
    <TypedConfirmation
      name={name}
      title="Remove this fee"
      deed="Remove fee"
      keep="Keep it"
      action={remove}
      onClose={onClose}
    >
      <p>
        {feeInWords(rule)} is no longer charged
        {rule.currency !== null && '; where all currencies of its type have a rule, that one holds instead'}.
        What completes without a fee is never charged afterwards.
      </p>
    </TypedConfirmation>
  )
}

const EMPTY = { type: 'payout' as FeeRule['type'], currency: 'USD', percent: '', fixed: '', minimum: '' }

function RuleForm() {
  const refresh = useRefresh()
  const [draft, setDraft] = useState(EMPTY)
  const set = (part: Partial<typeof EMPTY>) => setDraft((before) => ({ ...before, ...part }))
  const isForAll = draft.currency in ALL
  const basisPoints = draft.percent.trim() === '' ? 0 : basisPointsOf(draft.percent)
  const rules = useQuery(feeRulesQuery).data?.data ?? []
  const ruleBefore = rules.find(
    (rule) => rule.type === draft.type && (rule.currency ?? rule.currency_type) === draft.currency,
  )
  const save = useMutation({
    mutationFn: () =>
      setFeeRule(draft.type, draft.currency, {
        basis_points: basisPoints,
        fixed: isForAll ? '0' : draft.fixed.trim() || '0',
        minimum: isForAll ? '0' : draft.minimum.trim() || '0',
      }),
    onSuccess: async (made) => {
      const before = ruleBefore
      showUndo('The fee is set: it is charged from now on.', async () => {
        await (before
          ? setFeeRule(before.type, before.currency ?? before.currency_type, before)
          : removeFeeRule(made))
        await refresh()
      })
      await refresh()
    },
  })
  const amount = (name: 'fixed' | 'minimum', label: string, description: string) => (
    <TextInput
      label={`${label} (optional)`}
      description={description}
      inputMode="decimal"
      autoComplete="off"
      placeholder="0"
      styles={{ input: { fontFamily: 'var(--mono)' } }}
      disabled={isForAll}
      value={isForAll ? '' : draft[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  )
  return (
    <form
      className="card card-pad stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <h2>Set a fee</h2>
      <div className="two-fields">
        <Select
          label="Transactions"
          data={TYPES.map((value) => ({ value, label: TRANSACTION_TYPE_NAMES[value] }))}
          value={draft.type}
          onChange={(value) => value && set({ type: value as FeeRule['type'] })}
        />
        <CurrencyField
          first={(['fiat', 'crypto'] as const).map((value) => ({ value, label: ALL[value] }))}
          value={draft.currency}
          onChange={(value) => value && set({ currency: value })}
        />
      </div>
      <TextInput
        label="Share of the amount, in percent (optional)"
        description="Rounded half up to the smallest unit of the currency."
        inputMode="decimal"
        autoComplete="off"
        placeholder="0"
        error={Number.isNaN(basisPoints) && 'A number of at most two decimals, such as 1.5'}
        value={draft.percent}
        onChange={(event) => set({ percent: event.currentTarget.value })}
      />
      <div className="two-fields">
        {amount('fixed', 'Fixed part', isForAll ? 'Needs one currency.' : 'Part of every fee.')}
        {amount('minimum', 'Minimum', isForAll ? 'Needs one currency.' : 'No fee is less.')}
      </div>
      {ruleBefore && (
        <p className="second">
          It takes the place of {feeInWords(ruleBefore)}, for every workspace and at once.
        </p>
      )}
      <FormError error={save.error} />
      <div className="row ends">
        <span className="small quiet">
          {isForAll
            ? `${CURRENCY_TYPE_NAMES[draft.currency as 'fiat' | 'crypto']} currencies with a rule of their own keep it.`
            : 'A rule of zero exempts a currency from the one of its type.'}
        </span>
        <Button type="submit" loading={save.isPending} disabled={Number.isNaN(basisPoints)}>
          Set fee
        </Button>
      </div>
    </form>
  )
}

function useRefresh(): () => Promise<void> {
  const queryClient = useQueryClient()
  return async () => {
    await queryClient.invalidateQueries({ queryKey: feeRulesQuery.queryKey })
    await queryClient.invalidateQueries({ queryKey: feesQuery.queryKey })
  }
}
