import { describe, expect, it } from 'vitest'
import { daysFromToday, endOfDay, localDay } from './key-words.ts'

describe('the expiry of a key', () => {
  it('is the last second of the chosen day in the zone of the person who chose it', () => {
    const end = new Date(endOfDay('2027-02-21'))
    expect([end.getFullYear(), end.getMonth(), end.getDate()]).toEqual([2027, 1, 21])
    expect([end.getHours(), end.getMinutes(), end.getSeconds()]).toEqual([23, 59, 59])
  })

  it('survives the way to UTC and back as the same day', () => {
    expect(localDay(new Date(endOfDay('2026-12-31')))).toBe('2026-12-31')
  })

  it('counts presets in calendar days, across the end of a year', () => {
    expect(daysFromToday(90, new Date(2026, 10, 23, 23, 59))).toBe('2027-02-21')
  })
})
