/** A text in flat memory. */
export type Line = { page: Buffer; start: number; end: number }

const PAGE_BYTES = 256 * 1024
// A UTF-16 unit is at most three bytes of UTF-8.
const BYTES_PER_UNIT_MAX = 3

/**
 * Keeps texts as UTF-8 in large pages, one after the other. What waits there costs garbage collection nothing, where
 * the objects that it was made of would be copied at every collection until they are written. What is on a page stays
 * as it is; a page goes with its last line.
 */
export function createPages(): { add(text: string): Line } {
  let page = Buffer.alloc(0)
  let end = 0

  function makeRoom(text: string): void {
    const room = page.length - end
    if (text.length * BYTES_PER_UNIT_MAX <= room) return
    const bytes = Buffer.byteLength(text)
    if (bytes <= room) return
    page = Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, bytes))
    end = 0
  }

  return {
    add(text) {
      makeRoom(text)
      const start = end
      end += page.write(text, start)
      return { page, start, end }
    },
  }
}

/** The bytes of lines, in their order, in as few pieces as they lie in. */
export function* piecesOf(lines: Iterable<Line>): Generator<Buffer> {
  let piece: Line | null = null
  for (const { page, start, end } of lines) {
    if (piece && piece.page === page && piece.end === start) {
      piece.end = end
      continue
    }
    if (piece) yield piece.page.subarray(piece.start, piece.end)
    piece = { page, start, end }
  }
  if (piece) yield piece.page.subarray(piece.start, piece.end)
}
