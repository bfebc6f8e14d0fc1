import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { SEALED_COLUMNS } from '../packages/server/src/master-key/sealed-columns.ts'
import { signRequest } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import { cleanUp, launchServer, makeFolder, type LaunchedServer } from './harness.ts'
import { totp } from '../packages/server/src/sessions/test-totp.ts'

type Key = { id: string; publicKey: string; secretKey: string }

let server: LaunchedServer
let dataDir: string
let outputs = ''
let ada: Person
let keys: Key[]
/** Every secret that came into being, by what it is. */
const secrets = new Map<string, string>()
const keep = (what: string, secret: string): string => {
  expect(secret?.length, what).toBeGreaterThan(7)
  secrets.set(what, secret)
  return secret
}

beforeAll(async () => {
  dataDir = join(await makeFolder(), 'data')
  server = await launch()
  await makeEverySecret()
})
afterAll(cleanUp)

const launch = () => launchServer({ dataDir, env: { LOG_LEVEL: 'trace' } })

async function relaunch(): Promise<void> {
  await server.stop()
  outputs += server.output()
  server = await launch()
}

async function makeEverySecret(): Promise<void> {
  const link = new URL(/First run +(\S+)/.exec(server.output())![1]!)
  const setupToken = keep('setup token', link.searchParams.get('token')!)
  const operator = {
    name: 'Olga',
    email: 'olga@example.com',
    password: keep('operator password', randomBytes(12).toString('hex')),
  }
  const opened = await post('/v1/setup', { token: setupToken, ...operator })
  expect(opened.status, await opened.clone().text()).toBeLessThan(300)
  keepCookies('operator', opened)

  ada = await signUpPerson(server.url)
  keep('password', ada.password)
  keepCookie('session', ada.cookie)
  const first = await ada.createKey()
  const second = await ada.createKey({ currency_type: 'crypto' })
  const rotated = await ada.call<{ secret_key: string }>('POST', `/v1/api-keys/${first.id}/rotate`, {
    overlap_seconds: 3600,
  })
  keys = [
    { id: first.id, publicKey: first.public_key, secretKey: keep('retired key secret', first.secret_key) },
    { id: first.id, publicKey: first.public_key, secretKey: keep('rotated key secret', rotated.secret_key) },
    { id: second.id, publicKey: second.public_key, secretKey: keep('key secret', second.secret_key) },
  ]
  const idempotencyKey = randomBytes(8).toString('hex')
  const body = { mode: 'test', currency_type: 'fiat', expires_at: null }
  const create = () => post('/v1/api-keys', body, { 'Idempotency-Key': idempotencyKey })
  keep(
    'secret of a key that was asked for with an Idempotency-Key',
    ((await (await create()).json()) as { secret_key: string }).secret_key,
  )
  const replay = await create()
  expect(replay.headers.get('idempotency-replayed')).toBe('true')
  expect(((await replay.json()) as { secret_key: null }).secret_key).toBeNull()

  const headers = { 'x-partner': keep('custom header', randomBytes(16).toString('hex')) }
  const endpoint = await ada.call<{ id: string; secret: string }>('POST', '/v1/webhook-endpoints', {
    url: 'http://127.0.0.1:59999/hook',
    event_types: ['*'],
    headers,
  })
  keep('webhook secret', endpoint.secret)
  const renewed = await ada.call<{ secret: string }>(
    'POST',
    `/v1/webhook-endpoints/${endpoint.id}/rotate-secret`,
    { overlap_seconds: 3600 },
  )
  keep('rotated webhook secret', renewed.secret)
  // A delivery is attempted with the header, and its attempt is kept.
  await ada
    .call('POST', `/v1/webhook-endpoints/${endpoint.id}/ping`, { event_type: 'transaction.created' })
    .catch(() => {})

  expect((await post('/auth/request-password-reset', { email: ada.email })).status).toBe(200)
  for (const text of await mailTexts()) {
    const token = /token=([\w.~%-]+)/.exec(text)?.[1]
    if (token) keep(`token of a link in a mail ${secrets.size}`, decodeURIComponent(token))
  }
  expect([...secrets.keys()].filter((name) => name.startsWith('token of'))).not.toEqual([])

  const factor = await ada.call<{ totpURI: string; backupCodes: string[] }>(
    'POST',
    '/auth/two-factor/enable',
    { password: ada.password },
  )
  keep('TOTP secret', new URL(factor.totpURI).searchParams.get('secret')!)
  factor.backupCodes.forEach((code, index) => keep(`backup code ${index}`, code))

  // A secret that a client sends where none belongs: nothing keeps it but the log of requests, which must not.
  const client_secret = keep('stray secret in a body', randomBytes(16).toString('hex'))
  const stray = { type: 'deposit', amount: '10.00', currency: 'USD', client_secret }
  expect((await signed(keys[1]!, 'POST', '/v1/transactions', stray)).status).toBe(201)
  // Wrong signatures are logged with what explains them.
  const wrong = { ...keys[2]!, secretKey: keys[1]!.secretKey }
  expect((await signed(wrong, 'GET', '/v1/me')).status).toBe(401)
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, server.url), {
    method: 'POST',
    headers: {
      Origin: server.url,
      'Content-Type': 'application/json',
      ...(ada ? { Cookie: ada.cookie } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  })
}

async function signed(key: Key, method: string, path: string, body?: unknown): Promise<Response> {
  const url = new URL(path, server.url)
  const text = body === undefined ? undefined : JSON.stringify(body)
  const plain: Record<string, string> = text
    ? { 'content-type': 'application/json', 'idempotency-key': randomBytes(8).toString('hex') }
    : {}
  const headers = {
    ...plain,
    ...(await signRequest({
      method,
      url,
      headers: plain,
      ...(text ? { body: text } : {}),
      publicKey: key.publicKey,
      secretKey: key.secretKey,
    })),
  }
  return fetch(url, { method, headers, ...(text ? { body: text } : {}) })
}

function keepCookies(what: string, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) keepCookie(what, line.split(';')[0]!)
}

/** The token alone stands in the database and opens nothing; what opens is the token with its signature. */
function keepCookie(what: string, cookie: string): void {
  const value = decodeURIComponent(cookie.split('=').slice(1).join('='))
  if (!value.includes('.')) return
  keep(`${what} cookie`, value)
  keep(`${what} cookie's signature`, value.slice(value.lastIndexOf('.') + 1))
}

async function withDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const postgres = await findEmbeddedPostgres(dataDir)
  const client = new pg.Client({ connectionString: postgres!.databaseUrl('countersign') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The mails as an operator would read them: opened with the master key. */
async function mailTexts(): Promise<string[]> {
  const { createSealer, readMasterKeyFile } = await import('../packages/server/src/encryption.ts')
  const { mailSealName } = await import('../packages/server/src/sessions/mail.ts')
  const sealer = createSealer(readMasterKeyFile(join(dataDir, 'master.key'), { mayCreate: false }))
  const { rows } = await withDatabase((client) =>
    client.query<{ id: string; sealed_body: string }>('select id, sealed_body from outgoing_mail'),
  )
  return rows.map((row) => sealer.open(row.sealed_body, mailSealName(row.id)).toString())
}

/** Every value of every table, as text, by `table.column`; bytea as the text that it holds and in hex. */
async function dump(): Promise<Map<string, string>> {
  return withDatabase(async (client) => {
    const { rows } = await client.query<{ t: string; c: string; type: string }>(
      `select c.table_name as t, c.column_name as c, c.data_type as type from information_schema.columns c
         join information_schema.tables x using (table_schema, table_name)
        where c.table_schema = 'public' and x.table_type = 'BASE TABLE'`,
    )
    const texts = new Map<string, string>()
    for (const { t, c, type } of rows) {
      const values = await client.query<{ v: string | Buffer | null }>(
        `select "${c}"${type === 'bytea' ? '' : '::text'} as v from "${t}"`,
      )
      texts.set(
        `${t}.${c}`,
        values.rows
          .map(({ v }) => (Buffer.isBuffer(v) ? `${v.toString('latin1')}\n${v.toString('hex')}` : (v ?? '')))
          .join('\n'),
      )
    }
    return texts
  })
}

async function dataFiles(folder = dataDir): Promise<[string, string][]> {
  const found: [string, string][] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const info = await stat(path).catch(() => null)
    if (info?.isDirectory() && name !== 'postgres-libraries') found.push(...(await dataFiles(path)))
    else if (info?.isFile() && name !== 'master.key') found.push([path, await readFile(path, 'latin1')])
  }
  return found
}

/** The ways in which a secret could be written down without being meant to hide. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const forms = [secret, encodeURIComponent(secret), bytes.toString('hex')]
  // Too short to be told from chance in another form.
  if (secret.length >= 16)
    forms.push(bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'))
  if (secret.startsWith('whsec_'))
    forms.push(secret.slice(6), Buffer.from(secret.slice(6), 'base64').toString('hex'))
  return [...new Set(forms)]
}

function found(where: string, text: string): string[] {
  return [...secrets]
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([what]) => `${what} in ${where}`)
}

/** Runs the operator's command as it is shipped. */
function masterKey(...args: string[]): Promise<{ code: number; output: string }> {
  const program = fileURLToPath(new URL('../packages/server/dist/master-key.js', import.meta.url))
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env['PATH'], DATA_DIR: dataDir } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

// In an unlogged table, so that the plant stays out of the write-ahead log that is searched below.
test('the search finds a secret where there is one', async () => {
  await withDatabase((client) => client.query('create unlogged table planted (x bytea, y text)'))
  await withDatabase((client) =>
    client.query('insert into planted values ($1, $2)', [
      Buffer.from(keys[0]!.secretKey),
      Buffer.from(keys[2]!.secretKey).toString('base64'),
    ]),
  )
  const hits = [...(await dump())].flatMap(([where, text]) => found(where, text))
  await withDatabase((client) => client.query('drop table planted'))
  expect(hits).toEqual(['retired key secret in planted.x', 'key secret in planted.y'])
})

test('no secret stands in the database, and every sealed value in a column that a rotation knows', async () => {
  await delay(2500) // last uses and logs are written in batches
  const texts = await dump()
  expect(texts.size).toBeGreaterThan(200)
  expect(texts.get('idempotency_keys.body')).toContain('"secret_key":null')
  expect([...texts].flatMap(([where, text]) => found(where, text))).toEqual([])
  const sealed = [...texts]
    .filter(([, text]) => /(^|\W)v1\.[0-9a-f]{8}\.[\w-]{16}\./m.test(text))
    .map(([where]) => where)
  const known = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)
  expect(sealed.filter((where) => !known.includes(where))).toEqual([])
  expect(sealed.sort()).toEqual(known.filter((where) => sealed.includes(where)).sort())
  expect(sealed.length).toBeGreaterThanOrEqual(6)
})

test('the master key rotates while signed requests, new keys and rotations go on, without one that fails', async () => {
  const before = (await masterKey('status')).output.match(/Key (\w{8}) \(seals\)/)![1]!
  let running = true
  let requests = 0
  const failures: string[] = []
  const watch = async (answer: Promise<Response>) => {
    const { status } = await answer
    requests += 1
    if (status >= 300) failures.push(String(status))
  }
  const lane = async (key: Key) => {
    while (running) await watch(signed(key, 'GET', '/v1/me'))
  }
  const makers = async () => {
    while (running) {
      const made = await ada.createKey()
      const key = { id: made.id, publicKey: made.public_key, secretKey: made.secret_key }
      await watch(signed(key, 'GET', '/v1/me'))
      const renewed = await ada.call<{ secret_key: string }>('POST', `/v1/api-keys/${key.id}/rotate`, {
        overlap_seconds: 0,
      })
      await watch(signed({ ...key, secretKey: renewed.secret_key }, 'GET', '/v1/me'))
    }
  }
  const traffic = [...keys.map(lane), makers()]
  const { code, output } = await masterKey('rotate')
  running = false
  await Promise.all(traffic)
  expect(output).toMatch(/API key secrets: \d+ moved, 0 to go/)
  expect(output).toContain(`Key ${before} (opens): nothing. It may be removed.`)
  expect(code).toBe(0)
  expect(failures).toEqual([])
  expect(requests).toBeGreaterThan(100)
  expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600)

  const removed = await masterKey('remove', before)
  expect([removed.code, removed.output]).toEqual([0, expect.stringContaining(`Key ${before} is out`)])
  expect((await masterKey('status')).code).toBe(0)
})

test('after a restart with the new key alone, old secrets sign, the session goes on and the second factor counts', async () => {
  const port = server.port
  await relaunch()
  expect(server.port).not.toBe(port)
  for (const key of keys) expect((await signed(key, 'GET', '/v1/me')).status).toBe(200)
  const me = await fetch(new URL('/v1/me', server.url), { headers: { Cookie: ada.cookie } })
  expect(me.status).toBe(200)
  const verified = await post('/auth/two-factor/verify-totp', { code: totp(secrets.get('TOTP secret')!) })
  expect(verified.status, await verified.clone().text()).toBe(200)
  keepCookies('renewed', verified)
})

test('no secret stands in the log at trace level or in a file of the data folder', async () => {
  await server.stop()
  outputs += server.output()
  // The report on standard output is for the person who starts the server; the setup link is meant for them.
  const log = outputs
    .split('\n')
    .filter((line) => !line.startsWith('First run'))
    .join('\n')
  expect(log.length).toBeGreaterThan(100)
  const files = await dataFiles()
  expect(files.length).toBeGreaterThan(50)
  expect([...files, ['the log', log] as const].flatMap(([where, text]) => found(where, text))).toEqual([])
})
