import { signRequest } from '../../../sdk/src/index.ts'
import type { Call, Credentials, Output } from '../credentials.ts'
import { readBody } from '../read-body.ts'

/** Prints the signed request as a curl command, or with `--json` its URL and headers. Nothing is sent. */
export async function sign(credentials: Credentials, call: Call, output: Output): Promise<void> {
  const { publicKey, secretKey } = credentials
  const url = new URL(call.path, credentials.baseUrl).href
  const body = readBody(call.body)
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'Idempotency-Key': call.idempotencyKey }),
  }
  const signature = await signRequest({ method: call.method, url, headers, body, publicKey, secretKey })
  const signed = { ...headers, ...signature }
  if (call.json) {
    output.out(`${JSON.stringify({ method: call.method, url, headers: signed, body: body ?? null })}\n`)
    return
  }
  const lines = [`curl -X ${call.method} ${quoted(url)}`]
  for (const [name, value] of Object.entries(signed)) lines.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body !== undefined) lines.push(`--data-binary ${quoted(body)}`)
  output.out(`${lines.join(' \\\n  ')}\n`)
}

/** One word for a POSIX shell, whatever stands in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
