import { spawn } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Countersign } from '../packages/sdk/src/index.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

const sdk = fileURLToPath(new URL('../packages/sdk', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

let server: LaunchedServer
let project: string
let examples: string[]
let keys: { publicKey: string; secretKey: string }

beforeAll(async () => {
  server = await launchServer({ dataDir: join(await makeFolder(), 'data') })
  // A customer's project with the built package in it, under the name that the README imports.
  project = await makeFolder()
  await mkdir(join(project, 'node_modules', '@countersign'), { recursive: true })
  await symlink(sdk, join(project, 'node_modules', '@countersign', 'sdk'))
  const readme = await readFile(join(sdk, 'README.md'), 'utf8')
  examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const key = await (await signUpPerson(server.url)).createKey()
  keys = { publicKey: key.public_key, secretKey: key.secret_key }
})

afterAll(cleanUp)

/** Runs an example as it stands. */
async function run(example: string, environment: Record<string, string>) {
  const file = join(project, 'example.mts')
  await writeFile(file, example)
  const child = spawn(process.execPath, [tsx, file], {
    cwd: project,
    env: { PATH: process.env['PATH'], ...environment },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

test('the README’s first example, run as it stands, calls a real server', async () => {
  const environment = {
    COUNTERSIGN_URL: server.url,
    COUNTERSIGN_PUBLIC_KEY: keys.publicKey,
    COUNTERSIGN_SECRET_KEY: keys.secretKey,
  }
  expect(await run(examples[0]!, environment)).toEqual({
    code: 0,
    output: expect.stringMatching(
      /^This key works in test mode with fiat\.\nIt may use 1\d\d currencies\.\n$/,
    ),
  })
})

test('the README’s first example names the problem when the key was deleted', async () => {
  const person = await signUpPerson(server.url)
  const key = await person.createKey()
  await person.call('DELETE', `/v1/api-keys/${key.id}`)
  const { code, output } = await run(examples[0]!, {
    COUNTERSIGN_URL: server.url,
    COUNTERSIGN_PUBLIC_KEY: key.public_key,
    COUNTERSIGN_SECRET_KEY: key.secret_key,
  })
  expect(output).toMatch(/^key-revoked /)
  expect(code).toBe(1)
})

test('the README’s second example deposits money with plain fetch', async () => {
  const values = { url: `${server.url}/v1/transactions`, ...keys }
  const given = Object.entries(values).map(([name, value]) => `const ${name} = ${JSON.stringify(value)}\n`)
  expect(await run(given.join('') + examples[1]!, {})).toEqual({ code: 0, output: '' })
  const { data } = await new Countersign({ baseUrl: server.url, ...keys }).transactions.list()
  expect(data).toMatchObject([{ type: 'deposit', amount: '10.00', currency: 'USD' }])
})
