/**
 * The one table of what the test-mode simulator does on purpose. The route `GET /v1/test/magic-values`, the
 * dashboard, docs/test-mode.md and the tests all read it. An amount counts in whole units of any currency
 * (90001 is "90001" in JPY and "90001.00" in USD); a reference counts exactly as written.
 */
export type MagicOutcome =
  | { kind: 'complete'; afterMs: number }
  | { kind: 'fail'; code: string; message: string }
  | { kind: 'stay'; status: 'pending' | 'processing' }
  | { kind: 'expire' }

export type MagicValue = {
  /** Whole units. */
  amount: string
  reference: string
  outcome: MagicOutcome
  description: string
}

/** What happens to every other transaction. */
export const USUAL_DELAY_MS = 1_000

const failure = (amount: string, code: string, message: string): MagicValue => ({
  amount,
  reference: `simulate:${code}`,
  outcome: { kind: 'fail', code, message },
  description: `Fails after a second with ${code}.`,
})

export const MAGIC_VALUES: readonly MagicValue[] = [
  failure('90001', 'account_closed', 'The account on the other side is closed.'),
  failure('90002', 'account_not_found', 'There is no such account on the other side.'),
  failure('90003', 'declined', 'The other side declined without giving a reason.'),
  failure('90004', 'payer_insufficient_funds', 'The payer does not have enough.'),
  failure('90005', 'compliance_refused', 'The transaction did not pass the compliance checks.'),
  failure('90006', 'limit_exceeded', 'The amount is over a limit of the other side.'),
  {
    amount: '90010',
    reference: 'simulate:instant',
    outcome: { kind: 'complete', afterMs: 0 },
    description: 'Completes at once, without the usual second.',
  },
  {
    amount: '90011',
    reference: 'simulate:delay_10s',
    outcome: { kind: 'complete', afterMs: 10_000 },
    description: 'Completes after 10 seconds.',
  },
  {
    amount: '90012',
    reference: 'simulate:delay_60s',
    outcome: { kind: 'complete', afterMs: 60_000 },
    description: 'Completes after a minute.',
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
    outcome: { kind: 'expire' },
    description: 'Expires after a second.',
  },
]

const USUAL: MagicOutcome = { kind: 'complete', afterMs: USUAL_DELAY_MS }
const byAmount = new Map(MAGIC_VALUES.map((value) => [value.amount, value.outcome]))
const byReference = new Map(MAGIC_VALUES.map((value) => [value.reference, value.outcome]))

/** What the simulator does with a transaction. A magic reference outranks a magic amount. */
export function magicOutcome(transaction: {
  amountMinor: bigint
  decimals: number
  reference: string | null
}): MagicOutcome {
  const unit = 10n ** BigInt(transaction.decimals)
  const whole = transaction.amountMinor % unit === 0n ? (transaction.amountMinor / unit).toString() : ''
  return byReference.get(transaction.reference ?? '') ?? byAmount.get(whole) ?? USUAL
}
