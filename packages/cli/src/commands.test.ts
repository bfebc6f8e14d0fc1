import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReader } from './event-stream.ts'
import { EXIT } from './exit-codes.ts'
import { configFolder } from './profiles.ts'
import { KEY_ENV, makeUser, PUBLIC_KEY, SECRET_KEY, startServer } from './test-world.ts'

const ME = {
  kind: 'key',
  mode: 'test',
  currency_type: 'fiat',
  public_key: PUBLIC_KEY,
  key: { id: 'key_1', name: 'Mine', public_key: PUBLIC_KEY, secret_version: 1 },
  workspace: { id: 'wks_1', name: 'Acme' },
  scopes: ['events:read'],
  expires_at: null,
}
let server: Awaited<ReturnType<typeof startServer>>
let keyAnswer: { status?: number; body: unknown }

beforeAll(async () => {
  server = await startServer(({ path }) => (path === '/v1/me' ? { body: ME } : keyAnswer))
})
afterAll(() => server.close())

const login = (user: ReturnType<typeof makeUser>, args: string[] = []) =>
  user.run(['login', '--url', server.url, '--public-key', PUBLIC_KEY, ...args], { input: `${SECRET_KEY}\n` })

describe('countersign login', () => {
  it('keeps the pair where only its owner can read it, and then signs with it', async () => {
    const user = makeUser()
    const { code, out, err } = await login(user)
    expect([code, out]).toEqual([EXIT.ok, expect.stringContaining('Acme')])
    expect(out + err).not.toContain(SECRET_KEY)
    const folder = join(user.homeDir, '.config', 'countersign')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['credentials.json'])
    expect((await user.run(['whoami', '--json'])).out).toContain('"kind":"key"')
  })

  it('asks at a terminal for what was not given', async () => {
    const user = makeUser()
    const { code } = await user.run(['login', '--url', server.url, '--public-key', PUBLIC_KEY], {
      answers: [SECRET_KEY],
    })
    expect(code).toBe(EXIT.ok)
    expect((await user.run(['whoami'])).code).toBe(EXIT.ok)
  })

  it('takes no secret as an argument, and keeps nothing that the server refuses', async () => {
    const user = makeUser()
    expect((await user.run(['login', '--secret-key', SECRET_KEY])).code).toBe(EXIT.usage)
    expect(
      (
        await user.run(['login', '--url', 'http://127.0.0.1:9', '--public-key', PUBLIC_KEY], {
          input: SECRET_KEY,
        })
      ).code,
    ).toBe(EXIT.unreachable)
    expect((await user.run(['login', '--public-key', PUBLIC_KEY], { input: 'sk_test_wrong' })).code).toBe(
      EXIT.usage,
    )
    expect((await user.run(['profiles'])).out).toBe('Nothing found.\n')
  })

  it('keeps several profiles apart; --profile outranks COUNTERSIGN_PROFILE, the environment’s keys outrank both', async () => {
    const user = makeUser()
    await login(user)
    await login(user, ['--profile', 'second'])
    const names = async () =>
      JSON.parse((await user.run(['profiles', '--json'], { env: { COUNTERSIGN_PROFILE: 'second' } })).out)
        .data
    expect(await names()).toMatchObject([
      { name: 'default', in_use: false },
      { name: 'second', in_use: true },
    ])
    expect((await user.run(['logout', '--profile', 'second'])).code).toBe(EXIT.ok)
    expect((await user.run(['whoami', '--profile', 'second'])).code).toBe(EXIT.usage)
    const { code } = await user.run(['whoami', '--profile', 'second'], {
      env: { ...KEY_ENV, COUNTERSIGN_URL: server.url },
    })
    expect(code).toBe(EXIT.ok)
  })

  it('signs with an Ed25519 key in PEM', async () => {
    const user = makeUser()
    const file = join(user.homeDir, 'key.pem')
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    expect((await login(user, ['--private-key-file', file])).code).toBe(EXIT.ok)
    await user.run(['whoami'])
    expect(server.seen.at(-1)!.headers['signature-input']).toContain('alg="ed25519"')
  })

  it('refuses a file that others can read, and one that is damaged', async () => {
    const user = makeUser()
    await login(user)
    const file = join(user.homeDir, '.config', 'countersign', 'credentials.json')
    chmodSync(file, 0o644)
    expect((await user.run(['whoami'])).err).toContain('chmod 600')
    chmodSync(file, 0o600)
    writeFileSync(file, '{')
    expect((await user.run(['whoami'])).code).toBe(EXIT.usage)
  })

  it('uses the folder that the system has for settings', () => {
    const place = { env: {}, homeDir: '/home/ada', platform: 'linux' as const }
    expect(configFolder(place)).toBe('/home/ada/.config/countersign')
    expect(configFolder({ ...place, env: { XDG_CONFIG_HOME: '/x' } })).toBe('/x/countersign')
    expect(configFolder({ ...place, platform: 'darwin' })).toBe(
      '/home/ada/Library/Application Support/countersign',
    )
  })
})

describe('countersign keys', () => {
  const user = makeUser(KEY_ENV)
  const run = (args: string[]) => user.run(args, { env: { COUNTERSIGN_URL: server.url } })
  const KEY = { id: 'key_2', name: 'New', public_key: 'pk_test_x', scopes: ['events:read', 'balances:read'] }

  it('create prints the secret once and asks for what the asking key is', async () => {
    keyAnswer = { status: 201, body: { ...KEY, secret_key: 'sk_test_shown' } }
    const { out } = await run([
      'keys',
      'create',
      '--name',
      'New',
      '--scope',
      'events:read',
      '--scope',
      'balances:read',
    ])
    expect(out.match(/sk_test_shown/g)).toHaveLength(1)
    expect(JSON.parse(server.seen.at(-1)!.body)).toEqual({
      name: 'New',
      scopes: ['events:read', 'balances:read'],
      mode: 'test',
      currency_type: 'fiat',
      expires_at: null,
    })
  })

  it('lists in columns for people and as JSON for programs', async () => {
    const row = { ...KEY, currency_type: 'fiat', status: 'active', last_used_at: null, name: 'a\u001b[31mb' }
    keyAnswer = { body: { data: [row], next_cursor: 'more' } }
    const words = await run(['keys', 'list', '--name-contains', 'N', '--limit', '1'])
    expect(words.out).toBe(
      'ID     NAME          PUBLIC KEY  TYPE  STATUS  LAST USED\nkey_2  a\\u001b[31mb  pk_test_x   fiat  active  –\n',
    )
    expect(words.err).toBe('More: --cursor more\n')
    expect(server.seen.at(-1)!.path).toBe('/v1/api-keys?name_contains=N&limit=1')
    expect(JSON.parse((await run(['keys', 'list', '--json'])).out)).toEqual({
      data: [row],
      next_cursor: 'more',
    })
  })

  it('edits, rotates and revokes', async () => {
    keyAnswer = { body: { ...KEY, secret_key: null } }
    await run(['keys', 'edit', 'key_2', '--disable', '--expires-at', 'never', '--rate-limit', '5'])
    expect(server.seen.at(-1)).toMatchObject({ method: 'PATCH', path: '/v1/api-keys/key_2' })
    expect(JSON.parse(server.seen.at(-1)!.body)).toEqual({
      expires_at: null,
      enabled: false,
      rate_limit_per_minute: 5,
    })
    await run(['keys', 'rotate', 'key_2', '--overlap-seconds', '0'])
    expect(JSON.parse(server.seen.at(-1)!.body)).toEqual({ overlap_seconds: 0 })
    await run(['keys', 'revoke', 'key_2'])
    expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/api-keys/key_2' })
    for (const args of [
      ['edit', 'key_2'],
      ['edit', 'key_2', '--enable', '--disable'],
      ['rotate', 'key_2', '--overlap-seconds', 'x'],
      ['revoke', '../x'],
    ])
      expect((await run(['keys', ...args])).code, args.join(' ')).toBe(EXIT.usage)
  })
})

describe('countersign transactions', () => {
  const user = makeUser(KEY_ENV)
  const run = (line: string[]) =>
    user.run(['transactions', ...line], { env: { COUNTERSIGN_URL: server.url } })
  const TRANSACTION = { id: 'txn_2', type: 'refund', amount: '4.00', linked_transaction_id: 'txn_1' }

  it('refund gives back all that is left, or the part that was asked for, under the key that was given', async () => {
    keyAnswer = { status: 201, body: TRANSACTION }
    const whole = await run(['refund', 'txn_1', '--json'])
    expect([whole.code, JSON.parse(whole.out)]).toEqual([EXIT.ok, TRANSACTION])
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/transactions/txn_1/refund',
      body: '{}',
    })
    const part = ['--amount', '4.00', '--reference', 'rma-1', '--idempotency-key', 'refund-1001']
    expect((await run(['refund', 'txn_1', ...part])).out).toMatch(/linked_transaction_id +txn_1/)
    const asked = server.seen.at(-1)
    expect(JSON.parse(asked?.body ?? '')).toEqual({ amount: '4.00', reference: 'rma-1' })
    expect(asked?.headers['idempotency-key']).toBe('refund-1001')
    keyAnswer = { status: 422, body: { code: 'refund-exceeds-amount', title: 'Too much', status: 422 } }
    expect((await run(['refund', 'txn_1', '--amount', '9.00'])).code).not.toBe(EXIT.ok)
    expect((await run(['refund'])).code).toBe(EXIT.usage)
  })

  it('create asks for a unique reference, edit sends only what changes', async () => {
    keyAnswer = { status: 201, body: TRANSACTION }
    await run(['create', 'deposit', '10.00', 'usd', '--reference', 'order-1', '--unique-reference'])
    expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toEqual({
      type: 'deposit',
      amount: '10.00',
      currency: 'USD',
      reference: 'order-1',
      unique_reference: true,
    })
    keyAnswer = { body: TRANSACTION }
    await run(['edit', 'txn_2', '--description', '', '--metadata', 'order=A=1', '--metadata', 'by=Ada'])
    expect(server.seen.at(-1)).toMatchObject({ method: 'PATCH', path: '/v1/transactions/txn_2' })
    expect(JSON.parse(server.seen.at(-1)?.body ?? '')).toEqual({
      description: null,
      metadata: { order: 'A=1', by: 'Ada' },
    })
    const before = server.seen.length
    for (const args of [[], ['--metadata', 'order']])
      expect((await run(['edit', 'txn_2', ...args])).code).toBe(EXIT.usage)
    expect(server.seen).toHaveLength(before)
  })
})

describe('countersign completion', () => {
  const hasShell = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0
  const script = async (shell: string) => (await makeUser().run(['completion', shell])).out
  const bashNext = (text: string, words: string[]) => {
    const line = `${text}\nCOMP_WORDS=(countersign ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', line], { encoding: 'utf8' }).trim().split('\n')
  }

  it('bash: commands, their options, and the values of options', async () => {
    const text = await script('bash')
    expect(bashNext(text, ['ke'])).toEqual(['keys'])
    expect(bashNext(text, ['keys', 'r'])).toEqual(['rotate', 'revoke'])
    expect(bashNext(text, ['keys', 'create', '--cur'])).toEqual(['--currency-type'])
    expect(bashNext(text, ['keys', 'create', '--currency-type', 'c'])).toEqual(['crypto'])
    expect(bashNext(text, ['keys', 'get', 'key_1', '--js'])).toEqual(['--json'])
  })

  for (const shell of ['zsh', 'fish'])
    it.skipIf(!hasShell(shell))(`${shell} reads its script without a fault`, async () => {
      expect(execFileSync(shell, ['-n', '-c', await script(shell)], { encoding: 'utf8' })).toBe('')
    })
})

describe('event streams', () => {
  it('are read however the network cuts them', () => {
    const text = 'retry: 1\n: hello\n\nid: a\nevent: x\ndata: {"1":\ndata: 2}\n\r\nid: b\r\ndata: é\r\n\r\n'
    const expected = [
      { id: 'a', event: 'x', data: '{"1":\n2}' },
      { id: 'b', event: '', data: 'é' },
    ]
    expect(createReader()(text)).toEqual(expected)
    const read = createReader()
    expect([...text].flatMap((character) => read(character))).toEqual(expected)
  })
})
