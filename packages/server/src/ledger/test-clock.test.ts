import { describe, expect, it } from 'vitest'
import { useTestLedger } from './test-ledger.ts'

const DAY = 86_400
const ledger = useTestLedger()
const { call, pass } = ledger

const move = async (body: Record<string, unknown>) => {
  const moved = await call('POST', '/v1/test/clock', body)
  expect([moved.status, moved.text]).toEqual([200, expect.any(String)])
  return moved.body
}
const create = (reference: string, by = ledger.key) => ledger.create({ reference }, { by })
const status = async (id: string, by = ledger.key) =>
  (await call('GET', `/v1/transactions/${id}`, undefined, { by })).body['status']

describe('a test clock that is advanced', () => {
  it('lets happen what is due by it, before the answer, and nothing that is not', async () => {
    const id = await create('simulate:delay_60s')
    expect(await move({ advance_seconds: 59 })).toMatchObject({ ahead_seconds: 59, looked_at: 0 })
    expect(await status(id)).toBe('pending')
    expect(await move({ advance_seconds: 1 })).toMatchObject({ ahead_seconds: 60, looked_at: 1 })
    expect(await status(id)).toBe('completed')
  })

  it('lets happen what follows from it too: two days hold the settlement and the return', async () => {
    const id = await create('simulate:return_2d')
    await move({ advance_seconds: 2 * DAY })
    expect(await status(id)).toBe('completed')
    const list = () => call('GET', '/v1/transactions?type=return')
    expect((await list()).body['data']).toEqual([])
    await move({ advance_seconds: 1 })
    expect((await list()).body['data']).toMatchObject([{ linked_transaction_id: id }])
    const another = await create('simulate:return_2d')
    expect(await move({ advance_seconds: 3 * DAY })).toMatchObject({ looked_at: 2 })
    expect((await list()).body['data'][0]).toMatchObject({ linked_transaction_id: another })
  })

  it('runs on from there: what is created later happens as soon as ever', async () => {
    await move({ advance_seconds: DAY })
    const id = await create('simulate:delay_10s')
    await pass(9_999)
    expect(await status(id)).toBe('pending')
    await pass(1)
    expect(await status(id)).toBe('completed')
  })

  it('moves nothing of another workspace', async () => {
    const stranger = await ledger.app.createKey(await ledger.app.signUp('Eve'))
    const theirs = await create('simulate:delay_60s', stranger)
    await move({ advance_seconds: DAY })
    expect(await status(theirs, stranger)).toBe('pending')
    expect((await call('GET', '/v1/test/clock', undefined, { by: stranger })).body).toMatchObject({
      ahead_seconds: 0,
    })
  })

  it('moves no key, no signature and no time that is written down', async () => {
    const expires = new Date(ledger.app.clock.now() + 3_600_000).toISOString()
    const short = await ledger.app.createKey(ledger.person, { expires_at: expires })
    const id = await create('simulate:instant')
    await move({ advance_seconds: 30 * DAY })
    expect((await call('GET', '/v1/me', undefined, { by: short })).status).toBe(200)
    const { body } = await call('GET', `/v1/transactions/${id}`)
    const now = new Date(ledger.app.clock.now()).toISOString()
    expect([body['created_at'], body['completed_at']]).toEqual([now, now])
    const { body: clock } = await call('GET', '/v1/test/clock')
    expect(clock['server_time']).toBe(now)
  })
})

describe('a test clock that stands still', () => {
  const freeze = async () => move({ frozen_at: (await call('GET', '/v1/test/clock')).body['now'] })

  it('lets nothing happen by itself, what was created before and after alike', async () => {
    const before = await create('order-1')
    const frozen = await freeze()
    const after = await create('order-2')
    await pass(3_600_000)
    expect([await status(before), await status(after)]).toEqual(['pending', 'pending'])
    expect((await call('GET', '/v1/test/clock')).body).toMatchObject({
      now: frozen['now'],
      frozen_at: frozen['now'],
      ahead_seconds: -3_600,
    })
    await move({ advance_seconds: 1 })
    expect([await status(before), await status(after)]).toEqual(['completed', 'completed'])
  })

  it('goes step by step: a delay counts by the clock alone', async () => {
    await freeze()
    const id = await create('simulate:delay_60s')
    for (const seconds of [20, 20, 19]) {
      await pass(100_000)
      await move({ advance_seconds: seconds })
      expect(await status(id)).toBe('pending')
    }
    await move({ advance_seconds: 1 })
    expect(await status(id)).toBe('completed')
  })

  it('stands still at the time it is given, and what is due until then happens', async () => {
    const id = await create('simulate:delay_10m')
    const at = new Date(ledger.app.clock.now() + 700_000).toISOString()
    expect(await move({ frozen_at: at })).toMatchObject({ now: at, frozen_at: at, looked_at: 1 })
    expect(await status(id)).toBe('completed')
  })

  it('runs again, and what waits waits for the rest of its time', async () => {
    await freeze()
    const id = await create('simulate:delay_60s')
    await pass(50_000)
    await move({ advance_seconds: 100 })
    const other = await create('simulate:delay_60s')
    expect(await status(id)).toBe('completed')
    expect(await move({ frozen_at: null })).toMatchObject({ frozen_at: null })
    await pass(59_999)
    expect(await status(other)).toBe('pending')
    await pass(1)
    expect(await status(other)).toBe('completed')
  })

  it('a transaction that is settled by hand is settled, and asked about no more', async () => {
    await freeze()
    const id = await create('simulate:return')
    await pass(10_000)
    expect((await call('POST', `/v1/test/transactions/${id}/settle`)).body['status']).toBe('completed')
    await move({ advance_seconds: DAY })
    expect((await call('GET', '/v1/transactions?type=return')).body['data']).toEqual([])
  })
})

describe('/v1/test/clock', () => {
  it('set back, it shows the time of the server, and what waits waits as long as before', async () => {
    const id = await create('simulate:delay_60s')
    await move({ advance_seconds: 40 })
    const set = await call('DELETE', '/v1/test/clock')
    expect([set.status, set.body['ahead_seconds'], set.body['frozen_at']]).toEqual([200, 0, null])
    await pass(19_999)
    expect(await status(id)).toBe('pending')
    await pass(1)
    expect(await status(id)).toBe('completed')
  })

  it('refuses what is no change, goes back, or leads too far, and changes nothing then', async () => {
    await move({ advance_seconds: 3_600 })
    const refused = async (body: unknown) => {
      const { status: code, body: answer } = await call('POST', '/v1/test/clock', body)
      return [code, answer['errors']?.[0]?.pointer]
    }
    expect(await refused({})).toEqual([422, '/'])
    expect(await refused({ advance_seconds: 1, frozen_at: null })).toEqual([422, '/'])
    for (const seconds of [0, -5, 1.5, '60', 31_622_401])
      expect(await refused({ advance_seconds: seconds })).toEqual([422, '/advance_seconds'])
    const at = (ms: number) => ({ frozen_at: new Date(ledger.app.clock.now() + ms).toISOString() })
    expect(await refused(at(0))).toEqual([422, '/frozen_at'])
    expect(await refused(at(11 * 366 * DAY * 1_000))).toEqual([422, '/frozen_at'])
    for (let year = 0; year < 9; year += 1) await move({ advance_seconds: 31_622_400 })
    expect(await refused({ advance_seconds: 31_622_400 })).toEqual([422, '/advance_seconds'])
    expect((await call('GET', '/v1/test/clock')).body['ahead_seconds']).toBe(3_600 + 9 * 31_622_400)
  })

  it('ten advances at once add up', async () => {
    await Promise.all(Array.from({ length: 10 }, () => move({ advance_seconds: 60 })))
    expect((await call('GET', '/v1/test/clock')).body['ahead_seconds']).toBe(600)
  })

  it('every change is in the audit log, with what the clock showed before and after', async () => {
    await move({ advance_seconds: 60 })
    const { body } = await ledger.person.request('GET', '/v1/audit-log')
    const entry = body['data'].find(({ action }: { action: string }) => action === 'test_clock.changed')
    const now = ledger.app.clock.now()
    expect(entry).toMatchObject({
      actor: { kind: 'key' },
      before: { now: new Date(now).toISOString(), frozen_at: null },
      after: { now: new Date(now + 60_000).toISOString(), frozen_at: null },
    })
  })
})
