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
import { Empty, Failed, LoadingRows, PageHead } from '../components/states.tsx'
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
        <PagedList state={members} what="The members" empty={null}>
          {(rows) => <MemberTable members={rows} onRemoved={setRemoved} />}
        </PagedList>
        {mayInvite && <Invitations />}
        <Roles />
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
      {rights.isPending && <LoadingRows rows={4} />}
      {rights.isError && (
        <Failed what="The roles" error={rights.error} onRetry={() => void rights.refetch()} />
      )}
      {rights.isSuccess && (
        <dl className="facts card card-pad">
          {rights.data.data.map(({ role, may }, index) => (
            <RoleFact
              key={role}
              name={ROLE_NAMES[role]}
              may={index === 0 ? may : ['All of the above', ...may]}
            />
          ))}
        </dl>
      )}
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
