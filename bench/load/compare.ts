import { join } from 'node:path'
import { fire, type Shot } from './fire.ts'
import { startProgram, type Program } from './programs.ts'
import { median, table } from '../harness.ts'

export const SERVER_CORE = 0
/** Of the load and of Postgres. */
export const OTHER_CORE = 1
/** More than any server here answers in a second on one core. */
export const RATE_MAX = 25_000

export type Answer = { status: number; headers: [string, string][]; body: string }

/** Sends one request and keeps the answer, so that another server can give the very same one. */
export async function answerOf(port: number, headers: [string, string][], init: RequestInit, path: string) {
  const { request } = await import('undici')
  const {
    statusCode,
    headers: fields,
    body,
  } = await request(`http://127.0.0.1:${port}${path}`, {
    method: (init.method ?? 'GET') as 'GET',
    // undici writes these two itself, from the address and the body.
    headers: Object.fromEntries(headers.filter(([name]) => name !== 'Content-Length')),
    body: init.body as string | undefined,
  })
  const sent = Object.entries(fields).flatMap(([name, value]) =>
    // Node's server adds these by itself.
    ['date', 'connection', 'keep-alive'].includes(name) ? [] : [[name, String(value)] as [string, string]],
  )
  return { status: statusCode, headers: sent, body: await body.text() } satisfies Answer
}

export function startBare(answer: Answer, work: string): Promise<Program> {
  return startProgram('bench/rivals/bare-http.ts', {
    core: SERVER_CORE,
    env: { ANSWER: JSON.stringify(answer), WORK: work },
  })
}

export type Case = { program: Program; file: (round: number) => string; refusals?: boolean }

/** One shot at each case by turns, `rounds` times; each round begins with another case, so that none is always first. */
export async function shootRounds(
  cases: Record<string, Case>,
  {
    rounds,
    seconds,
    connections,
    core = OTHER_CORE,
  }: { rounds: number; seconds: number; connections: number; core?: number | null },
): Promise<Record<string, Shot[]>> {
  const shots: Record<string, Shot[]> = {}
  const list = Object.entries(cases)
  for (let round = 0; round < rounds; round += 1)
    for (const at of list.keys()) {
      const [name, { program, file, refusals }] = list[(at + round) % list.length] as (typeof list)[0]
      ;(shots[name] ??= []).push(
        await fire({ ...program, file: file(round), seconds, connections, core, refusals }),
      )
    }
  return shots
}

/** Medians; each ratio is the median of the ratios within a round. */
export function shotTable(shots: Record<string, Shot[]>, bases: readonly string[]): string {
  const rows = Object.entries(shots).map(([name, list]) => {
    const of = (value: (shot: Shot) => number) => median(list.map(value))
    return [
      name,
      of(({ rate }) => rate).toFixed(0),
      of(({ cpuMicroseconds }) => cpuMicroseconds).toFixed(1),
      of(({ busy }) => busy).toFixed(2),
      of(({ p50Ms }) => p50Ms).toFixed(1),
      of(({ p99Ms }) => p99Ms).toFixed(1),
      ...bases.map((base) => (base === name ? '' : ratio(shots, name, base).toFixed(2))),
    ]
  })
  const head = [
    'server',
    'requests/s',
    'CPU µs each',
    'cores used',
    'p50 ms',
    'p99 ms',
    ...bases.map((base) => `÷ ${base}`),
  ]
  return table(head, rows)
}

/** How one case's rate compares to another's: the median over the rounds. */
export function ratio(shots: Record<string, Shot[]>, name: string, base: string): number {
  const list = shots[name] ?? []
  return median(list.map(({ rate }, round) => rate / (shots[base]?.[round]?.rate ?? NaN)))
}

export function verdict(what: string, value: number, target: number): string {
  return `${value >= target ? 'met' : '**missed**'}: ${what} ${value.toFixed(2)} (promised: ≥ ${target.toFixed(2)})`
}

export const requestFiles = (folder: string) => (name: string) => join(folder, `${name}.requests`)
