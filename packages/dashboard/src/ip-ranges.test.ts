import { describe, expect, it } from 'vitest'
import { ProblemError } from './api.ts'
import { messagesByLine, rangesOf } from './ip-ranges.ts'

describe('the field of IP ranges', () => {
  it('sends one range a line, without spaces and empty lines', () => {
    expect(rangesOf(' 203.0.113.0/24\n\n2001:db8::/32\r\n')).toEqual(['203.0.113.0/24', '2001:db8::/32'])
    expect(rangesOf(' \n')).toEqual([])
  })

  it('names the line that the API refused, empty lines counted', () => {
    const refused = (pointer: string) =>
      new ProblemError({
        type: 'about:blank',
        title: 'Invalid input',
        status: 422,
        code: 'invalid-input',
        errors: [
          { pointer, message: 'must be a range' },
          { pointer: '/name', message: 'is too long' },
        ],
      })
    const text = '203.0.113.0/24\n\nnonsense'
    expect(messagesByLine(text, refused('/ip_allowlist/1'))).toEqual(['Line 3: must be a range'])
    expect(messagesByLine(text, refused('/ip_allowlist'))).toEqual(['must be a range'])
    expect(messagesByLine(text, null)).toEqual([])
  })
})
