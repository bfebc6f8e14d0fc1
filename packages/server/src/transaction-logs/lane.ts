export type Lane<Entry> = {
  push(entry: Entry): void
  /** Resolves when everything pushed so far has been written. */
  flush(): Promise<void>
  /** What waits or is being written. */
  readonly rows: number
  readonly bytes: number
}

type LaneOptions<Entry> = {
  /** How long the first entry waits for company; 0 starts at once. */
  delayMs: number
  rowsMax: number
  bytesMax: number
  /** Batches that may be written at once; a further one starts only when it is full. */
  writersMax: number
  /** Must not throw. */
  write(entries: readonly Entry[]): Promise<void>
}

/**
 * Group commit: while a batch is written, what arrives is the next batch. Alone, an entry waits for nobody
 * but its own `delayMs`.
 */
export function createLane<Entry extends { bytes: number }>(options: LaneOptions<Entry>): Lane<Entry> {
  const { delayMs, rowsMax, bytesMax, writersMax, write } = options
  const writers = new Set<Promise<void>>()
  let queue: Entry[] = []
  let bytes = 0
  let rows = 0
  let flushing = 0
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    if (queue.length === 0 || writers.size >= writersMax) return
    const writer = drain(() => writers.delete(writer))
    writers.add(writer)
  }

  async function drain(end: () => void): Promise<void> {
    // Entries of the same turn of the event loop share the first batch.
    await new Promise(setImmediate)
    while (queue.length > 0) {
      const batch = take()
      await write(batch)
      rows -= batch.length
      for (const entry of batch) bytes -= entry.bytes
      // After a delayed batch, what is left waits for its own delay, so that batches stay large.
      if (delayMs > 0 && queue.length < rowsMax && flushing === 0) break
    }
    // In the same turn as the last look at the queue: whoever pushes from now on starts the next round.
    end()
    if (queue.length > 0) timer ??= setTimeout(start, delayMs)
  }

  function take(): Entry[] {
    let count = 0
    let batchBytes = 0
    while (count < queue.length && count < rowsMax && batchBytes < bytesMax) {
      batchBytes += (queue[count] as Entry).bytes
      count += 1
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  return {
    push(entry) {
      queue.push(entry)
      rows += 1
      bytes += entry.bytes
      if (queue.length >= rowsMax || (delayMs === 0 && writers.size === 0)) start()
      else if (writers.size === 0) timer ??= setTimeout(start, delayMs)
    },
    async flush() {
      flushing += 1
      while (rows > 0) {
        start()
        await Promise.race(writers)
      }
      flushing -= 1
    },
    get rows() {
      return rows
    },
    get bytes() {
      return bytes
    },
  }
}
