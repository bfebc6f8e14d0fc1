import { useEffect } from 'react'
import type { Command } from './use-commands.tsx'

type CommandListProps = {
  id: string
  commands: Command[]
  /** The place of the one that Enter runs. */
  at: number
  optionId: (index: number) => string
  onPoint: (command: Command) => void
  onRun: (command: Command) => void
}

/** The commands by group, as one list for a screen reader. */
export function CommandList({ id, commands, at, optionId, onPoint, onRun }: CommandListProps) {
  const selected = optionId(at)
  useEffect(() => {
    // In braces: what it answers is no clean-up.
    document.getElementById(selected)?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  const groups = [...new Set(commands.map(({ group }) => group))]
  return (
    <div className="palette-list" id={id} role="listbox" aria-label="Found">
      {groups.map((group) => (
        <div key={group} role="group" aria-label={group}>
          <div className="palette-group" aria-hidden>
            {group}
          </div>
          {commands.map((command, index) =>
            command.group === group ? (
              <div
                key={command.id}
                id={optionId(index)}
                className="palette-option"
                role="option"
                aria-selected={index === at}
                // Focus stays in the field.
                onMouseDown={(event) => event.preventDefault()}
                onMouseMove={() => index !== at && onPoint(command)}
                onClick={() => onRun(command)}
              >
                {command.icon}
                <span className="name">{command.name}</span>
                {command.hint && <span className="hint">{command.hint}</span>}
              </div>
            ) : null,
          )}
        </div>
      ))}
    </div>
  )
}
