import { BackLink } from '../components/back-link.tsx'
import { NewTransactionForm } from '../components/new-transaction-form.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { LinkButton } from '../components/link-button.tsx'
import { TestCases } from '../components/test-cases.tsx'
import { useMode } from '../mode.ts'

/** A deposit, payout or transfer by hand: in Test Mode only. */
export function NewTransactionPage() {
  const mode = useMode()
  return (
    <div className="stack">
      <BackLink to="/transactions">Transactions</BackLink>
      {mode === 'production' ? (
        <Empty
          title="In Production Mode transactions are made by signed requests"
          action={<LinkButton to="/api-keys">Go to API Keys</LinkButton>}
        >
          Send POST /v1/transactions with a production key. By hand they can be made in Test Mode.
        </Empty>
      ) : (
        <div>
          <PageHead
            title="New transaction"
            lead="The simulator plays the other side: it completes in about a second. No real money moves."
          />
          <div className="form-and-help">
            <NewTransactionForm />
            <TestCases />
          </div>
        </div>
      )}
    </div>
  )
}
