const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const EVENT_DIGITS = 22
const NUMBER_DIGITS = 4
const PATTERN = /^dlv_([0-7][0-9a-hjkmnp-tv-z]{21})([0-9a-hjkmnp-tv-z]{4})$/

/**
 * A delivery is event × endpoint, and so is its id: the event's first 22 digits (time, counter and 44 random
 * bits) and the endpoint's number within its workspace and mode in the last four. It sorts as the event does and
 * needs neither a column nor an index. Number 0 is the event that found no endpoint.
 */
export function deliveryId(eventId: string, endpointNumber: number): string {
  let digits = ''
  let rest = endpointNumber
  for (let index = 0; index < NUMBER_DIGITS; index += 1) {
    digits = DIGITS.charAt(rest % 32) + digits
    rest = Math.floor(rest / 32)
  }
  return `dlv_${eventId.slice(4, 4 + EVENT_DIGITS)}${digits}`
}

/** The range of event ids, first and last, and the endpoint's number; null when it is no delivery id. */
export function parseDeliveryId(
  id: string,
): { firstEventId: string; lastEventId: string; endpointNumber: number } | null {
  const match = PATTERN.exec(id)
  if (!match) return null
  const [, event = '', number = ''] = match
  let endpointNumber = 0
  for (const digit of number) endpointNumber = endpointNumber * 32 + DIGITS.indexOf(digit)
  return { firstEventId: `evt_${event}0000`, lastEventId: `evt_${event}zzzz`, endpointNumber }
}
