export type Column<Row> = { title: string; value: (row: Row) => unknown; right?: boolean }

const GAP = '  '

/**
 * Text from elsewhere for a terminal: control characters, which could move the cursor or rewrite what stands
 * above, and marks that turn the direction of writing are shown as what they are.
 */
export function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- finding them is its job
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** JSON that is safe to print: JSON itself lets the upper control characters through. */
export function json(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Rows under their titles; says so when there are none. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  if (rows.length === 0) return 'Nothing found.\n'
  const cells = [
    columns.map(({ title }) => title.toUpperCase()),
    ...rows.map((row) => columns.map(({ value }) => cell(value(row)))),
  ]
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)))
  return cells
    .map((line) => {
      const padded = line.map((text, index) =>
        columns[index]!.right ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
      )
      return `${padded.join(GAP).trimEnd()}\n`
    })
    .join('')
}

/** One object, a line for each of its members. */
export function members(object: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(object)
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) => `${name.padEnd(width)}${GAP}${cell(object[name])}\n`).join('')
}

function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.length === 0 ? '–' : printable(value.join(', '))
  return typeof value === 'object' ? json(value) : printable(String(value as string | number | boolean))
}
