import { randomBytes } from 'node:crypto'
import { ConnectionError, signRequest } from '../../../sdk/src/index.ts'
import { command } from '../command.ts'
import type { Credentials } from '../credentials.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { readBody } from '../read-body.ts'
import { runProgram } from '../run-program.ts'
import { json, printable } from '../words.ts'
import { CALL_OPTIONS } from './request.ts'

const PATH = '/v1/test/signature'
const MARKS = { passed: 'passed     ', failed: 'failed     ', not_reached: 'not reached' } as const

type Grade = {
  verifies: boolean
  code: string | null
  likely_cause: string | null
  remedy: string | null
  steps: { name: string; status: keyof typeof MARKS; detail: string }[]
  signature_base: string | null
  skew_seconds: number | null
}
type Unsigned = { method: string; url: string; headers: Record<string, string>; body: string | undefined }

/** Has the server grade a request that this program, or one of somebody's own, signed with the profile's key. */
export const grade = command({
  name: 'grade',
  summary: 'have the server grade a signed request, step by step',
  takes: ['[METHOD]'],
  options: {
    body: CALL_OPTIONS.body,
    query: { type: 'string', value: 'TEXT', summary: 'what stands behind the question mark' },
    signer: { type: 'string', value: 'COMMAND', summary: 'a program that signs: case in, headers out' },
  },
  details: `Sends METHOD ${PATH} (GET when left out) and prints what each check of the server found. Nothing else happens:
no nonce is used up, nothing is logged. Keys of Test Mode only. Exit code 1 when the signature is refused.

With --signer the program of your own gets the case as countersign conformance gives it, with the secret of the
profile in it, and answers with the headers to add. See docs/conformance.md.`,
  async run(context, { args: [method = 'GET'], values: { body: given, query, signer } }) {
    const credentials = await context.credentials()
    const body = await readBody(context.io, given)
    const url = new URL(PATH, credentials.baseUrl).href + (query === undefined ? '' : `?${query}`)
    const unsigned: Unsigned = {
      method: method.toUpperCase(),
      url,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body,
    }
    const signature =
      signer === undefined
        ? await signRequest({ ...unsigned, ...credentials })
        : await signedBy(signer, context.env, unsigned, credentials)
    const [status, text] = await send(url, {
      method: unsigned.method,
      headers: { ...unsigned.headers, ...signature },
      body: body ?? null,
      redirect: 'error',
      signal: context.io.signal,
    })
    if (status !== 200) {
      context.io.err(`${status} ${printable(text.slice(0, 2_000))}\n`)
      return EXIT.refused
    }
    const graded = JSON.parse(text) as Grade
    context.answer(graded, () => words(graded))
    return graded.verifies ? EXIT.ok : EXIT.refused
  },
})

/** @throws ConnectionError where no answer arrives */
async function send(url: string, init: RequestInit): Promise<[status: number, text: string]> {
  try {
    const answer = await fetch(url, init)
    return [answer.status, await answer.text()]
  } catch (cause) {
    throw new ConnectionError(`No answer from ${new URL(url).origin}.`, { cause })
  }
}

/** What a program of somebody's own makes of the case. */
async function signedBy(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  { method, url, headers, body }: Unsigned,
  credentials: Credentials,
): Promise<Record<string, string>> {
  if (!('secretKey' in credentials) || typeof credentials.secretKey !== 'string')
    throw new UsageError('--signer needs a key with a secret: an Ed25519 key cannot be handed on.')
  const { publicKey, secretKey } = credentials
  const covered = body === undefined ? [] : ['content-digest', 'content-type']
  const input = {
    version: 1,
    name: 'live',
    key: { public_key: publicKey, algorithm: 'hmac-sha256', secret_key: secretKey, private_key_pem: null },
    request: {
      method,
      url,
      headers: Object.entries({ Host: new URL(url).host, ...headers }),
      body_base64: body === undefined ? null : Buffer.from(body).toString('base64'),
    },
    components: ['@method', '@authority', '@path', '@query', ...covered],
    parameters: {
      created: Math.floor(Date.now() / 1000),
      nonce: randomBytes(16).toString('hex'),
      keyid: publicKey,
      alg: 'hmac-sha256',
    },
  }
  const { output, fault } = await runProgram(program, {
    input: Buffer.from(`${JSON.stringify(input)}\n`),
    env,
  })
  if (fault !== null) throw new UsageError(`The signer failed: ${printable(fault)}`)
  const answer = headersOf(output)
  if (!answer) throw new UsageError('The signer must print a JSON object of headers.')
  return answer
}

function headersOf(output: string): Record<string, string> | null {
  try {
    const answer: unknown = JSON.parse(output)
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return null
    return Object.values(answer).every((value) => typeof value === 'string')
      ? (answer as Record<string, string>)
      : null
  } catch {
    return null
  }
}

function words({ verifies, code, steps, likely_cause, remedy, signature_base, skew_seconds }: Grade): string {
  const lines = steps.map(
    ({ name, status, detail }) => `${MARKS[status]}  ${name.padEnd(10)}  ${printable(detail)}`,
  )
  if (skew_seconds !== null) lines.push(`created is ${skew_seconds} s ahead of the server's clock.`)
  if (verifies) return `${[...lines, 'The signature is right.'].join('\n')}\n`
  lines.push(`Refused: ${printable(code ?? '')}. ${printable(likely_cause ?? '')}`)
  if (remedy !== null) lines.push(printable(remedy))
  if (signature_base !== null) lines.push('The server verified against:', json(signature_base))
  return `${lines.join('\n')}\n`
}
