import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isDeepStrictEqual } from 'node:util'
import { isDeeperThan } from '../http/nesting.ts'

export type JsonSchema = Record<string, unknown>
/** Where in a schema or in data, as a JSON pointer, and what is wrong there. */
export type Fault = { pointer: string; message: string }

const SCHEMA_BYTES_MAX = 32 * 1024
const SCHEMAS_MAX = 300
const DEPTH_MAX = 10
/** Of everything in a schema: two for each of its levels, and values such as `default` in the last. */
const NESTING_MAX = 64
const MEMBERS_MAX = 100
const CHOICES_MAX = 10
const PROPERTY = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/
const PROPERTIES_FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

const ANNOTATIONS = ['$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'format']
const ASSERTIONS =
  'type enum const required minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems minProperties maxProperties'.split(
    ' ',
  )
const CHOICES = ['allOf', 'anyOf', 'oneOf']
// What is missing is missing on purpose: `pattern` and its kin run expressions that somebody else wrote, `$ref` makes
// circles, `uniqueItems` and `contains` compare everything with everything.
const KEYWORDS = new Set([
  ...ANNOTATIONS,
  ...ASSERTIONS,
  ...CHOICES,
  'properties',
  'additionalProperties',
  'items',
])
const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/**
 * Whether a schema of `data` may be declared: a part of JSON Schema 2020-12 whose checking takes time in proportion to
 * the data, with limits on its size. @returns null when it may
 */
export function schemaRefusal(schema: JsonSchema): Fault | null {
  if (isDeeperThan(schema, NESTING_MAX))
    return { pointer: '', message: `must be nested at most ${NESTING_MAX} levels deep` }
  if (Buffer.byteLength(JSON.stringify(schema)) > SCHEMA_BYTES_MAX)
    return { pointer: '', message: `must be at most ${SCHEMA_BYTES_MAX} bytes` }
  const { $schema, ...root } = schema
  if ($schema !== undefined && $schema !== DIALECT)
    return { pointer: '/$schema', message: `must be ${DIALECT}` }
  if (root['type'] !== 'object') return { pointer: '/type', message: 'must be "object", as `data` is one' }
  const fault = partRefusal(root, '', { left: SCHEMAS_MAX })
  if (fault) return fault
  const ajv = newAjv()
  if (ajv.validateSchema(root) !== true) return firstFault(ajv.errors)
  try {
    newAjv().compile(root)
  } catch (error) {
    // It knows more rules than the dialect's own schema.
    return { pointer: '', message: (error as Error).message.slice(0, 200) }
  }
  return null
}

function partRefusal(schema: unknown, pointer: string, budget: { left: number }): Fault | null {
  const refuse = (at: string, message: string) => ({ pointer: pointer + at, message })
  if (!isObject(schema)) return refuse('', 'must be a schema object')
  if ((budget.left -= 1) < 0) return refuse('', `is more than ${SCHEMAS_MAX} schemas`)
  if (pointer.split('/').length > 2 * DEPTH_MAX) return refuse('', `lies deeper than ${DEPTH_MAX} levels`)
  for (const keyword of Object.keys(schema))
    if (!KEYWORDS.has(keyword)) return refuse(`/${keyword}`, 'is a keyword that is not supported here')
  if (Array.isArray(schema['enum']) && schema['enum'].length === 0)
    return refuse('/enum', 'must hold at least one value')
  for (const keyword of ['enum', 'required', 'examples'])
    if (Array.isArray(schema[keyword]) && schema[keyword].length > MEMBERS_MAX)
      return refuse(`/${keyword}`, `must hold at most ${MEMBERS_MAX}`)

  const { properties = {}, items, additionalProperties } = schema
  if (!isObject(properties)) return refuse('/properties', 'must be an object')
  if (Object.keys(properties).length > MEMBERS_MAX)
    return refuse('/properties', `must hold at most ${MEMBERS_MAX}`)
  for (const [name, part] of Object.entries(properties)) {
    if (!PROPERTY.test(name) || PROPERTIES_FORBIDDEN.has(name))
      return refuse(`/properties/${name}`, 'is not a name for a property')
    const fault = partRefusal(part, `${pointer}/properties/${name}`, budget)
    if (fault) return fault
  }
  const parts: [string, unknown][] = []
  if (items !== undefined) parts.push(['/items', items])
  if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean')
    parts.push(['/additionalProperties', additionalProperties])
  for (const keyword of CHOICES) {
    const choices = schema[keyword]
    if (choices === undefined) continue
    if (!Array.isArray(choices) || choices.length > CHOICES_MAX)
      return refuse(`/${keyword}`, `must be a list of at most ${CHOICES_MAX}`)
    choices.forEach((choice, index) => parts.push([`/${keyword}/${index}`, choice]))
  }
  for (const [at, part] of parts) {
    const fault = partRefusal(part, pointer + at, budget)
    if (fault) return fault
  }
  return null
}

/**
 * The first place where data that fits `next` might not fit `before`, so that a receiver which relies on what was
 * declared would break. More properties may come; what was promised stays. @returns null when there is none
 */
export function schemaBreak(before: JsonSchema, next: JsonSchema, pointer = ''): Fault | null {
  const broken = (at: string, message: string) => ({ pointer: pointer + at, message })
  for (const keyword of ['type', 'enum']) {
    const was = before[keyword]
    if (was === undefined) continue
    const now = next[keyword]
    const allowed = [was].flat()
    if (now === undefined || ![now].flat().every((one) => allowed.some((two) => isDeepStrictEqual(one, two))))
      return broken(`/${keyword}`, 'allows what was not allowed before')
  }
  const required = new Set(listOf(next['required']))
  const lost = listOf(before['required']).find((name) => !required.has(name))
  if (lost !== undefined) return broken('/required', `must still name ${lost}`)

  const were = objectOf(before['properties'])
  const are = objectOf(next['properties'])
  for (const [name, part] of Object.entries(were)) {
    const at = `/properties/${name}`
    if (!isObject(are[name])) return broken(at, 'must stay')
    const fault = schemaBreak(objectOf(part), are[name], pointer + at)
    if (fault) return fault
  }
  const more = before['additionalProperties']
  const added = Object.keys(are).find((name) => !Object.hasOwn(were, name))
  if (more !== undefined && more !== true && added !== undefined)
    return broken(`/properties/${added}`, 'was ruled out by additionalProperties')
  if (isObject(before['items'])) {
    if (!isObject(next['items'])) return broken('/items', 'must stay')
    const fault = schemaBreak(before['items'], next['items'], `${pointer}/items`)
    if (fault) return fault
  }
  const exact = [...ASSERTIONS, ...CHOICES, 'additionalProperties'].filter(
    (keyword) => !['type', 'enum', 'required'].includes(keyword),
  )
  const changed = exact.find(
    (keyword) =>
      before[keyword] !== undefined &&
      before[keyword] !== true &&
      !isDeepStrictEqual(before[keyword], next[keyword]),
  )
  return changed === undefined ? null : broken(`/${changed}`, 'must stay as it was')
}

const VALIDATORS_MAX = 300
/** Compiled schemas by their text; the oldest makes room. */
const validators = new Map<string, ValidateFunction>()

/** How data breaks a declared schema; null when it fits. */
export function dataFault(schema: JsonSchema, data: unknown): Fault | null {
  const text = JSON.stringify(schema)
  let validate = validators.get(text)
  if (!validate) {
    const { $schema: _dialect, ...root } = schema
    validate = newAjv().compile(root)
    const oldest = validators.size >= VALIDATORS_MAX ? validators.keys().next().value : undefined
    if (oldest !== undefined) validators.delete(oldest)
    validators.set(text, validate)
  }
  return validate(data) ? null : firstFault(validate.errors)
}

/** One for each schema: what it compiled would otherwise stay in memory for good. */
function newAjv(): Ajv2020 {
  return new Ajv2020({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    ownProperties: true,
    logger: false,
  })
}

function firstFault(errors: Ajv2020['errors']): Fault {
  const [error] = errors ?? []
  return { pointer: error?.instancePath ?? '', message: error?.message ?? 'does not fit the schema' }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})
const listOf = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : [])
