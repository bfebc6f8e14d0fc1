import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A process under test. */
export type Program = { port: number; pid: number; stop(): Promise<void> }

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const READY_LIMIT_MS = 30_000

/**
 * Starts a Node program on one core and waits until it accepts connections at the port that it is given as PORT.
 * With BENCH_PROFILE set to a folder, a CPU profile of it is left there.
 */
export async function startProgram(
  script: string,
  { core, env = {} }: { core: number | null; env?: Record<string, string> },
): Promise<Program> {
  const port = await freePort()
  const profile = process.env['BENCH_PROFILE']
  const flags = script.endsWith('.ts') ? ['--import', 'tsx'] : []
  flags.push(...(process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean))
  if (profile) flags.push('--cpu-prof', `--cpu-prof-dir=${profile}`)
  const pin = core === null ? [] : ['taskset', '-c', String(core)]
  const [command, ...args] = [...pin, process.execPath, ...flags, script]
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: String(port), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await untilReady(child, port)
  return {
    port,
    pid: child.pid as number,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + READY_LIMIT_MS; Date.now() < end; await delay(20)) {
    if (child.exitCode !== null) throw new Error(`a program under test ended with ${child.exitCode}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    if (answer) return void (await answer.arrayBuffer())
  }
  child.kill('SIGKILL')
  throw new Error('a program under test did not start')
}

/** Moves a process, its threads and its children to one core; what they start later follows them. */
export function pinTree(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)])
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  for (const child of children.split(' ').filter(Boolean)) pinTree(Number(child), core)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
