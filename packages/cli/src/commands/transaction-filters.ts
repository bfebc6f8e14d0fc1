import type { Options } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { queryOf } from '../lists.ts'

/** What transactions are searched by, in lists, files and reports. */
export const TRANSACTION_FILTERS = {
  type: { type: 'string', summary: 'deposit, payout, transfer, refund, return; several with commas' },
  status: {
    type: 'string',
    summary: 'pending, processing, completed, failed, canceled, expired; several with commas',
  },
  currency: { type: 'string', summary: 'such as USD' },
  'account-id': { type: 'string', value: 'acc_…', summary: 'on either side of a transfer' },
  'destination-account-id': { type: 'string', value: 'acc_…', summary: 'where a transfer went' },
  reference: { type: 'string', summary: 'exactly' },
  'request-id': { type: 'string', value: 'req_…', summary: 'the request that created it' },
  'linked-transaction-id': { type: 'string', value: 'txn_…', summary: 'what it refunds or returns' },
  'failure-code': { type: 'string', summary: 'such as account_closed' },
  amount: { type: 'string', summary: 'exactly; needs --currency' },
  'amount-min': { type: 'string', value: 'AMOUNT', summary: 'needs --currency' },
  'amount-max': { type: 'string', value: 'AMOUNT', summary: 'needs --currency' },
  'completed-after': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
  'completed-before': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
  'effective-after': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
  'effective-before': { type: 'string', value: 'TIME', summary: 'RFC 3339' },
  'description-contains': { type: 'string', value: 'WORDS', summary: 'every word, from its beginning' },
  metadata: { type: 'string', multiple: true, value: 'NAME=VALUE', summary: 'exactly; may be repeated' },
} as const satisfies Options

/** @throws UsageError for metadata without a name and a value */
export function transactionQuery(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const metadata = namedValues((values['metadata'] as string[] | undefined) ?? [])
  const named = metadata.map(([name, value]) => [`metadata[${name}]`, value])
  return { ...queryOf(values, TRANSACTION_FILTERS), ...Object.fromEntries(named) }
}

/** What `--metadata NAME=VALUE` says. @throws UsageError for one without a name or a value */
export function namedValues(metadata: readonly string[]): [name: string, value: string][] {
  return metadata.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/su.exec(text) ?? []
    if (name === undefined || value === undefined) throw new UsageError('--metadata is NAME=VALUE.')
    return [name, value]
  })
}
