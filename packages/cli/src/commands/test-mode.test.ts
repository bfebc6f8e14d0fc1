import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../exit-codes.ts'
import { KEY_ENV, makeUser, startServer } from '../test-world.ts'

const CLOCK = {
  now: '2025-11-23T12:00:00.000Z',
  server_time: '2025-11-23T12:00:00.000Z',
  ahead_seconds: 0,
  frozen_at: null,
}
let server: Awaited<ReturnType<typeof startServer>>
let user: ReturnType<typeof makeUser>

beforeAll(async () => {
  server = await startServer(({ path }) => ({
    body: path === '/v1/test/cases' ? { data: [CASE], next_cursor: null } : CLOCK,
  }))
  user = makeUser({ ...KEY_ENV, COUNTERSIGN_URL: server.url })
})
afterAll(() => server.close())

const CASE = { amount: '90003', reference: 'simulate:declined', description: 'Fails after a second.' }
/** What a command asked the server; the look at its keys is the SDK's own. */
async function asked(args: string[], given: Parameters<typeof user.run>[1] = {}) {
  server.seen.length = 0
  const { code, out } = await user.run(['test', ...args], given)
  const calls = server.seen.filter(({ path }) => path.startsWith('/v1/'))
  return { code, out, calls: calls.map(({ method, path, body }) => `${method} ${path} ${body}`.trim()) }
}

describe('countersign test', () => {
  it('lists the cases with what asks for them', async () => {
    const { code, out } = await asked(['cases'])
    expect([code, out]).toEqual([EXIT.ok, expect.stringMatching(/90003 +simulate:declined +Fails/)])
  })

  it('settles, fails and returns a transaction, for the reason given', async () => {
    expect((await asked(['settle', 'txn_1'])).calls).toEqual(['POST /v1/test/transactions/txn_1/settle {}'])
    expect((await asked(['fail', 'txn_1', '--code', 'account_closed'])).calls).toEqual([
      'POST /v1/test/transactions/txn_1/fail {"code":"account_closed"}',
    ])
    expect((await asked(['return', 'txn_1', '--message', 'Sent back.'])).calls).toEqual([
      'POST /v1/test/transactions/txn_1/return {"message":"Sent back."}',
    ])
  })

  it('shows the clock, and sets it in every way there is, one at a time', async () => {
    expect((await asked(['clock'])).calls).toEqual(['GET /v1/test/clock'])
    for (const [time, seconds] of Object.entries({
      90: 90,
      '90s': 90,
      '10m': 600,
      '2h': 7_200,
      '3d': 259_200,
    }))
      expect((await asked(['clock', '--advance', time])).calls).toEqual([
        `POST /v1/test/clock {"advance_seconds":${seconds}}`,
      ])
    expect((await asked(['clock', '--freeze', 'now'])).calls).toEqual([
      'GET /v1/test/clock',
      `POST /v1/test/clock {"frozen_at":"${CLOCK.now}"}`,
    ])
    expect((await asked(['clock', '--run'])).calls).toEqual(['POST /v1/test/clock {"frozen_at":null}'])
    expect((await asked(['clock', '--back'])).calls).toEqual(['DELETE /v1/test/clock'])
    for (const wrong of [
      ['--advance', 'soon'],
      ['--advance', '0'],
      ['--run', '--back'],
    ]) {
      const { code, calls } = await asked(['clock', ...wrong])
      expect([code, calls]).toEqual([EXIT.usage, []])
    }
  })

  it('deletes nothing without a word: typed at a terminal, or --yes in a script', async () => {
    expect(await asked(['reset'])).toMatchObject({ code: EXIT.usage, calls: [] })
    expect(await asked(['reset'], { answers: ['no'] })).toMatchObject({ code: EXIT.usage, calls: [] })
    expect((await asked(['reset'], { answers: ['reset'] })).calls).toEqual(['POST /v1/test/reset {}'])
    expect((await asked(['reset', '--yes'])).calls).toEqual(['POST /v1/test/reset {}'])
  })
})
