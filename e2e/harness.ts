import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from '../scripts/build.mjs'

export type LaunchOptions = {
  dataDir: string
  /** Settings on top of HOST, PORT and DATA_DIR; nothing else of this process' environment is passed on. */
  env?: Record<string, string>
  /** Put before `node`, to start it as another user. */
  prefix?: string[]
  /** Goes through `npm start`'s program instead of starting the bundle itself. */
  throughStart?: boolean
}

export type LaunchedServer = {
  url: string
  port: number
  pid: number
  /** Everything that it wrote, to both streams. */
  output(): string
  /** Resolves to the exit code, or to the name of the signal that ended it. */
  exited: Promise<number | NodeJS.Signals | null>
  signal(name: NodeJS.Signals): void
  /** SIGTERM, then waits. */
  stop(): Promise<number | NodeJS.Signals | null>
}

const root = fileURLToPath(new URL('../', import.meta.url))
// A first start on a machine that also builds and tests at this moment takes its time.
const READY_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 40_000

const START = 'scripts/start.mjs'
const BUNDLE = 'packages/server/dist/main.js'

let built: Promise<void> | undefined
const launched = new Set<LaunchedServer>()
const folders = new Set<string>()

/** A folder of one's own that `cleanUp` removes, together with any Postgres that still runs in it. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-e2e-'))
  folders.add(folder)
  return folder
}

// Below the range from which the system gives ports by itself: a client that looks for a server which is away must
// not be given its port.
const PORT_MIN = 20_000
const PORT_MAX = 32_000
const PORTS_TRIED_MAX = 1_000

/**
 * A port of 127.0.0.1 that nobody uses, and that no other test asks for until this process ends, also while the
 * server on it is away. Its UDP namesake is the claim: the kernel gives it to one process on this machine.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < PORTS_TRIED_MAX; attempt += 1) {
    const port = randomInt(PORT_MIN, PORT_MAX)
    if ((await claim(port)) && (await isFree(port))) return port
  }
  throw new Error('No port is free')
}

function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref()
      resolve(true)
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** Starts the built server, building first what is not built, and waits until it says that it is ready. */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  const server = await spawnServer(options)
  const deadline = Date.now() + READY_LIMIT_MS
  let ended = false
  void server.exited.then(() => (ended = true))
  while (!/^Countersign ready in .*\n(.+\n)+/m.test(server.output())) {
    if (ended || Date.now() > deadline) throw new Error(`The server did not start:\n${server.output()}`)
    await delay(20)
  }
  return server
}

/** For a start that must fail: its exit code and what it said. */
export async function launchUntilExit(
  options: LaunchOptions,
): Promise<{ code: number | NodeJS.Signals | null; output: string }> {
  const server = await spawnServer(options)
  const code = await within(
    server.exited,
    READY_LIMIT_MS,
    () => `The server did not end:\n${server.output()}`,
  )
  return { code, output: server.output() }
}

async function spawnServer(options: LaunchOptions): Promise<LaunchedServer> {
  const { dataDir, env = {}, prefix = [], throughStart = false } = options
  // Once per test file: an edit in the middle of a run must not change what is tested.
  built ??= build()
  await built
  const port = Number(env['PORT'] ?? (await freePort()))
  const [command, ...args] = [...prefix, process.execPath, join(root, throughStart ? START : BUNDLE)]
  const child = spawn(command!, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: dataDir, DATA_DIR: dataDir, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const server = describe(child, port, () => output)
  launched.add(server)
  return server
}

function describe(child: ChildProcess, port: number, output: () => string): LaunchedServer {
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    // "close" comes once everything that it wrote has been read.
    child.once('close', (code, signal) => resolve(code ?? signal))
    child.once('error', () => resolve(null))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    output,
    exited,
    signal: (name) => void child.kill(name),
    stop: () => {
      child.kill('SIGTERM')
      return within(exited, STOP_LIMIT_MS, () => `The server did not stop:\n${output()}`)
    },
  }
}

/** The pids of all processes that work in the folder or were started with it in their arguments. */
export async function processesIn(folder: string): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const workingDir = await readlink(`/proc/${name}/cwd`).catch(() => '')
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    if (workingDir.startsWith(folder) || command.includes(folder)) found.push(Number(name))
  }
  return found
}

/** Ends whatever a test left running and removes its folders. */
export async function cleanUp(): Promise<void> {
  for (const server of launched) {
    server.signal('SIGKILL')
    await server.exited
  }
  launched.clear()
  for (const folder of folders) {
    for (const pid of await processesIn(folder)) killIfAlive(pid)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  folders.clear()
}

/** Whether a call of the SDK only fetches the platform's keys, with which it verifies receipts. */
export function fetchesPlatformKeys(input: string | URL | Request): boolean {
  const url = input instanceof Request ? input.url : String(input)
  return url.includes('/.well-known/')
}

/** Between being listed and being killed, a process may have ended by itself. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function within<T>(promise: Promise<T>, limitMs: number, explain: () => string): Promise<T> {
  const stop = new AbortController()
  const late = delay(limitMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(explain())
  })
  // Whoever loses the race is not waited for.
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    stop.abort()
  }
}
