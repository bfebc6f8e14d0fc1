import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BODY_BYTES_MAX,
  REDACTED,
  redactBody,
  redactJson,
  redactQuery,
  rawHeadersJson,
  redactSignatureBase,
  redactValue,
} from './redact.ts'

const CANARY = 'canary7f3a'
const NAMES = ['authorization', 'cookie', 'secret', 'password', 'token', 'card_number', 'cvv', 'pin', 'iban']

/** A sensitive name in any case; those that count by containment, with something around them. */
const sensitiveName = fc
  .tuple(fc.constantFrom(...NAMES), fc.stringMatching(/^[a-z_-]{0,6}$/), fc.infiniteStream(fc.boolean()))
  .map(([name, around, flips]) => {
    const whole = NAMES.indexOf(name) < 5 ? `${around}${name}${around}` : name
    return [...whole].map((letter) => (flips.next().value ? letter.toUpperCase() : letter)).join('')
  })

/** Writes a JSON string with some characters as \u escapes, as a sender may. */
function escaped(text: string, flips: Iterator<boolean>): string {
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `"${[...text].map((character) => (flips.next().value ? unit(character) : character)).join('')}"`
}

describe('no secret survives redaction', () => {
  test('in JSON, whatever the depth, case, escapes, kind of value and padding', () => {
    fc.assert(
      fc.property(
        sensitiveName,
        fc.array(fc.constantFrom('object', 'array'), { maxLength: 12 }),
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom(`"${CANARY}"`, `["${CANARY}"]`, `{"deep":{"x":"${CANARY}"}}`),
        fc.nat(2 * BODY_BYTES_MAX),
        (name, nesting, flips, value, padding) => {
          let json = `{"a":1,${escaped(name, flips)}:${value},"b":null}`
          for (const kind of nesting) json = kind === 'object' ? `{"k":${json}}` : `[1,${json}]`
          const { text } = redactBody(Buffer.from(`{"pad":"${'é'.repeat(padding)}","x":${json}}`))
          expect(text).not.toBeNull()
          expect(text).not.toContain(CANARY)
          expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(BODY_BYTES_MAX)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('in JSON that is marked where it stands instead of read: both say the same', () => {
    const name = fc.oneof(
      fc.constantFrom('secret_version', 'Secret_Version', 'id', 'x', ':', 'signature_base'),
      sensitiveName,
    )
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[a-z:,{}[\] ]{0,12}$/),
      fc.constant(`"secret_version":1,"secret":"${CANARY}"`),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.oneof(text, fc.nat(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(value, fc.nat(9), fc.constantFrom(0, 1, '\t', '\r\n'), (inner, version, space) => {
        const json = JSON.stringify({ secret_version: version, inner }, null, space).replaceAll(
          '":',
          space === 1 ? '" : ' : '":',
        )
        const read = redactValue(JSON.parse(json), 0)
        expect(JSON.parse(redactJson(json) ?? '')).toEqual(read)
        expect(JSON.parse(redactJson(json, { isJson: true }) ?? '')).toEqual(read)
      }),
      { numRuns: 2_000 },
    )
  })

  test('under a name that comes twice, of which only the last is read', () => {
    const json = `{"a":{"secret":"${CANARY}"},"secret":"${CANARY}","a":1,"secret":2}`
    expect(redactJson(json)).toBe(
      `{"a":{"secret":"${REDACTED}"},"secret":"${REDACTED}","a":1,"secret":"${REDACTED}"}`,
    )
    expect(redactJson(`{"secret":["${CANARY}"],"secret":2}`)).not.toContain(CANARY)
  })

  test('in a body that is not JSON: only length and digest are kept', () => {
    fc.assert(
      fc.property(fc.string(), (noise) => {
        const body = Buffer.from(`{"password":"${CANARY}"${noise.replaceAll('}', '')}`)
        expect(redactBody(body)).toEqual({
          text: null,
          bytes: body.length,
          truncated: false,
          digest: expect.stringMatching(/^sha-256=:.{44}:$/),
        })
      }),
    )
  })

  test('in a query, whatever the case and percent-encoding of the name', () => {
    fc.assert(
      fc.property(sensitiveName, fc.infiniteStream(fc.boolean()), (name, flips) => {
        const hex = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`
        const spelled = [...name].map((letter) => (flips.next().value ? hex(letter) : letter)).join('')
        const query = redactQuery(`limit=5&${spelled}=${CANARY}&q=a%20b`)
        expect(query).toBe(`limit=5&${spelled}=${REDACTED}&q=a%20b`)
      }),
    )
  })

  test('in headers, whatever the case of the name', () => {
    fc.assert(
      fc.property(sensitiveName, (name) => {
        expect(JSON.parse(rawHeadersJson(['Host', 'h', name, CANARY]))).toEqual([
          ['Host', 'h'],
          [name, REDACTED],
        ])
      }),
    )
  })

  test('in a signature base, alone or inside an answer', () => {
    const base = `"@method": GET\n"x-api-token": ${CANARY}\n"@query": ?a=1&password=${CANARY}\n"@signature-params": ()`
    expect(redactSignatureBase(base)).toBe(
      `"@method": GET\n"x-api-token": ${REDACTED}\n"@query": ?a=1&password=${REDACTED}\n"@signature-params": ()`,
    )
    expect(redactJson(JSON.stringify({ code: 'signature-invalid', signature_base: base }))).not.toContain(
      CANARY,
    )
  })
})

describe('what is not secret is kept', () => {
  test('a body without sensitive names is kept byte for byte', () => {
    const body = '{ "amount": 12345678901234567890.10,\n "pinned": true, "shipping": "x" }'
    expect(redactBody(body)).toEqual({ text: body, bytes: body.length, truncated: false, digest: null })
  })

  test('names that only look like pin, cvv, iban or card_number are kept', () => {
    expect(redactJson('{"spinner":1,"ibans":2,"pin":3,"card":{"cvv":4}}')).toBe(
      `{"spinner":1,"ibans":2,"pin":"${REDACTED}","card":{"cvv":"${REDACTED}"}}`,
    )
  })

  test('a long body is cut to 16 KiB between characters, and its whole length is kept', () => {
    const body = JSON.stringify({ text: '€'.repeat(10_000) })
    const { text, bytes, truncated } = redactBody(body)
    expect(bytes).toBe(Buffer.byteLength(body))
    expect(truncated).toBe(true)
    expect(body.startsWith(text ?? 'no')).toBe(true)
    expect(Buffer.byteLength(text ?? '')).toBeGreaterThan(BODY_BYTES_MAX - 4)
  })

  test('a body nested a thousand deep that must be read is kept as length and digest', () => {
    const body = `${'['.repeat(1000)}{"password":[1]}${']'.repeat(1000)}`
    expect(redactBody(body)).toMatchObject({ text: null, bytes: body.length })
  })
})
