import { nonceOf, server, sha, type Draft } from './build-request.ts'
import { keys } from './keys.ts'

const BODY = '{"name":"from the conformance data"}'
const NOW = String(server.now)
const KEYID = `keyid="${keys.active.public_key}"`
const covering = (...cover: string[]): Draft => ({ cover })
const rawInput = (value: string | null): Draft => ({ signatureInput: () => value })
const rawSignature = (value: string | null): Draft => ({ signature: () => value })
const target = (value: string): Draft => ({ target: value })
const replaceInput = (from: string | RegExp, to: string): Draft => ({
  signatureInput: (value) => value.replace(from, to),
})
const TAG = ';tag="countersign"'
const SECOND_INPUT = 'other=("@method");created=1763856000;keyid="proxy-1"'
const SECOND_SIGNATURE = `other=:${Buffer.alloc(32, 7).toString('base64')}:`
const both = (secondInput: string, secondSignature: string, first: Draft = {}): Draft => ({
  ...first,
  signatureInput: (value) => `${value}, ${secondInput}`,
  signature: (value) => `${value}, ${secondSignature}`,
})

/** Refused as `signature-malformed`: parse and shape, before time, key and MAC are looked at. The MACs themselves are right. */
export const malformedRequests: Record<string, Draft> = {
  // One header of the pair
  'Signature without Signature-Input': rawInput(null),
  'Signature-Input without Signature': rawSignature(null),
  'labels that differ': { signature: (value) => value.replace('sig1=', 'sig2=') },

  // Coverage
  'no component covered': covering(),
  '@method not covered': { coverNot: ['"@method"'] },
  '@authority not covered': { coverNot: ['"@authority"'] },
  '@path not covered': { coverNot: ['"@path"'] },
  '@query not covered': { coverNot: ['"@query"'] },
  '@query not covered though there is a query': { target: '/v1/api-keys?limit=1', coverNot: ['"@query"'] },
  'body without Content-Digest': { body: BODY, digest: null },
  'body with Content-Digest that is not covered': { body: BODY, coverNot: ['"content-digest"'] },
  'body in chunks with Content-Digest that is not covered': {
    body: BODY,
    chunked: true,
    coverNot: ['"content-digest"'],
  },
  'content-digest covered but not sent': { body: BODY, digest: null, coverAlso: ['"content-digest"'] },
  'Content-Type sent but not covered': { body: BODY, coverNot: ['"content-type"'] },
  'Content-Type sent with a GET but not covered': {
    contentType: 'application/json',
    coverNot: ['"content-type"'],
  },
  'Idempotency-Key sent but not covered': {
    body: BODY,
    headers: [['Idempotency-Key', 'k-1']],
    coverNot: ['"idempotency-key"'],
  },
  'a header covered but not sent': { coverAlso: ['"x-trace"'] },
  '@target-uri in place of @authority, @path and @query': covering('"@method"', '"@target-uri"'),

  // Components
  '@method twice': { coverAlso: ['"@method"'] },
  'content-digest twice': { body: BODY, coverAlso: ['"content-digest"'] },
  '@request-target': { coverAlso: ['"@request-target"'] },
  '@request-target in place of @path and @query': covering('"@method"', '"@authority"', '"@request-target"'),
  '@status': { coverAlso: ['"@status"'] },
  '@query-param': { target: '/v1/api-keys?limit=x', coverAlso: ['"@query-param";name="limit"'] },
  '@query-param without a name': { coverAlso: ['"@query-param"'] },
  '@signature-params as a component': { coverAlso: ['"@signature-params"'] },
  'an unknown derived component': { coverAlso: ['"@body"'] },
  'a derived component with ;req': covering('"@method";req', '"@authority"', '"@path"', '"@query"'),
  'a header with ;sf': { headers: [['X-Trace', 'a']], coverAlso: ['"x-trace";sf'] },
  'a header with ;bs': { headers: [['X-Trace', 'a']], coverAlso: ['"x-trace";bs'] },
  'a header with ;key': { headers: [['X-Trace', 'a=1']], coverAlso: ['"x-trace";key="a"'] },
  'a header with ;tr': { headers: [['X-Trace', 'a']], coverAlso: ['"x-trace";tr'] },
  'content-digest with ;req': {
    body: BODY,
    coverNot: ['"content-digest"'],
    coverAlso: ['"content-digest";req'],
  },
  'a component with an unknown parameter': covering('"@method";x=1', '"@authority"', '"@path"', '"@query"'),
  'a component name in upper case': {
    body: BODY,
    coverNot: ['"content-type"'],
    coverAlso: ['"Content-Type"'],
  },
  'a derived component in upper case': covering('"@METHOD"', '"@authority"', '"@path"', '"@query"'),
  'an empty component name': { coverAlso: ['""'] },
  'a component name with a space': { coverAlso: ['"x trace"'] },
  'a component that is a token': { headers: [['X-Trace', 'a']], coverAlso: ['x-trace'] },
  'a component that is a number': { coverAlso: ['1'] },
  'a component that is a byte sequence': { coverAlso: [':QG1ldGhvZA==:'] },
  'a component that is an inner list': { coverAlso: ['("@method")'] },
  'cookie covered': { headers: [['Cookie', 'a=b']], coverAlso: ['"cookie"'] },
  'authorization covered': { headers: [['Authorization', 'Bearer x']], coverAlso: ['"authorization"'] },
  'forwarded covered': { headers: [['Forwarded', 'for=192.0.2.1']], coverAlso: ['"forwarded"'] },
  'x-forwarded-for covered': {
    headers: [['X-Forwarded-For', '192.0.2.1']],
    coverAlso: ['"x-forwarded-for"'],
  },
  'x-forwarded-proto covered': {
    headers: [['X-Forwarded-Proto', 'https']],
    coverAlso: ['"x-forwarded-proto"'],
  },
  'a covered header that comes twice': {
    headers: [
      ['X-Trace', 'a'],
      ['X-Trace', 'b'],
    ],
    coverAlso: ['"x-trace"'],
  },

  // Headers that may come once
  'two equal Host headers': { hosts: [server.authority, server.authority] },
  'two different Host headers': { hosts: [server.authority, 'evil.example'] },
  'no Host header': { hosts: [], signed: { '@authority': server.authority }, directOnly: true },
  'Content-Type twice': { body: BODY, headers: [['Content-Type', 'application/json']] },
  'Content-Digest twice': { body: BODY, headers: [['Content-Digest', `sha-256=:${sha('sha256', BODY)}:`]] },
  'Idempotency-Key twice': {
    body: BODY,
    headers: [
      ['Idempotency-Key', 'k-1'],
      ['Idempotency-Key', 'k-2'],
    ],
  },

  // Parameters
  'created missing': { parameters: { created: null } },
  'nonce missing': { parameters: { nonce: null } },
  'keyid missing': { parameters: { keyid: null } },
  'no parameters': { parameterText: '' },
  'created as a string': { parameters: { created: `"${NOW}"` } },
  'created as a decimal': { parameters: { created: `${NOW}.0` } },
  'created without a value': {
    parameterText: `;created;nonce="${nonceOf('created bare')}";${KEYID};alg="hmac-sha256"`,
  },
  'created of 16 digits': { parameters: { created: '1763856000000000' } },
  'created before 1970': { parameters: { created: '-1' } },
  'created with a plus sign': { parameters: { created: `+${NOW}` } },
  'created as a token': { parameters: { created: 'now' } },
  'created twice': {
    parameterText: `;created=1;created=${NOW};nonce="${nonceOf('created twice')}";${KEYID};alg="hmac-sha256"`,
  },
  'expires as a string': { parameters: { expires: `"${server.now + 60}"` } },
  'expires as a decimal': { parameters: { expires: `${server.now + 60}.5` } },
  'nonce of 15 characters': { parameters: { nonce: '"0123456789abcde"' } },
  'nonce of 129 characters': { parameters: { nonce: `"${'n'.repeat(129)}"` } },
  'nonce of 15 characters that its escapes make longer': {
    parameters: { nonce: String.raw`"\"123456789abcde"` },
  },
  'an empty nonce': { parameters: { nonce: '""' } },
  'nonce twice': {
    parameterText: `;created=${NOW};nonce="${nonceOf('nonce a')}";nonce="${nonceOf('nonce b')}";${KEYID};alg="hmac-sha256"`,
  },
  'nonce as a token': { parameters: { nonce: `n${nonceOf('nonce token')}` } },
  'nonce as a byte sequence': { parameters: { nonce: ':MDEyMzQ1Njc4OWFiY2RlZg==:' } },
  'nonce as a number': { parameters: { nonce: '123456789012345' } },
  'keyid as a token': { parameters: { keyid: keys.active.public_key } },
  'keyid twice': {
    parameterText: `;created=${NOW};nonce="${nonceOf('keyid twice')}";keyid="${keys.other.public_key}";${KEYID};alg="hmac-sha256"`,
  },
  'alg as a token': { parameters: { alg: 'hmac-sha256' } },
  'alg twice': {
    parameterText: `;created=${NOW};nonce="${nonceOf('alg twice')}";${KEYID};alg="ed25519";alg="hmac-sha256"`,
  },
  'alg without a value': {
    parameterText: `;created=${NOW};nonce="${nonceOf('alg bare')}";${KEYID};alg`,
  },
  'a parameter that the profile does not know': {
    parameterText: `;created=${NOW};nonce="${nonceOf('unknown parameter')}";${KEYID};alg="hmac-sha256";x=1`,
  },
  'tag as a token': { parameters: { tag: 'countersign' } },

  // Structured fields (RFC 8941) that do not parse
  'Signature-Input empty': rawInput(''),
  'Signature-Input that is an item': rawInput('sig1="@method"'),
  'Signature-Input without a label': replaceInput('sig1=', ''),
  'a label in upper case': {
    signatureInput: (value) => value.replace('sig1', 'Sig1'),
    signature: (value) => value.replace('sig1', 'Sig1'),
  },
  'a label that starts with a digit': {
    signatureInput: (value) => value.replace('sig1', '1sig'),
    signature: (value) => value.replace('sig1', '1sig'),
  },
  'an open parenthesis that never closes': replaceInput(')', ''),
  'a quote that never closes': replaceInput(/"$/, ''),
  'components without quotes': replaceInput(/"(@[a-z]+)"/g, '$1'),
  'components separated by commas': replaceInput('"@method" "@authority"', '"@method","@authority"'),
  'components without a space between': replaceInput('"@method" "@authority"', '"@method""@authority"'),
  'a tab between components': replaceInput('"@method" "@authority"', '"@method"\t"@authority"'),
  'a trailing comma': replaceInput(/$/, ','),
  'a trailing semicolon': replaceInput(/$/, ';'),
  'a leading comma': replaceInput(/^/, ', '),
  'rubbish after the parameters': replaceInput(/$/, ' x'),
  'a parameter name in upper case': replaceInput(';created', ';Created'),
  'a space before the equals sign': replaceInput(';created=', ';created ='),
  'an escape that is none': { parameters: { nonce: String.raw`"0123456789abcdef\n"` } },
  'a byte above ASCII in a string': { parameters: { nonce: '"0123456789abcdefé"' } },
  'a control character in a string': {
    parameters: { nonce: '"0123456789abcdef\u0001"' },
    directOnly: true,
  },
  'Signature empty': rawSignature(''),
  'Signature in plain base64': { signature: (value) => value.replaceAll(':', '') },
  'Signature in plain hex': { signature: (value) => `sig1=${hexOf(value)}` },
  'Signature as a string': { signature: (value) => value.replace(/:(.*):/, '"$1"') },
  'Signature as an inner list': { signature: (value) => value.replace('sig1=', 'sig1=(').concat(')') },
  'Signature without the closing colon': { signature: (value) => value.slice(0, -1) },
  'Signature with a character outside base64': { signature: (value) => value.replace(/=:(.)/, '=:*') },
  'Signature in base64url': rawSignature(`sig1=:${Buffer.alloc(32, 0xfb).toString('base64url')}:`),
  'Signature with padding in the middle': { signature: (value) => value.replace(/=:(.{4})/, '=:$1=') },

  // Whose signature
  'the only signature tagged for somebody else': { parameters: { tag: '"gateway"' } },
  'two signatures, neither tagged': both(SECOND_INPUT, SECOND_SIGNATURE),
  'two signatures, both tagged': both(`${SECOND_INPUT}${TAG}`, SECOND_SIGNATURE, {
    parameters: { tag: '"countersign"' },
  }),
  'two signatures, both tagged for others': both(`${SECOND_INPUT};tag="a"`, SECOND_SIGNATURE, {
    parameters: { tag: '"b"' },
  }),
  'the tagged one has no signature': both(`other${SECOND_INPUT.slice(5)}${TAG}`, 'third=:AAAA:'),
  'the same label twice': {
    signatureInput: (value) => `${value}, ${value}`,
    signature: (value) => `${value}, ${value}`,
  },

  // Target
  'a percent sign in the path': target('/v1/%6de'),
  'an encoded slash in the path': target('/v1/api-keys%2fkey_1'),
  'a fragment after the path': target('/v1/me#x'),
  'a fragment after the query': target('/v1/me?a=b#x'),
  'a semicolon in the path': target('/v1/me;a=b'),
  'two slashes in the path': target('/v1//me'),
  'two slashes at the start': target('//v1/me'),
  'a backslash in the path': target('/v1\\me'),
  'a dot segment in the path': target('/v1/./me'),
  'a dot segment at the end': target('/v1/me/.'),
  'two dots in the path': target('/v1/api-keys/../me'),
  'two dots at the end': target('/v1/me/..'),
  'an absolute-form target': {
    target: 'https://api.example.com/v1/me',
    signed: { '@path': '/v1/me', '@query': '?' },
  },
  'an absolute-form target, signed as sent': target('https://api.example.com/v1/me'),
  'an asterisk as target': { method: 'OPTIONS', target: '*' },
  'a byte above ASCII in the path': { target: '/v1/mé', directOnly: true },
  'a byte above ASCII in the query': { target: '/v1/me?a=é', directOnly: true },
  'a space in the path': { target: '/v1/m e', directOnly: true },
  'a control character in the query': { target: '/v1/me?a=\u0007', directOnly: true },
}

function hexOf(header: string): string {
  return Buffer.from(header.slice('sig1=:'.length, -1), 'base64').toString('hex')
}
