import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { KEY_ENV, makeUser, PUBLIC_KEY, SECRET_KEY, startServer } from './test-world.ts'

const REFUSAL = {
  type: 't',
  title: 'No',
  status: 403,
  detail: 'd\u001b[2J',
  code: 'scope-missing',
  request_id: 'req_1',
}
let server: Awaited<ReturnType<typeof startServer>>
let run: ReturnType<typeof makeUser>['run']

beforeAll(async () => {
  server = await startServer(({ path }) =>
    path.startsWith('/v1/refused')
      ? { status: 403, type: 'application/problem+json', body: REFUSAL }
      : { body: { answered: true } },
  )
  run = makeUser({ ...KEY_ENV, COUNTERSIGN_URL: server.url }).run
})
afterAll(() => server.close())

describe('what a server says on a terminal', () => {
  const HOSTILE = 'a\u001b]0;pwned\u0007\u009b2J'
  const me = {
    kind: 'key',
    mode: 'test',
    currency_type: 'fiat',
    public_key: PUBLIC_KEY,
    key: { id: 'key_1', name: HOSTILE, public_key: PUBLIC_KEY, secret_version: 1 },
    workspace: { id: 'wks_1', name: HOSTILE },
    scopes: [],
    expires_at: null,
  }
  let hostile: Awaited<ReturnType<typeof startServer>>
  beforeAll(async () => {
    hostile = await startServer(({ path }) => {
      if (path === '/v1/me') return { body: me }
      if (path === '/v1/broken') return { body: `{"a": ${HOSTILE}` }
      return { type: 'text/plain', body: `${HOSTILE}\tb\nc` }
    })
  })
  afterAll(() => hostile.close())
  const user = () => makeUser({ COUNTERSIGN_URL: hostile.url })
  // oxlint-disable-next-line no-control-regex -- finding them is its job
  const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

  it('the names of workspace and key move no cursor when somebody logs in', async () => {
    const { code, out, err } = await user().run(['login', '--public-key', PUBLIC_KEY], { input: SECRET_KEY })
    expect([code, err]).toEqual([EXIT.ok, ''])
    expect(out).not.toMatch(OBEYED)
    expect(out).toContain('pwned')
  })

  it.each(['/v1/text', '/v1/broken'])('an answer of %s moves none either', async (path) => {
    const { code, out, err } = await user().run(['request', 'GET', path], { env: KEY_ENV, isTerminal: true })
    expect(code).toBe(path === '/v1/text' ? EXIT.ok : EXIT.refused)
    expect(out + err).not.toMatch(OBEYED)
    expect(out + err).toContain('pwned')
  })

  it('a text goes to a file or another program as it came', async () => {
    const { out } = await user().run(['request', 'GET', '/v1/text'], { env: KEY_ENV })
    expect(out).toBe(`${HOSTILE}\tb\nc`)
  })

  it('an answer whose receipt does not hold is no answer', async () => {
    const forged = await startServer(() => ({
      headers: {
        'signature-input': 'receipt=();created=1;keyid="k";alg="ed25519";tag="countersign-receipt"',
      },
      body: {},
    }))
    const { code, out, err } = await makeUser({ ...KEY_ENV, COUNTERSIGN_URL: forged.url }).run([
      'request',
      'GET',
      '/v1/x',
    ])
    forged.close()
    expect([code, out]).toEqual([EXIT.unreachable, ''])
    expect(err).toContain('(key-unknown)')
  })
})

describe('countersign request and sign', () => {
  it('request sends a signed request and prints the answer', async () => {
    const body = '{"amount":"1.00"}'
    const args = [
      'request',
      'post',
      '/v1/transactions',
      '--body',
      body,
      '--idempotency-key',
      'order-1',
      '--json',
    ]
    const { code, out } = await run(args)
    expect([code, out]).toEqual([EXIT.ok, '{"answered":true}\n'])
    const sent = server.seen.at(-1)!
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/transactions', body })
    expect(sent.headers['signature-input']).toContain(`keyid="${PUBLIC_KEY}"`)
    expect(sent.headers['idempotency-key']).toBe('order-1')
  })

  it('reads the body from standard input, so that it need not stand in the history of a shell', async () => {
    expect((await run(['request', 'POST', '/v1/x', '-d', '-'], { input: '{"a":1}' })).code).toBe(EXIT.ok)
    expect(server.seen.at(-1)!.body).toBe('{"a":1}')
  })

  it('sign prints a curl command that sends what was signed', async () => {
    const { code, out } = await run(['sign', 'POST', '/v1/x?a=1', '--body', `{"name":"it's"}`])
    expect(code).toBe(EXIT.ok)
    await promisify(execFile)('sh', ['-c', out.replace(/^curl/, 'curl -sS')])
    const sent = server.seen.at(-1)!
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/x?a=1', body: `{"name":"it's"}` })
    expect(sent.headers['signature']).toMatch(/^sig1=:.+:$/)
    expect((await run(['sign', 'GET', '/v1/x', '--headers'])).out).toMatch(
      /^Signature-Input: .+\nSignature: .+\n$/,
    )
  })

  it('never prints the secret', async () => {
    const { out, err } = await run(['sign', 'GET', '/v1/me'])
    expect(out + err).not.toContain(SECRET_KEY)
  })
})

describe('countersign as a program', () => {
  it('tells a refusal, wrong use and silence apart by the exit code', async () => {
    const refused = await run(['request', 'GET', '/v1/refused'])
    expect(refused.code).toBe(EXIT.refused)
    expect(refused.err).toContain('scope-missing')
    expect(JSON.parse((await run(['request', 'GET', '/v1/refused', '--json'])).err)).toEqual(REFUSAL)
    for (const args of [
      ['dance'],
      ['request', 'GET'],
      ['request', 'GET', '/v1/x', 'more'],
      ['request', 'GET', '/v1/x', '--nonsense'],
      ['request', 'GET', '/v1/x', '--profile', '../up'],
      ['request', 'POST', '/v1/x', '--body', '{'],
      ['request', 'POST', '/v1/x', '--body', '@/no/such/file'],
      ['sign', 'GET', '//elsewhere.example/x'],
    ])
      expect((await run(args)).code, args.join(' ')).toBe(EXIT.usage)
    const silent = await run(['request', 'DELETE', '/v1/x'], {
      env: { COUNTERSIGN_URL: 'http://127.0.0.1:9' },
    })
    expect(silent.code).toBe(EXIT.unreachable)
  })

  it('lets no text of a server move the cursor of a terminal', async () => {
    const { err } = await run(['request', 'GET', '/v1/refused'])
    expect(err).not.toContain('\u001b')
    expect(err).toContain(String.raw`d\u001b[2J`)
  })

  it('asks for missing credentials, and mixes no halves of two keys', async () => {
    const stranger = makeUser()
    const none = await stranger.run(['request', 'GET', '/v1/me'])
    expect([none.code, none.err]).toEqual([EXIT.usage, expect.stringContaining('countersign login')])
    const half = await stranger.run(['request', 'GET', '/v1/me'], {
      env: { COUNTERSIGN_PUBLIC_KEY: PUBLIC_KEY },
    })
    expect([half.code, half.err]).toEqual([EXIT.usage, expect.stringContaining('COUNTERSIGN_SECRET_KEY')])
  })

  it('helps on every level, whichever way it is asked', async () => {
    const whole = await run(['--help'])
    expect([whole.code, await run([]), await run(['help'])]).toEqual([EXIT.ok, whole, whole])
    for (const { name, summary, options } of COMMANDS) {
      expect(whole.out).toContain(name)
      const { code, out } = await run([...name.split(' '), '--help'])
      expect([code, out]).toEqual([EXIT.ok, expect.stringContaining(summary)])
      for (const option of Object.keys(options)) expect(out).toContain(`--${option}`)
    }
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
