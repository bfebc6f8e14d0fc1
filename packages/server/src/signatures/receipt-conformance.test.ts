import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseSignature } from './parse-signature.ts'
import { signReceipt } from './sign-receipt.ts'

type Message = { headers: Record<string, string>; body: string }
type Case = {
  name: string
  receipt: {
    request: Message & { method: string; authority: string; path: string; query: string }
    response: Message & { status: number }
  }
  signed: { accept_signature: string; created: number } | null
}
const data = JSON.parse(
  readFileSync(new URL('../../../../conformance/receipts.json', import.meta.url), 'utf8'),
) as { keys: { public_key: { kid: string }; private_key_pem: string }[]; cases: Case[] }
const [platform] = data.keys
const made = data.cases.filter((one) => one.signed !== null)

it('the data holds receipts to make', () => expect(made.length).toBeGreaterThanOrEqual(5))

it.each(made.map((one) => [one.name, one] as const))(
  'makes the very bytes of the conformance data: %s',
  (_name, { receipt: { request, response }, signed }) => {
    const headers = signReceipt({
      accept: signed!.accept_signature,
      request: {
        signature: parseSignature(request.headers['signature-input']!, request.headers['signature']!),
        parts: { ...request, field: (name) => request.headers[name] },
      },
      status: response.status,
      body: response.body,
      createdSeconds: signed!.created,
      signer: { kid: platform!.public_key.kid, privateKey: createPrivateKey(platform!.private_key_pem) },
    })
    expect(response.headers).toMatchObject(headers!)
  },
)
