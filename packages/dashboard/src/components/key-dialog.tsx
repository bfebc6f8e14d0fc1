import { Button } from '@mantine/core'
import { Pencil1Icon, ReloadIcon, TrashIcon } from '@radix-ui/react-icons'
import { useState, type ReactNode } from 'react'
import type { AnyKey, KeyDeeds } from '../key-deeds.ts'
import { DeleteKey } from './delete-key.tsx'
import { EditKey } from './edit-key.tsx'
import { RotateKey } from './rotate-key.tsx'

export type KeyDeed = 'edit' | 'rotate' | 'delete'

export type KeyDialogProps<Scope extends string> = {
  apiKey: AnyKey<Scope>
  deeds: KeyDeeds<Scope>
  onClose: () => void
}

/** The deeds of one key: which is chosen, and its dialog, to be shown where it is used. */
export function useKeyDialog<Scope extends string>(
  apiKey: AnyKey<Scope>,
  deeds: KeyDeeds<Scope>,
): { choose: (deed: KeyDeed) => void; dialog: ReactNode } {
  const [chosen, choose] = useState<KeyDeed>()
  const props = { apiKey, deeds, onClose: () => choose(undefined) }
  const dialog = (
    <>
      {chosen === 'edit' && <EditKey {...props} />}
      {chosen === 'rotate' && <RotateKey {...props} />}
      {chosen === 'delete' && <DeleteKey {...props} />}
    </>
  )
  return { choose, dialog }
}

/** The deeds at the head of a key's page. Where the page edits in place there is no dialog for it. */
export function KeyButtons({
  onChoose,
  editsInPlace,
}: {
  onChoose: (deed: KeyDeed) => void
  editsInPlace?: boolean
}) {
  return (
    <div className="row">
      {!editsInPlace && (
        <Button variant="default" leftSection={<Pencil1Icon />} onClick={() => onChoose('edit')}>
          Edit
        </Button>
      )}
      <Button variant="default" leftSection={<ReloadIcon />} onClick={() => onChoose('rotate')}>
        Rotate
      </Button>
      <Button variant="default" leftSection={<TrashIcon />} c="var(--bad)" onClick={() => onChoose('delete')}>
        Delete
      </Button>
    </div>
  )
}
