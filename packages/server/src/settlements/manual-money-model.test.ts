import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { advanceTransactions } from '../ledger/advance-transaction.ts'
import { CURRENCIES, formatAmount } from '../ledger/currencies.ts'
import { createSettlementWorld, expectConsistent } from './test-settlements.ts'

type World = Awaited<ReturnType<typeof createSettlementWorld>>
let w: World
let ada: Awaited<ReturnType<World['customer']>>
const RUNS = Number(process.env['LEDGER_RUNS'] ?? 12)
/** Each history has a currency, and so books, of its own. */
const currencies = CURRENCIES.filter(({ type, decimals }) => type === 'fiat' && decimals === 2).map(
  ({ code }) => code,
)

beforeAll(async () => {
  w = await createSettlementWorld({ PAYOUT_APPROVERS: '2', DEPOSIT_APPROVERS: '2' })
  ada = await w.customer()
})
afterAll(() => w.app.stop())

const amount = fc.bigInt({ min: 1n, max: 400n })
const of = fc.nat({ max: 40 })
const who = fc.nat({ max: 1 })
type Step =
  | { kind: 'deposit' | 'payout'; amount: bigint }
  | { kind: 'refund'; of: number; amount: bigint }
  | { kind: 'cancel' | 'expire' | 'settleByBoth'; of: number }
  | { kind: 'settle' | 'return'; of: number; who: number; amount: bigint | null }
  | { kind: 'fail' | 'withdraw'; of: number; who: number }
  | { kind: 'correct'; of: number; who: number; gives: boolean; amount: bigint }
  | { kind: 'suspend'; on: boolean }
const one = (kind: Step['kind'], rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ kind: fc.constant(kind), ...rest }) as fc.Arbitrary<Step>
const step = fc.oneof(
  { weight: 3, arbitrary: one('deposit', { amount: fc.bigInt({ min: 100n, max: 2_000n }) }) },
  { weight: 3, arbitrary: one('payout', { amount }) },
  { weight: 2, arbitrary: one('refund', { of, amount }) },
  { weight: 1, arbitrary: one('cancel', { of }) },
  { weight: 1, arbitrary: one('expire', { of }) },
  { weight: 9, arbitrary: one('settle', { of, who, amount: fc.option(amount, { freq: 4 }) }) },
  { weight: 6, arbitrary: one('settleByBoth', { of }) },
  { weight: 1, arbitrary: one('fail', { of, who }) },
  { weight: 1, arbitrary: one('withdraw', { of, who }) },
  { weight: 3, arbitrary: one('return', { of, who, amount: fc.option(amount) }) },
  { weight: 3, arbitrary: one('correct', { of, who, gives: fc.boolean(), amount }) },
  { weight: 1, arbitrary: one('suspend', { on: fc.boolean() }) },
)
type Made = {
  id: string
  type: string
  status: 'pending' | 'completed' | 'failed' | 'canceled' | 'expired'
  amount: bigint
  fee: bigint
  gives: boolean
  linked: Made | null
  refunded: bigint
  approvals: Set<number>
  received: bigint | null
  /** Failed because somebody said so, and not because it was withdrawn. */
  isRefused: boolean
}

/** What operators and a customer can do, in whole numbers and without a database. */
class Model {
  posted = 0n
  pendingIn = 0n
  pendingOut = 0n
  fees = 0n
  isSuspended = false
  readonly made: Made[] = []

  get available(): bigint {
    return this.posted - this.pendingOut
  }
  /** 1 % and 2 minor units of deposits, 3 of payouts, 1 of refunds. */
  feeOf(type: string, minor: bigint): bigint {
    if (type === 'deposit') return 2n + (minor * 100n + 5_000n) / 10_000n
    return type === 'payout' ? 3n : type === 'refund' ? 1n : 0n
  }
  hold(made: Made, sign: bigint): void {
    if (made.gives) this.pendingIn += sign * made.amount
    else this.pendingOut += sign * (made.amount + made.fee)
  }
  add(
    type: string,
    minor: bigint,
    linked: Made | null = null,
    gives = type === 'deposit' || type === 'return',
  ) {
    const made: Made = {
      id: '',
      type,
      status: 'pending',
      amount: minor,
      fee: this.feeOf(type, minor),
      gives,
      linked,
      refunded: 0n,
      approvals: new Set(),
      received: null,
      isRefused: false,
    }
    this.made.push(made)
    this.hold(made, 1n)
    if (linked && (type === 'refund' || type === 'return')) linked.refunded += minor
    return made
  }
  end(made: Made, status: Made['status']): void {
    made.status = status
    this.hold(made, -1n)
    if (status !== 'completed') {
      if (made.linked && (made.type === 'refund' || made.type === 'return'))
        made.linked.refunded -= made.amount
      return
    }
    if (made.received !== null) {
      made.amount = made.received
      const fee = this.feeOf(made.type, made.amount)
      made.fee = fee < made.amount ? fee : made.amount
    }
    this.posted += made.gives ? made.amount - made.fee : -made.amount - made.fee
    this.fees += made.fee
  }
  linkedTo(made: Made, type: string): Made[] {
    return this.made.filter(
      ({ linked, status, ...rest }) =>
        linked === made && rest.type === type && (status === 'pending' || status === 'completed'),
    )
  }
  /** What of a payout or refund has not been given back. */
  left(made: Made): bigint {
    return [...this.linkedTo(made, 'return'), ...this.linkedTo(made, 'correction')].reduce(
      (sum, { gives, amount: minor }) => sum + (gives ? -minor : minor),
      made.amount,
    )
  }
  /** @returns whether it is accepted */
  settle(made: Made, by: number, minor: bigint | null): boolean {
    const other = minor === null || minor === made.amount ? null : minor
    if (made.status === 'completed') return other === null
    if (made.status !== 'pending' || (other !== null && made.type !== 'deposit')) return false
    if (made.approvals.size > 0 && other !== made.received) return false
    made.received = other
    made.approvals.add(by)
    if (made.approvals.size > 1) this.end(made, 'completed')
    return true
  }
}

const text = (minor: bigint) => formatAmount(minor, { decimals: 2 })
const people = () => [w.as(w.olga), w.as(w.second)] as const
let count = 0

/** Does a step to the server and to the model, and expects the same of both. */
async function run(model: Model, currency: string, step: Step): Promise<void> {
  const settlement = (made: Made, by: number, verb: string, body: unknown) =>
    people()[by]!.post(`settlements/${made.id}/${verb}`, body)
  const agree = (what: unknown, status: number, isAccepted: boolean) =>
    expect([what, status < 300]).toEqual([what, isAccepted])
  const create = async (path: string, body: unknown, isAccepted: boolean, add: () => Made) => {
    const answer = await ada.signed('POST', path, body)
    agree([step, answer.text], answer.status, isAccepted && !model.isSuspended)
    if (answer.status === 201) add().id = answer.body['id'] as string
  }
  const minor = 'amount' in step ? step.amount : null
  if (step.kind === 'suspend') {
    await w.post(`workspaces/${ada.person.workspaceId}/${step.on ? 'suspend' : 'resume'}`, { reason: 'x' })
    model.isSuspended = step.on
    return
  }
  if (step.kind === 'deposit' || step.kind === 'payout') {
    const { kind: type } = step
    const body = {
      type,
      amount: text(step.amount),
      currency,
      ...(type === 'payout' ? { destination: 'NL01' } : {}),
    }
    const isEnough = type === 'deposit' || model.available >= step.amount + model.feeOf('payout', step.amount)
    return create('/v1/transactions', body, isEnough, () => model.add(type, step.amount))
  }
  if (!('of' in step)) return
  const made = model.made[step.of % Math.max(1, model.made.length)]
  if (!made) return
  const isOpen = made.status === 'pending'
  switch (step.kind) {
    case 'refund': {
      const isGiven =
        made.type === 'deposit' &&
        made.status === 'completed' &&
        step.amount <= made.amount - made.refunded &&
        step.amount + model.feeOf('refund', step.amount) <= model.available
      const body = { amount: text(step.amount) }
      return create(`/v1/transactions/${made.id}/refund`, body, isGiven, () =>
        model.add('refund', step.amount, made),
      )
    }
    case 'cancel': {
      const answer = await ada.signed('POST', `/v1/transactions/${made.id}/cancel`)
      const isCanceled = isOpen && made.approvals.size === 0 && !model.isSuspended
      agree([step, made, answer.text], answer.status, isCanceled)
      if (isCanceled) model.end(made, 'canceled')
      return
    }
    case 'expire': {
      if (made.type !== 'payout' && made.type !== 'refund') return
      const change = { transactionId: made.id, status: 'expired' as const }
      const [advanced] = await advanceTransactions(w.app.database.pool, [change], w.app.clock.now())
      const isExpired = isOpen && made.approvals.size === 0
      expect(advanced?.outcome === 'changed').toBe(isExpired)
      if (isExpired) model.end(made, 'expired')
      return
    }
    case 'settle':
    case 'settleByBoth':
      for (const by of step.kind === 'settle' ? [step.who] : [0, 1]) {
        const said = step.kind === 'settle' ? minor : made.status === 'pending' ? made.received : null
        const body = { reference: `of ${made.id}`, ...(said === null ? {} : { amount: text(said) }) }
        // A return or correction has the reference of its proposal.
        if (references.has(made.id)) body.reference = references.get(made.id)!
        const answer = await settlement(made, by, 'settle', body)
        agree([step, made, answer.text], answer.status, model.settle(made, by, said))
      }
      return
    case 'fail': {
      const answer = await settlement(made, step.who, 'fail', { reason: 'No.' })
      // Whoever approved a deposit, payout or refund says that it moved; the other one does not free what it holds.
      const mayFail =
        isOpen && (made.type === 'return' || made.type === 'correction' || !made.approvals.has(1 - step.who))
      agree([step, made, answer.text], answer.status, mayFail || made.isRefused)
      if (mayFail) {
        model.end(made, 'failed')
        made.isRefused = true
      }
      return
    }
    case 'withdraw': {
      const answer = await settlement(made, step.who, 'withdraw', undefined)
      const isMine = isOpen && made.approvals.delete(step.who)
      agree([step, made, answer.text], answer.status, isMine)
      if (isMine && made.approvals.size === 0) {
        made.received = null
        if (made.type === 'return' || made.type === 'correction') model.end(made, 'failed')
      }
      return
    }
    case 'return': {
      const reference = `back ${made.id}`
      const asked = { reference, reason: 'Closed.', ...(minor === null ? {} : { amount: text(minor) }) }
      const answer = await settlement(made, step.who, 'return', asked)
      const [before] = model.linkedTo(made, 'return')
      const most = model.left(made) < made.amount ? model.left(made) : made.amount
      const back = minor ?? made.amount
      const mayReturn = made.status === 'completed' && (made.type === 'payout' || made.type === 'refund')
      agree(
        [step, made, answer.text],
        answer.status,
        before ? minor === null || minor === before.amount : mayReturn && back <= most,
      )
      if (before || answer.status !== 200) return
      const added = model.add('return', back, made)
      added.approvals.add(step.who)
      added.id = answer.body['transaction'].id as string
      references.set(added.id, reference)
      return
    }
    case 'correct': {
      const reference = `correction ${(count += 1)}`
      const direction = step.gives ? 'credit' : 'debit'
      const asked = { direction, amount: text(step.amount), reason: 'Wrong.', reference }
      const answer = await settlement(made, step.who, 'correct', asked)
      const hasLeft = made.type === 'payout' || made.type === 'refund'
      const isMade =
        made.status === 'completed' &&
        model.linkedTo(made, 'correction').every(({ status }) => status !== 'pending') &&
        (step.gives ? !hasLeft || step.amount <= model.left(made) : step.amount <= model.available)
      agree([step, made, answer.text], answer.status, isMade)
      if (!isMade) return
      const added = model.add('correction', step.amount, made, step.gives)
      added.approvals.add(step.who)
      added.id = answer.body['transaction'].id as string
      references.set(added.id, reference)
    }
  }
}
const references = new Map<string, string>()

it('whatever two operators and a customer do, nothing moves but what the rules say, to the last unit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 45, size: 'max' }), async (steps) => {
      const currency = currencies.pop()
      if (!currency) throw new Error('no currency is left for another history')
      for (const [type, fixed, basis_points] of [
        ['deposit', '0.02', 100],
        ['payout', '0.03', 0],
        ['refund', '0.01', 0],
      ])
        await w.olga.request('PUT', `/v1/operator/fees/${type}/${currency}`, {
          body: { fixed, basis_points, minimum: '0.00' },
        })
      const model = new Model()
      for (const step of [...steps, { kind: 'suspend', on: false } as const]) {
        await run(model, currency, step)
        // Rate limits count by the clock.
        w.app.clock.advance(100)
      }
      const { rows } = await w.app.database.pool.query<Record<string, string>>(
        `select role, posted, pending_in, pending_out from accounts
         where workspace_id = $1 and currency = $2 and (kind = 'customer' or role = 'fees')`,
        [ada.person.workspaceId, currency],
      )
      const main = rows.find(({ role }) => role === 'main')
      expect(['posted', 'pending_in', 'pending_out'].map((name) => BigInt(main?.[name] ?? 0))).toEqual([
        model.posted,
        model.pendingIn,
        model.pendingOut,
      ])
      expect(BigInt(rows.find(({ role }) => role === 'fees')?.['posted'] ?? 0)).toBe(model.fees)
      const made = await w.app.database.pool.query<Record<string, string>>(
        `select id, status, amount, fee, refunded from transactions where workspace_id = $1 and currency = $2 order by sequence`,
        [ada.person.workspaceId, currency],
      )
      expect(made.rows).toEqual(
        model.made.map(({ id, status, amount, fee, refunded }) => ({
          id,
          status,
          amount: String(amount),
          fee: String(fee),
          refunded: String(refunded),
        })),
      )
    }),
    { numRuns: RUNS },
  )
  await expectConsistent(w.app)
}, 120_000)
