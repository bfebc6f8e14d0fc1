import { useNavigate, useSearch } from '@tanstack/react-router'

export type Filters<Name extends string> = Partial<Record<Name, string | undefined>>

/** The filters of a list. They live in the URL alone, so that an address brings back the same view. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const search = useWholeSearch()
  const navigate = useNavigate()
  const filters = Object.fromEntries(names.map((name) => [name, search[name]])) as Filters<Name>
  // Another list begins at its first page.
  const set = (change: Filters<Name>) => {
    const search = (before: object) => ({ ...before, ...change, pages: undefined })
    void navigate({ to: '.', search, replace: true } as never)
  }
  return {
    filters,
    set,
    isFiltered: names.some((name) => filters[name] !== undefined),
    clear: () => set(Object.fromEntries(names.map((name) => [name, undefined])) as Filters<Name>),
  }
}

/** What the router has validated for whichever page this is. */
function useWholeSearch(): Record<string, unknown> {
  return useSearch({ strict: false })
}
