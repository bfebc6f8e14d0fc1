import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { TestCase } from '../api-types.ts'
import { Choice } from '../components/choice.tsx'
import { CurrencyField } from '../components/currency-field.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { ResetTestData } from '../components/reset-test-data.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, FormError, PageHead } from '../components/states.tsx'
import { TestCaseRun } from '../components/test-case-run.tsx'
import { TestCaseTable } from '../components/test-case-table.tsx'
import { TestClockCard } from '../components/test-clock.tsx'
import { useMode } from '../mode.ts'
import { createTransaction, newIdempotencyKey, TRANSACTIONS } from '../money.ts'
import { testCasesQuery } from '../test-mode.ts'

type Kind = 'deposit' | 'payout'

/** What the simulator does on purpose: to copy, to run, to set the clock forward, to begin again. */
export function TestCasesPage() {
  const mode = useMode()
  if (mode === 'production')
    return (
      <div className="stack">
        <PageHead title="Test cases" />
        <Empty
          title="Test cases exist in Test Mode"
          action={<LinkButton to="/transactions">Go to Transactions</LinkButton>}
        >
          In Production Mode nothing is simulated. Switch to Test Mode at the top to see and run them.
        </Empty>
      </div>
    )
  return (
    <div className="stack-wide">
      <PageHead
        title="Test cases"
        lead="One of these amounts (whole units of any currency) or references makes the simulator do it, the same way every time."
      />
      <Cases />
      <div className="two-cards">
        <TestClockCard />
        <ResetTestData />
      </div>
    </div>
  )
}

function Cases() {
  const { run } = useSearch({ from: '/inside/test-cases' })
  const navigate = useNavigate({ from: '/test-cases' })
  const queryClient = useQueryClient()
  const [type, setType] = useState<Kind>('deposit')
  const [currency, setCurrency] = useState('USD')
  const cases = useQuery(testCasesQuery)
  const create = useMutation({
    mutationFn: ({ reference }: TestCase) =>
      createTransaction({ type, amount: '10', currency, reference }, newIdempotencyKey()),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: [TRANSACTIONS] }) // the list can refresh behind the page
      void navigate({ search: (before) => ({ ...before, run: id }) })
    },
  })
  return (
    <section className="stack">
      <div className="run-with">
        <Choice
          legend="Run with"
          name="type"
          value={type}
          onChange={setType}
          options={[
            { value: 'deposit', name: 'Deposit', explain: 'Money comes in.' },
            { value: 'payout', name: 'Payout', explain: 'Takes what a deposit brought.' },
          ]}
        />
        <CurrencyField value={currency} onChange={(code) => code && setCurrency(code)} />
      </div>
      <FormError error={create.error} />
      <Loaded query={cases} what="The test cases" rows={12}>
        {(data) => (
          <TestCaseTable
            cases={data.data}
            creating={create.isPending ? create.variables.reference : undefined}
            onRun={(one) => create.mutate(one)}
          />
        )}
      </Loaded>
      {run && (
        <TestCaseRun
          id={run}
          onClose={() => void navigate({ search: (before) => ({ ...before, run: undefined }) })}
        />
      )}
    </section>
  )
}
