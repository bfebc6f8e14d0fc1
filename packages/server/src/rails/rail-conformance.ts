import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { railHealth } from './rail-health.ts'
import type { DepositPlace, InboundMessage, Observation, Rail, RailTransaction } from './rail.ts'

/** A rail under test, and what the world outside it looks like. */
export type RailSubject = {
  /** Made anew for every rule, healthy. */
  rail(): Rail | Promise<Rail>
  /** The same rail while what it stands on is out of order. Absent: it stands on nothing. */
  unhealthy?(): Rail | Promise<Rail>
  /** How often the outside world was told to pay this transaction out, since `rail()` was called. Absent: never. */
  paymentsOf?(transactionId: string): number | Promise<number>
  /** Calls that reach it from outside. Absent: nobody calls in. */
  inbound?: { genuine: InboundMessage; transactionId: string; forged: readonly InboundMessage[] }
}

type Rule = { title: string; assertHolds(subject: RailSubject): Promise<void> }

const NOW_MS = Date.UTC(2026, 0, 15, 12)
const BATCH = 100
const CODE = /^[a-z][a-z0-9_]{0,49}$/
const FIRST: readonly Observation['kind'][] = ['waiting', 'accepted', 'completed', 'failed', 'expired']
const AFTER_COMPLETION: readonly Observation['kind'][] = ['waiting', 'returned', 'told-again']
/** The largest amount that the ledger takes (DESIGN §8). */
const AMOUNT_MINOR_MAX = 10n ** 60n
const FINAL: readonly Observation['kind'][] = ['completed', 'failed', 'expired']

/** Runs every rule against a rail, as tests of their own. */
export function railConformance(name: string, subject: RailSubject): void {
  describe(`the rail ${name}`, () => {
    it.each(RAIL_RULES)('$title', async ({ assertHolds }) => {
      await assertHolds(subject)
    })
  })
}

/** What the core relies on (docs/rails.md). A rule throws where a rail breaks it. */
export const RAIL_RULES: readonly Rule[] = [
  {
    title: 'has a name that fits into the ledger, and the same one every time',
    async assertHolds(subject) {
      const { name } = await subject.rail()
      assert.match(name, /^[a-z][a-z0-9-]{0,30}$/)
      assert.equal((await subject.rail()).name, name)
    },
  },
  {
    title: 'says what it is able to do, and does not change its mind',
    async assertHolds(subject) {
      const rail = await subject.rail()
      const { currencyTypes, types } = rail.capabilities()
      assert.ok(currencyTypes.size > 0 && types.size > 0)
      for (const one of currencyTypes) assert.ok(['fiat', 'crypto'].includes(one), one)
      for (const one of types) assert.ok(['deposit', 'payout', 'refund'].includes(one), one)
      assert.deepEqual(rail.capabilities(), { currencyTypes, types })
    },
  },
  {
    title: 'is healthy when all is well, unhealthy when it is not, and says why',
    async assertHolds(subject) {
      const well = await railHealth(await subject.rail())
      assert.equal(well.healthy, true, well.detail)
      assert.notEqual(well.detail.trim(), '')
      if (!subject.unhealthy) return
      const ill = await (await subject.unhealthy()).healthCheck()
      assert.equal(ill.healthy, false)
      assert.notEqual(ill.detail.trim(), '')
    },
  },
  {
    title: 'gives deposits a target by which they are told apart, the same one when asked again',
    async assertHolds(subject) {
      const rail = await subject.rail()
      if (!rail.capabilities().types.has('deposit')) return
      const [one, other, euros] = places(rail)
      const target = await rail.createDepositTarget(one)
      assert.deepEqual(await rail.createDepositTarget({ ...one }), target)
      if (target === null) return
      assert.notEqual(target.instructions.trim(), '')
      for (const [name, value] of Object.entries(target.details)) {
        assert.match(name, /^[a-z][a-z0-9_]{0,39}$/)
        assert.ok(typeof value === 'string' && value !== '', name)
      }
      if (target.needsReference) return
      assert.notDeepEqual(await rail.createDepositTarget(other), target)
      assert.notDeepEqual(await rail.createDepositTarget(euros), target)
    },
  },
  {
    title: 'pays nothing twice, however often it is handed the same payout, at once or after one another',
    async assertHolds(subject) {
      const rail = await subject.rail()
      const [payout] = samples(rail, 1, { type: 'payout' })
      if (!payout) return
      const seen = await Promise.all([rail.submitPayout(payout), rail.submitPayout({ ...payout })])
      seen.push(await rail.submitPayout({ ...payout, status: 'processing' }))
      for (const one of seen) assertObservation(one, payout)
      const ends = new Set(seen.map(({ kind }) => kind).filter((kind) => FINAL.includes(kind)))
      assert.ok(ends.size <= 1, `it ended as ${[...ends].join(' and ')}`)
      assert.ok(((await subject.paymentsOf?.(payout.id)) ?? 0) <= 1, 'it was paid more than once')
    },
  },
  {
    title: 'answers a poll with one observation for each transaction, and none of others',
    async assertHolds(subject) {
      const rail = await subject.rail()
      assert.deepEqual(await rail.poll([]), [])
      const asked = samples(rail, BATCH)
      const told = await rail.poll(asked)
      assert.deepEqual(
        told.map(({ transactionId }) => transactionId).sort(),
        asked.map(({ id }) => id).sort(),
      )
      for (const one of told) assertObservation(one, found(asked, one))
    },
  },
  {
    title: 'stays with what it said: an end is told again, never another one',
    async assertHolds(subject) {
      const rail = await subject.rail()
      const asked = samples(rail, BATCH)
      const before = await rail.poll(asked)
      const after = new Map((await rail.poll(asked)).map((one) => [one.transactionId, one]))
      for (const one of before)
        if (FINAL.includes(one.kind)) assert.equal(after.get(one.transactionId)?.kind, one.kind)
    },
  },
  {
    title: 'says how much of a deposit came, or nothing; what leaves, leaves whole',
    async assertHolds(subject) {
      const rail = await subject.rail()
      for (const type of rail.capabilities().types) {
        const asked = samples(rail, 10, { type })
        const told = await rail.poll(asked)
        if (type !== 'deposit') for (const one of asked) told.push(await rail.submitPayout(one))
        for (const one of told) assertObservation(one, found(asked, one))
      }
    },
  },
  {
    title: 'of a completed transaction it tells only that the money came back, or was told again',
    async assertHolds(subject) {
      const rail = await subject.rail()
      const asked = samples(rail, 10, { status: 'completed' })
      for (const one of await rail.poll(asked)) assertObservation(one, found(asked, one))
    },
  },
  {
    title: 'reads amounts of 10^60 units with 18 decimals, and changes nothing of what it is given',
    async assertHolds(subject) {
      const rail = await subject.rail()
      const asked = samples(rail, 3, { amountMinor: 10n ** 78n - 1n, decimals: 18 }).map((one) =>
        Object.freeze(one),
      )
      for (const one of await rail.poll(Object.freeze(asked))) assertObservation(one, found(asked, one))
    },
  },
  {
    title: 'is first asked now or later, or never, and says so without waiting for anything',
    async assertHolds(subject) {
      const rail = await subject.rail()
      for (const request of samples(rail, 10)) {
        const at = rail.firstLookAt(request, NOW_MS)
        assert.equal(rail.firstLookAt(request, NOW_MS), at)
        if (at !== null) assertTime(at, NOW_MS)
      }
    },
  },
  {
    title: 'believes no call from outside that is not genuine',
    async assertHolds(subject) {
      const rail = await subject.rail()
      if (!rail.parseInbound) return
      const forged = [
        ...(subject.inbound?.forged ?? []),
        ...['', '{}', '[]', 'null', '{"status":"completed"}', '\u0000\u00ff'].map((text) => ({
          headers: {},
          body: Buffer.from(text),
        })),
      ]
      for (const message of forged)
        assert.deepEqual(await rail.parseInbound(message).catch(() => []), [], 'a forged call was believed')
    },
  },
  {
    title: 'reads a genuine call, the second time as the first',
    async assertHolds(subject) {
      if (!subject.inbound) return
      const rail = await subject.rail()
      assert.ok(rail.parseInbound, 'it reads no calls')
      const first = await rail.parseInbound(subject.inbound.genuine)
      assert.deepEqual(
        first.map(({ transactionId }) => transactionId),
        [subject.inbound.transactionId],
      )
      for (const told of first) assertAmount(told)
      assert.deepEqual(await rail.parseInbound(subject.inbound.genuine), first)
    },
  },
]

/** Two workspaces, and the first one in another currency. */
function places(rail: Rail): [DepositPlace, DepositPlace, DepositPlace] {
  const isFiat = rail.capabilities().currencyTypes.has('fiat')
  const place = (workspaceId: string, currency: string, referenceCode: string): DepositPlace => ({
    workspaceId,
    currency,
    decimals: isFiat ? 2 : 8,
    referenceCode,
  })
  const [one, another] = isFiat ? ['EUR', 'USD'] : ['BTC', 'ETH']
  return [
    place('wks_01kasqf0000000000000000001', one as string, 'RF02417203958816'),
    place('wks_01kasqf0000000000000000002', one as string, 'RF18539007547034'),
    place('wks_01kasqf0000000000000000001', another as string, 'RF93000000000001'),
  ]
}

/** Transactions such as the core hands over, of the types and currency types that the rail is able to. */
function samples(rail: Rail, count: number, fixed: Partial<RailTransaction> = {}): RailTransaction[] {
  const { currencyTypes, types } = rail.capabilities()
  const type = [...types]
  if (fixed.type && !types.has(fixed.type)) return []
  const isFiat = currencyTypes.has('fiat')
  return Array.from({ length: count }, (_, index) => {
    const own = fixed.type ?? type[index % type.length]!
    return {
      id: `txn_01kasqf00000000000${String(index).padStart(7, '0')}`,
      type: own,
      status: index % 2 === 0 ? 'pending' : 'processing',
      amountMinor: 1_000n + BigInt(index),
      currency: isFiat ? 'EUR' : 'ETH',
      decimals: isFiat ? 2 : 18,
      destination: own === 'deposit' ? null : 'NL01 BANK 0001',
      reference: index % 3 === 0 ? null : `order ${index} – ünïcode`,
      createdAtMs: NOW_MS - 60_000,
      dueAtMs: NOW_MS,
      ...fixed,
    }
  })
}

function found(asked: readonly RailTransaction[], { transactionId }: Observation): RailTransaction {
  const transaction = asked.find(({ id }) => id === transactionId)
  assert.ok(transaction, `nobody asked about ${transactionId}`)
  return transaction
}

function assertObservation(told: Observation, { id, status, type, amountMinor }: RailTransaction): void {
  assert.equal(told.transactionId, id)
  const allowed = status === 'completed' ? AFTER_COMPLETION : FIRST
  assert.ok(allowed.includes(told.kind), `${told.kind} of a transaction that is ${status}`)
  if (told.kind === 'failed' || told.kind === 'returned') {
    assert.match(told.code, CODE)
    assert.notEqual(told.message.trim(), '')
  }
  if (told.kind === 'completed' && told.railReference !== undefined)
    assert.ok(told.railReference.length >= 1 && told.railReference.length <= 200)
  assertAmount(told)
  if (told.kind === 'completed' && told.amountMinor !== undefined && type !== 'deposit')
    assert.equal(told.amountMinor, amountMinor, 'what leaves, leaves whole')
  if ('lookAgainAtMs' in told && told.lookAgainAtMs !== null && told.lookAgainAtMs !== undefined)
    assertTime(told.lookAgainAtMs, 0)
}

function assertAmount(told: Observation): void {
  if (told.kind !== 'completed' || told.amountMinor === undefined) return
  assert.equal(typeof told.amountMinor, 'bigint', 'an amount is a bigint of minor units')
  assert.ok(told.amountMinor > 0n && told.amountMinor <= AMOUNT_MINOR_MAX, `${told.amountMinor} is no amount`)
}

function assertTime(atMs: number, earliestMs: number): void {
  assert.ok(Number.isSafeInteger(atMs) && atMs >= earliestMs, `${atMs} is no time in milliseconds`)
}
