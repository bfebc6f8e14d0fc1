import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT, main } from './main.ts'

const PUBLIC_KEY = 'pk_test_ux23XtIWBR7l1XHkOpUTYR4GkhQR'
const SECRET_KEY = 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781'

let server: Server
let url: string
const seen: { method: string; path: string; headers: IncomingHttpHeaders; body: string }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      seen.push({ method: request.method!, path: request.url!, headers: request.headers, body })
      const refused = request.url!.startsWith('/v1/refused')
      response.writeHead(refused ? 403 : 200, {
        'content-type': refused ? 'application/problem+json' : 'application/json',
      })
      response.end(
        JSON.stringify(
          refused
            ? { type: 't', title: 'No', status: 403, detail: 'd', code: 'scope-missing', request_id: 'req_1' }
            : { answered: true },
        ),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const env = { COUNTERSIGN_PUBLIC_KEY: PUBLIC_KEY, COUNTERSIGN_SECRET_KEY: SECRET_KEY, COUNTERSIGN_URL: url }
  const code = await main(args, env, { out: (text) => (out += text), err: (text) => (err += text) })
  return { code, out, err }
}

describe('countersign', () => {
  it('request sends a signed request and prints the answer', async () => {
    const { code, out } = await run(
      'request',
      'post',
      '/v1/transactions',
      '--body',
      '{"amount":"1.00"}',
      '--idempotency-key',
      'order-1',
      '--json',
    )
    expect([code, out]).toEqual([EXIT.ok, '{"answered":true}\n'])
    const sent = seen.at(-1)!
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/transactions', body: '{"amount":"1.00"}' })
    expect(sent.headers['signature-input']).toContain(`keyid="${PUBLIC_KEY}"`)
    expect(sent.headers['idempotency-key']).toBe('order-1')
  })

  it('sign prints a curl command that sends what was signed', async () => {
    const { code, out } = await run('sign', 'POST', '/v1/x?a=1', '--body', `{"name":"it's"}`)
    expect(code).toBe(EXIT.ok)
    await promisify(execFile)('sh', ['-c', out.replace(/^curl/, 'curl -sS')])
    const sent = seen.at(-1)!
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/x?a=1', body: `{"name":"it's"}` })
    expect(sent.headers['signature']).toMatch(/^sig1=:.+:$/)
  })

  it('tells a refusal, wrong use and silence apart by the exit code', async () => {
    const refused = await run('request', 'GET', '/v1/refused')
    expect(refused.code).toBe(EXIT.refused)
    expect(refused.err).toContain('scope-missing')
    for (const args of [
      ['dance'],
      ['request', 'GET'],
      ['request', 'GET', '/v1/x', '--nonsense'],
      ['request', 'POST', '/v1/x', '--body', '{'],
    ])
      expect((await run(...args)).code, args.join(' ')).toBe(EXIT.usage)
    const silent = await main(
      ['request', 'DELETE', '/v1/x'],
      {
        COUNTERSIGN_PUBLIC_KEY: PUBLIC_KEY,
        COUNTERSIGN_SECRET_KEY: SECRET_KEY,
        COUNTERSIGN_URL: 'http://127.0.0.1:9',
      },
      { out: () => {}, err: () => {} },
    )
    expect(silent).toBe(EXIT.unreachable)
  })

  it('asks for missing credentials and never prints the secret', async () => {
    let err = ''
    expect(
      await main(['request', 'GET', '/v1/me'], {}, { out: () => {}, err: (text) => (err += text) }),
    ).toBe(EXIT.usage)
    expect(err).toContain('COUNTERSIGN_SECRET_KEY')
    const { out } = await run('sign', 'GET', '/v1/me')
    expect(out).not.toContain(SECRET_KEY)
  })
})
