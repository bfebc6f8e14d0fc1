import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { Children, useState, type ReactNode } from 'react'
import { localMinute, rangeStart, TIME_RANGES } from '../time-ranges.ts'

const TYPING_MS = 300
const BETWEEN = 'Between…'

type FilterBarProps = { isFiltered: boolean; onClear: () => void; children: ReactNode }

const FEW_FIELDS = 3

/**
 * The filters of a list in a row, and one button that removes them all. In a narrow window the first two stand above
 * the list, and the others behind a button, unless some are in use.
 */
export function FilterBar({ isFiltered, onClear, children }: FilterBarProps) {
  const [isWhole, setWhole] = useState(isFiltered || Children.count(children) <= FEW_FIELDS)
  return (
    <search className="filters" aria-label="Filters" data-whole={isWhole || undefined}>
      {children}
      {!isWhole && (
        <Button className="filters-more" variant="default" onClick={() => setWhole(true)}>
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
}: FieldProps & { icon?: boolean; placeholder?: string }) {
  const [draft, setDraft] = useState({ text: value ?? '', of: value })
  const write = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS)
  if (draft.of !== value) setDraft({ text: value ?? '', of: value })
  return (
    <TextInput
      aria-label={label}
      className={icon ? 'search' : undefined}
      placeholder={placeholder}
      leftSection={icon && <MagnifyingGlassIcon />}
      value={draft.text}
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

type TimeRange = { created_after?: string | undefined; created_before?: string | undefined }

/** A named range, or two moments in the viewer's zone. */
export function TimeFilter({
  filters,
  onChange,
}: {
  filters: TimeRange
  onChange: (change: TimeRange) => void
}) {
  const isSet = filters.created_after !== undefined || filters.created_before !== undefined
  const [asked, setAsked] = useState(false)
  const custom = asked || isSet
  const toIso = (local: string) => (local === '' ? undefined : new Date(local).toISOString())
  return (
    <>
      <Select
        aria-label="Time"
        placeholder="Any time"
        data={[...TIME_RANGES.map(({ name }) => name), BETWEEN]}
        value={custom ? BETWEEN : null}
        onChange={(name) => {
          setAsked(name !== null)
          if (name !== BETWEEN) onChange({ created_after: rangeStart(name), created_before: undefined })
        }}
        clearable
      />
      {custom && (
        <>
          <TextInput
            type="datetime-local"
            aria-label="From"
            {...prefix('From')}
            value={localMinute(filters.created_after)}
            onChange={(event) => onChange({ created_after: toIso(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            aria-label="Until"
            {...prefix('Until')}
            value={localMinute(filters.created_before)}
            onChange={(event) => onChange({ created_before: toIso(event.currentTarget.value) })}
          />
        </>
      )}
    </>
  )
}
