import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyWebhook, type WebhookEvent } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, freePort, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

const PROGRAM = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))
const SIGNER = fileURLToPath(new URL('../conformance/examples/signer.mjs', import.meta.url))
const SCOPES = [
  'api-keys:read',
  'api-keys:write',
  'events:read',
  'test:write',
  'transactions:read',
  'transactions:write',
  'transaction-logs:read',
  'webhook-logs:read',
  'webhook-logs:write',
  'balances:read',
]

let server: LaunchedServer
let restart: () => Promise<LaunchedServer>
let home: string
let person: Person
let secretKey: string
const programs = new Set<ChildProcess>()

/** What the local server got, in order, verified with the secret of the listener. */
const received: WebhookEvent[] = []
let localAnswer = 200
let local: Server
let forwardTo: string
let webhookSecret = ''

beforeAll(async () => {
  const dataDir = join(await makeFolder(), 'data')
  home = await makeFolder()
  const env = { PORT: String(await freePort()) }
  restart = () => launchServer({ dataDir, env })
  server = await restart()
  person = await signUpPerson(server.url)
  local = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      verifyWebhook({ body: Buffer.concat(chunks), headers: request.headers, secret: webhookSecret }).then(
        (event) => {
          received.push(event)
          response.writeHead(localAnswer).end('from here')
        },
        () => response.writeHead(400).end(),
      )
    })
  })
  await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve))
  forwardTo = `http://127.0.0.1:${(local.address() as AddressInfo).port}/hook`
})

afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL')
  local.closeAllConnections()
  local.close()
  await cleanUp()
})

/** Starts `countersign` with a home of its own and nothing else of this environment. */
function start(args: string[], input = '') {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: 'pipe',
  })
  programs.add(child)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.end(input)
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, exited, out: () => out, err: () => err }
}

async function run(args: string[], input?: string) {
  const program = start(args, input)
  const code = await program.exited
  return { code, out: program.out(), err: program.err() }
}

async function answer<Answer = any>(args: string[]): Promise<Answer> {
  const { code, out, err } = await run([...args, '--json'])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as Answer
}

test('login keeps a pair that was piped in; keys, requests and transactions follow with it', async () => {
  const key = await person.createKey({ scopes: SCOPES })
  secretKey = key.secret_key
  const login = await run(['login', '--url', server.url, '--public-key', key.public_key], `${secretKey}\n`)
  expect([login.code, login.err]).toEqual([0, ''])
  expect((await answer(['whoami'])).public_key).toBe(key.public_key)

  const made = await answer(['keys', 'create', '--name', 'Of the CLI', '--scope', 'events:read'])
  expect(made).toMatchObject({
    name: 'Of the CLI',
    mode: 'test',
    secret_key: expect.stringMatching(/^sk_test_/),
  })
  expect(await answer(['keys', 'rotate', made.id])).toMatchObject({ secret_version: 2 })
  expect((await answer(['keys', 'list'])).data.map(({ id }: { id: string }) => id)).toContain(made.id)
  expect((await answer(['keys', 'revoke', made.id])).status).toBe('revoked')
  expect((await answer(['keys', 'get', made.id])).status).toBe('revoked')

  const args = ['transactions', 'create', 'deposit', '10.00', 'USD', '--idempotency-key', 'order-1']
  const deposit = await answer(args)
  expect((await answer(args)).id).toBe(deposit.id)
  expect((await answer(['request', 'GET', `/v1/transactions/${deposit.id}`])).id).toBe(deposit.id)
  const missing = await run(['transactions', 'get', 'txn_01kasqf0000000000000000001'])
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('not-found')])
})

test('grade has the server judge what the program signs, and what a program of somebody else signs', async () => {
  const steps = (await answer(['grade'])).steps as { status: string }[]
  expect(steps.every(({ status }) => status === 'passed')).toBe(true)
  const args = ['grade', 'POST', '-d', '{"a":1}', '--query', 'a=1&b=%20', '--signer']
  const signer = JSON.stringify(SIGNER)
  expect(await answer([...args, `${process.execPath} ${signer}`])).toMatchObject({
    verifies: true,
    code: null,
  })
  const hex = join(home, 'hex.mjs')
  writeFileSync(hex, readFileSync(SIGNER, 'utf8').replace("toString('base64')}:`", "toString('hex')}:`"))
  const wrong = await run([...args, `${process.execPath} ${JSON.stringify(hex)}`])
  expect(wrong.code).toBe(1)
  expect(wrong.out).toMatch(/failed +signature/)
  expect(wrong.out).toContain('must be the base64 of its 32 bytes')
  expect(wrong.out).not.toContain(secretKey)
})

test('logs tail shows requests as they arrive, and none is missing after a kill -9 of the server', async () => {
  const tail = start(['logs', 'tail', '--path', '/v1/balances', '--json'])
  await expect.poll(tail.err, { timeout: 10_000 }).toContain('Watching')
  await answer(['balances'])
  await expect.poll(() => tail.out().split('\n').length, { timeout: 10_000 }).toBe(2)
  server.signal('SIGKILL')
  await server.exited
  server = await restart()
  await answer(['balances'])
  await answer(['balances'])
  await expect.poll(() => tail.out().trim().split('\n').length, { timeout: 20_000 }).toBe(3)
  const ids = tail
    .out()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id)
  expect(new Set(ids).size).toBe(3)
  tail.child.kill('SIGINT')
  expect(await tail.exited).toBe(130)
})

test('listen forwards every event signed, once each through a kill -9 of the server, and resends reach it', async () => {
  webhookSecret = (await answer(['listen', '--print-secret'])).secret
  expect((await answer(['listen', '--print-secret'])).secret).toBe(webhookSecret)
  const listener = start(['listen', '--forward-to', forwardTo, '--json'])
  await expect.poll(listener.err, { timeout: 10_000 }).toContain('Connected')
  expect(listener.err()).toContain(webhookSecret)

  const trigger = async (type: string) => answer(['trigger', type])
  const example = await trigger('api_key.expired')
  const { transaction_id: failed } = await trigger('transaction.failed')
  const typesOf = (id: string) =>
    received.flatMap(({ type, data }) => ((data as { id: string }).id === id ? [type] : []))
  await expect.poll(() => typesOf(failed), { timeout: 10_000 }).toContain('transaction.failed')
  expect(received.map(({ id }) => id)).toContain(example.event_id)

  // The server is gone in the middle of things; what it acknowledged before and after arrives.
  const before = await trigger('api_key.revoked')
  server.signal('SIGKILL')
  await server.exited
  server = await restart()
  const after = await trigger('api_key.rotated')
  const ids = () => received.map(({ id }) => id)
  await expect
    .poll(ids, { timeout: 20_000 })
    .toEqual(expect.arrayContaining([before.event_id, after.event_id]))

  localAnswer = 500
  const refused = await trigger('api_key.created')
  const logOf = async () => (await answer(['webhooks', 'logs', '--event-id', refused.event_id])).data[0]
  await expect.poll(logOf, { timeout: 10_000 }).toMatchObject({ status: 'failed', last_status_code: 500 })
  localAnswer = 200
  await answer(['webhooks', 'resend', (await logOf()).id])
  await expect.poll(logOf, { timeout: 10_000 }).toMatchObject({ status: 'delivered', attempt_count: 2 })

  // Everything that happened to the workspace since the listener began, the answers on record.
  const events = await answer(['events', 'list', '--limit', '100'])
  const since = (events.data as { id: string }[]).filter(({ id }) => id >= example.event_id)
  await expect.poll(() => new Set(ids()).size, { timeout: 10_000 }).toBe(since.length)
  expect(ids().filter((id) => id !== refused.event_id)).toHaveLength(since.length - 1)
  const pending = async () => (await answer(['webhooks', 'logs', '--status', 'pending'])).data
  await expect.poll(pending, { timeout: 10_000 }).toEqual([])

  listener.child.kill('SIGINT')
  expect(await listener.exited).toBe(130)
  const left = await answer(['trigger', 'api_key.expiring'])
  const [skipped] = (await answer(['webhooks', 'logs', '--event-id', left.event_id])).data
  expect(skipped).toMatchObject({ status: 'skipped', reason: 'no_endpoint' })
})
