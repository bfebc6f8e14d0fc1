import type { Algorithm } from './api-types.ts'

// Ready-to-run code for one key. It reads the two keys from the environment, so nothing secret is ever in it.
// A test runs what these functions return.

const PATH = '/v1/me'

/** The variable that holds what signs. */
export const SIGNING_VARIABLES: Record<Algorithm, string> = {
  'hmac-sha256': 'COUNTERSIGN_SECRET_KEY',
  ed25519: 'COUNTERSIGN_PRIVATE_KEY',
}

// An Ed25519 key is the one line between the two that frame its PEM file.
const ENVIRONMENT: Record<Algorithm, string[]> = {
  'hmac-sha256': ['Needs COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY in the environment.'],
  ed25519: [
    'Needs COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_PRIVATE_KEY in the environment.',
    "From a PEM file: export COUNTERSIGN_PRIVATE_KEY=$(grep -v -e '-----' key.pem)",
  ],
}

/** What the code needs, as comments of its language. */
const needs = (algorithm: Algorithm, mark: '#' | '//') =>
  ENVIRONMENT[algorithm].map((line) => `${mark} ${line}`).join('\n')

const CURL_SIGN: Record<Algorithm, string> = {
  'hmac-sha256': `signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$COUNTERSIGN_SECRET_KEY" -binary | openssl base64 -A)`,
  // openssl 3.0 asks for the length of what Ed25519 signs beforehand, which only a file has.
  ed25519: `base_file=$(mktemp)
printf %s "$base" >"$base_file"
private_key() { printf '%s\\n' '-----BEGIN PRIVATE KEY-----' "$COUNTERSIGN_PRIVATE_KEY" '-----END PRIVATE KEY-----'; }
signature=$(openssl pkeyutl -sign -rawin -in "$base_file" -inkey <(private_key) | openssl base64 -A)
rm "$base_file"`,
}

/** A shell script that needs curl and openssl only (for Ed25519: bash or zsh, openssl 3). */
export function curlSnippet(origin: string, algorithm: Algorithm = 'hmac-sha256'): string {
  const { host } = new URL(origin)
  return `${needs(algorithm, '#')}
created=$(date +%s)
nonce=$(openssl rand -hex 16)
params='("@method" "@authority" "@path" "@query");created='$created';nonce="'$nonce'";keyid="'$COUNTERSIGN_PUBLIC_KEY'";alg="${algorithm}"'

base=$(printf '%s\\n' \\
  '"@method": GET' \\
  '"@authority": ${host}' \\
  '"@path": ${PATH}' \\
  '"@query": ?' \\
  '"@signature-params": '"$params")

${CURL_SIGN[algorithm]}

curl -i '${origin}${PATH}' \\
  -H "Signature-Input: sig1=$params" \\
  -H "Signature: sig1=:$signature:"
`
}

type NodeSigning = { imports: string; name: string; sign: string }

const NODE_SIGN: Record<Algorithm, NodeSigning> = {
  'hmac-sha256': {
    imports: 'createHmac, randomBytes',
    name: 'secretKey',
    sign: `const signature = createHmac('sha256', secretKey).update(base).digest('base64')`,
  },
  ed25519: {
    imports: 'createPrivateKey, randomBytes, sign',
    name: 'privateKey',
    sign: `const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
const signature = sign(null, Buffer.from(base), key).toString('base64')`,
  },
}

/** A TypeScript file without dependencies: Node 24 runs it as it is, Node 20 with \`npx tsx\`. */
export function typescriptSnippet(origin: string, algorithm: Algorithm = 'hmac-sha256'): string {
  const { host } = new URL(origin)
  const { imports, name, sign } = NODE_SIGN[algorithm]
  const variable = SIGNING_VARIABLES[algorithm]
  return `${needs(algorithm, '//')}
// Save as first-request.mts, then: npx tsx first-request.mts
import { ${imports} } from 'node:crypto'

const { COUNTERSIGN_PUBLIC_KEY: publicKey, ${variable}: ${name} } = process.env
if (!publicKey || !${name}) throw new Error('Set COUNTERSIGN_PUBLIC_KEY and ${variable} first')

const created = Math.floor(Date.now() / 1000)
const nonce = randomBytes(16).toString('hex')
const params =
  '("@method" "@authority" "@path" "@query")' +
  \`;created=\${created};nonce="\${nonce}";keyid="\${publicKey}";alg="${algorithm}"\`

const base = [
  '"@method": GET',
  '"@authority": ${host}',
  '"@path": ${PATH}',
  '"@query": ?',
  \`"@signature-params": \${params}\`,
].join('\\n')

${sign}

const answer = await fetch('${origin}${PATH}', {
  headers: { 'Signature-Input': \`sig1=\${params}\`, Signature: \`sig1=:\${signature}:\` },
})
console.log(answer.status, await answer.text())
`
}
