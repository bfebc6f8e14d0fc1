import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './harness.ts'

/** The redis-server of this machine; null where there is none, and tests that need it are skipped. */
export const REDIS_SERVER =
  ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0) ?? null

export type RunningRedis = {
  url: string
  /** Sends one command and gives the raw answer. */
  command(line: string): Promise<string>
  signal(name: NodeJS.Signals): void
  /** Ends it at once; what it held in memory is gone. */
  kill(): Promise<void>
  /** Starts it again on the same port, with what lies in its folder. */
  start(): Promise<void>
  remove(): Promise<void>
}

const READY_LIMIT_MS = 10_000

/** Starts a Redis of one's own, which writes to its folder only when told to. */
export async function startRedis(...more: string[]): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'no']
  let child: ChildProcess

  async function start(): Promise<void> {
    child = spawn(REDIS_SERVER as string, [...args, '--save', '', ...more], { stdio: 'ignore' })
    const end = Date.now() + READY_LIMIT_MS
    while (!(await command('PING').catch(() => '')).includes('PONG')) {
      if (Date.now() > end) throw new Error('Redis did not start')
      await delay(20)
    }
  }

  function command(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', reject)
      socket.once('data', (answer) => {
        socket.destroy()
        resolve(answer.toString())
      })
      socket.write(`${line}\r\n`)
    })
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    command,
    signal: (name) => void child.kill(name),
    kill,
    start,
    async remove() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
