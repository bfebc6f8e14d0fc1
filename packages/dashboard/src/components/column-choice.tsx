import { Button, Checkbox, Popover } from '@mantine/core'
import { MixerVerticalIcon } from '@radix-ui/react-icons'
import type { Columns } from '../row-columns.ts'

/** Which columns the list shows; this browser remembers it. */
export function ColumnChoice({ columns }: { columns: Pick<Columns<never>, 'all' | 'chosen' | 'toggle'> }) {
  return (
    <Popover position="bottom-end" shadow="md" radius="md" trapFocus transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <Button className="column-choice" variant="default" leftSection={<MixerVerticalIcon />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className="stack-tight">
          {columns.all.map(({ id, name }) => (
            <Checkbox
              key={id}
              label={name}
              checked={columns.chosen.includes(id)}
              onChange={(event) => columns.toggle(id, event.currentTarget.checked)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
