import '../styles/keys.css'
import { Button, Checkbox } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { StatementProposal, StatementProposals as Proposals } from '../api-types.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { SETTLEMENTS, UNMATCHED } from '../operator.ts'
import { bookStatement } from '../statement.ts'
import { sumAmounts } from '../sum-amounts.ts'
import { Amount } from './amount.tsx'
import { Badge } from './badges.tsx'
import { Dialog } from './dialog.tsx'
import { Empty, Note, type Tone } from './states.tsx'
import { TypedConfirmation } from './typed-confirmation.tsx'

type StatementProposalsProps = { proposals: Proposals; onChange: () => void }

/** Whether a line can be booked at all. */
const isBookable = ({ proposal: { kind } }: StatementProposal) =>
  kind === 'settle' || kind === 'credit' || kind === 'unmatched'

/** What is chosen before anybody looks: what was recognised by more than its amount, and is the amount announced. */
const isSure = ({ proposal }: StatementProposal) =>
  proposal.kind === 'settle' && proposal.matched_by !== 'amount' && proposal.announced_amount === null

/** The lines of a statement with what each may be, to be ticked and confirmed. */
export function StatementProposals({ proposals, onChange }: StatementProposalsProps) {
  const { data, faults } = proposals
  const [chosen, setChosen] = useState<ReadonlySet<number>>(
    () => new Set(data.filter(isSure).map(({ line }) => line)),
  )
  const [confirming, setConfirming] = useState(false)
  const toggle = (line: number) =>
    setChosen((before) => {
      const next = new Set(before)
      if (!next.delete(line)) next.add(line)
      return next
    })
  const rows = data.filter(({ line }) => chosen.has(line))
  return (
    <section className="stack" aria-label="Proposals">
      {faults.length > 0 && (
        <Note tone="bad">
          <strong>{faults.length === 1 ? 'One line' : `${faults.length} lines`} could not be read.</strong>
          {faults.map(({ line, message }) => (
            <div key={line}>
              Line {line}: {message}.
            </div>
          ))}
        </Note>
      )}
      {data.length === 0 ? (
        <Empty title="No line could be read">Mend the file and choose it again.</Empty>
      ) : (
        <ProposalTable data={data} chosen={chosen} onToggle={toggle} onSelect={setChosen} />
      )}
      {rows.length > 0 && (
        <div className="card row selection-bar" role="group" aria-label="Selected lines">
          <strong>{rows.length} selected</strong>
          <span className="row grow">
            <Totals rows={rows} />
          </span>
          <Button size="xs" onClick={() => setConfirming(true)}>
            Book selected
          </Button>
          <Button variant="subtle" size="xs" onClick={() => setChosen(new Set())}>
            Select none
          </Button>
        </div>
      )}
      {confirming && (
        <Confirm
          rows={rows}
          onClose={() => setConfirming(false)}
          onBooked={() => {
            setConfirming(false)
            onChange()
          }}
        />
      )}
    </section>
  )
}

type ProposalTableProps = {
  data: StatementProposal[]
  chosen: ReadonlySet<number>
  onToggle: (line: number) => void
  onSelect: (lines: ReadonlySet<number>) => void
}

function ProposalTable({ data, chosen, onToggle, onSelect }: ProposalTableProps) {
  const lines = data.filter(isBookable).map(({ line }) => line)
  const all = lines.length > 0 && lines.every((line) => chosen.has(line))
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>
              <span className="row">
                <Checkbox
                  size="xs"
                  aria-label="Select all lines that can be booked"
                  disabled={lines.length === 0}
                  checked={all}
                  indeterminate={!all && chosen.size > 0}
                  onChange={() => onSelect(new Set(all ? [] : lines))}
                />{' '}
                Reference
              </span>
            </th>
            <th className="num">Amount</th>
            <th>Text</th>
            <th>Proposal</th>
            <th>Recognised by</th>
          </tr>
        </thead>
        <tbody>
          {data.map((row) => (
            <ProposalRow
              key={row.line}
              row={row}
              isChosen={chosen.has(row.line)}
              onToggle={() => onToggle(row.line)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const MATCHED_BY = {
  reference: { tone: 'good', word: 'Approved reference' },
  transaction_id: { tone: 'good', word: 'Transaction id' },
  reference_code: { tone: 'good', word: 'Reference code' },
  amount: { tone: 'soon', word: 'Amount alone' },
} as const satisfies Record<string, { tone: Tone; word: string }>

type ProposalRowProps = { row: StatementProposal; isChosen: boolean; onToggle: () => void }

function ProposalRow({ row, isChosen, onToggle }: ProposalRowProps) {
  const by = row.proposal.matched_by && MATCHED_BY[row.proposal.matched_by]
  return (
    <tr data-off={!isBookable(row) || undefined}>
      <td>
        <span className="row nowrap-row">
          {isBookable(row) && (
            <Checkbox
              size="xs"
              aria-label={`Select line ${row.line}, ${row.amount} ${row.currency}`}
              checked={isChosen}
              onChange={onToggle}
            />
          )}
          <code className="cut" title={row.reference}>
            {row.reference}
          </code>
        </span>
      </td>
      <td data-label="Amount" className="num">
        <Amount value={`${row.direction === 'out' ? '-' : ''}${row.amount}`} currency={row.currency} />
      </td>
      <td data-label="Text">
        <span>
          {[row.sender, row.text].filter(Boolean).join(' · ') || <span className="quiet">None</span>}
        </span>
      </td>
      <td data-label="Proposal">
        <ProposalWords row={row} />
      </td>
      <td data-label="Recognised by">
        {by ? <Badge tone={by.tone}>{by.word}</Badge> : <span className="quiet">Nothing</span>}
      </td>
    </tr>
  )
}

function ProposalWords({ row }: { row: StatementProposal }) {
  const { proposal } = row
  switch (proposal.kind) {
    case 'settle':
      return (
        <span className="stack-tight">
          <TransactionLink id={proposal.transaction_id}>
            Settle {TRANSACTION_TYPE_NAMES[proposal.transaction_type as 'deposit'].toLowerCase()} of{' '}
            {proposal.workspace?.name}
          </TransactionLink>
          {proposal.announced_amount && (
            <span className="small quiet">
              Announced: <Amount value={proposal.announced_amount} currency={row.currency} />
            </span>
          )}
        </span>
      )
    case 'credit':
      return <span>New deposit for {proposal.workspace?.name}, which announced none such</span>
    case 'unmatched':
      return <span>Record as unmatched{proposal.note && `. ${proposal.note}`}</span>
    case 'already_booked':
      return <TransactionLink id={proposal.transaction_id}>Already booked</TransactionLink>
    case 'none':
      return <span className="quiet">{proposal.note ?? 'No transaction of ours'}</span>
  }
}

function TransactionLink({ id, children }: { id: string | null; children: ReactNode }) {
  return (
    <Link
      to="/operator/settlements/$transactionId"
      params={{ transactionId: id ?? '' }}
      className="link"
      target="_blank"
    >
      {children}
    </Link>
  )
}

function Totals({ rows }: { rows: StatementProposal[] }) {
  const total = (direction: 'in' | 'out') => sumAmounts(rows.filter((row) => row.direction === direction))
  return (
    <>
      {total('in').map(({ currency, amount }) => (
        <span key={`in ${currency}`}>
          in <Amount value={amount} currency={currency} />
        </span>
      ))}
      {total('out').map(({ currency, amount }) => (
        <span key={`out ${currency}`}>
          out <Amount value={amount} currency={currency} />
        </span>
      ))}
    </>
  )
}

type ConfirmProps = { rows: StatementProposal[]; onClose: () => void; onBooked: () => void }

function Confirm({ rows, onClose, onBooked }: ConfirmProps) {
  const queryClient = useQueryClient()
  const book = useMutation({
    mutationFn: () => bookStatement(rows),
    onSuccess: async ({ booked, refused }) => {
      await queryClient.invalidateQueries({ queryKey: [SETTLEMENTS] })
      await queryClient.invalidateQueries({ queryKey: [UNMATCHED] })
      notifications.show({ message: `${booked} of ${rows.length} booked.` })
      if (refused.length === 0) onBooked()
    },
  })
  const of = (kind: StatementProposal['proposal']['kind']) =>
    rows.filter(({ proposal }) => proposal.kind === kind).length
  const lines = rows.length === 1 ? '1 line' : `${rows.length} lines`
  if (book.data)
    return (
      <Dialog onClose={onBooked} title={`${book.data.booked} of ${lines} booked`}>
        <div className="stack">
          {book.data.refused.map(({ line, detail }) => (
            <Note key={line} tone="bad">
              Line {line}: {detail}
            </Note>
          ))}
          <Button variant="default" style={{ alignSelf: 'flex-end' }} onClick={onBooked}>
            Close
          </Button>
        </div>
      </Dialog>
    )
  return (
    <TypedConfirmation
      name={lines}
      title={`Book ${lines}`}
      deed={`Book ${lines}`}
      keep="Cancel"
      action={book}
      onClose={onClose}
    >
      <ul className="selection-names">
        {of('settle') > 0 && <li>{of('settle')} settled, or approved where others have to approve too</li>}
        {of('credit') > 0 && (
          <li>{of('credit')} recorded, and matched or proposed for the workspaces of their codes</li>
        )}
        {of('unmatched') > 0 && <li>{of('unmatched')} recorded as unmatched</li>}
      </ul>
      <Note>
        <span className="row">
          Together: <Totals rows={rows} />
        </span>
      </Note>
      <p>What needs nobody else completes at once, and its webhooks go out. This cannot be undone.</p>
    </TypedConfirmation>
  )
}
