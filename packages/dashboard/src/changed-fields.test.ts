import { expect, test } from 'vitest'
import { changedFields } from './changed-fields.ts'

test('a form sends what was touched and nothing else: also what was emptied, also lists', () => {
  const before = { name: 'Orders', description: 'Ships' as string | null, types: ['a', 'b'], on: true }
  expect(changedFields(before, { ...before })).toEqual({})
  expect(changedFields(before, { ...before, types: ['a', 'b'] })).toEqual({})
  expect(changedFields(before, { ...before, description: null, types: ['a'] })).toEqual({
    description: null,
    types: ['a'],
  })
})
