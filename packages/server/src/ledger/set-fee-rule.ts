import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { MemberPrincipal } from '../sessions/principal.ts'
import { auditChanges, recordAudit, type AuditContext } from '../workspaces/audit-log.ts'
import { currencyOf, parseAmount } from './currencies.ts'
import {
  deleteFeeRule,
  findFeeRule,
  lockFeeRules,
  saveFeeRule,
  type FeeRuleFigures,
  type FeeRuleKey,
} from './fee-queries.ts'
import type { FeeRule, FeeRuleInput } from './fee-schema.ts'

type FeeDeps = { database: Database; clock: Clock }
type Change = {
  operator: MemberPrincipal
  audit: AuditContext
  key: FeeRuleKey
}

/** The rule that a path names: `USD`, or `fiat` for every currency that has none of its own. @throws `currency-unknown` */
export function feeRuleKey({ type, currency }: { type: FeeRule['type']; currency: string }): FeeRuleKey {
  if (currency === 'fiat' || currency === 'crypto') return { type, currencyType: currency, currency: '*' }
  const { code, type: currencyType } = currencyOf(currency)
  return { type, currencyType, currency: code }
}

/**
 * Sets what a kind of transaction costs from now on; what was made before keeps its fee. Writes the audit log in the
 * same transaction; the same rule again leaves no entry.
 * @throws Problem `invalid-input`
 */
export async function setFeeRule(
  { database, clock }: FeeDeps,
  { operator, audit, key, input }: Change & { input: FeeRuleInput },
): Promise<FeeRule> {
  const figures = figuresOf(key, input)
  const now = clock.now()
  return database.transaction(async (client) => {
    await lockFeeRules(client)
    const before = await findFeeRule(client, key)
    await saveFeeRule(client, key, figures, { now: new Date(now), userId: operator.userId })
    const after = await findFeeRule(client, key)
    if (!after) throw new Error('the rule is gone under its lock')
    const changes = before ? auditChanges(priced(before), priced(after)) : { after: priced(after) }
    if (changes) await audited(client, { audit, key, now, ...changes })
    return after
  })
}

/** Takes a rule away. @throws Problem `not-found` */
export async function removeFeeRule({ database, clock }: FeeDeps, { audit, key }: Change): Promise<void> {
  const now = clock.now()
  await database.transaction(async (client) => {
    await lockFeeRules(client)
    const before = await findFeeRule(client, key)
    if (!before) throw problem('not-found', { detail: 'There is no such rule.' })
    await deleteFeeRule(client, key)
    await audited(client, { audit, key, now, before: priced(before) })
  })
}

const priced = ({ fixed, basis_points, minimum }: FeeRule) => ({ fixed, basis_points, minimum })

async function audited(
  client: Parameters<typeof recordAudit>[0],
  entry: {
    audit: AuditContext
    key: FeeRuleKey
    now: number
    before?: Record<string, unknown>
    after?: Record<string, unknown>
  },
): Promise<void> {
  const { audit, key, now, before, after } = entry
  await recordAudit(client, {
    ...audit,
    // It concerns the platform: no workspace's log shows it.
    workspaceId: null,
    action: after ? 'fee.set' : 'fee.removed',
    target: { kind: 'fee', id: `${key.type}:${key.currency === '*' ? key.currencyType : key.currency}` },
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    now,
  })
}

function figuresOf(
  key: FeeRuleKey,
  { fixed, basis_points: basisPoints, minimum }: FeeRuleInput,
): FeeRuleFigures {
  const minor = (text: string, pointer: string): bigint => {
    if (/^0(?:\.0+)?$/.test(text)) return 0n
    if (key.currency !== '*') return parseAmount(text, currencyOf(key.currency), pointer)
    throw problem('invalid-input', {
      errors: [{ pointer, message: 'needs one currency; a rule for all of a type has a share alone' }],
    })
  }
  return { fixed: minor(fixed, '/fixed'), basisPoints, minimum: minor(minimum, '/minimum') }
}
