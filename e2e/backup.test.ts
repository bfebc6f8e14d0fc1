import { execFile, spawn } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { Countersign, signRequest, type ProblemError } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import {
  cleanUp,
  launchServer,
  launchUntilExit,
  makeFolder,
  processesIn,
  type LaunchedServer,
} from './harness.ts'

/** So much the clock of a caller may be ahead of the server's. */
const CLOCK_AHEAD_SECONDS = 30
const COMMAND = fileURLToPath(new URL('../packages/server/dist/backup.js', import.meta.url))

let folder: string
let dataDir: string
let path: string
let server: LaunchedServer
let ada: Person
let keys: { publicKey: string; secretKey: string }
let endpoint: { id: string }

beforeAll(async () => {
  folder = await makeFolder()
  dataDir = join(folder, 'data')
  path = join(folder, 'monday.backup')
  server = await launchServer({ dataDir })
  ada = await signUpPerson(server.url)
  const key = await ada.createKey()
  keys = { publicKey: key.public_key, secretKey: key.secret_key }
  endpoint = await ada.call('POST', '/v1/webhook-endpoints', {
    url: 'http://127.0.0.1:59999/hook',
    event_types: ['*'],
  })
  const { id } = await clientOf(server).transactions.create({
    type: 'deposit',
    amount: '12.34',
    currency: 'USD',
  })
  await ada.call('POST', `/v1/test/transactions/${id}/settle`, {})
})
afterAll(cleanUp)

const clientOf = ({ url }: LaunchedServer) => new Countersign({ baseUrl: url, ...keys })

async function run(args: string[], env: Record<string, string>): Promise<{ code: number; output: string }> {
  const options = { env: { PATH: process.env['PATH'], HOME: folder, ...env } }
  return promisify(execFile)(process.execPath, [COMMAND, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  )
}

test('a backup beside the running server, restored into an empty folder, has its people, balances and webhook endpoints', async () => {
  const made = await run(['backup', path], { DATA_DIR: dataDir })
  expect(made).toMatchObject({ code: 0 })
  expect(made.output).toMatch(/rows of \d+ tables[\s\S]*master key is NOT in it/)
  const masterKey = await readFile(join(dataDir, 'master.key'), 'utf8')
  expect((await readFile(path)).includes(Buffer.from(masterKey.trim()))).toBe(false)
  // The server went on meanwhile, and ends before the other begins.
  expect((await clientOf(server).me()).mode).toBe('test')
  await server.stop()

  expect(await run(['restore', '--check', path], {})).toMatchObject({ code: 0 })
  const other = join(folder, 'other')
  const without = await run(['restore', path], { DATA_DIR: other })
  expect(without.output).toMatch(/Now put the master key \([0-9a-f]+\) back/)
  expect(without.code).toBe(0)
  const refused = await launchUntilExit({ dataDir: other })
  expect(refused.output).toMatch(/master.key/)
  await copyFile(join(dataDir, 'master.key'), join(other, 'master.key'))

  server = await launchServer({ dataDir: other })
  const early = await clientOf(server)
    .me()
    .then(
      () => null,
      (error: ProblemError) => error,
    )
  expect(early).toMatchObject({ code: 'signature-expired' })
  const here = await signIn(server, ada)
  const answer = await fetch(`${server.url}/v1/webhook-endpoints/${endpoint.id}`, {
    headers: { cookie: here },
  })
  expect(await answer.json()).toMatchObject({ id: endpoint.id, url: 'http://127.0.0.1:59999/hook' })
}, 90_000)

test('a restore refuses a folder that holds a database, and a damaged file leaves no trace', async () => {
  const used = await run(['restore', path], { DATA_DIR: dataDir })
  expect(used.code).toBe(1)
  expect(used.output).toMatch(/holds a database already/)
  const fresh = join(folder, 'fresh')
  await mkdir(fresh)
  const damaged = join(folder, 'damaged.backup')
  await writeFile(damaged, (await readFile(path)).subarray(0, -100))
  const result = await run(['restore', damaged], { DATA_DIR: fresh })
  expect(result.code).toBe(1)
  expect(result.output).toMatch(/cut|damaged/)
  expect(await readdir(fresh)).toEqual([])
})

test('a restore that is killed leaves nothing that a server takes for a database', async () => {
  const target = join(folder, 'killed')
  await mkdir(target)
  await copyFile(join(dataDir, 'master.key'), join(target, 'master.key'))
  const child = spawn(process.execPath, [COMMAND, 'restore', path], {
    env: { PATH: process.env['PATH'], HOME: folder, DATA_DIR: target },
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await untilMarked(target)
  child.kill('SIGKILL')
  await ended
  const started = await launchUntilExit({ dataDir: target }).catch((error: Error) => error)
  if (started instanceof Error) throw started
  expect(started.code).not.toBe(0)
  expect(started.output).toMatch(/restore into this database has not ended/)
  for (const pid of await processesIn(target)) process.kill(pid, 'SIGTERM')
}, 60_000)

test('the old key signs again with what is dated after anything that could have been signed before the restore', async () => {
  // As a clock that is ahead by as much as is allowed; ours gets there by itself half a minute after the restore.
  const balances = async () => {
    const url = `${server.url}/v1/balances`
    const created = Math.floor(Date.now() / 1000) + CLOCK_AHEAD_SECONDS
    const answer = await fetch(url, { headers: await signRequest({ method: 'GET', url, created, ...keys }) })
    return ((await answer.json()) as { data?: unknown }).data
  }
  await expect
    .poll(balances, { timeout: 20_000, interval: 250 })
    .toMatchObject([{ currency: 'USD', posted: '12.34' }])
  await server.stop()
})

async function signIn({ url }: LaunchedServer, { email, password }: Person): Promise<string> {
  const answer = await fetch(`${url}/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  })
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}

/** Until the schema is being made in a database that is marked as one that is being restored. */
async function untilMarked(dataDir: string): Promise<void> {
  for (;;) {
    const postgres = await findEmbeddedPostgres(dataDir).catch(() => null)
    const client = postgres && new pg.Client({ connectionString: postgres.databaseUrl('countersign') })
    client?.on('error', () => {})
    const isMarked = await client
      ?.connect()
      .then(() =>
        client.query<{ found: boolean }>("select to_regclass('restore_under_way') is not null as found"),
      )
      .then(
        ({ rows }) => rows[0]!.found,
        () => false,
      )
    await client?.end().catch(() => {})
    if (isMarked) return
    await delay(10)
  }
}
