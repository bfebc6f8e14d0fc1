import { z } from 'zod'
import { pageOf, pageQuery } from '../http/pagination.ts'

const time = z.string().meta({ format: 'date-time', example: '2025-11-23T12:00:00.000Z' })
const mode = z.enum(['test', 'production'])
const money = z.string().meta({ example: '0.00' })
const runKind = z.enum(['full', 'incremental']).meta({
  description:
    '`full`: every entry from the first one, after ten times as long as the last one took: five minutes at least, a day at ' +
    'most. `incremental`: what was written since it was last proved, every five minutes.',
})

export const PROOFS = ['sums', 'balances', 'versions', 'holds'] as const

export const reconciliation = z
  .object({
    id: z.string().meta({ example: 'rec_01kasqf0000000000000000001' }),
    kind: runKind,
    status: z.enum(['running', 'completed']),
    requested_by: z
      .object({ id: z.string(), email: z.string().nullable() })
      .nullable()
      .meta({ description: 'The operator who asked for it; null: the schedule.' }),
    accounts: z.int().meta({ description: 'How many accounts were compared with their entries so far.' }),
    entries: z.int().meta({ description: 'How many entries were read so far.' }),
    transactions: z.int().meta({ description: 'How many transactions were compared with their entries.' }),
    discrepancies: z.int(),
    proofs: z
      .array(
        z.object({
          name: z.enum(PROOFS).meta({
            description:
              '`sums`: entries sum to zero per transaction and currency. `balances`: every balance is the sum of its entries. ' +
              '`versions`: 1, 2, 3 … without a gap. `holds`: what is held is the sum of what is open.',
          }),
          discrepancies: z.int(),
        }),
      )
      .meta({ description: 'What was proved, each with how often it did not hold.' }),
    totals: z
      .array(
        z.object({
          mode,
          currency: z.string().meta({ example: 'USD' }),
          accounts: z.int(),
          sum: money.meta({ description: 'Of all accounts, the system’s own among them: zero.' }),
          customers: money.meta({ description: 'What customers have: owed to them.' }),
          held: money.meta({ description: 'How much of it is held for payouts under way.' }),
        }),
      )
      .meta({ description: 'Per mode and currency, at the end of the run.' }),
    started_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: 'Reconciliation' })
export type Reconciliation = z.infer<typeof reconciliation>
export const reconciliationPage = pageOf(reconciliation).extend({
  full_every_seconds: z
    .number()
    .nullable()
    .meta({
      description:
        'How long after the beginning of the last full run the next one begins; null before the first. A change of an ' +
        'old entry is found by then.',
      example: 300,
    }),
})
export const reconciliationQuery = pageQuery
  .pick({ limit: true, cursor: true })
  .extend({ kind: runKind.optional() })
export const reconcileInput = z.object({ kind: runKind.default('full') }).meta({ id: 'ReconcileInput' })

export const discrepancy = z
  .object({
    kind: z.string().meta({ example: 'balance-differs' }),
    subject_id: z.string().meta({
      description: 'An account, a transaction, or mode:currency.',
      example: 'acc_01kasqf0000000000000000001',
    }),
    workspace: z.object({ id: z.string(), name: z.string() }).nullable(),
    mode: mode.nullable(),
    detail: z.string().meta({ description: 'What differs from what; amounts are in minor units.' }),
    found_at: time,
    seen_at: time.meta({ description: 'When a run last saw it.' }),
    resolved_at: time.nullable().meta({ description: 'When a full run no longer found it.' }),
  })
  .meta({ id: 'LedgerDiscrepancy' })
export type LedgerDiscrepancy = z.infer<typeof discrepancy>
export const discrepancyPage = pageOf(discrepancy)
export const discrepancyQuery = pageQuery
  .pick({ limit: true, cursor: true })
  .extend({ state: z.enum(['open', 'resolved']).default('open') })

export const evidenceParams = z.object({ subject_id: z.string().max(64) })
const minor = z.string().meta({ description: 'Minor units.', example: '1000' })
export const evidence = z
  .object({
    account: z.record(z.string(), z.unknown()).nullable(),
    transaction: z.record(z.string(), z.unknown()).nullable(),
    entries: z.array(
      z.object({
        account_id: z.string(),
        version: z.int(),
        transaction_id: z.string(),
        step: z.string(),
        currency: z.string(),
        posted: minor,
        pending_in: minor,
        pending_out: minor,
        posted_after: minor,
        pending_in_after: minor,
        pending_out_after: minor,
        created_at: time,
      }),
    ),
  })
  .meta({ id: 'LedgerEvidence' })
