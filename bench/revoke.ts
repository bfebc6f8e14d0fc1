/**
 * The promise of DESIGN §10 for several servers: how long after a key was deleted on one server another still lets it
 * in. Two real server processes on one PostgreSQL and one Redis, embedded and started for this run.
 *
 *   npx tsx bench/revoke.ts --rounds 200
 *
 * A round: a fresh key is used on the second server, so that it is in its memory; then a client sends it one signed
 * request after the other while the key is deleted on the first server. Measured is the time from the answer to the
 * deletion (and from its sending) to the sending of the first request that the second server refused. Every request
 * after that must be refused too. Half of the rounds are done with the LISTEN connections being cut all the time.
 */
import { cpus, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { cleanUp } from '../e2e/harness.ts'
import { launchTwoServers, type Pair, type TwoServers } from '../e2e/two-servers.ts'
import { signUpPerson, type Person } from '../scripts/tour/person.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } })
const AFTER_REFUSALS = 5
const CUT_INTERVAL_MS = 20
const PROMISE_MS = 250
const ROUND_LIMIT_MS = 10_000

type Round = { fromAnswer: number; fromSending: number; letIn: number }

const servers = await launchTwoServers()
const database = new pg.Client({ connectionString: servers.postgres.url })
try {
  await database.connect()
  await main(servers, await signUpPerson(servers.first.url))
} finally {
  await database.end()
  await servers.redis.remove()
  await cleanUp()
}

async function main(t: TwoServers, ada: Person): Promise<void> {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n`,
  )
  console.log(
    '| rounds | LISTEN | p50 ms | p99 ms | max ms | from sending: p99 ms | let in after the answer |',
  )
  console.log(
    '| ------ | ------ | ------ | ------ | ------ | -------------------- | ----------------------- |',
  )
  let kept = true
  for (const state of ['whole', 'cut every 20 ms'] as const) {
    const rounds: Round[] = []
    let cutting = state !== 'whole'
    const cutter = (async () => {
      for (; cutting; await delay(CUT_INTERVAL_MS))
        await database.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign key changes'`,
        )
    })()
    for (let index = 0; index < Number(values.rounds); index += 1) rounds.push(await round(t, ada))
    cutting = false
    await cutter
    kept &&= print(state, rounds)
  }
  process.exitCode = kept ? 0 : 1
}

async function round(t: TwoServers, ada: Person): Promise<Round> {
  const made = await ada.createKey()
  const pair: Pair = { publicKey: made.public_key, secretKey: made.secret_key }
  const use = async () => {
    const headers = await t.sign(pair)
    const sentAt = performance.now()
    return { sentAt, status: (await t.send(t.second, headers)).status }
  }
  if ((await use()).status !== 200) throw new Error('the key does not work on the second server')

  const state: { answeredAt: number | null } = { answeredAt: null }
  const sentAt = performance.now()
  const deleted = ada
    .call('DELETE', `/v1/api-keys/${made.id}`)
    .then(() => (state.answeredAt = performance.now()))
  let refusedAt: number | null = null
  const accepted: number[] = []
  for (let refusals = 0; refusals <= AFTER_REFUSALS;) {
    const { sentAt: at, status } = await use()
    if (status === 401) {
      refusedAt ??= at
      refusals += 1
    } else if (status === 200 && refusedAt === null) accepted.push(at)
    else throw new Error(`the second server answered ${status} ${refusedAt === null ? '' : 'after a 401'}`)
    if (performance.now() - sentAt > ROUND_LIMIT_MS)
      throw new Error('the second server never refused the key')
  }
  const answeredAt = await deleted
  return {
    // The other server may hear of it before the answer has reached us: then it is no time at all.
    fromAnswer: Math.max(0, (refusedAt as number) - answeredAt),
    fromSending: (refusedAt as number) - sentAt,
    letIn: accepted.filter((at) => at > answeredAt).length,
  }
}

function print(state: string, rounds: readonly Round[]): boolean {
  const at = (of: (round: Round) => number, share: number) => {
    const sorted = rounds.map(of).toSorted((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] as number
  }
  const fromAnswer = ({ fromAnswer: ms }: Round) => ms
  const p99 = at(fromAnswer, 0.99)
  const letIn = rounds.reduce((sum, one) => sum + one.letIn, 0)
  const cells = [
    rounds.length,
    state,
    at(fromAnswer, 0.5).toFixed(1),
    p99.toFixed(1),
    at(fromAnswer, 1).toFixed(1),
    at(({ fromSending }) => fromSending, 0.99).toFixed(1),
    letIn,
  ]
  console.log(`| ${cells.join(' | ')} |`)
  return p99 <= PROMISE_MS
}
