import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Countersign, signRequest } from '../packages/sdk/src/index.ts'
import { signUpPerson } from '../scripts/tour/person.ts'
import {
  cleanUp,
  fetchesPlatformKeys,
  freePort,
  launchServer,
  makeFolder,
  type LaunchedServer,
} from './harness.ts'

let server: LaunchedServer
let restart: () => Promise<LaunchedServer>
let keys: { publicKey: string; secretKey: string }

beforeAll(async () => {
  const dataDir = join(await makeFolder(), 'data')
  const env = { PORT: String(await freePort()) }
  restart = async () => (server = await launchServer({ dataDir, env }))
  await restart()
  const key = await (await signUpPerson(server.url)).createKey()
  keys = { publicKey: key.public_key, secretKey: key.secret_key }
})

afterAll(cleanUp)

async function kill(): Promise<void> {
  server.signal('SIGKILL')
  await server.exited
}

const refusal = async (answer: Response) => {
  const { code, reason } = (await answer.json()) as { code?: string; reason?: string }
  return { status: answer.status, code, reason }
}
const BEFORE_START = { status: 401, code: 'signature-expired', reason: 'before-server-start' }

test.each([
  ['kill -9', kill],
  ['a clean stop', () => server.stop()],
])('a request that was captured before %s cannot be sent again after it', async (_name, end) => {
  const url = new URL('/v1/me', server.url)
  const headers = { ...(await signRequest({ method: 'GET', url, ...keys })) }
  expect((await fetch(url, { headers })).status).toBe(200)
  expect(await refusal(await fetch(url, { headers }))).toMatchObject({ code: 'signature-replayed' })
  await end()
  await restart()
  expect(await refusal(await fetch(url, { headers }))).toEqual(BEFORE_START)
})

test('a request that was signed before a kill -9 and sent after it is refused, and the SDK’s second signature passes', async () => {
  const answers: Response[] = []
  const client = new Countersign({
    baseUrl: server.url,
    ...keys,
    // The restart alone may take longer than an attempt may.
    timeoutSeconds: 120,
    fetch: async (input, init) => {
      if (fetchesPlatformKeys(input)) return fetch(input, init)
      if (answers.length === 0) {
        await kill()
        await restart()
      }
      const answer = await fetch(input, init)
      answers.push(answer.clone())
      return answer
    },
  })
  // The floor covers what was accepted, so something has been.
  await new Countersign({ baseUrl: server.url, ...keys }).me()
  const created = await client.transactions.create({ type: 'deposit', amount: '1.00', currency: 'USD' })
  expect(created.status).toBe('pending')
  expect(answers.map(({ status }) => status)).toEqual([401, 201])
  expect(await refusal(answers[0]!)).toEqual(BEFORE_START)
  const fresh = new Countersign({ baseUrl: server.url, ...keys })
  expect((await fresh.transactions.list()).data.map(({ id }) => id)).toEqual([created.id])
})
