import type { WebhookAttempt } from './api-types.ts'

const REDACTED = '[redacted]'
// But for white space: no header has one, and JSON writes them as escapes.
// oxlint-disable-next-line no-control-regex -- taking them out is its job
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g
/** curl writes these itself, from the URL, the body and its own connection. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length'])

/**
 * The request of an attempt for a POSIX shell: the same headers in their order and the same bytes, every part quoted so
 * that nothing in it is read by the shell or by curl. A redacted header asks for its value.
 */
export function curlCommand({ url, headers, body }: WebhookAttempt['request']): string {
  const kept = headers.filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase()))
  const lines = [
    `curl --globoff --path-as-is --http1.1 --include --request POST --url ${quoted(url)}`,
    ...kept.map(([name, value]) => `--header ${headerArgument(name, value)}`),
    // What curl would add by itself and was not sent.
    ...(kept.some(([name]) => name.toLowerCase() === 'accept') ? [] : [`--header 'accept:'`]),
    `--data-raw ${quoted(body)}`,
  ]
  return lines.join(' \\\n  ')
}

function headerArgument(name: string, value: string): string {
  if (value === REDACTED) return quoted(`${name}: <${name}>`)
  // "name:" would remove the header; "name;" sends it empty.
  return quoted(value === '' ? `${name};` : `${name}: ${value}`)
}

/**
 * One word for any POSIX shell, whatever it holds. A terminal obeys control characters before a shell sees the quotes:
 * Ctrl-C ends the line, and what follows it would be the next command.
 */
function quoted(text: string): string {
  return `'${text.replaceAll(CONTROL, '').replaceAll("'", `'\\''`)}'`
}
