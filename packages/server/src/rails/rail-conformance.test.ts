import { expect, it } from 'vitest'
import type { Executor } from '../database/database.ts'
import { manualRail } from './manual.ts'
import { railConformance, RAIL_RULES, type RailSubject } from './rail-conformance.ts'
import type { Rail } from './rail.ts'
import { simulator } from './simulator.ts'

/** The manual rail reads one row, as an operator has set it. */
const manual = (row: Record<string, unknown> | null) =>
  manualRail({ query: () => Promise.resolve({ rows: row ? [row] : [] }) } as unknown as Executor, 'fiat')
const setting = { enabled: true, deposit_instructions: 'Pay to NL00 BANK 0000', updated_at: new Date() }

railConformance('simulator', { rail: () => simulator })
railConformance('manual', {
  rail: () => manual(setting),
  unhealthy: () => manual({ ...setting, enabled: false }),
})
railConformance('manual that nobody has set up for deposits', {
  rail: () => manual({ ...setting, deposit_instructions: null }),
  unhealthy: () => manual(null),
})

/** A rail with its own bank, wrong in one place at most. */
function banked(wrong: Partial<Rail> = {}): RailSubject {
  let paid: string[] = []
  const genuine = { headers: { 'bank-signature': 'right' }, body: Buffer.from('txn_1') }
  return {
    rail() {
      paid = []
      return {
        ...simulator,
        name: 'bank',
        createDepositTarget: ({ referenceCode }) =>
          Promise.resolve({
            instructions: 'Pay to your own account.',
            details: { iban: `NL00 BANK ${referenceCode}` },
            needsReference: false,
          }),
        async submitPayout(transaction) {
          if (!paid.includes(transaction.id)) paid.push(transaction.id)
          return { transactionId: transaction.id, kind: 'accepted', lookAgainAtMs: 1 }
        },
        async parseInbound({ headers, body }) {
          if (headers['bank-signature'] !== 'right') throw new Error('not genuine')
          return [{ transactionId: body.toString(), kind: 'completed' }]
        },
        ...wrong,
      }
    },
    unhealthy: () => ({
      ...simulator,
      healthCheck: () => Promise.resolve({ healthy: false, detail: 'The bank is closed.' }),
      ...wrong,
    }),
    paymentsOf: (id) => paid.filter((one) => one === id).length,
    inbound: {
      genuine,
      transactionId: 'txn_1',
      forged: [{ ...genuine, headers: { 'bank-signature': 'wrong' } }],
    },
  }
}
railConformance('bank', banked())

async function brokenRules(subject: RailSubject): Promise<string[]> {
  const broken: string[] = []
  for (const { title, assertHolds } of RAIL_RULES)
    await assertHolds(subject).catch(() => {
      broken.push(title)
    })
  return broken
}

let flip = 0
it.each<[string, RegExp, Partial<Rail>]>([
  ['a name with spaces', /has a name/, { name: 'My Bank' }],
  [
    'no currency type',
    /able to do/,
    { capabilities: () => ({ currencyTypes: new Set(), types: new Set(['deposit'] as const) }) },
  ],
  [
    'always healthy',
    /is healthy/,
    { healthCheck: () => Promise.resolve({ healthy: true, detail: 'Fine.' }) },
  ],
  [
    'one target for everybody',
    /told apart/,
    {
      createDepositTarget: () =>
        Promise.resolve({ instructions: 'Pay.', details: { iban: 'NL00' }, needsReference: false }),
    },
  ],
  ['answers nothing', /one observation for each/, { poll: () => Promise.resolve([]) }],
  [
    'speaks of others',
    /one observation for each/,
    {
      poll: (asked) =>
        Promise.resolve(
          asked.map(() => ({ transactionId: 'txn_other', kind: 'completed' as const, lookAgainAtMs: 1 })),
        ),
    },
  ],
  [
    'changes its mind',
    /stays with what it said/,
    {
      poll: (asked) => {
        flip += 1
        const isOdd = flip % 2 === 1
        return Promise.resolve(
          asked.map(({ id }) =>
            isOdd
              ? { transactionId: id, kind: 'completed' as const }
              : { transactionId: id, kind: 'failed' as const, code: 'declined', message: 'No.' },
          ),
        )
      },
    },
  ],
  [
    'completes what has completed',
    /of a completed transaction/,
    {
      poll: (asked) =>
        Promise.resolve(asked.map(({ id }) => ({ transactionId: id, kind: 'completed' as const }))),
    },
  ],
  [
    'a failure code in words',
    /one observation for each/,
    {
      poll: (asked) =>
        Promise.resolve(
          asked.map(({ id }) => ({
            transactionId: id,
            kind: 'failed' as const,
            code: 'Not OK!',
            message: 'No.',
          })),
        ),
    },
  ],
  [
    'hands over a part of a payout',
    /leaves whole/,
    {
      submitPayout: ({ id, amountMinor }) =>
        Promise.resolve({ transactionId: id, kind: 'completed', amountMinor: amountMinor - 1n }),
    },
  ],
  [
    'says that nothing came',
    /how much of a deposit/,
    {
      poll: (asked) =>
        Promise.resolve(
          asked.map(({ id }) => ({ transactionId: id, kind: 'completed' as const, amountMinor: 0n })),
        ),
    },
  ],
  [
    'calls with an amount that is a number',
    /reads a genuine call/,
    {
      parseInbound: () =>
        Promise.resolve([
          { transactionId: 'txn_1', kind: 'completed' as const, amountMinor: 5 as unknown as bigint },
        ]),
    },
  ],
  ['looks into the past', /first asked/, { firstLookAt: () => 5 }],
  [
    'believes everybody',
    /no call from outside/,
    { parseInbound: () => Promise.resolve([{ transactionId: 'txn_1', kind: 'completed' as const }]) },
  ],
  ['believes nobody', /reads a genuine call/, { parseInbound: () => Promise.resolve([]) }],
])('the suite finds a rail that is wrong: %s', async (_, rule, wrong) => {
  expect((await brokenRules(banked(wrong))).some((title) => rule.test(title))).toBe(true)
})

it('the suite finds a rail that pays twice', async () => {
  const paid: string[] = []
  const subject = banked({
    submitPayout: ({ id }) => {
      paid.push(id)
      return Promise.resolve({ transactionId: id, kind: 'accepted', lookAgainAtMs: null })
    },
  })
  const twice = { ...subject, paymentsOf: (id: string) => paid.filter((one) => one === id).length }
  expect(await brokenRules(twice)).toEqual([expect.stringMatching(/pays nothing twice/)])
})
