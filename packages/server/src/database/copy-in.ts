import type pg from 'pg'

/** One `copy … from stdin` and what it takes, as it goes over the wire. */
export type CopyIn = { statement: string; pieces: readonly Buffer[] }

// PostgreSQL documentation, 54.7: message formats.
const COPY_DATA = 'd'.charCodeAt(0)
const HEADER_BYTES = 5
const LENGTH_BYTES = 4
const COPY_DONE = Buffer.from([...Buffer.from('c'), 0, 0, 0, LENGTH_BYTES])

/**
 * Runs COPYs in one transaction and one round trip: statements that travel together are one transaction (54.2.2.1), and
 * the server reads what each of them takes in their order. After an error it passes over whatever of it still comes.
 * @throws what the first of them that fails answers; then nothing was written
 */
export async function copyIn(pool: Pick<pg.Pool, 'connect'>, copies: readonly CopyIn[]): Promise<void> {
  const client = await pool.connect()
  let isBroken = true
  try {
    await new Promise<void>((resolve, reject) => {
      client.query(copyQuery(copies, resolve, reject))
    })
    isBroken = false
  } finally {
    // After an error the connection may still be sending what nobody reads: another one is opened when it is needed.
    client.release(isBroken)
  }
}

/** What the driver calls back while a query runs. */
type Query = pg.Submittable & {
  handleCopyInResponse(): void
  handleCommandComplete(): void
  handleReadyForQuery(): void
  handleError(error: Error): void
}

function copyQuery(copies: readonly CopyIn[], resolve: () => void, reject: (error: Error) => void): Query {
  return {
    submit(connection) {
      const { stream } = connection
      stream.cork()
      connection.query(copies.map(({ statement }) => statement).join(';'))
      for (const { pieces } of copies) {
        stream.write(copyDataHeader(pieces))
        for (const piece of pieces) stream.write(piece)
        stream.write(COPY_DONE)
      }
      stream.uncork()
    },
    // Nobody waits for these: what they ask for is on its way.
    handleCopyInResponse() {},
    handleCommandComplete() {},
    handleReadyForQuery: resolve,
    handleError: reject,
  }
}

/** Of one message that holds all pieces. */
function copyDataHeader(pieces: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES, COPY_DATA)
  header.writeUInt32BE(
    pieces.reduce((bytes, { length }) => bytes + length, LENGTH_BYTES),
    1,
  )
  return header
}
