import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { readOwnBase } from './base-difference.ts'
import { checkSecret } from './check-secret.ts'

const secret = 'sk_test_uNLI5eBV6yqZSLrVDZu0s1PK9LDYooROHGWzOwNarBA0U3781'
const serverBase = '"@method": GET\n"@path": /v1/me'
const ownBase = '"@method": GET\n"@path": /v1/me/'
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest('base64')

it.each([
  ['server', 'as it is', secret, serverBase],
  ['own', 'as it is', secret, ownBase],
  ['server', 'newline', `${secret}\n`, serverBase],
  ['server', 'quotes', `"${secret}"`, serverBase],
  ['server', 'decoded', Buffer.from(secret, 'base64'), serverBase],
  ['own', 'decoded', Buffer.from(secret.slice('sk_test_'.length), 'base64'), ownBase],
  [null, 'as it is', 'another', serverBase],
] as const)('tells that %s text was signed, secret %s', async (signs, use, key, text) => {
  const input = { secret, serverBase, ownBase, signature: mac(key, text) }
  expect(await checkSecret(input)).toEqual({ signs, use, expected: mac(secret, serverBase) })
})

it('tells a secret that was typed with spaces around it', async () => {
  const signature = mac(secret, serverBase)
  expect(await checkSecret({ secret: ` ${secret}\n`, serverBase, ownBase: '', signature })).toMatchObject({
    signs: 'server',
    use: 'trimmed',
  })
})

it('a pasted base may be a JSON string, which keeps carriage returns; anything else is taken as it is', () => {
  const base = '"@method": GET\r\n"@signature-params": ();alg="hmac-sha256"'
  expect(readOwnBase(` ${JSON.stringify(base)}\n`)).toBe(base)
  expect(readOwnBase(base)).toBe(base)
})
