import type { Transaction } from '../api-types.ts'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { Amount } from './amount.tsx'
import { ModeBadge } from './badges.tsx'
import { Chip } from './chip.tsx'
import { Fact, Facts, MetadataFacts } from './facts.tsx'
import { ObjectLink } from './object-link.tsx'
import { RequestLink } from './request-link.tsx'
import { ExactTime } from './time.tsx'

/** A fee is charged with the transaction or not at all. */
const CHARGED: Partial<Record<Transaction['status'], string>> = {
  pending: 'Fee, once completed',
  processing: 'Fee, once completed',
  failed: 'Fee, not charged',
  canceled: 'Fee, not charged',
  expired: 'Fee, not charged',
}

export function TransactionFacts({ transaction }: { transaction: Transaction }) {
  const { account_id: from, destination_account_id: to, linked_transaction_id: linked } = transaction
  return (
    <Facts>
      <Fact name="Transaction id">
        <Chip value={transaction.id} what="transaction id" />
      </Fact>
      <Fact name={to ? 'From account' : 'Account'}>
        <ObjectLink id={from} />
      </Fact>
      {to && (
        <Fact name="To account">
          <ObjectLink id={to} />
        </Fact>
      )}
      {transaction.destination && <Fact name="Destination">{transaction.destination}</Fact>}
      {transaction.reference && (
        <Fact name="Reference">
          <Chip value={transaction.reference} what="reference" />
        </Fact>
      )}
      {transaction.description && <Fact name="Description">{transaction.description}</Fact>}
      {/[1-9]/.test(transaction.fee) && (
        <Fact name={CHARGED[transaction.status] ?? 'Fee'}>
          <Amount value={transaction.fee} currency={transaction.currency} />
        </Fact>
      )}
      {transaction.announced_amount && (
        <Fact name="Announced">
          <Amount value={transaction.announced_amount} currency={transaction.currency} />
        </Fact>
      )}
      {/[1-9]/.test(transaction.refunded) && (
        <Fact name="Given back">
          <Amount value={transaction.refunded} currency={transaction.currency} />
        </Fact>
      )}
      {linked && (
        <Fact name="Belongs to">
          <ObjectLink id={linked} />
        </Fact>
      )}
      <Fact name="Request">
        <RequestLink requestId={transaction.request_id} />
      </Fact>
      <Fact name="Currency Type">{CURRENCY_TYPE_NAMES[transaction.currency_type]}</Fact>
      <Fact name="Mode">
        <ModeBadge mode={transaction.mode} />
      </Fact>
      {transaction.completed_at && (
        <Fact name="Completed">
          <ExactTime at={transaction.completed_at} />
        </Fact>
      )}
      {transaction.effective_at !== transaction.created_at && (
        <Fact name="Counts for">
          <ExactTime at={transaction.effective_at} />
        </Fact>
      )}
      {transaction.expires_at && transaction.status === 'pending' && (
        <Fact name="Hold ends">
          <ExactTime at={transaction.expires_at} />
        </Fact>
      )}
      <MetadataFacts metadata={transaction.metadata} />
    </Facts>
  )
}
