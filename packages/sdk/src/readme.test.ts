import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signWebhook } from './webhook-signature.ts'
import { keyNamed } from './testing/conformance.ts'
import { startVerifyingServer } from './testing/verifying-server.ts'

const key = keyNamed('active')
const secretKey = key.secret_keys[0]!
const source = fileURLToPath(new URL('index.ts', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx/cli')
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`

let folder: string
let examples: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sdk-readme-'))
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!)
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs a README example as it stands, but for the package's name, which leads to the source here. */
async function run(example: string, environment: Record<string, string>) {
  const file = join(folder, `example-${Math.random().toString(36).slice(2)}.mts`)
  await writeFile(file, example.replace("'@countersign/sdk'", JSON.stringify(source)))
  const child = spawn(process.execPath, [tsx, file], { env: { PATH: process.env['PATH'], ...environment } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

describe("the README's examples", () => {
  it('the first signs, calls and prints, against a server that verifies the signature', async () => {
    const server = await startVerifyingServer(secretKey, ({ target }) =>
      target === '/v1/me'
        ? { body: { mode: 'test', currency_type: 'fiat' } }
        : { body: { data: [{ currency: 'USD' }, { currency: 'EUR' }] } },
    )
    const keys = { COUNTERSIGN_PUBLIC_KEY: key.public_key, COUNTERSIGN_SECRET_KEY: secretKey }
    const { code, output } = await run(examples[0]!, { COUNTERSIGN_URL: server.baseUrl, ...keys })
    await server.close()
    expect(output).toBe('This key works in test mode with fiat.\nIt may use 2 currencies.\n')
    expect(code).toBe(0)
    expect(server.verified.map(({ target }) => target)).toEqual(['/v1/me', '/v1/currencies'])
  })

  it('the first prints the code and ends with 1 when the server refuses the signature', async () => {
    const server = await startVerifyingServer(keyNamed('other').secret_keys[0]!, () => ({}))
    const keys = { COUNTERSIGN_PUBLIC_KEY: key.public_key, COUNTERSIGN_SECRET_KEY: secretKey }
    const { code, output } = await run(examples[0]!, { COUNTERSIGN_URL: server.baseUrl, ...keys })
    await server.close()
    expect(output).toContain('signature-invalid')
    expect(code).toBe(1)
    expect(server.verified).toHaveLength(0)
  })

  it('the second signs a request that plain fetch sends', async () => {
    const server = await startVerifyingServer(secretKey, () => ({ status: 201, body: {} }))
    const values = { url: `${server.baseUrl}/v1/transactions`, publicKey: key.public_key, secretKey }
    const given = Object.entries(values).map(([name, value]) => `const ${name} = ${JSON.stringify(value)}\n`)
    const { code, output } = await run(given.join('') + examples[1]!, {})
    await server.close()
    expect(output).toBe('')
    expect(code).toBe(0)
    expect(server.verified[0]).toMatchObject({
      method: 'POST',
      body: '{"type":"deposit","amount":"10.00","currency":"USD"}',
    })
  })

  it('the third verifies a webhook', async () => {
    const rawBody = '{"id":"evt_1","type":"transaction.completed","data":{"amount":"10.00"}}'
    const headers = await signWebhook({ id: 'evt_1', body: rawBody, secret: WEBHOOK_SECRET })
    const given = `const rawBody = ${JSON.stringify(rawBody)}\nconst request = ${JSON.stringify({ headers })}\n`
    const { code, output } = await run(given + examples[2]!, { WEBHOOK_SECRET })
    expect(output).toBe("transaction.completed { amount: '10.00' }\n")
    expect(code).toBe(0)
  })
})
