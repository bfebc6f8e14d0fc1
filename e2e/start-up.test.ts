import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../packages/server/src/database/embedded.ts'
import { cleanUp, launchServer, launchUntilExit, makeFolder, processesIn } from './harness.ts'

afterEach(cleanUp)

const run = promisify(execFile)
const NOBODY = 65534

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status
const postmasterOf = async (dataDir: string): Promise<number> =>
  Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])
const newDataDir = async (): Promise<string> => join(await makeFolder(), 'data')

test('a first start prints where everything is, answers, and stops with nothing left running', async () => {
  const dataDir = await newDataDir()
  const server = await launchServer({ dataDir, throughStart: true })
  const lines = server.output().slice(server.output().indexOf('Countersign ready')).split('\n')
  expect(lines[0]).toMatch(/^Countersign ready in \d+\.\d s$/)
  expect(lines).toContain(`Dashboard  http://localhost:${server.port}`)
  expect(lines).toContain(`API docs   http://localhost:${server.port}/docs`)
  expect(lines.find((line) => line.startsWith('First run'))).toMatch(
    new RegExp(
      `^First run  http://localhost:${server.port}/setup\\?token=\\S{20,}   \\(this account runs the platform\\)$`,
    ),
  )
  expect(lines).toContain(
    `Data       ${dataDir}      Master key  ${dataDir}/master.key   (back both up, apart)`,
  )
  expect(lines).toContain('Mail       no SMTP_URL: messages wait at /operator/mail')
  expect(lines).toContain('Try        npm run tour')

  expect(await statusOf(`${server.url}/healthz`)).toBe(200)
  expect(await statusOf(`${server.url}/readyz`)).toBe(200)
  expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600)

  server.signal('SIGINT')
  expect(await server.exited).toBe(0)
  expect(await processesIn(dataDir)).toEqual([])
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
})

test('Ctrl-C, which npm passes on a second time, still stops in order', async () => {
  const server = await launchServer({ dataDir: await newDataDir() })
  server.signal('SIGINT')
  server.signal('SIGINT')
  expect(await server.exited).toBe(0)
})

test('a request that runs when the server is told to stop is answered', async () => {
  const server = await launchServer({ dataDir: await newDataDir() })
  const answers = Promise.all(Array.from({ length: 20 }, () => statusOf(`${server.url}/readyz`)))
  // The requests are on their way before the signal is: the first answer proves it.
  await statusOf(`${server.url}/healthz`)
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  expect(new Set(await answers)).toEqual(new Set([200]))
})

test('after kill -9 of the server the next start takes over its Postgres', async () => {
  const dataDir = await newDataDir()
  const first = await launchServer({ dataDir })
  const postmaster = await postmasterOf(dataDir)
  first.signal('SIGKILL')
  await first.exited
  const second = await launchServer({ dataDir })
  expect(await postmasterOf(dataDir)).toBe(postmaster)
  expect(await statusOf(`${second.url}/readyz`)).toBe(200)
  expect(await second.stop()).toBe(0)
  expect(await processesIn(dataDir)).toEqual([])
})

test('after kill -9 of the server and of Postgres the next start works', async () => {
  const dataDir = await newDataDir()
  const first = await launchServer({ dataDir })
  const postmaster = await postmasterOf(dataDir)
  first.signal('SIGKILL')
  process.kill(postmaster, 'SIGKILL')
  await first.exited
  const second = await launchServer({ dataDir })
  expect(await postmasterOf(dataDir)).not.toBe(postmaster)
  expect(await statusOf(`${second.url}/readyz`)).toBe(200)
})

test('a server whose Postgres is killed starts it again and recovers', async () => {
  const dataDir = await newDataDir()
  const server = await launchServer({ dataDir })
  process.kill(await postmasterOf(dataDir), 'SIGKILL')
  await expect.poll(() => statusOf(`${server.url}/readyz`), { timeout: 5000, interval: 20 }).not.toBe(200)
  await expect.poll(() => statusOf(`${server.url}/readyz`), { timeout: 20_000 }).toBe(200)
  expect(await server.stop()).toBe(0)
  expect(await processesIn(dataDir)).toEqual([])
})

test('a second start on the same data folder says so in one line and disturbs nothing', async () => {
  const dataDir = await newDataDir()
  const first = await launchServer({ dataDir })
  const second = await launchUntilExit({ dataDir })
  expect(second.code).toBe(1)
  expect(second.output).toBe(
    `Another Countersign server (process ${first.pid}) already runs on the data folder ${dataDir}. ` +
      'Stop it first, or set another DATA_DIR and PORT.\n',
  )
  expect(await statusOf(`${first.url}/readyz`)).toBe(200)
})

test('a port that is taken is named in one line, and no Postgres stays behind', async () => {
  const first = await launchServer({ dataDir: await newDataDir() })
  const dataDir = await newDataDir()
  const second = await launchUntilExit({ dataDir, env: { PORT: String(first.port) } })
  expect(second).toEqual({
    code: 1,
    output: `Port ${first.port} on 127.0.0.1 is in use by another program. Set another PORT.\n`,
  })
  expect(await processesIn(dataDir)).toEqual([])
})

test('DATABASE_URL uses that server, leaves it running, and refuses a second API server without Redis', async () => {
  const theirs = await makeFolder()
  const postgres = await startEmbeddedPostgres({ dataDir: theirs, durable: false })
  const env = { DATABASE_URL: postgres.url }
  const dataDir = await newDataDir()
  const first = await launchServer({ dataDir, env })
  expect(await statusOf(`${first.url}/readyz`)).toBe(200)
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
  const second = await launchUntilExit({ dataDir: await newDataDir(), env })
  expect(second.code).toBe(1)
  expect(second.output).toMatch(
    /^Another Countersign server \(process \d+\) .* need REDIS_URL, the same for each\.\n$/,
  )
  expect(await first.stop()).toBe(0)
  expect(await processesIn(theirs)).toContain(postgres.pid)
  await postgres.stop()
})

test('a database that cannot be reached is named in one line without its password', async () => {
  const env = { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/money' }
  const { code, output } = await launchUntilExit({ dataDir: await newDataDir(), env })
  expect(code).toBe(1)
  expect(output).toBe(
    'Cannot use DATABASE_URL (postgres://127.0.0.1:1/money): connect ECONNREFUSED 127.0.0.1:1\n',
  )
})

test('all mistakes in the settings are reported together', async () => {
  const env = { PORT: 'many', ROLES: 'api,cook', DATABASE_URL: 'mysql://x', LOG_RETENTION_DAYS: '0' }
  const { code, output } = await launchUntilExit({ dataDir: await newDataDir(), env })
  expect(code).toBe(1)
  for (const name of Object.keys(env)) expect(output).toContain(name)
  expect(output).not.toContain('    at ')
})

test('a lost master key is not replaced, because nothing sealed could be opened with another', async () => {
  const dataDir = await newDataDir()
  const first = await launchServer({ dataDir })
  await first.stop()
  await rm(join(dataDir, 'master.key'))
  const { code, output } = await launchUntilExit({ dataDir })
  expect(code).toBe(1)
  expect(output).toMatch(/^\S+master\.key is missing, .*Restore the file from your backup\.\n$/)
  expect(await processesIn(dataDir)).toEqual([])
})

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)('a normal user can run it', async () => {
  const folder = await makeFolder()
  await chmod(folder, 0o711)
  const dataDir = join(folder, 'data')
  await mkdir(dataDir)
  await chown(dataDir, NOBODY, NOBODY)
  const server = await launchServer({
    dataDir,
    prefix: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  })
  expect(await statusOf(`${server.url}/readyz`)).toBe(200)
  const { stdout } = await run('ps', ['-o', 'uid=', '-p', String(await postmasterOf(dataDir))])
  expect(Number(stdout)).toBe(NOBODY)
  expect(await server.stop()).toBe(0)
  expect(await processesIn(dataDir)).toEqual([])
})

test.skipIf(!isRoot)('root can run it where user namespaces are forbidden', async () => {
  const folder = await makeFolder()
  await chmod(folder, 0o711)
  const dataDir = join(folder, 'data')
  // A PATH without unshare is to the server what a container that forbids namespaces is.
  const server = await launchServer({ dataDir, env: { PATH: '/nonexistent' } })
  expect(await statusOf(`${server.url}/readyz`)).toBe(200)
  expect((await stat(join(dataDir, 'postgres'))).uid).toBe(NOBODY)
  expect(await server.stop()).toBe(0)
  const again = await launchServer({ dataDir })
  expect(await again.stop()).toBe(0)
})
