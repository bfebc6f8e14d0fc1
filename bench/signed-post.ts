/**
 * DESIGN §10: a signed POST of 1 KiB on one core against bare node:http that reads, hashes and parses the body, alone
 * and with one HMAC.
 *
 *   npx tsx bench/signed-post.ts --rounds 5 --seconds 2 --save
 *
 * The request is `POST /v1/accounts` with a name that is too long: verified, digested, its nonce claimed, limited,
 * parsed, validated, refused with 422 and in the log on disk before the answer leaves, which is all that a POST costs
 * before its own work begins. node:http answers with the same bytes. Cores as in signed-get.ts.
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
} from './load/compare.ts'
import { startCountersign } from './load/countersign.ts'
import type { Program } from './load/programs.ts'
import { signedHeaders, writeRequests, type SigningKey } from './load/signed-requests.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    save: { type: 'boolean', default: false },
  },
})
const ROUNDS = Number(values.rounds)
const SECONDS = Number(values.seconds)
const BODY_BYTES = 1_024
const REFUSED = 422
const frame = JSON.stringify({ currency: 'USD', name: '' })
const REQUEST = {
  method: 'POST',
  path: '/v1/accounts',
  body: JSON.stringify({ currency: 'USD', name: 'x'.repeat(BODY_BYTES - frame.length) }),
}

await withFolder(async (folder) => {
  const file = requestFiles(folder)
  const countersign = await startCountersign(`${folder}/data`, { server: SERVER_CORE, postgres: OTHER_CORE })
  const programs: Program[] = [countersign]
  try {
    const { authority } = countersign
    const [key] = (await countersign.makeKeys(1)) as [SigningKey]
    const init = { method: REQUEST.method, body: REQUEST.body }
    const answer = await answerOf(
      countersign.port,
      signedHeaders(key, REQUEST, authority),
      init,
      REQUEST.path,
    )
    if (answer.status !== REFUSED) throw new Error(`${answer.status}: ${answer.body}`)
    // One round more than is measured: the first warms the compiler up.
    const count = RATE_MAX * SECONDS
    for (let round = 0; round <= ROUNDS; round += 1)
      await writeRequests(file(String(round)), { authority, count }, () => ({ key, request: REQUEST }))

    const bare = await startBare(answer, 'body')
    const hmac = await startBare(answer, 'body,hmac')
    programs.push(bare, hmac)
    const one = (program: Program) => ({
      program,
      file: (round: number) => file(String(round)),
      refusals: true,
    })
    const cases = {
      'node:http': one(bare),
      'node:http + HMAC': one(hmac),
      Countersign: one(countersign),
    }
    const shots = await shootRounds(cases, { rounds: ROUNDS + 1, seconds: SECONDS, connections: 64 })
    for (const list of Object.values(shots)) list.shift()
    const paragraphs = [
      '# signed-post',
      `\`npx tsx bench/signed-post.ts --rounds ${ROUNDS} --seconds ${SECONDS}\`, ${machine()}. ${BODY_BYTES} bytes of body.`,
      shotTable(shots, ['node:http', 'node:http + HMAC']),
      [
        verdict('÷ bare node:http', ratio(shots, 'Countersign', 'node:http'), 0.35),
        verdict('÷ node:http with one HMAC', ratio(shots, 'Countersign', 'node:http + HMAC'), 0.45),
      ]
        .map((line) => `- ${line}`)
        .join('\n'),
    ]
    if (values.save) await report('signed-post', paragraphs)
    else console.log(paragraphs.join('\n\n'))
  } finally {
    for (const program of programs.reverse()) await program.stop()
  }
})
