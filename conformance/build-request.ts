import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto'
import { keys, type ConformanceKey } from './keys.ts'
import type { SignInput } from './sign-input.ts'

/** The server that the cases are addressed to: its clock stands still at `now` (seconds since 1970). */
export const server = { public_url: 'https://api.example.com', authority: 'api.example.com', now: 1763856000 }

export type HeaderPair = [name: string, value: string]

export type RequestCase = {
  name: string
  /** The name of an accepted case whose request must be sent first (replays). */
  after?: string
  /** true where an HTTP parser refuses the request before a verifier sees it: call the verifier directly. */
  direct_only?: boolean
  /** What the signer of an accepted case was told. */
  sign?: SignInput
  request: { method: string; target: string; headers: HeaderPair[]; body_base64: string | null }
  expect:
    | { accepted: true; public_key: string; secret_key_index: number | null; signature_base: string }
    | { code: string; signature_base?: string }
}

/** What a case sends. Only what differs from a correct request is named; the rest is filled in. */
export type Draft = {
  method?: string
  target?: string
  /** Raw Host headers, one by default. */
  hosts?: string[]
  /** Raw headers beside Host, Content-Length, Content-Type and Content-Digest. */
  headers?: HeaderPair[]
  body?: string | Buffer
  /** null leaves the header out. */
  contentType?: string | null
  digest?: string | null
  /** Sends the body in chunks: Transfer-Encoding in place of Content-Length. */
  chunked?: boolean
  /** Component identifiers as they stand in Signature-Input, quotes and parameters included. */
  cover?: string[]
  coverAlso?: string[]
  coverNot?: string[]
  /** Serialized parameter values; null leaves a parameter out. */
  parameters?: Partial<Record<'created' | 'expires' | 'nonce' | 'keyid' | 'alg' | 'tag', string | null>>
  /** Replaces the whole parameter text, leading `;` included. */
  parameterText?: string
  key?: ConformanceKey
  /** The MAC's key bytes when they are not the key's newest secret. */
  secret?: string | Buffer
  /** What the signer took for the value of a component, where that differs from what is sent. */
  signed?: Record<string, string>
  /** Changes the finished header values; null leaves the header out. */
  signatureInput?: (value: string) => string | null
  signature?: (value: string) => string | null
  /** Changes the finished raw headers. */
  finish?: (headers: HeaderPair[]) => HeaderPair[]
  after?: string
  /** Node's own HTTP parser refuses it, so that only a direct call of the verifier sees it. */
  directOnly?: boolean
}

export type Built = {
  request: RequestCase['request']
  /** The base of an honest signer. */
  base: string
  /** The base over Signature-Input as it arrives, which may have changed after signing. */
  arrivedBase: string | null
  key: ConformanceKey
}

export const sha = (algorithm: 'sha256' | 'sha512' | 'md5', bytes: string | Buffer) =>
  createHash(algorithm).update(bytes).digest('base64')

/** A nonce of 32 hex digits that is the case's own, so that all cases can share one nonce store. */
export const nonceOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32)

/** Makes the request that a draft describes and signs it. */
export function buildRequest(name: string, draft: Draft): Built {
  const key = draft.key ?? keys.active
  const method = draft.method ?? (draft.body === undefined ? 'GET' : 'POST')
  const target = draft.target ?? (draft.body === undefined ? '/v1/me' : '/v1/api-keys')
  const body = draft.body === undefined ? null : Buffer.from(draft.body)
  const headers = plainHeaders(draft, body)
  const covered = (draft.cover ?? [...defaultCover(headers), ...(draft.coverAlso ?? [])]).filter(
    (identifier) => !draft.coverNot?.includes(identifier),
  )
  const parameters = draft.parameterText ?? parameterText(name, draft, key)
  const signatureParameters = `(${covered.join(' ')})${parameters}`
  const values = { method, target, headers }
  const sentBase = signatureBase(covered, signatureParameters, values, {})
  const signature = signBytes(
    key,
    draft.secret,
    signatureBase(covered, signatureParameters, values, draft.signed ?? {}),
  )

  const signatureInput = (draft.signatureInput ?? ((value) => value))(`sig1=${signatureParameters}`)
  const signatureHeader = (draft.signature ?? ((value) => value))(`sig1=:${signature}:`)
  if (signatureInput !== null) headers.push(['Signature-Input', signatureInput])
  if (signatureHeader !== null) headers.push(['Signature', signatureHeader])
  return {
    request: {
      method,
      target,
      headers: draft.finish?.(headers) ?? headers,
      body_base64: body?.toString('base64') ?? null,
    },
    base: sentBase,
    arrivedBase: signatureInput === null ? null : baseOf(signatureInput, values),
    key,
  }
}

function baseOf(signatureInput: string, message: Message): string | null {
  const [, covered, parameters] = /(?:^|, )[^=]+=\(([^)]*)\)((?:;[^,]*)?)$/.exec(signatureInput) ?? []
  return covered === undefined
    ? null
    : signatureBase(covered.split(' '), `(${covered})${parameters}`, message, {})
}

function plainHeaders(draft: Draft, body: Buffer | null): HeaderPair[] {
  const headers: HeaderPair[] = (draft.hosts ?? [server.authority]).map((host) => ['Host', host])
  headers.push(...(draft.headers ?? []))
  if (body && draft.chunked) headers.push(['Transfer-Encoding', 'chunked'])
  else if (body) headers.push(['Content-Length', String(body.length)])
  const contentType = draft.contentType === undefined && body ? 'application/json' : draft.contentType
  if (contentType) headers.push(['Content-Type', contentType])
  const digest = draft.digest === undefined && body ? `sha-256=:${sha('sha256', body)}:` : draft.digest
  if (digest) headers.push(['Content-Digest', digest])
  return headers
}

function defaultCover(headers: HeaderPair[]): string[] {
  const sent = ['content-digest', 'content-type', 'idempotency-key'].filter(
    (name) => fieldValues(headers, name).length > 0,
  )
  return ['"@method"', '"@authority"', '"@path"', '"@query"', ...sent.map((name) => `"${name}"`)]
}

function parameterText(name: string, draft: Draft, key: ConformanceKey): string {
  const values = {
    created: String(server.now),
    expires: null,
    nonce: `"${nonceOf(name)}"`,
    keyid: `"${key.public_key}"`,
    alg: `"${key.algorithm}"`,
    tag: null,
    ...draft.parameters,
  }
  return Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([parameter, value]) => `;${parameter}=${value}`)
    .join('')
}

type Message = { method: string; target: string; headers: HeaderPair[] }

/** RFC 9421 §2.5, line by line. `overrides` is what a mistaken signer believed. */
function signatureBase(
  covered: string[],
  signatureParameters: string,
  message: Message,
  overrides: Record<string, string>,
): string {
  const lines = covered.map((identifier) => {
    const name = identifier.replace(/^"([^"]*)".*$/, '$1')
    return `${identifier}: ${overrides[name] ?? componentValue(name, message)}`
  })
  return [...lines, `"@signature-params": ${signatureParameters}`].join('\n')
}

function componentValue(name: string, { method, target, headers }: Message): string {
  const question = target.indexOf('?')
  const host = fieldValues(headers, 'host')[0] ?? ''
  switch (name) {
    case '@method':
      return method
    case '@authority':
      return host.toLowerCase().replace(/:443$/, '')
    case '@path':
      return question < 0 ? target : target.slice(0, question)
    case '@query':
      return question < 0 ? '?' : target.slice(question)
    case '@request-target':
      return target
    case '@target-uri':
      return `https://${host}${target}`
    case '@scheme':
      return 'https'
    case '@status':
      return '200'
    case '@query-param':
      return 'x'
    default:
      return fieldValues(headers, name.toLowerCase()).join(', ')
  }
}

function fieldValues(headers: HeaderPair[], name: string): string[] {
  return headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value.trim())
}

/** The signature in base64: HMAC with the ASCII of the whole secret, or Ed25519 (RFC 8032). */
export function signBytes(key: ConformanceKey, secret: string | Buffer | undefined, base: string): string {
  const bytes = Buffer.from(base, 'latin1')
  if (key.ed25519_private_key_pem && secret === undefined) {
    return sign(null, bytes, createPrivateKey(key.ed25519_private_key_pem)).toString('base64')
  }
  return createHmac('sha256', secret ?? key.secret_keys[0]!)
    .update(bytes)
    .digest('base64')
}
