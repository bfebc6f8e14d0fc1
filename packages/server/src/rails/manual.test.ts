import { expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { manualRail } from './manual.ts'
import type { RailTransaction } from './rail.ts'

const transaction: RailTransaction = {
  id: 'txn_01kasqf0000000000000000001',
  type: 'payout',
  status: 'pending',
  amountMinor: 1_000n,
  currency: 'USD',
  decimals: 2,
  destination: 'NL00 BANK 0000',
  reference: null,
  createdAtMs: 0,
  dueAtMs: 0,
}
/** What an operator has set, without a database: the rail reads one row. */
const settings = (rows: unknown[]) =>
  manualRail({ query: () => Promise.resolve({ rows }) } as unknown as Executor, 'fiat')
const on = { enabled: true, deposit_instructions: 'Pay to NL00 BANK 0000', updated_at: new Date() }

it('is not healthy until an operator has switched it on', async () => {
  expect((await settings([]).healthCheck()).healthy).toBe(false)
  expect((await settings([{ ...on, enabled: false }]).healthCheck()).healthy).toBe(false)
  expect((await settings([on]).healthCheck()).healthy).toBe(true)
})

it('never says by itself that money moved, however often it is asked', async () => {
  const rail = settings([on])
  const waiting = { transactionId: transaction.id, kind: 'waiting', lookAgainAtMs: null }
  expect(await rail.submitPayout(transaction)).toEqual(waiting)
  expect(await rail.poll([transaction, transaction])).toEqual([waiting, waiting])
  expect(rail.parseInbound).toBeUndefined()
  expect(rail.firstLookAt(transaction, Date.now())).toBeNull()
})

it('tells where to send a deposit, and that only its code says whose it is', async () => {
  const place = { workspaceId: 'wks_1', currency: 'USD', decimals: 2, referenceCode: 'RF18539007547034' }
  expect(await settings([on]).createDepositTarget(place)).toEqual({
    instructions: 'Pay to NL00 BANK 0000',
    details: {},
    needsReference: true,
  })
  expect(await settings([]).createDepositTarget(place)).toBeNull()
})
