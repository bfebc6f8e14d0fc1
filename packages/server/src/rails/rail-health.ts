import type { CurrencyType } from '../sessions/principal.ts'
import type { Rail, RailHealth } from './rail.ts'

/** A rail that says nothing for so long is not healthy: whoever creates a transaction is waiting. */
const HEALTH_WAIT_MS = 5_000

/** How a rail is. One that throws, or does not answer in time, is not healthy; what it said stays with us. */
export async function railHealth(
  rail: Pick<Rail, 'healthCheck'>,
  waitMs = HEALTH_WAIT_MS,
): Promise<RailHealth> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<RailHealth>((resolve) => {
    timer = setTimeout(
      () => resolve({ healthy: false, detail: 'The payment connection does not answer.' }),
      waitMs,
    )
  })
  try {
    return await Promise.race([rail.healthCheck(), tooLate])
  } catch {
    return { healthy: false, detail: 'The payment connection could not be checked.' }
  } finally {
    clearTimeout(timer)
  }
}

/** The rail, when it takes transactions of this currency type now. */
export async function availableRail(rail: Rail, currencyType: CurrencyType): Promise<Rail | null> {
  if (!rail.capabilities().currencyTypes.has(currencyType)) return null
  return (await railHealth(rail)).healthy ? rail : null
}
