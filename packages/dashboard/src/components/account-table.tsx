import { Link, useNavigate } from '@tanstack/react-router'
import type { Account } from '../api-types.ts'
import { accountName } from '../money-words.ts'
import { Amount } from './amount.tsx'
import { Chip } from './chip.tsx'
import { Day } from './time.tsx'

export function AccountTable({ rows }: { rows: Account[] }) {
  const navigate = useNavigate()
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Account</th>
            <th>Account id</th>
            <th className="num">Posted</th>
            <th className="num">Available</th>
            <th className="num">Entries</th>
            <th>Created</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-href
              // The link in the first cell is the way for keyboards; the rest of the row helps the mouse.
              onClick={() => void navigate({ to: '/balances/$accountId', params: { accountId: row.id } })}
            >
              <td>
                <Link
                  to="/balances/$accountId"
                  params={{ accountId: row.id }}
                  className="lead"
                  onClick={(event) => event.stopPropagation()}
                >
                  {accountName(row)}
                </Link>
              </td>
              <td data-label="Account id">
                <Chip value={row.id} what="account id" bare />
              </td>
              <td data-label="Posted" className="num nowrap">
                <Amount value={row.posted} currency={row.currency} />
              </td>
              <td data-label="Available" className="num nowrap">
                <Amount value={row.available} currency={row.currency} />
              </td>
              <td data-label="Entries" className="num">
                {row.version}
              </td>
              <td data-label="Created">
                <Day at={row.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
