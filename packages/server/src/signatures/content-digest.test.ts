import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Problem } from '../problems.ts'
import { assertDigest } from './content-digest.ts'

const digestOf = (body: string) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
const causeOf = (body: string, digest: string): unknown => {
  try {
    assertDigest(digest, Buffer.from(body))
  } catch (error) {
    return (error as Problem).extra?.['likely_cause_code']
  }
  return null
}

it('names a body that was serialised twice', () => {
  expect(causeOf('{"a": [1, 2]}', digestOf('{"a":[1,2]}'))).toBe('body-reserialised')
  expect(causeOf('{"a":[1,2]}', digestOf('{\n    "a": [\n        1,\n        2\n    ]\n}'))).toBe(
    'body-reserialised',
  )
})

it('explaining a digest never costs more than the body that was sent: brackets in brackets are not written out', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  // Written with an indentation of four, this would be 36 MB.
  const written = JSON.stringify(JSON.parse(nested(3_000)), null, 4)
  expect(written.length).toBeGreaterThan(30_000_000)
  expect(causeOf(nested(3_000), digestOf(written))).toBe('body-changed')
  expect(causeOf(nested(8_000), digestOf('other'))).toBe('body-changed')
})
