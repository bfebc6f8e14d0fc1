import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { App } from '../http/app-type.ts'
import { assertCurrencyType } from '../ledger/access.ts'
import { currencyOf } from '../ledger/currencies.ts'
import { problem } from '../problems.ts'
import type { DepositPlace, DepositTarget, Rail } from '../rails/rail.ts'
import type { CurrencyType, Mode } from '../sessions/principal.ts'
import type { Activation } from '../workspaces/activation.ts'
import { ensureReferenceCode } from './queries.ts'
import { newReferenceCode, printedReferenceCode } from './reference-code.ts'
import { depositInstructions, depositInstructionsQuery } from './schema.ts'

export type DepositInstructionsDeps = {
  database: Database
  clock: Clock
  activation: Pick<Activation, 'isProductionOpen'>
  /** What moves the money of a mode and currency type; null when there is none, or it is not healthy. */
  railOf(mode: Mode, currencyType: CurrencyType): Promise<Rail | null>
}

/** `GET /v1/deposit-instructions`: where a deposit goes, and the code by which it is recognised. */
export function depositInstructionsRoutes(app: App, deps: DepositInstructionsDeps): void {
  app.get(
    '/v1/deposit-instructions',
    {
      config: {
        access: { resource: 'transactions', action: 'read', doors: ['key', 'member'], role: 'viewer' },
      },
      schema: {
        operationId: 'getDepositInstructions',
        summary: 'Where to send a deposit',
        description:
          'With the reference code of your workspace and this currency. It stays the same: give it to your bank with ' +
          'every payment. Its two check digits are those of ISO 11649.',
        tags: ['Transactions'],
        querystring: depositInstructionsQuery,
        response: { 200: depositInstructions },
      },
    },
    async ({ principal, query }) => {
      const currency = currencyOf(query.currency)
      assertCurrencyType(principal, currency)
      const { workspaceId, mode } = principal
      const { pool } = deps.database
      const code = await ensureReferenceCode(pool, {
        code: newReferenceCode(),
        workspaceId,
        mode,
        currency: currency.code,
        now: new Date(deps.clock.now()),
      })
      // Nobody sends money before it can be taken.
      const isOpen =
        mode === 'test' || (await deps.activation.isProductionOpen(pool, workspaceId, currency.type))
      const rail = isOpen ? await deps.railOf(mode, currency.type) : null
      const place = {
        workspaceId,
        currency: currency.code,
        decimals: currency.decimals,
        referenceCode: code,
      }
      const target = rail?.capabilities().types.has('deposit') ? await targetOf(rail, place) : null
      return {
        currency: currency.code,
        currency_type: currency.type,
        mode,
        reference_code: code,
        reference_code_printed: printedReferenceCode(code),
        instructions: target?.instructions ?? null,
        details: { ...target?.details },
      }
    },
  )
}

async function targetOf(rail: Rail, place: DepositPlace): Promise<DepositTarget | null> {
  try {
    return await rail.createDepositTarget(place)
  } catch (cause) {
    throw problem('rail-unavailable', { cause, headers: { 'retry-after': '60' } })
  }
}
