import { expect, test } from 'vitest'
import { eventBody, eventCatalogue } from './event-types.ts'

test.each(eventCatalogue.map((entry) => [entry.type, entry] as const))(
  'the example of %s fits its own schema, and the schema is one that JSON Schema tools read',
  (type, entry) => {
    expect(eventBody(type).parse(entry.example)).toMatchObject({ type })
    expect(entry.schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { type: { const: type } },
    })
  },
)
