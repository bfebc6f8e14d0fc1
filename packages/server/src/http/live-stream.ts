import { Readable } from 'node:stream'

const HEARTBEAT_MS = 10_000
const ALIVE_CHECK_MS = 1_000
// A reader this far behind is cut off; it resumes where it was.
const UNREAD_BYTES_MAX = 1024 * 1024

/** More was missed than the stream repeats: the list has it. */
export const GAP = 'event: gap\ndata: {}\n\n'

/** Whether the key or session that opened a stream still holds. */
export type Allowance = () => boolean | Promise<boolean>

export type LiveStream = {
  readable: Readable
  send(text: string): void
  /** What was missed is sent: whoever does not keep up from now on is cut off. */
  ready(): void
  /** The reader opens it again after its last row, and what was missed comes from the database. */
  end(): void
}

/**
 * Server-sent events. A comment goes out every 10 s. It ends when the key or session does.
 * @param onClose called once, whoever ended it
 */
export function openLiveStream(isAllowed: Allowance, onClose: () => void): LiveStream {
  let isReady = false
  let isEnded = false
  const readable = new Readable({ read() {}, highWaterMark: UNREAD_BYTES_MAX })
  const send = (text: string) => {
    if (readable.destroyed || isEnded) return
    // Ending it would wait for a reader who does not read.
    if (isReady && readable.readableLength > UNREAD_BYTES_MAX) readable.destroy()
    else readable.push(text)
  }
  const end = () => {
    if (readable.destroyed) return
    // Who has not read to the end by the next look is cut off.
    if (isEnded) readable.destroy()
    else readable.push(null)
    isEnded = true
  }
  const timers = [
    setInterval(() => send(': still here\n\n'), HEARTBEAT_MS),
    setInterval(() => {
      // It never throws.
      void stillHolds(isAllowed).then((holds) => {
        if (!holds) end()
      })
    }, ALIVE_CHECK_MS),
  ]
  readable.once('close', () => {
    onClose()
    for (const timer of timers) clearInterval(timer)
  })
  send('retry: 1000\n: connected\n\n')
  return { readable, send, end, ready: () => void (isReady = true) }
}

/** When nobody can tell (the database is away), the stream ends too; its owner may open it again. Never throws. */
async function stillHolds(isAllowed: Allowance): Promise<boolean> {
  try {
    return await isAllowed()
  } catch {
    return false
  }
}
