import '../styles/explorer.css'
import { Cross2Icon, MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import {
  readQuery,
  typed,
  wordsOf,
  type FilterChange,
  type FilterValues,
  type Language,
} from '../query-language.ts'
import { QuerySuggestions, suggestionsFor, type Suggestion } from './query-suggestions.tsx'

type QueryBarProps = {
  language: Language
  filters: FilterValues
  onChange: (change: FilterChange) => void
  /** Names the field: "Search requests". */
  label: string
  placeholder: string
}

/**
 * One field for every filter: what is typed becomes chips. Enter takes it; Backspace in the empty field takes the last
 * chip away; the arrows lead to the chips and through the suggestions.
 */
export function QueryBar({ language, filters, onChange, label, placeholder }: QueryBarProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [draft, setDraft] = useState('')
  const [faults, setFaults] = useState<string[]>([])
  const [isOpen, setOpen] = useState(false)
  // Nothing is chosen until an arrow says so: Enter takes what was typed.
  const [at, setAt] = useState(-1)
  const suggestions = isOpen ? suggestionsFor(draft, language) : []
  const chips = language.terms.flatMap((term) => {
    const value = term.show(filters)
    return value === null ? [] : [{ term, value }]
  })
  useSlash(input)

  const type = (text: string) => {
    setDraft(text)
    setFaults([])
    setAt(-1)
    setOpen(true)
  }
  const take = (text: string) => {
    const read = readQuery(text, language)
    setDraft(read.rest)
    setFaults(read.faults)
    setOpen(false)
    setAt(-1)
    if (Object.keys(read.change).length > 0) onChange(read.change)
  }
  const choose = ({ text, isWhole }: Suggestion) => {
    const before = wordsOf(draft).slice(0, draft === '' || /\s$/.test(draft) ? undefined : -1)
    const whole = [...before, text].join(' ')
    if (isWhole) take(whole)
    else type(whole)
    input.current?.focus()
  }
  const remove = (owns: readonly string[]) => {
    onChange(Object.fromEntries(owns.map((filter) => [filter, undefined])))
    input.current?.focus()
  }
  const edit = ({ term, value }: (typeof chips)[number]) => {
    remove(term.owns)
    type(typed(term.name, value))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    const { key, currentTarget: field } = event
    const isAtStart = field.selectionStart === 0 && field.selectionEnd === 0
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      const count = suggestions.length
      setOpen(true)
      if (count > 0) setAt(key === 'ArrowDown' ? (at + 1) % count : (at <= 0 ? count : at) - 1)
    } else if (key === 'Enter') {
      const chosen = suggestions[at]
      if (chosen) choose(chosen)
      else take(draft)
    } else if (key === 'Escape' && (isOpen || draft !== '')) {
      if (isOpen) setOpen(false)
      else type('')
    } else if (key === 'Backspace' && draft === '' && chips.length > 0) remove(chips.at(-1)?.term.owns ?? [])
    else if (key === 'ArrowLeft' && isAtStart) focusChip(field, -1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="query" aria-label="Filters">
      <div className="query-field" onClick={() => input.current?.focus()}>
        <MagnifyingGlassIcon />
        {chips.map((chip) => (
          <QueryChip
            key={chip.term.name}
            label={chip.term.label}
            value={chip.value}
            onEdit={() => edit(chip)}
            onRemove={() => remove(chip.term.owns)}
          />
        ))}
        <input
          ref={input}
          value={draft}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          placeholder={chips.length === 0 ? placeholder : 'Add a filter…'}
          maxLength={1_000}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          role="combobox"
          aria-label={label}
          aria-expanded={suggestions.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={suggestions[at] ? `${id}-${at}` : undefined}
          aria-invalid={faults.length > 0}
          aria-describedby={`${id}-faults`}
        />
        {chips.length > 0 && (
          <button
            type="button"
            className="query-clear"
            onClick={() => {
              type('')
              setOpen(false)
              remove(chips.flatMap(({ term }) => term.owns))
            }}
          >
            Clear all
          </button>
        )}
      </div>
      <QuerySuggestions id={id} suggestions={suggestions} at={at} onPoint={setAt} onChoose={choose} />
      <div id={`${id}-faults`} role="status" className="query-faults small">
        {faults.map((fault) => (
          <p key={fault}>{fault}</p>
        ))}
      </div>
    </search>
  )
}

type QueryChipProps = { label: string; value: string; onEdit: () => void; onRemove: () => void }

/** A filter that is set: press it to change it, the cross to take it away. */
function QueryChip({ label, value, onEdit, onRemove }: QueryChipProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Backspace' || event.key === 'Delete') onRemove()
    else if (event.key === 'ArrowLeft') focusChip(event.currentTarget, -1)
    else if (event.key === 'ArrowRight') focusChip(event.currentTarget, 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span className="query-chip">
      <button
        type="button"
        data-chip
        title="Change this filter"
        aria-label={`Change the filter ${label} ${value}`}
        onClick={onEdit}
        onKeyDown={onKeyDown}
      >
        <span className="quiet">{label}</span> <span className="value">{value}</span>
      </button>
      <button type="button" aria-label={`Remove the filter ${label} ${value}`} onClick={onRemove}>
        <Cross2Icon />
      </button>
    </span>
  )
}

/** To the chip beside this one; from the last one into the field. */
function focusChip(from: HTMLElement, step: 1 | -1): void {
  const field = from.closest('.query-field')
  const stops = [...(field?.querySelectorAll<HTMLElement>('[data-chip], input') ?? [])]
  stops[stops.indexOf(from) + step]?.focus()
}

/** `/` leads into the field from anywhere on the page where nobody types. */
function useSlash(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return
      if (
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [role=dialog]')
      )
        return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [input])
}
