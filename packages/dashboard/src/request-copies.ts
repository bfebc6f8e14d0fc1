import type { Algorithm, TransactionLogDetail } from './api-types.ts'
import { requestSnippets } from './snippets.ts'

export const REDACTED = '[redacted]'

/** A logged request as it can be sent again. */
export type RepeatableRequest = {
  method: string
  /** Path and query. */
  target: string
  /** Null where it had none. */
  body: string | null
  /** Why `body` is not what was sent, where it is not. */
  bodyMissing: string | null
}

type Signer = { origin: string; publicKey: string; algorithm: Algorithm }

/** What the log holds of a request, with a word about what it does not hold. */
export function repeatable(log: TransactionLogDetail): RepeatableRequest {
  const { body, headers } = log.request
  const sentBytes = Number(headers.find(([name]) => name?.toLowerCase() === 'content-length')?.[1] ?? 0)
  const bodyMissing =
    body === null
      ? sentBytes > 0
        ? 'The log keeps no body of a request that was refused.'
        : null
      : body.text === null
        ? 'The log keeps no body that is not JSON.'
        : body.truncated
          ? 'The log keeps only the first 16 KiB of this body.'
          : null
  return {
    method: log.method,
    target: log.query ? `${log.path}?${log.query}` : log.path,
    body: bodyMissing === null ? (body?.text ?? null) : null,
    bodyMissing,
  }
}

/** For a POSIX shell: the program of `snippets/` with this request as its arguments. It signs with what the environment holds. */
export function shellCommand(request: RepeatableRequest, signer: Signer): string {
  const snippet = requestSnippets(signer).find(({ name }) => name === 'curl')
  const words = [request.method, request.target, ...(request.body === null ? [] : [request.body])].map(quoted)
  const shell = signer.algorithm === 'ed25519' ? 'bash' : 'sh'
  return `${shell} -s -- ${words.join(' ')} <<'SCRIPT'\n${snippet?.code.trimEnd() ?? ''}\nSCRIPT\n`
}

const KEY_LINES: Record<Algorithm, { before: string; option: string }> = {
  'hmac-sha256': { before: '', option: "  secretKey: process.env.COUNTERSIGN_SECRET_KEY ?? ''," },
  ed25519: {
    before:
      "const pkcs8 = Buffer.from(process.env.COUNTERSIGN_PRIVATE_KEY ?? '', 'base64')\n" +
      "const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])\n",
    option: '  privateKey,',
  },
}

/** The same as a call of the TypeScript SDK. */
export function sdkCall(
  { method, target, body }: RepeatableRequest,
  { origin, publicKey, algorithm }: Signer,
): string {
  const { before, option } = KEY_LINES[algorithm]
  const options = body === null ? '' : `, {\n  body: ${indented(body)},\n}`
  return `import { Countersign } from '@countersign/sdk'

${before}const countersign = new Countersign({
  baseUrl: ${JSON.stringify(origin)},
  publicKey: ${JSON.stringify(publicKey)},
${option}
})
console.log(await countersign.request(${JSON.stringify(method)}, ${JSON.stringify(target)}${options}))
`
}

/** The text of a body as a value in the code, two blanks in. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).replaceAll('\n', '\n  ')
  } catch {
    return JSON.stringify(body)
  }
}

// A terminal obeys control characters before a shell sees the quotes.
// oxlint-disable-next-line no-control-regex -- taking them out is its job
const CONTROL = /[\u0000-\u001f\u007f]/g

function quoted(text: string): string {
  return `'${text.replaceAll(CONTROL, '').replaceAll("'", `'\\''`)}'`
}
