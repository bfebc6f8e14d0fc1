import { execFile } from 'node:child_process'
import { createHmac, generateKeyPairSync, timingSafeEqual, verify } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { verifySignature } from 'http-message-sig'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Algorithm } from './api-types.ts'
import { curlSnippet, typescriptSnippet } from './snippets.ts'

const PUBLIC_KEY = 'pk_test_snippets'
const SECRET_KEY = 'sk_test_snippets'
const pair = generateKeyPairSync('ed25519')
const environment = {
  ...process.env,
  COUNTERSIGN_PUBLIC_KEY: PUBLIC_KEY,
  COUNTERSIGN_SECRET_KEY: SECRET_KEY,
  COUNTERSIGN_PRIVATE_KEY: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
}
const run = promisify(execFile)

let server: Server
let origin: string
let folder: string
let received: { method: string; url: string; headers: IncomingHttpHeaders }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-snippets-'))
  server = createServer((request, answer) => {
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    answer.end('{"kind":"key"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

/** Judged by a library that is not ours. */
async function signatureHolds(request: (typeof received)[number], algorithm: Algorithm): Promise<boolean> {
  const headers = new Headers(request.headers as Record<string, string>)
  const verified = await verifySignature(
    new Request(origin + request.url, { method: request.method, headers }),
    {
      policy: {
        algorithms: [algorithm],
        requiredComponents: ['@method', '@authority', '@path', '@query'],
        requiredParameters: ['created', 'nonce', 'keyid'],
        maxAge: 300,
        clockSkew: 30,
      },
      resolveVerifier: ({ parameters }) => {
        expect(parameters['keyid']).toBe(PUBLIC_KEY)
        return {
          algorithm,
          verify: (base: Uint8Array, signature: Uint8Array) =>
            algorithm === 'ed25519'
              ? verify(null, base, pair.publicKey, signature)
              : timingSafeEqual(createHmac('sha256', SECRET_KEY).update(base).digest(), signature),
        }
      },
    },
  )
  return Boolean(verified)
}

describe.each(['hmac-sha256', 'ed25519'] as const)('the code that a new %s key offers', (algorithm) => {
  it('for curl sends one request whose signature an independent verifier accepts', async () => {
    received = []
    const script = join(folder, 'first-request.sh')
    await writeFile(script, curlSnippet(origin, algorithm))
    const { stdout } = await run('bash', [script], { env: environment })
    expect(stdout).toContain('{"kind":"key"}')
    expect(received).toHaveLength(1)
    expect(await signatureHolds(received[0]!, algorithm)).toBe(true)
  })

  it('for TypeScript sends one request whose signature an independent verifier accepts', async () => {
    received = []
    const script = join(folder, 'first-request.mts')
    await writeFile(script, typescriptSnippet(origin, algorithm))
    const tsx = join(import.meta.dirname, '../../../node_modules/tsx/dist/cli.mjs')
    const { stdout } = await run(process.execPath, [tsx, script], { env: environment })
    expect(stdout).toContain('{"kind":"key"}')
    expect(received).toHaveLength(1)
    expect(await signatureHolds(received[0]!, algorithm)).toBe(true)
  })

  it('holds neither key, so that it can be committed', () => {
    for (const code of [curlSnippet(origin, algorithm), typescriptSnippet(origin, algorithm)]) {
      expect(code).not.toMatch(/[ps]k_(?:test|prod)_|MC4CAQAw/)
    }
  })
})
