import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedRange, curlLine, signingSteps } from './signing-steps.ts'

const signing = readFileSync(fileURLToPath(new URL('../../../../docs/signing.md', import.meta.url)), 'utf8')
const blockOf = (id: string): string =>
  new RegExp(`^\`\`\`\\w+ id=${id}\n([\\s\\S]*?)\n\`\`\``, 'm').exec(signing)![1]!

const example = {
  method: 'POST',
  url: 'https://api.example.com/v1/transactions',
  body: '{"type":"deposit","amount":"10.00","currency":"USD"}',
  contentType: 'application/json',
  idempotencyKey: 'order-1042',
  publicKey: /pk_test_\w+/.exec(blockOf('key'))![0],
  secretKey: /sk_test_\w+/.exec(blockOf('key'))![0],
  created: 1_763_856_000,
  nonce: '4f1c8e0b7a9d2c3e5b6f',
}

test('the live signer makes digest, parameters, base and signature as docs/signing.md shows them', async () => {
  const steps = await signingSteps(example)
  expect(`Content-Digest: ${steps.digest}`).toBe(blockOf('digest'))
  expect(steps.parameters).toBe(blockOf('parameters'))
  expect(steps.base).toBe(blockOf('base'))
  expect(steps.signature).toBe(`sig1=:${blockOf('signature')}:`)
  for (const line of blockOf('headers').split('\n')) expect(steps.request.split('\n')).toContain(line)
})

test('a GET carries neither body nor digest, whatever stands in the body field', async () => {
  const { digest, base, request } = await signingSteps({ ...example, method: 'GET', idempotencyKey: '' })
  expect(digest).toBeNull()
  expect(base).not.toContain('content-')
  expect(request).not.toContain(example.body)
})

test('what cannot be signed is said in words', async () => {
  await expect(signingSteps({ ...example, url: 'not a url' })).rejects.toThrow()
  await expect(signingSteps({ ...example, nonce: 'short' })).rejects.toThrow(/nonce must be 16 to 128/)
  await expect(signingSteps({ ...example, url: 'https://api.example.com/v1/%61' })).rejects.toThrow(/path/)
})

test('the curl line survives quotes in header and body', async () => {
  const body = `{"note":"it's"}`
  const { request } = await signingSteps({ ...example, body })
  expect(curlLine(example, request)).toContain(`--data-binary '{"note":"it'\\''s"}'`)
})

test('the marked range is all that differs', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (start, before, after, end) => {
      const [left, right] = [start + before + end, start + after + end]
      const { from, to } = changedRange(left, right)
      expect(from).toBeLessThanOrEqual(to)
      const outside = right.slice(0, from) + right.slice(to)
      expect(left.startsWith(right.slice(0, from)) && left.endsWith(right.slice(to))).toBe(true)
      expect(outside.length).toBeLessThanOrEqual(Math.min(left.length, right.length))
    }),
  )
})
