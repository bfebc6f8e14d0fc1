import { problem, sentence, type Problem } from '../problems.ts'

/** One covered component: its name as it stands in the base, without quotes. */
export type ParsedSignature = {
  label: string
  /** Names in the order they are covered. */
  components: readonly string[]
  /** The value of `"@signature-params"`: the inner list with its parameters, serialised as RFC 8941 §4.1 says. */
  paramsText: string
  created: number
  expires: number | null
  nonce: string
  keyId: string
  alg: string | null
  tag: string | null
  /** The signature's own bytes, in base64 as it was sent: padded and canonical. */
  base64: string
}

type Value =
  | { kind: 'string' | 'token' | 'decimal' | 'bytes' | 'boolean'; text: string; value: string }
  | { kind: 'integer'; text: string; value: number }
export type Parameters = Map<string, Value>
type Item = { value: Value; parameters: Parameters }
type Member = { items: Item[] | null; item: Item | null; parameters: Parameters; text: string }

export const SIGNATURE_HEADER_BYTES_MAX = 4096
const MEMBERS_MAX = 8
const COMPONENTS_MAX = 32
const PARAMETERS_MAX = 16
export const TAG = 'countersign'
const NONCE_LENGTH = { min: 16, max: 128 }
const KEY_ID_LENGTH_MAX = 128
const KNOWN_PARAMETERS = new Set(['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'])

/**
 * Reads Signature-Input and Signature (RFC 9421 §4) and picks the signature that is meant for this server:
 * the only one, or the one with `tag="countersign"`.
 * @throws Problem `signature-malformed`, and nothing else, whatever the input is
 */
export function parseSignature(signatureInput: string, signature: string): ParsedSignature {
  if (signatureInput.length > SIGNATURE_HEADER_BYTES_MAX || signature.length > SIGNATURE_HEADER_BYTES_MAX)
    throw malformed(`Signature-Input and Signature may hold ${SIGNATURE_HEADER_BYTES_MAX} characters each`)
  const inputs = new Reader(signatureInput, 'Signature-Input').dictionary()
  const signatures = new Reader(signature, 'Signature').dictionary()
  const [label, member] = choose(inputs)
  if (!member.items) throw malformed(`the member "${label}" of Signature-Input must be a list in parentheses`)
  const components = member.items.map(componentName)
  const bytes = signatures.get(label)?.item
  if (!bytes) throw malformed(`Signature has no member "${label}" to go with Signature-Input`)
  if (bytes.value.kind !== 'bytes' || bytes.parameters.size > 0)
    throw malformed(`the member "${label}" of Signature must be a byte sequence in colons, in base64`)
  return {
    label,
    components,
    paramsText: member.text,
    ...readParameters(member.parameters),
    base64: bytes.value.value,
  }
}

/**
 * Reads a dictionary of Structured Fields as strictly as signatures are read.
 * @throws Problem `signature-malformed`
 */
export function parseDictionary(text: string, header: string): Map<string, Member> {
  return new Reader(text, header).dictionary()
}

function choose(inputs: Map<string, Member>): [string, Member] {
  if (inputs.size === 1) {
    const [entry] = inputs
    const tag = entry?.[1].parameters.get('tag')
    if (tag && tag.value !== TAG) throw malformed(`the only signature carries another tag than "${TAG}"`)
    return entry as [string, Member]
  }
  const ours = [...inputs].filter(([, member]) => member.parameters.get('tag')?.value === TAG)
  if (ours.length !== 1)
    throw malformed(`of several signatures exactly one must carry tag="${TAG}"; ${ours.length} do`)
  return ours[0] as [string, Member]
}

function componentName(item: Item): string {
  if (item.value.kind !== 'string') throw malformed('every covered component must be a quoted name')
  if (item.parameters.size > 0)
    throw malformed(`the component "${item.value.value}" must not carry parameters in this profile`)
  return item.value.value
}

function readParameters(parameters: Parameters) {
  for (const name of parameters.keys())
    if (!KNOWN_PARAMETERS.has(name)) throw malformed(`the parameter ${name} is not part of this profile`)
  const created = integer(parameters, 'created')
  const nonce = string(parameters, 'nonce')
  const keyId = string(parameters, 'keyid')
  if (created === null) throw malformed('the parameter created is required')
  if (nonce === null) throw malformed('the parameter nonce is required')
  if (keyId === null) throw malformed('the parameter keyid is required')
  if (nonce.length < NONCE_LENGTH.min || nonce.length > NONCE_LENGTH.max)
    throw malformed(`nonce must hold ${NONCE_LENGTH.min} to ${NONCE_LENGTH.max} characters`)
  if (keyId.length > KEY_ID_LENGTH_MAX)
    throw malformed(`keyid may hold ${KEY_ID_LENGTH_MAX} characters at most`)
  return {
    created,
    expires: integer(parameters, 'expires'),
    nonce,
    keyId,
    alg: string(parameters, 'alg'),
    tag: string(parameters, 'tag'),
  }
}

function integer(parameters: Parameters, name: string): number | null {
  const value = parameters.get(name)
  if (!value) return null
  if (value.kind !== 'integer' || value.value < 0)
    throw malformed(`${name} must be a whole number of seconds since 1970, without quotes or decimals`)
  return value.value
}

function string(parameters: Parameters, name: string): string | null {
  const value = parameters.get(name)
  if (!value) return null
  if (value.kind !== 'string') throw malformed(`${name} must be a quoted string`)
  return value.value
}

/** Whether a nonce and a key id are as long as they may be; the parser says which one is not. */
export function isAllowedLength(nonce: string, keyId: string): boolean {
  return (
    nonce.length >= NONCE_LENGTH.min && nonce.length <= NONCE_LENGTH.max && keyId.length <= KEY_ID_LENGTH_MAX
  )
}

/** The refusal of a signature that breaks a rule of the profile. */
export function malformed(rule: string): Problem {
  return problem('signature-malformed', { detail: sentence(rule) })
}

// Sticky patterns, one per grammar rule of RFC 8941 §4.2.
const KEY = /[a-z*][a-z0-9_.*-]*/y
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const NUMBER = /-?[0-9]{1,15}(?:\.[0-9]{1,3})?/y
const BOOLEAN = /\?[01]/y
const TOKEN = /[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/y
const SPACES = / */y
const OPTIONAL_SPACE = /[ \t]*/y

/** A reader of Structured Fields (RFC 8941) that refuses what the RFC lets pass as "last one wins". */
class Reader {
  private at = 0
  private readonly text: string
  private readonly header: string
  constructor(text: string, header: string) {
    this.text = text
    this.header = header
  }

  /** RFC 8941 §4.2.2. Repeated keys are refused. */
  dictionary(): Map<string, Member> {
    const members = new Map<string, Member>()
    this.take(SPACES)
    while (this.at < this.text.length) {
      const key = this.expect(KEY, 'a label in lower case')
      if (members.has(key)) throw malformed(`${this.header} holds the label "${key}" twice`)
      if (members.size === MEMBERS_MAX) throw malformed(`${this.header} may hold ${MEMBERS_MAX} members`)
      members.set(key, this.member())
      this.take(OPTIONAL_SPACE)
      if (this.at === this.text.length) break
      if (!this.skip(',')) throw this.fault('a comma')
      this.take(OPTIONAL_SPACE)
      if (this.at === this.text.length) throw this.fault('another member after the comma')
    }
    if (members.size === 0) throw malformed(`${this.header} is empty`)
    return members
  }

  private member(): Member {
    if (!this.skip('=')) {
      const parameters = this.parameters()
      const value: Value = { kind: 'boolean', text: '?1', value: '1' }
      return { items: null, item: { value, parameters }, parameters, text: '' }
    }
    if (this.text[this.at] !== '(') {
      const item = this.item()
      return { items: null, item, parameters: item.parameters, text: '' }
    }
    const items = this.innerList()
    const parameters = this.parameters()
    return { items, item: null, parameters, text: serializeInnerList(items, parameters) }
  }

  /** RFC 8941 §4.2.1.2. */
  private innerList(): Item[] {
    this.at += 1
    const items: Item[] = []
    for (;;) {
      this.take(SPACES)
      if (this.skip(')')) return items
      if (items.length === COMPONENTS_MAX)
        throw malformed(`a signature may cover ${COMPONENTS_MAX} components`)
      items.push(this.item())
      const next = this.text[this.at]
      if (next !== ' ' && next !== ')') throw this.fault('a space or a closing parenthesis')
    }
  }

  private item(): Item {
    return { value: this.bareItem(), parameters: this.parameters() }
  }

  /** RFC 8941 §4.2.3.2. Repeated parameters are refused. */
  private parameters(): Parameters {
    const parameters: Parameters = new Map()
    while (this.skip(';')) {
      this.take(SPACES)
      const key = this.expect(KEY, 'a parameter name in lower case')
      if (parameters.has(key)) throw malformed(`the parameter ${key} is given twice`)
      if (parameters.size === PARAMETERS_MAX)
        throw malformed(`a signature may carry ${PARAMETERS_MAX} parameters`)
      parameters.set(key, this.skip('=') ? this.bareItem() : { kind: 'boolean', text: '?1', value: '1' })
    }
    return parameters
  }

  /** RFC 8941 §4.2.3.1. */
  private bareItem(): Value {
    const first = this.text[this.at] ?? ''
    if (first === '"') {
      const text = this.expect(STRING, 'a string that ends with a quote')
      const inner = text.slice(1, -1)
      return { kind: 'string', text, value: inner.includes('\\') ? inner.replace(/\\(["\\])/g, '$1') : inner }
    }
    if (first === ':') {
      const text = this.expect(BYTES, 'base64 between colons')
      const value = text.slice(1, -1)
      // Unpadded or loose base64 decodes to the same bytes as the padded form: one spelling only.
      if (Buffer.from(value, 'base64').toString('base64') !== value)
        throw malformed(`${this.header} holds base64 that is not padded or not canonical`)
      return { kind: 'bytes', text, value }
    }
    if (first === '?') {
      const text = this.expect(BOOLEAN, '?0 or ?1')
      return { kind: 'boolean', text, value: text.slice(1) }
    }
    if (first === '-' || (first >= '0' && first <= '9')) return this.number()
    const text = this.expect(TOKEN, 'a value')
    return { kind: 'token', text, value: text }
  }

  private number(): Value {
    const text = this.expect(NUMBER, 'a number')
    if (/[0-9.]/.test(this.text[this.at] ?? '')) throw this.fault('a number of at most 15 digits')
    if (text.includes('.')) {
      if (text.replace('-', '').indexOf('.') > 12)
        throw this.fault('a decimal of at most 12 digits before the point')
      return { kind: 'decimal', text: serializeDecimal(text), value: text }
    }
    const value = Number(text)
    return { kind: 'integer', text: String(value), value }
  }

  private expect(pattern: RegExp, what: string): string {
    const text = this.take(pattern)
    if (text === null) throw this.fault(what)
    return text
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (!match) return null
    this.at += match[0].length
    return match[0]
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at += 1
    return true
  }

  private fault(expected: string): Problem {
    return malformed(`${this.header} cannot be read at character ${this.at + 1}: expected ${expected}`)
  }
}

/** RFC 8941 §4.1.1.1: what the signer signed, even when the header was spaced differently. */
function serializeInnerList(items: readonly Item[], parameters: Parameters): string {
  let text = '('
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as Item
    text += (index === 0 ? '' : ' ') + item.value.text + serializeParameters(item.parameters)
  }
  return `${text})${serializeParameters(parameters)}`
}

export function serializeParameters(parameters: Parameters): string {
  let text = ''
  for (const [name, value] of parameters)
    text += value.kind === 'boolean' && value.value === '1' ? `;${name}` : `;${name}=${value.text}`
  return text
}

function serializeDecimal(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.')
  return `${Number(whole) === 0 && whole.startsWith('-') ? '-0' : Number(whole)}.${fraction.replace(/0+$/, '') || '0'}`
}
