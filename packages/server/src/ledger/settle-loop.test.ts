import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { newId } from '../ids.ts'
import type { Rail } from '../rails/rail.ts'
import { simulator } from '../rails/simulator.ts'
import { advanceTransactions } from './advance-transaction.ts'
import { createTransaction } from './create-transaction.ts'
import { findTransaction } from './queries.ts'
import { settleDue, settleLoop } from './settle-loop.ts'
import { createTransactionWriter } from './transaction-writer.ts'

let test: TestDatabase
let workspaceId: string
// Ahead of the machine's clock, which other ids are made by: so the ids of one test sort by time.
const clock = testClock(Date.now() + 3_600_000)
const LEASE_MS = 30_000

beforeAll(async () => {
  test = await createTestDatabase()
})
afterAll(() => test.drop())
beforeEach(() => {
  workspaceId = newId('wks')
})

async function create(
  fields: { type?: 'deposit' | 'payout'; amount?: string; reference?: string } = {},
): Promise<string> {
  const writer = createTransactionWriter(test.database)
  const principal = {
    kind: 'key' as const,
    workspaceId,
    mode: 'test' as const,
    currencyType: 'fiat' as const,
    keyId: newId('key'),
    publicKey: 'pk_test',
    secretVersion: 1,
    scopes: new Set<string>(),
  }
  const created = await createTransaction(
    {
      config: readConfig({}),
      clock,
      writer,
      database: test.database,
      railOf: async () => simulator,
      activation: { assertMayMoveMoney: async () => {} },
    },
    {
      principal,
      body: { type: 'deposit', amount: '1.00', currency: 'USD', ...fields },
      requestId: newId('req'),
      idempotency: {
        workspaceId,
        mode: 'test',
        method: 'POST',
        path: '/v1/transactions',
        key: newId('req'),
        requestHash: Buffer.alloc(32),
        principalId: principal.keyId,
      },
    },
  )
  return created.transactionId ?? ''
}
const deps = () => ({ database: test.database, clock })
const status = async (id: string) => (await findTransaction(test.database.pool, workspaceId, id))?.status
const events = async (id: string) => {
  const { rows } = await test.database.pool.query(
    `select type, request_id, body::json -> 'data' as data from events
     where workspace_id = $1 and (object_id = $2 or body like $3) order by created_at, id`,
    [workspaceId, id, `%"transaction_id":"${id}"%`],
  )
  return rows
}

/** A rail whose answers the test gives, one poll at a time. */
function scriptedRail(poll: Rail['poll']): Rail {
  return { ...simulator, poll }
}

describe('the settle loop', () => {
  it('leaves a transaction alone until it is due, and completes it then', async () => {
    const id = await create()
    clock.advance(999)
    await settleDue(deps(), simulator)
    expect(await status(id)).toBe('pending')
    clock.advance(1)
    await settleDue(deps(), simulator)
    expect(await status(id)).toBe('completed')
    expect(
      (await test.database.pool.query('select from rail_tasks where transaction_id = $1', [id])).rowCount,
    ).toBe(0)
  })

  it('writes the events in the transaction that moves the money, with the object as the API shows it', async () => {
    const id = await create()
    const created = await findTransaction(test.database.pool, workspaceId, id)
    clock.advance(1_000)
    await settleDue(deps(), simulator)
    const completed = await findTransaction(test.database.pool, workspaceId, id)
    const written = await events(id)
    expect(written.map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.completed',
      'balance.updated',
    ])
    expect(written.map(({ request_id: requestId }) => requestId)).toEqual(Array(3).fill(created?.request_id))
    const data = written.map((event) =>
      typeof event.data === 'string' ? JSON.parse(event.data) : event.data,
    )
    expect(data[0]).toEqual(created)
    expect(data[1]).toEqual(completed)
    expect(data[2]).toMatchObject({
      account_id: completed?.account_id,
      posted: '1.00',
      available: '1.00',
      version: 2,
    })
  })

  it('two workers share what is due: each transaction is asked about once', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => create()))
    clock.advance(1_000)
    const asked: string[] = []
    const rail = scriptedRail((transactions) => {
      asked.push(...transactions.map(({ id }) => id))
      return simulator.poll(transactions)
    })
    await Promise.all([settleDue(deps(), rail), settleDue(deps(), rail), settleDue(deps(), rail)])
    expect([...asked].sort()).toEqual([...ids].sort())
    for (const id of ids) expect(await status(id)).toBe('completed')
  })

  it('a worker that dies while it asks delays a transaction by its lease and loses nothing', async () => {
    const id = await create()
    clock.advance(1_000)
    await expect(
      settleDue(
        deps(),
        scriptedRail(() => Promise.reject(new Error('killed'))),
      ),
    ).rejects.toMatchObject({ cause: new Error('killed') })
    await settleDue(deps(), simulator)
    expect(await status(id)).toBe('pending')
    clock.advance(LEASE_MS)
    await settleDue(deps(), simulator)
    expect(await status(id)).toBe('completed')
  })

  it('hands a payout over instead of asking about it; one that fails holds up no other, and comes again', async () => {
    const deposit = await create({ amount: '50.00' })
    clock.advance(1_000)
    await settleDue(deps(), simulator)
    expect(await status(deposit)).toBe('completed')
    const [bad, good, other] = [
      await create({ type: 'payout' }),
      await create({ type: 'payout' }),
      await create(),
    ]
    clock.advance(1_000)
    const handedOver: string[] = []
    const polled: string[] = []
    const rail: Rail = {
      ...simulator,
      async submitPayout({ id }) {
        handedOver.push(id)
        if (id === bad) throw new Error('the bank hung up')
        return { transactionId: id, kind: 'accepted', lookAgainAtMs: clock.now() + 1_000 }
      },
      poll(transactions) {
        polled.push(...transactions.map(({ id }) => id))
        return simulator.poll(transactions)
      },
    }
    await expect(settleDue(deps(), rail)).rejects.toMatchObject({ cause: new Error('the bank hung up') })
    expect([handedOver.sort(), polled]).toEqual([[bad, good].sort(), [other]])
    expect([await status(bad), await status(good), await status(other)]).toEqual([
      'pending',
      'processing',
      'completed',
    ])
    // What was accepted is asked about from then on; what threw is handed over again after its lease.
    clock.advance(LEASE_MS)
    await settleDue(deps(), { ...simulator, poll: rail.poll })
    expect(polled).toEqual([other, good])
    expect([await status(bad), await status(good)]).toEqual(['completed', 'completed'])
  })

  it('a report that comes after its lease was taken over is dropped', async () => {
    const id = await create()
    clock.advance(1_000)
    const slow = scriptedRail(async ([transaction]) => {
      clock.advance(LEASE_MS)
      await settleDue(
        deps(),
        scriptedRail(async () => [
          { transactionId: id, kind: 'accepted', lookAgainAtMs: clock.now() + 5_000 },
        ]),
      )
      return [{ transactionId: transaction?.id ?? '', kind: 'failed', code: 'late', message: 'too late' }]
    })
    await settleDue(deps(), slow)
    expect(await status(id)).toBe('processing')
    clock.advance(5_000)
    await settleDue(deps(), simulator)
    expect(await status(id)).toBe('completed')
  })

  it('a person who decides first wins; the rail comes too late', async () => {
    const id = await create()
    clock.advance(1_000)
    const overtaken = scriptedRail(async (transactions) => {
      await advanceTransactions(test.database.pool, [{ transactionId: id, status: 'canceled' }], clock.now())
      return simulator.poll(transactions)
    })
    await settleDue(deps(), overtaken)
    expect(await status(id)).toBe('canceled')
    expect((await events(id)).map(({ type }) => type)).toEqual([
      'transaction.created',
      'transaction.canceled',
    ])
  })

  it('waiting asks again later, and a full round asks for the next at once', async () => {
    const id = await create({ reference: 'simulate:delay_10s' })
    clock.advance(10_000)
    const later = clock.now() + 7_000
    await settleDue(
      deps(),
      scriptedRail(async () => [{ transactionId: id, kind: 'waiting', lookAgainAtMs: later }]),
    )
    expect(await status(id)).toBe('pending')
    clock.advance(7_000)
    await Promise.all(Array.from({ length: 40 }, () => create()))
    clock.advance(1_000)
    const loop = settleLoop({ ...deps(), rails: [simulator] })
    expect(await loop.run()).toBe('more')
    expect(await loop.run()).toBeUndefined()
    expect(await status(id)).toBe('completed')
  })
})
