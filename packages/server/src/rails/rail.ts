import type { CurrencyType } from '../sessions/principal.ts'

/** What moves the money in the world outside. It says what it saw; what follows for states and balances, the ledger decides. */
export type Rail = {
  /** `simulator`, `manual`, …: part of the name of its account in the ledger. Never changes. */
  readonly name: string
  capabilities(): RailCapabilities
  healthCheck(): Promise<RailHealth>
  /**
   * Where a workspace sends its deposits in a currency: made when it is first asked for, the same one ever after.
   * Null when the money comes without being told where.
   */
  createDepositTarget(place: DepositPlace): Promise<DepositTarget | null>
  /** Hands a payout or refund over. Called again while it says `waiting`, and after a crash: never pay one twice. */
  submitPayout(transaction: RailTransaction): Promise<Observation>
  /** What is known now of transactions handed over before; one observation each, in any order. */
  poll(transactions: readonly RailTransaction[]): Promise<Observation[]>
  /**
   * What a call from the rail tells, after its signature was checked; at most 100 observations. Absent: nobody calls.
   * @throws when it is not genuine
   */
  parseInbound?(message: InboundMessage): Promise<Observation[]>
  /** When to ask about a new transaction for the first time, in ms since the epoch; null: a person will say. */
  firstLookAt(request: NewRailTransaction, nowMs: number): number | null
}

export type RailCapabilities = {
  currencyTypes: ReadonlySet<CurrencyType>
  types: ReadonlySet<'deposit' | 'payout' | 'refund'>
}
export type RailHealth = { healthy: boolean; detail: string }
export type DepositPlace = {
  workspaceId: string
  currency: string
  decimals: number
  /** ISO 11649, of this workspace and currency alone; it never changes. */
  referenceCode: string
}
export type DepositTarget = {
  /** For people. */
  instructions: string
  /** For programs and for copying: `iban`, `address`, `memo` … */
  details: Readonly<Record<string, string>>
  /** Others have the same target: only the reference code tells whose money came. */
  needsReference: boolean
}
export type InboundMessage = { headers: Readonly<Record<string, string | undefined>>; body: Buffer }

export type NewRailTransaction = {
  type: 'deposit' | 'payout' | 'refund'
  amountMinor: bigint
  currency: string
  decimals: number
  destination: string | null
  reference: string | null
}
export type RailTransaction = NewRailTransaction & {
  id: string
  /** `completed`: the rail asked to be asked again, because something may follow. */
  status: 'pending' | 'processing' | 'completed'
  createdAtMs: number
  /** When it was to be asked about; earlier than now when the asking took its time. */
  dueAtMs: number
}

/** `lookAgainAtMs` null: the rail will call, or a person will say. */
export type Observation = { transactionId: string } & (
  | { kind: 'waiting'; lookAgainAtMs: number | null }
  | { kind: 'accepted'; lookAgainAtMs: number | null }
  /** `amountMinor` of a deposit: what came, where that may be another amount than was announced. */
  | { kind: 'completed'; railReference?: string; amountMinor?: bigint; lookAgainAtMs?: number }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'expired' }
  /** After it had completed, the money came back: the ledger makes a linked transaction. */
  | { kind: 'returned'; code: string; message: string }
  /** Test Mode: the webhook of its completion is to be delivered a second time. */
  | { kind: 'told-again' }
)
