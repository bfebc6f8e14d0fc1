import { createPublicKey, createPrivateKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from './exit-codes.ts'
import { makeUser, PUBLIC_KEY, startServer, type Seen } from './test-world.ts'

const SECRET = 's'.repeat(43)
const ME = {
  kind: 'key',
  mode: 'test',
  currency_type: 'fiat',
  public_key: PUBLIC_KEY,
  key: { id: 'key_1', name: 'CLI', public_key: PUBLIC_KEY, secret_version: 1 },
  workspace: { id: 'wks_1', name: 'Acme' },
  scopes: ['events:read'],
  expires_at: null,
}
const PENDING = { status: 'pending', public_key: null, interval_seconds: 0 }
const CONFIRMED = { status: 'confirmed', public_key: PUBLIC_KEY, interval_seconds: 0 }
const AWAITED = { ...CONFIRMED, acknowledge_by: '2099-01-01T00:00:00Z' }

type Answer = { status?: number; body: unknown }
let server: Awaited<ReturnType<typeof startServer>>
let user: ReturnType<typeof makeUser>
/** What the server says to one question after the other; the last for ever. */
let answers: Answer[]
let started: object
let me: Answer
/** What it says to each acknowledgement; then that all is well. */
let acknowledged: (Answer | (() => Answer))[]

beforeEach(async () => {
  user = makeUser()
  started = {}
  me = { body: ME }
  acknowledged = []
  server = await startServer(({ path }) => {
    if (path === '/v1/me') return me
    if (path === '/v1/cli-logins')
      return {
        status: 201,
        body: {
          id: 'cli_1',
          code: 'BCDF-GHJK',
          url: 'http://dashboard.example/cli-login?id=cli_1',
          secret: SECRET,
          interval_seconds: 0,
          expires_at: '2099-01-01T00:00:00Z',
          ...started,
        },
      }
    if (path === '/v1/cli-logins/acknowledge') {
      const next = acknowledged.shift() ?? { body: CONFIRMED }
      return typeof next === 'function' ? next() : next
    }
    return answers.length > 1 ? answers.shift()! : answers[0]!
  })
})
afterEach(() => server.close())

const login = (args: string[] = [], given = {}) => user.run(['login', '--url', server.url, ...args], given)
const acknowledgements = () => server.seen.filter(({ path }) => path === '/v1/cli-logins/acknowledge')
const polls = () => server.seen.filter(({ path }) => path === '/v1/cli-logins/poll')
const bodyOf = (seen: Seen) => JSON.parse(seen.body) as Record<string, string>
const credentials = () => join(user.homeDir, '.config', 'countersign', 'credentials.json')

describe('countersign login in the browser', () => {
  it('sends the public half alone, and keeps the private half where only its owner can read it', async () => {
    answers = [{ body: PENDING }, { body: PENDING }, { body: CONFIRMED }]
    const { code, out, err } = await login(['--device-name', 'ada-laptop'])
    expect([code, out]).toEqual([EXIT.ok, expect.stringContaining('Acme')])
    expect(err).toContain('BCDF-GHJK')
    expect(err).toContain('http://dashboard.example/cli-login?id=cli_1')
    expect(polls().map(bodyOf)).toEqual([{ secret: SECRET }, { secret: SECRET }, { secret: SECRET }])

    expect(statSync(credentials()).mode & 0o777).toBe(0o600)
    const kept = JSON.parse(readFileSync(credentials(), 'utf8')).profiles.default
    expect(kept).toMatchObject({ url: server.url, publicKey: PUBLIC_KEY })
    const begun = bodyOf(server.seen[0]!)
    expect(begun['device_name']).toBe('ada-laptop')
    const half = createPublicKey(createPrivateKey(kept.privateKey)).export({ format: 'jwk' })
    expect(begun['ed25519_public_key']).toBe(half.x)
    const d = createPrivateKey(kept.privateKey).export({ format: 'jwk' }).d!
    expect(JSON.stringify(server.seen)).not.toContain(d)
    expect(out + err).not.toContain(d)
    expect(server.seen.at(-1)!.headers['signature-input']).toContain('alg="ed25519"')
    expect((await user.run(['whoami'])).code).toBe(EXIT.ok)
  })

  it('says that it keeps the key, once it is stored and not before, until somebody has heard it', async () => {
    answers = [{ body: AWAITED }]
    let stored = ''
    acknowledged = [
      () => {
        stored = readFileSync(credentials(), 'utf8')
        return { status: 503, body: { code: 'service-unavailable' } }
      },
    ]
    expect((await login()).code).toBe(EXIT.ok)
    expect(JSON.parse(stored).profiles.default).toMatchObject({ publicKey: PUBLIC_KEY })
    expect(acknowledgements().map(bodyOf)).toEqual([{ secret: SECRET }, { secret: SECRET }])
    expect(server.seen.map(({ path }) => path).indexOf('/v1/me')).toBeLessThan(
      server.seen.map(({ path }) => path).indexOf('/v1/cli-logins/acknowledge'),
    )
  })

  it('keeps what it had before where the server has revoked the key meanwhile', async () => {
    answers = [{ body: AWAITED }]
    await login()
    const before = readFileSync(credentials(), 'utf8')
    acknowledged = [{ status: 409, body: { code: 'conflict', title: 'Conflict', detail: '' } }]
    const { code, err } = await login()
    expect([code, err]).toEqual([EXIT.refused, expect.stringContaining('revoked the key')])
    expect(JSON.parse(readFileSync(credentials(), 'utf8'))).toEqual(JSON.parse(before))
  })

  it('says nothing of a key that does not work, so that the server ends it', async () => {
    answers = [{ body: AWAITED }]
    me = { status: 403, body: { code: 'https-required', title: 'No', detail: '' } }
    expect((await login()).code).toBe(EXIT.refused)
    expect(acknowledgements()).toEqual([])
    expect((await user.run(['profiles'])).out).toBe('Nothing found.\n')
  })

  it('opens the page where somebody sits at a terminal, unless told not to', async () => {
    answers = [{ body: CONFIRMED }]
    await login([], { answers: [] })
    expect(user.opened).toEqual(['http://dashboard.example/cli-login?id=cli_1'])
    await login(['--no-browser'], { answers: [] })
    await login()
    expect(user.opened).toHaveLength(1)
  })

  it('goes on through answers that pass, and waits as long as it is told', async () => {
    answers = [
      { status: 503, body: { code: 'service-unavailable' } },
      { status: 429, body: { code: 'rate-limited' } },
      { status: 502, body: 'not from the API' },
      { body: CONFIRMED },
    ]
    expect((await login()).code).toBe(EXIT.ok)
    expect(polls()).toHaveLength(4)
  })

  it.each([
    ['refused', { body: { ...PENDING, status: 'refused' } }, 'refused in the dashboard'],
    ['not confirmed in time', { body: { ...PENDING, status: 'expired' } }, 'in time'],
    ['abandoned', { body: { ...PENDING, status: 'abandoned' } }, 'revoked the key'],
    ['forgotten', { status: 404, body: { code: 'not-found', title: 'Not found', detail: '' } }, 'not-found'],
  ])('keeps nothing where it was %s', async (_, last, words) => {
    answers = [{ body: PENDING }, last]
    const { code, err } = await login()
    expect([code, err]).toEqual([EXIT.refused, expect.stringContaining(words)])
    expect((await user.run(['profiles'])).out).toBe('Nothing found.\n')
  })

  it('opens nothing but a page, and prints nothing that could rewrite the terminal', async () => {
    answers = [{ body: CONFIRMED }]
    for (const url of ['file:///etc/passwd', '-x', 'javascript:alert(1)', ''] as const) {
      started = { url }
      expect((await login([], { answers: [] })).code).toBe(EXIT.unreachable)
    }
    started = { code: 'AB\u001b[2JCD', url: 'http://x.example/\u001b]8;;' }
    expect((await login([], { answers: [] })).err).not.toContain('\u001b')
    expect(user.opened).toEqual(['http://x.example/%1B]8;;'])
  })

  it('asks for a public key where a private key is brought, and says so when nobody answers', async () => {
    expect((await login(['--private-key-file', 'key.pem'])).code).toBe(EXIT.usage)
    server.close()
    expect((await login()).code).toBe(EXIT.unreachable)
  })
})
