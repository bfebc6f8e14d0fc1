import { nonceOf, server, sha, type Draft } from './build-request.ts'
import { keys } from './keys.ts'

const BODY = '{"name":"from the conformance data"}'
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

/** A signature of somebody else (a proxy, a gateway) that stands beside ours and is none of our business. */
const FOREIGN_INPUT = 'proxy=("@method");created=1763856000;keyid="proxy-1"'
const FOREIGN_SIGNATURE = `proxy=:${Buffer.alloc(32, 7).toString('base64')}:`

/** Requests that the profile of DESIGN §6 accepts, each for one reason. */
export const goodRequests: Record<string, Draft> = {
  'GET without a query': {},
  'GET with a query': { target: '/v1/api-keys?limit=20&mode=test' },
  'GET with an empty query after the question mark': { target: '/v1/me?' },
  'GET with a second question mark in the query': { target: '/v1/api-keys?cursor=a?b' },
  'GET with percent-encoding in the query': { target: '/v1/transaction-logs?path=%2Fv1%2Fme&text=a%20b+c' },
  'GET with lower-case percent-encoding, signed as sent': { target: '/v1/transaction-logs?path=%2fv1%2fme' },
  'GET with percent-encoded UTF-8 in the query': { target: '/v1/transaction-logs?text=%C3%BC%F0%9F%98%80' },
  'GET with semicolon, slashes and dots in the query': { target: '/v1/transaction-logs?path=/v1//me/../x;y' },
  'GET with a repeated query parameter and empty values': { target: '/v1/api-keys?a=&a=2&b&=' },
  'GET with brackets, quotes and commas in the query': { target: `/v1/api-keys?a[]="x",'y'|{z}` },
  'GET of a path with an id': { target: '/v1/api-keys/key_01k9x4q8z7m3n5p2r6s8t0v1w4' },
  'GET of a path with every other unreserved character': { target: "/v1/api-keys/A-z_0.9~!$&'()*+,=:@" },
  'GET of a path that ends in a slash, signed as sent': { target: '/v1/api-keys/' },
  'GET with a Content-Type that is covered': { headers: [['Content-Type', 'application/json']] },
  HEAD: { method: 'HEAD' },
  'DELETE without a body': { method: 'DELETE', target: '/v1/api-keys/key_01k9x4q8z7m3n5p2r6s8t0v1w4' },
  'POST without a body': { method: 'POST', target: '/v1/api-keys/key_01k9x4q8z7m3n5p2r6s8t0v1w4/rotate' },
  'POST with Content-Length 0 and no digest': { method: 'POST', headers: [['Content-Length', '0']] },
  'POST with JSON': { body: BODY },
  'POST with JSON and a query': { body: BODY, target: '/v1/api-keys?dry_run=true' },
  'POST with an Idempotency-Key': {
    body: BODY,
    headers: [['Idempotency-Key', '4f0c2f0e-9f0b-4b43-a9a5-57a8e9f8f6e1']],
  },
  'POST with UTF-8 in the body': { body: '{"name":"Zürich 😀"}' },
  'POST with whitespace around the JSON': { body: ' \r\n{ "name" : "x" }\n' },
  'POST with every byte in the body': { body: EVERY_BYTE, contentType: 'application/octet-stream' },
  'POST with a Content-Type that has parameters': {
    body: BODY,
    contentType: 'application/json; charset=utf-8',
  },
  'POST with a body and no Content-Type': { body: BODY, contentType: null },
  'POST sent in chunks': { body: BODY, chunked: true },
  'PATCH with JSON': { method: 'PATCH', target: '/v1/api-keys/key_01k9x4q8z7m3n5p2r6s8t0v1w4', body: BODY },
  'digest with sha-512': { body: BODY, digest: `sha-512=:${sha('sha512', BODY)}:` },
  'digest with sha-256 and sha-512, both right': {
    body: BODY,
    digest: `sha-256=:${sha('sha256', BODY)}:, sha-512=:${sha('sha512', BODY)}:`,
  },
  'digest with an unknown algorithm beside sha-256': {
    body: BODY,
    digest: `md5=:${sha('md5', BODY)}:, sha-256=:${sha('sha256', BODY)}:`,
  },
  'components in another order': {
    body: BODY,
    cover: ['"content-type"', '"@query"', '"content-digest"', '"@path"', '"@authority"', '"@method"'],
  },
  'one more plain header covered': { headers: [['X-Trace', 'abc 123']], coverAlso: ['"x-trace"'] },
  'several more plain headers covered': {
    body: BODY,
    headers: [
      ['Date', 'Sun, 23 Nov 2025 00:00:00 GMT'],
      ['User-Agent', 'conformance/1'],
    ],
    coverAlso: ['"date"', '"user-agent"', '"content-length"'],
  },
  'the Host header covered as well': { coverAlso: ['"host"'] },
  'an uncovered header that comes twice': {
    headers: [
      ['X-Trace', 'a'],
      ['X-Trace', 'b'],
    ],
  },
  'header names in another case': {
    body: BODY,
    headers: [['IDEMPOTENCY-KEY', 'k-1']],
    finish: (headers) => headers.map(([name, value]) => [name.toLowerCase(), value]),
  },
  'Host in upper case, authority signed in lower case': { hosts: ['API.Example.COM'] },
  'Host with the default port, authority signed without it': { hosts: ['api.example.com:443'] },
  'alg left out': { parameters: { alg: null } },
  'alg left out with Ed25519': { key: keys.ed25519, parameters: { alg: null } },
  'GET signed with Ed25519': { key: keys.ed25519 },
  'POST signed with Ed25519': { key: keys.ed25519, body: BODY },
  'parameters in another order': {
    parameterText: `;keyid="${keys.active.public_key}";alg="hmac-sha256";nonce="${nonceOf('order')}";created=${server.now}`,
  },
  'more spaces in Signature-Input than the signed, serialised form has': {
    signatureInput: (value) => value.replace('("@method" ', '(  "@method"   ').replace(';nonce', ';  nonce'),
  },
  'created 300 seconds ago': { parameters: { created: String(server.now - 300) } },
  'created 30 seconds ahead': { parameters: { created: String(server.now + 30) } },
  'expires in the future': { parameters: { expires: String(server.now + 60) } },
  'expires this second': { parameters: { created: String(server.now - 60), expires: String(server.now) } },
  'nonce of 16 characters': { parameters: { nonce: '"0123456789abcdef"' } },
  'nonce of 128 characters': { parameters: { nonce: `"${'n'.repeat(128)}"` } },
  'nonce with escaped quote and backslash': { parameters: { nonce: String.raw`"escaped \" and \\ inside"` } },
  'nonce with spaces and punctuation': { parameters: { nonce: '"a b,c;d=e(f)g:h?i#j"' } },
  'the same nonce with another key': { key: keys.other, parameters: { nonce: '"0123456789abcdef"' } },
  'the older of two live secrets': { key: keys.rotated, secret: keys.rotated.secret_keys[1]! },
  'the newer of two live secrets': { key: keys.rotated },
  'another label': {
    signatureInput: (value) => value.replace(/^sig1=/, 'my_label-1.*='),
    signature: (value) => value.replace(/^sig1=/, 'my_label-1.*='),
  },
  'one signature that carries the tag': { parameters: { tag: '"countersign"' } },
  'two signatures, ours tagged, in one header line': {
    parameters: { tag: '"countersign"' },
    signatureInput: (value) => `${FOREIGN_INPUT}, ${value}`,
    signature: (value) => `${FOREIGN_SIGNATURE}, ${value}`,
  },
  'two signatures, ours tagged and first': {
    parameters: { tag: '"countersign"' },
    signatureInput: (value) => `${value}, ${FOREIGN_INPUT}`,
    signature: (value) => `${value}, ${FOREIGN_SIGNATURE}`,
  },
  'two signatures, the other with another tag': {
    parameters: { tag: '"countersign"' },
    signatureInput: (value) => `${FOREIGN_INPUT};tag="gateway", ${value}`,
    signature: (value) => `${FOREIGN_SIGNATURE}, ${value}`,
  },
  'two signatures, ours tagged, in header lines of their own': {
    parameters: { tag: '"countersign"' },
    finish: (headers) => [['Signature-Input', FOREIGN_INPUT], ['Signature', FOREIGN_SIGNATURE], ...headers],
  },
}
