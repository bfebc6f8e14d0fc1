import type { Executor } from '../database/database.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import { countLatency, latencyText, readLatency, type Latency } from './latency.ts'
import type { Resolution, StatusCounts, Usage } from './usage.ts'

/** Usage with what it was added up by. */
export type CountedUsage = Usage & { resolution: Resolution }

const COUNTS = 'status_none, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx'
/** As numbers: the driver gives bigint as text. */
const NUMBERS = `status_none::float8, status_1xx::float8, status_2xx::float8, status_3xx::float8, status_4xx::float8,
  status_5xx::float8`
const AT_MS = 'extract(epoch from at)::float8 * 1000 as at_ms'
const KEY = 'workspace_id, mode, subject_id, resolution, at, currency_type'

type Row = {
  workspace_id: string
  mode: Mode
  subject_id: string
  resolution: Resolution
  at_ms: number
  currency_type: CurrencyType | ''
  status_none: number
  status_1xx: number
  status_2xx: number
  status_3xx: number
  status_4xx: number
  status_5xx: number
  latency: string
}

// "usage": one server at a time adds up what is pending.
const LOCK_KEY = '7165210426'

/** Whether this transaction may add up: until its end nobody else does. */
export async function lockFold(client: Executor): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1) as locked', [
    LOCK_KEY,
  ])
  return rows[0]?.locked === true
}

/** Takes rows that wait to be added up, out of their table. */
export async function takePending(client: Executor, rowsMax: number): Promise<Usage[]> {
  const { rows } = await client.query<Row>(
    `delete from usage_pending where ctid = any (array(select ctid from usage_pending limit $1))
     returning workspace_id, mode, currency_type, subject_id, ${AT_MS}, ${NUMBERS}, latency`,
    [rowsMax],
  )
  return rows.map(toUsage)
}

/** What is counted so far for these. */
export async function findCounts(client: Executor, wanted: readonly CountedUsage[]): Promise<CountedUsage[]> {
  const { rows } = await client.query<Row>(
    `select ${KEY}, ${AT_MS}, ${NUMBERS}, latency
       from usage_counts
       join unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[]) as wanted (${KEY})
         using (${KEY})`,
    keyColumns(wanted),
  )
  return rows.map((row) => ({ ...toUsage(row), resolution: row.resolution }))
}

/** Puts these figures in the place of those that are there. */
export async function writeCounts(client: Executor, usage: readonly CountedUsage[]): Promise<void> {
  await client.query(
    `insert into usage_counts (${KEY}, ${COUNTS}, latency)
     select ${KEY}, ${COUNTS}, latency
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::bigint[],
                   $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[])
         as t (${KEY}, ${COUNTS}, latency)
     on conflict (${KEY}) do update set status_none = excluded.status_none, status_1xx = excluded.status_1xx,
       status_2xx = excluded.status_2xx, status_3xx = excluded.status_3xx, status_4xx = excluded.status_4xx,
       status_5xx = excluded.status_5xx, latency = excluded.latency`,
    [
      ...keyColumns(usage),
      ...[0, 1, 2, 3, 4, 5].map((index) => usage.map(({ counts }) => counts[index])),
      usage.map(({ latency }) => latencyText(latency)),
    ],
  )
}

function keyColumns(usage: readonly CountedUsage[]): unknown[][] {
  return [
    usage.map(({ workspaceId }) => workspaceId),
    usage.map(({ mode }) => mode),
    usage.map(({ subjectId }) => subjectId),
    usage.map(({ resolution }) => resolution),
    usage.map(({ atMs }) => new Date(atMs)),
    usage.map(({ currencyType }) => currencyType),
  ]
}

export type UsageFilter = {
  workspaceId: string
  modes: readonly Mode[]
  currencyTypes: readonly (CurrencyType | '')[]
  subjectIds: readonly string[]
  resolution: Resolution
  from: Date
  /** Not in the range itself. */
  to: Date
}

/** Its latencies as the database keeps them. */
export type FoundUsage = Pick<Usage, 'subjectId' | 'atMs' | 'counts'> & { latency: string }

/**
 * The usage of subjects in a range: what is added up already, and beside it what waits to be, as rows of their own.
 * One statement, so that nothing is seen twice or not at all while it is being added up.
 */
export async function findUsage(
  executor: Executor,
  filter: UsageFilter,
  { withLatency }: { withLatency: boolean },
): Promise<FoundUsage[]> {
  const figures = `${AT_MS}, ${NUMBERS}, ${withLatency ? 'latency' : "'' as latency"}`
  const { rows } = await executor.query<Row>(
    `select subject_id, ${figures}
       from usage_counts
      where workspace_id = $1 and mode = any ($2) and currency_type = any ($3) and subject_id = any ($4)
        and resolution = $5 and at >= $6 and at < $7
     union all
     select subject.id, ${figures}
       from usage_pending p
       cross join lateral (values (p.subject_id),
         (case when p.subject_id like 'ep\\_%' then 'webhooks' else 'requests' end)) as subject (id)
      where workspace_id = $1 and mode = any ($2) and currency_type = any ($3) and subject.id = any ($4)
        and at >= $6 and at < $7`,
    [
      filter.workspaceId,
      filter.modes,
      filter.currencyTypes,
      filter.subjectIds,
      filter.resolution,
      filter.from,
      filter.to,
    ],
  )
  return rows.map((row) => ({
    subjectId: row.subject_id,
    atMs: row.at_ms,
    counts: countsOf(row),
    latency: row.latency,
  }))
}

/** Deletes figures of a resolution that are older. @returns how many rows */
export async function deleteCountsBefore(
  executor: Executor,
  { resolution, before, rowsMax }: { resolution: Resolution; before: Date; rowsMax: number },
): Promise<number> {
  const { rowCount } = await executor.query(
    `delete from usage_counts where ctid = any (array(
       select ctid from usage_counts where resolution = $1 and at < $2 limit $3))`,
    [resolution, before, rowsMax],
  )
  return rowCount ?? 0
}

function toUsage(row: Row): Usage {
  return {
    workspaceId: row.workspace_id,
    mode: row.mode,
    currencyType: row.currency_type,
    subjectId: row.subject_id,
    atMs: row.at_ms,
    counts: countsOf(row),
    latency: latencyOf(row.latency),
  }
}

function countsOf(row: Row): StatusCounts {
  return [row.status_none, row.status_1xx, row.status_2xx, row.status_3xx, row.status_4xx, row.status_5xx]
}

function latencyOf(text: string): Latency {
  const latency: Latency = new Map()
  readLatency(text, (slot, count) => countLatency(latency, slot, count))
  return latency
}
