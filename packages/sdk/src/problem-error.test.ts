import { describe, expect, it } from 'vitest'
import { ProblemError, problemFrom } from './problem-error.ts'

const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers })

const invalid = {
  type: 'https://api.example.com/problems/signature-invalid',
  title: 'The signature does not match',
  status: 401,
  detail: 'The signature was not made over this request with this key.',
  code: 'signature-invalid',
  request_id: 'req_1',
  server_time: '2025-11-23T00:00:00Z',
  likely_cause: 'The secret has a line break at its end.',
  signature_base: '"@method": GET',
  skew_seconds: 1,
}

describe('problemFrom', () => {
  it('keeps every member, known or not', () => {
    const error = problemFrom(answer(401), JSON.stringify(invalid))
    expect(error).toBeInstanceOf(ProblemError)
    expect(error).toBeInstanceOf(Error)
    const { skew_seconds, ...properties } = invalid
    expect(error).toMatchObject(properties)
    expect(error.members).toEqual({ ...properties, skew_seconds })
  })

  it('says in one line what is wrong, why, and where to look it up', () => {
    const error = problemFrom(answer(401), JSON.stringify(invalid))
    expect(String(error)).toBe(
      'ProblemError: The signature does not match (401 signature-invalid). The signature was not made over this request with this key. Likely cause: The secret has a line break at its end. [req_1]',
    )
  })

  it('names each wrong value', () => {
    const error = problemFrom(
      answer(422),
      JSON.stringify({
        title: 'Some values are not valid',
        status: 422,
        detail: '',
        code: 'invalid-input',
        errors: [{ pointer: '/amount', message: 'Too many decimals.' }],
      }),
    )
    expect(error.message).toContain('/amount: Too many decimals.')
    expect(error.errors).toEqual([{ pointer: '/amount', message: 'Too many decimals.' }])
  })

  it.each([
    ['HTML', '<html>Bad Gateway</html>'],
    ['nothing', ''],
    ['JSON of another kind', '{"error":"x"}'],
    ['a JSON list', '[]'],
    ['a JSON null', 'null'],
  ])('makes a problem of %s', (_name, body) => {
    const error = problemFrom(answer(502, { 'Request-Id': 'req_9' }), body)
    expect(error).toMatchObject({ code: 'unexpected-answer', status: 502, request_id: 'req_9', errors: [] })
    expect(error.message).toContain('baseUrl')
  })

  it('quotes at most 200 characters of a foreign answer', () => {
    expect(problemFrom(answer(500), 'x'.repeat(10_000)).message.length).toBeLessThan(400)
  })

  it.each([
    ['7', 7],
    ['soon', null],
    ['-1', null],
  ])('reads Retry-After: %s', (value, seconds) => {
    expect(problemFrom(answer(503, { 'Retry-After': value }), '').retryAfterSeconds).toBe(seconds)
  })

  it('reads Retry-After as a date', () => {
    const date = new Date(Date.now() + 60_000).toUTCString()
    const seconds = problemFrom(answer(503, { 'Retry-After': date }), '').retryAfterSeconds
    expect(seconds).toBeGreaterThan(55)
    expect(seconds).toBeLessThanOrEqual(60)
  })
})
