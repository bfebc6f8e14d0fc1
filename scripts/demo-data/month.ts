import type { Answer, PastServer, SignedCall } from './past-server.ts'
import type { Random } from './random.ts'
import type { Receivers } from './receivers.ts'
import { CALLERS, type Shop } from './shop.ts'

const HOUR_MS = 3_600_000
/** Requests in an hour of usual trade at noon of a weekday. */
const HOURLY_MAX = 9
// How busy a shop is by the hour of the day, UTC, from 0 to 1.
const HOURS = [
  0.2, 0.14, 0.1, 0.08, 0.1, 0.18, 0.32, 0.5, 0.7, 0.85, 0.95, 1, 0.98, 0.95, 0.92, 0.9, 0.92, 0.98, 1, 0.95,
  0.8, 0.6, 0.42, 0.3,
]
const WEEKEND_FACTOR = 0.6
const GROWTH = 0.5
/** What failed before has been sent again by the end. */
const CALM_HOURS = 6

export type Month = { days: number; requests: number }

type Deed = (story: Story) => Promise<void>
type Story = {
  server: PastServer
  shop: Shop
  random: Random
  transactions: string[]
  dayOfMonth: number
  send(call: Omit<SignedCall, 'key'> & { key?: SignedCall['key'] }): Promise<Answer>
}

/** Lives through the month hour by hour. @param onDay hears of each day that has passed */
export async function liveMonth(
  world: { server: PastServer; shop: Shop; receivers: Receivers; random: Random },
  { startMs, days, onDay }: { startMs: number; days: number; onDay(day: number): void },
): Promise<Month> {
  const { server, random } = world
  let requests = 0
  const story: Story = {
    ...world,
    transactions: [],
    dayOfMonth: 0,
    send: (call) => {
      requests += 1
      return server.signed({ key: world.shop.keys.checkout, ...call })
    },
  }
  await fund(story)
  for (let hour = 0; hour < days * 24; hour += 1) {
    const timeMs = startMs + hour * HOUR_MS
    if (hour === days * 24 - CALM_HOURS) world.receivers.calmDown()
    await server.advanceTo(timeMs)
    story.dayOfMonth = Math.floor(hour / 24)
    if (hour % 24 === 0) {
      await turnOfDay(story, world.receivers)
      onDay(story.dayOfMonth)
    }
    for (let left = requestsIn(timeMs, hour / (days * 24), random); left > 0; left -= 1)
      await random.pick(DEEDS)(story)
  }
  return { days, requests }
}

function requestsIn(timeMs: number, shareOfMonth: number, random: Random): number {
  const date = new Date(timeMs)
  const weekend = date.getUTCDay() % 6 === 0 ? WEEKEND_FACTOR : 1
  const usual = HOURLY_MAX * (HOURS[date.getUTCHours()] ?? 0) * weekend * (1 - GROWTH + GROWTH * shareOfMonth)
  return Math.round(usual * (0.6 + 0.8 * random.next()))
}

/** What happens once, on its day: the turns of the story. */
async function turnOfDay(story: Story, receivers: Receivers): Promise<void> {
  const { shop, dayOfMonth } = story
  const { keys } = shop
  if (dayOfMonth === 12) await shop.member('DELETE', `/v1/api-keys/${keys.mobile.id}`)
  if (dayOfMonth === 14) await shop.member('PATCH', `/v1/api-keys/${keys.staging.id}`, { enabled: false })
  if (dayOfMonth === 22) {
    const { body } = await shop.member('POST', `/v1/api-keys/${keys.checkout.id}/rotate`, {
      overlap_seconds: 604_800,
    })
    shop.checkoutBefore = { ...keys.checkout }
    keys.checkout = { ...keys.checkout, secretKey: String(body['secret_key']) }
  }
  if (dayOfMonth === 27) receivers.breakCrm()
}

/** Money to start with, so that payouts have something to pay from. */
async function fund({ send, shop }: Story): Promise<void> {
  for (const [currency, amount] of [
    ['USD', '250000.00'],
    ['EUR', '120000.00'],
    ['JPY', '8000000'],
  ])
    await send({
      ...deposit({ amount: amount!, currency: currency! }),
      caller: CALLERS.backoffice,
      key: shop.keys.backoffice,
      idempotencyKey: `opening-${currency}`,
    })
  for (const [currency, amount] of [
    ['BTC', '12.50000000'],
    ['ETH', '180.000000000000000000'],
    ['USDC', '95000.000000'],
  ])
    await send({
      ...deposit({ amount: amount!, currency: currency! }),
      caller: CALLERS.treasury,
      key: shop.keys.treasury,
      idempotencyKey: `opening-${currency}`,
    })
}

type Money = { amount: string; currency: string }

function deposit(money: Money, more: object = {}) {
  return { method: 'POST', path: '/v1/transactions', body: { type: 'deposit', ...money, ...more } }
}

let orders = 48_213

function money(random: Random): Money {
  const currency = random.pick([
    [6, 'USD'],
    [3, 'EUR'],
    [1, 'JPY'],
  ] as const)
  const cents = random.between(900, 42_000)
  return { currency, amount: currency === 'JPY' ? String(cents) : (cents / 100).toFixed(2) }
}

const order: Deed = async ({ send, random, transactions, shop, dayOfMonth }) => {
  const number = (orders += random.between(1, 3))
  const isBehind = shop.checkoutBefore !== null && dayOfMonth < 26 && random.chance(0.3)
  const { body, status } = await send({
    ...deposit(money(random), {
      reference: `ORDER-${number}`,
      description: 'Card payment',
      metadata: { order: String(number), channel: random.chance(0.7) ? 'web' : 'app' },
    }),
    key: isBehind ? shop.checkoutBefore! : shop.keys.checkout,
    caller: isBehind ? CALLERS.checkoutOld : CALLERS.checkout,
    idempotencyKey: `order-${number}`,
  })
  if (status === 201) transactions.push(String(body['id']))
}

const declined: Deed = async ({ send, random }) => {
  const number = (orders += 1)
  const reference = random.pick([
    [3, 'simulate:declined'],
    [2, 'simulate:payer_insufficient_funds'],
    [1, 'simulate:compliance_refused'],
  ] as const)
  await send({
    ...deposit(money(random), {
      reference,
      metadata: { order: String(number) },
    }),
    caller: CALLERS.checkout,
    idempotencyKey: `order-${number}`,
  })
}

const payout: Deed = async ({ send, random, shop }) => {
  const number = random.between(100, 999)
  await send({
    method: 'POST',
    path: '/v1/transactions',
    body: {
      type: 'payout',
      amount: (random.between(20_000, 400_000) / 100).toFixed(2),
      currency: random.chance(0.7) ? 'USD' : 'EUR',
      destination: `Supplier ${number}`,
      description: 'Supplier invoice',
      metadata: { invoice: `INV-${number}-${random.between(10, 99)}` },
    },
    key: shop.keys.backoffice,
    caller: CALLERS.backoffice,
    idempotencyKey: `payout-${number}-${orders}`,
  })
}

const crypto: Deed = async ({ send, random, shop }) => {
  const [amount, currency] = random.pick([
    [2, [`0.0${random.between(10_000_000, 99_999_999)}`.slice(0, 10), 'BTC']],
    [3, [`${random.between(1, 4)}.${random.between(100, 999)}000000000000000`, 'ETH']],
    [5, [`${random.between(50, 2_500)}.${random.between(100_000, 999_999)}`, 'USDC']],
  ] as const)
  await send({
    ...deposit({ amount, currency }, { description: 'Wallet top-up' }),
    key: shop.keys.treasury,
    caller: CALLERS.treasury,
    idempotencyKey: `wallet-${orders}-${random.between(1, 1e9)}`,
  })
}

const read =
  (path: (story: Story) => string, from: 'checkout' | 'backoffice' | 'reports'): Deed =>
  async (story) => {
    await story.send({
      method: 'GET',
      path: path(story),
      key: story.shop.keys[from],
      caller: CALLERS[from],
    })
  }

/** What goes wrong in a real integration: every kind of refusal that the logs can show. */
const FAULTS: readonly (readonly [number, Deed])[] = [
  [4, read(() => '/v1/transactions/txn_01kasqf0000000000000000000', 'checkout')],
  [
    3,
    async ({ send, random }) =>
      void (await send({
        ...deposit({ amount: '12.345', currency: 'USD' }),
        caller: CALLERS.checkout,
        idempotencyKey: `rounded-${random.between(1, 1e9)}`,
      })),
  ],
  [
    2,
    async ({ send, shop }) =>
      void (await send({
        ...deposit({ amount: '0.10000000', currency: 'BTC' }),
        caller: CALLERS.checkout,
        key: shop.keys.checkout,
        idempotencyKey: `wrong-type-${orders}`,
      })),
  ],
  [
    2,
    async ({ send, shop }) =>
      void (await send({
        ...deposit({ amount: '10.00', currency: 'USD' }),
        caller: CALLERS.reports,
        key: shop.keys.reports,
        idempotencyKey: `scope-${orders}`,
      })),
  ],
  [
    2,
    async ({ send, shop }) =>
      // The allowlist knows the office only.
      void (await send({
        method: 'GET',
        path: '/v1/balances',
        key: shop.keys.backoffice,
        caller: { ...CALLERS.backoffice, ip: '203.0.113.99' },
      })),
  ],
  [
    2,
    async ({ send, shop }) =>
      void (await send({
        method: 'GET',
        path: '/v1/me',
        // Somebody deployed the secret of another key.
        key: { publicKey: shop.keys.staging.publicKey, secretKey: shop.keys.checkout.secretKey },
        caller: { ip: '198.51.100.23', userAgent: 'lumen-staging/4.3 (node 22)' },
      })),
  ],
  [
    2,
    async ({ send }) =>
      void (await send({ ...deposit({ amount: '5.00', currency: 'USD' }), caller: CALLERS.checkout })),
  ],
]

const DEEDS: readonly (readonly [number, Deed])[] = [
  [26, order],
  [2, declined],
  [3, payout],
  [4, crypto],
  [18, read(() => '/v1/balances', 'checkout')],
  [
    16,
    read(
      ({ transactions, random }) =>
        transactions.length === 0
          ? '/v1/transactions'
          : `/v1/transactions/${transactions[random.between(Math.max(0, transactions.length - 60), transactions.length - 1)]}`,
      'checkout',
    ),
  ],
  [8, read(() => '/v1/transactions?limit=50&status=completed', 'backoffice')],
  [5, read(() => '/v1/transactions?limit=100', 'reports')],
  [4, read(() => '/v1/accounts', 'reports')],
  [
    5,
    async ({ send, shop, dayOfMonth }) => {
      // The mobile backend was retired on day 12 and its key deleted; one phone still calls for a while.
      if (dayOfMonth > 15) return
      await send({ method: 'GET', path: '/v1/balances', key: shop.keys.mobile, caller: CALLERS.mobile })
    },
  ],
  [
    3,
    async ({ send, shop, dayOfMonth }) => {
      // Its key expired nine days before the end, and nobody looked at the pipeline until a day later.
      if (dayOfMonth > 22) return
      await send({ method: 'GET', path: '/v1/me', key: shop.keys.pipeline, caller: CALLERS.pipeline })
    },
  ],
  [4, (story) => story.random.pick(FAULTS)(story)],
]
