// Runs as a process of its own, because Node reads the authorities that it trusts only at its start. Prints what
// became of a webhook to each kind of bad TLS as JSON; hostile-answers.test.ts reads it.
import { readFileSync } from 'node:fs'
import { BlockList, createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { createSender } from './send-request.ts'
import { createTargetGuard } from './target-guard.ts'

export type TlsReport = Record<string, { error: string | null; code: string | null; requests: number }>

const dir = process.argv[2] ?? '.'
const read = (name: string) => readFileSync(join(dir, name))
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const guard = createTargetGuard({ allowedNetworks: new BlockList(), loopbackInTestMode: true })
const report: TlsReport = {}

/** Counts requests that arrive, decrypted where the server speaks TLS. */
function tlsServer(
  certificate: string,
  { key = 'leaf.key', ...options }: { key?: string } & Omit<TlsOptions, 'key'> = {},
  answer = OK,
) {
  const counted = { requests: 0 }
  const server = createTlsServer(
    { cert: read(`${certificate}.pem`), key: read(key), ...options },
    (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        counted.requests += 1
        socket.write(answer)
        if (answer !== OK) socket.on('drain', () => socket.write(answer)).write(answer)
      })
    },
  )
  server.on('tlsClientError', () => {})
  return { server, counted }
}

function tcpServer(onConnection: Parameters<typeof createServer>[1]) {
  return { server: createServer(onConnection), counted: { requests: 0 } }
}

async function tried(
  what: string,
  { server, counted }: { server: Server; counted: { requests: number } },
  host = 'good.example',
) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://${host}:${(server.address() as AddressInfo).port}/`
  const sender = createSender({ guard, lookup: async () => ['127.0.0.1'], timeoutMs: 1_500 })
  const { error, errorDetail } = await sender.send({ url, mode: 'test', headers: [], body: '{}' })
  const code = what === 'silence in the handshake' ? /TIMEOUT/ : /\(([A-Z0-9_]+)\)$|ECONNRESET/
  const found = code.exec(errorDetail ?? '')
  report[what] = {
    error,
    code: errorDetail === null ? null : (found?.[1] ?? found?.[0] ?? errorDetail),
    requests: counted.requests,
  }
  await sender.close()
  server.close()
}

const legacy = { ciphers: 'DEFAULT@SECLEVEL=0' }
await tried('sound', tlsServer('sound'))
await tried('self-signed', tlsServer('self', { key: 'self.key' }))
await tried('expired', tlsServer('expired'))
await tried('wrong host', tlsServer('sound'), 'other.example')
await tried('an address that the certificate does not name', tlsServer('sound'), '127.0.0.1')
await tried('an unknown authority', tlsServer('unknown'))
await tried(
  'plain HTTP',
  tcpServer((socket) => void socket.on('error', () => {}).once('data', () => socket.end(OK))),
)
await tried('TLS 1.0 only', tlsServer('sound', { ...legacy, minVersion: 'TLSv1', maxVersion: 'TLSv1' }))
await tried('TLS 1.1 only', tlsServer('sound', { ...legacy, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }))
await tried(
  'silence in the handshake',
  tcpServer((socket) => void socket.on('error', () => {}).resume()),
)
await tried(
  'a close in the handshake',
  tcpServer((socket) => void socket.on('error', () => {}).once('data', () => socket.end())),
)
await tried('an endless answer', tlsServer('sound', {}, `HTTP/1.1 200 ${'x'.repeat(64 * 1024)}`))
process.stdout.write(JSON.stringify(report))
process.exit(0)
