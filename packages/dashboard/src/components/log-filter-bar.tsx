import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { apiKeysQuery } from '../keys.ts'
import { LOG_FILTER_NAMES, type LogFilters } from '../logs.ts'
import { localMinute, TIME_RANGES, rangeStart } from '../time-ranges.ts'

const TYPING_MS = 300
const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE']
const STATUS_CLASSES = [
  { value: '2xx', label: '2xx accepted' },
  { value: '4xx', label: '4xx refused' },
  { value: '5xx', label: '5xx failed' },
]

/** Every filter of the list; each change goes into the URL, which is where the list reads it. */
export function LogFilterBar({ filters }: { filters: LogFilters }) {
  const navigate = useNavigate({ from: '/transaction-logs' })
  const set = (change: LogFilters) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const keys = useInfiniteQuery(apiKeysQuery({ deleted: true }))
  const keyOptions = (keys.data?.pages.flatMap((page) => page.data) ?? []).map(({ id, name }) => ({
    value: id,
    label: name,
  }))
  const active = LOG_FILTER_NAMES.some((name) => filters[name] !== undefined)
  return (
    <search className="filters" aria-label="Filters">
      <TextFilter
        label="Path contains"
        value={filters.path_contains}
        onChange={(path_contains) => set({ path_contains })}
        placeholder="Path contains…"
        icon
      />
      <Select
        aria-label="Key"
        placeholder="Any key"
        data={keyOptions}
        value={filters.api_key_id ?? null}
        onChange={(value) => set({ api_key_id: value ?? undefined })}
        clearable
        searchable
      />
      <Select
        aria-label="Method"
        placeholder="Any method"
        data={METHODS}
        value={filters.method ?? null}
        onChange={(value) => set({ method: value ?? undefined })}
        clearable
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        data={STATUS_CLASSES}
        value={filters.status_class ?? null}
        onChange={(value) => set({ status_class: value ?? undefined })}
        clearable
      />
      <TextFilter
        label="Problem code"
        value={filters.code}
        onChange={(code) => set({ code })}
        placeholder="Problem code"
      />
      <TextFilter
        label="Request id"
        value={filters.id}
        onChange={(id) => set({ id })}
        placeholder="Request id"
      />
      <TimeFilter filters={filters} onChange={set} />
      {active && (
        <Button
          variant="subtle"
          onClick={() => set(Object.fromEntries(LOG_FILTER_NAMES.map((name) => [name, undefined])))}
        >
          Clear all
        </Button>
      )}
    </search>
  )
}

function TimeFilter({ filters, onChange }: { filters: LogFilters; onChange: (change: LogFilters) => void }) {
  const [custom, setCustom] = useState(
    filters.created_after !== undefined || filters.created_before !== undefined,
  )
  const toIso = (local: string) => (local === '' ? undefined : new Date(local).toISOString())
  return (
    <>
      <Select
        aria-label="Time"
        placeholder="Any time"
        data={[...TIME_RANGES.map(({ name }) => name), 'Between…']}
        value={custom ? 'Between…' : null}
        onChange={(name) => {
          setCustom(name !== null)
          if (name !== 'Between…') onChange({ created_after: rangeStart(name), created_before: undefined })
        }}
        clearable
      />
      {custom && (
        <>
          <TextInput
            type="datetime-local"
            aria-label="From"
            value={localMinute(filters.created_after)}
            onChange={(event) => onChange({ created_after: toIso(event.currentTarget.value) })}
          />
          <TextInput
            type="datetime-local"
            aria-label="Until"
            value={localMinute(filters.created_before)}
            onChange={(event) => onChange({ created_before: toIso(event.currentTarget.value) })}
          />
        </>
      )}
    </>
  )
}

type TextFilterProps = {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  placeholder: string
  icon?: boolean
}

/** Writes into the URL when typing pauses, and follows the URL when it changes elsewhere. */
function TextFilter({ label, value, onChange, placeholder, icon }: TextFilterProps) {
  const [draft, setDraft] = useState({ text: value ?? '', of: value })
  const write = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), TYPING_MS)
  if (draft.of !== value) setDraft({ text: value ?? '', of: value })
  return (
    <TextInput
      aria-label={label}
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
