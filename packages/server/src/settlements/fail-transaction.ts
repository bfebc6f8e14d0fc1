import type pg from 'pg'
import type { Config } from '../config.ts'
import { problem } from '../problems.ts'
import { MANUAL_RAIL } from '../rails/manual.ts'
import { operatorsAmong } from '../sessions/operators.ts'
import { markFailed, type SettlementRow } from './queries.ts'
import {
  advance,
  approvalsRequired,
  assertOpen,
  lockSettlement,
  read,
  record,
  type Input,
  type SettleDeps,
} from './settle-transaction.ts'

/**
 * An operator says that the money did not and will not move: what the transaction held is free again. One person is
 * enough, unless another one says that it moved. The same reason again changes nothing.
 * @throws Problem `not-found`, `transaction-ended`; `conflict` when it failed for another reason, or another operator
 *   has approved it
 */
export async function failTransaction(
  deps: SettleDeps,
  { transactionId, operator, audit, code, reason }: Input & { code: string; reason: string },
): Promise<SettlementRow> {
  const nowMs = deps.clock.now()
  return deps.database.transaction(async (client) => {
    const before = await lockSettlement(client, transactionId)
    if (before.outcome === 'failed') {
      if (before.reason === reason && before.failureCode === code) return before
      throw problem('conflict', { detail: 'It has failed already, for another reason.' })
    }
    assertOpen(before)
    await assertNobodyElseApproved(client, before, { config: deps.config, by: operator.userId })
    const required = approvalsRequired(before.transaction.type, deps.config)
    const settlement = { transactionId, rail: MANUAL_RAIL, code, reason, approvalsRequired: required }
    await markFailed(client, { ...settlement, by: operator.userId, at: new Date(nowMs) })
    const failure = { code, message: reason }
    await advance(client, { transactionId, status: 'failed', failure }, nowMs)
    await record(client, before, { audit, action: 'settlement.failed', after: { code, reason }, nowMs })
    return read(client, transactionId)
  })
}

/**
 * Whoever approved a deposit, payout or refund says that the bank has moved the money: to free what it holds would let
 * it be spent twice. A correction or return is only proposed so, and failing it is how others refuse it.
 * @throws Problem `conflict` with who is to withdraw that; an approval of somebody who is no operator any more is past
 */
async function assertNobodyElseApproved(
  client: pg.PoolClient,
  { transaction: { type }, approvals }: SettlementRow,
  { config, by }: { config: Pick<Config, 'operatorEmails'>; by: string },
): Promise<void> {
  if (type === 'correction' || type === 'return') return
  const others = approvals.map(({ id }) => id).filter((id) => id !== by)
  if (others.length === 0) return
  const found = await operatorsAmong(client, others, config.operatorEmails)
  if (found.length === 0) return
  throw problem('conflict', {
    detail: `${found.map(({ email }) => email).join(', ')} approved it: the money may have moved. Have that withdrawn first.`,
    extra: { approved_by: found },
  })
}
