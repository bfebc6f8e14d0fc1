import { Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { CaretSortIcon, CheckIcon } from '@radix-ui/react-icons'
import { useMutation } from '@tanstack/react-query'
import { startOver } from '../api.ts'
import type { Me } from '../api-types.ts'
import { ROLE_NAMES, switchWorkspace } from '../team.ts'

/** The workspace of the session; a menu for whoever belongs to several. */
export function WorkspaceSwitch({ me }: { me: Me }) {
  const change = useMutation({
    mutationFn: switchWorkspace,
    onSuccess: startOver,
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
  })
  const shown = (
    <span>
      <span className="small quiet">Workspace</span>
      <strong title={me.workspace.name}>{me.workspace.name}</strong>
    </span>
  )
  if (me.workspaces.length < 2) return <div className="nav-workspace">{shown}</div>
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <button type="button" className="nav-workspace" aria-label={`Workspace ${me.workspace.name}. Switch`}>
          {shown}
          <CaretSortIcon />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Your workspaces</Menu.Label>
        {me.workspaces.map(({ id, name, role }) => (
          <Menu.Item
            key={id}
            disabled={change.isPending}
            rightSection={id === me.workspace.id ? <CheckIcon aria-label="chosen" /> : null}
            onClick={() => id !== me.workspace.id && change.mutate(id)}
          >
            {name} <span className="small quiet">{ROLE_NAMES[role]}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
