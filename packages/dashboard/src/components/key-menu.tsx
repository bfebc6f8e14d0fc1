import { Menu } from '@mantine/core'
import { DotsVerticalIcon, Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import type { ApiKey } from '../api-types.ts'
import { DeleteKey } from './delete-key.tsx'
import { EditKey } from './edit-key.tsx'
import { RotateKey } from './rotate-key.tsx'

/** The three deeds of a key's row, each in its own dialog. */
export function KeyMenu({ apiKey }: { apiKey: ApiKey }) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <button type="button" className="icon-button" aria-label={`Actions for ${apiKey.name}`}>
            <DotsVerticalIcon />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil1Icon />} onClick={() => setOpen('edit')}>
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<ReloadIcon />} onClick={() => setOpen('rotate')}>
            Rotate
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--bad)" leftSection={<TrashIcon />} onClick={() => setOpen('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'edit' && <EditKey apiKey={apiKey} onClose={close} />}
      {open === 'rotate' && <RotateKey apiKey={apiKey} onClose={close} />}
      {open === 'delete' && <DeleteKey apiKey={apiKey} onClose={close} />}
    </>
  )
}
