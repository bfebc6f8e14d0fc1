import { Checkbox } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { EventType } from '../api-types.ts'
import { groupEventTypes } from '../webhook-words.ts'
import { eventTypesQuery } from '../webhooks.ts'
import { Choice } from './choice.tsx'
import { Loaded } from './loaded.tsx'

type EventTypePickerProps = {
  /** `['*']` is every type, those to come included. */
  chosen: readonly string[]
  onChange: (types: string[]) => void
}

/** All events, or chosen ones from the catalogue with what each means. */
export function EventTypePicker({ chosen, onChange }: EventTypePickerProps) {
  const all = chosen.includes('*')
  return (
    <div className="stack">
      <Choice
        legend="Event types"
        name="event_types"
        value={all ? 'all' : 'chosen'}
        onChange={(value) => onChange(value === 'all' ? ['*'] : [])}
        options={[
          { value: 'all', name: 'All events', explain: 'Every type, also those that come later.' },
          { value: 'chosen', name: 'Chosen events', explain: 'Only the types that you tick.' },
        ]}
      />
      {!all && <Catalogue chosen={chosen} onChange={onChange} />}
    </div>
  )
}

function Catalogue({ chosen, onChange }: EventTypePickerProps) {
  const types = useQuery(eventTypesQuery)
  return (
    <Loaded query={types} what="The event types">
      {({ data }) => <Groups types={data} chosen={chosen} onChange={onChange} />}
    </Loaded>
  )
}

function Groups({ types, chosen, onChange }: EventTypePickerProps & { types: EventType[] }) {
  const toggle = (names: string[], on: boolean) =>
    onChange([...chosen.filter((type) => !names.includes(type)), ...(on ? names : [])])
  return (
    <div className="card event-types" role="group" aria-label="Chosen events">
      {groupEventTypes(types).map(({ name, items }) => {
        const names = items.map(({ type }) => type)
        const count = names.filter((type) => chosen.includes(type)).length
        return (
          <div key={name} className="event-type-group">
            <Checkbox
              label={<strong>{name}</strong>}
              checked={count === names.length}
              indeterminate={count > 0 && count < names.length}
              onChange={(event) => toggle(names, event.currentTarget.checked)}
            />
            {items.map(({ type, description }) => (
              <Checkbox
                key={type}
                label={<code>{type}</code>}
                description={description}
                checked={chosen.includes(type)}
                onChange={(event) => toggle([type], event.currentTarget.checked)}
              />
            ))}
          </div>
        )
      })}
    </div>
  )
}
