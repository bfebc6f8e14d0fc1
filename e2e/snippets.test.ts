import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  compiled,
  present,
  run,
  snippetsDir,
  type Algorithm,
  type Command,
} from '../conformance/snippet-programs.ts'
import { signWebhook } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, freePort, launchServer, makeFolder, type LaunchedServer } from './harness.ts'

const LANGUAGES: Record<string, string> = {
  curl: 'signed-request.sh',
  Node: 'signed-request.mjs',
  Python: 'signed_request.py',
  Go: 'signed_request.go',
  Java: 'SignedRequest.java',
}
const RECEIVERS: Record<string, string> = {
  Node: 'receiver.mjs',
  Python: 'receiver.py',
  Go: 'receiver.go',
  Java: 'Receiver.java',
  SDK: 'sdk-receiver.mts',
}
const DEPOSIT = '{"type":"deposit","amount":"10.00","currency":"USD","description":"Zürich"}'
const LIMIT_MS = 180_000
const START_LIMIT_MS = 30_000

let server: LaunchedServer
let person: Person
const environments = {} as Record<Algorithm, Record<string, string>>
const receivers: ChildProcess[] = []

beforeAll(async () => {
  server = await launchServer({ dataDir: join(await makeFolder(), 'data') })
  person = await signUpPerson(server.url)
  const hmac = await person.createKey()
  const pair = generateKeyPairSync('ed25519')
  const ed25519 = await person.call<{ public_key: string }>('POST', '/v1/api-keys', {
    mode: 'test',
    currency_type: 'fiat',
    expires_at: null,
    algorithm: 'ed25519',
    ed25519_public_key: pair.publicKey
      .export({ format: 'der', type: 'spki' })
      .subarray(-32)
      .toString('base64'),
  })
  const common = { COUNTERSIGN_URL: server.url }
  environments['hmac-sha256'] = {
    ...common,
    COUNTERSIGN_PUBLIC_KEY: hmac.public_key,
    COUNTERSIGN_SECRET_KEY: hmac.secret_key,
  }
  environments['ed25519'] = {
    ...common,
    COUNTERSIGN_PUBLIC_KEY: ed25519.public_key,
    COUNTERSIGN_PRIVATE_KEY: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
})

afterAll(async () => {
  for (const receiver of receivers) receiver.kill()
  await cleanUp()
})

/** The JSON at the end of what a snippet printed; some print the status before it. */
const answerOf = (output: string) => JSON.parse(output.slice(output.indexOf('{'))) as Record<string, unknown>

describe.each(['hmac-sha256', 'ed25519'] as const)('against a live server, with a %s key,', (algorithm) => {
  for (const [language, file] of Object.entries(LANGUAGES)) {
    it.skipIf(!present[language]!(algorithm))(
      `the ${language} snippet reads with a query, deposits money, and once only under one Idempotency-Key`,
      { timeout: LIMIT_MS },
      async () => {
        const program = await compiled(language, await makeFolder(), [join(snippetsDir, algorithm, file)])
        const call = async (...args: string[]) =>
          answerOf(await run([...program, ...args] as Command, environments[algorithm]))
        expect(await call()).toMatchObject({ kind: 'key', mode: 'test' })
        expect(await call('GET', '/v1/transactions?limit=5&status=pending')).toHaveProperty('data')
        const key = `${language}-${algorithm}`
        const first = await call('POST', '/v1/transactions', DEPOSIT, key)
        expect(first).toMatchObject({ type: 'deposit', amount: '10.00', description: 'Zürich' })
        expect((await call('POST', '/v1/transactions', DEPOSIT, key))['id']).toBe(first['id'])
        expect((await call('POST', '/v1/transactions', DEPOSIT))['id']).not.toBe(first['id'])
      },
    )
  }
})

describe('the receiver of webhooks', () => {
  for (const [language, file] of Object.entries(RECEIVERS)) {
    it.skipIf(language !== 'SDK' && !present[language]!('hmac-sha256'))(
      `in ${language} takes what a live server sends and refuses everything else`,
      { timeout: LIMIT_MS },
      async () => {
        const port = await freePort()
        const url = `http://127.0.0.1:${port}/`
        const endpoint = await person.call<{ id: string; secret: string }>('POST', '/v1/webhook-endpoints', {
          url,
          event_types: ['webhook_endpoint.disabled'],
        })
        await startReceiver(language, file, { port, secret: endpoint.secret })
        await listening(url)

        const ping = await person.call<{ delivery_id: string }>(
          'POST',
          `/v1/webhook-endpoints/${endpoint.id}/ping`,
        )
        const delivery = await finished(ping.delivery_id)
        expect(delivery).toMatchObject({ status: 'delivered', last_status_code: 204 })
        await expectOnlyGenuine(url, endpoint.secret)
      },
    )
  }
})

async function startReceiver(
  language: string,
  file: string,
  { port, secret }: { port: number; secret: string },
): Promise<void> {
  const source = join(snippetsDir, 'webhooks', file)
  const folder = await makeFolder()
  const [program, ...args] =
    language === 'SDK' ? await sdkProgram(source, folder) : await compiled(language, folder, [source])
  const receiver = spawn(program, args, {
    env: { PATH: process.env['PATH'], COUNTERSIGN_WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: 'ignore',
  })
  receivers.push(receiver)
}

/** A customer's project with the built SDK in it, under the name that the snippet imports. */
async function sdkProgram(source: string, folder: string): Promise<Command> {
  const sdk = fileURLToPath(new URL('../packages/sdk', import.meta.url))
  await mkdir(join(folder, 'node_modules', '@countersign'), { recursive: true })
  await symlink(sdk, join(folder, 'node_modules', '@countersign', 'sdk'))
  await copyFile(source, join(folder, 'receiver.mts'))
  return [process.execPath, createRequire(import.meta.url).resolve('tsx/cli'), join(folder, 'receiver.mts')]
}

async function expectOnlyGenuine(url: string, secret: string): Promise<void> {
  const id = 'evt_1'
  const body = '{"id":"evt_1","type":"transaction.completed","data":{"description":"Zürich"}}'
  const now = Math.floor(Date.now() / 1000)
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const post = async (headers: Record<string, string>, sent = body) =>
    (await fetch(url, { method: 'POST', headers, body: sent })).status
  const signed = async (timestamp = now, from = secret): Promise<Record<string, string>> => ({
    ...(await signWebhook({ id, body, secret: from, timestamp })),
  })
  const genuine = await signed()
  const { 'webhook-signature': signature = '' } = genuine
  const withSignature = (text: string) => ({ ...genuine, 'webhook-signature': text })
  const forgery = (await signed(now, other))['webhook-signature']!

  expect(await post(genuine)).toBe(204)
  // During a rotation: two signatures, of which one is of the secret that the receiver has.
  expect(await post(withSignature(`${forgery} ${signature}`))).toBe(204)
  const refused = {
    'another body': await post(genuine, `${body} `),
    'no headers': await post({}),
    "another endpoint's secret": await post(withSignature(forgery)),
    'another id': await post({ ...genuine, 'webhook-id': 'evt_2' }),
    'another timestamp': await post({ ...genuine, 'webhook-timestamp': String(now - 1) }),
    'a timestamp that is no number': await post({ ...genuine, 'webhook-timestamp': 'now' }),
    'sent ten minutes ago': await post(await signed(now - 600)),
    'sent ten minutes ahead': await post(await signed(now + 600)),
    'an unknown version': await post(withSignature(signature.replace('v1,', 'v2,'))),
    'an empty signature': await post(withSignature('v1,')),
  }
  expect(refused).toEqual(Object.fromEntries(Object.keys(refused).map((name) => [name, 400])))
}

async function finished(deliveryId: string): Promise<Record<string, unknown>> {
  const until = Date.now() + START_LIMIT_MS
  for (;;) {
    const delivery = await person.call<Record<string, unknown>>('GET', `/v1/webhook-logs/${deliveryId}`)
    if (delivery['status'] !== 'pending' || Date.now() > until) return delivery
    await delay(50)
  }
}

async function listening(url: string): Promise<void> {
  const until = Date.now() + START_LIMIT_MS
  for (;;) {
    try {
      await fetch(url, { method: 'POST' })
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await delay(50)
    }
  }
}
