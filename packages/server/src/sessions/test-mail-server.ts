import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A mail server of one page: speaks enough SMTP (RFC 5321) to take letters and keeps them. */
export async function startTestMailServer() {
  const letters: string[] = []
  const server = createServer((socket) => serve(socket, letters))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function serve(socket: Socket, letters: string[]): void {
  let received = ''
  let inLetter = false
  const answer = (text: string) => socket.write(`${text}\r\n`)
  answer('220 test')
  socket.on('data', (bytes) => {
    received += bytes.toString()
    for (;;) {
      const end = received.indexOf(inLetter ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const text = received.slice(0, end)
      received = received.slice(end + (inLetter ? 5 : 2))
      if (inLetter) {
        letters.push(text)
        inLetter = false
        answer('250 taken')
      } else if (text === 'DATA') {
        inLetter = true
        answer('354 go on')
      } else if (text === 'QUIT') {
        answer('221 bye')
        socket.end()
      } else {
        answer('250 ok')
      }
    }
  })
}
