import { Menu } from '@mantine/core'
import { DotsVerticalIcon, Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import type { AnyKey, KeyDeeds } from '../key-deeds.ts'
import { useKeyDialog } from './key-dialog.tsx'

type KeyMenuProps<Scope extends string> = { apiKey: AnyKey<Scope>; deeds: KeyDeeds<Scope> }

/** The three deeds of a key's row, each in its own dialog. */
export function KeyMenu<Scope extends string>({ apiKey, deeds }: KeyMenuProps<Scope>) {
  const { choose, dialog } = useKeyDialog(apiKey, deeds)
  return (
    <>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <button type="button" className="icon-button" aria-label={`Actions for ${apiKey.name}`}>
            <DotsVerticalIcon />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil1Icon />} onClick={() => choose('edit')}>
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<ReloadIcon />} onClick={() => choose('rotate')}>
            Rotate
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--bad)" leftSection={<TrashIcon />} onClick={() => choose('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  )
}
