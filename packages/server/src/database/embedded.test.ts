import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts'
import { belongsToCluster, waitUntil } from './postmaster.ts'

let root: string
let dataDir: string
let running: EmbeddedPostgres | undefined

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-'))
  dataDir = join(root, 'data')
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  await rm(root, { recursive: true, force: true })
})

const start = async ({ durable = false } = {}): Promise<EmbeddedPostgres> => {
  running = await startEmbeddedPostgres({ dataDir, durable })
  return running
}

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

const ask = async (url: string, sql: string): Promise<unknown> => {
  const client = await connect(url)
  const { rows } = await client.query<{ answer: unknown }>(sql)
  await client.end()
  return rows[0]!.answer
}

const isGone = async (pid: number) => !(await belongsToCluster(pid, join(dataDir, 'postgres')))

test('it answers on a private socket only, and ends when it is stopped', async () => {
  const postgres = await start()
  expect(await ask(postgres.url, "select current_setting('listen_addresses') as answer")).toBe('')
  expect(await ask(postgres.url, "select current_setting('server_encoding') as answer")).toBe('UTF8')
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700)
  await postgres.stop()
  expect(await isGone(postgres.pid)).toBe(true)
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
})

test('a second start takes over the postmaster that runs, data and all', async () => {
  const first = await start()
  await ask(first.url, 'create table kept as select 7 as answer; select 1 as answer').catch(() => {})
  const second = await start()
  expect(second).toMatchObject({ adopted: true, pid: first.pid })
  expect(await ask(second.url, 'select answer from kept')).toBe(7)
})

test('three starts at once on a new folder share one Postgres', async () => {
  const starts = await Promise.all([start(), start(), start()])
  expect(new Set(starts.map(({ pid }) => pid)).size).toBe(1)
})

test('after the postmaster was killed under open connections, a start works and loses nothing', async () => {
  // As the product runs: without durability a commit may be lost with the process.
  const first = await start({ durable: true })
  const open = await connect(first.url)
  await open.query('create table kept as select 7 as answer')
  const busy = open.query('select pg_sleep(60)').catch(() => 'broken')
  process.kill(first.pid, 'SIGKILL')
  await waitUntil(() => isGone(first.pid), 2000)
  const second = await start({ durable: true })
  expect(second.adopted).toBe(false)
  expect(await ask(second.url, 'select answer from kept')).toBe(7)
  expect(await busy).toBe('broken')
})

test('a postmaster that is listed as ready but was killed this moment is not taken over', async () => {
  const first = await start()
  // It is there, and answers no more: as between a kill and the end.
  process.kill(first.pid, 'SIGSTOP')
  const starting = start()
  await delay(300)
  process.kill(first.pid, 'SIGKILL')
  const second = await starting
  expect(second.pid).not.toBe(first.pid)
  expect(await ask(second.url, 'select 1 as answer')).toBe(1)
})

test('a death of the postmaster is reported, a stop is not', async () => {
  const first = await start()
  let deaths = 0
  first.onUnexpectedExit(() => deaths++)
  process.kill(first.pid, 'SIGKILL')
  expect(await waitUntil(async () => deaths === 1, 5000)).toBe(true)
  const second = await start()
  second.onUnexpectedExit(() => deaths++)
  await second.stop()
  expect(deaths).toBe(1)
})

test('a pid file whose pid belongs to another program by now does not hinder the start', async () => {
  const first = await start()
  const pidFilePath = join(dataDir, 'postgres', 'postmaster.pid')
  const text = await readFile(pidFilePath, 'utf8')
  await first.stop()
  await writeFile(pidFilePath, text.replace(/^\d+/, String(process.pid)))
  const second = await start()
  expect(await ask(second.url, 'select 1 as answer')).toBe(1)
})

test('a data folder too deep for a socket works', async () => {
  dataDir = join(root, 'deep'.repeat(20), 'deep'.repeat(20))
  await mkdir(dataDir, { recursive: true })
  const postgres = await start()
  expect(await ask(postgres.url, 'select 1 as answer')).toBe(1)
  const socketDir = new URL(postgres.url).searchParams.get('host')!
  expect((await stat(socketDir)).mode & 0o777).toBe(0o700)
  await postgres.stop()
  expect(existsSync(socketDir)).toBe(false)
})

test('a cluster of another PostgreSQL version is refused in one line', async () => {
  await mkdir(join(dataDir, 'postgres'), { recursive: true })
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n')
  await expect(start()).rejects.toThrow('was made by PostgreSQL 15, but PostgreSQL 18 is installed')
})

test('what Postgres says about a start that fails reaches the reader', async () => {
  await (await start()).stop()
  running = undefined
  const failing = startEmbeddedPostgres({ dataDir, durable: false, settings: { shared_buffers: 'nonsense' } })
  await expect(failing).rejects.toThrow('invalid value for parameter "shared_buffers"')
})
