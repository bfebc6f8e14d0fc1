import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Mode } from '../api.ts'
import type { OperatorWorkspaceDetail as Detail } from '../api-types.ts'
import { Amount } from '../components/amount.tsx'
import { BackLink } from '../components/back-link.tsx'
import { ApprovalBadge, Badge, ModeBadge } from '../components/badges.tsx'
import { Chip } from '../components/chip.tsx'
import { Fact, Facts } from '../components/facts.tsx'
import { Loaded } from '../components/loaded.tsx'
import { OperatorOnly } from '../components/operator-only.tsx'
import { Note, PageHead } from '../components/states.tsx'
import { SuspendWorkspace } from '../components/suspend-workspace.tsx'
import { Day, ExactTime, Time } from '../components/time.tsx'
import { WorkspaceAudit } from '../components/workspace-audit.tsx'
import { CURRENCY_TYPE_NAMES } from '../key-words.ts'
import { TRANSACTION_TYPE_NAMES } from '../money-words.ts'
import { operatorWorkspaceQuery } from '../operator.ts'
import { ROLE_NAMES } from '../team.ts'

/** One workspace as the people who run the platform see it. */
export function OperatorWorkspacePage() {
  return (
    <OperatorOnly>
      <div className="stack">
        <BackLink to="/operator/workspaces">Workspaces</BackLink>
        <One />
      </div>
    </OperatorOnly>
  )
}

function One() {
  const { workspaceId } = useParams({ from: '/inside/operator/workspaces/$workspaceId' })
  const one = useQuery(operatorWorkspaceQuery(workspaceId))
  return (
    <Loaded query={one} what="This workspace" rows={12} isPage>
      {(workspace) => <Workspace workspace={workspace} />}
    </Loaded>
  )
}

function Workspace({ workspace }: { workspace: Detail }) {
  const [deciding, setDeciding] = useState(false)
  const { suspension } = workspace
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {workspace.name} {suspension && <Badge tone="bad">Suspended</Badge>}
          </span>
        }
        action={
          <Button
            variant="default"
            {...(suspension ? {} : { c: 'var(--bad)' })}
            onClick={() => setDeciding(true)}
          >
            {suspension ? 'Resume' : 'Suspend'}
          </Button>
        }
      />
      {suspension && (
        <Note tone="bad">
          Suspended <ExactTime at={suspension.suspended_at} /> by {suspension.suspended_by.email}. Its keys
          are refused; its members can read and change nothing. Reason: {suspension.reason}
        </Note>
      )}
      <ProfileFacts workspace={workspace} />
      <Volumes workspace={workspace} />
      <Members workspace={workspace} />
      <WorkspaceAudit workspaceId={workspace.id} />
      {deciding && <SuspendWorkspace workspace={workspace} onClose={() => setDeciding(false)} />}
    </>
  )
}

function ProfileFacts({ workspace }: { workspace: Detail }) {
  const none = <span className="quiet">None</span>
  return (
    <Facts>
      <Fact name="Workspace id">
        <Chip value={workspace.id} what="workspace id" />
      </Fact>
      <Fact name="Legal name">
        {workspace.legal_name ?? none}
        {workspace.country && ` · ${workspace.country}`}
      </Fact>
      <Fact name="Contact">
        {[workspace.contact_email, workspace.website].filter(Boolean).join(' · ') || none}
      </Fact>
      <Fact name="Created">
        <ExactTime at={workspace.created_at} />
      </Fact>
      <Fact name="Production Mode">
        <span className="stack-tight">
          {workspace.activations.map((list) => (
            <span key={list.currency_type} className="row">
              {CURRENCY_TYPE_NAMES[list.currency_type]} <ApprovalBadge status={list.approval.status} />
              {list.production_open ? 'open' : <span className="quiet">{missingOf(list)}</span>}
            </span>
          ))}
          <Link
            to="/operator/activations"
            search={{ status: 'all', workspace_id: workspace.id }}
            className="link small"
          >
            Decide in the activation queue
          </Link>
        </span>
      </Fact>
      <Fact name="API Keys">
        {workspace.keys.length === 0
          ? none
          : workspace.keys.map((keys) => (
              <span key={keys.mode} className="row">
                <ModeBadge mode={keys.mode} /> {keys.active} of {keys.total} active
                {keys.last_used_at && (
                  <span className="quiet">
                    last used <Time at={keys.last_used_at} />
                  </span>
                )}
              </span>
            ))}
      </Fact>
      <Fact name="Webhooks">
        {workspace.webhook_endpoints.length === 0
          ? none
          : workspace.webhook_endpoints.map((ends) => (
              <span key={ends.mode} className="row">
                <ModeBadge mode={ends.mode} /> {ends.enabled} of {ends.total} enabled
                {ends.failing > 0 ? (
                  <Badge tone="bad">{ends.failing} failing</Badge>
                ) : (
                  <Badge tone="good">None failing</Badge>
                )}
                <span className="quiet">{ends.waiting} deliveries wait</span>
              </span>
            ))}
      </Fact>
      <Fact name="Balances">
        {workspace.balances.length === 0
          ? none
          : (['test', 'production'] as const).map((mode) => (
              <BalancesIn key={mode} mode={mode} balances={workspace.balances} />
            ))}
      </Fact>
    </Facts>
  )
}

function BalancesIn({ mode, balances }: { mode: Mode; balances: Detail['balances'] }) {
  const own = balances.filter((balance) => balance.mode === mode)
  if (own.length === 0) return null
  return (
    <span className="row amounts">
      <ModeBadge mode={mode} />
      {own.map(({ currency, posted }) => (
        <Amount key={currency} value={posted} currency={currency} />
      ))}
    </span>
  )
}

const missingOf = ({ items }: Detail['activations'][number]) =>
  `missing: ${items.flatMap(({ done, title }) => (done ? [] : [title.toLowerCase()])).join(', ')}`

function Volumes({ workspace }: { workspace: Detail }) {
  return (
    <section className="stack-tight">
      <h2>Completed in {workspace.volume_days} days</h2>
      {workspace.volumes.length === 0 ? (
        <p className="second">Nothing has completed.</p>
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th>Type</th>
                <th>Mode</th>
                <th className="num">Transactions</th>
                <th className="num">Sum</th>
              </tr>
            </thead>
            <tbody>
              {workspace.volumes.map((row) => (
                <tr key={row.mode + row.currency + row.type}>
                  <td>
                    <span>
                      {TRANSACTION_TYPE_NAMES[row.type as 'deposit'] ?? row.type}
                      <span className="quiet"> · {row.currency}</span>
                    </span>
                  </td>
                  <td data-label="Mode">
                    <ModeBadge mode={row.mode} />
                  </td>
                  <td data-label="Transactions" className="num">
                    {row.count}
                  </td>
                  <td data-label="Sum" className="num">
                    <Amount value={row.sum} currency={row.currency} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Members({ workspace }: { workspace: Detail }) {
  return (
    <section className="stack-tight">
      <h2>Members</h2>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th>Name</th>
              <th>E-mail</th>
              <th>Role</th>
              <th>Second factor</th>
              <th>Since</th>
            </tr>
          </thead>
          <tbody>
            {workspace.members.map((member) => (
              <tr key={member.user_id}>
                <td>{member.name}</td>
                <td data-label="E-mail">
                  <span>{member.email}</span>
                </td>
                <td data-label="Role">
                  <span>{ROLE_NAMES[member.role]}</span>
                </td>
                <td data-label="Second factor">
                  <Badge tone={member.two_factor_enabled ? 'good' : 'off'}>
                    {member.two_factor_enabled ? 'On' : 'Off'}
                  </Badge>
                </td>
                <td data-label="Since">
                  <Day at={member.created_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
