import type { HeaderPair, RequestCase } from './build-request.ts'

/** What a signer is told beside the key, the method, the address and the body of a case. */
export type SignInput = {
  /** As they will be sent. Content-Digest is among them only where it is not the plain SHA-256 of the body. */
  headers: HeaderPair[]
  /** What to cover, in this order. */
  components: string[]
  /** The parameters in this order: whole numbers, and strings without their quotes. */
  parameters: Record<string, string | number>
}

const OWN_HEADERS = new Set(['signature-input', 'signature'])
const PLAIN_DIGEST = /^sha-256=:[^:]*:$/

/** Reads from an accepted case what its signer had been told. */
export function signInput(request: RequestCase['request'], signatureBase: string): SignInput {
  const [, covered = '', parameters = ''] = /"@signature-params": \(([^)]*)\)(.*)$/.exec(signatureBase) ?? []
  return {
    headers: request.headers.filter(([name, value]) => {
      const lower = name.toLowerCase()
      return !OWN_HEADERS.has(lower) && !(lower === 'content-digest' && PLAIN_DIGEST.test(value))
    }),
    components: covered.split(' ').map((identifier) => identifier.slice(1, -1)),
    parameters: Object.fromEntries(
      [...parameters.matchAll(/;([a-z]+)=(\d+|"(?:[^"\\]|\\.)*")/g)].map(([, name = '', value = '']) => [
        name,
        value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : Number(value),
      ]),
    ),
  }
}
