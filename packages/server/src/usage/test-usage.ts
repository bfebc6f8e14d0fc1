import type { Executor } from '../database/database.ts'
import { latencySlot } from './latency.ts'
import { kindOf, RESOLUTION_MS, startOf, type Resolution } from './usage.ts'

/** Figures by workspace, mode, currency type, subject, resolution and time: counts by class, then counts by slot. */
export type Figures = Record<string, string>

type Seen = {
  place: string
  subject_id: string
  at_ms: number
  class: number
  count: number
  ms: number | null
}
type Sum = { counts: number[]; slots: Map<number, number> }

/** What the rows of the Transaction Logs and the attempts at webhooks say, row by row: nothing that was added up. */
export async function usageOfLogs(executor: Executor): Promise<Figures> {
  const { rows } = await executor.query<Seen>(
    `select concat_ws(' ', workspace_id, mode, currency_type) as place, api_key_id as subject_id,
       (('x' || left(replace(l.id::text, '-', ''), 12))::bit(48)::bigint)::float8 as at_ms, status / 100 as class,
       request_count as count, case when status > 0 then duration_ms end as ms
     from transaction_logs l join transaction_log_series s on s.id = series_id
     union all
     select concat_ws(' ', workspace_id, mode, currency_type), endpoint_id, extract(epoch from at)::float8 * 1000,
       case when error is null then 2 when status_code >= 300 then status_code / 100 else 0 end, 1, duration_ms
     from delivery_attempts a join events v on v.id = a.event_id`,
  )
  const sums = new Map<string, Sum>()
  for (const row of rows)
    for (const subject of [row.subject_id, kindOf(row.subject_id)])
      for (const resolution of Object.keys(RESOLUTION_MS) as Resolution[]) {
        const at = startOf(row.at_ms, RESOLUTION_MS[resolution])
        const sum = sumAt(sums, `${row.place} ${subject} ${resolution} ${at}`)
        sum.counts[row.class]! += row.count
        if (row.ms !== null) count(sum.slots, latencySlot(row.ms), 1)
      }
  return shown(sums)
}

type Counted = {
  key: string
  resolution: Resolution
  at_ms: number
  counts: number[]
  latency: string
}

/** What is counted, and what waits to be. */
export async function usageOfCounts(executor: Executor): Promise<Figures> {
  const figures = `array[status_none, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx]::float8[] as counts,
    latency`
  const { rows } = await executor.query<Counted>(
    `select concat_ws(' ', workspace_id, mode, currency_type, subject_id, resolution) as key, resolution,
       extract(epoch from at)::float8 * 1000 as at_ms, ${figures} from usage_counts
     union all
     select concat_ws(' ', workspace_id, mode, currency_type, s.id, r.name), r.name,
       extract(epoch from at)::float8 * 1000, ${figures} from usage_pending
     cross join unnest($1::text[]) as r (name)
     cross join lateral (values (subject_id), (case when subject_id like 'ep\\_%' then 'webhooks' else 'requests' end)) as s (id)`,
    [Object.keys(RESOLUTION_MS)],
  )
  const sums = new Map<string, Sum>()
  for (const row of rows) {
    const sum = sumAt(sums, `${row.key} ${startOf(row.at_ms, RESOLUTION_MS[row.resolution])}`)
    for (const [index, more] of row.counts.entries()) sum.counts[index]! += more
    for (const pair of row.latency === '' ? [] : row.latency.split(' ')) {
      const [slot, tries] = pair.split(':').map(Number)
      count(sum.slots, slot!, tries!)
    }
  }
  return shown(sums)
}

function sumAt(sums: Map<string, Sum>, key: string): Sum {
  const sum = sums.get(key) ?? { counts: [0, 0, 0, 0, 0, 0], slots: new Map<number, number>() }
  sums.set(key, sum)
  return sum
}

function count(slots: Map<number, number>, slot: number, more: number): void {
  slots.set(slot, (slots.get(slot) ?? 0) + more)
}

function shown(sums: ReadonlyMap<string, Sum>): Figures {
  return Object.fromEntries(
    [...sums].map(([key, { counts, slots }]) => {
      const sorted = [...slots].sort(([one], [other]) => one - other)
      return [key, `${counts.join(' ')} | ${sorted.map((pair) => pair.join(':')).join(' ')}`]
    }),
  )
}
