import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { Transaction, WebhookDelivery } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { BackLink } from '../components/back-link.tsx'
import { TransactionBadge } from '../components/badges.tsx'
import { DeliveryTable } from '../components/delivery-table.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { TransactionActions } from '../components/transaction-actions.tsx'
import { TransactionEntries } from '../components/transaction-entries.tsx'
import { TransactionFacts } from '../components/transaction-facts.tsx'
import { TransactionTimeline } from '../components/transaction-timeline.tsx'
import { useMode } from '../mode.ts'
import { transactionQuery } from '../money.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { useList } from '../use-list.ts'
import { WEBHOOK_LOGS } from '../webhooks.ts'

export function TransactionPage() {
  const { transactionId } = useParams({ from: '/inside/transactions/$transactionId' })
  const transaction = useQuery(transactionQuery(useMode(), transactionId))
  return (
    <div className="stack">
      <BackLink to="/transactions">Transactions</BackLink>
      <Loaded query={transaction} what="This transaction" rows={10} isPage>
        {(data) => <TransactionDetail transaction={data} />}
      </Loaded>
    </div>
  )
}

function TransactionDetail({ transaction }: { transaction: Transaction }) {
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {TRANSACTION_TYPE_NAMES[transaction.type]}{' '}
            <Amount value={transaction.amount} currency={transaction.currency} />
            <TransactionBadge status={transaction.status} />
          </span>
        }
        lead={<ExactTime at={transaction.created_at} />}
        action={<TransactionActions transaction={transaction} />}
      />
      {transaction.failure && (
        <Note tone="bad">
          <strong>{transaction.failure.message}</strong> <code>{transaction.failure.code}</code>
        </Note>
      )}
      <TransactionFacts transaction={transaction} />
      <section className="stack-tight">
        <h2>What happened</h2>
        <TransactionTimeline transaction={transaction} />
      </section>
      <section className="stack-tight">
        <h2>Entries</h2>
        <TransactionEntries transaction={transaction} />
      </section>
      <Deliveries transaction={transaction} />
    </>
  )
}

function Deliveries({ transaction }: { transaction: Transaction }) {
  const query = { object_id: transaction.id }
  const state = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query, live: true })
  return (
    <section className="stack-tight">
      <div className="row ends">
        <h2>Webhooks</h2>
        <Link to="/webhook-logs" search={query} className="link">
          Open in Webhook Logs
        </Link>
      </div>
      <PagedList
        state={state}
        what="The webhooks"
        empty={<Empty title="No webhooks yet">They go out as the transaction moves on.</Empty>}
      >
        {(rows) => <DeliveryTable rows={rows} />}
      </PagedList>
    </section>
  )
}
