import { Button } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Invitation, Member } from '../api-types.ts'
import { InvitationTable } from '../components/invitation-table.tsx'
import { InviteDialog } from '../components/invite-dialog.tsx'
import { RemovedMember } from '../components/member-dialog.tsx'
import { MemberTable } from '../components/member-table.tsx'
import { PagedList } from '../components/paged-list.tsx'
import { Loaded } from '../components/loaded.tsx'
import { Empty, PageHead } from '../components/states.tsx'
import { useMe } from '../session.ts'
import { INVITATIONS, manageableRoles, MEMBERS, ROLE_NAMES, roleRightsQuery } from '../team.ts'
import { useList } from '../use-list.ts'

export function TeamPage() {
  const me = useMe()
  const members = useList<Member>({ path: MEMBERS, live: true })
  const [inviting, setInviting] = useState(false)
  // Held here, because the row of who was removed leaves the table under its dialog.
  const [removed, setRemoved] = useState<Member>()
  const mayInvite = manageableRoles(me).length > 0
  return (
    <>
      <PageHead
        title="Team"
        lead={`Who works in ${me.workspace.name}, and what they may do.`}
        action={
          mayInvite && (
            <Button leftSection={<PlusIcon />} onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      />
      <div className="stack-wide">
        <PagedList state={members} what="The members" usually={3} empty={null}>
          {(rows) => <MemberTable members={rows} onRemoved={setRemoved} />}
        </PagedList>
        {/* What stands below must not make room for what comes late above it. */}
        <div hidden={members.list.isPending}>
          <div className="stack-wide">
            {mayInvite && <Invitations />}
            <Roles />
          </div>
        </div>
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {removed && <RemovedMember member={removed} onClose={() => setRemoved(undefined)} />}
    </>
  )
}

function Invitations() {
  const invitations = useList<Invitation>({ path: INVITATIONS, live: true })
  return (
    <section className="stack-tight">
      <h2>Invitations</h2>
      <PagedList
        state={invitations}
        what="The invitations"
        usually={1}
        empty={
          <Empty title="Nobody is invited at the moment">
            An invitation goes to one address by mail, or as a link that you send yourself.
          </Empty>
        }
      >
        {(rows) => <InvitationTable invitations={rows} />}
      </PagedList>
    </section>
  )
}

/** What each role may do, as the API tells it. */
function Roles() {
  const rights = useQuery(roleRightsQuery)
  return (
    <section className="stack-tight">
      <h2>Roles</h2>
      <Loaded query={rights} what="The roles" rows={4}>
        {(data) => (
          <dl className="facts card card-pad">
            {data.data.map(({ role, may }, index) => (
              <RoleFact
                key={role}
                name={ROLE_NAMES[role]}
                may={index === 0 ? may : ['All of the above', ...may]}
              />
            ))}
          </dl>
        )}
      </Loaded>
    </section>
  )
}

function RoleFact({ name, may }: { name: string; may: string[] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {may.map((says) => (
          <div key={says}>{says}</div>
        ))}
      </dd>
    </>
  )
}
