import { expect, it } from 'vitest'
import { availableRail, railHealth } from './rail-health.ts'
import { simulator } from './simulator.ts'

const broken = {
  ...simulator,
  healthCheck: () => Promise.reject(new Error('password of the bank: hunter2')),
}
const silent = { ...simulator, healthCheck: () => new Promise<never>(() => {}) }

it('a rail whose check throws is unhealthy, and what it threw is told to nobody', async () => {
  const health = await railHealth(broken)
  expect(health.healthy).toBe(false)
  expect(health.detail).not.toContain('hunter2')
  expect(await availableRail(broken, 'fiat')).toBeNull()
})

it('a rail that never answers is unhealthy after the wait', async () => {
  expect(await railHealth(silent, 20)).toMatchObject({ healthy: false })
})

it('a rail takes only the currency types that it is able to', async () => {
  const fiatOnly = {
    ...simulator,
    capabilities: () => ({ ...simulator.capabilities(), currencyTypes: new Set(['fiat'] as const) }),
  }
  expect(await availableRail(fiatOnly, 'fiat')).toBe(fiatOnly)
  expect(await availableRail(fiatOnly, 'crypto')).toBeNull()
})
