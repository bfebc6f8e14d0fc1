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
  /** Must not throw. */
  write(entries: readonly Entry[]): Promise<void>
}

/**
 * Group commit: one batch is written at a time, and what arrives meanwhile is the next batch. Alone, an
 * entry waits for nobody but its own `delayMs`.
 */
export function createLane<Entry extends { bytes: number }>(options: LaneOptions<Entry>): Lane<Entry> {
  let queue: Entry[] = []
  let bytes = 0
  let rows = 0
  let flushing = 0
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    running ??= drain()
  }

  async function drain(): Promise<void> {
    // Entries of the same turn of the event loop share the first batch.
    await new Promise(setImmediate)
    while (queue.length > 0) {
      const batch = take()
      await options.write(batch)
      rows -= batch.length
      for (const entry of batch) bytes -= entry.bytes
      // After a delayed batch, what is left waits for its own delay, so that batches stay large.
      if (options.delayMs > 0 && queue.length < options.rowsMax && !flushing) break
    }
    // In the same turn as the last look at the queue: whoever pushes from now on starts the next round.
    running = undefined
    if (queue.length > 0) timer ??= setTimeout(start, options.delayMs)
  }

  function take(): Entry[] {
    let count = 0
    let batchBytes = 0
    while (count < queue.length && count < options.rowsMax && batchBytes < options.bytesMax) {
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
      if (running) return
      if (options.delayMs === 0 || queue.length >= options.rowsMax) start()
      else timer ??= setTimeout(start, options.delayMs)
    },
    async flush() {
      flushing += 1
      while (rows > 0) {
        start()
        await running
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
