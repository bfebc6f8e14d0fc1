import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Countersign } from './client.ts'
import { ProblemError } from './problem-error.ts'
import { keyNamed } from './testing/conformance.ts'
import { startVerifyingServer } from './testing/verifying-server.ts'

const key = keyNamed('active')
const keys = { publicKey: key.public_key, secretKey: key.secret_keys[0]! }
const closers: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

/** A server that sends pieces of a file as they are asked for, and says when its reader has left. */
async function serveFile(pieces: readonly string[], end: 'end' | 'cut' | 'stay') {
  const asked: string[] = []
  let left = () => {}
  const hasLeft = new Promise<void>((resolve) => (left = resolve))
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.on('close', left)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const piece of pieces) response.write(piece)
    if (end === 'end') response.end()
    if (end === 'cut') setTimeout(() => response.destroy(), 50)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new Countersign({ baseUrl, ...keys }), asked, hasLeft }
}

async function collect<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rows) found.push(row)
  return found
}

describe('a streamed file', () => {
  it('is asked for with a signature that an independent server verifies, and its filters', async () => {
    const server = await startVerifyingServer(keys.secretKey, () => ({ body: { id: 'txn_1' } }))
    closers.push(server.close)
    const client = new Countersign({ baseUrl: server.baseUrl, ...keys })
    const query = { status: ['failed', 'expired'] as const, metadata: { order: 'A-1' } }
    const rows = await collect(client.transactions.export({ ...query, status: [...query.status] }))
    expect(rows).toEqual([{ id: 'txn_1' }])
    expect(server.verified[0]!.target).toBe(
      '/v1/transactions/export?status=failed&status=expired&metadata%5Border%5D=A-1&format=ndjson',
    )
  })

  it('comes row by row, wherever its pieces part', async () => {
    const text = `{"id":"ü"}\n{"id":"b"}\n{"id":"c"}\n`
    const bytes = [...text]
    const { client, asked } = await serveFile(bytes, 'end')
    const rows = await collect(client.accounts.exportEntries('acc_1'))
    expect(rows).toEqual([{ id: 'ü' }, { id: 'b' }, { id: 'c' }])
    expect(asked).toEqual(['/v1/accounts/acc_1/entries/export?format=ndjson'])
  })

  it('that breaks off throws, so that half of it is never taken for all', async () => {
    const { client } = await serveFile(['{"id":"a"}\n{"id":'], 'cut')
    const seen: unknown[] = []
    await expect(async () => {
      for await (const row of client.accounts.exportStatement('acc_1')) seen.push(row)
    }).rejects.toThrow()
    expect(seen).toEqual([{ id: 'a' }])
  })

  it('ends when its reader leaves the loop, and when its signal aborts', async () => {
    const first = await serveFile(['{"id":"a"}\n'], 'stay')
    for await (const row of first.client.transactions.export()) {
      expect(row).toEqual({ id: 'a' })
      break
    }
    await first.hasLeft
    const second = await serveFile(['{"id":"a"}\n'], 'stay')
    const stop = new AbortController()
    await expect(async () => {
      for await (const row of second.client.transactions.export({}, { signal: stop.signal })) {
        expect(row).toEqual({ id: 'a' })
        stop.abort()
      }
    }).rejects.toThrow('abort')
    await second.hasLeft
  })

  it('that is refused throws the problem', async () => {
    const body = {
      type: '/problems/limit-reached',
      title: 'x',
      status: 409,
      detail: 'x',
      code: 'limit-reached',
    }
    const server = await startVerifyingServer(keys.secretKey, () => ({ status: 409, body }))
    closers.push(server.close)
    const client = new Countersign({ baseUrl: server.baseUrl, ...keys })
    const refused = await collect(client.transactions.export()).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ProblemError)
    expect(refused).toMatchObject({ code: 'limit-reached' })
  })
})
