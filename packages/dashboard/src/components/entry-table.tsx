import type { Entry } from '../api-types.ts'
import { STEP_NAMES } from '../money-words.ts'
import { Amount } from './amount.tsx'
import { ObjectLink } from './object-link.tsx'
import { Time } from './time.tsx'

type EntryTableProps = {
  rows: Entry[]
  /** What the page around it says already is left out. */
  without: 'account' | 'transaction'
}

/** What each step changed, and what could be spent after it. */
export function EntryTable({ rows, without }: EntryTableProps) {
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Step</th>
            <th>{without === 'account' ? 'Transaction' : 'Account'}</th>
            <th className="num">Posted</th>
            <th className="num">Pending in</th>
            <th className="num">Pending out</th>
            <th className="num">Available after</th>
            <th>Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.account_id} ${row.version}`}>
              <td>
                <span className="lead">
                  {row.part === 'fee' && 'Fee, '}
                  {row.part === 'fee' ? STEP_NAMES[row.step].toLowerCase() : STEP_NAMES[row.step]}
                </span>
              </td>
              <td data-label={without === 'account' ? 'Transaction' : 'Account'}>
                <ObjectLink id={without === 'account' ? row.transaction_id : row.account_id} />
              </td>
              <Change name="Posted" value={row.posted} />
              <Change name="Pending in" value={row.pending_in} />
              <Change name="Pending out" value={row.pending_out} />
              <td data-label="Available after" className="num nowrap">
                <Amount value={row.balance.available} currency={row.currency} />
              </td>
              <td data-label="Time">
                <Time at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A part that the step left alone is a dash, so that what moved is found at a glance. */
function Change({ name, value }: { name: string; value: string }) {
  const none = /^-?[0.]+$/.test(value)
  return (
    <td data-label={name} data-empty={none || undefined} className="num nowrap">
      {none ? (
        <span className="quiet" aria-label="Unchanged">
          –
        </span>
      ) : (
        <Amount value={value.startsWith('-') ? value : `+${value}`} />
      )}
    </td>
  )
}
