import type { Executor } from '../database/database.ts'

/**
 * The likely causes of refused requests, from the payloads beside their rows. A page asks once, by primary key and
 * only for its refusals: measured 0.8 ms for 100 of them among 40 000.
 * @param ids uuids, newest first; their ends bound the days that are looked into
 */
export async function readLikelyCauses(
  executor: Executor,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await executor.query<{ id: string; code: string }>(
    `select id, diagnosis->>'likely_cause_code' as code from transaction_log_payloads
      where id = any ($1::uuid[]) and id between $2 and $3 and diagnosis->>'likely_cause_code' is not null`,
    [ids, ids.at(-1), ids[0]],
  )
  return new Map(rows.map(({ id, code }) => [id, code]))
}
