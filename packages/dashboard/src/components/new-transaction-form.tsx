import { Button, Checkbox, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { feeInWords, feesQuery, ruleOf } from '../fees.ts'
import { readMetadata, type MetadataRow } from '../metadata.ts'
import { useMode } from '../mode.ts'
import {
  accountsQuery,
  createTransaction,
  currenciesQuery,
  TRANSACTIONS,
  type NewTransaction,
} from '../money.ts'
import { AccountSelect } from './account-select.tsx'
import { Choice } from './choice.tsx'
import { CurrencyField } from './currency-field.tsx'
import { Disclosure } from './disclosure.tsx'
import { useIdempotencyKey } from './idempotency-key.ts'
import { LinkButton } from './link-button.tsx'
import { MetadataFields } from './metadata-fields.tsx'
import { FormError } from './states.tsx'

type Draft = {
  type: NewTransaction['type']
  amount: string
  currency: string
  from: string
  to: string
  destination: string
  reference: string
  description: string
  isUnique: boolean
  /** As a datetime-local field holds it; empty is now. */
  effectiveAt: string
  metadata: MetadataRow[]
}

const EMPTY: Draft = {
  type: 'deposit',
  amount: '10.00',
  currency: 'USD',
  from: '',
  to: '',
  destination: '',
  reference: '',
  description: '',
  isUnique: false,
  effectiveAt: '',
  metadata: [],
}

export function NewTransactionForm() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const keyFor = useIdempotencyKey()
  const [draft, setDraft] = useState(EMPTY)
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const create = useMutation({
    mutationFn: (body: NewTransaction) => createTransaction(body, keyFor(body)),
    onSuccess: (transaction) => {
      void queryClient.invalidateQueries({ queryKey: [TRANSACTIONS] }) // the list can refresh behind the page
      void navigate({ to: '/transactions/$transactionId', params: { transactionId: transaction.id } })
    },
  })
  return (
    <form
      className="card card-pad stack-wide"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate(toBody(draft))
      }}
    >
      <Choice
        legend="Type"
        name="type"
        value={draft.type}
        onChange={(type) => set({ type })}
        options={[
          { value: 'deposit', name: 'Deposit', explain: 'Money comes in.' },
          { value: 'payout', name: 'Payout', explain: 'Money goes out.' },
          { value: 'transfer', name: 'Transfer', explain: 'Between two of your accounts.' },
        ]}
      />
      <Money draft={draft} set={set} />
      <Sides draft={draft} set={set} />
      <TextInput
        label="Reference (optional)"
        description="Your own name for it. The reference of a test case tells the simulator what to do."
        placeholder="order-1001"
        maxLength={200}
        value={draft.reference}
        onChange={(event) => set({ reference: event.currentTarget.value })}
      />
      <TextInput
        label="Description (optional)"
        maxLength={500}
        value={draft.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <More draft={draft} set={set} />
      <Fee draft={draft} />
      <FormError error={create.error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <LinkButton to="/transactions" variant="default">
          Cancel
        </LinkButton>
        <Button type="submit" loading={create.isPending}>
          Create transaction
        </Button>
      </div>
    </form>
  )
}

type PartProps = { draft: Draft; set: (part: Partial<Draft>) => void }

function Money({ draft, set }: PartProps) {
  const currencies = useQuery(currenciesQuery).data?.data ?? []
  const currency = currencies.find(({ code }) => code === draft.currency)
  return (
    <div className="two-fields">
      <TextInput
        label="Amount"
        description={currency && decimalsInWords(currency.decimals)}
        required
        inputMode="decimal"
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mono)' } }}
        value={draft.amount}
        onChange={(event) => set({ amount: event.currentTarget.value })}
      />
      <CurrencyField
        description={currency && (currency.type === 'fiat' ? 'Fiat' : 'Crypto')}
        value={draft.currency}
        onChange={(code) => code && set({ currency: code, from: '', to: '' })}
      />
    </div>
  )
}

/** What it will cost, where it costs something. */
function Fee({ draft }: Pick<PartProps, 'draft'>) {
  const rules = useQuery(feesQuery).data?.data ?? []
  const currencies = useQuery(currenciesQuery).data?.data ?? []
  const currencyType = currencies.find(({ code }) => code === draft.currency)?.type ?? ''
  const rule = ruleOf(rules, { type: draft.type, currency: draft.currency, currencyType })
  if (!rule) return null
  return (
    <p className="second">
      Fee: {feeInWords(rule)}, {draft.type === 'deposit' ? 'out of the deposit' : 'on top of the amount'}.
    </p>
  )
}

/** Where the money comes from and goes to, as far as the type asks. */
function Sides({ draft, set }: PartProps) {
  const accounts = useQuery(accountsQuery(useMode(), draft.currency)).data?.data ?? []
  const transfer = draft.type === 'transfer'
  return (
    <>
      {(transfer || accounts.length > 1) && (
        <AccountSelect
          label={transfer ? 'From account' : 'Account'}
          description="The main account when empty."
          accounts={accounts}
          value={draft.from}
          onChange={(from) => set({ from })}
        />
      )}
      {transfer && (
        <AccountSelect
          label="To account"
          description={
            accounts.length < 2
              ? `A transfer needs a second ${draft.currency} account: add one under Balances.`
              : undefined
          }
          accounts={accounts}
          value={draft.to}
          onChange={(to) => set({ to })}
          required
        />
      )}
      {draft.type === 'payout' && (
        <TextInput
          label="Destination (optional)"
          description="Where the money goes. Free text in Test Mode."
          maxLength={500}
          value={draft.destination}
          onChange={(event) => set({ destination: event.currentTarget.value })}
        />
      )}
    </>
  )
}

/** What few transactions need. */
function More({ draft, set }: PartProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Disclosure
      title="More"
      hint="Unique reference, effective time, metadata"
      open={isOpen}
      onToggle={setOpen}
    >
      <Checkbox
        label="Refuse it if the reference was used before"
        description="Of the account, by a transaction that asked for this too."
        disabled={draft.reference.trim() === ''}
        checked={draft.isUnique}
        onChange={(event) => set({ isUnique: event.currentTarget.checked })}
      />
      <TextInput
        type="datetime-local"
        label="Counts for (optional)"
        description="The moment that it is about, where that is not now. Reports can go by it."
        value={draft.effectiveAt}
        onChange={(event) => set({ effectiveAt: event.currentTarget.value })}
      />
      <MetadataFields rows={draft.metadata} onChange={(metadata) => set({ metadata })} />
    </Disclosure>
  )
}

function decimalsInWords(decimals: number): string {
  return decimals === 0 ? 'Whole units only.' : `Up to ${decimals} decimals.`
}

function toBody(draft: Draft): NewTransaction {
  const { type, amount, currency } = draft
  return {
    type,
    amount: amount.trim(),
    currency,
    ...(draft.from && { account_id: draft.from }),
    ...(type === 'transfer' && draft.to && { destination_account_id: draft.to }),
    ...(type === 'payout' && draft.destination.trim() && { destination: draft.destination.trim() }),
    ...(draft.reference.trim() && { reference: draft.reference.trim() }),
    ...(draft.description.trim() && { description: draft.description.trim() }),
    ...(draft.reference.trim() && draft.isUnique && { unique_reference: true }),
    ...(draft.effectiveAt && { effective_at: new Date(draft.effectiveAt).toISOString() }),
    ...(draft.metadata.length > 0 && { metadata: readMetadata(draft.metadata) }),
  }
}
