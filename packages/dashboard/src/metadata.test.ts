import { expect, test } from 'vitest'
import { metadataFilter, metadataRows, readMetadata, withMetadataFilter } from './metadata.ts'

test('metadata that nobody touched goes back with the types that it had', () => {
  const stored = { order: 'A-1', items: 3, paid: true, note: null }
  expect(readMetadata(metadataRows(stored))).toEqual(stored)
})

test('what was typed is a text, rows without a name do not count, and of one name the last holds', () => {
  const [order, items] = metadataRows({ order: 'A-1', items: 3 })
  const typed = [
    { ...order!, value: ' A-2 ' },
    { ...items!, value: '4' },
    { name: ' ', value: 'lost' },
  ]
  expect(readMetadata(typed)).toEqual({ order: 'A-2', items: '4' })
  expect(readMetadata([...typed, { name: ' items ', value: '5' }])).toEqual({ order: 'A-2', items: '5' })
})

test('a filter by metadata is a name, an equals sign and a value that may hold more of them', () => {
  expect(metadataFilter('order = A-1')).toEqual({ 'metadata[order]': 'A-1' })
  expect(metadataFilter('query=a=b')).toEqual({ 'metadata[query]': 'a=b' })
  expect([metadataFilter('order'), metadataFilter('=A-1')]).toEqual([null, null])
  expect(withMetadataFilter({ type: 'deposit', metadata: 'order=A-1' })).toEqual({
    type: 'deposit',
    'metadata[order]': 'A-1',
  })
  expect(withMetadataFilter({ type: 'deposit' })).toEqual({ type: 'deposit' })
})
