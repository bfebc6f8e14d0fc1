import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { LedgerDiscrepancy, Reconciliation } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { Badge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { EvidenceLink } from '../components/evidence-link.tsx'
import { FilterBar, SelectFilter } from '../components/filter-fields.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Empty, FormError, Note, PageHead } from '../components/states.tsx'
import { Time } from '../components/time.tsx'
import { MODE_NAMES } from '../mode.ts'
import { DISCREPANCIES, reconcileNow, RECONCILIATIONS } from '../operator.ts'
import { DISCREPANCY_NAMES, PROOF_WORDS, RUN_KIND_NAMES } from '../reconciliation-words.ts'
import { useFilters } from '../use-filters.ts'
import { useList } from '../use-list.ts'

/** Whether the books add up: what was proved last, and what does not hold. */
export function OperatorReconciliationPage() {
  return (
    <OperatorOnly>
      <Page />
    </OperatorOnly>
  )
}

function Page() {
  const runs = useList<Reconciliation>({ path: RECONCILIATIONS, itemsMax: 20, live: true })
  const [newest] = runs.rows
  const full = useList<Reconciliation>({
    path: RECONCILIATIONS,
    query: { kind: 'full' },
    itemsMax: 2,
    live: true,
  })
  const lastFull = full.rows.find(({ status }) => status === 'completed')
  const everySeconds = (full.list.data?.pages[0] as { full_every_seconds?: number | null } | undefined)
    ?.full_every_seconds
  return (
    <>
      <PageHead
        title="Reconciliation"
        lead="Proves every balance from its entries: what is new every five minutes, everything as often as it is cheap to, once a day at least."
        action={<RunNow running={newest?.status === 'running'} />}
      />
      <div className="stack-wide">
        {newest?.status === 'running' && <Progress run={newest} />}
        <Discrepancies />
        {/* Nothing is shown that would have to make room for what stands above it. */}
        <div hidden={full.list.isPending}>
          <div className="stack-wide">
            {lastFull && everySeconds && (
              <p className="second">
                The last full run began <Time at={lastFull.started_at} />; one begins every{' '}
                {inWords(everySeconds)}. A change of an old entry, which the database itself refuses, is found
                by then.
              </p>
            )}
            {lastFull && <Totals run={lastFull} />}
            <section className="stack">
              <h2>Runs</h2>
              <PagedList
                state={runs}
                what="The runs"
                inUrl
                empty={
                  <Empty title="Not run yet">The worker begins within seconds of its first start.</Empty>
                }
              >
                {(rows) => <Runs rows={rows} />}
              </PagedList>
            </section>
          </div>
        </div>
      </div>
    </>
  )
}

function inWords(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

function RunNow({ running }: { running: boolean }) {
  const queryClient = useQueryClient()
  const start = useMutation({
    mutationFn: () => reconcileNow('full'),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [RECONCILIATIONS] }),
  })
  return (
    <div className="stack-tight">
      <Button loading={start.isPending} disabled={running} onClick={() => start.mutate()}>
        {running ? 'Running…' : 'Prove everything now'}
      </Button>
      <FormError error={start.error} />
    </div>
  )
}

function Progress({ run }: { run: Reconciliation }) {
  return (
    <Note tone="busy">
      {RUN_KIND_NAMES[run.kind]} run under way: {count(run.accounts)} accounts, {count(run.entries)} entries
      and {count(run.transactions)} transactions so far.
    </Note>
  )
}

const FILTERS = ['state'] as const

function Discrepancies() {
  const { filters, set, isFiltered, clear } = useFilters(FILTERS)
  const state = useList<LedgerDiscrepancy>({ path: DISCREPANCIES, query: filters, live: true })
  return (
    <section className="stack">
      <h2>Discrepancies</h2>
      <FilterBar isFiltered={isFiltered} onClear={clear}>
        <SelectFilter
          label="State"
          placeholder="Open"
          options={[{ value: 'resolved', label: 'Resolved' }]}
          value={filters.state}
          onChange={(value) => set({ state: value })}
        />
      </FilterBar>
      <PagedList
        state={state}
        what="The discrepancies"
        usually={1}
        empty={
          isFiltered ? (
            <Empty title="None was resolved">A full run that no longer finds one marks it as resolved.</Empty>
          ) : (
            <Note tone="good">Everything that was proved so far adds up.</Note>
          )
        }
      >
        {(rows) => (
          <>
            {!isFiltered && (
              <Note tone="bad">
                The books do not add up. Somebody or something changed the database around the ledger, which
                refuses such changes itself. Stop what writes to it and look at each below.
              </Note>
            )}
            <DiscrepancyTable rows={rows} />
          </>
        )}
      </PagedList>
    </section>
  )
}

function DiscrepancyTable({ rows }: { rows: LedgerDiscrepancy[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>What</th>
            <th>Where</th>
            <th>Workspace</th>
            <th>Found</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.kind} ${row.subject_id}`}>
              <td>
                <div>
                  <strong>{DISCREPANCY_NAMES[row.kind] ?? row.kind}</strong>
                  <div className="small quiet">{row.detail}</div>
                </div>
              </td>
              <td data-label="Where">
                {/^(acc|txn)_/.test(row.subject_id) ? (
                  <EvidenceLink subjectId={row.subject_id} />
                ) : (
                  <Chip value={row.subject_id} what="subject" />
                )}
              </td>
              <td data-label="Workspace">
                <div>
                  {row.workspace?.name ?? '–'}
                  {row.mode && <div className="small quiet">{MODE_NAMES[row.mode]}</div>}
                </div>
              </td>
              <td data-label="Found">
                <div>
                  <Time at={row.found_at} />
                  <div className="small quiet">
                    {row.resolved_at ? 'resolved ' : 'seen '}
                    <Time at={row.resolved_at ?? row.seen_at} />
                  </div>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Totals({ run }: { run: Reconciliation }) {
  if (run.totals.length === 0) return null
  return (
    <section className="stack">
      <h2>Sums per currency</h2>
      <p className="second">
        Of all accounts, the system’s own among them, as of <Time at={run.finished_at ?? run.started_at} />.
        Each sum must be zero.
      </p>
      <div className="table-frame">
        <table className="table dense">
          <thead>
            <tr>
              <th>Currency</th>
              <th>Mode</th>
              <th className="num">Accounts</th>
              <th className="num">Customers have</th>
              <th className="num">Of it held</th>
              <th className="num">Sum</th>
            </tr>
          </thead>
          <tbody>
            {run.totals.map((total) => (
              <tr key={`${total.mode} ${total.currency}`}>
                <td>{total.currency}</td>
                <td data-label="Mode">
                  <ModeBadge mode={total.mode} />
                </td>
                <td data-label="Accounts" className="num">
                  {count(total.accounts)}
                </td>
                <td data-label="Customers have" className="num">
                  <Amount value={total.customers} currency={total.currency} />
                </td>
                <td data-label="Of it held" className="num">
                  <Amount value={total.held} currency={total.currency} />
                </td>
                <td data-label="Sum" className="num">
                  <Amount value={total.sum} currency={total.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Runs({ rows }: { rows: Reconciliation[] }) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Run</th>
            <th>Began</th>
            <th className="num">Accounts</th>
            <th className="num">Entries</th>
            <th>Proved</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((run) => (
            <tr key={run.id}>
              <td>
                <div>
                  {RUN_KIND_NAMES[run.kind]}
                  <div className="small quiet nowrap">{run.requested_by?.email ?? 'by schedule'}</div>
                </div>
              </td>
              <td data-label="Began">
                <Time at={run.started_at} />
              </td>
              <td data-label="Accounts" className="num">
                {count(run.accounts)}
              </td>
              <td data-label="Entries" className="num">
                {count(run.entries)}
              </td>
              <td data-label="Proved">
                <div>
                  <Proofs run={run} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Proofs({ run }: { run: Reconciliation }) {
  const broken = run.proofs.filter(({ discrepancies }) => discrepancies > 0)
  if (broken.length > 0)
    return (
      <div className="stack-tight">
        {broken.map(({ name, discrepancies }) => (
          <Badge key={name} tone="bad">
            {PROOF_WORDS[name].broken}: {count(discrepancies)}
          </Badge>
        ))}
      </div>
    )
  if (run.status === 'running') return <Badge tone="busy">Running</Badge>
  return (
    <>
      <Badge tone="good">All holds</Badge>
      <div className="small quiet">{run.proofs.map(({ name }) => PROOF_WORDS[name].holds).join(' · ')}</div>
    </>
  )
}

const count = (value: number) => value.toLocaleString('en')
