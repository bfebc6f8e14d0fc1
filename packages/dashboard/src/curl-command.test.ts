import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curlCommand } from './curl-command.ts'

const run = promisify(execFile)
const received: { request: IncomingMessage; body: string }[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push({ request, body: Buffer.concat(chunks).toString() })
    response.end('ok')
  })
})
let origin: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('an attempt as curl', () => {
  it('holds nothing that a terminal obeys before a shell sees the quotes', () => {
    const line = curlCommand({
      method: 'POST',
      url: 'listener:http://localhost:3000/\u0003\u001b[201~',
      headers: [['x-a', '\u0003\u0015rm -rf ~\u007f']],
      body: '{"a":"\u0003"}',
    })
    // oxlint-disable-next-line no-control-regex -- finding them is its job
    expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
    expect(line).toContain("'x-a: rm -rf ~'")
  })

  it.each([
    ['plain JSON', '/hook', '{"id":"evt_1","data":{}}'],
    ['quotes, dollars, backticks and backslashes', '/hook', `{"a":"it's $HOME \`id\` $(id) \\\\ \\" !!"}`],
    ['a body that looks like a file or an option', '/hook', '@/etc/passwd'],
    ['line breaks and text beyond ASCII', '/hook', '--x\n\r\n{"ü":"€ 😀"}\n'],
    ['a URL with everything that a shell or curl would expand', `/a/[1-3]/{x,y}/../b?q='$(id)'&r=1;2#`, '{}'],
  ])('sends the very headers and bytes: %s', async (_, path, body) => {
    const target = new URL(`http://${origin}${path}`)
    target.hash = ''
    const sent: [string, string][] = [
      ['host', origin],
      ['connection', 'keep-alive'],
      ['content-type', 'application/json'],
      ['user-agent', 'Countersign-Webhooks/1'],
      ['webhook-id', 'evt_1'],
      ['webhook-timestamp', '1764000000'],
      ['webhook-signature', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,x/y+z=='],
      ['x-note', `it's "$HOME" \\ %{url}`],
      ['x-token', '[redacted]'],
      ['content-length', String(Buffer.byteLength(body))],
    ]
    received.length = 0
    await run('sh', ['-c', curlCommand({ method: 'POST', url: target.href, headers: sent, body })])
    const [hit] = received
    expect(hit!.body).toBe(body)
    expect(hit!.request.method).toBe('POST')
    expect(hit!.request.url).toBe(target.pathname + target.search)
    const pairs = Array.from({ length: hit!.request.rawHeaders.length / 2 }, (_each, index) =>
      hit!.request.rawHeaders.slice(2 * index, 2 * index + 2),
    ).map(([name, value]) => [name!.toLowerCase(), value])
    const expected = sent
      .filter(([name]) => name !== 'connection')
      .map(([name, value]) => [name, value === '[redacted]' ? `<${name}>` : value])
    expect(pairs.toSorted()).toEqual(expected.toSorted())
  })
})
