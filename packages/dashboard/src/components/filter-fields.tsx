import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { Children, useState, type ReactNode } from 'react'
import { localMinute, rangeStart, TIME_RANGES } from '../time-ranges.ts'

const TYPING_MS = 300
const BETWEEN = 'Between…'

type FilterBarProps = {
  isFiltered: boolean
  onClear: () => void
  children: ReactNode
  /** What is rarely asked for: shown on demand, and while one of them is set. */
  more?: ReactNode
  isMoreSet?: boolean
}

const FEW_FIELDS = 3

/**
 * The filters of a list in a row, and one button that removes them all. In a narrow window the first two stand above
 * the list, and the others behind a button, unless some are in use.
 */
export function FilterBar({ isFiltered, onClear, children, more, isMoreSet = false }: FilterBarProps) {
  const [isShown] = useState(isFiltered || Children.count(children) <= FEW_FIELDS)
  const [isOpen, setOpen] = useState(false)
  const isWhole = isShown || isOpen
  return (
    <search className="filters" aria-label="Filters" data-whole={isWhole || undefined}>
      {children}
      {(isOpen || isMoreSet) && more}
      {more && !isMoreSet && (
        <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Fewer filters' : 'More filters'}
        </Button>
      )}
      {!more && !isWhole && (
        <Button className="filters-more" variant="default" onClick={() => setOpen(true)}>
          More filters
        </Button>
      )}
      {isFiltered && (
        <Button variant="subtle" onClick={onClear}>
          Clear all
        </Button>
      )}
    </search>
  )
}

type FieldProps = {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

type SelectFilterProps = FieldProps & {
  placeholder: string
  options: readonly { value: string; label: string }[]
  searchable?: boolean
}

export function SelectFilter({ label, value, onChange, options, ...rest }: SelectFilterProps) {
  // A value that no option names, such as a deleted endpoint, still shows.
  const known = value === undefined || options.some((option) => option.value === value)
  return (
    <Select
      aria-label={label}
      data={known ? [...options] : [...options, { value, label: value }]}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable
      {...rest}
    />
  )
}

/** Writes into the URL when typing pauses, and follows the URL when it changes elsewhere. */
export function TextFilter({
  label,
  value,
  onChange,
  icon,
  placeholder = label,
  error,
}: FieldProps & { icon?: boolean; placeholder?: string; error?: string | false }) {
  const [draft, setDraft] = useState({ text: value ?? '', of: value })
  const write = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS)
  // A space at the end of what is being typed is no part of the filter, and stays in the field.
  const isOwn = (draft.text.trim() || undefined) === value
  if (draft.of !== value) setDraft({ text: isOwn ? draft.text : (value ?? ''), of: value })
  return (
    <TextInput
      aria-label={label}
      className={icon ? 'search' : undefined}
      placeholder={placeholder}
      leftSection={icon && <MagnifyingGlassIcon />}
      value={draft.text}
      error={error}
      onChange={(event) => {
        setDraft({ text: event.currentTarget.value, of: value })
        write(event.currentTarget.value)
      }}
    />
  )
}

/** Words in a field that has no placeholder to say what it is. */
export const prefix = (words: string) => ({
  leftSection: <span className="field-prefix">{words}</span>,
  leftSectionWidth: 46,
})

type Moment = 'created' | 'completed' | 'effective'
type TimeRange<Of extends Moment> = Partial<Record<`${Of}_after` | `${Of}_before`, string | undefined>>

type TimeFilterProps<Of extends Moment> = {
  /** When it was created, if nothing is said. */
  of?: Of
  /** While no range is chosen, where the page has other times beside this one. */
  anyTime?: string
  filters: TimeRange<NoInfer<Of>>
  onChange: (change: TimeRange<NoInfer<Of>>) => void
}

const TIMES: Record<Moment, string> = { created: 'Time', completed: 'Completed', effective: 'Effective' }

/** A named range, or two moments in the viewer's zone. */
export function TimeFilter<Of extends Moment = 'created'>(props: TimeFilterProps<Of>) {
  const { of = 'created' as Of, anyTime, filters, onChange } = props
  const [after, before] = [`${of}_after`, `${of}_before`] as const
  const isSet = filters[after] !== undefined || filters[before] !== undefined
  const [asked, setAsked] = useState(false)
  const custom = asked || isSet
  const toIso = (local: string) => (local === '' ? undefined : new Date(local).toISOString())
  const change = (part: Record<string, string | undefined>) => onChange(part as TimeRange<Of>)
  const isTime = of === 'created'
  return (
    <>
      <Select
        aria-label={TIMES[of]}
        placeholder={anyTime ?? (isTime ? 'Any time' : `${TIMES[of]}: any`)}
        data={[...TIME_RANGES.map(({ name }) => name), BETWEEN]}
        value={custom ? BETWEEN : null}
        onChange={(name) => {
          setAsked(name !== null)
          if (name !== BETWEEN) change({ [after]: rangeStart(name), [before]: undefined })
        }}
        clearable
      />
      {custom && (
        <>
          <TextInput
            type="datetime-local"
            aria-label={isTime ? 'From' : `${TIMES[of]} from`}
            {...prefix('From')}
            value={localMinute(filters[after])}
            onChange={(event) => change({ [after]: toIso(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            aria-label={isTime ? 'Until' : `${TIMES[of]} until`}
            {...prefix('Until')}
            value={localMinute(filters[before])}
            onChange={(event) => change({ [before]: toIso(event.currentTarget.value) })}
          />
        </>
      )}
    </>
  )
}
