import { Menu } from '@mantine/core'
import { DotsVerticalIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import type { Member } from '../api-types.ts'
import { useMe } from '../session.ts'
import { manageableRoles, ROLE_NAMES } from '../team.ts'
import { Badge } from './badges.tsx'
import { MemberDialog, type MemberDeed } from './member-dialog.tsx'
import { Day } from './time.tsx'

type MemberTableProps = { members: Member[]; onRemoved: (member: Member) => void }

/** Everybody in the workspace, each with what the reader may do about them. */
export function MemberTable({ members, onRemoved }: MemberTableProps) {
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th>Member</th>
            <th>Role</th>
            <th>Second factor</th>
            <th>Joined</th>
            <th aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.id}>
              <td>
                <div>
                  <span className="lead">{member.name}</span>{' '}
                  {member.is_you && <span className="quiet">(you)</span>}
                  <div className="small quiet">{member.email}</div>
                </div>
              </td>
              <td data-label="Role">{ROLE_NAMES[member.role]}</td>
              <td data-label="Second factor">
                {member.two_factor_enabled ? <Badge tone="good">On</Badge> : <Badge tone="off">Off</Badge>}
              </td>
              <td data-label="Joined">
                <Day at={member.created_at} />
              </td>
              <td className="menu">
                <MemberMenu member={member} onRemoved={onRemoved} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function MemberMenu({ member, onRemoved }: { member: Member } & Pick<MemberTableProps, 'onRemoved'>) {
  const me = useMe()
  const [deed, setDeed] = useState<MemberDeed>()
  const mayManage = manageableRoles(me).includes(member.role)
  const deeds: { deed: MemberDeed; name: string; grave?: boolean }[] = [
    ...(mayManage ? [{ deed: 'role' as const, name: 'Change role' }] : []),
    ...(me.role === 'owner' && !member.is_you
      ? [{ deed: 'transfer' as const, name: 'Transfer ownership', grave: true }]
      : []),
    ...(member.is_you ? [{ deed: 'leave' as const, name: 'Leave workspace', grave: true }] : []),
    ...(mayManage && !member.is_you ? [{ deed: 'remove' as const, name: 'Remove', grave: true }] : []),
  ]
  if (deeds.length === 0) return null
  return (
    <>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <button type="button" className="icon-button" aria-label={`Actions for ${member.name}`}>
            <DotsVerticalIcon />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {deeds.map(({ deed: one, name, grave }) => (
            <Menu.Item key={one} color={grave ? 'var(--bad)' : undefined} onClick={() => setDeed(one)}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {deed && (
        <MemberDialog member={member} deed={deed} onClose={() => setDeed(undefined)} onRemoved={onRemoved} />
      )}
    </>
  )
}
