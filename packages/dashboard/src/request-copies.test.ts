import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { TransactionLogDetail } from './api-types.ts'
import { replayRequest, whyNotReplayed } from './replay-request.ts'
import { repeatable, sdkCall, shellCommand } from './request-copies.ts'

const run = promisify(execFile)
const HERE = new URL('https://api.example.com/transaction-logs')
const SIGNER = { origin: HERE.origin, publicKey: 'pk_test_1', algorithm: 'hmac-sha256' } as const

type LogInput = Partial<Omit<TransactionLogDetail, 'request'>> & {
  body?: Partial<NonNullable<TransactionLogDetail['request']['body']>> | null
  headers?: string[][]
}

function logWith({ body, headers = [['Host', HERE.host]], ...rest }: LogInput = {}): TransactionLogDetail {
  const whole = { text: '{"amount":"1.00"}', bytes: 17, truncated: false, digest: null }
  return {
    mode: 'test',
    method: 'POST',
    path: '/v1/transactions',
    query: null,
    outcome: 'answered',
    request: { headers, body: body === null ? null : { ...whole, ...body } },
    ...rest,
  } as TransactionLogDetail
}

describe('A copy of a logged request', () => {
  test('gives a shell the very words of the request, whatever they hold', async () => {
    const hostile = `{"note":"'; touch /tmp/owned; echo '$(id)\`id\`\\\\ \\"","emoji":"é✓"}`
    const request = repeatable(logWith({ query: "a='b'&c=$HOME", body: { text: hostile } }))
    const command = shellCommand(request, SIGNER)
    expect(command).toMatch(/^sh -s -- 'POST' /)
    const { stdout } = await run('sh', ['-c', command.replace(/^sh -s --/, String.raw`printf '%s\n'`)])
    expect(stdout.split('\n')).toEqual(['POST', `/v1/transactions?a='b'&c=$HOME`, hostile, ''])
    // A terminal would obey what no shell sees: Ctrl-C ends the line.
    const obeyed = shellCommand({ ...request, body: '{"a":"\u0003\u001b"}' }, SIGNER)
    for (const character of ['\u0003', '\u001b']) expect(obeyed).not.toContain(character)
  })

  test('signs with what the environment holds, by the algorithm of the key', () => {
    const request = repeatable(logWith())
    const pair = { ...SIGNER, algorithm: 'ed25519' } as const
    expect(shellCommand(request, pair)).toMatch(/^bash -s -- [\s\S]*COUNTERSIGN_PRIVATE_KEY/)
    expect(shellCommand(request, SIGNER)).toContain('COUNTERSIGN_SECRET_KEY')
    expect(shellCommand(request, SIGNER)).toContain(HERE.origin)
    expect(sdkCall(request, pair)).toContain('privateKey,')
    expect(sdkCall(request, SIGNER)).toContain(
      'request("POST", "/v1/transactions", {\n  body: {\n    "amount": "1.00"\n  },\n})',
    )
    expect(sdkCall(repeatable(logWith({ method: 'GET', body: null })), SIGNER)).toContain(
      'request("GET", "/v1/transactions"))',
    )
  })

  test('says what the log does not hold instead of making it up', () => {
    for (const [input, reason] of [
      [{ body: { truncated: true } }, /first 16 KiB/],
      [{ body: { text: null, digest: 'sha-256=:x:' } }, /not JSON/],
      [{ body: null, headers: [['Content-Length', '17']] }, /refused/],
    ] as const)
      expect(repeatable(logWith(input as LogInput))).toMatchObject({
        body: null,
        bodyMissing: expect.stringMatching(reason),
      })
    expect(repeatable(logWith({ body: null }))).toMatchObject({ body: null, bodyMissing: null })
  })
})

describe('A replay', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('is for Test Mode, and for what this very server answered', () => {
    expect(whyNotReplayed(logWith(), HERE)).toBeNull()
    for (const [input, reason] of [
      [{ mode: 'production' }, /Production Mode/],
      [{ outcome: 'forwarded' }, /another service/],
      [{ path: '/orders' }, /another service/],
      [{ path: '/v1/../auth/sign-out' }, /another service/],
      [{ headers: [['host', 'other.example.com']] }, /other\.example\.com/],
    ] as const)
      expect(whyNotReplayed(logWith(input as LogInput), HERE)).toMatch(reason)
  })

  test('with a key of Production Mode, or with something that is no secret, sends nothing', async () => {
    const sent = vi.fn<typeof fetch>()
    vi.stubGlobal('fetch', sent)
    vi.stubGlobal('location', HERE)
    const replay = { method: 'POST', target: '/v1/transactions', body: '{}' }
    for (const key of [
      { publicKey: 'pk_prod_1', secret: 'sk_prod_1' },
      { publicKey: 'pk_test_1', secret: 'no secret' },
      { publicKey: 'pk_test_1', secret: 'sk_test_mistyped' },
    ])
      await expect(replayRequest({ ...replay, ...key })).rejects.toMatchObject({ code: 'not-sent' })
    expect(sent).not.toHaveBeenCalled()
  })
})
