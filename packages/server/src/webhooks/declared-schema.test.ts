import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, test } from 'vitest'
import { dataFault, schemaBreak, schemaRefusal } from './declared-schema.ts'
import { eventCatalogue } from './event-types.ts'

const card = {
  type: 'object',
  properties: {
    card_id: { type: 'string', maxLength: 40 },
    network: { enum: ['visa', 'mastercard'] },
    limits: { type: 'array', items: { type: 'object', properties: { amount: { type: 'string' } } } },
  },
  required: ['card_id'],
}
const nested = (levels: number): Record<string, unknown> =>
  levels === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(levels - 1) } }

describe('a schema that may be declared', () => {
  it('is an object of the keywords whose check takes time in proportion to the data', () => {
    expect(schemaRefusal(card)).toBeNull()
    expect(schemaRefusal({ ...card, $schema: 'https://json-schema.org/draft/2020-12/schema' })).toBeNull()
    expect(schemaRefusal(nested(8))).toBeNull()
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['another dialect', { ...card, $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema'],
    ['no object', { type: 'array' }, '/type'],
    ['an expression', { type: 'object', properties: { a: { pattern: '(a+)+$' } } }, '/properties/a/pattern'],
    ['expressions for names', { type: 'object', patternProperties: { '(a+)+$': {} } }, '/patternProperties'],
    ['a circle', { type: 'object', properties: { a: { $ref: '#' } } }, '/properties/a/$ref'],
    ['an id', { type: 'object', $id: 'https://evil.example' }, '/$id'],
    ['comparing all with all', { type: 'object', items: { uniqueItems: true } }, '/items/uniqueItems'],
    [
      'a value of another type',
      { type: 'object', properties: { a: { minLength: 'x' } } },
      '/properties/a/minLength',
    ],
    [
      'a type that does not exist',
      { type: 'object', properties: { a: { type: 'money' } } },
      '/properties/a/type',
    ],
    ['a prototype', { type: 'object', properties: { constructor: {} } }, '/properties/constructor'],
    [
      'code in a name',
      { type: 'object', properties: { '"];process.exit()//': {} } },
      '/properties/"];process.exit()//',
    ],
    ['too many choices', { type: 'object', anyOf: Array.from({ length: 11 }, () => ({})) }, '/anyOf'],
    ['a schema that is none', { type: 'object', properties: { a: true } }, '/properties/a'],
  ])('is refused with %s', (_what, schema, pointer) => {
    expect(schemaRefusal(schema)).toMatchObject({ pointer })
  })

  it('is refused too deep, too wide or too long', () => {
    expect(schemaRefusal(nested(12))?.message).toMatch(/deeper/)
    const wide = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'string' }]))
    expect(schemaRefusal({ type: 'object', properties: wide(101) })?.message).toMatch(/at most 100/)
    const parts = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [name, { type: 'object', properties: wide(90) }]),
    )
    expect(schemaRefusal({ type: 'object', properties: parts })?.message).toMatch(/300 schemas/)
    expect(schemaRefusal({ type: 'object', description: 'x'.repeat(33_000) })?.message).toMatch(/bytes/)
  })
})

test('data is judged by the schema, and own members alone count', () => {
  expect(dataFault(card, { card_id: 'c', more: 1 })).toBeNull()
  expect(dataFault(card, {})?.message).toMatch(/card_id/)
  expect(dataFault(card, { card_id: 1 })).toMatchObject({ pointer: '/card_id' })
  expect(dataFault(card, { card_id: 'c', limits: [{ amount: 1 }] })).toMatchObject({
    pointer: '/limits/0/amount',
  })
  expect(dataFault({ type: 'object', required: ['toString'] }, {})).not.toBeNull()
})

test('a schema and data at their limits are judged in a moment', () => {
  const choice = { anyOf: Array.from({ length: 10 }, () => ({ type: 'object', required: ['x'] })) }
  const schema = {
    type: 'object',
    properties: { list: { type: 'array', items: { allOf: Array.from({ length: 10 }, () => choice) } } },
  }
  expect(schemaRefusal(schema)).toBeNull()
  const data = { list: Array.from({ length: 21_000 }, () => ({})) }
  dataFault(schema, { list: [] })
  // Time of the processor: others may be using it too.
  const before = process.cpuUsage()
  expect(dataFault(schema, data)).not.toBeNull()
  expect(dataFault(schema, { list: data.list.map(() => ({ x: 1 })) })).toBeNull()
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000)
})

describe('a change of a schema whose events are out', () => {
  const with_ = (change: Record<string, unknown>) => ({ ...card, ...change })
  it.each<[string, Record<string, unknown>, string | undefined]>([
    ['nothing', card, undefined],
    ['another description', with_({ description: 'A card' }), undefined],
    [
      'one more property',
      with_({ properties: { ...card.properties, color: { type: 'string' } } }),
      undefined,
    ],
    ['one more required', with_({ required: ['card_id', 'network'] }), undefined],
    [
      'a narrower choice',
      with_({ properties: { ...card.properties, network: { enum: ['visa'] } } }),
      undefined,
    ],
    ['a required one less', with_({ required: [] }), '/required'],
    ['a property less', with_({ properties: { card_id: card.properties.card_id } }), '/properties/network'],
    [
      'another type',
      with_({ properties: { ...card.properties, card_id: { type: ['string', 'null'], maxLength: 40 } } }),
      '/properties/card_id/type',
    ],
    [
      'a wider choice',
      with_({ properties: { ...card.properties, network: { enum: ['visa', 'mastercard', 'amex'] } } }),
      '/properties/network/enum',
    ],
    [
      'a looser limit',
      with_({ properties: { ...card.properties, card_id: { type: 'string', maxLength: 41 } } }),
      '/properties/card_id/maxLength',
    ],
    [
      'another type inside a list',
      with_({
        properties: {
          ...card.properties,
          limits: { type: 'array', items: { type: 'object', properties: { amount: { type: 'number' } } } },
        },
      }),
      '/properties/limits/items/properties/amount/type',
    ],
  ])('with %s', (_what, next, pointer) => {
    expect(schemaBreak(card, next)?.pointer).toBe(pointer)
  })

  it('adds nothing where nothing else was allowed', () => {
    const closed = { ...card, additionalProperties: false }
    const more = { ...closed, properties: { ...card.properties, color: { type: 'string' } } }
    expect(schemaBreak(closed, more)?.pointer).toBe('/properties/color')
    expect(schemaBreak(closed, card)?.pointer).toBe('/additionalProperties')
    expect(schemaBreak(card, closed)).toBeNull()
  })
})

test.each(eventCatalogue.map((entry) => [entry.type, entry] as const))(
  'an independent validator compiles the schema of %s, accepts its example and refuses a changed one',
  (_type, { schema, example }) => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
    expect(validate(example)).toBe(true)
    expect(validate({ ...example, data: {} })).toBe(false)
    expect(validate({ ...example, type: 'other.type' })).toBe(false)
  },
)
