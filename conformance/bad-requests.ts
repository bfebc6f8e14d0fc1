import { nonceOf, server, sha, type Draft } from './build-request.ts'
import { keys, withChecksum } from './keys.ts'

const BODY = '{"name":"from the conformance data"}'
const SECRET = keys.active.secret_keys[0]!
const base64Bytes = (bytes: number) => Buffer.alloc(bytes, 0x5a).toString('base64')

/** Refusals that follow a well-formed signature, under the code of the first check that fails (DESIGN §6, order). */
export const badRequests: Record<string, Record<string, Draft>> = {
  'signature-missing': {
    'no signature headers': { signatureInput: () => null, signature: () => null },
    'no signature headers on a POST': { body: BODY, signatureInput: () => null, signature: () => null },
  },
  'body-not-allowed': {
    'GET with a body': { method: 'GET', target: '/v1/me', body: BODY },
    'HEAD with a body': { method: 'HEAD', target: '/v1/me', body: BODY },
    'GET with a body in chunks': { method: 'GET', target: '/v1/me', body: BODY, chunked: true },
  },
  'content-encoding-unsupported': {
    'a body in gzip': { body: BODY, headers: [['Content-Encoding', 'gzip']] },
    'a body in gzip, Content-Encoding covered': {
      body: BODY,
      headers: [['Content-Encoding', 'gzip']],
      coverAlso: ['"content-encoding"'],
    },
    'a body in br': { body: BODY, headers: [['Content-Encoding', 'br']] },
  },
  'signature-expired': {
    'created 301 seconds ago': { parameters: { created: String(server.now - 301) } },
    'created a day ago': { parameters: { created: String(server.now - 86400) } },
    'created 31 seconds ahead': { parameters: { created: String(server.now + 31) } },
    'created in milliseconds': { parameters: { created: String(server.now * 1000) } },
    'created at zero': { parameters: { created: '0' } },
    'created of 15 digits': { parameters: { created: '999999999999999' } },
    'expires a second ago': {
      parameters: { created: String(server.now - 60), expires: String(server.now - 1) },
    },
    'expires before created': { parameters: { expires: String(server.now - 60) } },
    'too old, and the key is unknown too': {
      key: keys.absent,
      parameters: { created: String(server.now - 301) },
    },
    'too old, and the signature is wrong too': {
      secret: 'x',
      parameters: { created: String(server.now - 301) },
    },
    'too old, and the key is revoked too': {
      key: keys.revoked,
      parameters: { created: String(server.now - 301) },
    },
  },
  'key-unknown': {
    'a key that does not exist': { key: keys.absent },
    'a key that does not exist, and the signature is wrong too': { key: keys.absent, secret: 'x' },
    'a public key with a bad checksum': { parameters: { keyid: `"${corrupt(keys.active.public_key)}"` } },
    'a public key without its last character': {
      parameters: { keyid: `"${keys.active.public_key.slice(0, -1)}"` },
    },
    'a public key in lower case': { parameters: { keyid: `"${keys.active.public_key.toLowerCase()}"` } },
    'a public key of a mode that does not exist': {
      parameters: { keyid: `"${withChecksum(`pk_live_${keys.active.public_key.slice(8, 30)}`)}"` },
    },
    'a public key with a space after it': { parameters: { keyid: `"${keys.active.public_key} "` } },
    'the secret key as keyid': { parameters: { keyid: `"${SECRET}"` } },
    'a word as keyid': { parameters: { keyid: '"my-key"' } },
  },
  'key-expired': {
    'an expired key': { key: keys.expired },
    'an expired key, and the signature is wrong too': { key: keys.expired, secret: 'x' },
  },
  'key-disabled': {
    'a disabled key': { key: keys.disabled },
    'a disabled key, and the signature is wrong too': { key: keys.disabled, secret: 'x' },
  },
  'key-revoked': {
    'a revoked key': { key: keys.revoked },
    'a revoked key, and the signature is wrong too': { key: keys.revoked, secret: 'x' },
  },
  'signature-invalid': {
    // The wrong key bytes
    "another key's secret": { secret: keys.other.secret_keys[0]! },
    'a retired secret': { key: keys.rotated, secret: keys.rotated.retired_secret_keys[0]! },
    'the secret with a line break after it': { secret: `${SECRET}\n` },
    'the secret with a carriage return and line break after it': { secret: `${SECRET}\r\n` },
    'the secret with a space before it': { secret: ` ${SECRET}` },
    'the secret in quotes': { secret: `"${SECRET}"` },
    'the secret without its prefix': { secret: SECRET.slice('sk_test_'.length) },
    'the secret without its checksum': { secret: SECRET.slice(0, -6) },
    'the secret decoded from base64': { secret: Buffer.from(SECRET.slice('sk_test_'.length), 'base64') },
    'the secret in UTF-16': { secret: Buffer.from(SECRET, 'utf16le') },
    'the public key as secret': { secret: keys.active.public_key },
    'the production secret with a test key': { secret: keys.production.secret_keys[0]! },
    'an empty secret': { secret: '' },

    // Other signature bytes
    'a signature of 31 bytes': { signature: () => `sig1=:${base64Bytes(31)}:` },
    'a signature of 33 bytes': { signature: () => `sig1=:${base64Bytes(33)}:` },
    'a signature of 64 bytes with an HMAC key': { signature: () => `sig1=:${base64Bytes(64)}:` },
    'an empty signature': { signature: () => 'sig1=::' },
    'the signature in hex inside the colons': { signature: (value) => `sig1=:${hexOf(value)}:` },
    'the first bit of the signature flipped': { signature: flipBit(0) },
    'the last bit of the signature flipped': { signature: flipBit(255) },
    'an Ed25519 signature with one bit flipped': { key: keys.ed25519, signature: flipBit(100) },
    "another key's Ed25519 signature": {
      key: keys.ed25519Other,
      parameters: { keyid: `"${keys.ed25519.public_key}"` },
    },
    'an HMAC under the public half of an Ed25519 key': {
      key: keys.ed25519,
      secret: Buffer.from(keys.ed25519.ed25519_public_key_base64!, 'base64'),
      parameters: { alg: null },
    },

    // Signed something else than what was sent
    'another method signed': { signed: { '@method': 'POST' } },
    'the method signed in lower case': { signed: { '@method': 'get' } },
    'another authority signed': { signed: { '@authority': 'other.example' } },
    'the authority signed in upper case': { signed: { '@authority': 'API.EXAMPLE.COM' } },
    'the authority signed with the default port': {
      hosts: ['api.example.com:443'],
      signed: { '@authority': 'api.example.com:443' },
    },
    'another path signed': { signed: { '@path': '/v1/currencies' } },
    'the path signed without its last slash': {
      target: '/v1/api-keys/',
      signed: { '@path': '/v1/api-keys' },
    },
    'the path signed with the query': {
      target: '/v1/api-keys?limit=1',
      signed: { '@path': '/v1/api-keys?limit=1' },
    },
    'another query signed': { target: '/v1/api-keys?limit=1', signed: { '@query': '?limit=2' } },
    'an empty query signed without the question mark': { signed: { '@query': '' } },
    'the query signed without the question mark': {
      target: '/v1/api-keys?limit=1',
      signed: { '@query': 'limit=1' },
    },
    'the query signed decoded': { target: '/v1/api-keys?a=%20', signed: { '@query': '?a= ' } },
    'the query signed in another order': { target: '/v1/api-keys?a=1&b=2', signed: { '@query': '?b=2&a=1' } },
    'the query signed with other percent-encoding': {
      target: '/v1/api-keys?a=%2f',
      signed: { '@query': '?a=%2F' },
    },
    'another Content-Type signed': { body: BODY, signed: { 'content-type': 'text/plain' } },
    'another Idempotency-Key signed': {
      body: BODY,
      headers: [['Idempotency-Key', 'k-1']],
      signed: { 'idempotency-key': 'k-2' },
    },
    'another Content-Digest signed': {
      body: BODY,
      signed: { 'content-digest': `sha-256=:${sha('sha256', '{}')}:` },
    },
    'another covered header signed': {
      headers: [['X-Trace', 'a']],
      coverAlso: ['"x-trace"'],
      signed: { 'x-trace': 'b' },
    },
    'created changed after signing': {
      signatureInput: (value) => value.replace(/created=\d+/, `created=${server.now - 1}`),
    },
    'nonce changed after signing': {
      signatureInput: (value) => value.replace(/nonce="[^"]*"/, `nonce="${nonceOf('changed afterwards')}"`),
    },
    'keyid changed after signing': {
      signatureInput: (value) => value.replace(keys.active.public_key, keys.other.public_key),
    },
    'expires removed after signing': {
      parameters: { expires: String(server.now + 60) },
      signatureInput: (value) => value.replace(/;expires=\d+/, ''),
    },
    'components reordered after signing': {
      signatureInput: (value) => value.replace('"@method" "@authority"', '"@authority" "@method"'),
    },
    'a wrong signature, and a wrong digest too': {
      body: BODY,
      secret: 'x',
      digest: `sha-256=:${sha('sha256', '{}')}:`,
    },
  },
  'digest-mismatch': {
    'the digest of another body': { body: BODY, digest: `sha-256=:${sha('sha256', '{}')}:` },
    'the digest of an empty body': { body: BODY, digest: `sha-256=:${sha('sha256', '')}:` },
    'the digest of the body with a line break after it': {
      body: BODY,
      digest: `sha-256=:${sha('sha256', `${BODY}\n`)}:`,
    },
    'the digest of the body serialised anew': {
      body: '{ "name": "x" }',
      digest: `sha-256=:${sha('sha256', '{"name":"x"}')}:`,
    },
    'a wrong sha-512 alone': { body: BODY, digest: `sha-512=:${sha('sha512', '{}')}:` },
    'sha-256 right and sha-512 wrong': {
      body: BODY,
      digest: `sha-256=:${sha('sha256', BODY)}:, sha-512=:${sha('sha512', '{}')}:`,
    },
    'sha-256 wrong and sha-512 right': {
      body: BODY,
      digest: `sha-256=:${sha('sha256', '{}')}:, sha-512=:${sha('sha512', BODY)}:`,
    },
    'an unknown algorithm alone': { body: BODY, digest: `md5=:${sha('md5', BODY)}:` },
    'the digest in hex inside the colons': {
      body: BODY,
      digest: `sha-256=:${Buffer.from(sha('sha256', BODY), 'base64').toString('hex')}:`,
    },
    'a digest of 31 bytes': {
      body: BODY,
      digest: `sha-256=:${Buffer.from(sha('sha256', BODY), 'base64').subarray(0, 31).toString('base64')}:`,
    },
    'the sha-512 of the body named sha-256': { body: BODY, digest: `sha-256=:${sha('sha512', BODY)}:` },
    'a wrong digest signed with Ed25519': {
      key: keys.ed25519,
      body: BODY,
      digest: `sha-256=:${sha('sha256', '{}')}:`,
    },
    'a wrong digest of a body in chunks': {
      body: BODY,
      chunked: true,
      digest: `sha-256=:${sha('sha256', '{}')}:`,
    },
    'a digest with a POST that has no body': {
      method: 'POST',
      target: '/v1/api-keys',
      digest: `sha-256=:${sha('sha256', BODY)}:`,
    },
  },
  'signature-replayed': {
    'the same GET a second time': { ...replayOf('GET without a query') },
    'the same POST a second time': { ...replayOf('POST with JSON'), body: BODY },
    'a new request with a nonce that was used': {
      ...replayOf('GET with a query'),
      target: '/v1/currencies',
    },
    'a used nonce with another created': {
      ...replayOf('HEAD'),
      parameters: { nonce: `"${nonceOf('HEAD')}"`, created: String(server.now - 10) },
    },
  },
}

/** Refused as `signature-invalid` before a signature base is computed: another algorithm or a foreign authority. */
export const foreignRequests: Record<string, Draft> = {
  // The algorithm
  'alg ed25519 with an HMAC key': { parameters: { alg: '"ed25519"' } },
  'alg hmac-sha256 with an Ed25519 key': { key: keys.ed25519, parameters: { alg: '"hmac-sha256"' } },
  'an algorithm that is not supported': { parameters: { alg: '"rsa-pss-sha512"' } },
  'an unknown algorithm': { parameters: { alg: '"none"' } },
  'alg in upper case': { parameters: { alg: '"HMAC-SHA256"' } },
  'an empty alg': { parameters: { alg: '""' } },

  // A foreign authority
  'a foreign authority, rightly signed': { hosts: ['evil.example'] },
  'a foreign port': { hosts: ['api.example.com:8443'] },
  "the other scheme's default port": { hosts: ['api.example.com:80'] },
  'the authority with a dot after it': { hosts: ['api.example.com.'] },
  'a subdomain of the authority': { hosts: ['x.api.example.com'] },
  'the authority as a prefix': { hosts: ['api.example.com.evil.example'] },
  'user information before the authority': { hosts: ['api.example.com@evil.example'] },
  'an address as authority': { hosts: ['127.0.0.1'] },
}

function replayOf(name: string): Draft {
  return { after: name, parameters: { nonce: `"${nonceOf(name)}"` } }
}

/** The key with its last character replaced, so that the checksum no longer fits. */
function corrupt(publicKey: string): string {
  return publicKey.slice(0, -1) + (publicKey.endsWith('0') ? '1' : '0')
}

function bytesOf(header: string): Buffer {
  return Buffer.from(header.slice('sig1=:'.length, -1), 'base64')
}

function hexOf(header: string): string {
  return bytesOf(header).toString('hex')
}

function flipBit(bit: number): (header: string) => string {
  return (header) => {
    const bytes = bytesOf(header)
    bytes[bit >> 3]! ^= 0x80 >> (bit & 7)
    return `sig1=:${bytes.toString('base64')}:`
  }
}
