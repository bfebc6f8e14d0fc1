import { signRequest } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import { UsageError } from '../exit-codes.ts'
import { readBody } from '../read-body.ts'
import { CALL_OPTIONS } from './request.ts'

/** Prints the signed request as a curl command, or its headers. Nothing is sent. */
export const sign = command({
  name: 'sign',
  summary: 'print a signed request as curl; nothing is sent',
  takes: ['METHOD', 'PATH'],
  options: {
    ...CALL_OPTIONS,
    headers: { type: 'boolean', summary: 'the headers alone, a line each' },
  },
  details: `What it prints works once, and for 300 seconds at most. With --json: method, url, headers and body.`,
  async run(context, { args: [givenMethod = '', path = ''], values }) {
    const { baseUrl, publicKey, ...key } = await context.credentials()
    const method = givenMethod.toUpperCase()
    if (!/^\/(?!\/)/.test(path)) throw new UsageError('The path begins with one slash: /v1/me.')
    const url = new URL(path, baseUrl).href
    const body = await readBody(context.io, values.body)
    const headers: Record<string, string> = {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(values['idempotency-key'] === undefined ? {} : { 'Idempotency-Key': values['idempotency-key'] }),
    }
    const signature = await signRequest({ method, url, headers, body, publicKey, ...key })
    const signed = { ...headers, ...signature }
    context.answer({ method, url, headers: signed, body: body ?? null }, () =>
      values.headers ? headerLines(signed) : curl(method, url, signed, body),
    )
  },
})

function headerLines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

function curl(
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string | undefined,
): string {
  const lines = [`curl -X ${method} ${quoted(url)}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body !== undefined) lines.push(`--data-binary ${quoted(body)}`)
  return `${lines.join(' \\\n  ')}\n`
}

/** One word for a POSIX shell, whatever stands in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
