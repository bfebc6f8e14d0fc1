import { expect, test } from 'vitest'
import { isId, newId } from '../ids.ts'
import { deliveryId, parseDeliveryId } from './delivery-id.ts'

test('a delivery id looks like every other id and leads back to its event and endpoint', () => {
  const eventId = newId('evt')
  for (const number of [0, 1, 31, 32, 1_048_575]) {
    const id = deliveryId(eventId, number)
    expect(isId('dlv', id)).toBe(true)
    const parsed = parseDeliveryId(id)!
    expect(parsed.endpointNumber).toBe(number)
    expect(parsed.firstEventId <= eventId && eventId <= parsed.lastEventId).toBe(true)
  }
  expect(parseDeliveryId('dlv_nonsense')).toBeNull()
})
