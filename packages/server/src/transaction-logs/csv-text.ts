// JSON is full of backslashes and quotes, which COPY's own format and the usual CSV would escape one by one: with a
// quote that no text holds, nearly every value stands as it is. Null is nothing at all, an empty text a pair of quotes.
export const CSV = "format csv, delimiter E'\\t', quote E'\\x01', escape E'\\x01'"

const UNQUOTED = /^[ -\uffff]+$/

/** A text as a value of a line of CSV. */
export function csvText(value: string): string {
  if (UNQUOTED.test(value)) return value
  // Postgres stores no NUL.
  return `\x01${value.replaceAll('\0', '').replaceAll('\x01', '\x01\x01')}\x01`
}
