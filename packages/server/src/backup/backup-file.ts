import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'
import { BackupError } from './backup-error.ts'

// A backup is one gzip stream of frames: a type of one byte, a length of four, the payload. `Z` carries the SHA-256 of
// everything before it, so that a file that was cut or changed anywhere is seen before anything is restored.
//
//   H  header   JSON, once and first
//   T  table    JSON; then
//   D  data     what COPY wrote, in pieces; then
//   E  end      JSON: rows, bytes and SHA-256 of the table's data
//   S  sequences JSON, once
//   Z  end of the file, JSON
const TYPES = ['H', 'T', 'D', 'E', 'S', 'Z'] as const
export type FrameType = (typeof TYPES)[number]
export type Frame = { type: FrameType; payload: Buffer }

const HEAD_BYTES = 5
const FRAME_BYTES_MAX = 16 * 1024 * 1024
export const FORMAT = 'countersign-backup'
export const FORMAT_VERSION = 1

const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'is no name that Countersign gives')

export const Header = z.object({
  format: z.literal(FORMAT, 'this is no backup of Countersign'),
  version: z.literal(FORMAT_VERSION, 'a newer Countersign made this backup; restore it with that one'),
  created_at: z.string(),
  /** The migrations that the database had, in order. */
  migrations: z.array(z.object({ number: z.int(), name: z.string(), checksum: z.string() })).min(1),
  /** The master keys that seal something in it. The keys themselves are not in the file. */
  master_key_ids: z.array(z.string()),
})
export type Header = z.infer<typeof Header>

export const TableStart = z.object({
  table: name,
  columns: z.array(name).min(1),
  /** Of which table it is a partition, and its bounds as PostgreSQL writes them. */
  partition: z
    .object({
      of: name,
      bound: z.string().regex(/^FOR VALUES FROM \('?[\w-]+'?\) TO \('?[\w-]+'?\)$/, 'is no bound'),
    })
    .nullable(),
})
export type TableStart = z.infer<typeof TableStart>

export const TableEnd = z.object({ rows: z.int(), bytes: z.int(), sha256: z.string() })
export const Sequences = z.array(z.object({ name, last_value: z.string().regex(/^\d+$/) }))
const FileEnd = z.object({ sha256: z.string() })

export type FrameWriter = {
  frame(type: Exclude<FrameType, 'Z'>, payload: Buffer | object): Buffer
  /** The last frame, with the sum of all before it. */
  end(): Buffer
}

export function createFrameWriter(): FrameWriter {
  const whole = createHash('sha256')
  return {
    frame(type, payload) {
      const frame = layOut(type, Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)))
      whole.update(frame)
      return frame
    },
    end: () => layOut('Z', Buffer.from(JSON.stringify({ sha256: whole.digest('hex') }))),
  }
}

function layOut(type: FrameType, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(payload.length, 1)
  return Buffer.concat([head, payload])
}

/**
 * The frames of an unpacked backup, in order, every sum checked on the way. Holds one frame in memory at a time.
 * @throws BackupError at the first byte that is not as it was written, and at an end that is none
 */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  const whole = createHash('sha256')
  let table: { hash: Hash; bytes: number } | null = null
  let ended = false
  for await (const { type, payload, raw } of splitFrames(chunks)) {
    if (ended) throw new BackupError('The file goes on after its end.')
    if (type === 'Z') {
      if (parseJson(FileEnd, payload).sha256 !== whole.digest('hex'))
        throw new BackupError('The sum of the file differs from the one that it was written with.')
      ended = true
      continue
    }
    whole.update(raw)
    if (type === 'T') table = { hash: createHash('sha256'), bytes: 0 }
    if (type === 'D' || type === 'E') {
      if (!table) throw new BackupError('Data without a table.')
      if (type === 'D') {
        table.hash.update(payload)
        table.bytes += payload.length
      } else {
        const end = parseJson(TableEnd, payload)
        if (end.sha256 !== table.hash.digest('hex') || end.bytes !== table.bytes)
          throw new BackupError('The sum of a table differs from the one that it was written with.')
        table = null
      }
    }
    yield { type, payload }
  }
  if (!ended) throw new BackupError('The file has no end: it was cut.')
}

async function* splitFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame & { raw: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length - at >= HEAD_BYTES) {
      const type = rest.toString('latin1', at, at + 1) as FrameType
      const length = rest.readUInt32BE(at + 1)
      if (!TYPES.includes(type) || length > FRAME_BYTES_MAX)
        throw new BackupError('This is no backup, or it is damaged.')
      const end = at + HEAD_BYTES + length
      if (rest.length < end) break
      yield { type, payload: rest.subarray(at + HEAD_BYTES, end), raw: rest.subarray(at, end) }
      at = end
    }
    rest = rest.subarray(at)
  }
  if (rest.length > 0) throw new BackupError('The file ends in the middle: it was cut.')
}

/** @throws BackupError */
export function parseJson<T>(shape: z.ZodType<T>, payload: Buffer): T {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8'))
  } catch {
    throw new BackupError('This is no backup, or it is damaged.')
  }
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new BackupError(`The backup cannot be used: ${issue?.path.join('.')} ${issue?.message}.`)
}
