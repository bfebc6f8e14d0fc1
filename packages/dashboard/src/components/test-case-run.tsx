import { Drawer } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Transaction, WebhookDelivery } from '../api-types.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { TRANSACTIONS, transactionQuery } from '../money.ts'
import { useList } from '../use-list.ts'
import { EVENTS, WEBHOOK_LOGS } from '../webhooks.ts'
import { Amount } from './amount.tsx'
import { TransactionBadge } from './badges.tsx'
import { Chip } from './chip.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { useReturnFocus } from './dialog.tsx'
import { ObjectLink } from './object-link.tsx'
import { PagedList } from './paged-list.tsx'
import { Loaded } from './loaded.tsx'
import { Note } from './states.tsx'
import { TransactionActions } from './transaction-actions.tsx'
import { TransactionTimeline } from './transaction-timeline.tsx'

const LOOK_MS = 1_000
/** What comes by itself has come by then; the slower looks of the lists go on. */
const LOOKS_MAX = 30
const RETURNS_MAX = 20

/** One run of a test case: its transaction's life as it happens. */
export function TestCaseRun({ id, onClose }: { id: string; onClose: () => void }) {
  const transaction = useQuery(transactionQuery('test', id))
  useLiveLook(id)
  useReturnFocus()
  return (
    <Drawer opened onClose={onClose} position="right" size={720} title="Run of a test case">
      <Loaded query={transaction} what="This run">
        {(data) => <Life transaction={data} />}
      </Loaded>
    </Drawer>
  )
}

function Life({ transaction }: { transaction: Transaction }) {
  const { id, reference, failure, type, amount, currency, status } = transaction
  return (
    <div className="stack">
      <div className="row">
        <strong>{TRANSACTION_TYPE_NAMES[type]}</strong>
        <Amount value={amount} currency={currency} />
        <TransactionBadge status={status} />
      </div>
      <dl className="facts">
        <dt>Transaction</dt>
        <dd>
          <ObjectLink id={id} />
        </dd>
        {reference && (
          <>
            <dt>Reference</dt>
            <dd>
              <Chip value={reference} what="reference" />
            </dd>
          </>
        )}
      </dl>
      {failure && (
        <Note tone="bad">
          <strong>{failure.message}</strong> <code>{failure.code}</code>
        </Note>
      )}
      <TransactionActions transaction={transaction} />
      <Returns of={id} />
      <section className="stack-tight">
        <h3>What happened</h3>
        <TransactionTimeline transaction={transaction} />
      </section>
      <Deliveries of={id} />
    </div>
  )
}

function Returns({ of }: { of: string }) {
  const { rows } = useList<Transaction>({
    path: TRANSACTIONS,
    query: { type: 'return' },
    itemsMax: RETURNS_MAX,
    live: true,
  })
  const returned = rows.find((row) => row.linked_transaction_id === of)
  if (!returned) return null
  return (
    <Note tone="soon">
      It came back as <ObjectLink id={returned.id} />
    </Note>
  )
}

function Deliveries({ of }: { of: string }) {
  const state = useList<WebhookDelivery>({ path: WEBHOOK_LOGS, query: { object_id: of }, live: true })
  return (
    <section className="stack-tight">
      <h3>Webhooks</h3>
      <PagedList
        state={state}
        what="The webhooks"
        empty={<Note>No webhooks yet. They go out as the transaction moves on.</Note>}
      >
        {(rows) => <DeliveryTable rows={rows} without="endpoint" />}
      </PagedList>
    </section>
  )
}

/** Looks every second at first, so that a life of seconds is seen as it happens. */
function useLiveLook(id: string): void {
  const queryClient = useQueryClient()
  useEffect(() => {
    let looks = 0
    const timer = setInterval(() => {
      looks += 1
      if (looks >= LOOKS_MAX) clearInterval(timer)
      // A failure shows in the lists themselves.
      for (const path of [TRANSACTIONS, EVENTS, WEBHOOK_LOGS])
        void queryClient.invalidateQueries({ queryKey: [path, 'test'] })
    }, LOOK_MS)
    return () => clearInterval(timer)
  }, [queryClient, id])
}
