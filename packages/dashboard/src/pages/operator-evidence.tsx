import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { LedgerEvidence } from '../api-types.ts'
import { BackLink } from '../components/back-link.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { EvidenceLink } from '../components/evidence-link.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { evidenceQuery } from '../operator.ts'

/** What the books say of one account or transaction, of whichever workspace. */
export function OperatorEvidencePage() {
  const { subjectId } = useParams({ from: '/inside/operator/reconciliation/$subjectId' })
  return (
    <OperatorOnly>
      <div className="stack">
        <BackLink to="/operator/reconciliation">Reconciliation</BackLink>
        <PageHead title="Evidence" lead={<Chip value={subjectId} what="subject" />} />
        <Evidence subjectId={subjectId} />
      </div>
    </OperatorOnly>
  )
}

function Evidence({ subjectId }: { subjectId: string }) {
  const evidence = useQuery(evidenceQuery(subjectId))
  return (
    <Loaded query={evidence} what="The evidence" rows={10}>
      {(data) => <Books evidence={data} />}
    </Loaded>
  )
}

function Books({ evidence: { account, transaction, entries } }: { evidence: LedgerEvidence }) {
  const row = transaction ?? account
  return (
    <div className="stack-wide">
      {row ? (
        <Facts>
          {Object.entries(row)
            .filter(([, value]) => value !== null)
            .map(([name, value]) => (
              <Fact key={name} name={name}>
                <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
              </Fact>
            ))}
        </Facts>
      ) : (
        <Note tone="bad">The row itself is gone; only entries name it.</Note>
      )}
      <section className="stack">
        <h2>Entries</h2>
        <p className="second">In minor units: what changed, and the balance after it.</p>
        <Entries entries={entries} />
      </section>
    </div>
  )
}

function Entries({ entries }: { entries: LedgerEvidence['entries'] }) {
  return (
    <div className="table-frame">
      <table className="table dense">
        <thead>
          <tr>
            <th>Entry</th>
            <th>Account</th>
            <th>Transaction</th>
            <th className="num">Posted</th>
            <th className="num">Pending in</th>
            <th className="num">Pending out</th>
            <th>Written</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.account_id} ${entry.version}`}>
              <td>
                <span>
                  <span className="lead">{entry.step}</span>{' '}
                  <span className="quiet">
                    {entry.currency}, version {entry.version}
                  </span>
                </span>
              </td>
              <td data-label="Account">
                <EvidenceLink subjectId={entry.account_id} />
              </td>
              <td data-label="Transaction">
                <EvidenceLink subjectId={entry.transaction_id} />
              </td>
              <Change name="Posted" value={entry.posted} after={entry.posted_after} />
              <Change name="Pending in" value={entry.pending_in} after={entry.pending_in_after} />
              <Change name="Pending out" value={entry.pending_out} after={entry.pending_out_after} />
              <td data-label="Written">
                <Time at={entry.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Change({ name, value, after }: { name: string; value: string; after: string }) {
  return (
    <td data-label={name} className="num">
      <div>
        {value}
        <div className="small quiet">→ {after}</div>
      </div>
    </td>
  )
}
