import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { createPlaces } from './places.ts'

// A reader who takes its time holds its own workspace's places and nobody else's.
const EXPORTS_PER_WORKSPACE_MAX = 4
// Each may hold a connection of the pool, which has 20 for everybody.
const EXPORTS_MAX = 8
const EXPORT_DURATION_MS_MAX = 15 * 60_000
const BUFFERED_BYTES_MAX = 256 * 1024

const TYPES = { csv: 'text/csv; charset=utf-8; header=present', ndjson: 'application/x-ndjson' }
export const exportFormat = z
  .enum(['ndjson', 'csv'])
  .default('ndjson')
  .meta({ description: 'NDJSON: the rows as the API answers them, one a line. CSV: RFC 4180, CRLF.' })

export type Exports = ReturnType<typeof createExports>

/** The files that this server is sending: so many for a workspace, so many in all. */
export function createExports() {
  const places = createPlaces({
    what: 'files',
    perWorkspaceMax: EXPORTS_PER_WORKSPACE_MAX,
    totalMax: EXPORTS_MAX,
  })

  return {
    /**
     * Answers with a file, as fast as its reader takes it. The source is ended when the reader leaves; where the
     * source breaks, the connection is cut, so that half a file never looks like a whole one.
     * @throws Problem `too-many-at-once` or `service-unavailable` while too many run
     */
    send(
      reply: FastifyReply,
      file: { workspaceId: string; name: string; format: 'csv' | 'ndjson'; rows: AsyncIterable<string> },
    ): FastifyReply {
      const giveBack = places.take(file.workspaceId)
      const options = { objectMode: false, highWaterMark: BUFFERED_BYTES_MAX }
      const stream = Readable.from(file.rows, options)
      const late = setTimeout(
        () => stream.destroy(new Error('the export took too long')),
        EXPORT_DURATION_MS_MAX,
      )
      stream.once('close', () => {
        clearTimeout(late)
        giveBack()
      })
      return reply
        .type(TYPES[file.format])
        .header('content-disposition', `attachment; filename="${file.name}.${file.format}"`)
        .send(stream)
    },
  }
}
