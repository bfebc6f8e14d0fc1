import { useSearch } from '@tanstack/react-router'
import type { Mode } from './api.ts'

export const MODE_NAMES: Record<Mode, string> = { test: 'Test Mode', production: 'Production Mode' }

/** The mode that this page shows. Query keys carry it, so that two modes never share a cache entry. */
export function useMode(): Mode {
  return useSearch({ strict: false, select: (search: { mode?: Mode }) => search.mode }) ?? 'test'
}
