/** Millions of log rows in a minute: some through the real writer, the rest as copies of them by the database. */
import type { Database } from '../packages/server/src/database/database.ts'
import type { RequestLog, RequestRecord } from '../packages/server/src/transaction-logs/record-request.ts'

/** Records rows as fast as the queue takes them. @returns rows a second */
export async function fill(
  requestLog: RequestLog,
  rows: number,
  recordOf: (row: number) => RequestRecord,
): Promise<number> {
  const startedAt = performance.now()
  for (let row = 0; row < rows; row += 1) {
    requestLog.record(recordOf(row))
    if (row % 1_000 === 0) await room(requestLog)
    if (row % 1_000_000 === 0)
      process.stderr.write(`${row} rows, ${Math.round(row / ((performance.now() - startedAt) / 1000))}/s\n`)
  }
  await requestLog.flush()
  return rows / ((performance.now() - startedAt) / 1000)
}

/** Waits for the queue without spinning: this process writes the rows, too. */
export async function room(requestLog: RequestLog): Promise<void> {
  await new Promise(setImmediate)
  while (requestLog.waiting > 10_000) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Adds copies of every row within five minutes of it, without payloads. */
export async function multiply(
  opened: Database,
  { times, firstMs, lastMs }: { times: number; firstMs: number; lastMs: number },
): Promise<void> {
  const client = await opened.pool.connect()
  await client.query('set statement_timeout = 0')
  const startedAt = performance.now()
  const { rowCount } = await client.query(
    `insert into transaction_logs (id, series_id, duration_ms, request_count, path_hash, path_grams, path, ip)
     select (lpad(to_hex(least(greatest(ms, $2), $3)), 12, '0') || left(md5(random()::text), 20))::uuid,
            series_id, duration_ms, request_count, path_hash, path_grams, path, ip
       from (select l.*, ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint
                         + floor(random() * 600000 - 300000)::bigint as ms
               from transaction_logs l cross join generate_series(1, $1)) copy`,
    [times, firstMs, lastMs],
  )
  await client.query('vacuum analyze transaction_logs')
  client.release()
  console.log(
    `\nMultiplied to ${rowCount} more rows in ${Math.round((performance.now() - startedAt) / 1000)} s`,
  )
}
