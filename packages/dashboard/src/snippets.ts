// Ready-to-run code for one key. It reads the two keys from the environment, so nothing secret is ever in it.
// A test runs what these functions return.

const PATH = '/v1/me'

/** A shell script that needs curl and openssl only. */
export function curlSnippet(origin: string): string {
  const { host } = new URL(origin)
  return `# Needs COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY in the environment.
created=$(date +%s)
nonce=$(openssl rand -hex 16)
params='("@method" "@authority" "@path" "@query");created='$created';nonce="'$nonce'";keyid="'$COUNTERSIGN_PUBLIC_KEY'";alg="hmac-sha256"'

base=$(printf '%s\\n' \\
  '"@method": GET' \\
  '"@authority": ${host}' \\
  '"@path": ${PATH}' \\
  '"@query": ?' \\
  '"@signature-params": '"$params")

signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$COUNTERSIGN_SECRET_KEY" -binary | openssl base64 -A)

curl -i '${origin}${PATH}' \\
  -H "Signature-Input: sig1=$params" \\
  -H "Signature: sig1=:$signature:"
`
}

/** A TypeScript file without dependencies: Node 24 runs it as it is, Node 20 with \`npx tsx\`. */
export function typescriptSnippet(origin: string): string {
  const { host } = new URL(origin)
  return `// Needs COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY in the environment.
// Save as first-request.mts, then: npx tsx first-request.mts
import { createHmac, randomBytes } from 'node:crypto'

const { COUNTERSIGN_PUBLIC_KEY: publicKey, COUNTERSIGN_SECRET_KEY: secretKey } = process.env
if (!publicKey || !secretKey) throw new Error('Set COUNTERSIGN_PUBLIC_KEY and COUNTERSIGN_SECRET_KEY first')

const created = Math.floor(Date.now() / 1000)
const nonce = randomBytes(16).toString('hex')
const params =
  '("@method" "@authority" "@path" "@query")' +
  \`;created=\${created};nonce="\${nonce}";keyid="\${publicKey}";alg="hmac-sha256"\`

const base = [
  '"@method": GET',
  '"@authority": ${host}',
  '"@path": ${PATH}',
  '"@query": ?',
  \`"@signature-params": \${params}\`,
].join('\\n')

const signature = createHmac('sha256', secretKey).update(base).digest('base64')

const answer = await fetch('${origin}${PATH}', {
  headers: { 'Signature-Input': \`sig1=\${params}\`, Signature: \`sig1=:\${signature}:\` },
})
console.log(answer.status, await answer.text())
`
}
