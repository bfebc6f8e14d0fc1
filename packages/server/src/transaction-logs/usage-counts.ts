import { countLatency, latencySlot } from '../usage/latency.ts'
import { MINUTE_MS, noCounts, startOf, type Usage } from '../usage/usage.ts'
import { PASSED_ON, type ListedRow, type Series } from './record.ts'

/** What a batch adds to the usage of its keys, by the minute in which each request began. */
export function usageOf(rows: readonly ListedRow[]): Usage[] {
  const usages = new Map<string, Usage>()
  let latest: Series | null = null
  let usage: Usage | null = null
  for (const { createdAt, series, requestCount, durationMs } of rows) {
    const atMs = startOf(createdAt, MINUTE_MS)
    // Rows of one series share it, and come in runs.
    if (usage === null || series !== latest || usage.atMs !== atMs) usage = usageIn(usages, series, atMs)
    latest = series
    usage.counts[Math.floor(series.status / 100)]! += requestCount
    // Of refusals that were counted, one was measured.
    if (series.status !== PASSED_ON) countLatency(usage.latency, latencySlot(durationMs), 1)
  }
  return [...usages.values()]
}

function usageIn(usages: Map<string, Usage>, series: Series, atMs: number): Usage {
  const { workspaceId, mode, currencyType, apiKeyId: subjectId } = series
  const key = `${workspaceId} ${mode} ${currencyType} ${subjectId} ${atMs}`
  let usage = usages.get(key)
  if (!usage) {
    usage = { workspaceId, mode, currencyType, subjectId, atMs, counts: noCounts(), latency: new Map() }
    usages.set(key, usage)
  }
  return usage
}
