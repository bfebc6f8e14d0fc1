import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amountParts } from './money-words.ts'

const joined = (amount: string) => {
  const { sign, groups, fraction, zeros } = amountParts(amount)
  return sign + groups.join('') + fraction + zeros
}

describe('an amount on the screen', () => {
  it('keeps every digit of the decimal string, whatever its length', () => {
    const amounts = [
      '0',
      '7',
      '100',
      '1000',
      '-1234567.89',
      '10.00',
      '0.100000000000000000',
      '90071992547409931.5',
    ]
    for (const amount of amounts) expect(joined(amount)).toBe(amount)
  })

  it('loses no digit of 10^60 units, with 0 to 18 decimals and either sign', () => {
    const units = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n })
    fc.assert(
      fc.property(units, fc.nat({ max: 18 }), (minor, decimals) => {
        const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0')
        const whole = digits.slice(0, digits.length - decimals)
        const amount = `${minor < 0n ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`
        expect(joined(amount)).toBe(amount)
      }),
    )
  })

  it('groups whole digits in threes from the point', () => {
    expect(amountParts('1234567.89').groups).toEqual(['1', '234', '567'])
    expect(amountParts('123.45').groups).toEqual(['123'])
    expect(amountParts('-1000').groups).toEqual(['1', '000'])
  })

  it('fades only zeros beyond the second decimal', () => {
    expect(amountParts('10.00')).toMatchObject({ fraction: '.00', zeros: '' })
    expect(amountParts('0.500000000000000000')).toMatchObject({ fraction: '.50', zeros: '0000000000000000' })
    expect(amountParts('0.00000001')).toMatchObject({ fraction: '.00000001', zeros: '' })
  })

  it('shows what it does not know as it came', () => {
    expect(joined('1e5')).toBe('1e5')
  })
})
