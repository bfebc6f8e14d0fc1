/**
 * DESIGN §10: a verified, logged, rate-limited GET on one core against bare node:http answering the same bytes, alone
 * and with one HMAC; with 100 000 keys against one. Beside it what a user would take instead.
 *
 *   npx tsx bench/signed-get.ts --rounds 5 --seconds 2 --keys 100000 --save
 *   npx tsx bench/signed-get.ts --only --keys 1 --against packages/server/dist/before.js
 *
 * `--only` leaves out all but Countersign, `--bare` what a user would take instead. `--against` shoots at another build
 * of the server by turns: what a change is worth.
 *
 * wrk sends `GET /v1/me`, each with a signature and a nonce of its own, over 64 connections that stay open. The server
 * under test has core 0; wrk and Postgres share core 1. Every answer is checked to be a 2xx.
 */
import { parseArgs } from 'node:util'
import { machine, report, withFolder } from './harness.ts'
import {
  answerOf,
  OTHER_CORE,
  ratio,
  RATE_MAX,
  requestFiles,
  SERVER_CORE,
  shootRounds,
  shotTable,
  startBare,
  verdict,
  type Case,
} from './load/compare.ts'
import { startCountersign } from './load/countersign.ts'
import type { Program } from './load/programs.ts'
import { startBetterAuth, startGenericSignatures } from './load/rivals.ts'
import { sendAll } from './load/send-all.ts'
import { rawRequest, signedHeaders, writeRequests } from './load/signed-requests.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    keys: { type: 'string', default: '100000' },
    only: { type: 'boolean', default: false },
    bare: { type: 'boolean', default: false },
    against: { type: 'string', multiple: true, default: [] },
    save: { type: 'boolean', default: false },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const KEYS = Number(values.keys)
const CORES = { server: SERVER_CORE, postgres: OTHER_CORE }
const WARM_REQUESTS = 30_000
const REQUEST = { method: 'GET', path: '/v1/me' }
const MANY = `Countersign, ${KEYS.toLocaleString('en')} keys`

await withFolder(async (folder) => {
  const file = requestFiles(folder)
  const countersign = await startCountersign(`${folder}/data`, CORES)
  const programs: Program[] = [countersign]
  try {
    const { authority } = countersign
    const keys = await countersign.makeKeys(KEYS)
    const [key] = keys as [(typeof keys)[0]]
    const answer = await answerOf(countersign.port, signedHeaders(key, REQUEST, authority), {}, REQUEST.path)
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`)

    const count = RATE_MAX * SECONDS
    for (let round = 0; round < ROUNDS; round += 1) {
      await writeRequests(file(`one-${round}`), { authority, count }, () => ({ key, request: REQUEST }))
      await writeRequests(file(`many-${round}`), { authority, count }, () => ({
        key: keys[Math.floor(Math.random() * KEYS)] as typeof key,
        request: REQUEST,
      }))
    }
    // Until every key has been asked for and the compiler is done, so that no round measures either.
    const warm = Array.from(
      { length: Math.max(KEYS, WARM_REQUESTS) },
      (_, index) => keys[index % KEYS] as typeof key,
    )
    await sendAll(
      countersign.port,
      warm.map((each) => rawRequest(each, REQUEST, authority)),
    )

    const cases: Record<string, Case> = {}
    const add = (name: string, program: Program, requests: (round: number) => string) => {
      if (program !== countersign) programs.push(program)
      cases[name] = { program, file: requests }
    }
    const one = (round: number) => file(`one-${round}`)
    const addBuild = async (script: string) => {
      const other = await startCountersign(`${folder}/${programs.length}`, CORES, script)
      const [its] = (await other.makeKeys(1)) as [typeof key]
      for (let round = 0; round < ROUNDS; round += 1)
        await writeRequests(file(`${other.port}-${round}`), { authority: other.authority, count }, () => ({
          key: its,
          request: REQUEST,
        }))
      const requests = Array.from({ length: WARM_REQUESTS }, () => rawRequest(its, REQUEST, other.authority))
      await sendAll(other.port, requests)
      add(script, other, (round) => file(`${other.port}-${round}`))
    }
    if (!values.only) {
      add('node:http', await startBare(answer, ''), one)
      add('node:http + HMAC', await startBare(answer, 'hmac'), one)
    }
    add('Countersign', countersign, one)
    for (const script of values.against) await addBuild(script)
    if (KEYS > 1) add(MANY, countersign, (round) => file(`many-${round}`))
    if (!values.only && !values.bare) {
      add(
        'node:http + http-message-sig',
        await startGenericSignatures(answer, key.secret.export().toString()),
        one,
      )
      add('node:http + Better Auth API keys', await startBetterAuth(folder, answer, countersign), one)
    }

    const shots = await shootRounds(cases, { rounds: ROUNDS, seconds: SECONDS, connections: 64 })
    const bases = values.only ? ['Countersign'] : ['node:http', 'node:http + HMAC']
    const paragraphs = [
      '# signed-get',
      `\`npx tsx bench/signed-get.ts ${process.argv.slice(2).join(' ')}\`, ${machine()}.`,
      shotTable(shots, bases),
    ]
    if (!values.only)
      paragraphs.push(
        [
          verdict('÷ bare node:http', ratio(shots, 'Countersign', 'node:http'), 0.4),
          verdict('÷ node:http with one HMAC', ratio(shots, 'Countersign', 'node:http + HMAC'), 0.5),
          verdict(`${KEYS} keys ÷ one key`, ratio(shots, MANY, 'Countersign'), 0.8),
        ]
          .map((line) => `- ${line}`)
          .join('\n'),
      )
    if (values.save) await report('signed-get', paragraphs)
    else console.log(paragraphs.join('\n\n'))
  } finally {
    // The product last: its Postgres serves a rival, too.
    for (const program of programs.reverse()) await program.stop()
  }
})
