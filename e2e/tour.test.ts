import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signUpPerson } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

let server: LaunchedServer

beforeAll(async () => {
  server = await start()
})

afterAll(cleanUp)

const start = async (env: Record<string, string> = {}) =>
  launchServer({ dataDir: join(await makeFolder(), 'data'), env })

/** What `npm run tour` runs, without npm, which would only add its own lines. */
async function tour(environment: Record<string, string>) {
  const child = spawn(process.execPath, [tsx, 'scripts/tour.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const steps = [...output.matchAll(/^ ?\d+\. (.+)$/gm)].map((match) => match[1])
  return { code, output, errors, steps }
}

test('the tour goes from sign-up to a webhook that is verified and found in both logs', async () => {
  const { code, output, errors, steps } = await tour({ COUNTERSIGN_URL: `http://localhost:${server.port}` })
  expect(errors).toBe('')
  expect(steps).toEqual([
    'Reach the server',
    'Sign up',
    'Create an API key in Test Mode, for fiat',
    'Sign GET /v1/me with the key',
    'Sign GET /v1/currencies',
    'Sign with the secret of another key, as a mix-up would',
    'Read the Transaction Logs',
    'Rotate the key: for an hour both secrets sign',
    'Revoke the other key, and sign with it once more',
    'Add a webhook endpoint on this machine',
    'Deposit 10.00 USD, twice under one Idempotency-Key',
    'Wait until the simulator has settled it',
    'Read the balance',
    'Receive the webhook and verify its signature',
    'Send the same webhook again from Webhook Logs',
    'Follow one request id through both logs',
  ])
  for (const seen of [
    /is owner of “Ada’s workspace”/,
    /Refused: 401 signature-invalid\..+\n +Likely cause: .{20,}/,
    /GET +\/v1\/me +401 signature-invalid +req_/,
    /The old secret signs: version 1\.\n +The new secret signs: version 2\./,
    /Refused: 401 key-revoked\./,
    /10\.00 USD are posted, 10\.00 available; it was 0\.00 before\./,
    /transaction\.completed +evt_\w+ +verified/,
    /It arrived again as evt_/,
    /Transaction Logs +POST \/v1\/transactions answered 201/,
    /Webhook Logs +transaction\.completed delivered after 2 attempt/,
    /All 16 steps went well\./,
  ])
    expect(output).toMatch(seen)
  expect(output).not.toMatch(/sk_test_\w|whsec_\w{8}/)
  expect(code).toBe(0)
})

test('the tour with a key of one’s own skips the sign-up and says what it leaves out', async () => {
  const key = await (await signUpPerson(server.url)).createKey()
  const { code, output, errors } = await tour({
    COUNTERSIGN_URL: server.url,
    COUNTERSIGN_PUBLIC_KEY: key.public_key,
    COUNTERSIGN_SECRET_KEY: key.secret_key,
  })
  expect(errors).toBe('')
  expect(output).toContain('The key that you brought is left as it is.')
  expect(output).toContain('Left out: webhooks. The key has no scope webhook-endpoints:write.')
  expect(output).not.toContain('Sign up')
  expect(code).toBe(0)
})

test('the tour says how to go on where strangers may not sign up', async () => {
  const closed = await start({ SIGN_UP: 'invite' })
  const { code, errors } = await tour({ COUNTERSIGN_URL: closed.url })
  expect(errors).toMatch(/^\nStep 2 failed \(Sign up\): This server does not let strangers sign up\./)
  expect(errors).toContain('COUNTERSIGN_PUBLIC_KEY=pk_test_… COUNTERSIGN_SECRET_KEY=sk_test_… npm run tour')
  expect(code).toBe(1)
})

test('the tour names the step that failed when nothing answers', async () => {
  const { code, errors } = await tour({ COUNTERSIGN_URL: 'http://127.0.0.1:1' })
  expect(errors).toMatch(
    /^\nStep 1 failed \(Reach the server\): Nothing answers at http:\/\/127\.0\.0\.1:1\./,
  )
  expect(code).toBe(1)
})
