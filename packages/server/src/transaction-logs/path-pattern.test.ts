import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newId } from '../ids.ts'
import { ANY_PATH, matchPattern, pathGrams, pathPattern } from './path-pattern.ts'
import { requestIdToUuid, uuidToRequestId } from './request-id.ts'

const segment = fc.oneof(
  fc.constantFrom('v1', 'transactions', 'accounts', 'entries', 'webhook-logs', 'a', 'ab', ''),
  fc.constantFrom('txn', 'acc', 'evt').map((kind) => newId(kind as 'txn')),
  fc.stringMatching(/^[A-Z0-9_.~]{1,8}$/),
)
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`)

test('ids and odd segments are starred, words are kept', () => {
  expect(pathPattern(`/v1/transactions/${newId('txn')}/cancel`)).toBe('/v1/transactions/txn_*/cancel')
  expect(pathPattern('/v1/api-keys/Robert%27')).toBe('/v1/api-keys/*')
  expect(pathPattern('/v1/me')).toBe('/v1/me')
})

test('a text that lies in a path is never ruled out, and the grams asked for are in the index', () => {
  fc.assert(
    fc.property(path, fc.nat(), fc.nat(), fc.boolean(), (whole, from, length, any) => {
      const start = from % whole.length
      const text = whole.slice(start, start + 3 + (length % whole.length))
      const pattern = any ? ANY_PATH : pathPattern(whole)
      const match = matchPattern(pattern, text)
      expect(match.kind).not.toBe('never')
      if (match.kind === 'perhaps')
        expect(pathGrams(whole, pattern)).toEqual(expect.arrayContaining(match.grams))
    }),
    { numRuns: 5_000 },
  )
})

test('a text that a pattern always shows lies in every path of the pattern', () => {
  fc.assert(
    fc.property(path, path, (whole, other) => {
      const text = other.slice(0, 6)
      if (matchPattern(pathPattern(whole), text).kind === 'always') expect(whole).toContain(text)
    }),
    { numRuns: 5_000 },
  )
})

test('a request id and its uuid are the same 128 bits, in the same order', () => {
  const times = fc.nat(2 ** 31 - 1).map((seconds) => newId('req', seconds * 131_071))
  fc.assert(
    fc.property(times, times, (a, b) => {
      const [x, y] = [requestIdToUuid(a), requestIdToUuid(b)]
      expect(uuidToRequestId(x)).toBe(a)
      expect(Math.sign(x < y ? -1 : Number(x > y))).toBe(a < b ? -1 : Number(a > b))
    }),
  )
  expect(requestIdToUuid(`req_7${'z'.repeat(25)}`)).toBe('f'.repeat(32))
})
