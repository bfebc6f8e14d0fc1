import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * Sends every request exactly once, over connections that each wait for an answer before they send the next.
 * @throws when an answer is not a 2xx
 */
export async function sendAll(
  port: number,
  requests: Iterable<string>,
  connections = 16,
): Promise<{ sent: number; seconds: number }> {
  const waiting = requests[Symbol.iterator]()
  const startedAt = performance.now()
  let sent = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1').setNoDelay()
      await once(socket, 'connect')
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        sent += 1
        socket.write(next.value)
        const answer = await readAnswer(socket)
        if (!answer.startsWith('HTTP/1.1 2')) throw new Error(`unexpected answer: ${answer}`)
      }
      socket.destroy()
    }),
  )
  return { sent, seconds: (performance.now() - startedAt) / 1000 }
}

async function readAnswer(socket: Socket): Promise<string> {
  let text = ''
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    text += chunk.toString('latin1')
    const headersEnd = text.indexOf('\r\n\r\n')
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0)
    if (headersEnd >= 0 && text.length >= headersEnd + 4 + length) return text
  }
}
