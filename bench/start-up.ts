/**
 * DESIGN §10: from the start of the process to ready, first ever and on an existing data folder, and the memory of an
 * idle server beside Postgres. And what keys and nonces add to it: 100 000 keys in use, 300 000 live nonces.
 *
 *   npx tsx bench/start-up.ts --rounds 5 --save
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { createNonceStore } from '../packages/server/src/signatures/nonces.ts'
import { machine, median, report, table, withFolder } from './harness.ts'
import { startCountersign } from './load/countersign.ts'
import { startProgram } from './load/programs.ts'
import { sendAll } from './load/send-all.ts'
import { rawRequest } from './load/signed-requests.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    keys: { type: 'string', default: '100000' },
    save: { type: 'boolean', default: false },
  },
})
const SCRIPT = 'packages/server/dist/main.js'
const IDLE_MS = 3_000
const NONCES = 300_000
// A nonce lives until 300 s after its signature was made.
const NONCE_SECONDS = 300
const MIB = 1024 * 1024

await build()
const [first, again, idle]: number[][] = [[], [], []]
for (let round = 0; round < Number(values.rounds); round += 1)
  await withFolder(async (folder) => {
    for (const times of [first, again]) {
      const startedAt = performance.now()
      const program = await startProgram(SCRIPT, { core: null, env: { HOME: folder, DATA_DIR: folder } })
      times?.push((performance.now() - startedAt) / 1000)
      await delay(IDLE_MS)
      if (times === again) idle?.push(residentMiB(program.pid))
      await program.stop()
    }
  })

const KEYS = Number(values.keys)
let withKeys = NaN
let withNonces = NaN
let sendingSeconds = NaN
await withFolder(async (folder) => {
  const countersign = await startCountersign(folder, null)
  try {
    const keys = await countersign.makeKeys(KEYS)
    const request = { method: 'GET', path: '/v1/me' }
    // Signed as they are sent, so that the first nonce is still live after the last.
    const send = async (count: number): Promise<void> => {
      const requests = function* () {
        for (let index = 0; index < count; index += 1)
          yield rawRequest(keys[index % keys.length]!, request, countersign.authority)
      }
      await sendAll(countersign.port, requests(), 64)
    }
    const startedAt = performance.now()
    await send(KEYS)
    await delay(IDLE_MS)
    withKeys = countersign.residentMiB()
    await send(NONCES - KEYS)
    await delay(IDLE_MS)
    withNonces = countersign.residentMiB()
    sendingSeconds = (performance.now() - startedAt) / 1000
    if (sendingSeconds > NONCE_SECONDS)
      throw new Error(`the first nonces had ended: sending took ${sendingSeconds} s`)
  } finally {
    await countersign.stop()
  }
})
const nonces = nonceBytes()

const row = (what: string, of: readonly number[], limit: number, unit: string) => [
  what,
  `${median(of).toFixed(2)} ${unit}`,
  `${Math.max(...of).toFixed(2)} ${unit}`,
  `≤ ${limit} ${unit}`,
  median(of) <= limit ? 'met' : '**missed**',
]
const paragraphs = [
  '# start-up',
  `\`npx tsx bench/start-up.ts --rounds ${values.rounds}\`, ${machine()}. Embedded PostgreSQL; ready is the first answer of \`/readyz\`, asked for every 20 ms.`,
  table(
    ['what', 'median', 'worst', 'promised', ''],
    [
      row('start to ready, first ever', first ?? [], 6, 's'),
      row('start to ready, existing data folder', again ?? [], 2, 's'),
      row('resident memory, idle', idle ?? [], 250, 'MiB'),
    ],
  ),
  `- After one request with each of ${KEYS.toLocaleString('en')} keys, all cached and each with a live nonce: ${withKeys.toFixed(0)} MiB resident, whatever the collector has left of the requests included.
- After ${NONCES.toLocaleString('en')} requests with them, each with a nonce that is live: ${withNonces.toFixed(0)} MiB resident in the one process. Sent within ${sendingSeconds.toFixed(0)} s; a nonce lives 300 s.`,
  `- ${NONCES.toLocaleString('en')} live nonces of one key: ${(nonces / MIB).toFixed(1)} MiB by the store's own count, ${(nonces / NONCES).toFixed(0)} bytes each.`,
]
if (values.save) await report('start-up', paragraphs)
else console.log(paragraphs.join('\n\n'))

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Spread over the 300 s that a nonce lives. */
function nonceBytes(): number {
  let nowMs = Date.now()
  const floor = { earlyNonces: [], admit: () => {}, reopen: async () => [], close: async () => {} }
  const store = createNonceStore({ clock: { now: () => nowMs }, floor })
  const key = { id: 'key_bench', rateLimitPerMinute: 1_000_000 }
  for (let index = 0; index < NONCES; index += 1) {
    if (index % (NONCES / 300) === 0) nowMs += 1_000
    void store.claim(key, `${index}-${'n'.repeat(24)}`, Math.floor(nowMs / 1000))
  }
  return store.bytes
}
