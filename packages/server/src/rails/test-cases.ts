/**
 * The one table of what the test-mode simulator does on purpose. The route `GET /v1/test/cases`, the dashboard,
 * docs/test-mode.md and the tests all read it. An amount counts in whole units of any currency (90001 is "90001" in
 * JPY and "90001.00" in USD); a reference counts exactly as written.
 */
export type TestOutcome =
  | { kind: 'complete'; afterMs: number }
  | { kind: 'fail'; afterMs: number; code: FailureCode; message: string }
  | { kind: 'stay'; status: 'pending' | 'processing' }
  | { kind: 'expire'; afterMs: number }
  /** Completes after a second; so long after that, the money comes back. */
  | { kind: 'return'; afterMs: number }
  /** Completes after a second; so long after that, `transaction.completed` is sent once more. */
  | { kind: 'webhook_twice'; afterMs: number }
  /** Completes after a second; `transaction.created` is sent so long after it was created. */
  | { kind: 'webhooks_out_of_order'; afterMs: number }

export type TestCase = {
  /** Whole units. */
  amount: string
  reference: string
  outcome: TestOutcome
  description: string
}

/** Why a transaction of Test Mode fails or comes back: the whole list. */
export const FAILURES = {
  account_closed: 'The account on the other side is closed.',
  account_not_found: 'There is no such account on the other side.',
  declined: 'The other side declined without giving a reason.',
  payer_insufficient_funds: 'The payer does not have enough.',
  compliance_refused: 'The transaction did not pass the compliance checks.',
  limit_exceeded: 'The amount is over a limit of the other side.',
  account_blocked: 'The account on the other side is blocked.',
  wrong_details: 'The name or the number does not match the account on the other side.',
  network_unavailable: 'The payment network did not answer.',
} as const
export type FailureCode = keyof typeof FAILURES
export const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]

/** What happens to every other transaction. */
export const USUAL_DELAY_MS = 1_000

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const failures = FAILURE_CODES.map((code, index): TestCase => ({
  amount: String(90_001 + index),
  reference: `simulate:${code}`,
  outcome: { kind: 'fail', afterMs: USUAL_DELAY_MS, code, message: FAILURES[code] },
  description: `Fails after a second with ${code}.`,
}))

export const TEST_CASES: readonly TestCase[] = [
  ...failures,
  {
    amount: '90010',
    reference: 'simulate:instant',
    outcome: { kind: 'complete', afterMs: 0 },
    description: 'Completes at once, without the usual second.',
  },
  {
    amount: '90011',
    reference: 'simulate:delay_10s',
    outcome: { kind: 'complete', afterMs: 10 * SECOND_MS },
    description: 'Completes after 10 seconds.',
  },
  {
    amount: '90012',
    reference: 'simulate:delay_60s',
    outcome: { kind: 'complete', afterMs: MINUTE_MS },
    description: 'Completes after a minute.',
  },
  {
    amount: '90013',
    reference: 'simulate:delay_10m',
    outcome: { kind: 'complete', afterMs: 10 * MINUTE_MS },
    description: 'Completes after 10 minutes.',
  },
  {
    amount: '90020',
    reference: 'simulate:pending',
    outcome: { kind: 'stay', status: 'pending' },
    description: 'Stays pending until you settle, fail or cancel it.',
  },
  {
    amount: '90021',
    reference: 'simulate:processing',
    outcome: { kind: 'stay', status: 'processing' },
    description:
      'Becomes processing after a second and stays so until you settle or fail it; it cannot be canceled.',
  },
  {
    amount: '90022',
    reference: 'simulate:expired',
    outcome: { kind: 'expire', afterMs: USUAL_DELAY_MS },
    description: 'Expires after a second.',
  },
  {
    amount: '90030',
    reference: 'simulate:return',
    outcome: { kind: 'return', afterMs: 5 * SECOND_MS },
    description: 'Completes after a second and comes back 5 seconds later, as a new linked transaction.',
  },
  {
    amount: '90031',
    reference: 'simulate:return_2d',
    outcome: { kind: 'return', afterMs: 2 * DAY_MS },
    description: 'Completes after a second and comes back 2 days later.',
  },
  {
    amount: '90040',
    reference: 'simulate:webhook_twice',
    outcome: { kind: 'webhook_twice', afterMs: 2 * SECOND_MS },
    description:
      'Completes after a second; 2 seconds later transaction.completed is delivered once more, with the same webhook-id.',
  },
  {
    amount: '90041',
    reference: 'simulate:webhooks_out_of_order',
    outcome: { kind: 'webhooks_out_of_order', afterMs: 5 * SECOND_MS },
    description:
      'Completes after a second; transaction.created is delivered only 4 seconds after transaction.completed.',
  },
]

const USUAL: TestOutcome = { kind: 'complete', afterMs: USUAL_DELAY_MS }
const byAmount = new Map(TEST_CASES.map((one) => [one.amount, one.outcome]))
const byReference = new Map(TEST_CASES.map((one) => [one.reference, one.outcome]))

/** What the simulator does with a transaction. A magic reference outranks a magic amount. */
export function testOutcome(transaction: {
  amountMinor: bigint
  decimals: number
  reference: string | null
}): TestOutcome {
  const unit = 10n ** BigInt(transaction.decimals)
  const whole = transaction.amountMinor % unit === 0n ? (transaction.amountMinor / unit).toString() : ''
  return byReference.get(transaction.reference ?? '') ?? byAmount.get(whole) ?? USUAL
}

export type TestStatus = 'pending' | 'processing' | 'completed' | 'failed' | 'expired'

/** The states of a transaction of a test case, in the order in which they come. */
export function statusesOf(outcome: TestOutcome): TestStatus[] {
  switch (outcome.kind) {
    case 'fail':
      return ['pending', 'failed']
    case 'expire':
      return ['pending', 'expired']
    case 'stay':
      return outcome.status === 'pending' ? ['pending'] : ['pending', 'processing']
    case 'complete':
    case 'return':
    case 'webhook_twice':
    case 'webhooks_out_of_order':
      return ['pending', 'completed']
  }
}
