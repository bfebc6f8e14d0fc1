/** What a spreadsheet would read as a formula (OWASP, CSV injection). */
const FORMULA_START = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
/** Where the one that opens the file takes another separator than the comma, or no quotes, a cell begins here too. */
const FORMULA_WITHIN = /[;\t\r\n](?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g
/** Amounts of this server: signed decimals, which no spreadsheet can take for more than a number. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/

/** A line of a file as RFC 4180 has it. */
export function csvLine(fields: readonly (string | number | boolean | null | undefined)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

/** Quoted where it must be; an apostrophe keeps a text that begins like a formula from being run as one. */
export function csvField(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const marked = FORMULA_START.test(value) && !DECIMAL.test(value) ? `'${value}` : value
  const harmless = marked.replace(FORMULA_WITHIN, "$&'")
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
