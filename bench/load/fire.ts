import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export type Shot = {
  /** Answers. */
  requests: number
  /** Answers a second. */
  rate: number
  /** Of the server's process: user and system time, all threads. */
  cpuMicroseconds: number
  /** The share of one core that the server used: below 1 it waited for something else. */
  busy: number
  p50Ms: number
  p99Ms: number
}

const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url))
const TICK_US = 10_000
const run = promisify(execFile)

/**
 * Sends the requests of a file with wrk, from one core, over connections that stay open.
 * @param expected the status that every answer must have; 2xx and 3xx count as the same
 * @throws when any answer was another one
 */
export async function fire({
  port,
  pid,
  file,
  seconds,
  connections,
  core,
  refusals = false,
}: {
  port: number
  /** Of the server, to count its CPU time. */
  pid: number
  file: string
  seconds: number
  connections: number
  /** Of the load; null: any. */
  core: number | null
  /** Every answer is to be a 4xx. */
  refusals?: boolean
}): Promise<Shot> {
  const wrk = [
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    SCRIPT,
    `http://127.0.0.1:${port}`,
    file,
  ]
  const [program = '', ...args] = core === null ? wrk : ['taskset', '-c', String(core), ...wrk]
  const cpuBefore = cpuMicroseconds(pid)
  const { stdout } = await run(program, args)
  const cpu = cpuMicroseconds(pid) - cpuBefore
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1]
  if (!line) throw new Error(`wrk said: ${stdout}`)
  const result = JSON.parse(line) as Record<
    'requests' | 'microseconds' | 'refused' | 'broken' | 'p50' | 'p99',
    number
  >
  const wrong = refusals ? result.requests - result.refused : result.refused
  if (wrong + result.broken > 0)
    throw new Error(
      `${wrong} of ${result.requests} answers were unexpected, ${result.broken} connections broke`,
    )
  return {
    requests: result.requests,
    rate: result.requests / (result.microseconds / 1e6),
    cpuMicroseconds: cpu / result.requests,
    busy: cpu / result.microseconds,
    p50Ms: result.p50 / 1000,
    p99Ms: result.p99 / 1000,
  }
}

/** proc(5): fields 14 and 15 of /proc/pid/stat, in ticks of 10 ms. */
function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}
