import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Countersign, type Page, type TransactionLogRow } from '../packages/sdk/src/index.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'
import {
  cleanUp,
  fetchesPlatformKeys,
  freePort,
  launchServer,
  makeFolder,
  type LaunchedServer,
} from './harness.ts'

const ROUNDS = 10
const SENDERS = 8
const READS_LOST_MS = 200
const ROUND_LIMIT_MS = 30_000
const DEPOSIT = { type: 'deposit', amount: '1.00', currency: 'USD' } as const

let server: LaunchedServer
let person: Person
let client: Countersign
let restart: () => Promise<LaunchedServer>
/** Every answer that arrived: its request id, the moment, and how long it took. */
let answered: { id: string; method: string; at: number; tookMs: number }[] = []

beforeAll(async () => {
  const dataDir = join(await makeFolder(), 'data')
  const env = { PORT: String(await freePort()) }
  restart = () => launchServer({ dataDir, env })
  server = await restart()
  person = await signUpPerson(server.url)
  const { public_key: publicKey, secret_key: secretKey } = await person.createKey()
  const noting: typeof fetch = async (input, init) => {
    const sentAt = performance.now()
    const answer = await fetch(input, init)
    // Whole and at the customer's: from here on it counts as acknowledged.
    const body = await answer.arrayBuffer()
    const { status, headers } = answer
    const id = headers.get('request-id')
    const at = performance.now()
    if (id && !fetchesPlatformKeys(input) && status !== 401)
      answered.push({ id, method: init?.method ?? '', at, tookMs: at - sentAt })
    return new Response(body, { status, headers })
  }
  client = new Countersign({ baseUrl: server.url, publicKey, secretKey, retriesMax: 0, fetch: noting })
})

afterAll(cleanUp)

/** Sends one call after another until the server is gone. */
async function keepSending(send: () => Promise<unknown>): Promise<void> {
  try {
    for (;;) await send()
  } catch {
    // It was killed.
  }
}

/** The ids of all rows of the log, newest first, back to the one that is known. */
async function loggedSince(known: string): Promise<Set<string>> {
  const ids = new Set<string>()
  let cursor = ''
  for (;;) {
    const page: Page<TransactionLogRow> = await person.call(
      'GET',
      `/v1/transaction-logs?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    for (const { id } of page.data) ids.add(id)
    if (page.next_cursor === null || page.data.some(({ id }) => id < known)) return ids
    cursor = page.next_cursor
  }
}

/** What was answered and is not in the log, each with how long before the end its answer arrived. */
async function missingFromLog(endedAt: number): Promise<{ method: string; msBeforeEnd: number }[]> {
  const ids = answered.map(({ id }) => id)
  const logged = await loggedSince(ids.reduce((least, id) => (id < least ? id : least)))
  return answered
    .filter(({ id }) => !logged.has(id))
    .map(({ method, at }) => ({ method, msBeforeEnd: Math.round(endedAt - at) }))
}

test(
  `kill -9 in the middle of traffic, ${ROUNDS} times: no acknowledged change is missing from the log, and reads of the last 200 ms at most`,
  { timeout: ROUNDS * ROUND_LIMIT_MS },
  async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      answered = []
      const senders = Array.from({ length: SENDERS }, (_, index) =>
        keepSending(() => (index % 2 === 0 ? client.transactions.create(DEPOSIT) : client.me())),
      )
      const changes = () => answered.filter(({ method }) => method === 'POST').length
      await expect.poll(changes, { timeout: ROUND_LIMIT_MS, interval: 2 }).toBeGreaterThan(20 + round)
      const killedAt = performance.now()
      server.signal('SIGKILL')
      await Promise.all([server.exited, ...senders])
      server = await restart()
      const missing = await missingFromLog(killedAt)
      expect(missing.filter(({ method }) => method !== 'GET')).toEqual([])
      // A machine that is busy with other things writes late: by as much as a change had to wait for its own row.
      const slowestMs = Math.max(...answered.map(({ method, tookMs }) => (method === 'GET' ? 0 : tookMs)))
      expect(missing.filter(({ msBeforeEnd }) => msBeforeEnd > READS_LOST_MS + slowestMs)).toEqual([])
    }
  },
)

test('a clean stop loses no row, of reads and of changes', async () => {
  answered = []
  await Promise.all([
    ...Array.from({ length: 20 }, () => client.me()),
    ...Array.from({ length: 20 }, () => client.transactions.create(DEPOSIT)),
  ])
  expect(await server.stop()).toBe(0)
  server = await restart()
  expect(answered).toHaveLength(40)
  expect(await missingFromLog(performance.now())).toEqual([])
})
