import { execFile } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock, testClock } from '../clock.ts'
import { Problem } from '../problems.ts'
import { testVerifier, verificationKey } from './test-verifier.ts'

const page = readFileSync(new URL('../../../../docs/signing.md', import.meta.url), 'utf8')
const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')

/** The block of a page that carries this id. */
function block(id: string, text = page): string {
  const found = new RegExp(`^\`\`\`\\w+ id=${id}\\n([\\s\\S]*?)\\n\`\`\`$`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`there is no block ${id}`)
  return found
}

const [publicKey = '', secretKey = ''] = block('key').match(/(?:pk|sk)_test_\w+/g) ?? []
const [head = '', body = ''] = block('request').split('\n\n')
const [, ...headerLines] = head.split('\n')

describe('the worked example of docs/signing.md', () => {
  it('digests the body that it shows', () => {
    expect(body).toHaveLength(52)
    const digest = createHash('sha256').update(body).digest('base64')
    expect(block('digest')).toBe(`Content-Digest: sha-256=:${digest}:`)
  })

  it('lays out the base from the request, the digest and the parameters', () => {
    const header = (name: string) => headerLines.find((line) => line.startsWith(`${name}: `))?.split(': ')[1]
    expect(block('base')).toBe(
      [
        `"@method": ${head.split(' ')[0]}`,
        `"@authority": ${header('Host')}`,
        `"@path": ${head.split(' ')[1]}`,
        '"@query": ?',
        `"content-digest": ${block('digest').split(': ')[1]}`,
        `"content-type": ${header('Content-Type')}`,
        `"idempotency-key": ${header('Idempotency-Key')}`,
        `"@signature-params": ${block('parameters')}`,
      ].join('\n'),
    )
    expect(page).toContain(`This base is ${block('base').length} bytes long.`)
  })

  it('signs the base with the secret key that it shows', () => {
    const signature = createHmac('sha256', secretKey).update(block('base')).digest('base64')
    expect(block('signature')).toBe(signature)
    expect(block('headers')).toBe(
      `Signature-Input: sig1=${block('parameters')}\nSignature: sig1=:${signature}:`,
    )
  })

  it('passes the verifier at the time that it names, and once only', async () => {
    const verify = testVerifier({
      clock: testClock(1_763_856_000_000),
      keys: [verificationKey({ publicKey, secrets: [{ secret: secretKey }] })],
      authorities: new Set(['api.example.com']),
    })
    const lines = [
      ...headerLines,
      `Content-Length: ${body.length}`,
      block('digest'),
      ...block('headers').split('\n'),
    ]
    const request = {
      method: 'POST',
      target: '/v1/transactions',
      headers: lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      body_base64: Buffer.from(body).toString('base64'),
    }
    expect((await verify(request)).secretVersion).toBe(1)
    await expect(verify(request)).rejects.toMatchObject({ code: 'signature-replayed' })
  })
})

describe('the ready-made code of the README', async () => {
  const server = createServer((request, response) => {
    judge(request).then(
      (outcome) => response.end(`outcome=${outcome}`),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const authority = `localhost:${(server.address() as AddressInfo).port}`
  const verify = testVerifier({
    clock: systemClock,
    keys: [verificationKey({ publicKey, secrets: [{ secret: secretKey }] })],
    authorities: new Set([authority]),
  })

  async function judge(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { rawHeaders, method = '', url: target = '' } = request
    const headers = rawHeaders.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
    )
    const body = Buffer.concat(chunks)
    try {
      await verify({ method, target, headers, body_base64: body.toString('base64') })
      return `accepted ${method} ${target} ${body.toString()}`
    } catch (error) {
      if (error instanceof Problem) return `${error.code} ${error.detail} ${JSON.stringify(error.extra)}`
      throw error
    }
  }

  afterAll(() => void server.close())

  function run(program: string, ...args: string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      COUNTERSIGN_URL: `http://${authority}`,
      COUNTERSIGN_PUBLIC_KEY: publicKey,
      COUNTERSIGN_SECRET_KEY: secretKey,
    }
    return new Promise((resolve, reject) => {
      execFile(program, args, { env }, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
      )
    })
  }

  it('signs with the shell lines of the README what the verifier accepts', async () => {
    expect(await run('sh', '-c', block('curl', readme))).toContain('outcome=accepted GET /v1/me')
  })
})
