import type { VerificationKey } from '../keys/key-cache.ts'
import { cause as say, type Cause } from './causes.ts'
import type { ParsedSignature } from './parse-signature.ts'
import { signatureBase, type RequestParts } from './signature-base.ts'

export type Mismatch = {
  key: VerificationKey
  signature: ParsedSignature
  parts: RequestParts
  authorities: ReadonlySet<string>
  nowMs: number
}

/** The texts that usual mistakes sign instead of the base, each with the mistake. */
export function* wrongBases({ signature, parts, authorities }: Mismatch): Generator<[string, Cause]> {
  const withParts = (changed: Partial<RequestParts>) => signatureBase(signature, { ...parts, ...changed })
  yield* changedTargets(parts, authorities).map(([changed, cause]): [string, Cause] => [
    withParts(changed),
    cause,
  ])
  const base = withParts({})
  yield [
    `${base}\n`,
    say('base-newline', 'The text that was signed ends with a line feed; the base does not.'),
  ]
  yield [
    base.replaceAll('\n', '\r\n'),
    say('base-crlf', 'The lines of the text that was signed end with CRLF; they end with LF alone.'),
  ]
  const unquoted = base.replace(/^"([^"]+)": /gm, '$1: ')
  yield [unquoted, say('base-unquoted', 'The component names in the text that was signed lack their quotes.')]
  const { components, paramsText, label } = signature
  const relaid = (names: readonly string[]) => signatureBase({ components: names, paramsText }, parts)
  const order = say(
    'component-order',
    'The lines were signed in another order than Signature-Input names them.',
  )
  yield [relaid([...components].sort()), order]
  yield [relaid(USUAL_ORDER.filter((name) => components.includes(name))), order]
  yield [relaid([...components].reverse()), order]
  for (const text of parameterOrders(paramsText))
    yield [
      signatureBase({ components, paramsText: text }, parts),
      say('parameter-order', 'The parameters were signed in another order than Signature-Input gives them.'),
    ]
  yield [
    signatureBase({ components, paramsText: `${label}=${paramsText}` }, parts),
    say('params-with-label', 'The label was signed as part of @signature-params.'),
  ]
}

/** What of the request line and Host may have been otherwise where it was signed. */
function changedTargets(
  parts: RequestParts,
  authorities: ReadonlySet<string>,
): [Partial<RequestParts>, Cause][] {
  const { method, path, query, authority } = parts
  const trials: [Partial<RequestParts>, Cause][] = []
  for (const one of hostVariants(authority, authorities))
    trials.push([{ authority: one }, changedHost(one, authority)])
  for (const one of queryVariants(query)) trials.push([{ query: one }, queryCause(one, query)])
  trials.push([{ path: path + query }, say('path-with-query', '@path was signed together with the query.')])
  const trimmed = path.replace(/\/+$/, '') || '/'
  for (const one of [trimmed, `${trimmed}/`])
    if (one !== path)
      trials.push([
        { path: one },
        say('path-slash', `The path that was signed is ${one}; the one that arrived is ${path}.`),
      ])
  for (const one of [path.replace(/^\/v1/, '') || '/', ...USUAL_PREFIXES.map((prefix) => prefix + path)])
    if (one !== path)
      trials.push([
        { path: one },
        say('path-prefix', `The path that was signed is ${one}; the one that arrived is ${path}.`),
      ])
  trials.push([{ method: method.toLowerCase() }, say('method-case', 'The method was signed in lower case.')])
  for (const one of METHODS)
    if (one !== method)
      trials.push([
        { method: one },
        say('method-changed', `The request was signed as ${one} and arrived as ${method}.`),
      ])
  return trials
}

/** Why a request that was signed for one host arrived for another. */
export function changedHost(signed: string, arrived: string): Cause {
  return signed.replace(/:\d+$/, '') === arrived.replace(/:\d+$/, '')
    ? say(
        'authority-port',
        `The request was signed for ${signed} and arrived for ${arrived}: only the port differs.`,
      )
    : say(
        'proxy-changed-host',
        `The request was signed for ${signed} but arrived for ${arrived}: a proxy changed Host.`,
      )
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']
const USUAL_PREFIXES = ['/api', '/gateway', '/proxy', '/payments']
const USUAL_ORDER = [
  '@method',
  '@authority',
  '@path',
  '@query',
  'content-digest',
  'content-type',
  'idempotency-key',
]

/** The parameters as a library would write them again: in the order of the standard, or of the alphabet. */
function parameterOrders(paramsText: string): Set<string> {
  const end = paramsText.indexOf(')') + 1
  const list = paramsText.slice(0, end)
  const found = paramsText.slice(end).match(/;[a-z]+=(?:"(?:\\.|[^"\\])*"|[^;]*)/g) ?? []
  const nameOf = (parameter: string) => parameter.slice(1, parameter.indexOf('='))
  const orders = [
    'created expires nonce alg keyid tag',
    'created expires keyid alg nonce tag',
    'created keyid alg expires nonce tag',
    'keyid alg created expires nonce tag',
  ]
  const rank = (order: string) => (one: string, other: string) =>
    order.indexOf(nameOf(one)) - order.indexOf(nameOf(other))
  const texts = new Set(orders.map((order) => list + [...found].sort(rank(order)).join('')))
  texts.add(list + [...found].sort().join(''))
  texts.delete(paramsText)
  return texts
}

function hostVariants(authority: string, authorities: ReadonlySet<string>): Set<string> {
  const bare = authority.replace(/:\d+$/, '')
  const variants = new Set([...authorities, bare, `${bare}:80`, `${bare}:443`])
  variants.delete(authority)
  return variants
}

function queryVariants(query: string): Set<string> {
  const bare = query.slice(1)
  const pairs = bare === '' ? [] : bare.split('&')
  const variants = new Set([
    '',
    '?',
    bare,
    `?${[...pairs].sort().join('&')}`,
    `?${[...pairs].reverse().join('&')}`,
    `?${bare.replaceAll('+', '%20')}`,
    `?${bare.replaceAll('%20', '+')}`,
    `?${bare.replace(/%[0-9a-f]{2}/gi, (digits) => digits.toLowerCase())}`,
    `?${bare.replace(/%[0-9a-f]{2}/gi, (digits) => digits.toUpperCase())}`,
    `?${decode(bare)}`,
    `?${encodeURI(decode(bare))}`,
    `?${new URLSearchParams(bare).toString()}`,
  ])
  variants.delete(query)
  return variants
}

/** Says how they differ and not what they hold: this text is logged, and a query may carry a token. */
function queryCause(signed: string, arrived: string): Cause {
  if (signed === '' ? arrived === '?' : !signed.startsWith('?'))
    return say('query-mark-missing', 'The query was signed without its question mark.')
  if (signed === '' || signed === '?')
    return say('query-dropped', 'The request was signed as if it had no query; one arrived.')
  const sorted = (query: string) => query.slice(1).split('&').sort().join('&')
  return sorted(signed) === sorted(arrived)
    ? say('query-reordered', 'The query was signed with its parameters in another order.')
    : say('query-reencoded', 'The query was signed in another percent-encoding.')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
