import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Settlement } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { BackLink } from '../components/back-link.tsx'
import { SettlementBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { CorrectSettlement, ReturnSettlement } from '../components/follow-settlement.tsx'
import { IdLink } from '../components/id-link.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { FailSettlement, Settle, Withdraw } from '../components/settle.tsx'
import { Note, PageHead } from '../components/states.tsx'
import { ExactTime } from '../components/time.tsx'
import { inFours, TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { settlementQuery } from '../operator.ts'
import { useMe } from '../session.ts'

/** One transaction of the manual connection: what is known of it, and what a person can say of it. */
export function OperatorSettlementPage() {
  return (
    <OperatorOnly>
      <div className="stack read-width">
        <BackLink to="/operator/settlements">Settlement queue</BackLink>
        <One />
      </div>
    </OperatorOnly>
  )
}

function One() {
  const { transactionId } = useParams({ from: '/inside/operator/settlements/$transactionId' })
  const one = useQuery({ ...settlementQuery(transactionId), refetchInterval: 5_000 })
  return (
    <Loaded query={one} what="This transaction" rows={10} isPage>
      {(settlement) => <Detail settlement={settlement} />}
    </Loaded>
  )
}

function Detail({ settlement }: { settlement: Settlement }) {
  const { transaction, state } = settlement
  const missing = missingOf(settlement)
  return (
    <>
      <PageHead
        action={<Deeds key={transaction.id} settlement={settlement} />}
        title={
          <span className="row">
            {TRANSACTION_TYPE_NAMES[transaction.type]}{' '}
            <Amount value={transaction.amount} currency={transaction.currency} />
            <SettlementBadge state={settlement.state} />
          </span>
        }
      />
      {state === 'approving' && (
        <Note tone="busy">
          {missing === 1 ? 'One more person has to approve.' : `${missing} more people have to approve.`}
        </Note>
      )}
      <SettlementFacts settlement={settlement} />
    </>
  )
}

function SettlementFacts({ settlement }: { settlement: Settlement }) {
  const { transaction, workspace, received_as: received } = settlement
  return (
    <Facts>
      <Fact name="Workspace">{workspace.name}</Fact>
      <Fact name="Transaction id">
        <Chip value={transaction.id} what="transaction id" />
      </Fact>
      <Fact name="Created">
        <ExactTime at={transaction.created_at} />
      </Fact>
      {transaction.announced_amount && (
        <Fact name="Announced">
          <Amount value={transaction.announced_amount} currency={transaction.currency} />
        </Fact>
      )}
      {settlement.received_amount && !transaction.announced_amount && (
        <Fact name="Approved as having come">
          <Amount value={settlement.received_amount} currency={transaction.currency} />
        </Fact>
      )}
      {transaction.linked_transaction_id && (
        <Fact name="Belongs to">
          <SettlementLink id={transaction.linked_transaction_id} />
        </Fact>
      )}
      {transaction.destination && (
        <Fact name="Destination">
          <Chip value={transaction.destination} what="destination" />
        </Fact>
      )}
      {settlement.reference_code && (
        <Fact name="Reference code">
          <Chip
            value={settlement.reference_code}
            display={inFours(settlement.reference_code)}
            what="reference code"
          />
        </Fact>
      )}
      {transaction.reference && <Fact name="Customer’s reference">{transaction.reference}</Fact>}
      {transaction.description && <Fact name="Description">{transaction.description}</Fact>}
      {settlement.reference && !received && (
        <Fact name="Bank reference or hash">
          <Chip value={settlement.reference} what="reference" />
        </Fact>
      )}
      {received && (
        <Fact name="Came as">
          <Chip value={received.reference} what="reference" /> <SettlementLink id={received.transaction_id} />
        </Fact>
      )}
      {settlement.approvals.length > 0 && (
        <Fact name="Approved by">
          {settlement.approvals.map(({ by, at }) => (
            <div key={by.id}>
              {by.email} · <ExactTime at={at} />
            </div>
          ))}
        </Fact>
      )}
      {settlement.reason && <Fact name="Why it failed">{settlement.reason}</Fact>}
      {settlement.decided_at && (
        <Fact name="Decided">
          <ExactTime at={settlement.decided_at} />
        </Fact>
      )}
    </Facts>
  )
}

function SettlementLink({ id }: { id: string }) {
  return (
    <IdLink
      to="/operator/settlements/$transactionId"
      params={{ transactionId: id }}
      value={id}
      what="transaction id"
    />
  )
}

const missingOf = ({ approvals_required: required, approvals }: Settlement) => required - approvals.length

type Dialog = 'settle' | 'fail' | 'return' | 'correct'

function Deeds({ settlement }: { settlement: Settlement }) {
  const me = useMe()
  const [open, setOpen] = useState<Dialog>()
  const dialog = { settlement, onClose: () => setOpen(undefined) }
  const { state, transaction, workspace } = settlement
  const isOpen = state === 'waiting' || state === 'approving'
  const isMine = settlement.approvals.some(({ by }) => by.id === me.user.id)
  const cameBack = transaction.type === 'payout' || transaction.type === 'refund'
  return (
    <>
      {isOpen && (
        <div className="row">
          {isMine ? (
            <Withdraw settlement={settlement} />
          ) : (
            <>
              <Button variant="default" onClick={() => setOpen('fail')}>
                Fail
              </Button>
              <Button onClick={() => setOpen('settle')}>
                {missingOf(settlement) > 1 ? 'Approve' : 'Settle'}
              </Button>
            </>
          )}
        </div>
      )}
      {state === 'completed' && (
        <div className="row">
          {cameBack && (
            <Button variant="default" onClick={() => setOpen('return')}>
              It came back
            </Button>
          )}
          {workspace.id.startsWith('wks_') && (
            <Button variant="default" onClick={() => setOpen('correct')}>
              Correct
            </Button>
          )}
        </div>
      )}
      {open === 'settle' && <Settle {...dialog} />}
      {open === 'fail' && <FailSettlement {...dialog} />}
      {open === 'return' && <ReturnSettlement {...dialog} />}
      {open === 'correct' && <CorrectSettlement {...dialog} />}
    </>
  )
}
