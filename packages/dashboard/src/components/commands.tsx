import '../styles/palette.css'
import { Modal } from '@mantine/core'
import { CommandPalette } from './command-palette.tsx'
import type { CommandsProps } from './command-host.tsx'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { useShortcuts } from '../use-shortcuts.ts'

/** The command palette, the sheet of shortcuts, and the shortcuts themselves. */
export function Commands({ asked, onAsk }: CommandsProps) {
  const close = () => onAsk(null)
  useShortcuts(asked === null, onAsk)
  return (
    <>
      <Modal
        opened={asked === 'palette'}
        onClose={close}
        withCloseButton={false}
        centered={false}
        yOffset="10vh"
        size={600}
        padding={0}
        attributes={{ content: { 'aria-label': 'Search or go to' } }}
      >
        <CommandPalette onAsk={onAsk} />
      </Modal>
      <Modal opened={asked === 'shortcuts'} onClose={close} title="Keyboard shortcuts" size={560}>
        <ShortcutSheet />
      </Modal>
    </>
  )
}
