import { readFileSync } from 'node:fs'
import { ReceiptError, verifyReceipt, type Receipt, type ReceiptKey } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'

const FILE_BYTES_MAX = 16 * 1024 * 1024

/** Checks a stored receipt; nothing is sent. */
export const verify = command({
  name: 'receipt verify',
  summary: 'check a stored receipt; nothing is sent',
  takes: ['FILE'],
  options: {
    key: {
      type: 'string',
      multiple: true,
      value: 'ID',
      summary:
        "a key of the platform that you trust: its id, the directory's kid; may be given several times",
    },
    directory: {
      type: 'string',
      value: 'FILE',
      summary: 'a stored copy of /.well-known/http-message-signatures-directory; its keys are trusted',
    },
  },
  details: `A receipt holds the key that signed it, and cannot vouch for it: name what you trust.
countersign receipt verify payout.json --key kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
countersign receipt verify payout.json --directory keys.json

Ends with 0 when the receipt holds, with 1 when it does not.`,
  async run(context, { args: [file = ''], values: { key, directory } }) {
    const keys: (ReceiptKey | string)[] = [...(key ?? []), ...(directory ? directoryKeys(directory) : [])]
    if (keys.length === 0) throw new UsageError('Name the keys that you trust: --key ID or --directory FILE.')
    const receipt = readJson(file) as Receipt
    try {
      const { keyId, createdAt } = await verifyReceipt(receipt, { keys })
      const { request, response } = receipt
      const answer = {
        valid: true,
        key_id: keyId,
        created_at: createdAt.toISOString(),
        method: request.method,
        authority: request.authority,
        target: request.path + (request.query === '?' ? '' : request.query),
        status: response.status,
      }
      context.answer(
        answer,
        () =>
          `The receipt holds. ${answer.authority} answered ${answer.status} to ${answer.method} ${answer.target}\nsigned ${answer.created_at} by ${keyId}\n`,
      )
      return EXIT.ok
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error
      const answer = { valid: false, reason: error.reason, detail: error.message }
      if (context.json) context.answer(answer, () => '')
      else context.io.err(`The receipt does not hold (${error.reason}). ${error.message}\n`)
      return EXIT.refused
    }
  },
})

function directoryKeys(file: string): ReceiptKey[] {
  const { keys } = (readJson(file) ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new UsageError(`${file} is no directory of keys.`)
  return keys as ReceiptKey[]
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'fault'}.`)
  }
  if (text.length > FILE_BYTES_MAX) throw new UsageError(`${file} is too large to be a receipt.`)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new UsageError(`${file} is not JSON.`)
  }
}
