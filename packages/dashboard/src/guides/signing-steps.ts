import { signatureBase, signRequest, type SigningKey } from '@countersign/sdk/request-signature'

/** What a person typed into the live signer. */
export type SignerInput = {
  method: string
  url: string
  body: string
  contentType: string
  idempotencyKey: string
  publicKey: string
  created: number
  nonce: string
} & SigningKey

/** Everything between a request and its two headers, in the order in which a signer makes it. */
export type SigningSteps = {
  digest: string | null
  parameters: string
  base: string
  signature: string
  /** What goes over the wire, signature included. */
  request: string
}

/**
 * The steps of one signature, made by the SDK that customers run.
 * @throws Error that says in words what cannot be signed
 */
export async function signingSteps(input: SignerInput): Promise<SigningSteps> {
  const url = new URL(input.url)
  const sent = new Headers()
  const hasBody = input.body !== '' && input.method !== 'GET'
  if (hasBody && input.contentType) sent.set('content-type', input.contentType)
  if (input.idempotencyKey) sent.set('idempotency-key', input.idempotencyKey)
  const { body, idempotencyKey: _key, contentType: _type, ...rest } = input
  const added = await signRequest({ ...rest, headers: sent, body: hasBody ? body : null })
  for (const [name, value] of Object.entries(added)) sent.set(name, value)
  const parameters = added['Signature-Input'].replace(/^sig1=/, '')
  const components = [...parameters.slice(0, parameters.indexOf(')')).matchAll(/"([^"]+)"/g)].map(
    ([, name]) => name as string,
  )
  const target = { method: input.method, authority: url.host, path: url.pathname, query: url.search || '?' }
  const headers = [...sent].map(([name, value]) => `${wireName(name)}: ${value}`)
  return {
    digest: added['Content-Digest'] ?? null,
    parameters,
    base: signatureBase({ ...target, headers: sent }, components, parameters),
    signature: added.Signature,
    request: [
      `${input.method} ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      ...headers,
      '',
      ...(hasBody ? [body] : []),
    ].join('\n'),
  }
}

/** The same request as a curl line for a POSIX shell. */
export function curlLine(input: Pick<SignerInput, 'method' | 'url'>, request: string): string {
  const [head = '', ...rest] = request.split('\n\n')
  const headers = head.split('\n').slice(2)
  const body = rest.join('\n\n')
  return [
    `curl -X ${input.method} ${quoted(input.url)}`,
    ...headers.map((line) => `-H ${quoted(line)}`),
    ...(body ? [`--data-binary ${quoted(body)}`] : []),
  ].join(' \\\n  ')
}

/** In a POSIX shell nothing inside single quotes means anything but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function wireName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** Where two texts part and meet again, so that what an input changed can be marked. */
export function changedRange(before: string, after: string): { from: number; to: number } {
  let from = 0
  while (from < after.length && from < before.length && before[from] === after[from]) from += 1
  let tail = 0
  while (
    tail < after.length - from &&
    tail < before.length - from &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1
  return { from, to: after.length - tail }
}
