import type { Database } from './database.ts'

const ROWS_PER_FETCH = 1_000

/**
 * The rows of one statement as they all were at one moment, in batches of a thousand: memory does not grow with the
 * result. Nothing is read ahead of the consumer. Holds a connection until the end, or until the consumer leaves; one
 * that pauses for longer than the server allows a transaction to idle (35 s) gets an error in place of the rest.
 */
export async function* streamRows<Row>(
  database: Pick<Database, 'pool'>,
  statement: { text: string; values: readonly unknown[] },
): AsyncGenerator<Row[]> {
  const client = await database.pool.connect()
  // A connection that breaks between two batches says so at the next one.
  const ignoreBreak = () => {}
  client.on('error', ignoreBreak)
  let broken: Error | undefined
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(`declare streamed no scroll cursor for ${statement.text}`, [...statement.values])
    for (;;) {
      const { rows } = await client.query(`fetch ${ROWS_PER_FETCH} from streamed`)
      if (rows.length > 0) yield rows as Row[]
      if (rows.length < ROWS_PER_FETCH) return
    }
  } finally {
    await client.query('rollback').catch((fault: Error) => (broken = fault))
    client.off('error', ignoreBreak)
    client.release(broken)
  }
}
