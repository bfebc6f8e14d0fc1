import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '../problems.ts'
import { parseSignature } from './parse-signature.ts'
import { readPlainSignature, readSignature } from './read-signature.ts'

const NAMES = [
  '@method',
  '@authority',
  '@path',
  '@query',
  'content-digest',
  'content-type',
  'x-y',
  'a)b',
  'A',
  '',
]
const BYTES_32 = Buffer.alloc(32, 7).toString('base64')
const BYTES_64 = Buffer.alloc(64, 9).toString('base64')

/** Signatures as clients and attackers write them: most are plain, each part may be odd. */
const label = fc.constantFrom('sig1', 'sig1', 'sig1', 'a', '*', 'Sig', '9')
const list = fc
  .array(fc.constantFrom(...NAMES), { maxLength: 8 })
  .chain((names) =>
    fc
      .constantFrom(' ', ' ', ' ', '  ', ';req ')
      .map((space) => `(${names.map((name) => `"${name}"`).join(space)})`),
  )
const parameter = fc.oneof(
  fc.constantFrom('created=1763856000', 'created=01', 'created=-1', 'created=1.5', 'created="1"', 'created'),
  fc.constantFrom('expires=1763856100', 'expires=0', 'expires=1234567890123456'),
  fc.constantFrom(
    'nonce="0123456789abcdef"',
    'nonce="short"',
    'nonce=0123456789abcdef',
    'nonce="0123456789\\"abcdef"',
    'nonce="a;keyid=b,c)d(ef=g"',
  ),
  fc.constantFrom('keyid="pk_test_1"', 'keyid="pk_test_2"', 'keyid=pk', `keyid="${'k'.repeat(129)}"`),
  fc.constantFrom(
    'alg="hmac-sha256"',
    'alg=hmac',
    'tag="countersign"',
    'tag="other"',
    'color="red"',
    '__proto__="x"',
  ),
)
const bytes = fc.constantFrom(
  BYTES_32,
  BYTES_32,
  BYTES_64,
  BYTES_32.slice(0, -1),
  'AAAB',
  `${BYTES_32.slice(0, -2)}d=`,
  '',
)
const headers = fc
  .tuple(
    label,
    list,
    fc.array(parameter, { maxLength: 7 }),
    label,
    bytes,
    fc.constantFrom('', '', '', ' ', ', b=2', ';x'),
  )
  .map(([name, components, parameters, other, base64, rest]) => ({
    input: `${name}=${[components, 'created=1763856000', ...parameters].join(';')}${rest}`,
    signature: `${other}=:${base64}:${rest}`,
  }))
const plain = fc
  .tuple(fc.shuffledSubarray(['expires=1763856100', 'alg="hmac-sha256"', 'tag="countersign"']), list)
  .map(([extra, components]) => ({
    input: `sig1=${[components, 'created=1763856000', 'nonce="0123456789abcdef"', 'keyid="pk_test_1"', ...extra].join(';')}`,
    signature: `sig1=:${BYTES_32}:`,
  }))

describe('the short way to read a signature', () => {
  test('reads what it reads exactly as the parser does, and never reads what the parser refuses', () => {
    let read = 0
    fc.assert(
      fc.property(fc.oneof(headers, plain), ({ input, signature }) => {
        const short = readPlainSignature(input, signature)
        if (!short) return
        read += 1
        expect(short).toEqual(parseSignature(input, signature))
      }),
      { numRuns: 20_000 },
    )
    // Otherwise it would have been compared with nothing.
    expect(read).toBeGreaterThan(1_000)
  })

  test('leaves every refusal and its words to the parser', () => {
    fc.assert(
      fc.property(headers, ({ input, signature }) => {
        const outcome = (work: () => unknown): unknown => {
          try {
            return work()
          } catch (error) {
            return error instanceof Problem ? [error.code, error.detail] : error
          }
        }
        expect(outcome(() => readSignature(input, signature))).toEqual(
          outcome(() => parseSignature(input, signature)),
        )
      }),
      { numRuns: 5_000 },
    )
  })

  test('does not remember lists without end', () => {
    for (let index = 0; index < 3_000; index += 1) {
      const input = `sig1=("@method" "x-${index}");created=1763856000;nonce="0123456789abcdef";keyid="pk_test_1"`
      expect(readPlainSignature(input, `sig1=:${BYTES_32}:`)?.components).toEqual(['@method', `x-${index}`])
    }
  })
})
