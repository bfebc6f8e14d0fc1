import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createReceiptCheck } from './receipts.ts'
import { receipts } from './testing/conformance.ts'

const { receipt } = receipts.cases[0]!
const TYPE = 'application/http-message-signatures-directory+json'
const HOUR_MS = 3_600_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

/** A client's check of one answer; the directory of its platform says what a test wants. */
function makeCheck() {
  const directory = { status: 200, keys: [receipts.keys[0]!.public_key], asked: 0 }
  const check = createReceiptCheck({}, async () => {
    directory.asked += 1
    return { status: directory.status, type: TYPE, text: JSON.stringify({ keys: directory.keys }) }
  })
  const { request, response } = receipt
  const sent = { ...request, headers: new Headers(request.headers), body: request.body || null }
  const answer = (headers: Record<string, string> = response.headers) =>
    check(
      sent,
      new Response(null, { status: response.status, headers }),
      new TextEncoder().encode(response.body),
    )
  return { directory, answer }
}

it('a key is believed for an hour, and not longer because the directory cannot be read', async () => {
  const { directory, answer } = makeCheck()
  expect(await answer()).not.toBeNull()
  directory.status = 503
  vi.advanceTimersByTime(HOUR_MS - 1_000)
  expect(await answer()).not.toBeNull()
  vi.advanceTimersByTime(2_000)
  for (let count = 0; count < 10; count += 1)
    await expect(answer()).rejects.toMatchObject({ reason: 'keys-unavailable' })
  expect(directory.asked).toBeLessThanOrEqual(7)
  directory.status = 200
  vi.advanceTimersByTime(60_000)
  expect(await answer()).not.toBeNull()
})

it('a directory that is suddenly empty makes nobody take answers without receipts', async () => {
  const { directory, answer } = makeCheck()
  await answer()
  directory.status = 404
  const foreign = receipt.response.headers['signature-input']!.replace(/keyid="[^"]*"/, 'keyid="mine"')
  await expect(answer({ ...receipt.response.headers, 'signature-input': foreign })).rejects.toMatchObject({
    name: 'ReceiptError',
  })
  await expect(answer({ 'content-type': 'application/json' })).rejects.toMatchObject({ reason: 'missing' })
})
