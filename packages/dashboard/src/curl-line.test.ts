import { execFile, spawnSync } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPasted } from './pasted-request.ts'

type Arrived = { method: string; target: string; headers: Record<string, string | undefined>; body: string }

const COMPARED = ['host', 'content-type', 'content-length', 'content-digest', 'x-empty', 'signature-input']
let arrived: Arrived
let origin: string
const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const { method = '', url = '', headers } = request
    arrived = { method, target: url, headers: headers as Arrived['headers'], body }
    response.end('{}')
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

// ORIGIN stands for the server's address.
const LINES = [
  'curl ORIGIN',
  'curl ORIGIN/v1/me?a=1#part',
  `curl 'ORIGIN/v1/accounts?limit=1&cursor=%2f+a'`,
  'curl -sSXPATCH "ORIGIN/v1/x" -d "{\\"a\\":\\$1}"',
  `curl --request DELETE --url ORIGIN/v1/api-keys/key_1 -H 'Host: api.example.com'`,
  `curl ORIGIN/v1/x -H 'Content-Type: application/json' --data-raw '{"a": "it'\\''s"}'`,
  `curl ORIGIN/v1/x \\\n  -H "Content-Digest: sha-256=:YWJj:" \\\n  -H 'X-Empty;' \\\n  --data-raw $'{"a":\\r\\n"\\u00fc\\x41\\t"}'`,
  `curl ORIGIN/v1/x -d a=1 -d 'b=2 %2F'`,
  `curl -G ORIGIN/v1/x?z=0 -d a=1 -d 'text=%2f+b'`,
  `curl 'ORIGIN/v1/x%2F?a=%2F'`,
  `curl ORIGIN/v1/x --json '{"a":' --json '1}'`,
  `curl -I ORIGIN/v1/me`,
  `curl ORIGIN/v1/./a/../b/..`,
  `curl --path-as-is ORIGIN/v1/./a/../b`,
  `curl -g 'ORIGIN/v1/x?filter[a]=1'`,
  `curl -o /dev/null -w '%{http_code}' -m 5 --compressed ORIGIN/v1/x -H 'Content-Type:' -d x`,
  `curl ORIGIN/v1/x -H 'Signature-Input: sig1=("@method" "@path");created=1;keyid="pk_test_x"' 2>/dev/null | cat`,
  `curl ORIGIN/v1/x -d ''`,
]

const hasCurl =
  spawnSync('curl', ['--version']).status === 0 && spawnSync('bash', ['-c', 'true']).status === 0
describe.skipIf(!hasCurl)('a curl line is read as bash and curl send it', () => {
  it.each(LINES)('%s', async (line) => {
    const command = line.replaceAll('ORIGIN', origin)
    await new Promise<void>((resolve, reject) =>
      execFile('bash', ['-c', `${command}`], { timeout: 10_000 }, (error) =>
        error ? reject(error) : resolve(),
      ),
    )
    const read = readPasted(command)
    const headers = Object.fromEntries(read.headers.map(({ name, value }) => [name.toLowerCase(), value]))
    const only = (all: Record<string, string | undefined>) =>
      Object.fromEntries(COMPARED.map((name) => [name, all[name]]))
    expect({ ...read, body: read.body ?? '', headers: only(headers) }).toEqual({
      ...arrived,
      headers: only(arrived.headers),
    })
  })
})

describe('a line that cannot be known is refused and says what to paste', () => {
  it.each([
    ['curl https://a.example/v1/x -H "Signature: $SIGNATURE"', /\$SIGNATURE/],
    ['curl https://a.example/v1/x -H "Date: `date`"', /fill in/],
    ['curl https://a.example/v1/x -d @body.json', /comes from a file \(@body\.json\)/],
    ['make | curl https://a.example/v1/x', /first line is no request line/],
    ['curl https://a.example/v1/x --data-binary @-', /another program/],
    ['curl https://a.example/v1/x -H @headers', /reads a file/],
    ['curl https://a.example/v1/x -F a=b', /boundary/],
    ["curl https://a.example/v1/x --data-urlencode 'a=b c'", /version of curl/],
    ["curl 'https://a.example/v1/x", /opened and not closed/],
    ['curl https://a.example/v1/x?a=1&b=2', /ends the command/],
    ['curl https://a.example/v1/{a,b}', /expands/],
    ['curl https://a.example/v1/x https://b.example', /several URLs/],
    ['curl -s', /no URL/],
    ['curl -X', /without its argument/],
    ['curl ^"https://a.example/^"', /as cURL \(bash\)/],
  ])('%s', (line, message) => {
    expect(() => readPasted(line)).toThrow(message)
  })

  it('a Secret Key or a private key never gets as far as a request', () => {
    const secret = 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781'
    for (const text of [`curl https://a.example -H 'X-Key: ${secret}'`, `GET /v1/me\nX: ${secret}`])
      expect(() => readPasted(text)).toThrow('It was not sent')
  })
})

describe('a raw request', () => {
  it('keeps its target, its headers and its body byte by byte', () => {
    expect(
      readPasted('POST /v1/x?b=2&a=%2f HTTP/1.1\r\nHost: a.example\r\nX:  y \r\n\r\n{"a":\r\n 1}'),
    ).toEqual({
      method: 'POST',
      target: '/v1/x?b=2&a=%2f',
      headers: [
        { name: 'Host', value: 'a.example' },
        { name: 'X', value: 'y' },
      ],
      body: '{"a":\r\n 1}',
    })
  })

  it('leaves out one line break at its end, unless Content-Length counts it', () => {
    expect(readPasted('POST /x\nHost: a\n\nab\n').body).toBe('ab')
    expect(readPasted('POST /x\nHost: a\nContent-Length: 3\n\nab\n').body).toBe('ab\n')
    expect(readPasted('GET /x\nHost: a\n\n').body).toBeUndefined()
  })

  it('may be what curl -v prints, and may name the whole URL', () => {
    const verbose =
      '* Connected\n> GET /v1/me HTTP/2\n> Host: a.example\n> Accept: */*\n>\n< HTTP/2 401\n< date: x'
    expect(readPasted(verbose)).toMatchObject({ method: 'GET', target: '/v1/me', body: undefined })
    expect(readPasted('GET https://a.example:8443/v1/me?x')).toMatchObject({
      target: '/v1/me?x',
      headers: [{ name: 'Host', value: 'a.example:8443' }],
    })
  })

  it('gives away no cookie and no credential', () => {
    const { headers } = readPasted('GET /x\nCookie: s=1\nAuthorization: Bearer abc\nHost: a')
    expect(JSON.stringify(headers)).not.toMatch(/s=1|abc/)
    expect(JSON.stringify(readPasted(`curl https://a.example -u me:pass -b 's=1'`))).not.toMatch(/pass|s=1/)
  })
})
