import { currencyOf, formatAmount, parseAmount } from '../ledger/currencies.ts'
import { Problem, problem } from '../problems.ts'
import { reference as referenceSchema } from './schema.ts'

/** A line of a bank statement that could be read. */
export type StatementRow = {
  /** Of the file, counted from 1; a quoted field may go over several. */
  line: number
  date: string | null
  /** Minor units, without sign. */
  amountMinor: bigint
  amount: string
  currency: string
  direction: 'in' | 'out'
  reference: string
  text: string | null
  sender: string | null
}
export type StatementFault = { line: number; message: string }
export type Statement = { rows: StatementRow[]; faults: StatementFault[] }

export type StatementOptions = {
  /** Where the file names none. */
  currency: string | null
  decimalMark: '.' | ','
}

export const ROWS_MAX = 1_000
const COLUMNS_MAX = 60
const TEXT_CHARACTERS_MAX = 500

/** What banks call their columns, folded to letters. */
const COLUMN_NAMES = {
  date: ['date', 'bookingdate', 'valuedate', 'valuta', 'buchungstag', 'datum', 'timestamp'],
  amount: ['amount', 'betrag', 'bedrag', 'value', 'quantity'],
  currency: ['currency', 'ccy', 'currencycode', 'währung', 'waehrung', 'valutacode', 'asset'],
  reference: [
    'reference',
    'bankreference',
    'transactionid',
    'transactionreference',
    'id',
    'referenz',
    'kenmerk',
    'hash',
    'txid',
    'transactionhash',
  ],
  text: [
    'text',
    'description',
    'remittance',
    'remittanceinformation',
    'details',
    'purpose',
    'message',
    'verwendungszweck',
    'omschrijving',
  ],
  // Whether money came or left, where the amount itself does not say so.
  side: [
    'dc',
    'cd',
    'drcr',
    'crdr',
    'debitcredit',
    'creditdebit',
    'debetcredit',
    'debitcreditindicator',
    'creditdebitindicator',
    'cdtdbtind',
    'afbij',
    'sollhaben',
    'sh',
  ],
  sender: ['sender', 'counterparty', 'counterpartyname', 'name', 'payer', 'from', 'naam'],
} as const
type Column = keyof typeof COLUMN_NAMES
const SIDES: Record<'in' | 'out', readonly string[]> = {
  in: ['+', 'c', 'cr', 'crdt', 'credit', 'bij', 'h', 'haben', 'in'],
  out: ['-', 'd', 'dr', 'dbit', 'debit', 'debet', 'af', 's', 'soll', 'out'],
}
const REQUIRED: readonly Column[] = ['amount', 'reference']

/**
 * Reads the CSV file of a bank statement: a first line that names the columns, then one line for each movement, commas,
 * semicolons or tabs between. A line that cannot be read is told with its number and left out; nothing is guessed.
 * @throws Problem `invalid-input` when the file as a whole is none
 */
export function readStatement(csv: string, options: StatementOptions): Statement {
  const text = csv.replace(/^\uFEFF/, '')
  const separator = separatorOf(text)
  const records = splitRecords(text, separator)
  const [head, ...body] = records
  if (!head || body.length === 0)
    throw fault('must hold a line with the names of the columns, and lines below it')
  const columns = columnsOf(head.fields)
  const rows: StatementRow[] = []
  const faults: StatementFault[] = []
  const seen = new Map<string, number>()
  for (const { line, fields } of body) {
    try {
      const row = readRow({ line, fields, columns, width: head.fields.length }, options)
      const before = seen.get(row.reference)
      if (before !== undefined) throw new LineFault(`has the reference of line ${before}`)
      seen.set(row.reference, line)
      rows.push(row)
    } catch (error) {
      faults.push({ line, message: messageOf(error) })
    }
  }
  return { rows, faults }
}

type CsvRecord = { line: number; fields: string[] }

function separatorOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1)
  return [';', '\t', ','].find((one) => first.includes(one)) ?? ','
}

/** RFC 4180, with any separator; blank lines are passed over. */
function splitRecords(text: string, separator: string): CsvRecord[] {
  const records: CsvRecord[] = []
  // What ends a stretch of a field, so that long texts are cut out and not read character by character.
  const plainEnd = new RegExp(`[${separator}"\\r\\n]`, 'g')
  let fields: string[] = []
  let field = ''
  let line = 1
  let startLine = 1
  let at = 0
  const endField = () => {
    fields.push(field)
    field = ''
    if (fields.length > COLUMNS_MAX) throw fault(`has more than ${COLUMNS_MAX} columns in line ${startLine}`)
  }
  const endRecord = () => {
    endField()
    if (fields.some((one) => one.trim() !== '')) records.push({ line: startLine, fields })
    fields = []
    if (records.length > ROWS_MAX + 1) throw fault(`has more than ${ROWS_MAX} lines: split it`)
    startLine = line
  }
  while (at < text.length) {
    plainEnd.lastIndex = at
    const end = plainEnd.exec(text)?.index ?? text.length
    field += text.slice(at, end)
    const character = text[end]
    at = end + 1
    if (character === separator) endField()
    else if (character === '\n') {
      line += 1
      endRecord()
    } else if (character === '"' && field.trim() === '') {
      const quoted = readQuoted(text, at)
      if (!quoted) throw fault(`has a quote in line ${startLine} that does not end`)
      field = quoted.value
      line += quoted.value.split('\n').length - 1
      at = quoted.end
    } else if (character === '"') field += character
  }
  if (field !== '' || fields.length > 0) endRecord()
  return records
}

/** A quoted text from behind its first quote, two quotes standing for one; null when it does not end. */
function readQuoted(text: string, start: number): { value: string; end: number } | null {
  let value = ''
  for (let at = start; ;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return null
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    at = quote + 2
  }
}

function columnsOf(head: readonly string[]): Partial<Record<Column, number>> {
  const folded = head.map((name) => name.toLowerCase().replace(/[^\p{L}]/gu, ''))
  const columns: Partial<Record<Column, number>> = {}
  for (const [column, names] of Object.entries(COLUMN_NAMES) as [Column, readonly string[]][]) {
    // The first name of the list that is there, so that `reference` is taken before `id`.
    const name = names.find((one) => folded.includes(one))
    if (name !== undefined) columns[column] = folded.indexOf(name)
  }
  const missing = REQUIRED.filter((column) => columns[column] === undefined)
  if (missing.length > 0)
    throw fault(
      `has no column for the ${missing.join(' and the ')}: name one ${missing.map((one) => `"${one}"`).join(' and one ')}`,
    )
  return columns
}

type Line = CsvRecord & { columns: Partial<Record<Column, number>>; width: number }

/** @throws what is wrong with it, in words */
function readRow({ line, fields, columns, width }: Line, options: StatementOptions): StatementRow {
  if (fields.length !== width)
    throw new LineFault(`has ${fields.length} fields; the first line names ${width}`)
  // Two references that lost different letters would be one.
  if (fields.some((field) => field.includes('\uFFFD')))
    throw new LineFault('holds characters that cannot be read: save the file as UTF-8')
  const of = (column: Column) => {
    const at = columns[column]
    return at === undefined ? '' : (fields[at] as string).trim()
  }
  const code = (of('currency') || options.currency || '').toUpperCase()
  if (code === '') throw new LineFault('names no currency, and none was given for the file')
  const currency = currencyOf(code)
  const { sign, decimal } = readAmount(of('amount'), options.decimalMark)
  const direction = columns.side === undefined ? SIGN_SAYS[sign] : readSide(of('side'), sign)
  const amountMinor = parseAmount(decimal, currency)
  const reference = referenceSchema.safeParse(of('reference'))
  if (!reference.success)
    throw new LineFault(`the reference ${reference.error.issues[0]?.message ?? 'cannot be read'}`)
  return {
    line,
    date: plainText(of('date'), 40),
    amountMinor,
    amount: formatAmount(amountMinor, currency),
    currency: currency.code,
    direction,
    reference: reference.data,
    text: plainText(of('text'), TEXT_CHARACTERS_MAX),
    sender: plainText(of('sender'), 200),
  }
}

const SIGN_SAYS = { '': 'in', '+': 'in', '-': 'out' } as const
type Sign = keyof typeof SIGN_SAYS

/** What the column for it says; a sign that says the opposite is not passed over. */
function readSide(text: string, sign: Sign): 'in' | 'out' {
  const word = text.toLowerCase().replace(/\.$/, '')
  const said = SIDES.in.includes(word) ? 'in' : SIDES.out.includes(word) ? 'out' : null
  if (said === null) throw new LineFault(`says "${text.slice(0, 20)}" where it has to say credit or debit`)
  if (sign !== '' && SIGN_SAYS[sign] !== said)
    throw new LineFault(`says "${text}", and the sign of its amount says the opposite`)
  return said
}

/** `-1.234,56` with a decimal comma is 1234.56 that went out. Groups must be whole, or the mark was the other one. */
function readAmount(text: string, mark: '.' | ','): { sign: Sign; decimal: string } {
  const match = /^([+-]?)(.+)$/.exec(text.replaceAll(/[\s'\u2019]/g, ''))
  if (!match) throw new LineFault('has no amount')
  const [, sign = '', unsigned = ''] = match
  const group = mark === '.' ? ',' : '.'
  const pattern = mark === '.' ? /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/ : /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/
  const plain = mark === '.' ? /^\d+(?:\.\d+)?$/ : /^\d+(?:,\d+)?$/
  if (!plain.test(unsigned) && !pattern.test(unsigned))
    throw new LineFault(
      `the amount "${text.slice(0, 40)}" is no number with a decimal ${mark === '.' ? 'point' : 'comma'}`,
    )
  const decimal = unsigned
    .replaceAll(group, '')
    .replace(mark, '.')
    .replace(/^0+(?=\d)/, '')
  return { sign: sign as Sign, decimal }
}

/** Words of the statement as people compare them: on one line, nothing invisible. */
function plainText(text: string, charactersMax: number): string | null {
  return (
    text
      .replaceAll(/[\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, charactersMax)
      .replace(/\p{Surrogate}$/u, '') || null
  )
}

/** What is wrong with one line, in words that follow its number. */
class LineFault extends Error {}

function messageOf(error: unknown): string {
  if (error instanceof LineFault) return error.message
  if (error instanceof Problem) return error.errors?.[0]?.message ?? error.detail
  throw error
}

const fault = (message: string) =>
  problem('invalid-input', {
    detail: `The file ${message}.`,
    errors: [{ pointer: '/csv', message }],
  })
