import { describe, expect, it } from 'vitest'
import { acceptSignature, ReceiptError, verifyReceipt, type Receipt } from './receipt.ts'
import { receipts } from './testing/conformance.ts'

const [good] = receipts.cases
const { public_key: platform } = receipts.keys[0]!

describe('conformance of receipts', () => {
  it.each(receipts.cases.map((one) => [one.expect.reason ?? 'accepts', one.name, one] as const))(
    '%s: %s',
    async (_reason, _name, { receipt, trusted, expect: wanted }) => {
      if (wanted.accepted) {
        expect((await verifyReceipt(receipt, { keys: trusted })).keyId).toBe(wanted.key_id)
        return
      }
      const refusal: unknown = await verifyReceipt(receipt, { keys: trusted }).catch(
        (error: unknown) => error,
      )
      expect(refusal).toBeInstanceOf(ReceiptError)
      expect((refusal as ReceiptError).reason, String(refusal)).toBe(wanted.reason)
    },
  )
})

describe('verifyReceipt', () => {
  it('takes keys as well as their ids, says when it was signed, and trusts no key by itself', async () => {
    const verified = await verifyReceipt(good!.receipt, { keys: [platform] })
    expect(verified).toEqual({ keyId: platform.kid, createdAt: new Date('2025-11-23T00:00:01.000Z') })
    await expect(verifyReceipt(good!.receipt, { keys: [] })).rejects.toThrow(TypeError)
  })

  it('holds after a round through a JSON file', async () => {
    const stored = JSON.parse(JSON.stringify(good!.receipt)) as Receipt
    await expect(verifyReceipt(stored, { keys: [platform.kid] })).resolves.toBeDefined()
  })

  it.each([[null], [1], ['text'], [[]], [{}], [{ request: null, response: null, public_key: null }]])(
    'refuses %j by name',
    async (file) => {
      const refusal = verifyReceipt(file as unknown as Receipt, { keys: [platform] })
      await expect(refusal).rejects.toMatchObject({ name: 'ReceiptError', reason: 'malformed' })
    },
  )

  it('refuses whatever single character of the signed headers is changed', async () => {
    const { receipt } = good!
    for (const name of ['signature-input', 'signature'] as const) {
      const text = receipt.response.headers[name]!
      for (let at = 0; at < text.length; at += 3) {
        const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
        const headers = { ...receipt.response.headers, [name]: changed }
        const tampered = { ...receipt, response: { ...receipt.response, headers } }
        // A label stands outside of what is signed, and names the same signature on both sides.
        await expect(verifyReceipt(tampered, { keys: [platform] }), changed).rejects.toBeInstanceOf(
          ReceiptError,
        )
      }
    }
  })
})

it('what a client asks for is everything that its own signature covers', () => {
  expect(acceptSignature('sig1=("@method" "content-digest");created=1;nonce="a\\"b";keyid="k"')).toBe(
    'receipt=("@status" "content-digest" "@method";req "content-digest";req "signature";req;key="sig1");created;alg="ed25519";tag="countersign-receipt"',
  )
})
