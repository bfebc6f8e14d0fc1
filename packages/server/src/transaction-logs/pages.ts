/** A text in flat memory. */
export type Line = { page: Page; start: number; end: number; isFreed?: true }
/** Memory that lines lie in, one after the other, and how many of them are not freed. */
type Page = { bytes: Buffer; lines: number }

export type Pages = {
  add(text: string): Line
  /** Gives a line's memory back; nobody may read it from then on. A second time it does nothing. */
  free(line: Line): void
}

const PAGE_BYTES = 256 * 1024
// Idle ones that are kept: 4 MB, those of a batch and of the next.
const FREE_PAGES_MAX = 16
// A UTF-16 unit is at most three bytes of UTF-8.
const BYTES_PER_UNIT_MAX = 3

/**
 * Keeps texts as UTF-8 in large pages, one after the other. What waits there costs garbage collection nothing, where
 * the objects that it was made of would be copied at every collection until they are written. What is on a page stays
 * as it is until its last line is freed; then the page is used again, because memory that is new must be fetched from
 * the system piece by piece as it is written to.
 */
export function createPages(): Pages {
  const free: Page[] = []
  let page: Page = { bytes: Buffer.alloc(0), lines: 0 }
  let end = 0

  function makeRoom(text: string): void {
    const room = page.bytes.length - end
    if (text.length * BYTES_PER_UNIT_MAX <= room) return
    const bytes = Buffer.byteLength(text)
    if (bytes <= room) return
    const left = page
    page = (bytes <= PAGE_BYTES && free.pop()) || newPage(Math.max(PAGE_BYTES, bytes))
    end = 0
    keep(left)
  }

  function keep(left: Page): void {
    if (left.lines > 0 || left === page || left.bytes.length !== PAGE_BYTES) return
    if (free.length < FREE_PAGES_MAX) free.push(left)
  }

  return {
    add(text) {
      makeRoom(text)
      const start = end
      end += page.bytes.write(text, start)
      page.lines += 1
      return { page, start, end }
    },
    free(line) {
      if (line.isFreed) return
      line.isFreed = true
      line.page.lines -= 1
      keep(line.page)
    },
  }
}

function newPage(bytes: number): Page {
  return { bytes: Buffer.allocUnsafeSlow(bytes), lines: 0 }
}

/** The bytes of lines, in their order, in as few pieces as they lie in. */
export function* piecesOf(lines: Iterable<Line>): Generator<Buffer> {
  let piece: Line | null = null
  for (const { page, start, end } of lines) {
    if (piece && piece.page === page && piece.end === start) {
      piece.end = end
      continue
    }
    if (piece) yield piece.page.bytes.subarray(piece.start, piece.end)
    piece = { page, start, end }
  }
  if (piece) yield piece.page.bytes.subarray(piece.start, piece.end)
}
