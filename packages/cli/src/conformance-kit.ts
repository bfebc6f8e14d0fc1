import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

type HeaderPair = [name: string, value: string]

export type KitKey = {
  public_key: string
  algorithm: 'hmac-sha256' | 'ed25519'
  secret_keys: string[]
  ed25519_private_key_pem: string | null
}

export type KitCase = {
  name: string
  after?: string
  sign?: { headers: HeaderPair[]; components: string[]; parameters: Record<string, string | number> }
  request: { method: string; target: string; headers: HeaderPair[]; body_base64: string | null }
  expect: {
    accepted?: true
    public_key?: string
    secret_key_index?: number | null
    signature_base?: string
    code?: string
  }
}

export type Kit = {
  version: number
  server: { public_url: string; authority: string; now: number }
  keys: KitKey[]
  cases: KitCase[]
}

/** The kit that came with this program, packed; in the repository the file itself. */
export function readKit(): Kit {
  const packed = new URL('conformance.json.gz', import.meta.url)
  const text = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString()
    : readFileSync(new URL('../../../conformance/requests.json', import.meta.url), 'utf8')
  return JSON.parse(text) as Kit
}

/** What a signer reads on its stdin. */
export function signerInput(kit: Kit, { name, sign, request, expect }: KitCase) {
  const key = kit.keys.find((each) => each.public_key === expect.public_key) as KitKey
  const { public_key, algorithm } = key
  return {
    version: kit.version,
    name,
    key: {
      public_key,
      algorithm,
      secret_key: key.secret_keys[expect.secret_key_index ?? 0] ?? null,
      private_key_pem: key.ed25519_private_key_pem,
    },
    request: {
      method: request.method,
      url: kit.server.public_url + request.target,
      headers: sign?.headers ?? [],
      body_base64: request.body_base64,
    },
    components: sign?.components ?? [],
    parameters: sign?.parameters ?? {},
  }
}

/** The bytes of a case as HTTP/1.1 carries them: what a verifier reads on its stdin. */
export function rawRequest({ method, target, headers, body_base64 }: KitCase['request']): Buffer {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const body = Buffer.from(body_base64 ?? '', 'base64')
  const isChunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding')
  if (!isChunked) return Buffer.concat([head, body])
  return Buffer.concat([
    head,
    Buffer.from(`${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ])
}

/** Null where a signer's answer is right; else what is wrong with it, first things first. */
export function faultOfSigner(each: KitCase, answer: Record<string, unknown>): string | null {
  const given = new Map(Object.entries(answer).map(([name, value]) => [name.toLowerCase(), value]))
  const text = (name: string) => {
    const value = given.get(name)
    return typeof value === 'string' ? value.trim() : null
  }
  const sent = new Map(each.request.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const [input, signature] = [text('signature-input'), text('signature')]
  if (input === null || signature === null) return 'the answer lacks Signature-Input or Signature'

  const wasTold = each.sign?.headers.some(([name]) => name.toLowerCase() === 'content-digest')
  const digest = sent.get('content-digest')
  if (digest !== undefined && !wasTold && text('content-digest') !== digest)
    return `Content-Digest is ${text('content-digest') ?? 'missing'}; it must be ${digest}`

  const base = each.expect.signature_base ?? ''
  const wanted = base.slice(base.lastIndexOf('"@signature-params": ') + '"@signature-params": '.length)
  const [, label = '', parameters = ''] = /^([a-z*][a-z0-9_.*-]*)=(.*)$/s.exec(input) ?? []
  if (label === '') return 'Signature-Input must read like sig1=(…);created=…'
  if (parameters !== wanted)
    return `Signature-Input differs from byte ${firstDifference(parameters, wanted)} on: ${parameters} must be ${wanted}`

  const bytes = /:([A-Za-z0-9+/]+={0,2}):$/.exec(ownMember(sent.get('signature') ?? ''))?.[0] ?? ''
  if (signature !== `${label}=${bytes}`)
    return `Signature is ${signature}; it must be ${label}=${bytes}, over the base ${JSON.stringify(base)}`
  return null
}

/** Where a proxy signed as well, the member of the Signature header that is ours. */
function ownMember(header: string): string {
  return header.split(', ').find((member) => !member.startsWith('proxy=')) ?? header
}

function firstDifference(one: string, other: string): number {
  let index = 0
  while (index < one.length && one[index] === other[index]) index += 1
  return index
}
