import fc from 'fast-check'
import { verifySignature } from 'http-message-sig'
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  verify as verifyEd25519,
} from 'node:crypto'
import { testClock } from '../clock.ts'
import { testVerifier, verificationKey, type RawRequest } from './test-verifier.ts'

export const NOW_SECONDS = 1_763_899_200
export const AUTHORITY = 'api.example.com'

type Pair = [name: string, value: string]
type Signer = {
  publicKey: string
  algorithm: 'hmac-sha256' | 'ed25519'
  sign(base: string): Buffer
  live: boolean
}

// The same in every run, so that a seed repeats a run byte by byte. RFC 8410 §7: the DER wrapping of a private key.
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const privateKey = createPrivateKey({
  key: Buffer.concat([ED25519_PKCS8_PREFIX, Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})
const ed25519PublicKey = createPublicKey(privateKey)
const rawPublicKey = ed25519PublicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const secretOf = (letter: string) => `sk_test_${letter.repeat(49)}`
const idOf = (letter: string) => `pk_test_${letter.repeat(28)}`
const [current, overlapping, retired, foreign] = [secretOf('a'), secretOf('b'), secretOf('c'), secretOf('d')]
const [hmacId, ed25519Id, expiredId, disabledId] = [idOf('a'), idOf('b'), idOf('c'), idOf('d')]
const hmac = (publicKey: string, secret: string, live: boolean): Signer => ({
  publicKey,
  algorithm: 'hmac-sha256',
  sign: (base) => createHmac('sha256', secret).update(base, 'latin1').digest(),
  live,
})
const SIGNERS: Signer[] = [
  hmac(hmacId, current, true),
  hmac(hmacId, overlapping, true),
  {
    publicKey: ed25519Id,
    algorithm: 'ed25519',
    sign: (base) => sign(null, Buffer.from(base, 'latin1'), privateKey),
    live: true,
  },
  hmac(hmacId, retired, false),
  hmac(hmacId, foreign, false),
  hmac(ed25519Id, current, false),
  hmac(expiredId, current, false),
  hmac(disabledId, current, false),
  hmac(idOf('e'), current, false),
]

/** A verifier with a nonce store of its own, over keys of every kind. */
export function fuzzVerifier() {
  const nowMs = NOW_SECONDS * 1000
  return testVerifier({
    clock: testClock(nowMs),
    keys: [
      verificationKey({
        publicKey: hmacId,
        secrets: [
          { secret: current },
          { secret: overlapping, expiresAt: nowMs + 60_000 },
          { secret: retired, expiresAt: nowMs },
        ],
      }),
      verificationKey({ publicKey: ed25519Id, ed25519PublicKey: rawPublicKey }),
      verificationKey({ publicKey: expiredId, secrets: [{ secret: current }], expiresAt: nowMs }),
      verificationKey({ publicKey: disabledId, secrets: [{ secret: current }], enabled: false }),
    ],
    authorities: new Set([AUTHORITY]),
  })
}

/**
 * What the standard and an independent library make of a request; naive on purpose, and nothing of the server's.
 * @throws when it may not be accepted
 */
export async function assertReferenceAccepts(request: RawRequest): Promise<void> {
  const valuesOf = (name: string) =>
    request.headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value)
  const body = Buffer.from(request.body_base64 ?? '', 'base64')
  for (const name of ['host', 'content-type', 'content-digest', 'idempotency-key'])
    if (valuesOf(name).length > 1) throw new Error(`${name} is sent twice`)
  if (!/^\/[!-~]*$/.test(request.target) || /[%#;\\]|\/\/|\/\.\.?(\/|$)/.test(request.target.split('?')[0]!))
    throw new Error('the target can be read in two ways')
  const required = ['@method', '@authority', '@path', '@query']
  if (body.length > 0) required.push('content-digest')
  for (const name of ['content-type', 'idempotency-key']) if (valuesOf(name).length > 0) required.push(name)
  // Signatures of others stand beside ours and are none of our business, whatever state they are in.
  const inputs = membersOf(valuesOf('signature-input').join(', '))
  const ours = inputs.length === 1 ? inputs : inputs.filter(({ text }) => /;[ ]*tag="countersign"/.test(text))
  const signatures = membersOf(valuesOf('signature').join(', ')).filter(
    ({ label }) => label === ours[0]?.label,
  )
  if (ours.length !== 1 || signatures.length !== 1) throw new Error('which signature is ours is not clear')
  const fields = request.headers
    // The library refuses other bytes in any header; what is not covered may hold them, what is covered is then missing.
    .filter(([name, value]) => !/^signature(?:-input)?$/i.test(name) && /^[\t\x20-\x7e]*$/.test(value))
    .map(([name, value]) => ({ name, value }))
  fields.push(
    { name: 'Signature-Input', value: ours[0]!.text },
    { name: 'Signature', value: signatures[0]!.text },
  )
  const verified = await verifySignature(
    {
      kind: 'request',
      method: request.method,
      targetUri: `https://${valuesOf('host')[0]}${request.target}`,
      fields,
    },
    {
      policy: {
        algorithms: ['hmac-sha256', 'ed25519'],
        requiredComponents: required,
        requiredParameters: ['created', 'nonce', 'keyid'],
        now: NOW_SECONDS,
        maxAge: 300,
        clockSkew: 30,
      },
      resolveVerifier: ({ parameters, components }) => {
        if (components.some(({ name }) => /^(?:cookie|authorization|forwarded|x-forwarded-.*)$/.test(name)))
          throw new Error('a header that proxies change is covered')
        const live = SIGNERS.filter((signer) => signer.live && signer.publicKey === parameters.keyid)
        if (live.length === 0) throw new Error('no live key')
        const { algorithm } = live[0]!
        const age = NOW_SECONDS - parameters.created!
        if (age > 300 || (parameters.expires ?? Infinity) < NOW_SECONDS) throw new Error('too old')
        return {
          algorithm,
          verify: (data, signature) =>
            algorithm === 'ed25519'
              ? verifyEd25519(null, data, ed25519PublicKey, signature)
              : live.some((signer) => signer.sign(Buffer.from(data).toString('latin1')).equals(signature)),
        }
      },
    },
  )
  if (required.includes('content-digest')) assertNaiveDigest(valuesOf('content-digest')[0]!, body)
  if (valuesOf('host')[0]!.toLowerCase().replace(/:443$/, '') !== AUTHORITY) throw new Error('foreign host')
  if (verified.parameters.nonce!.length < 16) throw new Error('the nonce is short')
}

/** The members of a dictionary: what lies between the commas that are outside of quotes and parentheses. */
function membersOf(header: string): { label: string; text: string }[] {
  const pieces = header.match(/(?:"(?:\\.|[^"\\])*"|\((?:"(?:\\.|[^"\\])*"|[^()"])*\)|[^,"(])+/g) ?? []
  return pieces.map((piece) => ({ label: piece.trim().split('=')[0]!, text: piece.trim() }))
}

function assertNaiveDigest(header: string, body: Buffer): void {
  let known = 0
  for (const [, name, value] of header.matchAll(/(?:^|,)[ \t]*sha-(256|512)=:([^:]*):/g)) {
    known += 1
    if (createHash(`sha${name}`).update(body).digest('base64') !== value)
      throw new Error('the digest differs')
  }
  if (known === 0) throw new Error('no digest')
}

// Requests, rightly signed in every way that the profile allows

const text = (alphabet: string, { min, max }: { min: number; max: number }) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max })
const LETTERS = 'abcxyzABCXYZ0189-_.~'
const path = fc
  .array(
    text(`${LETTERS}!$&'()*+,=:@`, { min: 1, max: 12 }).filter((one) => !/^\.+$/.test(one)),
    {
      maxLength: 4,
    },
  )
  .map((segments) => ['/v1', ...segments].join('/'))
const query = fc.option(text(`${LETTERS}%&=+?/[]"'|{};`, { min: 0, max: 30 }), { nil: null })
const nonce = text(`${LETTERS} ,;=()?:/#`, { min: 16, max: 40 })
const payload = fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), { nil: null })

export type Shape = {
  signer: Signer
  method: string
  target: string
  body: string | null
  nonce: string
  digests: readonly string[]
  idempotencyKey: string | null
  extra: Pair[]
  host: string
  order: number[]
  label: string
  tagged: boolean
  foreign: boolean
  ageSeconds: number
  expiresIn: number | null
  withAlg: boolean
  parameterOrder: number[]
  spaced: boolean
}

const shape = (signers: readonly Signer[]): fc.Arbitrary<Shape> =>
  fc
    .record({
      signer: fc.constantFrom(...signers),
      nonce,
      verb: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
      reads: fc.constantFrom('GET', 'HEAD', 'DELETE', 'POST'),
      path,
      query,
      body: payload,
      digests: fc.constantFrom(['sha-256'], ['sha-512'], ['sha-256', 'sha-512'], ['md5', 'sha-256']),
      idempotencyKey: fc.option(text(LETTERS, { min: 1, max: 20 }), { nil: null }),
      extra: fc.constantFrom<Pair[]>(
        [],
        [['X-Trace', 'a b']],
        [
          ['Date', 'Sun, 23 Nov 2025'],
          ['X-Empty', ''],
        ],
      ),
      host: fc.constantFrom(AUTHORITY, AUTHORITY.toUpperCase(), `${AUTHORITY}:443`),
      order: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
      label: fc.constantFrom('sig1', 'sig', '*a', 'my_label-1.*'),
      tagged: fc.boolean(),
      foreign: fc.boolean(),
      ageSeconds: fc.integer({ min: -30, max: 300 }),
      expiresIn: fc.option(fc.integer({ min: 0, max: 600 }), { nil: null }),
      withAlg: fc.boolean(),
      parameterOrder: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      spaced: fc.boolean(),
    })
    .map(({ verb, reads, path: route, query: search, ...rest }) => ({
      ...rest,
      method: rest.body === null ? reads : verb,
      target: search === null ? route : `${route}?${search}`,
    }))

/** Requests that must be accepted. */
export const rightRequest = shape(SIGNERS.filter((signer) => signer.live)).map(signShape)
/** The same by whoever may or may not sign. */
const anyRequest = shape(SIGNERS).map(signShape)

const shuffled = <T>(items: readonly T[], order: readonly number[]) =>
  items
    .map((item, index) => ({ item, rank: order[index % order.length]! }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)

function signShape(one: Shape): RawRequest {
  const body = one.body === null ? null : Buffer.from(one.body)
  const headers: Pair[] = [['Host', one.host], ...one.extra]
  if (body) {
    const digests = one.digests.map(
      (name) => `${name}=:${createHash(name.replace('sha-', 'sha')).update(body).digest('base64')}:`,
    )
    headers.push(['Content-Length', String(body.length)], ['Content-Type', 'application/json'])
    headers.push(['Content-Digest', digests.join(', ')])
  }
  if (one.idempotencyKey !== null) headers.push(['Idempotency-Key', one.idempotencyKey])
  const [route = '', search] = one.target.split(/\?(.*)/s)
  const values: Pair[] = [
    ['@method', one.method],
    ['@authority', AUTHORITY],
    ['@path', route],
    ['@query', `?${search ?? ''}`],
    ...headers
      .filter(([name]) => !/^(?:host|content-length)$/i.test(name))
      .map(([name, value]): Pair => [name.toLowerCase(), value]),
  ]
  const covered = shuffled(values, one.order)
  const created = NOW_SECONDS - one.ageSeconds
  const parameters = [
    `;created=${created}`,
    `;nonce="${one.nonce}"`,
    `;keyid="${one.signer.publicKey}"`,
    ...(one.withAlg ? [`;alg="${one.signer.algorithm}"`] : []),
    ...(one.expiresIn === null ? [] : [`;expires=${NOW_SECONDS + one.expiresIn}`]),
    ...(one.tagged || one.foreign ? [';tag="countersign"'] : []),
  ]
  const list = covered.map(([name]) => `"${name}"`)
  const tail = shuffled(parameters, one.parameterOrder).join('')
  const base = [...covered, ['@signature-params', `(${list.join(' ')})${tail}`]].map(
    ([name, value]) => `"${name}": ${value}`,
  )
  const mac = one.signer.sign(base.join('\n')).toString('base64')
  const input = one.spaced
    ? `${one.label}=( ${list.join('  ')} )${tail}`
    : `${one.label}=(${list.join(' ')})${tail}`
  const others = one.foreign
    ? ['proxy=("@method");created=1;keyid="p", ', `proxy=:${Buffer.alloc(8).toString('base64')}:, `]
    : ['', '']
  headers.push(['Signature-Input', others[0] + input], ['Signature', `${others[1]}${one.label}=:${mac}:`])
  return { method: one.method, target: one.target, headers, body_base64: body?.toString('base64') ?? null }
}

// Mutations: what an attacker, a proxy or a broken client makes of a request

// What the parser in front of us lets through in a value (RFC 9110 §5.5), and what it trims.
const fieldCharacter = fc.oneof(
  fc.constantFrom(...`"\\;,=:()? \t*@-_.%1aA`),
  fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const mutation = fc.record({
  kind: fc.constantFrom(
    'replace',
    'insert',
    'delete',
    'cut',
    'repeat',
    'target',
    'drop',
    'twice',
    'rename',
    'move',
    'case',
    'method',
    'body',
    'splice',
    'join',
  ),
  which: place,
  at: place,
  character: fieldCharacter,
  fragment: fc.constantFrom(
    ';created=1763899200',
    ';alg="ed25519"',
    ';alg="hmac-sha256"',
    ';tag="countersign"',
    ';nonce="0123456789abcdef"',
    ';expires=1',
    ' "@query"',
    ' "x-trace"',
    ' "@query";req',
    ', sig2=()',
    ', sig1=::',
    ';x',
    '=?0',
    ';keyid="a"',
    ' "cookie"',
    '/',
    '?',
    '?a=b',
    '%2f',
    '/../',
    '//',
    '#',
    ':443',
    'sha-512=:AA==:',
    ', ',
    '-1',
    '.5',
    '00',
    '\u00e9',
    '\u00a0',
  ),
})
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

const splice = (value: string, { at, remove, add }: { at: number; remove: number; add: string }) => {
  const index = Math.floor(at * (value.length + 1))
  return value.slice(0, index) + add + value.slice(index + remove)
}

function mutate(request: RawRequest, one: Mutation): RawRequest {
  const headers = request.headers.map(([name, value]): Pair => [name, value])
  const index = Math.floor(one.which * headers.length)
  const header = headers[index]
  const edit = (change: (value: string) => string): RawRequest => {
    if (header) header[1] = change(header[1]).replace(/^[ \t]+|[ \t]+$/g, '')
    return { ...request, headers }
  }
  switch (one.kind) {
    case 'replace':
      return edit((value) => splice(value, { at: one.at, remove: 1, add: one.character }))
    case 'insert':
      return edit((value) => splice(value, { at: one.at, remove: 0, add: one.character }))
    case 'splice':
      return edit((value) => splice(value, { at: one.at, remove: 0, add: one.fragment }))
    case 'delete':
      return edit((value) => splice(value, { at: one.at, remove: 1, add: '' }))
    case 'cut':
      return edit((value) => value.slice(0, Math.floor(one.at * value.length)))
    case 'repeat':
      return edit((value) => `${value}${one.at < 0.5 ? ', ' : ''}${value}`)
    case 'target':
      return {
        ...request,
        target: splice(request.target, { at: one.at, remove: one.at < 0.5 ? 1 : 0, add: one.fragment }),
      }
    case 'drop':
      return { ...request, headers: headers.filter((_pair, other) => other !== index) }
    case 'twice':
      return { ...request, headers: header ? [...headers, [...header]] : headers }
    case 'join': {
      const other = headers[Math.floor(one.at * headers.length)]
      return edit((value) => (other ? `${value}, ${other[1]}` : value))
    }
    case 'rename':
      if (header) header[0] = one.at < 0.5 ? header[0].toUpperCase() : `X-${header[0]}`
      return { ...request, headers }
    case 'move':
      return { ...request, headers: [...headers.slice(index), ...headers.slice(0, index)] }
    case 'case':
      return edit((value) => (one.at < 0.5 ? value.toUpperCase() : value.toLowerCase()))
    case 'method':
      return { ...request, method: one.at < 0.5 ? request.method.toLowerCase() : 'POST' }
    case 'body': {
      const body = Buffer.from(request.body_base64 ?? '', 'base64').toString('latin1')
      const changed = Buffer.from(splice(body, { at: one.at, remove: 1, add: one.character }), 'latin1')
      return { ...request, body_base64: changed.toString('base64') }
    }
  }
}

/** Requests near a rightly signed one, a few changes away from it. */
export const hostileRequest = fc
  .tuple(anyRequest, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([request, changes]) => changes.reduce(mutate, request))

/** Values for a header that is parsed: rightly made, mutated, put together from pieces of the grammar, or anything. */
const grammar = fc
  .array(
    fc.constantFrom(
      'sig1=',
      'sig2=',
      '(',
      ')',
      '"@method"',
      '"@query"',
      '"',
      ';',
      'created=1',
      ':',
      'YQ==',
      'YR==',
      ',',
      ' ',
      '\t',
      '\\',
      '\\"',
      '?1',
      '-',
      '1.5',
      '999999999999999',
      '1000000000000000',
      '-0',
      '0.0001',
      'keyid="',
      'nonce="0123456789abcdef"',
      'tag="countersign"',
      '\u00e9',
      '*a',
      '=',
      '""',
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''))
const headerOf = (name: string) =>
  fc
    .oneof(rightRequest, hostileRequest)
    .map(({ headers }) => headers.find(([header]) => header === name)?.[1] ?? '')
export const signatureInputHeader = fc.oneof(
  headerOf('Signature-Input'),
  grammar,
  fc.string({ unit: 'binary' }),
)
export const signatureHeader = fc.oneof(headerOf('Signature'), grammar, fc.string({ unit: 'binary' }))
