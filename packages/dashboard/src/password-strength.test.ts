import { describe, expect, it } from 'vitest'
import { passwordStrength } from './password-strength.ts'

describe('the password meter', () => {
  it('accepts nothing below ten characters', () => {
    expect(passwordStrength('Ab1!Ab1!x').score).toBe(0)
    expect(passwordStrength('Ab1!Ab1!x').says).toBe('1 more character needed.')
  })

  it('calls runs, repeats and the usual suspects weak, however long', () => {
    for (const password of ['aaaaaaaaaaaaaaaa', '12345678901', 'password1234', 'abababababababab']) {
      expect({ password, score: passwordStrength(password).score }).toEqual({ password, score: 1 })
    }
  })

  it('calls a few random words strong', () => {
    expect(passwordStrength('orbit maple cello frost').score).toBe(4)
  })
})
