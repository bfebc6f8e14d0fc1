import { describe, expect, it } from 'vitest'
import { safeReturn } from './safe-return.ts'

describe('the return path after a sign-in', () => {
  it('keeps a path of this site with its query', () => {
    expect(safeReturn('/transaction-logs?mode=production&code=key-unknown')).toBe(
      '/transaction-logs?mode=production&code=key-unknown',
    )
    expect(safeReturn('/')).toBe('/')
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
    7,
  ])('never leads to another site: %j', (value) => {
    expect(safeReturn(value)).toBeUndefined()
  })
})
