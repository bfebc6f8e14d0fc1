import { Button, Checkbox, Popover } from '@mantine/core'
import { MixerVerticalIcon } from '@radix-ui/react-icons'
import { LOG_COLUMNS } from '../log-columns.tsx'

type ColumnChoiceProps = { chosen: readonly string[]; onChange: (ids: string[]) => void }

/** Which columns the list shows; this browser remembers it. */
export function ColumnChoice({ chosen, onChange }: ColumnChoiceProps) {
  const toggle = (id: string, isOn: boolean) =>
    onChange(
      LOG_COLUMNS.map((column) => column.id).filter((each) => (each === id ? isOn : chosen.includes(each))),
    )
  return (
    <Popover position="bottom-end" shadow="md" radius="md" trapFocus transitionProps={{ duration: 100 }}>
      <Popover.Target>
        <Button className="column-choice" variant="default" leftSection={<MixerVerticalIcon />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className="stack-tight">
          {LOG_COLUMNS.map(({ id, name }) => (
            <Checkbox
              key={id}
              label={name}
              checked={chosen.includes(id)}
              onChange={(event) => toggle(id, event.currentTarget.checked)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
