import type { Socket } from 'node:net'
import { createServer, type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What an endpoint does with a webhook's connection, and what the attempt must say of it. */
export type HostileAnswer = {
  what: string
  /** Called once for each request, when all of it has arrived. */
  answer(socket: Socket): void
  error: string | null
  status?: number | null
  truncated?: boolean
  bodyBytes?: number
}

const CHUNK = Buffer.alloc(64 * 1024, 'x')
export const ENDLESS_BYTES = 10 * 1024 ** 3
const GZIP_BOMB = gzipSync(Buffer.alloc(20 * 1024 * 1024))

const bytes = (text: string | Buffer) => (socket: Socket) => void socket.write(text)
const bytesThenEnd = (text: string | Buffer) => (socket: Socket) => void socket.end(text)

/** Ten gigabytes as fast as the other side takes them. */
const endless = (head: string, piece: string | Buffer) => (socket: Socket) => {
  const unit = Buffer.from(piece)
  const block = Buffer.concat(
    Array.from({ length: Math.max(1, Math.floor(CHUNK.length / unit.length)) }, () => unit),
  )
  socket.write(head)
  const more = () => {
    while (!socket.destroyed && socket.bytesWritten < ENDLESS_BYTES) if (!socket.write(block)) return
  }
  socket.on('drain', more)
  more()
}

const dripping = (head: string, piece: string) => (socket: Socket) => {
  socket.write(head)
  const timer = setInterval(() => socket.write(piece), 20)
  socket.on('close', () => clearInterval(timer))
}

const OK = 'HTTP/1.1 200 OK\r\n'
const invalid = (what: string, text: string | Buffer): HostileAnswer => ({
  what,
  answer: bytesThenEnd(text),
  error: 'invalid_response',
})

/** Each ends by itself, or is ended by a limit that is not time. */
export const QUICK_ANSWERS: readonly HostileAnswer[] = [
  invalid('HTTP/0.9', 'hello\n'),
  invalid('another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'),
  invalid('another protocol, TLS', Buffer.from('150301000202460a', 'hex')),
  invalid('binary noise', Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 137 + 128) & 255))),
  invalid('HTTP/2 without asking', 'HTTP/2 200 OK\r\n\r\n'),
  invalid('a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'),
  invalid('a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'),
  invalid('a header without colon', `${OK}nonsense\r\n\r\n`),
  invalid('a header with NUL', `${OK}x: a\0b\r\ncontent-length: 0\r\n\r\n`),
  invalid('a header name with a space', `${OK}x y: z\r\ncontent-length: 0\r\n\r\n`),
  invalid('two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`),
  invalid('a negative length', `${OK}content-length: -1\r\n\r\n`),
  invalid('a length beyond all numbers', `${OK}content-length: 99999999999999999999999\r\n\r\n`),
  invalid('a length and chunks', `${OK}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
  invalid('a 100 that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 0\r\n\r\n`),
  invalid('a switch of protocols', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  invalid('headers of 32 KiB', `${OK}x: ${'y'.repeat(32 * 1024)}\r\n\r\n`),
  invalid('thousands of headers', `${OK}${'a:b\r\n'.repeat(3_000)}content-length: 0\r\n\r\n`),
  { ...invalid('no chunk size', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n`), status: 200 },
  {
    ...invalid(
      'a chunk size beyond all numbers',
      `${OK}transfer-encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n`,
    ),
    status: 200,
  },
  {
    ...invalid('a chunk longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nabcdef\r\n`),
    status: 200,
  },
  {
    what: 'a flood of 1xx',
    answer: endless('', 'HTTP/1.1 102 Processing\r\n\r\n'),
    error: 'invalid_response',
  },
  { what: 'an endless header', answer: endless(`${OK}x: `, CHUNK), error: 'invalid_response' },
  { what: 'endless headers', answer: endless(OK, 'a: b\r\n'), error: 'invalid_response' },
  { what: 'an endless reason phrase', answer: endless('HTTP/1.1 200 ', CHUNK), error: 'invalid_response' },
  { what: 'endless empty lines', answer: endless('', '\r\n'), error: 'invalid_response' },
  {
    what: 'an endless chunk extension',
    answer: endless(`${OK}transfer-encoding: chunked\r\n\r\n1;`, CHUNK),
    error: 'invalid_response',
    status: 200,
  },
  {
    what: 'endless trailers',
    answer: endless(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, 'a: b\r\n'),
    error: 'invalid_response',
    status: 200,
  },
  {
    what: 'ten gigabytes after a 200',
    answer: endless(`${OK}content-length: ${ENDLESS_BYTES}\r\n\r\n`, CHUNK),
    error: null,
    status: 200,
    truncated: true,
    bodyBytes: 65_536,
  },
  {
    what: 'ten gigabytes without a length after a 500',
    answer: endless('HTTP/1.1 500 No\r\n\r\n', CHUNK),
    error: 'status',
    status: 500,
    truncated: true,
    bodyBytes: 65_536,
  },
  {
    what: 'ten gigabytes in chunks of one byte',
    answer: endless(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
    error: null,
    status: 200,
    truncated: true,
    bodyBytes: 65_536,
  },
  {
    what: 'a body of exactly the limit',
    answer: bytes(Buffer.concat([Buffer.from(`${OK}content-length: 65536\r\n\r\n`), CHUNK])),
    error: null,
    status: 200,
    bodyBytes: 65_536,
  },
  {
    what: 'a gzip bomb',
    answer: bytes(
      Buffer.concat([
        Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${GZIP_BOMB.length}\r\n\r\n`),
        GZIP_BOMB,
      ]),
    ),
    error: null,
    status: 200,
    bodyBytes: GZIP_BOMB.length,
  },
  { what: 'a close without a word', answer: (socket) => void socket.end(), error: 'reset' },
  { what: 'a reset without a word', answer: (socket) => void socket.resetAndDestroy(), error: 'reset' },
  {
    what: 'a reset in the middle of a body',
    answer: (socket) => {
      socket.write(`${OK}content-length: 100\r\n\r\nhalf`)
      setTimeout(() => socket.resetAndDestroy(), 50)
    },
    error: 'reset',
    status: 200,
    bodyBytes: 4,
  },
  {
    what: 'a close before the length is reached',
    answer: bytesThenEnd(`${OK}content-length: 100\r\n\r\nhalf`),
    error: 'reset',
    status: 200,
    bodyBytes: 4,
  },
  {
    what: 'a close in the middle of a chunk',
    answer: bytesThenEnd(`${OK}transfer-encoding: chunked\r\n\r\n64\r\nhalf`),
    error: 'reset',
    status: 200,
    bodyBytes: 4,
  },
  {
    what: 'a status beyond the classes',
    answer: bytes('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'),
    error: 'status',
    status: 999,
  },
  {
    what: 'a redirect to a private address',
    answer: bytes('HTTP/1.1 307 There\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n'),
    error: 'redirect',
    status: 307,
  },
  {
    what: 'headers of bytes that are no text',
    answer: bytes(Buffer.from(`${OK}x: \x80\xff\xfe\xa0\t"\\\r\ncontent-length: 0\r\n\r\n`, 'latin1')),
    error: null,
    status: 200,
  },
  {
    what: 'more than its length says',
    answer: bytes(`${OK}content-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfake`),
    error: null,
    status: 200,
    bodyBytes: 2,
  },
]

/** Each would last for ever. */
export const LASTING_ANSWERS: readonly HostileAnswer[] = [
  { what: 'never a word', answer: () => {}, error: 'timeout' },
  { what: 'a status line that drips', answer: dripping('HTTP/1.1 200 ', 'x'), error: 'timeout' },
  { what: 'headers that drip', answer: dripping(OK, 'x'), error: 'timeout' },
  {
    what: 'a body that drips',
    answer: dripping(`${OK}content-length: 100000\r\n\r\n`, 'x'),
    error: 'timeout',
    status: 200,
  },
  {
    what: 'chunks that drip',
    answer: dripping(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
    error: 'timeout',
    status: 200,
  },
  {
    what: 'a 200 and then nothing',
    answer: bytes(`${OK}content-length: 10\r\n\r\n`),
    error: 'timeout',
    status: 200,
  },
  {
    what: 'a 200 without a length that never closes',
    answer: bytes(`${OK}\r\nok`),
    error: 'timeout',
    status: 200,
    bodyBytes: 2,
  },
  { what: 'a half-open 102', answer: dripping('HTTP/1.1 102 Processing\r\n', 'x'), error: 'timeout' },
]

/** A server of bare TCP that answers each whole request, and knows which of its connections are open. */
export async function listenBare(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const listener = { url: '', sockets, requests: 0, bytesWrittenMax: 0, close: async () => {} }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let request = ''
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      listener.bytesWrittenMax = Math.max(listener.bytesWrittenMax, socket.bytesWritten)
    })
    // A client that has gone has gone: half-open is for answers that outlive their request.
    socket.on('end', () => socket.end())
    socket.on('data', (data: Buffer) => {
      request += data.toString('latin1')
      const length = Number(/content-length: (\d+)/i.exec(request)?.[1])
      const end = request.indexOf('\r\n\r\n') + 4
      if (end < 4 || request.length < end + length) return
      request = ''
      listener.requests += 1
      answer(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listener.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  listener.close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })
  return listener
}
